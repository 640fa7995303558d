"""Frames: what passes through a channel, one strict tagged union.

Rules: arrays without names, so that no key comes twice; every length has a limit, and nothing is decoded that is longer
than a frame. A frame says nothing of who sent it: the channel knows. Whatever a stranger sends ends in `BAD`.
"""

from typing import Annotated

import msgspec
from msgspec import Meta
from nacl.exceptions import CryptoError

from p4lab.live.limits import FRAME

BAD = (
    msgspec.DecodeError,
    ValueError,
    CryptoError,
)  # all that hostile bytes may raise (UnicodeDecodeError is a ValueError)

Seat = Annotated[int, Meta(ge=0, le=32_767)]  # a member's number in its class, and its node number; 0 is the authority
Name = Annotated[str, Meta(min_length=1, max_length=40)]
Words = Annotated[str, Meta(max_length=500)]
Id = Annotated[bytes, Meta(min_length=16, max_length=16)]  # BLAKE2b-128 of an identity key
Owner = Annotated[bytes, Meta(max_length=32)]  # H(public key) of somebody who signs; empty: not told
Address = Annotated[str, Meta(max_length=80)]  # host:port
Number = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Seconds = Annotated[float, Meta(ge=-1e12, le=1e12)]

MEMBER, CUSTOMER = "member", "customer"  # purposes of a channel


class Frame(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    """One frame."""


# The channel's own


class Ping(Frame, frozen=True, tag=1):
    """Is somebody there? at: the sender's clock, seconds."""

    at: Seconds


class Pong(Frame, frozen=True, tag=2):
    """Yes. at: as in the Ping; mine: the answerer's clock when it answered."""

    at: Seconds
    mine: Seconds


class Bye(Frame, frozen=True, tag=3):
    """A clean end, which a cut is not."""

    why: Words


class Open(Frame, frozen=True, tag=4):
    """The first frame of either side. purpose: MEMBER, one channel between two members; CUSTOMER, of a put or a get.

    listen: where the sender can be dialled. shows: whether it lets members of its class observe it. owner: as whom it
    signs by default.
    """

    purpose: Annotated[str, Meta(max_length=10)]
    listen: Annotated[tuple[Address, ...], Meta(max_length=16)] = ()
    provider: bool = True
    shows: bool = True
    owner: Owner = b""


# Admission: all that is decoded of somebody without a ticket, by the authority alone


class Join(Frame, frozen=True, tag=5):
    """Let me in. secret: the last four characters of the join code. owner: as in Open."""

    secret: Annotated[str, Meta(max_length=16)]
    name: Name
    owner: Owner = b""


class Welcome(Frame, frozen=True, tag=6):
    """Here is your ticket."""

    ticket: Annotated[bytes, Meta(max_length=512)]
    class_name: Name


class Refused(Frame, frozen=True, tag=7):
    """No, in a sentence."""

    why: Words


# Providers and customers


class Carried(Frame, frozen=True, tag=8):
    """A message of the protocol (wire.py). event: the id of its Sent event, seat << 40 | number."""

    event: Number
    message: Annotated[bytes, Meta(max_length=FRAME)]


class AskPeering(Frame, frozen=True, tag=9):
    """Shall we peer? Both sides have to agree."""


class AnswerPeering(Frame, frozen=True, tag=10):
    """yes: we peer from now on. later: a person is asked."""

    yes: bool
    later: bool = False
    why: Words = ""


class EndPeering(Frame, frozen=True, tag=11):
    """We peer no more."""


# Observation (observer.py)


class Watch(Frame, frozen=True, tag=12):
    """Show me what happens at you (on), or no more."""

    on: bool


class Seen(Frame, frozen=True, tag=13):
    """What happened: encoded events, oldest first. left_out: how many were not told, for want of room, before these."""

    events: Annotated[bytes, Meta(max_length=FRAME)]
    left_out: Number = 0


# The class: from its authority to its members, but for Relay


class Member(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    """Somebody of a class, as its authority knows them. provider: runs one, and does not only put and get.

    owner: as in Open or Join, its own word.
    """

    seat: Seat
    id: Id
    name: Name
    addresses: Annotated[tuple[Address, ...], Meta(max_length=16)] = ()
    provider: bool = True
    state: Annotated[str, Meta(max_length=10)] = "here"
    owner: Owner = b""


class Seated(Frame, frozen=True, tag=14):
    """Members as the authority knows them now. state: here, gone (said so), dead (cut), out (sent out), revoked."""

    members: Annotated[tuple[Member, ...], Meta(max_length=64)]


class Said(Frame, frozen=True, tag=15):
    """A message to everybody."""

    text: Words


class Frozen(Frame, frozen=True, tag=16):
    """Everybody holds (on), or goes on."""

    on: bool


class Propose(Frame, frozen=True, tag=17):
    """The authority's person has drawn a line (on), or taken it away, between you and this member."""

    seat: Seat
    on: bool


class Relay(Frame, frozen=True, tag=18):
    """Bytes of a channel between two members that cannot reach each other, through the hub. seat: of the other end.

    To the hub it says for whom, from the hub from whom. number: which of their channels; even if the lower seat opened
    it, odd if the higher did, so that two that are opened at once are two. opens: its first. credit: so many more bytes
    the other end may send; each begins with a window of them. end: it is over.
    """

    seat: Seat
    number: Annotated[int, Meta(ge=0, le=2**32 - 1)]
    data: Annotated[bytes, Meta(max_length=FRAME)] = b""
    opens: bool = False
    credit: Annotated[int, Meta(ge=0, le=2**24)] = 0
    end: bool = False


class Echo(Frame, frozen=True, tag=19):
    """A self-test's question, and with back its answer."""

    nonce: Number
    back: bool = False


class WhoIs(Frame, frozen=True, tag=20):
    """A customer asks its provider for the member of this name, or those at these seats.

    The answer is a Seated, empty where there is none.
    """

    name: Annotated[str, Meta(max_length=40)] = ""
    seats: Annotated[tuple[Seat, ...], Meta(max_length=32)] = ()


class Outlawed(Frame, frozen=True, tag=21):
    """Everybody whose ticket the authority has revoked, as it signs it (outlaws.py): members pass it on to each other.

    serial: of two lists the higher one counts. ids: in their order.
    """

    serial: Number
    ids: Annotated[tuple[Id, ...], Meta(max_length=256)]
    sig: Annotated[bytes, Meta(min_length=64, max_length=64)]


AnyFrame = (
    Ping | Pong | Bye | Open | Join | Welcome | Refused | Carried | AskPeering | AnswerPeering | EndPeering | Watch
    | Seen | Seated | Said | Frozen | Propose | Relay | Echo | WhoIs
    | Outlawed
)  # fmt: skip

_encode = msgspec.msgpack.Encoder().encode
_decoder: msgspec.msgpack.Decoder[AnyFrame] = msgspec.msgpack.Decoder(AnyFrame)
_joins = msgspec.msgpack.Decoder(Join)


def encode(frame: Frame) -> bytes:
    """A frame as bytes. Raises ValueError where it is longer than a frame may be."""
    data = _encode(frame)
    if len(data) > FRAME:
        raise ValueError(f"a frame has at most {FRAME} bytes, this {type(frame).__name__} has {len(data)}")
    return data


def decode(data: bytes) -> AnyFrame:
    """The frame in these bytes. Raises one of BAD, and nothing else, whatever they are."""
    if len(data) > FRAME:
        raise ValueError("longer than a frame")
    return _decoder.decode(data)


def decode_join(data: bytes) -> Join:
    """The one frame that somebody without a ticket may send. Raises as `decode` does."""
    if len(data) > 256:
        raise ValueError("longer than a Join")
    return _joins.decode(data)
