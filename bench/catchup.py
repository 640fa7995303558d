"""Catching up: 100,000 put-broadcast keys told to a late joiner, and a hundred missed ones found among 100,000.

Two real providers joined by hand, real Ed25519 signatures checked on receipt. The second row stands beside telling all
100,000 again, which is what finding the difference saves.
"""

import gc
from collections import deque
from collections.abc import Iterator
from time import process_time

from bench.table import Row, alone, less
from p4lab.core.contract import Effect, Linked, Persist, Received, Send, SendAll, Unlinked
from p4lab.core.messages import PutRequest
from p4lab.core.names import Regime
from p4lab.core.neighbours import Role
from p4lab.core.options import Options
from p4lab.core.provider import Provider
from p4lab.core.records import Record, authenticated
from p4lab.core.signing import Ed25519, identity_seed

KEYS, MISSED = 100_000, 100
CUSTOMER = 9


def rows() -> Iterator[Row]:
    """Whole, then in part."""
    signer = Ed25519()
    teller, hearer = Provider(0, Options(), signer, 0.0), Provider(1, Options(), signer, 0.0)
    pair = [teller, hearer]
    seed = identity_seed("bench")
    records = [
        authenticated(signer, seed, b"k%d" % number, b"value", Regime.VALUE, 60_000, 0, 1) for number in range(KEYS)
    ]
    disk: dict[tuple[str, bytes, bytes], object] = {}
    _put(teller, records[:-MISSED], disk)
    whole = _join(pair)
    yield alone(f"catch-up, {KEYS:,} keys, late joiner", (KEYS - MISSED) / whole, "keys/s")
    hearer.handle(Unlinked(0, "crash"), 0.0)
    _put(teller, records[-MISSED:], disk)
    pair[0] = Provider(0, Options(), signer, 0.0, epoch=1)  # a crash: only the digests can tell what was missed
    pair[0].restore(disk, {1: Role.PEER}, 0.0)
    part = _join(pair)
    yield less(f"catch-up, {MISSED} missed of {KEYS:,}", part, "s", "telling all again", whole)


def _put(teller: Provider, records: list[Record], disk: dict[tuple[str, bytes, bytes], object]) -> None:
    teller.handle(Unlinked(1, "crash"), 0.0)
    for record in records:
        for effect in teller.handle(Received(CUSTOMER, PutRequest(1, record.nid, 0, record), 0), 0.0):
            if isinstance(effect, Persist):
                disk.update({row[:3]: row[3] for row in effect.rows})


def _join(pair: list[Provider]) -> float:
    """Seconds of processor time until both have nothing left to say."""
    gc.collect()
    start = process_time()
    way: deque[tuple[int, int, Effect]] = deque()
    for me, other in ((0, 1), (1, 0)):
        _post(way, me, pair[me].handle(Linked(other, Role.PEER), 0.0))
    while way:
        src, dst, message = way.popleft()
        _post(way, dst, pair[dst].handle(Received(src, message, 0), 0.0))  # type: ignore[arg-type]  # any message
    return process_time() - start


def _post(way: deque, me: int, effects: list[Effect]) -> None:
    for effect in effects:
        if isinstance(effect, Send):
            way.append((me, effect.dst, effect.message))
        elif isinstance(effect, SendAll):
            way.extend((me, dst, effect.message) for dst in effect.dsts)
