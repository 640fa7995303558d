"""Which Events a filter lets through: message rows by numpy over their columns, the rarer Events one by one.

Rules: no Qt. A pattern is tried once for each different word (a node, a kind, a key, ...), never once for each message.
"""

from collections.abc import Callable, Sequence

import numpy as np

from p4lab.core.events import Event
from p4lab.trace import LOST
from p4lab.world.observed import Observed
from ui import words
from ui.panels.filters import TEXT_FIELDS, UNITS, Filter, Match, Pattern, Word, evaluate
from ui.panels.log_text import REGIME_WORDS, LogText

CODES, STATUSES = 256, 256  # a byte each
FATES = 8  # LOST = 1, doubled = 2 and corrupted = 4, in any combination
EXACT = 1e-6  # ms or s: 2 ms is found where arithmetic says 1.9999999


class LogFilter:
    """show: what is let through, None = all. hide: what is not, None = nothing. access: whether customers' messages.

    eyes: only what this provider can observe.
    """

    def __init__(
        self, text: LogText, show: Filter | None, hide: Filter | None, access: bool = True,
        eyes: tuple[Observed, int] | None = None,
    ) -> None:  # fmt: skip
        self._text = text
        self._eyes = eyes
        self._show, self._hide, self._access = show, hide, access
        self._tables: dict[tuple[str, str, bool], np.ndarray] = {}  # which words match, by field and pattern

    def found(self, start: int, stop: int, t: float = np.inf) -> np.ndarray:
        """Those of the Events start..stop (counted from 0) that are let through, in order; t: when it is looked."""
        trace = self._text.trace
        part = trace.slice(start, stop)
        times = np.empty(len(part) + 1)
        times[0] = trace.time_of(start - 1) if start else 0.0
        at_row = part.rows["id"].astype(np.int64) - start  # places in `times`, which is one ahead
        at_record = np.array([event.id for event in part.records], np.int64) - start
        times[at_row] = part.rows["t"]
        times[at_record] = [event.t for event in part.records]
        delta = np.diff(times)
        if start == 0 and len(delta):
            delta[0] = 0.0
        kept = np.zeros(len(part), bool)
        kept[at_row - 1] = self._of_rows(part.rows, delta[at_row - 1])
        kept[at_record - 1] = self._of_records(part.records, delta[at_record - 1])
        if self._eyes is not None:
            observed, node = self._eyes
            kept[at_row - 1] &= observed.rows(part.rows, node, t)
            kept[at_record - 1] &= np.array([observed.sees(event, node, t) for event in part.records], bool)
        return start + np.flatnonzero(kept)

    def _kept(self, count: int, leaf: Callable[[Word | Match], np.ndarray]) -> np.ndarray:
        kept = np.ones(count, bool)
        if self._show is not None:
            kept &= evaluate(self._show, leaf)
        if self._hide is not None:
            kept &= ~evaluate(self._hide, leaf)
        return kept

    # Messages

    def _of_rows(self, rows: np.ndarray, delta: np.ndarray) -> np.ndarray:
        if not len(rows):
            return np.empty(0, bool)
        world, op = self._text.world, rows["op"]
        names, regimes = world.op_name(), world.op_regime()
        known = np.minimum(op, len(names) - 1)
        columns = {
            "source": rows["src"],
            "target": rows["dst"],
            "kind": rows["code"],
            "key": np.where(op < len(names), names[known], -1) + 1,
            "regime": np.where(op < len(regimes), regimes[known], 0),
            "result": rows["fate"].astype(np.int64) % FATES * STATUSES + rows["status"],
        }
        flight = np.where((rows["fate"] & LOST) > 0, np.nan, rows["due"] - rows["t"]) * 1000
        numbers = {"#": rows["id"], "time": rows["t"], "delta": delta * 1000, "latency": flight, "op": op}

        def leaf(one: Word | Match) -> np.ndarray:
            if isinstance(one, Match):
                if one.field in numbers:
                    return _in_range(numbers[one.field], one.pattern)
                return self._table(one.field, one.pattern, True)[columns[one.field]]
            found = _same_number(numbers["#"], one.pattern)
            for field, column in columns.items():
                found = found | self._table(field, one.pattern, False)[column]
            return found

        kept = self._kept(len(rows), leaf)
        return kept if self._access else kept & (rows["code"] < words.ACCESS)

    def _table(self, field: str, pattern: Pattern, whole: bool) -> np.ndarray:
        """Whether each of the field's words matches; tables of nodes and keys grow with the run."""
        key = (field, pattern.text, whole)
        table = self._tables.get(key)
        vocabulary = self._words(field)
        if table is None or len(table) < len(vocabulary):
            done = 0 if table is None else len(table)
            more = np.array([any(map(pattern.matches, spellings)) for spellings in vocabulary[done:]], bool)
            table = self._tables[key] = more if table is None else np.concatenate([table, more])
        return table

    def _words(self, field: str) -> Sequence[tuple[str, ...]]:
        world = self._text.world
        match field:
            case "source" | "target":
                return [(self._text.node(node),) for node in range(max(world.provider_of, default=0) + 1)]
            case "key":
                return [("",), *((name.label, name.key) for name in world.names)]
            case "regime":
                return [("",), *(_regime(code) for code in range(1, len(REGIME_WORDS)))]
            case "kind":
                return [(words.message(code),) for code in range(CODES)]
            case _:
                fates = [(bool(fate & 1), bool(fate & 2), bool(fate & 4)) for fate in range(FATES)]
                return [(words.arrival(status, *fate),) for fate in fates for status in range(STATUSES)]

    # All other Events

    def _of_records(self, records: list[Event], delta: np.ndarray) -> np.ndarray:
        """Only the fields that the filter names are looked at."""
        text = self._text
        texts: dict[str, list[tuple[str, ...]]] = {}
        numbers: dict[str, np.ndarray] = {"delta": delta * 1000}

        def spellings(field: str) -> list[tuple[str, ...]]:
            if field not in texts:
                texts[field] = [_spellings(text, event, field) for event in records]
            return texts[field]

        def values(field: str) -> np.ndarray:
            if field not in numbers:
                numbers[field] = np.array([_number(text, event, field) for event in records], float)
            return numbers[field]

        def leaf(one: Word | Match) -> np.ndarray:
            if isinstance(one, Match):
                if one.field in UNITS:
                    return _in_range(values(one.field), one.pattern)
                return _any_matches(one.pattern, spellings(one.field))
            found = _same_number(values("#"), one.pattern)
            for field in TEXT_FIELDS:
                found = found | _any_matches(one.pattern, spellings(field))
            return found

        return self._kept(len(records), leaf)


def _any_matches(pattern: Pattern, texts: list[tuple[str, ...]]) -> np.ndarray:
    """Row by row whether one of its spellings matches; the same spellings are tried once."""
    known: dict[tuple[str, ...], bool] = {}
    for spellings in texts:
        if spellings not in known:
            known[spellings] = any(map(pattern.matches, spellings))
    return np.array([known[spellings] for spellings in texts], bool)


def _spellings(text: LogText, event: Event, field: str) -> tuple[str, ...]:
    match field:
        case "source":
            return (text.who(event)[0],)
        case "target":
            return (text.who(event)[1],)
        case "kind":
            return (text.kind(event),)
        case "key":
            return (text.key(event)[0],)
        case "regime":
            return _regime(code) if (code := text.regime(event)) else ("",)
        case _:
            return (text.result(event),)


def _number(text: LogText, event: Event, field: str) -> float:
    match field:
        case "#":
            return event.id
        case "time":
            return event.t
        case "op":
            return getattr(event, "op", 0)
        case _:
            latency = text.latency(event)
            return np.nan if latency is None else latency


def _regime(code: int) -> tuple[str, str]:
    """As the legend calls it, and as files do."""
    return words.regime(REGIME_WORDS[code]), REGIME_WORDS[code]


def _in_range(values: np.ndarray, pattern: Pattern) -> np.ndarray:
    if pattern.low is None or pattern.high is None:  # the pattern is *, anything
        return ~np.isnan(values.astype(float))
    return (values >= pattern.low - EXACT) & (values <= pattern.high + EXACT)


def _same_number(numbers: np.ndarray, pattern: Pattern) -> np.ndarray:
    """A word that is a number finds the row of that number."""
    if pattern.low is None or pattern.low != pattern.high:
        return np.zeros(len(numbers), bool)
    return np.asarray(numbers == pattern.low)
