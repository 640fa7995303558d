"""Which Events a filter lets through: message rows by numpy over their columns, the rarer Events one by one.

Rules: no Qt. A pattern is tried once for each different word (a node, a kind, a key, ...), never once for each message.
"""

from collections.abc import Callable, Sequence

import numpy as np

from p4lab.core.events import Event
from p4lab.trace import LOST
from ui import words
from ui.panels.filters import Filter, Match, Pattern, Word, evaluate
from ui.panels.log_text import REGIME_WORDS, LogText, Row

CODES, STATUSES = 256, 256  # a byte each
EXACT = 1e-6  # ms or s: 2 ms is found where arithmetic says 1.9999999


class LogFilter:
    """show: what is let through, None = all. hide: what is not, None = nothing."""

    def __init__(self, text: LogText, show: Filter | None, hide: Filter | None) -> None:
        self._text = text
        self._show, self._hide = show, hide
        self._tables: dict[tuple[str, str, bool], np.ndarray] = {}  # which words match, by field and pattern

    def found(self, start: int, stop: int) -> np.ndarray:
        """Those of the Events start..stop (counted from 0) that are let through, in order."""
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
            "result": np.where(rows["fate"] == LOST, STATUSES, rows["status"].astype(np.int64)),
        }
        flight = np.where(rows["fate"] == LOST, np.nan, rows["due"] - rows["t"]) * 1000
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

        return self._kept(len(rows), leaf)

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
                return [(words.STATUSES.get(status, f"status {status}"),) for status in range(STATUSES)] + [("lost",)]

    # All other Events

    def _of_records(self, records: list[Event], delta: np.ndarray) -> np.ndarray:
        rows = [self._text.row_of(event, gap) for event, gap in zip(records, delta.tolist(), strict=True)]
        numbers = {
            "#": np.array([row.number for row in rows], float),
            "time": np.array([row.time for row in rows], float),
            "delta": delta * 1000,
            "latency": np.array([np.nan if row.latency is None else row.latency for row in rows], float),
            "op": np.array([row.op for row in rows], float),
        }

        def leaf(one: Word | Match) -> np.ndarray:
            if isinstance(one, Match):
                if one.field in numbers:
                    return _in_range(numbers[one.field], one.pattern)
                return np.array([any(map(one.pattern.matches, _spellings(row, one.field))) for row in rows], bool)
            anywhere = np.array([
                any(one.pattern.matches(text) for field in _FIELDS for text in _spellings(row, field)) for row in rows
            ], bool)  # fmt: skip
            return anywhere | _same_number(numbers["#"], one.pattern)

        return self._kept(len(rows), leaf)


_FIELDS = ("source", "target", "kind", "key", "regime", "result")


def _spellings(row: Row, field: str) -> tuple[str, ...]:
    if field == "regime":
        return _regime(row.regime) if row.regime else ("",)
    return (getattr(row, field),)


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
