"""The slip of run until: what it offers, what it says, and that looking can be given up."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from p4lab.core.events import Sent
from p4lab.scenario.model import Workload
from tests.ui import runs
from tests.ui.desk import Desk

BUSY = Workload("busy", keys=50, ttl=5.0, gets_per_second=40.0, updates_per_second=1.0)


def test_what_cannot_be_waited_for_says_why(desk: Desk) -> None:
    slip, focus = desk.window.transport.until, desk.window._focus
    slip.ask()
    offered = [(button.text(), button.isEnabled(), bool(button.toolTip())) for button in slip.buttons.values()]
    assert offered == [
        ("The next stale get", True, False), ("The next event at the chosen provider", False, True),
        ("The message delivered", False, True),
    ]  # fmt: skip
    focus.choose((2,))
    desk.seek(6.0)
    trace = desk.player.trace
    sent = next(event for event in trace[0 : len(trace)] if isinstance(event, Sent) and event.code == 4)
    focus.select_message(sent.id)
    assert [button.isEnabled() for button in slip.buttons.values()] == [True, True, True]
    assert slip.buttons["event"].text() == "The next event at Cedar"
    desk.seek(sent.t)
    slip.buttons["message"].click()
    runs.settle(desk.qtbot, desk.player)
    assert (desk.player.playhead, slip.text) == (sent.due, f"Found the arrival of the message at {sent.due:.3f} s.")


def test_a_time_is_gone_to_with_return(desk: Desk) -> None:
    slip = desk.window.transport.until
    slip.ask()
    desk.qtbot.keyClicks(desk.window.focusWidget() or slip, "7.5")
    desk.press(Qt.Key.Key_Return)
    runs.settle(desk.qtbot, desk.player)
    assert desk.player.playhead == 7.5


def test_what_is_not_found_is_told_where_the_slip_is_closed(desk: Desk) -> None:
    desk.seek(20.0)
    desk.window.transport.until.next_stale()
    runs.settle(desk.qtbot, desk.player)
    assert desk.window.notice.text == "No get after this one is stale: not found until the end, at 20.00 s."


def test_looking_can_be_given_up(qtbot: QtBot, tmp_path: Path) -> None:
    desk = Desk(qtbot, tmp_path, runs.scenario(duration=5000.0, workload=(BUSY,)))
    desk.open()
    slip, player = desk.window.transport.until, desk.player
    slip.ask()
    slip._number.setValue(100_000_000)
    slip._to_number()
    qtbot.waitUntil(lambda: slip._share.value() > 0)
    qtbot.mouseClick(slip._cancel, Qt.MouseButton.LeftButton)
    assert (player.work, 0 < player.playhead < 5000.0, slip._share.isVisible()) == (None, True, False)
    desk.leave()


def test_the_keyboard_goes_back_to_somebody_who_is_still_there(desk: Desk) -> None:
    """Found by the monkey, seed 3: what had the keyboard was rebuilt while the slip was open."""
    slip = desk.window.transport.until
    passing = QPushButton(desk.window)
    passing.show()
    passing.setFocus()
    slip.ask()
    passing.deleteLater()
    desk.qtbot.wait(5)
    slip.ask()
    assert not slip.isVisible()
