"""Drawn by Hypothesis: sound records of every kind, messages within what peers may send, rows that are persisted."""

from math import inf
from typing import Any

import msgspec
from hypothesis import strategies as st

from p4lab.core import messages as m
from p4lab.core.events import Stored
from p4lab.core.floors import Floor
from p4lab.core.leaving import Departure
from p4lab.core.messages import Message
from p4lab.core.names import Kind, Regime, name_id
from p4lab.core.neighbours import Role
from p4lab.core.records import TOMBSTONE, Record, announcement, authenticated, immutable, removal, unauthenticated
from p4lab.core.signing import Modelled, identity_seed
from p4lab.core.stores import Copy, Mark
from p4lab.live.rows import Row

SIGNER = Modelled()
COUNTS = st.integers(0, 2**63 - 1)
NODES = st.integers(0, 32_767)
PATHS = st.lists(NODES, max_size=6).map(tuple)
NIDS = st.binary(min_size=32, max_size=32)
SECONDS = st.floats(0.0, 1e7, allow_nan=False)
VALUES = st.binary(max_size=40) | st.integers(0, 8192).map(bytes)
REGIMES = st.sampled_from(Regime)
LIFETIMES = st.integers(0, 4_838_400).map(lambda eighths: 125 * eighths)  # ms, exact as seconds
KEYS = st.binary(min_size=1, max_size=64)
ENTRIES = st.sampled_from([b"", b"e" * 32, b"e" * 64])
ANY_REGIME: dict[str, Any] = {"regime": REGIMES, "ttl_ms": LIFETIMES, "lease_ms": LIFETIMES}

IMMUTABLE = st.builds(immutable, VALUES, **ANY_REGIME)
UNAUTHENTICATED = st.builds(unauthenticated, KEYS, VALUES, **ANY_REGIME, secret_hash=st.just(b"") | NIDS)
REMOVALS = st.builds(removal, KEYS, VALUES, REGIMES, st.binary(max_size=64))
SEEDS = st.sampled_from([identity_seed("Ann"), identity_seed("Bob")])
SIGNED = st.builds(
    authenticated, st.just(SIGNER), SEEDS, KEYS, VALUES, **ANY_REGIME, seq=COUNTS, flags=st.just(0) | st.just(2)
)  # fmt: skip
TOMBSTONES = st.builds(
    authenticated, st.just(SIGNER), SEEDS, KEYS, st.just(b""), **ANY_REGIME, seq=COUNTS, flags=st.just(TOMBSTONE)
)  # fmt: skip
WHOLE = IMMUTABLE | UNAUTHENTICATED | SIGNED | TOMBSTONES
RECORDS: st.SearchStrategy[Record] = WHOLE | WHOLE.map(announcement) | REMOVALS


@st.composite
def updates(draw: st.DrawFn) -> m.Update:
    record, op, number, left = draw(RECORDS), draw(COUNTS), draw(COUNTS), draw(st.just(0.0) | SECONDS)
    known = Stored(0, op, record.nid, "", id=number) if number else None
    return m.Update(op, record.nid, m.update_size(record), record, known, draw(PATHS), draw(st.booleans()), left)


@st.composite
def replies(draw: st.DrawFn, made: type[m.GetReply | m.FetchReply]) -> m.GetReply | m.FetchReply:
    told = draw(st.lists(st.tuples(RECORDS, SECONDS), max_size=1) | st.lists(st.tuples(RECORDS, SECONDS), max_size=3))
    told = [each for each in told if len(each[0].value or b"") < 5000]
    records, remaining = tuple(each[0] for each in told), tuple(each[1] for each in told)
    return made(
        draw(COUNTS), draw(NIDS), 0, draw(COUNTS), draw(st.integers(1, 4)), records, remaining, draw(COUNTS),
        draw(PATHS), draw(st.booleans()), draw(ENTRIES),
    )  # fmt: skip


@st.composite
def puts(draw: st.DrawFn) -> m.PutRequest:
    record, cas = draw(RECORDS), draw(st.none() | COUNTS)
    return m.PutRequest(draw(COUNTS), record.nid, 0, record, cas, draw(st.booleans()), draw(st.just(b"") | NIDS))


@st.composite
def gets(draw: st.DrawFn) -> m.GetRequest:
    kind, key, owner = draw(st.sampled_from(Kind)), draw(KEYS), draw(st.just(b"") | NIDS)
    return m.GetRequest(draw(COUNTS), name_id(kind, key, owner), 0, kind, key, owner, draw(COUNTS), draw(ENTRIES))


@st.composite
def leaves(draw: st.DrawFn) -> m.Leave:
    owner = draw(NIDS)
    return m.Leave(draw(COUNTS), owner, 0, owner, draw(NODES))


OUTCOMES = st.sampled_from(["OK", "NOT_FOUND", "PARTIAL", "TIMEOUT", "E_BAD_SIG", "OK_DUPLICATE"])
SOURCES = st.sampled_from(["", "local", "replica", "cached", "joined", "remote"])
ANSWERS = st.builds(
    m.Answer, COUNTS, NIDS, st.just(0), st.integers(1, 2), OUTCOMES, SOURCES, st.lists(RECORDS, max_size=1).map(tuple),
    st.tuples(COUNTS, st.just(b"") | NIDS), st.booleans(), PATHS, COUNTS, SECONDS, ENTRIES,
)  # fmt: skip


def _relayed(qid: int, request: Any, patience: float) -> m.Relayed:
    return m.Relayed(request.op, request.nid, 0, qid, request, patience)


def _answered(qid: int, answer: m.Answer) -> m.RelayedAnswer:
    return m.RelayedAnswer(answer.op, answer.nid, 0, qid, answer.status, answer)


SMALL = updates().filter(lambda each: len(each.record.value or b"") < 4000)
KINDS = st.sampled_from(Kind)
U64 = st.integers(0, 2**64 - 1)
BUCKETS = st.lists(st.integers(0, 1023), max_size=5, unique=True).map(tuple)
MESSAGES: st.SearchStrategy[Message] = st.one_of(
    st.builds(
        m.GetQuery, COUNTS, NIDS, st.just(0), COUNTS, COUNTS, KINDS, SECONDS, st.just(0), st.integers(-1, 32_767),
        COUNTS, st.integers(0, 64), PATHS, ENTRIES,
    ),
    st.builds(m.Fetch, COUNTS, NIDS, st.just(0), COUNTS, COUNTS, KINDS, SECONDS, ENTRIES, st.just(0), PATHS),
    replies(m.GetReply), replies(m.FetchReply), updates(), puts(), gets(), leaves(), ANSWERS,
    st.builds(m.Hello, st.just(b""), st.just(0), st.sampled_from(Role), PATHS, COUNTS),
    st.builds(m.Bye, st.just(b""), st.just(0), st.sampled_from(["ROLE_MISMATCH", "CYCLE", "HAS_PARENT"])),
    st.builds(m.SyncDigest, st.just(b""), st.just(0), st.lists(U64, max_size=9).map(tuple), COUNTS),
    st.builds(
        m.SyncItems, st.just(b""), st.just(0), st.lists(SMALL, max_size=3).map(tuple), st.booleans(),
        st.integers(0, 9), BUCKETS, st.integers(1, 1024), COUNTS, st.integers(0, 9),
    ),
    st.builds(_relayed, COUNTS, puts() | gets() | leaves(), SECONDS),
    st.builds(_answered, COUNTS, ANSWERS),
)  # fmt: skip


def sized(message: Message, size: int) -> Message:
    """The message as it arrives: its size is that of its bytes, and so is that of what is inside it."""
    changes: dict[str, Any] = {"size": size}
    if isinstance(message, m.Relayed):
        changes["request"] = sized(message.request, size)
    if isinstance(message, m.RelayedAnswer):
        changes["answer"] = sized(message.answer, size)
    return msgspec.structs.replace(message, **changes)


# What a provider persists

UNTIL = st.just(inf) | st.integers(101, 700_000).map(float)


@st.composite
def copies(draw: st.DrawFn) -> Row:
    record, until, via, store = draw(RECORDS), draw(UNTIL), draw(st.integers(-1, 9)), draw(st.sampled_from("LSRP"))
    event = Stored(
        7, draw(COUNTS), record.nid, store, record.version[0], record.version[1][:8].hex(), record.entry[:8].hex(),
        record.regime.value, None if until == inf else until, None if via < 0 else via, draw(COUNTS), record.deleted,
    )  # fmt: skip
    copy = Copy(record, until, event, via, draw(PATHS), tuple(draw(st.lists(NIDS, max_size=2))))
    return store, record.nid, record.entry, copy


@st.composite
def marks(draw: st.DrawFn) -> Row:
    record, until, via = draw(RECORDS.filter(lambda each: not each.entry) | REMOVALS), draw(UNTIL), draw(NODES)
    told = Stored(0, 3, record.nid, "", id=draw(COUNTS)) if draw(st.booleans()) else None
    return "T", record.nid, record.entry, Mark(record, until, via, told)


@st.composite
def departures(draw: st.DrawFn) -> Row:
    names = dict.fromkeys(draw(st.lists(st.tuples(NIDS, ENTRIES), max_size=3)))
    owner, via = draw(NIDS), draw(st.integers(-1, 9))
    return "O", owner, str(via).encode(), Departure(owner, draw(NODES), draw(UNTIL), via, names)


FLOORS = st.builds(Floor, st.tuples(COUNTS, NIDS), UNTIL)
ROWS: st.SearchStrategy[Row] = st.one_of(
    copies(), marks(), departures(), st.tuples(st.just("F"), NIDS, st.just(b""), FLOORS)
)  # fmt: skip
