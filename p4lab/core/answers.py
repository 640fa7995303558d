"""Answers: how a get's result is told, to a customer (ANSWER), across a CREQ (CRESP) or to a neighbour (GETR, FETCHR).

Rules: only spells out what was decided elsewhere. What a neighbour may still cache is counted down (A10).
"""

from collections.abc import Sequence

import msgspec

from p4lab.core.contract import Send
from p4lab.core.messages import (
    CREQ,
    FETCH,
    HIT,
    MISS,
    NEGATIVE,
    Answer,
    FetchReply,
    GetReply,
    RelayedAnswer,
    reply_size,
)  # fmt: skip
from p4lab.core.question import Found, Waiter
from p4lab.core.records import TOMBSTONE, UNVERSIONED, Record
from p4lab.core.stores import CACHED, Copy


def found_here(copy: Copy, now: float) -> Found:
    """A copy of a store as an answer: of a cached one what is left of its TTL."""
    left = copy.until - now if copy.event.store == CACHED else copy.record.ttl_ms / 1000
    return Found(copy.record, left, copy.event.id)


def local_data(copies: Sequence[Copy], found: Sequence[Found], now: float) -> list[Found]:
    """What a peer or the parent may be told: copies of local data and what children had, the newest of each entry."""
    best: dict[bytes, Found] = {}
    for item in [*[found_here(copy, now) for copy in copies], *found]:
        known = best.get(item.record.entry)
        if known is None or item.record.version > known.record.version:
            best[item.record.entry] = item
    return list(best.values())


def own_data(qid: int, copies: Sequence[Copy]) -> tuple[int, int, int, tuple[Record, ...], tuple[float, ...], int]:
    """The fields of a HIT from its size on: what a provider tells of its own data alone."""
    records = tuple([copy.record for copy in copies])
    remaining = tuple([record.ttl_ms / 1000 for record in records])
    return reply_size(records), qid, HIT, records, remaining, copies[-1].event.id


def answer(
    waiter: Waiter, outcome: str, source: str = "", found: Sequence[Found] = (), copy: int = 0,
    silent: tuple[int, ...] = (), stale: bool = False, after: float = 0.0, placemark: bytes = b"",
) -> Send:  # fmt: skip
    """The message for whoever waits. outcome, source, stale, copy, placemark: as in `Answer`."""
    request, query = waiter.request, waiter.query
    op, nid = request.op, request.nid
    told = tuple([item.record for item in found])
    status = HIT if told else MISS
    size = reply_size(told)
    if query is None or query.code == CREQ:
        version = max((record.version for record in told), default=UNVERSIONED)
        left = min([item.remaining for item in found], default=0.0)
        if told and told[0].flags & TOMBSTONE:  # a customer is told what it means
            told, outcome, status, size = (), "NOT_FOUND", MISS, NEGATIVE
        full = Answer(op, nid, size, status, outcome, source, told, version, stale, silent, copy, left, placemark)
        return Send(
            waiter.asker, full if query is None else RelayedAnswer(op, nid, size, query.qid, status, full), after
        )
    reply = FetchReply if query.code == FETCH else GetReply
    remaining = tuple([item.remaining for item in found])
    told_back = reply(op, nid, size, query.qid, status, told, remaining, copy, silent, stale, placemark)
    return Send(waiter.asker, told_back, after)


def paged(
    waiter: Waiter, outcome: str, source: str, found: list[Found], copy: int, most: int,
    silent: tuple[int, ...] = (), stale: bool = False, after: float = 0.0,
) -> Send:  # fmt: skip
    """The message for whoever waits for a set: at most `most` entries, those behind the one that it names."""
    told, placemark = page(found, waiter.request.after, most)
    return answer(waiter, outcome if told else "NOT_FOUND", source, told, copy, silent, stale, after, placemark)


def page(found: list[Found], after: bytes, most: int) -> tuple[list[Found], bytes]:
    """The part of a set that fits into one message, in the order of the entries, and where the next one begins."""
    if not after and len(found) <= most:
        return found, b""
    rest = sorted([item for item in found if item.record.entry > after], key=_entry)
    told = rest[:most]
    return told, told[-1].record.entry if len(rest) > most else b""


def to_waiter(waiter: Waiter, found: list[Found], copy: int, silent: tuple[int, ...], stale: bool) -> Send:
    """The message for who waited for a question that brought something."""
    return answer(waiter, "OK", "joined" if waiter.joined else "remote", found, copy, silent, stale)


def from_outside(reply: Answer) -> Answer:
    """The answer of whoever is above: whatever its source was there, here the value came from another provider."""
    return msgspec.structs.replace(reply, source="remote") if reply.source else reply


def _entry(found: Found) -> bytes:
    return found.record.entry
