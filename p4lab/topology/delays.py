"""The latency of a map's links: what the file gives, in the unit that it must mean, else what the distance takes.

Rules: seconds one way come out; every choice is noted in a sentence.
"""

import math
import re
import statistics

import msgspec

LEAST = 0.0001  # s; two places in one city are still some 20 km of fibre apart
UNKNOWN = 0.010  # s; a link whose ends are nowhere: 2,000 km, about the mean of the Topology Zoo's national maps
UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6}
WORDS = {"s": "seconds", "ms": "milliseconds", "us": "microseconds"}

_NAME = re.compile(
    r"(?:link|edge|oneway|prop|propagation)*(latency|delay|rtt)(?:in)?"
    r"(s|secs?|seconds?|ms|msecs?|millis|milliseconds?|us|usecs?|micros|microseconds?)?"
)
_VALUE = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(s|sec|seconds?|ms|msec|milliseconds?|us|µs|usec)?")


class Given(msgspec.Struct, frozen=True):
    """A latency as the file has it. No unit: the file does not say."""

    value: float
    unit: str
    rtt: bool


def given(attributes: dict[str, str]) -> Given | None:
    """The latency among the attributes of an edge, if there is one."""
    for name, text in attributes.items():
        named = _NAME.fullmatch("".join(c for c in name.casefold() if c.isalnum()))
        said = _VALUE.fullmatch(text.strip()) if named else None
        if named and said and 0 <= float(said[1]) < math.inf:
            return Given(float(said[1]), _unit(said[2] or named[2] or ""), named[1] == "rtt")
    return None


def meant(givens: list[Given], distances: list[float | None]) -> tuple[str, str]:
    """The unit of the values that have none, and why. `distances` in seconds of light in fibre, where known."""
    known = [(each, far) for each, far in zip(givens, distances, strict=True) if not each.unit and each.value > 0]
    ratios = [each.value / far for each, far in known if far is not None and far > LEAST]
    if ratios:
        typical = statistics.median(ratios)
        unit = min(UNITS, key=lambda name: abs(math.log(max(typical * UNITS[name], 1e-300))))
        return unit, "the nearest to what the distances take"
    if not known or statistics.median(each.value for each, _ in known) >= 1:
        return "ms", "no link on Earth takes seconds"
    return "s", "they are below 1"


def seconds(each: Given, unit: str) -> float:
    """One way, in seconds."""
    return each.value * UNITS[each.unit or unit] / (2 if each.rtt else 1)


def _unit(word: str) -> str:
    if word.startswith(("u", "µ", "mic")):
        return "us"
    return word[:1] and {"s": "s", "m": "ms"}[word[0]]
