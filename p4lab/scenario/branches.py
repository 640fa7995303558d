"""Branches in a file: other futures of the scenario, each said by what it does otherwise than the file's own rows.

Rules: pure, from values to values. A row of `[[branch]]` does what the file does up to `since`, then what its own `do`
says; what it begins with otherwise stands whole in `instead`, by the names of the file's tables. The file's own rows
are one of the branches too: its row has `shown`, and nothing but its place in the tree. Runs of a file know none of it.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from p4lab.scenario.check import check
from p4lab.scenario.model import Branch, Do, Scenario
from p4lab.scenario.shape import ROWS, SCALARS, TABLES, from_tables
from p4lab.scenario.toml import fields, tables

SHARED = ("format", "title", "about", "view", "mark", "do", "branch")  # one of each file, or said otherwise


def with_branches(shown: Branch, scenario: Scenario, others: Sequence[tuple[Branch, Scenario]]) -> Scenario:
    """The scenario of a file: that of the branch shown, and the others as they differ from it."""
    rows = [msgspec.structs.replace(shown, shown=True, since=None, do=(), instead={})]
    for branch, other in others:
        since, do = _own(in_time(scenario.do), in_time(other.do))
        instead = {
            name: _table(other, name)
            for name in (*SCALARS, *TABLES, *ROWS)
            if name not in SHARED and getattr(other, name) != getattr(scenario, name)
        }
        rows.append(msgspec.structs.replace(branch, shown=False, since=since, do=do, instead=instead))
    return msgspec.structs.replace(scenario, do=in_time(scenario.do) if others else scenario.do, branch=tuple(rows))


def branches_of(scenario: Scenario) -> list[tuple[Branch, Scenario]]:
    """Every branch of a file with what it does, in the order of the rows; the one shown is the file without branches.

    Raises ScenarioError where what one begins with will not do.
    """
    own = msgspec.structs.replace(scenario, branch=())
    found: list[tuple[Branch, Scenario]] = []
    for row in scenario.branch:
        made = own
        if not row.shown:
            shared = () if row.since is None else tuple(each for each in in_time(own.do) if each.at <= row.since)
            if row.instead:
                made = from_tables(tables(msgspec.structs.replace(own, do=())) | row.instead)
            made = msgspec.structs.replace(made, do=(*shared, *row.do))
            check(made)
        found.append((row, made))
    return found


def in_time(rows: tuple[Do, ...]) -> tuple[Do, ...]:
    """Commands in the order in which a run does them."""
    return tuple(sorted(rows, key=lambda row: row.at))


def _own(shown: tuple[Do, ...], other: tuple[Do, ...]) -> tuple[float | None, tuple[Do, ...]]:
    """Up to when the other does as the one shown, and what it does then."""
    same = 0
    while same < min(len(shown), len(other)) and shown[same] == other[same]:
        same += 1
    while 0 < same < len(shown) and shown[same].at == shown[same - 1].at:
        same -= 1
    return (shown[same - 1].at if same else None), other[same:]


def _table(scenario: Scenario, name: str) -> Any:
    value = getattr(scenario, name)
    if name in ROWS:
        return [fields(row) for row in value]
    return fields(value) if name in TABLES else value
