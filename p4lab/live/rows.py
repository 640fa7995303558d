"""What a provider persists, as bytes: copies, marks, version floors and departures, each with a checksum.

Rules: times are the host's on the one side and the wall clock's on the other, since the host's begins anew with each
start. Nothing lives longer for a wall clock that was set back: a row keeps how long it had left. The first byte is the
format. An event's id is 0, since events are numbered once they may be told: whoever restores tells of copies anew.
"""

import struct
import zlib
from math import inf
from typing import Annotated

import msgspec
from msgspec import Meta

from p4lab.core.events import Stored
from p4lab.core.floors import FLOOR, Floor
from p4lab.core.leaving import Departure
from p4lab.core.names import KINDS, REGIMES
from p4lab.core.records import Record
from p4lab.core.stores import Copy, Mark

FORMAT = 1
Row = tuple[str, bytes, bytes, object]  # store, nid, entry, what; None where it is gone
_HEAD = struct.Struct(">BI")  # format, checksum


class DamagedError(ValueError):
    """This is not what was written."""


class Times(msgspec.Struct, frozen=True):
    """now: of the host. shift: what the wall clock is ahead of it."""

    now: float
    shift: float


class _Kept(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    """An array without names."""


class _Lasts(_Kept, frozen=True):
    """until: wall clock, None = for ever. left: s that it had when it was written."""

    until: float | None
    left: float


class _Record(_Kept, frozen=True):
    kind: Annotated[int, Meta(ge=1, le=3)]
    key: bytes
    owner: bytes
    value: bytes | None
    value_hash: bytes
    size: int
    regime: Annotated[int, Meta(ge=1, le=3)]
    ttl_ms: int
    lease_ms: int
    seq: int
    version_hash: bytes
    entry: bytes
    flags: int
    pub: bytes
    sig: bytes
    secret_hash: bytes
    secret: bytes


class _Event(_Kept, frozen=True):
    id: int
    node: int
    op: int
    store: str
    seq: int
    digest: str
    entry: str
    regime: str
    lasts: _Lasts
    via: int | None
    origin: int
    deleted: bool


class _Copy(_Kept, frozen=True, tag=1):
    record: _Record
    lasts: _Lasts
    event: _Event
    via: int
    path: tuple[int, ...]
    accounts: tuple[bytes, ...]


class _Mark(_Kept, frozen=True, tag=2):
    record: _Record
    lasts: _Lasts
    via: int
    stored: _Event | None


class _Floor(_Kept, frozen=True, tag=3):
    seq: int
    version_hash: bytes
    lasts: _Lasts


class _Departure(_Kept, frozen=True, tag=4):
    owner: bytes
    to: int
    lasts: _Lasts
    via: int
    names: tuple[tuple[bytes, bytes], ...]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Copy | _Mark | _Floor | _Departure).decode


def pack(node: int, row: Row, times: Times) -> bytes:
    """A row of this node, which is not None."""
    store, nid, entry, what = row
    data = _encode(_out(what, times))
    return _HEAD.pack(FORMAT, _checksum(node, store, nid, entry, data)) + data


def unpack(node: int, store: str, nid: bytes, entry: bytes, data: bytes, times: Times) -> object:
    """What was packed. Raises DamagedError where anything is not as it was."""
    if not sound(node, store, nid, entry, data):
        raise DamagedError("a row is not what was written")
    try:
        return _in(_decode(data[_HEAD.size :]), nid, times)
    except (msgspec.DecodeError, ValueError) as error:
        raise DamagedError(str(error)) from error


def sound(node: int, store: str, nid: bytes, entry: bytes, data: bytes) -> bool:
    """Whether this is what was written, in this place."""
    if len(data) < _HEAD.size:
        return False
    return _HEAD.unpack_from(data) == (FORMAT, _checksum(node, store, nid, entry, data[_HEAD.size :]))


def promises(rows: tuple[Row, ...]) -> bool:
    """Whether anything here must be stored before anybody is answered: all but version floors, which reads raise."""
    return any(row[0] != FLOOR for row in rows)


def _checksum(node: int, store: str, nid: bytes, entry: bytes, data: bytes) -> int:
    return zlib.crc32(data, zlib.crc32(b"%d %b %b %b " % (node, store.encode(), nid, entry)))


def _out(what: object, times: Times) -> _Kept:
    if type(what) is Copy:
        lasts, event = _lasts(what.until, times), _event_out(what.event, times)
        return _Copy(_record_out(what.record), lasts, event, what.via, what.path, what.accounts)
    if type(what) is Floor:
        return _Floor(*what.version, _lasts(what.until, times))
    if type(what) is Mark:
        stored = None if what.stored is None else _event_out(what.stored, times)
        return _Mark(_record_out(what.record), _lasts(what.until, times), what.via, stored)
    if type(what) is Departure:
        return _Departure(what.owner, what.to, _lasts(what.due, times), what.via, tuple(what.names))
    raise TypeError(f"nobody knows how to keep a {type(what).__name__}")


def _in(kept: _Copy | _Mark | _Floor | _Departure, nid: bytes, times: Times) -> object:
    if isinstance(kept, _Copy):
        record, event = _record_in(kept.record, nid), _event_in(kept.event, nid, times)
        return Copy(record, _until(kept.lasts, times), event, kept.via, kept.path, kept.accounts)
    if isinstance(kept, _Floor):
        return Floor((kept.seq, kept.version_hash), _until(kept.lasts, times))
    if isinstance(kept, _Mark):
        stored = None if kept.stored is None else _event_in(kept.stored, nid, times)
        return Mark(_record_in(kept.record, nid), _until(kept.lasts, times), kept.via, stored)
    names = dict.fromkeys(kept.names)
    return Departure(kept.owner, kept.to, _until(kept.lasts, times), kept.via, names)


def _lasts(until: float, times: Times) -> _Lasts:
    return _Lasts(None, 0.0) if until == inf else _Lasts(until + times.shift, until - times.now)


def _until(lasts: _Lasts, times: Times) -> float:
    return inf if lasts.until is None else min(lasts.until - times.shift, times.now + lasts.left)


def _record_out(record: Record) -> _Record:
    return _Record(
        record.kind.code, record.key, record.owner, record.value, record.value_hash, record.size, record.regime.code,
        record.ttl_ms, record.lease_ms, *record.version, record.entry, record.flags, record.pub, record.sig,
        record.secret_hash, record.secret,
    )  # fmt: skip


def _record_in(kept: _Record, nid: bytes) -> Record:
    return Record(
        nid, KINDS[kept.kind], kept.key, kept.owner, kept.value, kept.value_hash, kept.size, REGIMES[kept.regime],
        kept.ttl_ms, kept.lease_ms, (kept.seq, kept.version_hash), kept.entry, kept.flags, kept.pub, kept.sig,
        kept.secret_hash, kept.secret,
    )  # fmt: skip


def _event_out(event: Stored, times: Times) -> _Event:
    lasts = _lasts(inf if event.until is None else event.until, times)
    return _Event(
        event.id, event.node, event.op, event.store, event.seq, event.digest, event.entry, event.regime, lasts,
        event.via, event.origin, event.deleted,
    )  # fmt: skip


def _event_in(kept: _Event, nid: bytes, times: Times) -> Stored:
    until = _until(kept.lasts, times)
    return Stored(
        kept.node, kept.op, nid, kept.store, kept.seq, kept.digest, kept.entry, kept.regime,
        None if until == inf else until, kept.via, kept.origin, kept.deleted, id=kept.id,
    )  # fmt: skip
