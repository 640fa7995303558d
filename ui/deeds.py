"""What a person can do to the network at the playhead, to whom is chosen: why it cannot be done, and the command it is.

Rules: no Qt widgets, nothing shown. A deed is a pair of functions: `why_not` is empty while it is possible, and says
what would make it so; the other gives a Command to the player. What must be asked is asked through `Asks`.
"""

from collections.abc import Callable
from typing import Protocol

from p4lab.core.commands import (
    Command,
    Crash,
    Heal,
    Misbehave,
    Move,
    Note,
    Partition,
    Restart,
    SetLink,
)  # fmt: skip
from p4lab.core.events import LinkChanged, Noted, Pair, pair_of
from p4lab.core.names import Kind
from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import Link, every_link
from p4lab.world import House, State, World
from ui.drafting import Drafting, sentence
from ui.focus import Focus
from ui.player import Player

ONE, TWO, LINE = (
    "Choose a provider on the map first.",
    "Choose two providers first: click one, then the other with Ctrl held; or keep one with K.",
    "Choose a link first: click its line, or choose the providers at its ends.",
)
HOUSE = "Choose an organisation on the map first."
TOO_FEW = "Choose the providers of one side first, each with Ctrl held; the others are the other side."


class Asks(Protocol):
    """What must be asked before some deeds."""

    def one_of(self, title: str, says: str, names: list[str]) -> str | None: ...
    def link(self, title: str, now: Link, usual: Link) -> Link | None: ...


class Deeds:
    """fault: is told what could not be done."""

    def __init__(
        self, player: Player, focus: Focus, asks: Asks, fault: Callable[[str], None], drafting: Drafting
    ) -> None:
        self._player, self._focus, self._asks, self._fault, self._drafting = player, focus, asks, fault, drafting
        player.submitted.connect(self._heard)

    # Possible?

    def idle(self) -> str:
        """Why nothing can be done here at all."""
        return self._drafting.why_not()

    def not_one(self) -> str:
        """For what is done to a provider."""
        return self.idle() or ("" if self._one() is not None else ONE)

    def not_any(self) -> str:
        """For what is done to a provider or to an organisation."""
        return self.idle() or ("" if self._any() is not None else ONE)

    def not_up(self) -> str:
        """For what a provider or an organisation must be up for."""
        return self.not_any() or (f"{self._name()} is down." if self._any() in self._state().crashed else "")

    def not_down(self) -> str:
        """For what it must be down for."""
        return self.not_any() or ("" if self._any() in self._state().crashed else f"{self._name()} is up.")

    def not_apart(self) -> str:
        """For a new peering."""
        pair = self._two()
        if self.idle() or pair is None:
            return self.idle() or TWO
        return self._drafting.why_not_peer(*pair)

    def not_linked(self) -> str:
        """For what is done to a link."""
        return self.idle() or ("" if self.line() is not None else LINE)

    def not_peers(self) -> str:
        """For the end of a peering."""
        pair = self.line()
        if self.idle() or pair is None:
            return self.idle() or LINE
        a, b = pair
        if self._world.houses.get(b) is not None:
            return f"{self._name(b)} is an organisation at {self._name(a)}: they do not peer."
        upward = self._world.states.parent(a, self._now) == b or self._world.states.parent(b, self._now) == a
        return f"{self._name(a)} and {self._name(b)} are parent and child: detach the child." if upward else ""

    def link_down(self) -> str:
        """For what a link must be up for."""
        return self.not_linked() or ("It is down already." if self._link_is_down() else "")

    def link_up(self) -> str:
        """For what a link must be down for."""
        return self.not_linked() or ("" if self._link_is_down() else "It is not down.")

    def not_joined(self) -> str:
        """For cutting an organisation off from what it is at."""
        return self.idle() or (self.link_down() if self._house() is not None else HOUSE)

    def not_cut_off(self) -> str:
        """For joining it again."""
        return self.idle() or (self.link_up() if self._house() is not None else HOUSE)

    def has_parent(self) -> str:
        """For what a provider must be a top for."""
        above = None if self._one() is None else self._world.states.parent(self._one_or_fail(), self._now)
        return self.not_one() or (f"{self._name()} is below {self._name(above)} already." if above is not None else "")

    def not_child(self) -> str:
        """For what a provider must be a local child for."""
        if self.not_one():
            return self.not_one()
        node = self._one_or_fail()
        if self._world.states.parent(node, self._now) is None:
            return f"{self._name()} has no parent."
        redirect = self._world.providers[node].attach == "redirect"
        return f"{self._name()} has no lookup service of its own to go on with." if redirect else ""

    def no_side(self) -> str:
        """For a partition."""
        return self.idle() or ("" if 0 < len(self._chosen()) < len(self._world.providers) else TOO_FEW)

    def whole(self) -> str:
        """For the end of partitions."""
        return self.idle() or ("" if self._state().groups else "There is no partition.")

    def misbehaves(self, switch: str) -> bool:
        """Whether a misbehaviour of the chosen provider is on."""
        node = self._one()
        on = () if node is None else self._state().switches.get(node, ())
        return any(each.partition("=")[0] == switch for each in on)

    # Done

    def crash(self) -> None:
        self._do(Crash(self._name()))

    def restart(self) -> None:
        self._do(Restart(self._name()))

    def peer(self) -> None:
        pair = self._two()
        if pair is not None:
            self._drafting.peer(*pair)

    def unpeer(self) -> None:
        pair = self.line()
        if pair is not None:
            self._drafting.unpeer(*pair)

    def take_down(self) -> None:
        self._between(lambda between: SetLink(between, up=False))

    def bring_up(self) -> None:
        self._between(lambda between: SetLink(between, up=True))

    def change_link(self) -> None:
        """Ask for the conditions of the chosen link, and set those that are different."""
        pair = self.line()
        if pair is None:
            return
        now, names = self.conditions(pair), (self._name(pair[0]), self._name(pair[1]))
        wanted = self._asks.link(" – ".join(names), now, self.usual(pair))
        if wanted is None:
            return
        self._drafting.set_link(*pair, now, wanted)

    def attach(self) -> None:
        """Ask below whom, and attach the chosen provider there."""
        node = self._one_or_fail()
        names = [
            other.name
            for other in self._world.providers
            if other.node != node and not self._drafting.why_not_attach(node, other.node)
        ]
        chosen = [self._name(other) for other in self._chosen()[:-1] if self._name(other) in names]
        names.sort(key=lambda name: name not in chosen)
        found = self._asks.one_of("Attach", f"{self._name()} becomes a child of", names)
        if found is not None:
            self._drafting.attach(node, next(each.node for each in self._world.providers if each.name == found))

    def detach(self) -> None:
        self._drafting.detach(self._one_or_fail())

    def move_here(self) -> None:
        """Ask whose data moves, and move it to the chosen provider."""
        world = self._world
        owners = dict.fromkeys(name.owner for name in world.names if name.kind == Kind.AUTHENTICATED.value)
        owners |= dict.fromkeys(provider.name for provider in world.providers)
        names = [name for name in owners if name and name != self._name()]
        found = self._asks.one_of("Move an owner", f"Becomes a customer of {self._name()}, with all it has put", names)
        if found is not None:
            self._do(Move(found, self._name()))

    def part(self) -> None:
        self._do(Partition((tuple(map(self._name, self._chosen())),)))

    def heal(self) -> None:
        self._do(Heal())

    def misbehave(self, switch: str) -> None:
        """Switch a misbehaviour of the chosen provider on or off."""
        self._do(Misbehave(self._name(), **{switch: not self.misbehaves(switch)}))

    # What it is about

    def line(self) -> Pair | None:
        """The link that is chosen: itself, or as the two providers at its ends, or that of an organisation."""
        house = self._house()
        if house is not None:
            return house.at, house.node
        pair = self._focus.link or self._two()
        return pair if pair is not None and self._world.states.linked(*pair, self._now) else None

    def conditions(self, pair: Pair) -> Link:
        """How a link is now."""
        changed = self._state().links.get(pair)
        return self.usual(pair) if changed is None else _as_link(changed)

    def usual(self, pair: Pair) -> Link:
        """How a link is in the scenario."""
        scenario, house = self._player.session.scenario, self._world.houses.get(pair[1])
        if house is not None:
            return Link(latency=house.latency)
        return every_link(scenario).get(pair, scenario.link)

    @property
    def _world(self) -> World:
        return self._player.world

    @property
    def _now(self) -> float:
        return self._player.playhead

    def _state(self) -> State:
        return self._world.state(self._now)

    def _chosen(self) -> tuple[int, ...]:
        return tuple(node for node in self._focus.chosen if node < len(self._world.providers))

    def _one(self) -> int | None:
        node = self._focus.provider  # or an organisation
        return node if node is not None and node < len(self._world.providers) else None

    def _house(self) -> House | None:
        node = self._focus.provider
        return None if node is None else self._world.houses.get(node)

    def _any(self) -> int | None:
        house = self._house()
        return self._one() if house is None else house.node

    def _one_or_fail(self) -> int:
        node = self._one()
        assert node is not None, "asked only where a provider is chosen"
        return node

    def _two(self) -> Pair | None:
        chosen = self._chosen()
        return pair_of(*chosen) if len(chosen) == 2 else None

    def _name(self, node: int | None = None) -> str:
        found = self._any() if node is None else node
        assert found is not None, "asked only where somebody is chosen"
        return self._world.called[found]

    def _link_is_down(self) -> bool:
        pair = self.line()
        changed = None if pair is None else self._state().links.get(pair)
        return changed is not None and not changed.up

    def _between(self, make: Callable[[tuple[str, str]], Command]) -> None:
        pair = self.line()
        if pair is not None:
            self._do(make((self._name(pair[0]), self._name(pair[1]))))

    def _heard(self, command: Command, at: float) -> None:
        """What could not be done at its time the run has noted instead."""
        if isinstance(command, Note):
            return
        trace = self._player.trace
        for event in trace.slice(trace.index_at(at - 1e-9), trace.index_at(at)).records:
            if isinstance(event, Noted) and event.t == at:
                self._fault(f"Nothing was changed: {event.text}.")

    def _do(self, command: Command) -> None:
        try:
            self._player.submit(command)
        except (ScenarioError, ValueError) as fault:
            self._fault(sentence(fault))


def _as_link(changed: LinkChanged) -> Link:
    return Link(**{name: getattr(changed, name) for name in Link.__struct_fields__})
