"""Dragging: who is dragged goes along with its lines and its organisations, the others stay, and Esc puts it back."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from p4lab.scenario.model import Organisation, Provider
from tests.ui.canvas.maps import Shown
from tests.ui.runs import NAMES, player
from ui.canvas.ground import kept
from ui.canvas.houses import Stand
from ui.canvas.lifted import Lifted

PLACES = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.5, 0.6), (0.2, 0.8))
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def shown(qtbot: QtBot) -> Iterator[Shown]:
    rows = tuple(Provider(name, position=at) for name, at in zip(NAMES, PLACES, strict=True))
    made = Shown(qtbot, player(provider=rows, organisation=(Organisation("House", "Aster"),)))
    made.at(0.0)
    yield made
    made.player.close()


def house(shown: Shown) -> Stand:
    (one,) = shown.map.plan.houses(shown.map.figures())
    return one


def test_who_is_dragged_goes_along_with_its_organisation_and_escape_puts_it_back(shown: Shown, qtbot: QtBot) -> None:
    view, placed = shown.map, []
    view.placed.connect(placed.append)
    before, home = view.figures(), house(shown)
    qtbot.mousePress(view, LEFT, pos=shown.place(0))
    for way in (QPoint(20, 20), QPoint(70, 40)):
        qtbot.mouseMove(
            view, shown.place(0) if way.x() == 20 else QPoint(*before.centres[0].astype(int).tolist()) + way
        )
        view.grab()
    during = view.figures()
    way = during.centres[0] - before.centres[0]
    assert way == pytest.approx((70, 40), abs=1.5)
    assert np.array_equal(during.centres[1:], before.centres[1:])
    assert during.radii is before.radii  # sizes wait for the end
    moved = house(shown)
    assert (moved.x - home.x, moved.y - home.y) == pytest.approx(tuple(way.tolist()))
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert np.array_equal(view.figures().centres, before.centres)
    assert (house(shown).x, house(shown).y) == pytest.approx((home.x, home.y))
    qtbot.mouseRelease(view, LEFT, pos=QPoint(300, 300))
    assert placed == []


def test_a_moment_is_split_in_two_and_nothing_is_in_both(shown: Shown) -> None:
    now, halves = shown.at(6.0), Lifted()
    rest = halves.rest(now, now.shown, frozenset({0}))
    assert rest.shown.seen == [1, 2, 3, 4]
    assert rest.ground.lines.tolist() == [line for line in now.ground.lines.tolist() if 0 not in line]
    alone = now.carried[:, [0 not in line for line in now.ground.lines.tolist()]]
    assert np.array_equal(rest.carried, alone)
    assert halves.rest(now, now.shown, frozenset({0})).ground is rest.ground  # so that its picture is kept


def test_some_lines_alone_keep_what_is_said_of_them(shown: Shown) -> None:
    ground = shown.at(6.0).ground
    keep = (ground.lines == 0).any(axis=1)
    left = kept(ground, keep)
    assert left.lines.tolist() == [[0, 1], [0, 2], [0, 3], [0, 4]]
    assert left.line_of.tolist() == [0, 1, 2, 3, -1, -1, -1, -1, -1, -1]
    assert (left.open.tolist(), left.up.tolist(), left.faults) == ([True] * 4, [], {})
