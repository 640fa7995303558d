"""Branches in a file: whatever they are, they come back as they were, and a run of the file knows none of it."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p4lab.core.commands import Crash, Get
from p4lab.scenario.branches import SHARED, branches_of, in_time, with_branches
from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import Branch, Do, Peering, Provider, Scenario
from p4lab.scenario.read import parse
from p4lab.scenario.write import dumps
from tests.scenario.strategies import scenarios

HEAD = 'format = 1\ntitle = "T"\nduration = 10.0\n'
PLAN = Scenario(
    title="T",
    duration=10.0,
    provider=(Provider("Aster"), Provider("Birch")),
    peering=(Peering(among="all"),),
    do=(Do(1.0, Get("Aster", "k")), Do(5.0, Crash("Birch"))),
)


def _with(**fields: object) -> Scenario:
    return msgspec.structs.replace(PLAN, **fields)


def test_a_branch_says_only_what_it_does_otherwise() -> None:
    other = _with(seed=8, do=(PLAN.do[0], Do(2.0, Crash("Aster"))))
    kept = with_branches(Branch("A"), PLAN, [(Branch("B", "A", 1.5, "crash Aster"), other)])
    assert kept.branch == (
        Branch("A", shown=True),
        Branch("B", "A", 1.5, "crash Aster", since=1.0, do=(Do(2.0, Crash("Aster")),), instead={"seed": 8}),
    )
    assert [made for _, made in branches_of(parse(dumps(kept)))] == [PLAN, other]


def test_what_happens_at_the_same_time_as_a_shared_command_is_not_shared() -> None:
    both = _with(do=(PLAN.do[0], Do(1.0, Crash("Birch"))))
    kept = with_branches(Branch("A"), both, [(Branch("B", "A"), _with(do=PLAN.do[:1]))])
    assert (kept.branch[1].since, kept.branch[1].do) == (None, PLAN.do[:1])


@settings(max_examples=8, deadline=None)
@given(scenarios(), scenarios(), st.lists(st.floats(0, 1), min_size=1, max_size=1))
def test_any_other_future_comes_back(first: Scenario, second: Scenario, share: list[float]) -> None:
    told = {name: getattr(first, name) for name in SHARED if name not in ("format", "do")}
    second = msgspec.structs.replace(second, **told, do=in_time(second.do))
    plan = msgspec.structs.replace(first, do=in_time(first.do))
    same = plan.do[: int(share[0] * len(plan.do))]
    near = msgspec.structs.replace(plan, do=same)
    kept = with_branches(Branch("A"), plan, [(Branch("B", "A", 1.0), second), (Branch("C", "B", 2.0, "why"), near)])
    back = parse(dumps(kept))
    assert back == kept
    assert [made for _, made in branches_of(back)] == [plan, second, near]


def test_comments_stay_where_a_branch_comes_and_goes() -> None:
    text = f"# mine\n{dumps(PLAN)}"
    kept = with_branches(Branch("A"), PLAN, [(Branch("B", "A", 1.5), _with(do=PLAN.do[:1]))])
    more = dumps(kept, text)
    assert (more.startswith("# mine\n"), parse(more)) == (True, kept)
    assert dumps(PLAN, more).rstrip() == text.rstrip()


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ('[[branch]]\nname = "A"', "no branch is shown"),
        ('[[branch]]\nname = "A"\nshown = true\n[[branch]]\nname = "A"', 'there is a branch "A" already'),
        ('[[branch]]\nname = "A"\nshown = true\nparent = "B"', 'there is no branch "B" yet'),
        ('[[branch]]\nname = "A"\nshown = true\nat = -1.0', "-1.0 is no time"),
        ('[[branch]]\nname = "A"\nshown = true\ndo = [{ at = 1.0, crsh = {} }]', 'there is no verb "crsh"'),
    ],
)
def test_a_row_that_will_not_do_is_told(rows: str, says: str) -> None:
    with pytest.raises(ScenarioError) as told:
        parse(HEAD + rows)
    assert told.value.what.startswith(says)


def test_what_a_branch_begins_with_is_judged_when_it_is_wanted() -> None:
    rows = '[[branch]]\nname = "A"\nshown = true\n[[branch]]\nname = "B"\ninstead = { durtion = 3.0 }'
    with pytest.raises(ScenarioError, match="no table or field"):
        branches_of(parse(HEAD + rows))
