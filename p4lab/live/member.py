"""A member's side of a class: it keeps the roster, holds when all hold, and stays away when it is sent out.

Rules: only seat 0, the authority, is obeyed, and only in what a class is about; whether we peer stays our own policy.
The connection to the authority is wanted as long as we belong to the class, and others while somebody wants them. Who
was revoked is believed of anybody who shows the authority's signature for it.
"""

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from p4lab.live.company import Company, Dialler, Hands
from p4lab.live.frames import Frame, Frozen, Member, Outlawed, Propose, Said, Seated
from p4lab.live.identity import AUTHORITY, Ticket, member_id
from p4lab.live.limits import Limits
from p4lab.live.notes import Notes
from p4lab.live.outlaws import Outlaws
from p4lab.live.roster import BARRED, DEAD, GONE, HERE, OUT, REVOKED, UNMET, Roster

OUTSIDE = {
    OUT: "The teacher sent you out of the class. You may come back.",
    REVOKED: "The teacher revoked this computer's ticket: it cannot come back to this class.",
}
NOT_YOURS = "only the teacher may say this"


class Membership:
    """What one member knows of its class. out: why it is not in it, in a sentence; empty while it is.

    leaving: it is we who end all channels, and nobody else is lost by that. listed: the teacher has told who is here.
    revoked: ids of whose tickets are not valid any more. While the teacher is away we see for ourselves who is here,
    and a ticket says what its owner is called.
    """

    def __init__(
        self, me: Ticket, class_name: str, hands: Hands, limits: Limits, near: Callable[[str], bool],
        wall: Callable[[], float], revoked: Iterable[bytes] = (),
        keep: Callable[[frozenset[bytes], bytes], None] = lambda ids, word: None, word: bytes = b"",
    ) -> None:  # fmt: skip
        """near: whether a host is of our network. revoked: ids of whom we knew to be, and word, the authority's for it;
        keep: told when they change.

        `attach` it to a switchboard before anybody comes.
        """
        self.me = me
        self.class_name = class_name
        self.notes = Notes(wall)
        self.roster = Roster(limits.roster)
        self.roster.put(Member(AUTHORITY, member_id(me.authority), "Teacher", state=UNMET))
        self.roster.put(Member(me.seat, me.id, me.name))
        self.company = Company(self.roster, near)
        self.frozen = False
        self.out = ""
        self.leaving = self.listed = False
        self._hands = hands
        self._limit = limits.roster
        self._outlaws = Outlaws(me.authority, me.class_id, word)
        listed = () if self._outlaws.frame is None else self._outlaws.frame.ids
        self.revoked, self._keep = frozenset((*revoked, *listed)), keep
        self._board: Dialler | None = None

    def attach(self, board: Dialler) -> None:
        """From now on this is how others are told; the authority is dialled."""
        self._board = self.company.board = board
        self.company.want(AUTHORITY, "class")

    def take(self, seat: int, frame: Frame) -> None:
        """What somebody says of the class."""
        assert self._board is not None
        if seat != AUTHORITY:
            self.notes.note(f"Seat {seat} spoke as if it were the teacher, and was cut off.")
            self._board.cut(seat, NOT_YOURS)
            return
        match frame:
            case Seated():
                self.listed = True
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

    def hear(self, seat: int, frame: Outlawed) -> None:
        """Somebody passes on who was revoked."""
        assert self._board is not None
        try:
            if not self._outlaws.take(frame):
                return
        except ValueError:
            self.notes.note(f"Seat {seat} told of revoked members what the teacher has not signed, and was cut off.")
            self._board.cut(seat, NOT_YOURS)
            return
        self.revoked = frozenset(frame.ids)
        self._keep(self.revoked, self._outlaws.word)
        for other in self._board.channels:
            if other not in (seat, AUTHORITY):
                self._board.post(other, frame)
        for member in list(self.roster.members.values()):
            if member.id in self.revoked:
                self._seated(replace(member, state=REVOKED))

    def allowed(self, ticket: Ticket) -> str | None:
        """Why the holder of this valid ticket is not let in, or None."""
        return BARRED[REVOKED] if ticket.id in self.revoked else self.roster.barred(ticket.seat, ticket.id)

    def up(self, seat: int, ticket: Ticket) -> None:
        """A member is connected, and has shown this ticket."""
        if seat == AUTHORITY:
            self.notes.note("Connected to the teacher.")
        elif self._outlaws.frame is not None and self._board is not None:
            self._board.post(seat, self._outlaws.frame)
        known = self.roster.members.get(seat)
        if known is None:
            self.roster.put(Member(seat, ticket.id, ticket.name))
        elif seat == AUTHORITY or not self._taught():
            self.roster.put(replace(known, name=ticket.name if seat == AUTHORITY else known.name, state=HERE))

    def down(self, seat: int, why: str, clean: bool) -> None:
        """It is no longer. Of others the authority tells, of the authority nobody."""
        known = self.roster.members.get(seat)
        if self.leaving or known is None or known.state in BARRED or (seat and (self.out or self._taught())):
            return
        self.roster.put(replace(known, state=GONE if clean else DEAD))
        if seat == AUTHORITY and not self.out:
            self.notes.note(f"The connection to the teacher {'was closed' if clean else 'is lost'}: {why}.")

    def rejoin(self) -> None:
        """Come back after having been sent out: the authority decides."""
        if self.out == OUTSIDE[OUT]:
            self.out = ""
            self.company.again()

    def _taught(self) -> bool:
        return self._board is not None and AUTHORITY in self._board.channels

    def _seated(self, member: Member) -> None:
        assert self._board is not None
        self._remember(member)
        if not self.roster.put(member):
            return
        if member.seat == self.me.seat:
            self._am(member.state)
        elif member.state in BARRED:
            self.company.dial(member.seat)
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

    def _remember(self, member: Member) -> None:
        """Who is revoked stays so while the teacher is away, after a restart of ours too; a roster's worth at most."""
        if member.state == REVOKED:
            revoked = self.revoked | {member.id}
        else:
            revoked = self.revoked - {member.id}
        if revoked != self.revoked and len(revoked) <= self._limit:
            self.revoked = revoked
            self._keep(revoked, self._outlaws.word)
