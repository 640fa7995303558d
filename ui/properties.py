"""The forms of who is chosen: filled in as they are now, checked while they are typed, and applied as one edit.

Rules: no Qt widgets; asks through `Asks`, edits through `drafting`. A name can be changed at any time; where a
child hangs and how far an organisation is, only where it can be at that moment.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

from p4lab.core.commands import AddOrganisation, AddProvider, Attach, Command, Detach, SetProvider
from p4lab.scenario import changes
from p4lab.scenario.changes import Change
from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import Provider, Scenario
from p4lab.world import World, fold
from ui.drafting import Drafting, sentence
from ui.forms.organisation import OrganisationWish
from ui.forms.provider import ProviderWish
from ui.forms.rows import Question
from ui.player import Player
from ui.words import clock

LATER = "Only how the network begins can say this: go to the start."


class Asks(Protocol):
    """The forms."""

    def provider(
        self, wish: ProviderWish, question: Question, check: Callable[[ProviderWish], Mapping[str, str]]
    ) -> ProviderWish | None: ...
    def organisation(
        self, wish: OrganisationWish, question: Question, check: Callable[[OrganisationWish], Mapping[str, str]]
    ) -> OrganisationWish | None: ...


class Properties:
    """Of one window."""

    def __init__(self, player: Player, drafting: Drafting, asks: Asks) -> None:
        self._player, self._drafting, self._asks = player, drafting, asks

    def open(self, node: int) -> None:
        """The form of a provider or an organisation."""
        there = node in self._world.called and self._world.state(self._player.playhead).there(node)
        if self._drafting.why_not() or not there:
            return
        if self._world.houses.get(node) is None:
            self._provider(node)
        else:
            self._organisation(node)

    def _provider(self, node: int) -> None:
        was, drafting = self.provider_now(node), self._drafting
        others = [each for each in self._there() if each.node != node]
        names = [each.name for each in others if each.attach != "redirect"]
        fixed = {} if drafting.at_start else {"attach": LATER}
        wish = self._asks.provider(was, Question(self._when(), names, fixed), lambda wish: self.wrong(node, wish))
        if wish is None or wish == was or self.wrong(node, wish):
            return

        def begin(scenario: Scenario) -> Scenario:
            return _shaped(scenario, was, wish)

        def later() -> list[Command]:
            found: list[Command] = []
            count = wish.customers if wish.customers != was.customers else None
            delay = wish.lookup_delay if wish.lookup_delay != was.lookup_delay else None
            if count is not None or delay is not None:
                found.append(SetProvider(was.name, delay, count))
            if wish.parent != was.parent:
                found.append(Attach(was.name, wish.parent) if wish.parent else Detach(was.name))
            return found

        if drafting.at_start:
            drafting.do(f"changing {was.name}", begin, later, moves=wish.parent != was.parent)
        else:
            if later():
                drafting.do(f"changing {was.name}", begin, later)
            drafting.rename(was.name, wish.name)

    def _organisation(self, node: int) -> None:
        was, drafting = self.organisation_now(node), self._drafting
        names = [each.name for each in self._there()]
        names += [] if was.at in names else [was.at]
        fixed = {} if drafting.at_start else dict.fromkeys(("at", "store", "latency"), LATER)
        question = Question(self._when(), names, fixed, self._player.scenario.options.access_latency)
        wish = self._asks.organisation(was, question, lambda wish: self.wrong_house(node, wish))
        if wish is None or wish == was or self.wrong_house(node, wish):
            return

        def begin(scenario: Scenario) -> Scenario:
            return _housed(scenario, was, wish)

        if drafting.at_start:
            drafting.do(f"changing {was.name}", begin, list, moves=wish.at != was.at)
        else:
            if wish.customers != was.customers:
                drafting.set_provider(was.name, customers=wish.customers)
            drafting.rename(was.name, wish.name)

    # What it is now, and what would be wrong

    def provider_now(self, node: int) -> ProviderWish:
        """How a provider is at the playhead."""
        name, states, t = self._world.called[node], self._world.states, self._player.playhead
        above = states.parent(node, t)
        parent = "" if above is None else self._world.called[above]
        for row in self._drafting.whole().provider:
            if row.name == name:
                return ProviderWish(name, row.customers, row.lookup_delay, parent, row.attach.value)
        for done in self._drafting.whole().do:
            if isinstance(done.command, AddProvider) and done.command.provider == name:
                made = done.command
                return ProviderWish(name, made.customers, made.lookup_delay, parent, made.attach.value)
        return ProviderWish(name, parent=parent)

    def organisation_now(self, node: int) -> OrganisationWish:
        """How an organisation is."""
        name = self._world.called[node]
        for row in self._drafting.whole().organisation:
            if row.name == name:
                return OrganisationWish(name, row.at, row.customers, row.store, row.latency)
        for done in self._drafting.whole().do:
            if isinstance(done.command, AddOrganisation) and done.command.organisation == name:
                made = done.command
                return OrganisationWish(name, made.at, made.customers, made.store, made.latency)
        house = self._world.houses.get(node)
        assert house is not None, "asked only of organisations"
        return OrganisationWish(name, self._world.called[house.at], house.customers, house.store, house.latency)

    def wrong(self, node: int, wish: ProviderWish) -> dict[str, str]:
        """What cannot be, by field."""
        was, found = self.provider_now(node), self._wrong_name(self._world.called[node], wish.name)
        if wish.parent != was.parent:
            fault = self._wrong_parent(node, was, wish)
            found |= {"parent": fault} if fault else {}
        if not found and self._drafting.at_start and wish != was:
            found |= _fault("", lambda: _shaped(self._drafting.whole(), was, wish))
        return found

    def wrong_house(self, node: int, wish: OrganisationWish) -> dict[str, str]:
        """The same for an organisation."""
        was, found = self.organisation_now(node), self._wrong_name(self._world.called[node], wish.name)
        if not found and self._drafting.at_start and wish != was:
            found |= _fault("at", lambda: _housed(self._drafting.whole(), was, wish))
        return found

    def _wrong_name(self, name: str, wanted: str) -> dict[str, str]:
        if not wanted:
            return {"name": "It needs a name."}
        return {} if wanted == name else _fault("name", lambda: changes.rename(self._drafting.whole(), name, wanted))

    def _wrong_parent(self, node: int, was: ProviderWish, wish: ProviderWish) -> str:
        whole, drafting = self._drafting.whole(), self._drafting
        if drafting.at_start:
            hung = changes.attach if wish.parent else (lambda scenario, name, _: changes.detach(scenario, name))
            return _fault("parent", lambda: hung(whole, was.name, wish.parent)).get("parent", "")
        if not wish.parent:
            return f"{was.name} has no lookup service of its own to go on with." if was.attach == "redirect" else ""
        if was.parent:
            return f"It is below {was.parent}: detach it first."
        above = next(each.node for each in self._world.providers if each.name == wish.parent)
        return drafting.why_not_attach(node, above)

    def _there(self) -> list[fold.Provider]:
        state = self._world.state(self._player.playhead)
        return [each for each in self._world.providers if state.there(each.node)]

    def _when(self) -> str:
        if self._drafting.at_start:
            return "This is how the network begins."
        return f"From {clock(self._player.playhead)} on; a new name holds from the start."

    @property
    def _world(self) -> World:
        return self._player.world


def _shaped(scenario: Scenario, was: ProviderWish, wish: ProviderWish) -> Scenario:
    """With the provider as it is wished to be."""
    fields = {
        name: getattr(wish, name) for name in ("customers", "lookup_delay") if getattr(wish, name) != getattr(was, name)
    }  # fmt: skip
    found = scenario
    if wish.parent != was.parent:
        change = changes.attach(found, was.name, wish.parent) if wish.parent else changes.detach(found, was.name)
        found = change.scenario if isinstance(change, Change) else change
    if wish.parent and (wish.attach != was.attach or wish.parent != was.parent):
        fields["attach"] = msgspec.convert({"name": was.name, "attach": wish.attach}, Provider).attach
    if fields:
        found = changes.set_provider(found, was.name, **fields)
    return found if wish.name == was.name else changes.rename(found, was.name, wish.name)


def _housed(scenario: Scenario, was: OrganisationWish, wish: OrganisationWish) -> Scenario:
    found = scenario
    if wish.at != was.at:
        found = changes.attach(found, was.name, wish.at).scenario
    found = changes.set_provider(found, was.name, customers=wish.customers, store=wish.store, latency=wish.latency)
    return found if wish.name == was.name else changes.rename(found, was.name, wish.name)


def _fault(field: str, tried: Callable[[], object]) -> dict[str, str]:
    """What trying says, at this field."""
    try:
        tried()
    except (ScenarioError, msgspec.ValidationError) as fault:
        path = fault.path[-1] if isinstance(fault, ScenarioError) and fault.path else field
        where = field or (str(path) if path in ("customers", "lookup_delay", "parent", "attach", "name") else "parent")
        text = sentence(
            ScenarioError(fault.what, fault.right) if isinstance(fault, ScenarioError) else ValueError(str(fault))
        )
        return {where: text}
    return {}
