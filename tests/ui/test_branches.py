"""Branches as values, and the runs that are kept for them."""

import pytest

from p4lab.core.commands import AddProvider, Command, Get, Heal, Move, Unpeer
from p4lab.scenario.changes import set_place
from p4lab.scenario.model import Do
from p4lab.session.simulated import Simulated
from tests.ui import runs
from ui import branches
from ui.branches import Branches, Runs, only

PLAN = runs.scenario()


def _one() -> Branches:
    return only(Simulated(PLAN), Runs(Simulated))


def _told(found: Branches) -> list[tuple[int, str, int | None, float]]:
    return [(each.number, each.name, each.parent, each.forked_at) for each in found.all]


def test_a_branch_leaves_the_one_shown_and_no_number_is_used_twice() -> None:
    three = _one().grown(2.0, "a put", PLAN, ()).grown(3.0, "a get", PLAN, (), show=False)
    assert (_told(three), three.number) == ([(1, "A", None, 0.0), (2, "B", 1, 2.0), (3, "C", 2, 3.0)], 2)
    fewer = three.without(2)
    assert (_told(fewer), fewer.number) == ([(1, "A", None, 0.0), (3, "C", 1, 3.0)], 1)
    assert _told(fewer.grown(4.0, "", PLAN, ()))[-1] == (4, "D", 1, 4.0)


def test_a_name_is_its_own() -> None:
    two = _one().renamed(1, "  B ").grown(2.0, "", PLAN, ())
    assert [each.name for each in two.all] == ["B", "C"]
    with pytest.raises(ValueError, match="There is a branch B already"):
        two.renamed(2, "B")
    with pytest.raises(ValueError, match="needs a name"):
        two.renamed(2, " ")


def test_the_last_branch_stays() -> None:
    with pytest.raises(ValueError, match="the only branch"):
        _one().without(1)


def test_branches_are_equal_however_far_they_were_looked_at() -> None:
    one = _one()
    assert one.looked_at(5.0, 9.0) == one
    assert one.grown(5.0, "", PLAN, ()) != one


def test_a_run_is_known_again_by_its_recipe_but_for_words_and_places() -> None:
    kept = Runs(Simulated)
    run = kept.fresh(PLAN, ())
    assert kept.of(set_place(runs.scenario(title="Other"), {"Aster": (0.1, 0.9)}), ()) is run
    assert kept.of(runs.scenario(seed=8), ()) is not run
    here, there = (AddProvider("Fern", position=place) for place in ((0.1, 0.1), (0.2, 0.2)))
    grown = kept.of(PLAN, (Do(1.0, here),))
    assert (kept.of(PLAN, (Do(1.0, there),)) is grown, grown is run) == (True, False)


def test_of_two_runs_of_a_recipe_the_one_shown_is_taken_if_it_goes_far_enough() -> None:
    kept = Runs(Simulated)
    far, near = kept.fresh(PLAN, ()), kept.fresh(PLAN, ())
    far.advance(5.0, 10.0)
    near.advance(1.0, 10.0)
    kept.show(near)
    assert (kept.of(PLAN, (), 1.0) is near, kept.of(PLAN, (), 2.0) is far) == (True, True)


def test_runs_beyond_the_room_are_let_go_but_for_the_one_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(branches, "ROOM", 100)
    kept = Runs(Simulated)
    shown = kept.fresh(PLAN, ())
    shown.advance(5.0, 10.0)
    kept.show(shown)
    second = kept.fresh(PLAN, (Do(1.0, Get("Elm", "news/1")),))
    second.advance(5.0, 10.0)
    assert min(len(run.trace) for run in (shown, second)) > 100
    kept.fresh(runs.scenario(seed=8), ())
    assert kept.of(PLAN, ()) is shown
    assert kept.of(PLAN, (Do(1.0, Get("Elm", "news/1")),)) is not second


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (Get("Elm", "news/1"), "get news/1 at Elm"),
        (AddProvider("Fern"), "add provider Fern"),
        (Unpeer(("Aster", "Elm")), "unpeer Aster – Elm"),
        (Move("Cedar", "Elm"), "move Cedar to Elm"),
        (Heal(), "heal"),
    ],
)
def test_a_deed_is_told_in_a_few_words(command: Command, says: str) -> None:
    assert branches.deed(command) == says
