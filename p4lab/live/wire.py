"""The codec of the protocol's messages: what crosses a channel inside a `Carried` frame.

Rules: a peer chooses neither `code` nor `size` (that is how long its bytes really are), and of a copy that it tells of
only the event's id. Whatever bytes come in, only `frames.BAD` is raised. What has more values than fit one frame goes
out as its first page, as long sets do anyway.
"""

import struct
from collections.abc import Callable
from typing import Any

import msgspec

from p4lab.core import messages as m
from p4lab.core.messages import Message
from p4lab.core.records import Record
from p4lab.live.limits import FRAME
from p4lab.live.wire_messages import (
    AnyWire,
    WireAnswer,
    WireBye,
    WireFetch,
    WireFetchReply,
    WireGet,
    WireGetQuery,
    WireGetReply,
    WireHello,
    WireLeave,
    WirePut,
    WireRelayed,
    WireRelayedAnswer,
    WireSyncDigest,
    WireSyncItems,
    WireUpdate,
)
from p4lab.live.wire_records import MOST_RECORDS, MOST_SECONDS, Wire, record_out

MOST = FRAME - 384  # bytes of a message: what carries it, and a relay around that, need some


def encode(message: Message) -> bytes:
    """A message as bytes, at most MOST. Raises ValueError where no peer would take it: it does not fit its limits."""
    wire = _OUT[type(message)](message)
    data = _encode(wire)
    if len(data) > MOST or len(_records(message)) > MOST_RECORDS:
        wire = _OUT[type(message)](_first_page(message, len(data)))
        data = _encode(wire)
        if len(data) > MOST:
            raise ValueError(f"a message has at most {MOST} bytes, this {type(message).__name__} has {len(data)}")
    _decode(data)  # a tenth of what encoding costs; else the peer would find it, and cut us off
    return data


def decode(data: bytes) -> Message:
    """The message in these bytes. Raises one of frames.BAD, and nothing else, whatever they are."""
    if len(data) > MOST:
        raise ValueError("longer than a message")
    message: Message = _decode(data).core(len(data))
    return message


def _seconds(value: float) -> float:
    return min(max(value, 0.0), MOST_SECONDS)


def _get_query(query: m.GetQuery) -> Wire:
    return WireGetQuery(
        query.op, query.nid, query.qid, query.min_seq, query.kind.code, _seconds(query.patience), query.origin,
        query.nonce, query.hops, query.path, query.after,
    )  # fmt: skip


def _fetch(fetch: m.Fetch) -> Wire:
    return WireFetch(
        fetch.op, fetch.nid, fetch.qid, fetch.min_seq, fetch.kind.code, _seconds(fetch.patience), fetch.after,
        fetch.path,
    )  # fmt: skip


def _reply(reply: m.GetReply | m.FetchReply) -> Wire:
    made = WireGetReply if reply.code == m.GETR else WireFetchReply
    return made(
        reply.op, reply.nid, reply.qid, reply.status, tuple(map(record_out, reply.records)),
        tuple(map(_seconds, reply.remaining)), reply.copy, reply.silent, reply.stale, reply.placemark,
    )  # fmt: skip


def _update(update: m.Update) -> WireUpdate:
    stored = 0 if update.stored is None else update.stored.id
    left = _seconds(update.left)
    return WireUpdate(update.op, record_out(update.record), stored, update.path, update.down_only, left)


def _hello(hello: m.Hello) -> Wire:
    return WireHello(hello.role, hello.ancestors, hello.epoch)


def _bye(bye: m.Bye) -> Wire:
    return WireBye(bye.why)


def _digest(digest: m.SyncDigest) -> Wire:
    return WireSyncDigest(struct.pack(f">{len(digest.buckets)}Q", *digest.buckets), digest.serial)


def _items(items: m.SyncItems) -> Wire:
    told = tuple(map(_update, items.items))
    return WireSyncItems(told, items.last, items.batches, items.whole, items.count, items.serial, items.place)


def _put(put: m.PutRequest) -> WirePut:
    return WirePut(put.op, record_out(put.record), put.cas, put.scoped, put.account)


def _get(get: m.GetRequest) -> WireGet:
    return WireGet(get.op, get.kind.code, get.key, get.owner, get.min_seq, get.after)


def _leave(leave: m.Leave) -> WireLeave:
    return WireLeave(leave.op, leave.owner, leave.to)


def _answer(answer: m.Answer) -> WireAnswer:
    return WireAnswer(
        answer.op, answer.nid, answer.status, answer.outcome, answer.source, tuple(map(record_out, answer.records)),
        answer.version, answer.stale, answer.silent, answer.copy, _seconds(answer.remaining), answer.placemark,
    )  # fmt: skip


_REQUESTS: dict[int, Callable[[Any], WirePut | WireGet | WireLeave]] = {m.PUT: _put, m.GET: _get, m.LEAVE: _leave}


def _relayed(relayed: m.Relayed) -> Wire:
    request = relayed.request
    return WireRelayed(relayed.qid, _REQUESTS[request.code](request), _seconds(relayed.patience))


def _relayed_answer(relayed: m.RelayedAnswer) -> Wire:
    return WireRelayedAnswer(relayed.qid, _answer(relayed.answer))


def _records(message: Any) -> tuple[Record, ...]:
    found: tuple[Record, ...] = getattr(getattr(message, "answer", message), "records", ())
    return found


def _first_page(message: Any, length: int) -> Any:
    """As many of the records of a set as fit, in the order of their entries; the last one is where it goes on.

    length: bytes of the whole. A message without records, or with one that is too long by itself, comes back as it is.
    """
    if type(message) is m.RelayedAnswer:
        page = _first_page(message.answer, length)
        return msgspec.structs.replace(message, answer=page)
    records = _records(message)
    if len(records) < 2:
        return message
    sizes = [len(_encode(record_out(record))) for record in records]
    room = MOST - (length - sum(sizes)) - _PLACEMARK
    order = sorted(range(len(records)), key=lambda at: records[at].entry)
    told: list[int] = []
    for at in order[:MOST_RECORDS]:
        room -= sizes[at]
        if room < 0 and told:
            break
        told.append(at)
    changes: dict[str, Any] = {"records": tuple([records[at] for at in told])}
    if len(told) < len(records):
        changes["placemark"] = records[told[-1]].entry
    if type(message) is not m.Answer:
        changes["remaining"] = tuple([message.remaining[at] for at in told])
    return msgspec.structs.replace(message, **changes)


_PLACEMARK = 80  # bytes that a placemark and a longer count may add

_OUT: dict[type, Callable[[Any], Wire]] = {
    m.GetQuery: _get_query, m.GetReply: _reply, m.Fetch: _fetch, m.FetchReply: _reply, m.Update: _update,
    m.Hello: _hello, m.Bye: _bye, m.SyncDigest: _digest, m.SyncItems: _items, m.PutRequest: _put, m.GetRequest: _get,
    m.Leave: _leave, m.Answer: _answer, m.Relayed: _relayed, m.RelayedAnswer: _relayed_answer,
}  # fmt: skip

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(AnyWire).decode
