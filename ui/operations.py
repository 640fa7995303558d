"""The rows of the action table that change the network, or choose what is to be changed: the menu Network.

Rules: rows alone; what is possible and what is done is `deeds`'. The menus on the map are made of the same actions, by
the ids in `ON_PROVIDER`, `ON_HOUSE` and `ON_LINK`.
"""

from functools import partial
from typing import Protocol

from ui import words
from ui.deeds import ONE, Deeds
from ui.focus import Focus
from ui.rows import Row

MISBEHAVE = "Misbehave"
SWITCHES = tuple(f"misbehave-{switch}" for switch in words.SWITCHES)
ON_PROVIDER = (
    "get-here", "put-here", "remove-here", "inspect", "see-as", "", "fold", "keep", "", "crash", "restart",
    MISBEHAVE, "", "peer", "unpeer", "link-conditions", "attach", "detach", "move-here", "", "partition", "heal", "",
    "customers", "duplicate", "delete", "properties",
)  # fmt: skip
ON_HOUSE = (
    "get-here", "put-here", "remove-here", "inspect", "", "crash", "restart", "", "cut-off", "join", "link-conditions",
    "", "move-here", "heal", "", "customers", "duplicate", "delete", "properties",
)  # fmt: skip
ON_LINK = ("link-down", "link-up", "link-conditions", "", "unpeer", "hide", "", "heal")
ON_MAP = ("tool-provider", "select-all", "reset-faults", "hide", "", "partition", "heal")


class Bar(Protocol):
    """The put/get bar."""

    def prepare(self, verb: str, provider: int) -> None: ...


class Folds(Protocol):
    """The map."""

    def fold(self) -> None: ...
    def why_not_fold(self) -> str: ...


class View(Protocol):
    """What these rows ask of the window; looked up when they are asked for."""

    @property
    def map(self) -> Folds: ...
    @property
    def bar(self) -> Bar: ...
    def inspect(self) -> None: ...


def operations(deeds: Deeds, focus: Focus, view: View) -> list[Row]:
    """In the order of the menu."""

    def nobody() -> str:
        return "" if focus.provider is not None else ONE

    def prepare(verb: str) -> None:
        if focus.provider is not None:
            view.bar.prepare(verb, focus.provider)

    def fold() -> None:  # the map is made after the table
        view.map.fold()

    def cannot_fold() -> str:
        return nobody() or view.map.why_not_fold()

    rows = [
        Row(f"{verb}-here", f"{verb.capitalize()} here…", "Network", partial(prepare, verb), keys, deeds.not_any,
            says=f"{verb.capitalize()} through the chosen provider, in the bar below the map")
        for verb, keys in (("get", ("Shift+G",)), ("put", ("Shift+P",)), ("remove", ()))
    ]  # fmt: skip
    rows += [
        Row("inspect", "Show what it holds", "Network", view.inspect, (), nobody),
        Row("fold", "Fold or unfold what is below", "Network", fold, ("U",), cannot_fold, line=True,
            says="Fold or unfold the providers below the chosen one"),
        Row("keep", "Keep chosen while choosing more", "Network", focus.keep, ("K",), nobody,
            says="Keep the provider chosen while others are chosen too"),
        Row("crash", "Crash", "Network", deeds.crash, (), deeds.not_up, line=True,
            says="Stop the provider at once; what it has stored survives"),
        Row("restart", "Restart", "Network", deeds.restart, (), deeds.not_down,
            says="Bring the provider back with what it had stored"),
    ]  # fmt: skip
    rows += [
        Row(name, words.SWITCHES[switch][:1].upper() + words.SWITCHES[switch][1:], "Network",
            partial(deeds.misbehave, switch), (), deeds.not_one, partial(deeds.misbehaves, switch), submenu=MISBEHAVE)
        for name, switch in zip(SWITCHES, words.SWITCHES, strict=True)
    ]  # fmt: skip
    rows += [
        Row("peer", "Peer these two", "Network", deeds.peer, (), deeds.not_apart, line=True,
            says="The two chosen providers peer from now on"),
        Row("unpeer", "End the peering", "Network", deeds.unpeer, (), deeds.not_peers,
            says="The two peer no more, and drop what came that way"),
        Row("attach", "Attach below…", "Network", deeds.attach, (), deeds.has_parent,
            says="The provider becomes a child of another"),
        Row("detach", "Detach", "Network", deeds.detach, (), deeds.not_child,
            says="The provider leaves its parent and is a top from now on"),
        Row("move-here", "Move an owner here…", "Network", deeds.move_here, (), deeds.not_any,
            says="An owner becomes a customer of this provider, with all it has put"),
        Row("link-down", "Take the link down", "Network", deeds.take_down, (), deeds.link_down, line=True),
        Row("link-up", "Bring the link up", "Network", deeds.bring_up, (), deeds.link_up),
        Row("cut-off", "Cut off from its provider", "Network", deeds.take_down, (), deeds.not_joined,
            says="Nothing passes between the organisation and its provider"),
        Row("join", "Join its provider again", "Network", deeds.bring_up, (), deeds.not_cut_off),
        Row("link-conditions", "Link conditions…", "Network", deeds.change_link, (), deeds.not_linked,
            says="Latency, loss and other faults of the link"),
        Row("partition", "Part the chosen from the rest", "Network", deeds.part, (), deeds.no_side, line=True,
            says="Nothing passes between the chosen providers and all others"),
        Row("heal", "Heal the partition", "Network", deeds.heal, (), deeds.whole),
    ]  # fmt: skip
    return rows
