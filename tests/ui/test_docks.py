"""The docks: made when first seen, one in front of the other, with a drawer below the map."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QMenu, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.desk import shown_tabs
from tests.ui.runs import theme
from ui.docks import DOCKS, DRAWER_SHARE, Docks, Side


class Bench:
    """A main window with all docks, and which panels were made."""

    def __init__(self, qtbot: QtBot) -> None:
        self.made: list[str] = []
        self.main = QMainWindow()
        qtbot.addWidget(self.main)
        self.map = QLabel("map")
        self.map.setMinimumSize(240, 200)
        self.docks = Docks(self.main, theme())
        self.docks.set_middle(self.map)
        for row in DOCKS:
            self.docks.add(row.id, lambda name=row.id: self._make(name))
        self.main.resize(1200, 800)
        self.docks.reset()
        self.main.show()
        qtbot.wait(10)

    def _make(self, name: str) -> QWidget:
        self.made.append(name)
        return QLabel(name)

    def shown(self) -> list[str]:
        return [row.id for row in DOCKS if self.docks.is_shown(row.id)]


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    yield Bench(qtbot)


def test_only_what_is_seen_is_made(bench: Bench, qtbot: QtBot) -> None:
    assert (bench.made, bench.shown(), bench.docks.drawer_is_open()) == (["plots"], ["plots"], False)
    bench.docks.show("details")
    qtbot.wait(10)
    assert (bench.made, bench.shown()) == (["plots", "details"], ["details"])
    assert bench.docks["log"].accessibleName() == "Log"


def test_the_drawer_remembers_what_was_open(bench: Bench, qtbot: QtBot) -> None:
    below = [row.id for row in DOCKS if row.side is Side.BELOW]
    bench.docks.show(below[-1])
    qtbot.wait(10)
    bench.docks.toggle_drawer()
    assert bench.shown() == ["plots"]
    bench.docks.toggle_drawer()
    qtbot.wait(10)
    assert (bench.shown(), bench.docks.drawer_is_open()) == (["plots", below[-1]], True)


def test_a_layout_of_another_kind_is_ignored(bench: Bench, qtbot: QtBot) -> None:
    bench.docks.show("lesson")
    kept = bench.docks.state()
    bench.docks.restore(b"nonsense")
    qtbot.wait(10)
    assert bench.shown() == ["plots"]
    bench.docks.restore(kept)
    qtbot.wait(10)
    assert bench.shown() == ["lesson"]


def test_a_tab_becomes_a_window_of_its_own(bench: Bench, qtbot: QtBot) -> None:
    tabs = shown_tabs(bench.main)
    place: QPoint = tabs.tabRect(1).center()
    tabs.customContextMenuRequested.emit(place)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    menu.actions()[0].trigger()
    menu.close()
    floating = bench.docks["details"].parentWidget()
    assert (floating.isWindow(), bench.shown()) == (True, ["plots", "details"])
    bench.docks.float_away(False)
    assert bench.shown() == ["plots"]
    bench.docks.reset()
    assert not floating.isWindow()


def test_putting_the_panels_back_leaves_no_tabs_behind(bench: Bench) -> None:
    for _ in range(2):
        bench.docks.reset()
        bench.main.grab()
    bars = [bar for bar in bench.main.findChildren(QTabBar) if bar.geometry().intersects(bench.main.rect())]
    assert [[bar.tabText(i) for i in range(bar.count())] for bar in bars if bar.isVisible()] == [
        [row.title for row in DOCKS if row.side is Side.RIGHT]
    ]


def test_a_smaller_window_takes_from_map_and_panels_alike(bench: Bench, qtbot: QtBot) -> None:
    wide = bench.docks["plots"].width()
    bench.main.resize(1800, 800)
    qtbot.wait(10)
    assert bench.docks["plots"].width() == pytest.approx(wide * 1.5, abs=6)
    bench.main.resize(1200, 800)
    qtbot.wait(10)
    assert bench.docks["plots"].width() == pytest.approx(wide, abs=6)


def test_where_there_is_room_for_one_the_drawer_takes_the_place_of_the_map(bench: Bench, qtbot: QtBot) -> None:
    bench.main.resize(1200, 300)
    beside = bench.docks["plots"].width()
    bench.docks.show("log")
    qtbot.wait(10)
    assert (bench.map.isVisible(), bench.docks["log"].height() > 250) == (False, True)
    bench.docks.toggle_drawer()
    qtbot.waitUntil(lambda: bench.map.height() > 250)
    assert (bench.map.isVisible(), bench.docks["plots"].width()) == (True, beside)
    bench.docks.show("log")
    bench.main.resize(1200, 800)
    qtbot.waitUntil(lambda: bench.docks["log"].height() == pytest.approx(800 * DRAWER_SHARE, abs=40))
    assert bench.map.isVisible()


def test_what_took_the_place_of_the_map_says_so_and_gives_it_back(bench: Bench, qtbot: QtBot) -> None:
    bench.docks.show("log")
    assert (bench.docks.has_room(), bench.docks.uncovers.isVisible()) == (True, False)
    bench.main.setMinimumSize(400, 300)  # the window does not grow by itself
    bench.main.resize(1200, 300)
    qtbot.waitUntil(lambda: not bench.map.isVisible())
    assert (bench.docks.has_room(), bench.docks.uncovers.isVisible()) == (False, True)
    bench.docks.uncovers.click()
    qtbot.waitUntil(bench.map.isVisible)
    assert (bench.docks.drawer_is_open(), bench.docks.uncovers.isVisible()) == (False, False)
    bench.docks.uncover()  # nothing is in its place
    assert not bench.docks.drawer_is_open()
