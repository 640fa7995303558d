"""The authority of a class: gives out seats and tickets, tells everybody who is here, and sends people out.

Rules: only what a channel proved counts: the key of whoever joins, the seat of whoever speaks. Nothing waits in here;
what must be kept (seats, names, who was revoked) is kept before anybody is told. Seats are never given twice.
"""

from collections import deque
from collections.abc import Callable, Mapping
from hmac import compare_digest
from ipaddress import ip_address, ip_network

from msgspec.structs import replace

from p4lab.live.company import Board, Company, Hands
from p4lab.live.frames import Frame, Frozen, Join, Member, Open, Outlawed, Propose, Refused, Said, Welcome
from p4lab.live.identity import AUTHORITY, JoinCode, Ticket, class_id, issue, member_id, pack
from p4lab.live.limits import Limits
from p4lab.live.newcomers import Newcomers
from p4lab.live.notes import Notes
from p4lab.live.outlaws import signed
from p4lab.live.profile import OwnClass, Profile, ProfileError
from p4lab.live.roster import BARRED, DEAD, GONE, HERE, OUT, REVOKED, Roster, dialable, line, pages, printable, unique

GATHER = 0.2  # s in which changes of the roster are gathered before all are told: thirty who come at once are one frame
MINUTE = 60.0
REMEMBERED = 1_024  # addresses of whom wrong codes are remembered; past that the oldest is forgotten
CROWD = (
    "Many new computers have come from your network address, and the teacher's computer lets in a few of them a "
    "minute: try again in a minute. Whoever was in the class before comes in at once."
)
WRONG = "This join code is not right: look at the teacher's screen again."


class Authority:
    """The teacher's side of a class. frozen: everybody holds. leaving: it is we who end all channels."""

    def __init__(
        self,
        profile: Profile,
        own: OwnClass,
        name: str,
        hands: Hands,
        limits: Limits,
        near: Callable[[str], bool],
        clock: Callable[[], float],
        wall: Callable[[], float],
        later: Callable[[float, Callable[[], None]], object],
    ) -> None:
        """near: whether a host is of our network. later: as an event loop's call_later.

        `board` is set when there is one, which needs our ticket first.
        """
        self.board: Board = _Nobody()
        self.own = own
        self.keys = own.keys
        expires = int(wall() + limits.ticket_seconds)
        self.ticket = issue(self.keys, self.keys.public, printable(name), AUTHORITY, expires)
        self.notes = Notes(wall)
        self.roster = Roster(limits.roster)
        self.company = Company(self.roster, near)
        self.class_name = printable(own.name)
        self.frozen = self.leaving = False
        self.listed = True  # it is we who make the list
        self.outlawed: Outlawed | None = _outlawed(own) if own.serial else None
        self._profile, self._hands, self._limits, self._near = profile, hands, limits, near
        self._clock, self._wall, self._later = clock, wall, later
        self._wrong: dict[str, deque[float]] = {}  # when an address was wrong, the address longest unseen first
        self._newcomers = Newcomers(clock, limits.newcomers, limits.newcomers_per_minute)
        self._told_of: set[int] = set()  # seats that changed since all were told
        self._gathering = False
        self.roster.put(Member(AUTHORITY, member_id(self.keys.public), self.ticket.name))
        for key, seating in own.seats.items():
            state = REVOKED if seating.revoked else GONE
            key_id = member_id(bytes.fromhex(key))
            self.roster.put(Member(seating.seat, key_id, seating.name, state=state, owner=seating.owner))
        self.roster.changed = self._changed

    # Admission

    def code(self, address: str = "") -> JoinCode:
        """What the teacher's screen shows."""
        return JoinCode(self.ticket.class_id, self.own.secret, address)

    def admit(self, key: bytes, address: str, join: Join) -> Welcome | Refused | None:
        """What somebody who proved to own this key is answered; None: nothing at all, it has guessed too often.

        Who guessed too often is not heard for the rest of its minute, right or wrong: else it could go on guessing.
        """
        tries = self._tries(address)
        if len(tries) >= self._limits.wrong_codes:
            return None
        if not compare_digest(join.secret.encode(), self.own.secret.encode()):
            tries.append(self._clock())
            self.notes.note(f"Somebody at {address} gave a wrong code, {len(tries)} in a minute.")
            return Refused(WRONG)
        seat = self.roster.seat_of(member_id(key))
        known = self.roster.members.get(seat) if seat is not None else None
        if known is not None and known.state == REVOKED:
            return Refused("The teacher has revoked this computer's ticket to the class.")
        if seat == AUTHORITY or (known is None and self.roster.full):
            return Refused("The class is full." if known is None else "This is the class's own key.")
        if known is None and not self._newcomers.comes(_whose(address)):
            refused = self._newcomers.to_tell(_whose(address))
            if refused:
                more = f" and {refused - 1} more" if refused > 1 else ""
                self.notes.note(f"{printable(join.name)}{more} at {address} not let in: too many newcomers from there.")
            return Refused(CROWD)
        others = (member.name for member in self.roster.members.values() if member.seat != seat)
        try:
            name = unique(printable(join.name), others)
            seating = self._profile.seat(self.ticket.class_id, key, name, join.owner)
        except ProfileError as problem:
            self.notes.note(f"{printable(join.name)} could not be seated: {problem}")
            return Refused("The teacher's computer cannot keep the seats it gives; tell the teacher.")
        expires = int(self._wall() + self._limits.ticket_seconds)
        ticket = issue(self.keys, key, seating.name, seating.seat, expires)
        state = known.state if known else GONE
        self.roster.put(Member(seating.seat, ticket.id, seating.name, state=state, owner=join.owner))
        return Welcome(pack(ticket), printable(self.own.name))

    def allowed(self, ticket: Ticket) -> str | None:
        """Why the holder of this valid ticket is not let in, or None. Who was sent out may come back."""
        known = self.roster.members.get(ticket.seat)
        if known is None or known.id != ticket.id:
            return "this seat is no longer known here: join again with the code"
        return BARRED[REVOKED] if known.state == REVOKED else None

    # Who is connected

    def up(self, seat: int, opened: Open) -> None:
        """A member is connected, and said this of itself."""
        known = self.roster.members[seat]
        listen = dialable(opened.listen, self._near)
        self.notes.note(f"{known.name} is here.")
        self.roster.put(replace(known, addresses=listen, provider=opened.provider, state=HERE, owner=opened.owner))
        for page in pages(self.roster.members.values()):
            self.board.post(seat, page)
        self.board.post(seat, Frozen(self.frozen))  # off too: it may have missed that all go on
        if self.outlawed is not None:
            self.board.post(seat, self.outlawed)

    def down(self, seat: int, why: str, clean: bool) -> None:
        """It is no longer. clean: it said so."""
        known = self.roster.members.get(seat)
        if known is None or known.state in BARRED or self.leaving:
            return  # that was our doing, and noted
        self.notes.note(f"{known.name} left." if clean else f"{known.name} was lost: {why}.")
        self.roster.put(replace(known, state=GONE if clean else DEAD))

    def listening(self, addresses: tuple[str, ...], owner: bytes = b"") -> None:
        """Where we can be dialled, and as whom we sign: H(public key)."""
        me = self.roster.members[AUTHORITY]
        self.roster.put(replace(me, addresses=addresses, owner=owner))

    # What the teacher may do

    def say(self, text: str) -> None:
        """To everybody."""
        said = line(text)
        if said:
            self.notes.hear(said)
            self._tell(Said(said))

    def freeze(self, on: bool) -> None:
        """Everybody holds, or goes on."""
        if on == self.frozen:
            return
        self.frozen = on
        self.notes.note("Everybody holds." if on else "Everybody goes on.")
        self._hands.freeze(on)
        self._tell(Frozen(on))

    def kick(self, seat: int) -> None:
        """Out, for now."""
        self._send_out(seat, OUT, "was sent out.")

    def revoke(self, seat: int) -> None:
        """Out, for good: kept before it is told."""
        member = self.roster.members.get(seat)
        key = next((key for key, each in self._seats() if each == seat), None)
        if member is None or key is None:
            self.notes.note(f"Nobody at seat {seat} could be revoked.")
            return
        try:
            self._profile.revoke(self.ticket.class_id, key)
            self.outlawed = _outlawed(self._profile.own_class(self.ticket.class_id) or self.own)
            self._tell(self.outlawed)
        except ProfileError as problem:
            self.notes.note(f"{member.name} is cut off, but this could not be kept: {problem}")
        self._send_out(seat, REVOKED, "was revoked.")

    def propose(self, a: int, b: int, on: bool) -> None:
        """Suggest to two members that they peer, or no longer do."""
        for seat in (a, b):
            member = self.roster.members.get(seat)
            if a == b or member is None or not member.provider or (seat and seat not in self.board.channels):
                self.notes.note(f"Nothing was proposed: seat {seat} cannot peer now.")
                return
        for seat, other in ((a, b), (b, a)):
            if seat == AUTHORITY:
                self._hands.propose(other, on)
            else:
                self.board.post(seat, Propose(other, on))

    def _seats(self) -> list[tuple[bytes, int]]:
        own = self._profile.own_class(self.ticket.class_id)
        return [(bytes.fromhex(key), seating.seat) for key, seating in own.seats.items()] if own else []

    def _send_out(self, seat: int, state: str, words: str) -> None:
        member = self.roster.members.get(seat)
        if member is None or seat == AUTHORITY:
            self.notes.note(f"Nobody at seat {seat} could be sent out.")
            return
        self.notes.note(f"{member.name} {words}")
        self.roster.put(replace(member, state=state))
        self._tell_changes()  # at once, and to the one that it is about
        self.board.cut(seat, BARRED[state])

    def _tries(self, host: str) -> deque[float]:
        address = _whose(host)
        tries = self._wrong.pop(address, None) or deque()
        while tries and tries[0] <= self._clock() - MINUTE:
            tries.popleft()
        self._wrong[address] = tries
        while len(self._wrong) > REMEMBERED:
            del self._wrong[next(iter(self._wrong))]
        return tries

    def _changed(self, member: Member) -> None:
        self._told_of.add(member.seat)
        if not self._gathering:
            self._gathering = True
            self._later(GATHER, self._tell_changes)

    def _tell_changes(self) -> None:
        self._gathering = False
        changed = [self.roster.members[seat] for seat in sorted(self._told_of)]
        self._told_of.clear()
        for page in pages(changed):
            self._tell(page)

    def _tell(self, frame: Frame) -> None:
        for seat in list(self.board.channels):
            if seat != AUTHORITY:
                self.board.post(seat, frame)


def _outlawed(own: OwnClass) -> Outlawed:
    """Everybody who was revoked, for members to tell each other."""
    ids = (member_id(bytes.fromhex(key)) for key, seating in own.seats.items() if seating.revoked)
    return signed(own.keys, class_id(own.keys.public), own.serial, ids)


def _whose(host: str) -> str:
    """Whom wrong codes are counted for: of IPv6 a whole network, since one computer may take any of its addresses."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    return host if address.version == 4 else str(ip_network((address, 64), strict=False))


class _Nobody:
    """The board before there is one."""

    channels: Mapping[int, object] = {}

    def post(self, seat: int, frame: Frame) -> bool:
        return False

    def cut(self, seat: int, why: str) -> None:
        pass
