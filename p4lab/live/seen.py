"""What a member tells those who watch it, as bytes: message rows, arrivals, Events, and what is part of a snapshot.

Rules: strict in what is taken: numbers within what a trace's columns hold, times finite, texts short and printable, and
`speaks` says whether a member may tell this at all: of itself and its own links, never for another. Raises frames.BAD.
"""

import struct
import typing
from typing import Annotated

import msgspec
from msgspec import Meta

from p4lab.core import events
from p4lab.core.events import (
    Attached,
    Event,
    GetFinished,
    GetStarted,
    Joined,
    LinkChanged,
    Lost,
    Moved,
    Noted,
    Peered,
    PutFinished,
    PutStarted,
    Sent,
    Stored,
    Unpeered,
)
from p4lab.core.names import Kind, Regime
from p4lab.live.frames import Number, Seconds

CUSTOMERS = 32_768  # the customers of the provider at seat s are node CUSTOMERS + s
SHIFT = 40  # event ids and operation numbers made at seat s are s << SHIFT | n
ITEM = 12_000  # bytes of one item, and about those of a batch: with its header it fits a frame
LONGEST_NAME = 64  # bytes
TEXT = 8_192  # characters of one text: as many as a value has
ENTRIES = 256  # of a tuple
SHORT, FEW = 200, 16  # what is left of texts and tuples of an Event that would not fit
NODES = CUSTOMERS * 2

Node = Annotated[int, Meta(ge=0, lt=NODES)]
Byte = Annotated[int, Meta(ge=0, le=255)]


class Row(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=0, gc=False):
    """A message left; as the columns of a trace. due: what the sender expects; inf: it will not arrive."""

    t: Seconds
    due: float
    id: Number
    cause: Number
    op: Number
    size: Annotated[int, Meta(ge=0, le=2**32 - 1)]
    src: Node
    dst: Node
    code: Byte
    status: Byte
    fate: Byte


class Arrival(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=1, gc=False):
    """A message that somebody else sent arrived here."""

    event: Number
    t: Seconds


class Record(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=2, gc=False):
    """An Event that is no message."""

    event: events.AnyEvent


class Now(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=3, gc=False):
    """What follows, up to the next Now with on = False, is how things are at `t`, whenever they became so.

    copies: how many copies are held.
    """

    on: bool
    t: Seconds
    copies: Number = 0


Item = Row | Arrival | Record | Now


class Batch(msgspec.Struct, frozen=True):
    """epoch: another one after each start of the member. now: its clock when it told this."""

    epoch: int
    now: float
    items: list[Item]


_encode = msgspec.msgpack.Encoder().encode
_decoder: msgspec.msgpack.Decoder[list[Item]] = msgspec.msgpack.Decoder(list[Item])
_header = struct.Struct(">QdBI")  # the array of items follows, its head of MessagePack written here
_ARRAY = 0xDD

_SPOKEN: dict[type[Event], tuple[str, ...]] = {  # who an Event is told by: one of these fields is the teller's seat
    kind: ("node",)
    for kind in typing.get_args(events.AnyEvent)
    if "node" in kind.__struct_fields__
} | {
    Unpeered: ("node", "peer"), Peered: ("node",), LinkChanged: ("a", "b"), Moved: ("src", "dst"), Lost: ("src", "dst"),
    Attached: ("provider",),
}  # fmt: skip
NEVER_TOLD = (
    Sent, events.Housed, events.Adopted, events.Partitioned, events.Healed, events.Crashed, events.Blurred,
    events.Misbehaving,
)  # fmt: skip
_OF_NODES = frozenset(("node", "peer", "peers", "provider", "via", "src", "dst", "parent", "a", "b", "silent"))
_WORDS: dict[str, frozenset[str]] = {  # fields that are one of these words: folds take them for granted
    "kind": frozenset(kind.value for kind in Kind),
    "regime": frozenset(("", *(regime.value for regime in Regime))),
    "store": frozenset("LSRCP"),
    "source": frozenset(("", "local", "replica", "cached", "joined", "remote")),
}
OWN_OPERATION = (PutStarted, GetStarted, PutFinished, GetFinished)  # their op is made at the teller's seat


def seat_of(number: int) -> int:
    """Where an event id or an operation number was made."""
    return number >> SHIFT


def told(item: Item) -> bytes:
    """An item as bytes, the texts of a large Event cut. Raises ValueError where that is not enough."""
    data = _encode(item)
    if len(data) > ITEM and isinstance(item, Record):
        data = _encode(Record(_cut(item.event)))
    if len(data) > ITEM:
        raise ValueError(f"an item has at most {ITEM} bytes, this has {len(data)}")
    return data


def batch(epoch: int, now: float, items: list[bytes]) -> bytes:
    """Items that have been told as the content of one Seen."""
    return _header.pack(epoch, now, _ARRAY, len(items)) + b"".join(items)


def heard(data: bytes) -> Batch:
    """The content of one Seen. Raises one of frames.BAD, and nothing else."""
    if len(data) < _header.size:
        raise ValueError("shorter than its head")
    epoch, now, mark, _ = _header.unpack_from(data)
    if mark != _ARRAY or not abs(now) <= 1e12:
        raise ValueError("not the head of a batch")
    items = _decoder.decode(data[_header.size - 5 :])
    return Batch(epoch, now, [_checked(item) for item in items])


def speaks(item: Item, seat: int) -> bool:
    """Whether the member at this seat may tell this: it happened at its own node, or on a link of its own."""
    own = (seat, CUSTOMERS + seat)
    match item:
        case Row(id=number, src=src, dst=dst):
            return seat_of(number) == seat and src in own and (dst in own or dst < CUSTOMERS)
        case Arrival(event=number):
            return seat_of(number) != seat
        case Now():
            return True
    event = item.event
    kind = type(event)
    if kind in NEVER_TOLD:
        return False
    if kind in OWN_OPERATION and seat_of(getattr(event, "op", 0)) != seat:
        return False
    if kind is Attached and getattr(event, "node", -1) != CUSTOMERS + seat:
        return False
    if kind is Joined and getattr(event, "parent", None) is not None:
        return False
    return kind is Noted or any(getattr(event, name) == seat for name in _SPOKEN.get(kind, ()))


def nodes_of(event: Event) -> tuple[int, ...]:
    """The nodes that an Event names."""
    found: list[int] = []
    for name in event.__struct_fields__:
        if name in _OF_NODES and (value := getattr(event, name)) is not None:
            found += value if isinstance(value, tuple) else (value,)
    return tuple(found)


def _checked(item: Item) -> Item:
    """The item, its texts printable. Raises ValueError for what its types do not say."""
    if isinstance(item, Row):
        if not item.due >= item.t:  # nan too
            raise ValueError("due before it was sent")
        return item
    if not isinstance(item, Record):
        return item
    event = item.event
    if type(event) is Stored and event.spelt is not None:
        _check("kind", event.spelt[0])
    for name in event.__struct_fields__:
        value = getattr(event, name)
        _check(name, value)
        if type(value) is str and not value.isprintable():
            setattr(event, name, _printable(value))
        elif type(value) is tuple and any(type(each) is str and not each.isprintable() for each in value):
            setattr(event, name, tuple(map(_printable, value)))
    return item


def _check(name: str, value: object) -> None:
    if isinstance(value, str):
        if len(value) > TEXT or (name in _WORDS and value not in _WORDS[name]):
            raise ValueError(f"{name} is too long, or no word for it")
    elif isinstance(value, tuple):
        if len(value) > ENTRIES:
            raise ValueError(f"{name} has too many entries")
        for each in value:
            _check(name, each)
    elif isinstance(value, bytes):
        if len(value) > LONGEST_NAME:
            raise ValueError(f"{name} is longer than a name")
    elif isinstance(value, float):
        if not abs(value) <= 1e12:
            raise ValueError(f"{name} is no number to work with")
    elif isinstance(value, int) and not 0 <= value < (NODES if name in _OF_NODES else 2**63):
        raise ValueError(f"{name} is out of range")


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def _cut(event: events.AnyEvent) -> events.AnyEvent:
    """A copy with long texts and tuples cut."""
    short: dict[str, object] = {}
    for name in event.__struct_fields__:
        value = getattr(event, name)
        if isinstance(value, str) and len(value) > SHORT:
            short[name] = value[:SHORT] + "…"
        elif isinstance(value, tuple):
            short[name] = tuple(_short(each) for each in value[:FEW])
    return msgspec.structs.replace(event, **short)


def _short(value: object) -> object:
    return value[:SHORT] + "…" if isinstance(value, str) and len(value) > SHORT else value
