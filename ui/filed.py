"""Branches from a file and into one.

Rules: no Qt, no file access: values in, values out. What was done by hand becomes `[[do]]` rows.
"""

from collections.abc import Sequence

import msgspec

from p4lab.scenario.branches import with_branches
from p4lab.scenario.model import Branch as Row
from p4lab.scenario.model import Scenario
from p4lab.session.base import Session
from ui.branches import FIRST, Branch, Branches, Runs, only

Rows = Sequence[tuple[Row, Scenario]]  # branches as a file has them, and what each does


def opened(session: Session, runs: Runs, rows: Rows = ()) -> Branches:
    """What a file has: the session is that of the branch shown; rows are those of `branches_of`."""
    if not any(row.shown for row, _ in rows):
        return only(session, runs)
    numbers = {row.name: number for number, (row, _) in enumerate(rows, 1)}
    made = tuple(
        Branch(
            numbers[row.name], row.name, session.scenario if row.shown else scenario, (), runs,
            None if row.parent is None else numbers[row.parent], row.at, row.why,
        )
        for row, scenario in rows
    )  # fmt: skip
    return Branches(made, next(numbers[row.name] for row, _ in rows if row.shown), len(made))


def saved(branches: Branches) -> Scenario:
    """All of them as the scenario of a file: what was done by hand becomes `[[do]]` rows."""
    shown, names = branches.current, {branch.number: branch.name for branch in branches.all}
    own = as_scenario(shown)
    if len(branches.all) == 1 and shown.name == FIRST:
        return own
    rows = {
        branch.number: (Row(branch.name, names.get(branch.parent or 0), branch.forked_at, branch.why), branch)
        for branch in branches.all
    }
    others = [(row, as_scenario(branch)) for row, branch in rows.values() if branch is not shown]
    kept = with_branches(rows[shown.number][0], own, others)
    by_name = {row.name: row for row in kept.branch}
    return msgspec.structs.replace(kept, branch=tuple(by_name[branch.name] for branch in branches.all))


def as_scenario(branch: Branch) -> Scenario:
    """One branch as a scenario of its own."""
    return msgspec.structs.replace(branch.scenario, do=branch.scenario.do + branch.commands)
