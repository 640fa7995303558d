"""What a person can do with whom is chosen: delete, duplicate, arrange, align, give customers.

Rules: no Qt widgets, nothing shown. As in `deeds`, a deed is a pair of functions: `why_not` is empty while it is
possible; the other asks what must be asked through `Asks` and hands the edit to `drafting`.
"""

from collections.abc import Callable, Collection
from typing import Protocol

import numpy as np

from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import Organisation, Provider
from p4lab.topology.arrange import arrange
from p4lab.world import World
from ui.canvas.plan import Plan
from ui.drafting import Drafting, sentence
from ui.focus import Focus
from ui.player import Player
from ui.toolbox import PARENTS, PEERINGS, UNDERLAY, Toolbox

Point = tuple[float, float]
NOBODY = "Choose a provider or an organisation on the map first."
NOTHING = "Choose a provider, an organisation or a link first."
TOO_FEW, TOO_FEW_TO_SPREAD = "Choose at least two first.", "Choose at least three first."
STEP = 0.025  # of the map: a step of the grid


class Asks(Protocol):
    """What must be asked before some deeds."""

    def number(self, title: str, says: str, now: int, most: int) -> int | None: ...


class Map(Protocol):
    """The map."""

    plan: Plan

    def fit(self) -> None: ...


class Edits:
    """Of one window. view: its map, looked up when it is asked for."""

    def __init__(
        self,
        player: Player,
        focus: Focus,
        drafting: Drafting,
        tools: Toolbox,
        asks: Asks,
        view: Callable[[], Map],
        fault: Callable[[str], None],
    ) -> None:
        self._player, self._focus, self._drafting, self._tools = player, focus, drafting, tools
        self._asks, self._view, self._fault = asks, view, fault
        drafting.added = self._select

    # Possible?

    def nobody(self) -> str:
        """For what is done to providers and organisations."""
        return self._drafting.why_not() or ("" if self._names() else NOBODY)

    def nothing(self) -> str:
        """For what is done to a link as well."""
        return self._drafting.why_not() or ("" if self._names() or self._focus.link else NOTHING)

    def too_few(self, least: int = 2) -> str:
        """For what is done to the places of several."""
        few = TOO_FEW if least == 2 else TOO_FEW_TO_SPREAD
        return self._drafting.why_not() or ("" if len(self._names()) >= least else few)

    def no_network(self) -> str:
        """For what is done to everybody."""
        return self._drafting.why_not() or ("" if self._world.providers else "There is no provider yet.")

    def nowhere_on_earth(self) -> str:
        """For an arrangement by longitude and latitude."""
        rows = self._player.scenario.provider
        known = any(row.geo is not None for row in rows)
        return self.no_network() or ("" if known else "No provider of this network has a longitude and a latitude.")

    def no_faults(self) -> str:
        """For the end of all faults."""
        why_not = self._drafting.why_not()  # which an empty window has, before there is a map
        return why_not or ("" if self._view().plan.has_faults(self._player.playhead) else "No link has a fault.")

    def not_hidden(self) -> str:
        """For hiding links like the chosen one, or showing those that are hidden."""
        if self._focus.link is not None or self._tools.hidden or self._tools.faults_only:
            return ""
        return "Choose a link first: its kind is hidden then."

    # Done

    def select_all(self) -> None:
        """Everybody who is on the map."""
        self._select(list(self._view().plan.places()))

    def delete(self) -> None:
        """Who is chosen, or the link that is."""
        names, link = self._names(), self._focus.link
        if names:
            self._focus.choose(())
            self._drafting.remove(names)
        elif link is not None:
            a, b = link
            child = next((one for one, other in ((a, b), (b, a)) if self._drafting.parent(one) == other), None)
            self._focus.choose(())
            if child is None:
                self._drafting.unpeer(a, b)
            else:
                self._drafting.detach(child)

    def duplicate(self) -> None:
        """A copy of each beside it; the copies are chosen."""
        self._drafting.duplicate(self._names())

    def set_customers(self) -> None:
        """Ask how many, for everybody who is chosen."""
        names = self._names()
        if not names:
            return
        now = self._customers(names[-1])
        count = self._asks.number("Customers", f"How many customers {_each(names)}", now, 10_000_000)
        if count is not None:
            self._drafting.set_customers(names, count)

    def reset_faults(self) -> None:
        """On all links."""
        self._drafting.reset_faults(self._view().plan.faulty(self._player.playhead))

    def align(self, how: str) -> None:
        """how: left, centre, right, top, middle, bottom."""
        names, points = self._points()
        axis = 0 if how in ("left", "centre", "right") else 1
        line = points[:, axis]
        points[:, axis] = {"left": line.min, "top": line.min, "right": line.max, "bottom": line.max}.get(
            how, line.mean
        )()
        self._put(names, points, "aligning")

    def distribute(self, axis: int) -> None:
        """With equal ways between their middles, across (0) or down (1)."""
        names, points = self._points()
        order = np.argsort(points[:, axis], kind="stable")
        points[order, axis] = np.linspace(points[order[0], axis], points[order[-1], axis], len(order))
        self._put(names, points, "spreading")

    def nudge(self, dx: int, dy: int) -> None:
        """A step of the grid, everybody who is chosen by the same way."""
        names, points = self._points()
        low, high = -points.min(axis=0), 1 - points.max(axis=0)
        way = np.clip(np.array((dx, dy)) * STEP, np.minimum(low, 0), np.maximum(high, 0))
        self._put(names, points + way, "moving")

    def arrange(self, how: str) -> None:
        """Everybody anew: ring, forest, force or geographic."""
        try:
            places = arrange(self._player.scenario, how)
        except ScenarioError as fault:
            self._fault(sentence(fault))
            return
        self._drafting.place(places, "arranging the map")
        self._view().fit()

    def hide(self) -> None:
        """Links like the chosen one; or show all that are hidden."""
        link = self._focus.link
        if link is None:
            self._tools.show_all()
        else:
            upward = self._drafting.parent(link[0]) == link[1] or self._drafting.parent(link[1]) == link[0]
            self._tools.hide(PARENTS if upward else PEERINGS)
            self._focus.choose(())

    def is_shown(self, kind: str) -> bool:
        """Whether a class of links is not hidden."""
        return kind not in self._tools.hidden

    def why_not_class(self, kind: str) -> str:
        """For hiding a class of links that there is none of."""
        scenario = self._player.scenario
        if self._player.empty:
            return "Open a scenario first."
        if kind == UNDERLAY and not scenario.underlay:
            return "This network has no underlay: it was not made of a map."
        return ""

    # About whom

    @property
    def _world(self) -> World:
        return self._player.world

    def _names(self) -> list[str]:
        called, state = self._world.called, self._world.state(self._player.playhead)
        return [called[node] for node in self._focus.chosen if node in called and state.there(node)]

    def _customers(self, name: str) -> int:
        scenario = self._drafting.whole()
        rows: list[Provider | Organisation] = [*scenario.provider, *scenario.organisation]
        return next((row.customers for row in rows if row.name == name), 100)

    def _select(self, names: Collection[str]) -> None:
        nodes = {name: node for node, name in self._world.called.items()}
        self._focus.choose(tuple(nodes[name] for name in names if name in nodes))

    def _points(self) -> tuple[list[str], np.ndarray]:
        places = self._view().plan.places()
        names = [name for name in self._names() if name in places]
        return names, np.array([places[name] for name in names], float).reshape(-1, 2)

    def _put(self, names: list[str], points: np.ndarray, says: str) -> None:
        many = names[0] if len(names) == 1 else f"{len(names)} providers"
        places = {name: (x, y) for name, (x, y) in zip(names, points.tolist(), strict=True)}
        self._drafting.place(places, f"{says} {many}")


def _each(names: list[str]) -> str:
    return f"{names[0]} has" if len(names) == 1 else f"each of the {len(names)} has"
