"""A member's side of a class: it keeps the roster, holds when all hold, and stays away when it is sent out.

Rules: only seat 0, the authority, is obeyed, and only in what a class is about; whether we peer stays our own policy.
The connection to the authority is wanted as long as we belong to the class, and others while somebody wants them.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from p4lab.live.authority import Board, Hands
from p4lab.live.frames import AnyFrame, Frozen, Member, Propose, Said, Seated
from p4lab.live.identity import AUTHORITY, Ticket, member_id
from p4lab.live.limits import Limits
from p4lab.live.notes import Notes
from p4lab.live.roster import ADDRESSES, BARRED, GONE, HERE, OUT, REVOKED, Roster, dialable

OUTSIDE = {
    OUT: "The teacher sent you out of the class. You may come back.",
    REVOKED: "The teacher revoked this computer's ticket: it cannot come back to this class.",
}
NOT_YOURS = "only the teacher may say this"


class Dialler(Board, Protocol):
    """A switchboard that dials too."""

    def want(self, seat: int, addresses: Sequence[str] = (), expect: bytes | None = None) -> None: ...
    def unwant(self, seat: int) -> None: ...


class Company:
    """With whom a channel is wanted, for which purposes, and where each may be found."""

    def __init__(self, roster: Roster) -> None:
        """`board` is set when there is one."""
        self.board: Dialler | None = None
        self.loopback = False  # we are on a loopback ourselves, so others' loopback addresses are theirs
        self._roster = roster
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
        told = dialable(member.addresses, "127.0.0.1" if self.loopback else "")
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


class Membership:
    """What one member knows of its class. out: why it is not in it, in a sentence; empty while it is."""

    def __init__(self, me: Ticket, class_name: str, hands: Hands, limits: Limits, wall: Callable[[], float]) -> None:
        """`attach` it to a switchboard before anybody comes."""
        self.me = me
        self.class_name = class_name
        self.notes = Notes(wall)
        self.roster = Roster(limits.roster)
        self.roster.put(Member(AUTHORITY, member_id(me.authority), "Teacher", state=GONE))
        self.company = Company(self.roster)
        self.frozen = False
        self.out = ""
        self._hands = hands
        self._board: Dialler | None = None

    def attach(self, board: Dialler) -> None:
        """From now on this is how others are told; the authority is dialled."""
        self._board = self.company.board = board
        self.company.want(AUTHORITY, "class")

    def take(self, seat: int, frame: AnyFrame) -> None:
        """What somebody says of the class."""
        assert self._board is not None
        if seat != AUTHORITY:
            self.notes.note(f"Seat {seat} spoke as if it were the teacher, and was cut off.")
            self._board.cut(seat, NOT_YOURS)
            return
        match frame:
            case Seated():
                for member in frame.members:
                    self._seated(member)
            case Said():
                self.notes.hear(frame.text)
            case Frozen() if frame.on != self.frozen:
                self.frozen = frame.on
                self.notes.note("The teacher stopped everybody." if frame.on else "The teacher let everybody go on.")
                self._hands.freeze(frame.on)
            case Propose() if frame.seat != self.me.seat:
                self._hands.propose(frame.seat, frame.on)
            case _:
                pass

    def allowed(self, ticket: Ticket) -> str | None:
        """Why the holder of this valid ticket is not let in, or None."""
        return self.roster.barred(ticket.seat, ticket.id)

    def up(self, seat: int) -> None:
        """A member is connected."""
        if seat == AUTHORITY:
            self.notes.note("Connected to the teacher.")

    def down(self, seat: int, why: str, clean: bool) -> None:
        """It is no longer."""
        if seat == AUTHORITY and not self.out:
            self.notes.note(f"The connection to the teacher {'was closed' if clean else 'is lost'}: {why}.")

    def rejoin(self) -> None:
        """Come back after having been sent out: the authority decides."""
        if self.out == OUTSIDE[OUT]:
            self.out = ""
            self.company.again()

    def _seated(self, member: Member) -> None:
        assert self._board is not None
        if not self.roster.put(member):
            return
        if member.seat == self.me.seat:
            self._am(member.state)
        elif member.state in BARRED:
            self.company.dial(member.seat)
            if member.seat in self._board.channels:
                self._board.cut(member.seat, BARRED[member.state])
        else:
            self.company.dial(member.seat)

    def _am(self, state: str) -> None:
        assert self._board is not None
        if state in OUTSIDE:
            self.out = OUTSIDE[state]
            self.notes.note(self.out)
            self.company.part()
            for seat in list(self._board.channels):
                self._board.cut(seat, BARRED[state])
        elif state == HERE:
            self.out = ""
