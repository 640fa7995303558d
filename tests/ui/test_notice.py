"""One sentence at a time; long work shows how far it is and can be given up."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from p4lab.scenario.model import Workload
from tests.ui import runs
from ui.notice import CALM, Notice
from ui.player import Player


def _notice(qtbot: QtBot, player: Player) -> Notice:
    under = QWidget()
    under.resize(900, 400)
    qtbot.addWidget(under)
    notice = Notice(player, runs.theme(), under)
    under.show()
    notice.setProperty("under", under)  # keeps it alive as long as the notice
    return notice


def test_news_go_by_themselves_and_faults_stay(qtbot: QtBot) -> None:
    player = runs.player()
    notice = _notice(qtbot, player)
    notice.news("Saved.")
    assert (notice.text, notice._timer.isActive(), notice._timer.interval()) == ("Saved.", True, CALM)
    notice.fault("It was not saved.")
    assert (notice.text, notice._timer.isActive()) == ("It was not saved.", False)
    qtbot.mouseClick(notice._close, Qt.MouseButton.LeftButton)
    assert notice.text == ""
    player.close()


def test_a_button_does_what_it_says_once(qtbot: QtBot) -> None:
    player = runs.player()
    notice = _notice(qtbot, player)
    done: list[str] = []
    notice.news("Gone.", "Bring it back", lambda: done.append("back"))
    qtbot.mouseClick(notice._button, Qt.MouseButton.LeftButton)
    assert (done, notice.text) == (["back"], "")
    player.close()


def test_a_long_sentence_has_the_room_it_needs(qtbot: QtBot) -> None:
    player = runs.player()
    notice = _notice(qtbot, player)
    notice.fault("Short.")
    short = (notice.width(), notice.height())
    notice.fault("A sentence that goes on and on and on, as those about files tend to do. " * 4)
    assert (short[0] < 250, notice.width(), notice.height() > 1.5 * short[1]) == (True, 720, True)
    player.close()


def test_long_work_shows_itself_and_can_be_given_up(qtbot: QtBot) -> None:
    busy = (Workload("busy", keys=50, ttl=0.0, gets_per_second=60.0, updates_per_second=1.0),)
    player = runs.player(duration=900.0, workload=busy)
    notice = _notice(qtbot, player)
    player.seek(900.0)
    qtbot.waitUntil(lambda: notice.text != "", timeout=10_000)
    assert notice.text == "Playing ahead to 900.00 s …"
    qtbot.mouseClick(notice._button, Qt.MouseButton.LeftButton)
    assert (player.work, notice.text) == (None, "")
    player.close()


def test_quick_work_is_not_mentioned(qtbot: QtBot) -> None:
    player = runs.player(workload=())
    notice = _notice(qtbot, player)
    player.seek(20.0)
    runs.settle(qtbot, player)
    assert notice.text == ""
    player.close()
