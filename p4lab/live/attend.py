"""A member's place in its class: the authority or a membership, plugged into a switchboard, with the hub or the relay.

Rules: wiring, and the talks that need a channel of their own: to greet who joins, to meet through the hub.
What a class means stands in authority.py and member.py.
"""

import asyncio
from collections.abc import Callable, Mapping

from p4lab.live.authority import Authority
from p4lab.live.budget import Bucket, Buckets
from p4lab.live.candidates import CLASS, Candidate
from p4lab.live.channel import Channel
from p4lab.live.company import Company
from p4lab.live.frames import Frozen, Join, Outlawed, Propose, Relay, Said, Seated
from p4lab.live.hub import Hub
from p4lab.live.identity import AUTHORITY
from p4lab.live.ladder import Facts, Heard, Reach
from p4lab.live.meeting import NotAdmitted, Party, initiate, respond
from p4lab.live.member import NOT_YOURS, Membership
from p4lab.live.notes import Notes
from p4lab.live.relay import Relays, RelayStream
from p4lab.live.roster import HERE, Roster
from p4lab.live.switchboard import Switchboard
from p4lab.live.tasks import Tasks


class Place:
    """Where one member stands in its class. rules: what a teacher may do; None at everybody else."""

    def __init__(self, board: Switchboard, party: Party, role: Authority | Membership, fault: Callable[[str], None]):
        """fault: told of what should not happen. Plugs itself in."""
        loop = asyncio.get_running_loop()
        self.board = board
        self.rules = role if isinstance(role, Authority) else None
        self.role = role
        self.notes: Notes = role.notes
        self.roster: Roster = role.roster
        self.company: Company = role.company
        self.hub = Hub(board, party.limits, party.clock, loop.call_later) if self.rules is not None else None
        self.relays = Relays(board.me.seat, lambda frame: board.post(AUTHORITY, frame), self._accept, party.limits)
        self._party = party
        rate = party.limits.handshakes_per_second
        self._knocks: Buckets[int] = Buckets(lambda: Bucket(party.clock, rate, rate))
        self._tasks = Tasks(fault)
        board.allowed = role.allowed
        board.on(Relay, self._relay)
        board.watch(self._up, self._down)
        if isinstance(role, Authority):
            board.on_join = self._greet
            role.board = role.company.board = board
        else:
            for kind in (Seated, Said, Frozen, Propose):
                board.on(kind, role.take)
            board.on(Outlawed, role.hear)
            board.dialer = self._through_hub
            role.attach(board)

    @property
    def class_name(self) -> str:
        """Of the class."""
        return self.role.class_name

    @property
    def frozen(self) -> bool:
        """Whether everybody holds."""
        return self.role.frozen

    @property
    def out(self) -> str:
        """Why we are not in the class any more, or empty."""
        return "" if isinstance(self.role, Authority) else self.role.out

    def rejoin(self) -> None:
        """Come back after having been sent out."""
        if isinstance(self.role, Membership):
            self.role.rejoin()

    def found(self, candidate: Candidate) -> None:
        """Discovery says that somebody is there; whether it is, its key will show."""
        if candidate.class_id == self.board.me.class_id[:CLASS]:
            self.company.heard(candidate.id, candidate.addresses)

    def lost(self, key_id: bytes) -> None:
        """Discovery says that it is there no more."""
        self.company.heard(key_id, ())

    def relayed(self, seat: int) -> bool:
        """Whether what this member says to others goes through the hub (at the teacher's), or to us."""
        return self.hub.carries(seat) if self.hub is not None else self.relays.reached(seat)

    def facts(self, heard: Heard | None, found: Mapping[bytes, Candidate]) -> Facts:
        """What tells by which rung of the ladder the class is reached."""
        channels = self.board.channels
        members = tuple(
            Reach(
                member.seat,
                connected=member.seat in channels,
                heard=member.id in found,
                dialled=member.seat in channels and self.company.was_heard(member.id, channels[member.seat].address),
                relayed=self.relayed(member.seat),
            )
            for member in self.roster.members.values()
            if member.seat != self.board.me.seat and (member.seat in channels or member.state == HERE)
        )
        teacher = True if self.rules is not None or AUTHORITY in channels else None
        return Facts(self.rules is not None, heard, members, teacher)

    async def close(self) -> None:
        """No more talks are begun."""
        self.relays.lost()
        await self._tasks.close()

    def _up(self, seat: int) -> None:
        if isinstance(self.role, Authority):
            opened = self.board.opened(seat)
            assert opened is not None  # the switchboard has just taken it
            self.role.up(seat, opened)
        else:
            ticket = self.board.channels[seat].peer
            assert ticket is not None  # as above
            self.role.up(seat, ticket)

    def _down(self, seat: int, why: str, clean: bool) -> None:
        self.role.down(seat, why, clean)
        if self.hub is not None:
            self.hub.down(seat)
        elif seat == AUTHORITY:
            self.relays.lost()

    def _relay(self, seat: int, frame: Relay) -> None:
        if self.hub is not None:
            self.hub.take(seat, frame)
        elif seat == AUTHORITY:
            self.relays.take(frame)
        else:
            self.board.cut(seat, NOT_YOURS)

    async def _greet(self, channel: Channel, asked: Join) -> None:
        """Somebody without a ticket asks for one."""
        assert self.rules is not None
        answer = self.rules.admit(channel.peer_key, channel.address, asked)
        if answer is not None:
            channel.post(answer)
        channel.close("that was all")

    async def _through_hub(self, seat: int) -> Channel | None:
        """A channel to a member that no address leads to. Raises NotAdmitted."""
        member = self.roster.members.get(seat)
        if seat == AUTHORITY or member is None or member.state != HERE or not self.board.here(AUTHORITY):
            return None
        return await initiate(self.relays.open(seat), self._party, member.id)

    def _accept(self, stream: RelayStream) -> None:
        if self._knocks.of(stream.seat).take():
            stream.close()  # as the listener does with an address that knocks too often
        else:
            self._tasks.start(self._admit(stream))

    async def _admit(self, stream: RelayStream) -> None:
        """A member has dialled us through the hub."""
        try:
            channel = await respond(stream, self._party)
        except NotAdmitted:
            return
        if channel.peer is None or channel.peer.seat != stream.seat:
            channel.close("this is not who the hub says")
        else:
            await self.board.admit(channel)
