"""How two parties meet on a stream: the handshake, and who may pass. It ends in a channel, or in a reason why not.

Rules: nothing is told to somebody without a valid ticket but who we are; only an authority opens a channel to such a
guest, for one Join. Whoever dials shows itself after it has seen whom it reached. Of a refusal no reason is sent.
"""

import asyncio
import secrets
from collections.abc import Callable, Coroutine

import msgspec

from p4lab.live.budget import Bucket, Buckets
from p4lab.live.channel import Channel, ChannelClosed
from p4lab.live.frames import BAD
from p4lab.live.identity import AUTHORITY, KEY_SIZE, MAX_TICKET, Keys, Ticket, flaw, member_id, pack, unpack, vouched
from p4lab.live.limits import Limits
from p4lab.live.noise import DH, MAC, Handshake
from p4lab.live.sockets import Stream

PROLOGUE = b"P4LAB/1"
SIGNED = KEY_SIZE + 64  # the identity key, and its word for the channel key; a ticket follows
LONGEST = 2 * DH + 2 * MAC + SIGNED + MAX_TICKET  # bytes of a handshake message


class NotAdmitted(ConnectionError):  # noqa: N818 being refused is an answer
    """Why there is no channel, in a sentence."""


class UnreachableError(NotAdmitted):
    """Nobody answers there."""


class StrangerError(NotAdmitted):
    """What answers there is no node of this class."""


class Party(msgspec.Struct):
    """Who we are in a class. ticket: None for somebody who wants to join. wall: unix time; clock: as nodes are told."""

    keys: Keys
    class_id: str
    ticket: Ticket | None
    limits: Limits
    clock: Callable[[], float]
    wall: Callable[[], float]
    buckets: Buckets[bytes] | None = None  # of what each identity may send, over all its channels

    def __post_init__(self) -> None:
        limits, clock = self.limits, self.clock
        if self.buckets is None:
            self.buckets = Buckets(
                lambda: Bucket(
                    clock, limits.messages_per_second, limits.burst, limits.bytes_per_second, limits.burst_bytes
                )
            )

    @property
    def authority(self) -> bool:
        """Whether we are the authority of the class."""
        return self.ticket is not None and self.ticket.seat == AUTHORITY


async def initiate(stream: Stream, party: Party, expect: bytes | None = None, address: str = "") -> Channel:
    """A channel to whoever answers; with `expect` to the holder of that id alone. Raises NotAdmitted.

    Without a ticket only the class's authority will do, for a Join.
    """

    async def talk() -> Channel:
        meeting = _Meeting(stream, party, initiator=True)
        meeting.send(b"")
        peer_key, peer, why = meeting.judge(await meeting.hear())
        if why or peer is None:
            raise NotAdmitted(f"Who answers there {why or 'has no ticket'}.")
        if expect not in (None, member_id(peer_key)):
            raise NotAdmitted("Somebody else answers there.")
        if party.ticket is None and peer.seat != AUTHORITY:
            raise NotAdmitted("A member answers there, and only the authority of the class admits.")
        meeting.send(meeting.own)
        channel = meeting.channel(peer_key, peer, party.ticket is None, address)
        try:
            await channel.begun()
        except ChannelClosed as closed:
            raise NotAdmitted("Who answers there does not admit us.") from closed
        return channel

    return await _within(stream, party, talk())


async def respond(stream: Stream, party: Party, address: str = "") -> Channel:
    """A channel to whoever knocked; its `peer` is None for a guest, at an authority. Raises NotAdmitted."""

    async def talk() -> Channel:
        meeting = _Meeting(stream, party, initiator=False)
        if party.ticket is None:
            raise NotAdmitted("Who has no ticket lets nobody in.")
        await meeting.hear()
        meeting.send(meeting.own)
        peer_key, peer, why = meeting.judge(await meeting.hear())
        if peer is None and not party.authority:
            raise NotAdmitted(f"Who knocked {why or 'has no ticket'}.")
        channel = meeting.channel(peer_key, peer, peer is None, address)
        channel.begin()
        return channel

    return await _within(stream, party, talk())


class _Meeting:
    """The messages of one handshake. own: what we say of ourselves."""

    def __init__(self, stream: Stream, party: Party, initiator: bool) -> None:
        keys, ticket = party.keys, party.ticket
        self.own = keys.public + keys.vouch + (pack(ticket) if ticket is not None else b"")
        self._stream = stream
        self._party = party
        self._shake = Handshake(
            initiator,
            PROLOGUE + party.class_id.encode(),
            (keys.static, keys.static_public),
            secrets.token_bytes(KEY_SIZE),
        )
        self._data = b""

    def send(self, payload: bytes) -> None:
        """The next message of ours."""
        message = self._shake.write(payload)
        self._stream.write(len(message).to_bytes(4, "big") + message)

    async def hear(self) -> bytes:
        """The payload of the next message, the other's."""
        size = int.from_bytes(await self._take(4), "big")
        if size > LONGEST:
            raise ValueError("longer than a message of a handshake")
        return self._shake.read(await self._take(size))

    def judge(self, payload: bytes) -> tuple[bytes, Ticket | None, str]:
        """(key, ticket, what is wrong with it) of the other. A ticket that is wrong is none. Raises ValueError."""
        key, sig, packed = payload[:KEY_SIZE], payload[KEY_SIZE:SIGNED], payload[SIGNED:]
        if not vouched(key, self._shake.peer, sig):
            raise ValueError("an identity that is not its own")
        if not packed:
            return key, None, ""
        ticket, own = unpack(packed), self._party.ticket
        why = flaw(ticket, self._party.class_id, self._party.wall())
        if ticket.key != key:
            return key, None, "shows somebody else's ticket"
        if own is not None and ticket.authority != own.authority:  # as good as impossible: another key of that hash
            return key, None, "has a ticket of another authority"
        return (key, None, f"has a ticket that {why}") if why else (key, ticket, "")

    def channel(self, peer_key: bytes, peer: Ticket | None, guest: bool, address: str) -> Channel:
        """The channel, now that the handshake is over."""
        party = self._party
        assert party.buckets is not None
        bucket = party.buckets.of(member_id(peer_key))
        return Channel(
            self._stream,
            self._shake.split(),
            peer_key,
            peer,
            party.limits,
            party.clock,
            bucket,
            self._data,
            guest,
            address,
        )

    async def _take(self, size: int) -> bytes:
        while len(self._data) < size:
            more = await self._stream.read()
            if not more:
                raise NotAdmitted("Who answers there does not admit us.")
            self._data += more
        taken, self._data = self._data[:size], self._data[size:]
        return taken


async def _within(stream: Stream, party: Party, talk: Coroutine[None, None, Channel]) -> Channel:
    """What comes of a talk, in the time that a handshake may take; without a channel the stream is over."""
    channel: Channel | None = None
    try:
        async with asyncio.timeout(party.limits.handshake):
            channel = await talk
    except TimeoutError:
        raise NotAdmitted(f"No handshake within {party.limits.handshake:g} s.") from None
    except BAD as problem:
        raise StrangerError("Something else than a node of this class is there.") from problem
    finally:
        if channel is None:
            stream.abort()
    return channel
