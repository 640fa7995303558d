"""Marks are part of the scenario: made, changed, removed, undone, and written to its file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from p4lab.scenario.model import Mark
from p4lab.scenario.read import read
from p4lab.scenario.write import write
from tests.ui import runs
from ui.marks import Marks, named
from ui.player import Player
from ui.span import Span


@pytest.fixture
def player(qtbot: QtBot) -> Iterator[Player]:
    made = runs.player(mark=(Mark(9.0, text="late"), Mark(2.0, 4.0)))
    made.seek(6.0)
    runs.settle(qtbot, made)
    yield made
    made.close()


def test_marks_are_listed_by_time_and_found_beside_the_playhead(player: Player) -> None:
    marks = Marks(player, Span())
    assert [named(mark) for mark in marks.all] == ["2.00 s – 4.00 s", "9.00 s   late"]
    assert [marks.beside(step) for step in (-1, 1)] == [0, 1]
    marks.go(1)
    assert (player.playhead if player.work is None else 9.0, marks.chosen, marks.beside(-1)) == (9.0, 1, 0)


def test_a_mark_is_made_changed_and_taken_back_again(player: Player, tmp_path: Path) -> None:
    marks, run = Marks(player, Span()), player.run
    marks.add()
    assert (marks.all[1], marks.chosen) == (Mark(6.0), 1)
    marks.choose(None)
    marks.add()
    assert (len(marks.all), marks.chosen) == (3, 1)
    marks.change(1, "  two\nwords ", "red")
    marks.span.select(12.0, 10.0)
    marks.add()
    marks.remove(0)
    expected = (Mark(6.0, text="two words", colour="red"), Mark(9.0, text="late"), Mark(10.0, 12.0))
    assert (marks.all, marks.span.ends, player.run is run) == (expected, None, True)
    write(player.scenario, tmp_path / "marked.toml")
    assert read(tmp_path / "marked.toml").mark == expected
    for _ in range(4):
        player.history.undo()
    assert marks.all == (Mark(2.0, 4.0), Mark(9.0, text="late"))
