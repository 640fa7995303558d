"""What a link that corrupts makes of a message: the same message with one thing in it changed.

Rules: a copy, since records are shared between nodes; types, lengths, code, op and size stay as they are, so that a
node may have to refuse it but never stumbles over it. The choice comes from the random stream that is handed in.
"""

from random import Random
from typing import TypeVar

import msgspec

from p4lab.core import messages
from p4lab.core.records import UNVERSIONED, Record

_SIGNED = ("version", "pub", "sig")
_CHANGEABLE: dict[type[msgspec.Struct], tuple[str, ...]] = {
    messages.GetQuery: ("nid", "qid", "min_seq"),
    messages.Fetch: ("nid", "qid", "min_seq"),
    messages.GetReply: ("nid", "qid", "records"),
    messages.FetchReply: ("nid", "qid", "records"),
    messages.Relayed: ("nid", "qid", "request"),
    messages.RelayedAnswer: ("nid", "qid", "answer"),
    messages.PutRequest: ("nid", "record"),
    messages.GetRequest: ("nid", "key", "owner", "min_seq"),
    messages.Answer: ("nid", "records"),
    messages.Leave: ("nid", "owner"),
    Record: ("nid", "key", "owner", "value", "value_hash", "ttl_ms", "lease_ms", "entry", *_SIGNED),
}
_NOTHING = (None, 0, b"", (), UNVERSIONED)
_BITS = 16  # of a number, the lowest

T = TypeVar("T", bound=msgspec.Struct)


def corrupted(what: T, rng: Random) -> T:
    """A message, or a record in one, with one bit of one field flipped; what has nothing to change stays as it is."""
    fields = [name for name in _CHANGEABLE.get(type(what), ()) if getattr(what, name) not in _NOTHING]
    if not fields:
        return what
    name = fields[_choice(len(fields), rng)]
    return msgspec.structs.replace(what, **{name: _changed(getattr(what, name), rng)})


def _changed(value: object, rng: Random) -> object:
    match value:
        case bytes():
            place = _choice(8 * len(value), rng)
            flipped = bytearray(value)
            flipped[place // 8] ^= 1 << place % 8
            return bytes(flipped)
        case int():
            return value ^ 1 << _choice(_BITS, rng)
        case tuple():
            place = _choice(len(value), rng)
            return tuple([_changed(each, rng) if i == place else each for i, each in enumerate(value)])
        case msgspec.Struct():
            return corrupted(value, rng)
    return value


def _choice(count: int, rng: Random) -> int:
    return int(rng.random() * count)
