"""Who misbehaves in a run: an honest provider is put inside a liar when its first switch is turned.

Rules: what is due at the provider stays due. Whoever crashes lies on when it comes back, with what it remembers.
"""

from typing import Protocol

from p4lab.core.commands import Misbehave
from p4lab.core.contract import Node
from p4lab.core.events import Event, Misbehaving
from p4lab.core.misbehaviour import Liar
from p4lab.core.provider import Provider
from p4lab.core.redirect import Redirect


class Places(Protocol):
    """The nodes of a run."""

    nodes: list[Node]

    def emit(self, event: Event, t: float) -> int:
        """Append an Event, and return its id."""

    def replace(self, number: int, node: Node) -> None:
        """This node in the place of the one before, for all that is due."""


class Liars:
    """delays: of the providers' lookup services, seconds."""

    def __init__(self, places: Places, delays: list[float]) -> None:
        self._places = places
        self._delays = delays
        self._liars: dict[int, Liar] = {}
        self._on: dict[int, tuple[str, ...]] = {}

    def switch(self, number: int, command: Misbehave, t: float) -> bool:
        """Turn a provider's switches; whether that changed anything. It is up."""
        liar = self._liars.get(number)
        if liar is None:
            honest = self._places.nodes[number]
            assert isinstance(honest, Provider | Redirect), "a provider's place has a provider in it"
            self._liars[number] = liar = Liar(honest, self._delays[number])
            self._places.replace(number, liar)
        on = liar.switch(command)
        if on == self._on.get(number, ()):
            return False
        self._on[number] = on
        self._places.emit(Misbehaving(node=number, switches=on), t)
        return True

    def delay(self, number: int, lookup_delay: float) -> None:
        """The lookup service of this provider takes so long from now on."""
        if (liar := self._liars.get(number)) is not None:
            liar.set_lookup_delay(lookup_delay)

    def honest(self, number: int) -> Node:
        """Who stands in this place, behind whatever it lies."""
        liar = self._liars.get(number)
        node = self._places.nodes[number]
        return node if liar is None or node is not liar else liar.node

    def behind(self, number: int, node: Node) -> Node:
        """What stands in this place from now on: a provider that was restarted is inside its liar, if it has one."""
        liar = self._liars.get(number)
        if liar is None or not isinstance(node, Provider | Redirect):
            return node
        liar.node, liar.wake_at = node, node.wake_at
        return liar
