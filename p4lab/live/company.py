"""What a class needs of a member's node, and with whom it keeps company: who is to be connected, why, and where it is.

Rules: addresses are hints from many mouths: what a person typed goes first, then what the roster says, then what was
heard by mDNS; the channel proves who is there. Somebody who was sent out or revoked is not dialled.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from p4lab.live.frames import Frame
from p4lab.live.roster import ADDRESSES, BARRED, Roster, dialable


class Board(Protocol):
    """What the class needs of a switchboard: who is connected, by seat, and a way to tell them."""

    @property
    def channels(self) -> Mapping[int, object]: ...
    def post(self, seat: int, frame: Frame) -> bool: ...
    def cut(self, seat: int, why: str) -> None: ...


class Hands(Protocol):
    """What a class may ask of a member's own node. Each decides by its own policy."""

    def freeze(self, on: bool) -> None:
        """Hold, or go on."""

    def propose(self, seat: int, on: bool) -> None:
        """The teacher would like us to peer with this member (on), or no longer."""


class Dialler(Board, Protocol):
    """A switchboard that dials too."""

    def want(self, seat: int, addresses: Sequence[str] = (), expect: bytes | None = None) -> None: ...
    def unwant(self, seat: int) -> None: ...


class Company:
    """With whom a channel is wanted, for which purposes, and where each may be found."""

    def __init__(self, roster: Roster, near: Callable[[str], bool]) -> None:
        """near: whether a host is of our network. `board` is set when there is one."""
        self.board: Dialler | None = None
        self._roster, self._near = roster, near
        self._why: dict[int, set[str]] = {}
        self._typed: dict[bytes, tuple[str, ...]] = {}  # by id; no announcement takes these away
        self._heard: dict[bytes, tuple[str, ...]] = {}  # by id, from anybody

    def want(self, seat: int, why: str) -> None:
        """A channel to this member, for one purpose more."""
        self._why.setdefault(seat, set()).add(why)
        self.dial(seat)

    def unwant(self, seat: int, why: str) -> None:
        """For this purpose no longer; with the last one nobody dials any more. What is connected stays."""
        purposes = self._why.get(seat, set())
        purposes.discard(why)
        if not purposes and self._why.pop(seat, None) is not None and self.board is not None:
            self.board.unwant(seat)

    def purposes(self, seat: int) -> frozenset[str]:
        """Why a channel to this member is wanted."""
        return frozenset(self._why.get(seat, ()))

    def typed(self, key_id: bytes, address: str) -> None:
        """A person says that the owner of this key can be dialled there."""
        self._typed[key_id] = (address, *self._typed.get(key_id, ()))[:ADDRESSES]
        self._learnt(key_id)

    def heard(self, key_id: bytes, addresses: Sequence[str]) -> None:
        """Somebody, perhaps anybody, says that the owner of this key can be dialled there."""
        self._heard[key_id] = tuple(addresses)[:ADDRESSES]
        while len(self._heard) > 512:  # twice the candidates of discovery: nobody is crowded out by one flood
            del self._heard[next(iter(self._heard))]
        self._learnt(key_id)

    def was_heard(self, key_id: bytes, address: str) -> bool:
        """Whether this address came from `heard` alone."""
        seat = self._roster.seat_of(key_id)
        told = self._roster.members[seat].addresses if seat is not None else ()
        return address in self._heard.get(key_id, ()) and address not in (*told, *self._typed.get(key_id, ()))

    def addresses(self, seat: int) -> tuple[str, ...]:
        """Where this member may be, what the roster says first."""
        member = self._roster.members.get(seat)
        if member is None:
            return ()
        told = dialable(member.addresses, self._near)
        typed, heard = self._typed.get(member.id, ()), self._heard.get(member.id, ())
        return tuple(dict.fromkeys((*typed, *told, *heard)))

    def dial(self, seat: int) -> None:
        """What we know of this member has changed."""
        member = self._roster.members.get(seat)
        if self.board is None or seat not in self._why:
            return
        if member is not None and member.state in BARRED:
            self.board.unwant(seat)
        else:
            self.board.want(seat, self.addresses(seat), member.id if member is not None else None)

    def part(self) -> None:
        """From everybody: nobody is dialled until `dial`."""
        if self.board is not None:
            for seat in self._why:
                self.board.unwant(seat)

    def again(self) -> None:
        """Back: everybody that is wanted is dialled."""
        for seat in list(self._why):
            self.dial(seat)

    def _learnt(self, key_id: bytes) -> None:
        seat = self._roster.seat_of(key_id)
        if seat is not None:
            self.dial(seat)
