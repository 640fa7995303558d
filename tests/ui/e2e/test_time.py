"""Time as a person uses it: modes, run until, marks, intervals and branches, with mouse and keys in the real window."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from p4lab.core.events import GetFinished
from p4lab.scenario.model import Workload
from p4lab.scenario.read import read
from tests.ui import runs
from tests.ui.desk import Desk
from ui.modes import EXPRESS, FAST, RUN

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton
BUSY = Workload("busy", keys=20, ttl=2.0, gets_per_second=60.0, updates_per_second=2.0)


@pytest.fixture
def long(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(qtbot, tmp_path, runs.scenario(duration=2000.0, workload=(BUSY,)))
    made.open()
    yield made
    made.leave()


def _on_line(desk: Desk, t: float) -> QPoint:
    line = desk.window.transport.timeline
    return QPoint(round(line.place_of(t)), round(line.rows.line))


def test_run_fast_express_and_stop(long: Desk) -> None:
    player, strip = long.player, long.window.transport.strip
    modes, says = [], []
    for key in (Qt.Key.Key_F5, Qt.Key.Key_F6, Qt.Key.Key_F7):
        long.press(key)
        long.qtbot.waitUntil(lambda: player.reached > 0.01 + len(modes))
        long.qtbot.wait(300)
        modes.append(player.mode)
        says.append(strip.text)
    assert modes == [RUN, FAST, EXPRESS]
    assert says[0].startswith("Next")
    assert "events/s" in says[1]
    assert says[2].startswith("the picture is of ")
    picture = player.playhead
    long.qtbot.waitUntil(lambda: player.reached > picture)
    assert player.playhead == picture
    long.qtbot.mouseClick(strip.update_button, LEFT)
    runs.settle(long.qtbot, player)
    assert (player.playing, player.playhead > picture) == (True, True)
    before = player.playhead
    long.qtbot.waitUntil(lambda: player.reached > before)
    long.press(Qt.Key.Key_F8)
    runs.settle(long.qtbot, player)
    assert (player.playing, player.playhead == player.known > before) == (False, True)
    moment = long.window.map.grab() and long.window.map.moment
    assert moment is not None
    assert moment.t == long.player.playhead
    long.press(Qt.Key.Key_F5)
    assert (player.mode, player.playing) == (RUN, True)


def test_a_command_in_express_takes_effect_where_the_run_is(long: Desk) -> None:
    player = long.player
    long.press(Qt.Key.Key_F7)
    long.qtbot.waitUntil(lambda: player.reached > 5.0)
    window = long.window
    window.bar._key.setEditText("busy/1")
    window.bar.go()
    at = player.session.commands[0].at
    assert (at > 5.0, player.playhead, len(player.branches.all)) == (True, at, 1)


def test_run_until_the_next_stale_get_and_an_event_at_a_provider(desk: Desk) -> None:
    player, slip = desk.player, desk.window.transport.until
    desk.press(Qt.Key.Key_F5, CTRL)
    assert slip.isVisible()
    desk.qtbot.mouseClick(slip.buttons["stale"], LEFT)
    runs.settle(desk.qtbot, player)
    first = player.playhead
    assert first == player.world.stale_reads()["t"][0]
    last = player.trace[player.trace.index_at(first) - 1]
    assert isinstance(last, GetFinished) or slip.text.startswith("Found the next stale get")
    desk.press(Qt.Key.Key_Escape)
    assert (slip.isVisible(), desk.window.transport.timeline.hasFocus()) == (False, True)
    desk.window._focus.choose((1,))
    desk.press(Qt.Key.Key_Right, SHIFT)
    runs.settle(desk.qtbot, player)
    after = player.playhead
    desk.press(Qt.Key.Key_Left, SHIFT)
    desk.press(Qt.Key.Key_Left, SHIFT)
    assert (after > first, player.playhead < after) == (True, True)


def test_what_is_not_found_until_the_end_is_said(desk: Desk) -> None:
    player, slip = desk.player, desk.window.transport.until
    desk.press(Qt.Key.Key_F5, CTRL)
    slip._number.setFocus()
    slip._number.selectAll()
    desk.qtbot.keyClicks(slip._number, "1000000")
    desk.press(Qt.Key.Key_Return)
    runs.settle(desk.qtbot, player)
    assert slip.text == "There is no event 1\u202f000\u202f000: not found until the end, at 20.00 s."
    assert player.playhead == 20.0


def test_marks_are_made_by_key_written_saved_and_opened(desk: Desk) -> None:
    bar, player = desk.window.transport, desk.player
    desk.seek(4.0)
    desk.press(Qt.Key.Key_M)
    line = bar.timeline
    desk.qtbot.mousePress(line, LEFT, SHIFT, _on_line(desk, 10.0))
    desk.qtbot.mouseMove(line, _on_line(desk, 14.0))
    desk.qtbot.mouseRelease(line, LEFT, SHIFT, _on_line(desk, 14.0))
    desk.press(Qt.Key.Key_M, SHIFT)
    desk.qtbot.keyClicks(desk.window.focusWidget() or line, "here it goes stale")
    desk.qtbot.keyClick(bar.slip.field, Qt.Key.Key_Return)
    desk.seek(0.0)
    desk.press(Qt.Key.Key_BracketRight)
    assert player.playhead == 4.0
    desk.window.acts["open-here"].trigger()
    desk.press(Qt.Key.Key_S, CTRL)
    saved = read(desk.file)
    assert [(mark.at, mark.text) for mark in saved.mark] == [
        (4.0, ""), (pytest.approx(10.0, abs=0.05), "here it goes stale"),
    ]  # fmt: skip
    assert saved.mark[1].until == pytest.approx(14.0, abs=0.05)
    desk.window.acts["close"].trigger()
    desk.open()
    runs.settle(desk.qtbot, player)
    assert player.playhead == 4.0
    bar.marks_menu().actions()[1].trigger()
    runs.settle(desk.qtbot, player)
    assert player.playhead == saved.mark[1].at


def test_branches_are_walked_with_keys_and_the_knob(desk: Desk) -> None:
    player, line = desk.player, desk.window.transport.timeline
    desk.seek(12.0)
    desk.seek(6.0)
    desk.press(Qt.Key.Key_F)
    runs.settle(desk.qtbot, player)
    assert [lane.name for lane in line.rows.lanes] == ["A", "B"]
    desk.press(Qt.Key.Key_PageDown, CTRL)
    runs.settle(desk.qtbot, player)
    assert player.branches.current.name == "A"
    desk.press(Qt.Key.Key_PageUp, CTRL)
    runs.settle(desk.qtbot, player)
    assert player.branches.current.name == "B"
    desk.qtbot.mousePress(line, LEFT, pos=_on_line(desk, player.playhead))
    desk.qtbot.mouseMove(line, QPoint(round(line.place_of(6.0)), round(line.rows.y(0))))
    runs.settle(desk.qtbot, player)
    desk.qtbot.mouseRelease(line, LEFT)
    assert player.branches.current.name == "A"


def test_express_goes_on_from_where_one_looks_though_more_is_known(desk: Desk) -> None:
    player = desk.player
    desk.seek(12.0)
    desk.seek(3.0)
    desk.press(Qt.Key.Key_F7)
    desk.qtbot.waitUntil(lambda: not player.playing)
    runs.settle(desk.qtbot, player)
    assert (player.playhead, player.complete) == (20.0, True)
    desk.seek(5.0)
    desk.press(Qt.Key.Key_F7)
    desk.qtbot.waitUntil(lambda: not player.playing)
    assert player.playhead == 20.0


def test_what_is_undone_is_spoken_of_no_more(desk: Desk) -> None:
    window, player, line = desk.window, desk.player, desk.window.transport.timeline
    desk.seek(10.0)
    for _ in range(2):
        window.acts["fork"].trigger()
        runs.settle(desk.qtbot, player)
    desk.seek(4.0)  # before the branch shown, C, left B, which left A: its past is A's
    assert line.rows.line_at(player.playhead) == line.rows.y(0) < line.rows.line == line.rows.y(2)
    window.bar.prepare("get", 3)
    window.bar._key.setEditText("news/1")
    window.bar.go()
    runs.settle(desk.qtbot, player)
    assert (player.branches.current.name, window.bar._outcome.text() != "") == ("D", True)
    assert window.notice.text.startswith("From 4.00 s on this is branch D")
    assert line.rows.line_at(player.playhead) == line.rows.line
    window.acts["undo"].trigger()
    runs.settle(desk.qtbot, player)
    assert (player.branches.current.name, window.bar._outcome.text(), window.notice.text) == ("C", "", "")
    assert line.rows.line_at(player.playhead) == line.rows.y(0)
