"""The plan of the map: who is on it, where, and what links them. It changes with the session and with a person's hand.

Rules: no painting. Figures (sizes in pixels) are worked out when the camera or a place has changed, and kept. Providers
that a person has moved stay there as long as the same scenario is shown, through forks and resets. Links that come
during the run join those of the scenario as the world sees them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np

from p4lab.core.events import Pair
from p4lab.scenario.later import with_newcomers
from p4lab.scenario.model import Do, Link, Scenario, every_link, parent_links
from p4lab.trace import Trace
from p4lab.world import State, World
from ui.canvas.answers import Answers
from ui.canvas.camera import Camera
from ui.canvas.chain import Chains
from ui.canvas.figures import FULL, SHARE, Figures, figures
from ui.canvas.forest import Folds
from ui.canvas.ground import Ground, Links, fault, kept, survey
from ui.canvas.houses import Stand, shifted, stands
from ui.canvas.layout import place, spacing
from ui.canvas.loads import Counter, Loads
from ui.canvas.looks import Looks
from ui.canvas.losses import Losses
from ui.canvas.veil import Veil
from ui.toolbox import CLASSES, PARENTS, PEERINGS, UNDERLAY

OF_PANE = 0.12  # of a pane's shorter side that a usual radius may take, or a low pane would be all discs

HIDDEN = {PEERINGS: "peerings hidden", PARENTS: "links to parents hidden", UNDERLAY: "underlay hidden"}


class Plan:
    """pairs, under: rows (a, b) of indices: all links of the run, and lines of the imported map."""

    def __init__(self) -> None:
        self.names: tuple[str, ...] = ()
        self.customers: tuple[int, ...] = ()
        self.points = np.empty((0, 2))
        self._laid = np.empty((0, 2))  # where the layout has them
        self.aspect: float | None = None
        self.pairs = np.empty((0, 2), np.int64)
        self.lifted: tuple[int, ...] = ()  # who is being dragged
        self.moving: frozenset[int] = frozenset()  # those, and the organisations that go along
        self._under = np.empty((0, 2), np.int64)
        self.answers = Answers(Trace(), World())
        self.losses = Losses(Trace(), World())
        self.looks = Looks(Trace(), World())
        self.loads = Counter(Trace(), World(), self.pairs)
        self.hosts = np.empty(0, np.int64)  # -1: not there
        self._placed_by = np.empty(0, np.int64)  # the same of everybody
        self._absent: frozenset[int] = frozenset()  # who has not come yet, or has left
        self.folds = Folds()
        self.veil = Veil()
        self.chains = Chains()
        self._scenario = Scenario(title="", duration=1.0)
        self._arranged: tuple[State, object] | None = None  # what was looked at then, to look no further in most frames
        self._folded: object = None  # what hosts and points were worked out for
        self._held: dict[int, tuple[float, float]] = {}  # where a person has put providers
        self._trace, self._world = Trace(), World()
        self._links: dict[tuple[int, int], Link] = {}
        self._all = Links((), (), Link())
        self._default = Link()
        self._above: dict[int, int | None] = {}  # the parents at the start
        self._up = np.empty((0, 2), np.int64)
        self._begun = 0  # how many providers there are at the start
        self._seen = 0  # of the world's links
        self._shown: object = None
        self._moves = 0
        self._figures: tuple[object, Figures] | None = None
        self._ground: tuple[State, object, Ground] | None = None
        self._hidden: tuple[frozenset[str], bool] = (frozenset(), False)
        self._aloft: tuple[object, Figures] | None = None
        self._carries = 0
        self._before: dict[str, tuple[float, float]] = {}  # where those were who are being dragged
        self._carried: tuple[Ground, Loads, np.ndarray] | None = None
        self._camera = Camera()
        self._stood: tuple[Figures, int, tuple[Stand, ...]] | None = None
        self._places: dict[
            str, tuple[float, float]
        ] = {}  # of organisations: the scenario's, or where a person has put them

    def show(self, scenario: Scenario, trace: Trace, world: World, commands: Sequence[Do] = ()) -> bool:
        """Take over a session's scenario. False: it is the one that is shown already, places are kept.

        commands: given by hand; who comes by one has a place from the start, and is drawn while it is there.
        """
        begins, scenario = scenario, with_newcomers(scenario, commands)
        self._begun = len(begins.provider)
        self._places = {row.name: row.position for row in scenario.organisation if row.position is not None}
        everybody = _nowhere(scenario.provider), _nowhere(scenario.organisation)
        same = scenario.title, *everybody, scenario.peering, scenario.underlay, scenario.link
        if same != self._shown or trace is not self._trace:
            self._links = every_link(begins)
            self._default, self._seen = scenario.link, 0
            self._above = {child: parent for child, parent, _ in parent_links(scenario)}
            self._up = np.array(list(self._above.items()), np.int64).reshape(-1, 2)
            self._trace, self._world = trace, world
            self._know(list(self._links))
            self.answers, self.losses, self.looks = Answers(trace, world), Losses(trace, world), Looks(trace, world)
        if same == self._shown:
            self._hold(scenario)
            return False
        self._shown = same
        self.names = tuple(provider.name for provider in scenario.provider)
        self.customers = tuple(provider.customers for provider in scenario.provider)
        self._scenario, self._held, self._folded = scenario, {}, None
        self.folds.begin(len(self.names), self._parents(State()))
        index = {name: i for i, name in enumerate(self.names)}
        under = [(index[row.between[0]], index[row.between[1]]) for row in scenario.underlay]
        self._under = np.array(under, np.int64).reshape(-1, 2)
        self._arrange(State())
        return True

    def _hold(self, scenario: Scenario) -> None:
        """Who was moved stands there, who was moved back where the layout had them; nobody else is laid out anew."""
        moved = zip(scenario.provider, self._scenario.provider, strict=True)
        self._held = {
            i: row.position for i, (row, old) in enumerate(moved) if row.position and row.position != old.position
        }
        self._stand()

    def follow(self, t: float) -> None:
        """Take what the world has seen since, and stand as the forest is at t."""
        self._arrange(self._world.state(t))
        self.answers.follow()
        self.losses.follow()
        if self._world.states.count() != self._seen:
            self._seen = self._world.states.count()
            new = [pair for pair in self._world.states.pairs() if pair not in self._links]
            if new:
                self._know([*self._links, *new])

    @property
    def under(self) -> np.ndarray:
        """Lines of the imported map, unless they are hidden."""
        return self._under[:0] if UNDERLAY in self._hidden[0] else self._under

    def hide(self, kinds: frozenset[str], faultless: bool) -> None:
        """Show no links of these classes, and, where told so, none without faults."""
        self._hidden = kinds, faultless

    @property
    def hidden(self) -> str:
        """Which links are not shown, in words; empty where all are."""
        kinds, faultless = self._hidden
        words = [HIDDEN[kind] for kind in CLASSES if kind in kinds]
        words += ["links without faults hidden"] if faultless else []
        return " · ".join(words)

    def ground(self, t: float) -> Ground:
        """What lies on the map at t. The same object until something changes."""
        state = self._world.state(t)
        asked = state, len(self.pairs), self._folded, self._hidden
        if self._ground is None or self._ground[0] is not state or self._ground[1] != asked[1:]:
            made = self._shown_of(survey(state, self._all, self._up, self.hosts))
            self._ground = state, asked[1:], made
        return self._ground[2]

    def fold(self, node: int, t: float) -> None:
        """Fold what is below somebody at t, or unfold it."""
        self.folds.toggle(node)
        self.follow(t)

    def carried(self, ground: Ground, loads: Loads) -> np.ndarray:
        """Bytes by line of the ground, each way. The same array until one of them changes."""
        if self._carried is None or self._carried[0] is not ground or self._carried[1] is not loads:
            self._carried = ground, loads, ground.carried(loads.carried, loads.pairs)
        return self._carried[2]

    def has_below(self, node: int, t: float) -> bool:
        """Whether there is something to fold."""
        return node in self._parents(self._world.state(t)).values()

    def link(self, a: int, b: int, state: State) -> Link:
        """How the link between two providers is."""
        changed = state.links.get((a, b))
        if changed is None:
            usual = self._links.get((a, b))
            return usual or Link(latency=self._world.links.get((a, b), self._default.latency))
        return Link(**{name: getattr(changed, name) for name in Link.__struct_fields__})

    def move(self, node: int, x: float, y: float) -> None:
        """Put a provider or an organisation elsewhere, 0..1."""
        if node < len(self.names):
            self.points[node] = self._held[node] = x, y
        else:
            self._places[self._world.called[node]] = x, y
        self._moves += 1

    def lift(self, nodes: tuple[int, ...]) -> np.ndarray:
        """These are going to be dragged; gives their places."""
        self.lifted, moving = nodes, set(nodes)
        # Who was added a moment ago stands on the map before anything is heard of it.
        called = {node: self.names[node] if node < len(self.names) else self._world.called[node] for node in nodes}
        self._before = {called[node]: self.place_of(node) for node in nodes}
        for house in self._world.houses.rows:  # each after what it is at
            if house.at in moving:
                moving.add(house.node)
        self.moving = frozenset(moving)
        return np.array(list(self._before.values())).reshape(-1, 2)

    def carry(self, points: np.ndarray) -> None:
        """Who is being dragged is there now. Sizes are not worked out anew before they are let go."""
        mine = [at for at, node in enumerate(self.lifted) if node < len(self.names)]
        self.points[[self.lifted[at] for at in mine]] = points[mine]
        for node, at in zip(self.lifted, points.tolist(), strict=True):
            if node >= len(self.names):
                self._places[self._world.called[node]] = at[0], at[1]
        self._carries += 1

    def put_back(self) -> None:
        """They were not dragged after all."""
        for node, at in zip(self.lifted, self._before.values(), strict=True):
            if node < len(self.names):
                self.points[node] = at
            else:
                self._places[self._world.called[node]] = at
        self.lifted, self.moving = (), frozenset()
        self._moves += 1

    def let_go(self) -> dict[str, tuple[float, float]]:
        """They stay where they are; gives their places by name."""
        places = {self._world.called[node]: self.place_of(node) for node in self.lifted}
        for node, name in zip(self.lifted, places, strict=True):
            self.move(node, *places[name])
        self.lifted, self.moving = (), frozenset()
        return places

    def places(self) -> dict[str, tuple[float, float]]:
        """Where everybody stands who is drawn, by name."""
        mine = np.flatnonzero(self.hosts == np.arange(len(self.hosts))).tolist()
        stood = () if self._figures is None else self.houses(self._figures[1])  # who has gone since stands no more
        return {self._world.called[node]: self.place_of(node) for node in (*mine, *(one.node for one in stood))}

    def pins(self) -> dict[str, tuple[float, float]]:
        """The same of the providers whom the scenario gives no place."""
        rows = {row.name: row for row in self._scenario.provider}
        free = {name for name, row in rows.items() if row.position is None and row.geo is None}
        return {name: at for name, at in self.places().items() if name in free}

    def faulty(self, t: float) -> list[Pair]:
        """The links that have faults at t."""
        state = self._world.state(t)
        usual = [(a, b) for a, b in self.pairs[list(self._all.faulty)].tolist()]
        found = dict.fromkeys(pair for pair in usual if pair not in state.links)
        found |= dict.fromkeys(pair for pair, changed in state.links.items() if fault(changed))
        return [pair for pair in found if pair not in state.absent]

    def has_faults(self, t: float) -> bool:
        """Whether there are any; asked often, so that the links of a mesh are not looked at one by one."""
        links = self._world.state(t).links
        mended = sum(1 for place in self._all.places(links) if place in self._all.faulty)
        return len(self._all.faulty) > mended or any(map(fault, links.values()))

    def place_of(self, node: int) -> tuple[float, float]:
        """Where one of them was put."""
        if node < len(self.names):
            x, y = self.points[node].tolist()
            return x, y
        name = self._world.called[node]
        if name not in self._places and self._figures is not None:  # it stands where there was room
            stand = next(one for one in self.houses(self._figures[1]) if one.node == node)
            return self._camera.to_box(stand.x, stand.y)
        return self._places[name]

    def figures(self, camera: Camera, scale: float) -> Figures:
        """Everybody as seen by a camera at this text size. Equal calls give the same object."""
        asked = camera, scale, self._moves
        if self._figures is None or self._figures[0] != asked:
            most = OF_PANE * min(camera.width, camera.height) * camera.zoom
            centres = camera.to_window(self.points)
            made = figures(self.names, self.customers, centres, scale, most, self.hosts)
            self._figures = asked, made
            self._camera = camera
        return self._figures[1]

    def figures_now(self, camera: Camera, scale: float) -> Figures:
        """The same, with those who are being dragged where they are now."""
        resting = self.figures(camera, scale)
        if not self.lifted:
            return resting
        asked = resting, self._carries
        if self._aloft is None or self._aloft[0] != asked:
            centres = resting.centres.copy()
            mine = [node for node in self.lifted if node < len(self.names)]
            centres[mine] = camera.to_window(self.points[mine])
            self._aloft = asked, replace(resting, centres=centres[self.hosts])
        return self._aloft[1]

    def resting(self) -> Figures:
        """The figures that were asked for last, as they are without a drag."""
        assert self._figures is not None, "asked only while something is painted"
        return self._figures[1]

    def houses(self, shown: Figures) -> tuple[Stand, ...]:
        """Where organisations stand among these figures, which are the last that were asked for."""
        rows = self._world.houses.rows
        if self.lifted and self._figures is not None and self._stood is not None and len(rows):
            places = {name: self._camera.to_window(np.array([at]))[0].tolist() for name, at in self._places.items()}
            return self._there(shifted(self._stood[2], self._world, self._figures[1], shown, places))
        if self._stood is None or self._stood[0] is not shown or self._stood[1] != len(rows):
            points = np.array(list(self._places.values()), float).reshape(-1, 2)
            inside = self._camera.to_window(points).tolist() if len(points) else []
            places = {name: (x, y) for name, (x, y) in zip(self._places, inside, strict=True)}
            made = stands(self._world, shown, places, self._camera.width, self._camera.height)
            self._stood = shown, len(rows), made
        return self._there(self._stood[2])

    def _there(self, stood: tuple[Stand, ...]) -> tuple[Stand, ...]:
        return tuple(one for one in stood if one.node not in self._absent) if self._absent else stood

    def zoom_for_full(self, camera: Camera, scale: float) -> float:
        """The zoom, against this camera, at which a usual provider has its full size."""
        near = spacing(camera.to_window(self.points[np.unique(self.hosts[self.hosts >= 0])]))
        near = near[np.isfinite(near)]
        return FULL * scale / (SHARE * float(np.median(near))) if len(near) and np.median(near) > 0 else 1.0

    def _shown_of(self, ground: Ground) -> Ground:
        """What is left of it where some links are hidden."""
        kinds, faultless = self._hidden
        if not faultless and not kinds & {PEERINGS, PARENTS}:
            return ground
        numbers = ground.lines @ (len(self.names), 1)
        above = np.isin(numbers, np.sort(ground.up, axis=1) @ (len(self.names), 1))
        keep = ~above if PARENTS in kinds else np.ones(len(above), bool)
        keep &= above if PEERINGS in kinds else True
        if faultless:
            faulty = np.array([*ground.faults, *ground.cut], np.int64).reshape(-1, 2)
            keep &= np.isin(numbers, faulty @ (len(self.names), 1))
        return kept(ground, keep)

    def _parents(self, state: State) -> dict[int, int | None]:
        came = {node: parent for node, parent in self._world.states.parents.items() if parent is not None}
        return dict.fromkeys(range(len(self.names))) | self._above | came | state.parents

    def _arrange(self, state: State) -> None:
        """Who is drawn, and where: worked out when somebody was folded, unfolded, attached or detached."""
        counts = len(self._world.called), len(self._world.states.parents), len(self.names), self._begun
        now = frozenset(self.folds.closed), counts
        before = self._arranged
        if self._folded is not None and before is not None and before[0] is state and before[1] == now:
            return
        self._arranged = state, now
        later = {node for node in range(self._begun, len(self.names)) if node not in self._world.called}
        absent, parents = state.gone | state.coming | later, self._parents(state)
        asked = frozenset(self.folds.closed), tuple(parents.values()), absent
        if asked == self._folded:
            return
        same = isinstance(self._folded, tuple) and asked[:2] == self._folded[:2]
        self._folded, self._absent = asked, absent
        if not same:
            self._lay(parents)
        self.hosts = self._placed_by.copy()
        self.hosts[[node for node in absent if node < len(self.hosts)]] = -1
        self._moves += 1

    def _lay(self, parents: dict[int, int | None]) -> None:
        self._placed_by = self.folds.hosts(len(self.names), parents)
        rows = self._scenario.provider
        layout = place(rows, [(a, b) for a, b in self._under.tolist()] or list(self._links), self._placed_by)
        self._laid, self.aspect = layout.points, layout.aspect
        self._stand()

    def _stand(self) -> None:
        """Everybody where the layout has them, or where they were put."""
        self.points = self._laid.copy()
        for node, at in self._held.items():
            self.points[node] = at
        hosts = self._placed_by
        away = np.flatnonzero(hosts != np.arange(len(hosts)))
        self.points[away] = self.points[hosts[away]]
        self._moves += 1

    def _know(self, pairs: list[tuple[int, int]]) -> None:
        self._all = Links(pairs, list(self._links.values()), self._default)
        self.pairs = self._all.pairs
        self.loads = Counter(self._trace, self._world, self.pairs)


def _nowhere(rows: Iterable[Any]) -> tuple[Any, ...]:
    """Rows of providers or organisations without their places."""
    nowhere = {"position": None, "geo": None}
    return tuple(
        msgspec.structs.replace(row, **{name: nowhere[name] for name in nowhere if hasattr(row, name)}) for row in rows
    )
