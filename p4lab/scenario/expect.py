"""Judging an `[[expect]]` row against the metrics of a run.

Rules: a path names a field of the metrics object step by step (`staleness.share`, `commands.0.code` or
`commands[0].code`, as in the JSON); what does not exist, and what is null, fails in a sentence.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from p4lab.scenario.errors import ScenarioError, nearest, shown
from p4lab.scenario.model import Expect

GROUP = ("gets", "puts", "latency", "staleness", "messages", "bytes")  # contracts section 3: what each group has
OPEN = frozenset(("by_code", "liars", "caught", "reports", "commands"))  # what is in them, only a run shows
OTHER = "other"  # a kind of messages that is there where it occurs
CLOSE = 1e-9  # relative; a float that equals a written number may differ in its last digit


class Verdict(msgspec.Struct, frozen=True):
    """Whether an expectation held, what was found in its place, and the sentence that says so."""

    ok: bool
    found: Any
    text: str


def judge(metrics: Mapping[str, Any], expect: Expect) -> Verdict:
    """Look the metric up and compare it."""
    group = next(iter(expect.where.items()), None)
    name = f"{expect.metric} of {group[0]} {group[1]}" if group else expect.metric
    steps = _steps(expect)
    try:
        found: Any = metrics
        if group:
            found = _step(_step(found, f"by_{group[0]}", "the metrics"), group[1], f"by_{group[0]}")
        for i, step in enumerate(steps):
            found = _step(found, step, ".".join(steps[:i]) or ("the group" if group else "the metrics"))
    except ScenarioError as fault:
        return Verdict(False, None, f"{name}: {fault}")
    ok, wanted = _compare(found, expect)
    says = f": {expect.says}" if expect.says else ""
    return Verdict(ok, found, f"{name} is {_number(found)}, {'as' if ok else 'not'} {wanted}{says}")


def misnamed(nothing: Mapping[str, Any], expect: Expect) -> ScenarioError | None:
    """Which word of an expectation no run has, as far as that is known before. nothing: the metrics of an empty run."""
    group = {name: nothing[name] for name in GROUP}
    steps = _steps(expect)
    found: Any = nothing
    try:
        for kind in expect.where:
            _step(nothing, f"by_{kind}", "the metrics")
            found = group
        for i, step in enumerate(steps):
            place = ".".join(steps[:i])
            if i and (steps[i - 1] in OPEN or (steps[i - 1], step) == ("by_kind", OTHER)):
                break
            if i == 1 and found is not group and place.startswith("by_"):
                found = group  # of whatever name
            else:
                found = _step(found, step, place or ("the group" if expect.where else "the metrics"))
    except ScenarioError as fault:
        return fault
    return None


def _steps(expect: Expect) -> list[str]:
    return [step for step in re.split(r"[.\[\]]+", expect.metric) if step]


def _step(value: Any, step: str, place: str) -> Any:
    if isinstance(value, list | tuple):
        if step.isdecimal() and int(step) < len(value):
            return value[int(step)]
        raise ScenarioError(f"{place} has no element {shown(step)}", f"it has {len(value)}, counted from 0")
    if isinstance(value, Mapping):
        if step in value:
            return value[step]
        raise ScenarioError(f"{place} has no {shown(step)}", nearest(step, map(str, value)))
    raise ScenarioError(f"{place} is {_number(value)}, there is no {shown(step)} in it")


def _compare(found: Any, expect: Expect) -> tuple[bool, str]:
    if expect.between is not None:
        low, high = expect.between
        number = isinstance(found, int | float) and not isinstance(found, bool)
        return number and low <= found <= high, f"expected between {low:g} and {high:g}"
    return _equal(found, expect.equals), f"expected {_number(expect.equals)}"


def _equal(found: Any, wanted: Any) -> bool:
    if isinstance(found, list | tuple) and isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(_equal, found, wanted))
    if isinstance(found, float) and isinstance(wanted, int | float) and not isinstance(wanted, bool):
        return math.isclose(found, wanted, rel_tol=CLOSE, abs_tol=CLOSE)
    alike = type(found) is type(wanted) or {type(found), type(wanted)} == {int, float}
    return alike and bool(found == wanted)


def _number(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_number(each) for each in value)}]"
    return "a group" if isinstance(value, Mapping) else shown(value)
