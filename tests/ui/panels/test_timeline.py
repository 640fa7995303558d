"""The time line under a real mouse and keyboard."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from pytestqt.qtbot import QtBot

from p4lab.core.commands import Get
from p4lab.scenario.model import Do
from tests.ui import runs
from ui.marks import Marks
from ui.panels.timeline import Timeline
from ui.player import Player
from ui.span import Span


@pytest.fixture
def player(qtbot: QtBot) -> Iterator[Player]:
    made = runs.player(seed=5, do=(Do(6.0, Get("Elm", "news/1")),))
    made.seek(10.0)
    runs.settle(qtbot, made)
    yield made
    made.close()


@pytest.fixture
def marks(player: Player) -> Marks:
    return Marks(player, Span())


@pytest.fixture
def line(qtbot: QtBot, player: Player, marks: Marks) -> Timeline:
    made = Timeline(player, marks, runs.theme())
    qtbot.addWidget(made)
    made.resize(622, made.sizeHint().height())
    made.show()
    player.sampled.emit()
    return made


def _at(line: Timeline, t: float, row: int | None = None) -> QPoint:
    rows = line.rows
    return QPoint(round(line.place_of(t)), round(rows.y(rows.current if row is None else row)))


def test_places_and_times_are_each_others_inverse(line: Timeline) -> None:
    assert [line.place_of(t) for t in (0.0, 10.0, 20.0)] == [11.0, 311.0, 611.0]
    assert [line.time_at(x) for x in (0.0, 11.0, 311.0, 611.0, 700.0)] == [0.0, 0.0, 10.0, 20.0, 20.0]


class Painted(QObject):
    """How often a widget was painted."""

    def __init__(self, widget: QObject) -> None:
        super().__init__()
        self.times = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.times += event.type() is QEvent.Type.Paint
        return False


def test_a_move_that_cannot_be_seen_is_painted_when_the_panels_are(
    line: Timeline, player: Player, qtbot: QtBot
) -> None:
    qtbot.wait(30)
    painted, pixel = Painted(line), 1 / 30  # s
    seen = []
    for pixels in (0.2, 0.2, 0.2, 0.4):
        player.playhead += pixels * pixel
        player.moved.emit(player.playhead)
        qtbot.wait(20)
        seen.append(painted.times)
    player.sampled.emit()
    qtbot.wait(20)
    assert (seen, painted.times) == ([0, 0, 1, 1], 2)


def test_a_click_seeks(line: Timeline, player: Player, qtbot: QtBot) -> None:
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=_at(line, 4.0))
    assert player.playhead == pytest.approx(4.0, abs=0.04)


def test_a_click_on_what_was_done_by_hand_goes_right_there(line: Timeline, player: Player, qtbot: QtBot) -> None:
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=_at(line, 6.0) + QPoint(3, -12))
    assert player.playhead == 6.0


def test_a_click_on_a_stale_read_selects_it(line: Timeline, player: Player, qtbot: QtBot) -> None:
    reads = player.world.stale_reads()
    assert len(reads), "the run has a stale read in its first ten seconds"
    picked: list[int] = []
    line.opPicked.connect(picked.append)
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=_at(line, float(reads["t"][0])) + QPoint(0, 14))
    assert (picked, player.playhead) == ([int(reads["op"][0])], float(reads["t"][0]))


def test_dragging_the_knob_pauses_and_seeks(line: Timeline, player: Player, qtbot: QtBot) -> None:
    player.play()
    start = _at(line, player.playhead)
    qtbot.mousePress(line, Qt.MouseButton.LeftButton, pos=start)
    assert not player.playing
    qtbot.mouseMove(line, pos=_at(line, 3.0))
    qtbot.mouseRelease(line, Qt.MouseButton.LeftButton, pos=_at(line, 3.0))
    assert player.playhead == pytest.approx(3.0, abs=0.2)
    qtbot.mouseMove(line, pos=_at(line, 15.0))
    assert player.playhead == pytest.approx(3.0, abs=0.2)


def test_the_arrow_keys_seek(line: Timeline, player: Player, qtbot: QtBot) -> None:
    line.setFocus()
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_PageDown):
        qtbot.keyClick(line, key)
    assert player.playhead == pytest.approx(10.0 - 0.2 - 2.0)


def test_a_seek_ahead_makes_the_run(line: Timeline, player: Player, qtbot: QtBot) -> None:
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=_at(line, 18.0))
    runs.settle(qtbot, player)
    assert (player.playhead, player.known >= player.playhead) == (pytest.approx(18.0, abs=0.04), True)
    assert line.accessibleDescription().endswith("of 20.00 s")


def test_it_paints_in_both_states(line: Timeline, player: Player) -> None:
    played = line.grab().toImage()
    player.seek(2.0)
    assert played != line.grab().toImage()


def test_shift_and_drag_selects_an_interval_and_escape_forgets_it(
    line: Timeline, player: Player, marks: Marks, qtbot: QtBot
) -> None:
    line.setFocus()
    shift, left = Qt.KeyboardModifier.ShiftModifier, Qt.MouseButton.LeftButton
    qtbot.mousePress(line, left, shift, _at(line, 8.0))
    qtbot.mouseMove(line, _at(line, 3.0))
    qtbot.mouseRelease(line, left, shift, _at(line, 3.0))
    assert (marks.span.ends, player.playhead) == (pytest.approx((3.0, 8.0), abs=0.04), 10.0)
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert marks.span.ends is None


def test_branches_have_rows_that_the_knob_moves_between(line: Timeline, player: Player, qtbot: QtBot) -> None:
    calm = line.sizeHint().height()
    player.seek(5.0)
    player.fork()
    runs.settle(qtbot, player)
    line.resize(622, line.sizeHint().height())
    assert [(lane.name, lane.start, lane.above) for lane in line.rows.lanes] == [("A", 0.0, None), ("B", 5.0, 0)]
    assert (line.sizeHint().height() - calm, line.rows.current) == (round(line.rows.pitch), 1)
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=_at(line, 8.0, 0))
    runs.settle(qtbot, player)
    assert (player.branches.number, player.playhead) == (1, pytest.approx(8.0, abs=0.04))
    qtbot.mousePress(line, Qt.MouseButton.LeftButton, pos=_at(line, player.playhead))
    for row, t in ((0, 7.0), (1, 7.0), (1, 6.0)):
        qtbot.mouseMove(line, _at(line, t, row))
        runs.settle(qtbot, player)
    qtbot.mouseRelease(line, Qt.MouseButton.LeftButton, pos=_at(line, 6.0, 1))
    assert (player.branches.number, player.playhead) == (2, pytest.approx(6.0, abs=0.2))
    assert line.hint(line.place_of(12.0), line.rows.y(1)) == "Branch B\nleft its parent at 5.000 s"
    assert line.accessibleDescription().endswith("in branch B")


def test_a_branch_is_not_where_its_past_is_its_parents(line: Timeline, player: Player, qtbot: QtBot) -> None:
    player.seek(5.0)
    player.fork()
    runs.settle(qtbot, player)
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=_at(line, 2.0, 1))
    runs.settle(qtbot, player)
    assert (player.branches.number, player.playhead) == (1, pytest.approx(2.0, abs=0.04))


def test_a_note_is_gone_to_opened_and_removed(line: Timeline, player: Player, marks: Marks, qtbot: QtBot) -> None:
    player.seek(4.0)
    marks.add()
    player.seek(8.0)
    line.setFocus()
    opened: list[int] = []
    line.markOpened.connect(opened.append)
    flag = line.place_of_mark(0) + QPoint(3, 5)
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=flag)
    assert (player.playhead, marks.chosen) == (4.0, 0)
    qtbot.mouseDClick(line, Qt.MouseButton.LeftButton, pos=flag)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert opened == [0, 0]
    qtbot.keyClick(line, Qt.Key.Key_Delete)
    assert marks.all == ()
