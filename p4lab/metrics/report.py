"""The report's parts: what contracts section 3 says of a set of gets, puts and messages, and of each group of them.

Rules: plain Python numbers; what is undefined is None, never NaN; percentiles by numpy's linear interpolation.
"""

from collections.abc import Iterable
from math import floor
from typing import Any, NamedTuple

import numpy as np

from p4lab.core.messages import ACCESS, CODE_NAMES
from p4lab.metrics.columns import KLASSES

QUANTILES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}
REMOTE = KLASSES.index("remote")
PEER_WORDS = {code: word for code, word in CODE_NAMES.items() if code < ACCESS}
STORED = ("OK", "OK_DUPLICATE", "OK_LOCAL")  # what a customer is told of a put that is kept
OTHER = "other"  # message codes that this version does not know


class Part(NamedTuple):
    """Operations started, puts and gets answered (columns.py), and counts[what (as Counts); code]."""

    starts: np.ndarray
    puts: np.ndarray
    gets: np.ndarray
    counts: np.ndarray


def part(of: Part, outcomes: Iterable[str]) -> dict[str, Any]:
    """The shape that the whole and every group share. outcomes: the words of the column `outcome`."""
    gets, puts = of.gets, of.puts
    put = int(np.count_nonzero(of.starts["put"]))
    counted = np.bincount(gets["klass"], minlength=len(KLASSES)).tolist()
    codes = {word: n for word, n in zip(outcomes, np.bincount(puts["outcome"]).tolist(), strict=False) if n}
    return {
        "gets": {
            "total": len(of.starts) - put,
            **dict(zip(KLASSES, counted, strict=True)),
            "unfinished": len(of.starts) - put - len(gets),
        },
        "puts": {
            "total": put,
            "ok": sum(codes.get(word, 0) for word in STORED),
            "unfinished": put - len(puts),
            "by_code": dict(sorted(codes.items())),
        },
        "latency": {
            "get": latency(gets["latency"]),
            "get_remote": latency(gets["latency"][gets["klass"] == REMOTE]),
            "put": latency(puts["latency"]),
        },
        "staleness": staleness(gets[gets["returned"]]),
        "messages": {
            "total": int(of.counts[0, :ACCESS].sum()),
            "lost": int(of.counts[2, :ACCESS].sum()),
            "duplicated": int(of.counts[3, :ACCESS].sum()),
            "corrupted": int(of.counts[4, :ACCESS].sum()),
            "by_kind": by_word(of.counts[0]),
        },
        "bytes": {"total": int(of.counts[1, :ACCESS].sum()), "by_kind": by_word(of.counts[1])},
    }


def latency(values: np.ndarray) -> dict[str, float | None]:
    """Mean, quantiles and maximum, in seconds."""
    if not len(values):
        return dict.fromkeys(("mean", *QUANTILES, "max"))
    ordered = np.sort(values)
    found = {word: quantile(ordered, share) for word, share in QUANTILES.items()}
    return {"mean": float(ordered.mean()), **found, "max": float(ordered[-1])}


def quantile(ordered: np.ndarray, share: float) -> float:
    """numpy.quantile of sorted values, to the bit, without its cost on few of them."""
    place = (len(ordered) - 1) * share
    below = floor(place)
    low, high = float(ordered[below]), float(ordered[min(below + 1, len(ordered) - 1)])
    part = place - below
    return low + (high - low) * part if part < 0.5 else high - (high - low) * (1 - part)


def staleness(read: np.ndarray) -> dict[str, float | None]:
    """Of gets that returned a value: the share not the newest, and how far behind."""
    if not len(read):
        return {"share": None, "mean_lag": None, "mean_age": None, "lag_at_least_2": None}
    return {
        "share": float((read["lag"] > 0).mean()),
        "mean_lag": float(read["lag"].mean()),
        "mean_age": float(read["age"].mean()),
        "lag_at_least_2": float((read["lag"] >= 2).mean()),
    }


def by_word(counts: np.ndarray) -> dict[str, int]:
    """Numbers by message kind: each kind that passes between providers, none left out."""
    numbers = counts[:ACCESS].tolist()
    found = {word: numbers[code] for code, word in PEER_WORDS.items()}
    other = sum(numbers) - sum(found.values())
    return {**found, OTHER: other} if other else found


def split(table: np.ndarray, field: str) -> dict[int, np.ndarray]:
    """The rows by the value of one field, in their order."""
    if not len(table):
        return {}
    order = np.argsort(table[field], kind="stable")
    ordered = table[order]
    marks = np.flatnonzero(np.diff(ordered[field])) + 1
    return {int(rows[field][0]): rows for rows in np.split(ordered, marks)}
