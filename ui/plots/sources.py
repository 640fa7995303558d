"""What can be plotted over time besides the three usual plots: each a set of named values, one per get or per moment.

Rules: no Qt; functions of (run, key, stretch, time). Messages are too many to be looked at one by one: they come
counted in equal parts of the stretch, one value for each part.
"""

from collections.abc import Callable

import msgspec
import numpy as np

from p4lab.core.events import Stored
from p4lab.metrics import KLASSES, Metrics
from p4lab.world import World
from ui import words
from ui.plots.transforms import CUMULATIVE, MAX, MEAN, P50, P95, P99, RATE, RAW
from ui.plots.veil import Eyes, own_gets

HOME = np.array([word in ("local", "replica", "cached") for word in KLASSES])
RETURNED = np.array([word in ("local", "replica", "cached", "joined", "remote") for word in KLASSES])
MOST = 8  # lines: more cannot be told apart
PARTS = 400  # of the stretch, in which messages are counted
GETS = "gets"
KIND_CODES = {
    "GETQ": 4, "GETR": 5, "UPDATE": 3, "FETCH": 6, "FETCHR": 7, "CREQ": 8, "CRESP": 9, "HELLO": 1, "BYE": 2,
    "SYNC_D": 10, "SYNC_I": 11,
}  # fmt: skip


class Asked(msgspec.Struct, frozen=True):
    """name: the key, None = all. provider: what concerns it first, None = nobody. Up to `until`."""

    metrics: Metrics
    world: World
    low: float
    high: float
    until: float
    name: int | None = None
    provider: int | None = None
    eyes: int | None = None  # only what this provider can observe
    seen: Eyes | None = None  # the messages of that


class Line(msgspec.Struct, frozen=True):
    """Values v at times t. ink: "text", "stale", "kind N" (a message code), or "line N". before: their sum before t[0].

    part: seconds that each value stands for; then a value is a sum over these, else it is one get's.
    """

    label: str
    ink: str
    t: np.ndarray
    v: np.ndarray
    before: float = 0.0
    part: float = 0.0


class Source(msgspec.Struct, frozen=True):
    """unit: of the values; rate_unit: of their rate and sum. transforms: those that make sense, the usual first.

    several: transforms that are drawn together as the usual picture; scale: of a value to what the axis bears.
    """

    id: str
    title: str
    unit: str
    says: str
    lines: Callable[[Asked], list[Line]]
    transforms: tuple[str, ...]
    several: tuple[str, ...] = ()
    rate_unit: str = "per second"
    sum_unit: str = ""
    scale: float = 1.0
    by_key: bool = True  # whether one key may be asked for


def _gets(asked: Asked) -> np.ndarray:
    gets = own_gets(asked.metrics.gets(asked.until), asked.eyes)
    if asked.name is not None:
        of = asked.world.op_name()
        known = gets["op"] < len(of)
        gets = gets[known & (of[np.where(known, gets["op"], 0)] == asked.name)]
    return gets


def _latency(asked: Asked) -> list[Line]:
    gets = _gets(asked)
    return [Line("get latency", "text", gets["t"].copy(), gets["latency"].astype(float))]


def _age(asked: Asked) -> list[Line]:
    gets = _gets(asked)
    stale = gets[gets["lag"] > 0]
    return [Line("age of a stale answer", "stale", stale["t"].copy(), stale["age"].astype(float))]


def _hits(asked: Asked) -> list[Line]:
    gets = _gets(asked)
    return [
        Line("answered at home", "line 0", gets["t"].copy(), HOME[gets["klass"]].astype(float)),
        Line("answered at all", "line 1", gets["t"].copy(), RETURNED[gets["klass"]].astype(float)),
    ]


def _parts(asked: Asked) -> tuple[float, float, int, float]:
    """The stretch in which messages are counted, in how many parts, each so many seconds: whole ones up to `until`."""
    part = (asked.high - asked.low) / PARTS
    count = min(PARTS, int((asked.until - asked.low) / part + 1e-9))
    return asked.low, asked.low + max(count, 0) * part, max(count, 0), part


def _by_kind(asked: Asked, count: Callable[[float, float, int], dict[str, np.ndarray]]) -> list[Line]:
    low, high, parts, part = _parts(asked)
    if not parts:
        return []
    found, before = count(low, high, parts), count(0.0, low, 1) if low > 0 else {}
    t = low + part * (np.arange(parts) + 1)
    return [
        Line(words.message(KIND_CODES[word]), f"kind {KIND_CODES[word]}", t, found[word].astype(float),
             float(before[word][0]) if before else 0.0, part)
        for word in KIND_CODES if found[word].any() or (before and before[word].any())
    ]  # fmt: skip


def _spelled(seen: Eyes, weigh: bool) -> Callable[[float, float, int], dict[str, np.ndarray]]:
    def counted(low: float, high: float, bins: int) -> dict[str, np.ndarray]:
        found = seen.counted(low, high, bins, weigh)
        return {word: found[code] for word, code in KIND_CODES.items()}

    return counted


def _messages(asked: Asked) -> list[Line]:
    return _by_kind(asked, _spelled(asked.seen, False) if asked.seen is not None else asked.metrics.rates)


def _bytes(asked: Asked) -> list[Line]:
    return _by_kind(asked, _spelled(asked.seen, True) if asked.seen is not None else asked.metrics.volumes)


def _senders(asked: Asked) -> list[Line]:
    low, high, parts, part = _parts(asked)
    if not parts:
        return []
    sent_by = asked.metrics.sent_by if asked.seen is None else asked.seen.sent_by
    found = sent_by(low, high, parts)
    before = sent_by(0.0, low, 1)[:, 0] if low > 0 else np.zeros(0)
    t = low + part * (np.arange(parts) + 1)
    totals = found.sum(axis=1)
    order = [int(node) for node in np.argsort(-totals, kind="stable") if totals[node]]
    if asked.provider is not None and asked.provider in order:
        order.remove(asked.provider)
        order.insert(0, asked.provider)
    chosen, rest = order[:MOST], order[MOST:]
    lines = [
        Line(asked.world.called.get(node, f"node {node}"), f"line {place}", t, found[node].astype(float),
             float(before[node]) if node < len(before) else 0.0, part)
        for place, node in enumerate(chosen)
    ]  # fmt: skip
    if rest:
        others = float(before[[node for node in rest if node < len(before)]].sum())
        lines.append(Line(f"{len(rest)} others", "text", t, found[rest].sum(axis=0).astype(float), others, part))
    return lines


def reads(asked: Asked) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of the gets that customers of one provider made of what another's customers put: when, whose, of whom.

    An organisation is a customer of the provider at the end of its way up.
    """
    gets, world = _gets(asked), asked.world
    gets = gets[RETURNED[gets["klass"]]]
    of = world.op_name()[np.minimum(gets["op"], len(world.op_name()) - 1)]
    home = np.full(len(gets), -1, np.int64)
    for name in np.unique(of).tolist():
        at = np.flatnonzero(of == name)
        own = [each for each in world.filed(name) if isinstance(each, Stored) and each.store == "L"]
        if own and name >= 0:
            times, nodes = np.array([each.t for each in own]), np.array([each.node for each in own])
            place = np.searchsorted(times, gets["t"][at], side="right") - 1
            home[at] = np.where(place >= 0, nodes[np.maximum(place, 0)], -1)
    reader = _providers(gets["node"].astype(np.int64), world)
    home = _providers(home, world)
    foreign = (home >= 0) & (home != reader)
    return gets["t"][foreign].copy(), reader[foreign], home[foreign]


def _providers(nodes: np.ndarray, world: World) -> np.ndarray:
    """Each organisation's provider instead of itself."""
    found = nodes.copy()
    for house in world.houses.rows:
        found[nodes == house.node] = world.houses.provider(house.node)
    return found


def _pairs(asked: Asked, net: bool) -> list[Line]:
    t, reader, home = reads(asked)
    names, size = asked.world.called, int(max(reader.max(initial=0), home.max(initial=0))) + 1
    if asked.provider is not None:
        mine = (reader == asked.provider) | (home == asked.provider)
        t, reader, home = t[mine], reader[mine], home[mine]
    a, b = (np.minimum(reader, home), np.maximum(reader, home)) if net else (reader, home)
    pair = a * size + b
    codes, counts = np.unique(pair, return_counts=True)
    lines = []
    for place, code in enumerate(codes[np.argsort(-counts, kind="stable")][:MOST].tolist()):
        mine = pair == code
        one, other = (names.get(node, f"node {node}") for node in divmod(code, size))
        label = f"{one} − {other}" if net else f"{one} → {other}"
        v = np.where(reader[mine] == code // size, 1.0, -1.0) if net else np.ones(int(mine.sum()))
        lines.append(Line(label, f"line {place}", t[mine], v))
    return lines


def _reads(asked: Asked) -> list[Line]:
    return _pairs(asked, net=False)


def _balance(asked: Asked) -> list[Line]:
    return _pairs(asked, net=True) if asked.eyes is None else []  # what others read elsewhere, it does not know


_COUNTED = (RATE, MEAN, P50, P95, P99, MAX, CUMULATIVE)
SOURCES = {
    source.id: source
    for source in (
        Source("quantiles", "Latency quantiles", "ms", "Half, 95 and 99 of 100 gets, and the slowest, take so long",
               _latency, (P50, P95, P99, MAX, MEAN, RAW, RATE, CUMULATIVE), several=(P50, P95, P99, MAX),
               rate_unit="s of waiting per second", sum_unit="s of waiting", scale=1000.0),
        Source("age", "Age of stale answers", "s", "For how long what was answered had been out of date",
               _age, (RAW, MEAN, P50, P95, P99, MAX, CUMULATIVE), sum_unit="s"),
        Source("hits", "Hit ratio", "%", "Of 100 gets: answered at home, and answered at all",
               _hits, (MEAN, RATE, CUMULATIVE), rate_unit="gets per second", sum_unit="gets", scale=100.0),
        Source("kinds", "Messages by kind", "per second", "Messages between providers, a line for each kind",
               _messages, _COUNTED, sum_unit="messages", by_key=False),
        Source("bytes", "Bytes by kind", "B per second", "What the messages between providers weigh",
               _bytes, _COUNTED, rate_unit="B per second", sum_unit="B", by_key=False),
        Source("senders", "Messages by sender", "per second", "Messages between providers, a line for each sender",
               _senders, _COUNTED, sum_unit="messages", by_key=False),
        Source("reads", "Who reads whose keys", "gets", "Gets answered with what another provider’s customers put: "
               "n(a→b) of the paper", _reads, (CUMULATIVE, RATE), rate_unit="gets per second", sum_unit="gets"),
        Source("balance", "Balance of reads", "gets", "n(a→b) − n(b→a): what the settlement Δ between two peers is "
               "proportional to", _balance, (CUMULATIVE, RATE), rate_unit="gets per second", sum_unit="gets"),
    )
}  # fmt: skip
