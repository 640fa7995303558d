"""Editing the network: the one place that decides whether an edit changes how it begins, or happens now.

Rules: at the start of a run an edit changes the scenario, later it is a command at the playhead; both go through the
player, which can undo them. Nodes and names in, nothing shown: what could not be done is told to `fault`, what had to
change as well to `tell`. `why_not_…` is empty while something can be done, else a sentence.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import msgspec

from p4lab.core.commands import (
    AddOrganisation,
    AddProvider,
    Attach,
    Command,
    Detach,
    Leave,
    Peer,
    SetLink,
    SetProvider,
    Unpeer,
)  # fmt: skip
from p4lab.core.events import Pair
from p4lab.scenario import changes
from p4lab.scenario.changes import FAULTS, Change
from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import Do, Link, Scenario
from p4lab.world import World
from ui.copying import copied, copies_of
from ui.places import placed
from ui.player import Player
from ui.toolbox import CHILD, ORGANISATION, PEER, SELECT, Toolbox

Point = tuple[float, float]  # of the map, 0..1
Edit = Callable[[Scenario], Scenario | Change]
MOST = 500  # commands that one edit may become, later than the start


class Drafting:
    """pins: where everybody stands who has no place in the scenario; asked before an edit that would lay out anew.

    added: is told who is new.
    """

    def __init__(
        self, player: Player, tools: Toolbox, fault: Callable[[str], None], tell: Callable[[str], None]
    ) -> None:
        self.pins: Callable[[], Mapping[str, Point]] = dict
        self.added: Callable[[list[str]], None] = list.clear
        self._player, self._tools, self._fault, self._tell = player, tools, fault, tell

    @property
    def at_start(self) -> bool:
        """Whether an edit changes how the network begins."""
        return self._player.playhead <= 0 and not self._player.run.happens

    def why_not(self) -> str:
        """For any edit."""
        player = self._player
        if not player.session.abilities.submit:
            return player.session.abilities.why_not
        over = player.playhead >= player.duration
        return "The run is over here: go back a little, or start again." if over else ""

    @property
    def peers_only(self) -> bool:
        """Whether drawing two together means that they peer, whatever is drawn: nobody can hang below another here."""
        return bool(self._player.session.abilities.peers_only)

    def why_not_tool(self, tool: str) -> str:
        """For what a tool does, whoever it is used on."""
        return self.why_not() or ("" if tool in (SELECT, PEER) else self._player.session.abilities.peers_only)

    def parent(self, node: int) -> int | None:
        """Whose child a provider is at the playhead."""
        return self._world.states.parent(node, self._player.playhead)

    def called(self, node: int) -> str:
        """The name of a provider or an organisation."""
        return self._world.called.get(node, "")

    def next_name(self) -> str:
        """That of the next provider."""
        return changes.free_name(self.whole())

    # Providers and organisations

    def add_provider(self, at: Point | None) -> None:
        """One more, there; None: where there is room. It peers with everybody if the toolbox says so."""
        name = self.next_name()
        place = _free_spot(list(self._places().values())) if at is None else at
        peers = "all" if self._tools.meshed else ()
        row: dict[str, Any] = {"position": (round(place[0], 4), round(place[1], 4)), "peers": peers}
        if self.do(
            f"adding {name}",
            lambda scenario: changes.add_provider(scenario, name, **row),
            lambda: [msgspec.convert({"provider": name, **row}, AddProvider)],
            moves=True,
        ):
            self.added([name])

    def why_not_join(self, node: int) -> str:
        """For a new organisation there."""
        return self.why_not_tool(ORGANISATION)

    def add_organisation(self, node: int, at: Point | None) -> None:
        """One more, a customer of this one; at None: beside it."""
        host = self.called(node)
        usual = f"{host[:32]} Works"
        name = changes.free_name(self.whole(), usual) if usual in self._world.called.values() else usual
        row: dict[str, Any] = {} if at is None else {"position": (round(at[0], 4), round(at[1], 4))}
        if self.do(
            f"adding {name}",
            lambda scenario: changes.add_organisation(scenario, name, host, **row),
            lambda: [msgspec.convert({"organisation": name, "at": host, **row}, AddOrganisation)],
            moves=True,
        ):
            self.added([name])

    def remove(self, names: Collection[str]) -> None:
        """They are not there, or leave now."""
        self.do(
            f"removing {_few(names)}",
            lambda scenario: changes.remove(scenario, names),
            lambda: [Leave(name) for name in names],
            moves=True,
        )

    def duplicate(self, names: Collection[str]) -> None:
        """A copy of each beside it, which peers, hangs and reads as it does."""
        copies: dict[str, str] = {}

        def begin(scenario: Scenario) -> Scenario:
            found, made = changes.duplicate(scenario, names)
            copies.update(made)
            return found

        def later() -> list[Command]:
            copies.update(copied(self.whole(), names))
            return copies_of(self.whole(), copies, self._world, self._player.playhead)

        says = f"duplicating {_few(names)}"
        if self.do(says, begin, later, moves=True):
            self.added(list(copies.values()))

    def set_provider(self, name: str, **fields: object) -> None:
        """Customers and lookup delay of a provider, customers of an organisation: those that are given."""
        if fields:
            self.do(
                f"changing {name}",
                lambda scenario: changes.set_provider(scenario, name, **fields),
                lambda: [msgspec.convert({"provider": name, **fields}, SetProvider)],
            )

    def set_customers(self, names: Collection[str], count: int) -> None:
        """So many customers for each."""

        def begin(scenario: Scenario) -> Scenario:
            for name in names:
                scenario = changes.set_provider(scenario, name, customers=count)
            return scenario

        says = f"customers of {_few(names)}"
        self.do(says, begin, lambda: [SetProvider(name, customers=count) for name in names])

    def rename(self, old: str, new: str) -> None:
        """Another name, whenever: the whole scenario and all commands name it so."""
        if new != old:
            self.do(f"renaming {old}", lambda scenario: changes.rename(scenario, old, new), None)

    # Links

    def why_not_begin(self, tool: str, node: int) -> str:
        """For the first of two that a tool joins."""
        if tool == CHILD and self.peers_only:
            return self._player.session.abilities.peers_only
        if not self._world.state(self._player.playhead).there(node):
            return f"{self.called(node)} is not there now."
        if self._world.houses.get(node) is not None:
            return f"{self.called(node)} is an organisation: only providers {'hang' if tool == CHILD else 'peer'}."
        above = self.parent(node)
        if above is None:
            return ""
        if tool == CHILD:
            return f"{self.called(node)} is below {self.called(above)} already: detach it first."
        return f"{self.called(node)} is a child, and only top-level providers peer."

    def why_not_peer(self, a: int, b: int) -> str:
        """For a new peering."""
        found = self.why_not() or self.why_not_begin("peer", a) or self.why_not_begin("peer", b)
        if not found and self._world.states.linked(a, b, self._player.playhead):
            return f"{self.called(a)} and {self.called(b)} peer already."
        return found

    def peer(self, a: int, b: int) -> None:
        """The two peer."""
        one, other = self.called(a), self.called(b)
        self.do(
            f"peering {one} – {other}",
            lambda scenario: changes.add_peering(scenario, one, other),
            lambda: [Peer((one, other))],
        )

    def unpeer(self, a: int, b: int) -> None:
        """They peer no more."""
        one, other = self.called(a), self.called(b)
        self.do(
            f"ending the peering {one} – {other}",
            lambda scenario: changes.end_peering(scenario, one, other),
            lambda: [Unpeer((one, other))],
        )

    def why_not_attach(self, child: int, parent: int) -> str:
        """For hanging one below another."""
        found = self.why_not() or self.why_not_begin(CHILD, child)
        if found:
            return found
        if not self._world.state(self._player.playhead).there(parent):
            return f"{self.called(parent)} is not there now."
        if self._world.houses.get(parent) is not None:
            return f"{self.called(parent)} is an organisation: a provider hangs below a provider."
        if self._world.providers[parent].attach == "redirect":
            return f"{self.called(parent)} has no lookup service of its own, so nobody can hang below it."
        above: int | None = parent
        while above is not None:
            if above == child:
                return f"{self.called(parent)} is below {self.called(child)} itself."
            above = self.parent(above)
        return ""

    def attach(self, child: int, parent: int) -> None:
        """One below another."""
        low, high = self.called(child), self.called(parent)
        self.do(
            f"attaching {low} below {high}",
            lambda scenario: changes.attach(scenario, low, high),
            lambda: [Attach(low, high)],
            moves=True,
        )

    def detach(self, child: int) -> None:
        """It is a top from now on."""
        name = self.called(child)
        self.do(
            f"detaching {name}",
            lambda scenario: changes.detach(scenario, name),
            lambda: [Detach(name)],
            moves=True,
        )

    def set_link(self, a: int, b: int, was: Link, link: Link) -> None:
        """The link is like this. was: as it is now."""
        one, other = self.called(a), self.called(b)
        changed = {
            name: getattr(link, name) for name in Link.__struct_fields__ if getattr(link, name) != getattr(was, name)
        }  # fmt: skip
        if changed:
            self.do(
                f"the link {one} – {other}",
                lambda scenario: changes.set_link(scenario, one, other, link),
                lambda: [SetLink((one, other), **changed)],
            )

    def reset_faults(self, faulty: Collection[Pair]) -> None:
        """No link loses, doubles, delays or corrupts. faulty: those that do now."""
        clean: dict[str, Any] = dict.fromkeys(FAULTS, 0.0)
        self.do(
            "resetting all faults",
            changes.reset_faults,
            lambda: [SetLink((self.called(a), self.called(b)), **clean) for a, b in faulty],
        )

    # Places

    def place(self, places: Mapping[str, Point], says: str = "") -> None:
        """They stand there; how the network runs does not change."""
        branch = self._player.branches.current
        try:
            scenario, _, commands = placed(branch.scenario, branch.commands, places)
            self._player.change(scenario, says or f"moving {_few(places)}", commands)
        except (ScenarioError, ValueError) as fault:
            self._fault(sentence(fault))

    # How

    @property
    def _world(self) -> World:
        return self._player.world

    def whole(self) -> Scenario:
        """The scenario with all that was done by hand."""
        branch = self._player.branches.current
        return msgspec.structs.replace(branch.scenario, do=branch.scenario.do + branch.commands)

    def _places(self) -> dict[str, Point]:
        given = {row.name: row.position for row in self.whole().provider if row.position is not None}
        return given | dict(self.pins())

    def do(self, says: str, begin: Edit, later: Callable[[], list[Command]] | None, moves: bool = False) -> bool:
        """Edit the scenario, or give commands: later; None: it is the same at any time. False: it could not be done.

        moves: whether others would be laid out anew by it, so that their places have to be kept.
        """
        try:
            if self.at_start or later is None:
                self._begin(says, begin, moves and later is not None)
            else:
                self._submit(says, later())
        except (ScenarioError, ValueError) as fault:
            self._fault(sentence(fault))
            return False
        return True

    def _begin(self, says: str, edit: Edit, moves: bool) -> None:
        """Edit the scenario, and what names something in it: the commands given by hand."""
        branch, whole = self._player.branches.current, self.whole()
        pins = {name: at for name, at in self.pins().items() if any(row.name == name for row in whole.provider)}
        if moves and pins:
            whole = changes.set_place(whole, pins)
        found = edit(whole)
        alone = edit(branch.scenario)
        if isinstance(found, Change):
            self._tell(" ".join(found.says))
            found = found.scenario
        count = len((alone.scenario if isinstance(alone, Change) else alone).do)
        scenario = msgspec.structs.replace(found, do=found.do[:count])
        self._player.change(scenario, says, found.do[count:])

    def _submit(self, says: str, commands: list[Command]) -> None:
        """One command as the player does it; several as one step."""
        if len(commands) == 1 or self._player.run.live:
            for command in commands:
                self._player.submit(command)
            return
        if len(commands) > MOST:
            what = f"{len(commands):,} commands are too many for one moment."
            raise ValueError(f"{what} Go to the start: there it is one edit.")
        player, at = self._player, self._player.playhead
        branch, lost = player.branches.current, player.seen > at
        kept = tuple(row for row in branch.commands if row.at <= at or not lost)
        done = kept + tuple(Do(at, command) for command in commands)
        if lost:
            player.branch_off(branch.scenario, done, says)
        else:
            player.change(branch.scenario, says, done)


def sentence(fault: Exception) -> str:
    """A fault as a sentence: what was given is in sight, so of its path the field is enough."""
    if not isinstance(fault, ScenarioError):
        return f"{str(fault)[:1].upper()}{str(fault)[1:]}"
    what = f"{fault.what}; {fault.right}" if fault.right else fault.what
    where = f"{fault.path[-1]}: " if fault.path else ""
    return where + what


def _few(names: Collection[str]) -> str:
    some = list(names)
    return some[0] if len(some) == 1 else f"{len(some)} providers"


def _free_spot(taken: list[Point]) -> Point:
    """Where a provider that is placed by key has the most room: on a ring first, then anywhere."""
    ring = ((0.5, 0.2), (0.75, 0.65), (0.25, 0.65), (0.75, 0.3), (0.5, 0.8), (0.25, 0.3))
    grid = [(0.1 + 0.1 * i, 0.1 + 0.1 * j) for j in range(9) for i in range(9)]

    def room(spot: Point) -> float:
        return min(((spot[0] - x) ** 2 * 2.5 + (spot[1] - y) ** 2 for x, y in taken), default=1.0)

    return next((spot for spot in ring if room(spot) > 0.02), max(grid, key=room))
