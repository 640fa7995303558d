"""Two reports as a table: what is counted, for one run and the other, with the difference.

Rules: no Qt, no runs: a pure function of two reports (contracts section 3). A difference is good or bad only where
everybody would say so: fewer stale answers are better, fewer gets are not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ui import words


@dataclass(frozen=True)
class Line:
    """better: which of the two it is better in, 0 for neither. group: a heading that stands before it, once."""

    group: str
    label: str
    one: str
    other: str
    difference: str
    better: int = 0  # -1: the first, +1: the other


@dataclass(frozen=True)
class _Measure:
    group: str
    label: str
    path: str
    write: Callable[[Any], str]
    low_is_good: bool | None = None  # None: neither is better


def _count(value: Any) -> str:
    return "–" if value is None else words.grouped(value)


def _time(value: Any) -> str:
    return "–" if value is None else words.time(value)


def _share(value: Any) -> str:
    return "–" if value is None else words.share(value)


def _size(value: Any) -> str:
    return "–" if value is None else words.size(value)


def _lag(value: Any) -> str:
    return "–" if value is None else f"{value:.2f}"


MEASURES = (
    _Measure("Answers", "gets", "gets.total", _count),
    _Measure("Answers", "answered at home", "home", _count),
    _Measure("Answers", "asked of peers", "gets.remote", _count),
    _Measure("Answers", "not found", "gets.not_found", _count, True),
    _Measure("Answers", "partial or timed out", "failed", _count, True),
    _Measure("Answers", "puts", "puts.total", _count),
    _Measure("Staleness", "stale answers", "staleness.share", _share, True),
    _Measure("Staleness", "versions behind, mean", "staleness.mean_lag", _lag, True),
    _Measure("Staleness", "age when read, mean", "staleness.mean_age", _time, True),
    _Measure("Latency of gets", "mean", "latency.get.mean", _time, True),
    _Measure("Latency of gets", "p50", "latency.get.p50", _time, True),
    _Measure("Latency of gets", "p95", "latency.get.p95", _time, True),
    _Measure("Latency of gets", "p99", "latency.get.p99", _time, True),
    _Measure("Latency of puts", "mean", "latency.put.mean", _time, True),
    _Measure("Traffic between providers", "messages", "messages.total", _count, True),
    _Measure("Traffic between providers", "queries", "messages.by_kind.GETQ", _count),
    _Measure("Traffic between providers", "updates", "messages.by_kind.UPDATE", _count),
    _Measure("Traffic between providers", "fetches", "messages.by_kind.FETCH", _count),
    _Measure("Traffic between providers", "bytes", "bytes.total", _size, True),
    _Measure("Traffic between providers", "lost", "messages.lost", _count, True),
)
HOME = ("local", "replica", "cached", "joined")
FAILED = ("partial", "timeout", "error")


def lines(one: dict[str, Any], other: dict[str, Any]) -> list[Line]:
    """The table, in its order; what is nothing in both is left out."""
    found = []
    for measure in MEASURES:
        a, b = _value(one, measure.path), _value(other, measure.path)
        if not a and not b and measure.path not in ("gets.total", "staleness.share", "messages.total"):
            continue
        found.append(
            Line(measure.group, measure.label, measure.write(a), measure.write(b), *_difference(a, b, measure))
        )
    return found


def sentence(one: dict[str, Any], other: dict[str, Any], names: tuple[str, str]) -> str:
    """The comparison in one sentence: what strikes most."""
    parts = []
    for path, label, many in (
        ("messages.total", "messages", True), ("latency.get.mean", "latency", False),
        ("staleness.share", "stale", False),
    ):  # fmt: skip
        a, b = _value(one, path), _value(other, path)
        if a is None or b is None or a == b:
            continue
        if path == "staleness.share":
            parts.append(f"{words.share(b)} of its answers are stale instead of {words.share(a)}")
        elif many:
            parts.append(f"{words.grouped(abs(b - a))} {'more' if b > a else 'fewer'} {label}")
        else:
            parts.append(f"gets take {words.time(b)} instead of {words.time(a)}")
    if not parts:
        return f"So far {names[1]} went as {names[0]} did."
    return f"{names[1]} against {names[0]}: " + ", ".join(parts) + "."


def _value(report: dict[str, Any], path: str) -> Any:
    if path == "home":
        return sum(report["gets"][word] for word in HOME)
    if path == "failed":
        return sum(report["gets"][word] for word in FAILED)
    value: Any = report
    for part in path.split("."):
        value = value.get(part)
        if value is None:
            return None
    return value


def _difference(a: Any, b: Any, measure: _Measure) -> tuple[str, int]:
    if a is None or b is None:
        return ("", 0) if a is b else ("only in one", 0)
    if a == b:
        return "=", 0
    sign = "+" if b > a else "−"
    text = sign + measure.write(abs(b - a))
    if measure.write is _share:
        text = f"{sign}{abs(b - a) * 100:.1f} points"
    elif a and measure.write is not _lag:
        text += f" ({_times(a, b)})"
    better = 0 if measure.low_is_good is None else (1 if (b < a) == measure.low_is_good else -1)
    return text, better


def _times(a: float, b: float) -> str:
    if b > 2 * a:
        return f"×{b / a:.1f}"
    return f"{(b - a) / a:+.0%}".replace("-", "−")
