"""What a crash would lose is kept at once, offered once, and gone after a clean end."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from p4lab.core.commands import Get, Put
from p4lab.scenario.read import read
from tests.ui.desk import Desk
from ui.recovery import Left, Recovery


@pytest.fixture
def desk(new_desk: Desk) -> Desk:
    return new_desk


def _copies(desk: Desk) -> list[Path]:
    return sorted((desk.folder / "recovery").glob("*.toml"))


def _button(desk: Desk, name: str) -> QPushButton:
    found = [each for each in desk.window.welcome.findChildren(QPushButton) if each.accessibleName() == name]
    return found[-1]


def test_a_copy_is_there_from_the_first_change_until_it_is_saved(desk: Desk) -> None:
    desk.open()
    desk.qtbot.wait(400)
    assert _copies(desk) == []
    desk.player.submit(Get("Elm", "news/1"))
    desk.qtbot.waitUntil(lambda: len(_copies(desk)) == 1, timeout=1000)
    assert "news/1" in _copies(desk)[0].read_text()
    desk.player.history.undo()
    assert _copies(desk) == [], "nothing is unsaved any more"
    desk.player.history.redo()
    desk.qtbot.waitUntil(lambda: len(_copies(desk)) == 1, timeout=1000)
    desk.window.document.save()
    assert list((desk.folder / "recovery").iterdir()) == []


def test_nothing_is_offered_after_a_clean_end(desk: Desk) -> None:
    desk.open()
    desk.player.submit(Get("Elm", "news/1"))
    desk.qtbot.waitUntil(lambda: len(_copies(desk)) == 1, timeout=1000)
    other = desk.build()
    assert other.document.recovery.left == [], "the first window still runs"
    other.close()
    other.deleteLater()
    desk.leave()
    desk.window = desk.build()
    assert (desk.window.document.recovery.left, _copies(desk)) == ([], [])


SCRIPT = """
import sys
from pathlib import Path
from PySide6.QtCore import QSettings
from p4lab.core.commands import Crash, Put
from ui.app import application, build
folder = Path(sys.argv[1])
app = application()
settings = QSettings(str(folder / "other.ini"), QSettings.Format.IniFormat)
window = build(app, settings, "light", folder / "recovery")
window.document.open(folder / "small.toml")
window.player.submit(Put("Cedar", "hello", "k1"))
window.player.seek(3.0)
window.player.fork()
window.player.submit(Crash("Birch"))
window.document.place({"Aster": (0.5, 0.25)})
while not list((folder / "recovery").glob("*.toml")):
    app.processEvents()
print("kept", flush=True)
app.exec()
"""


def _killed(folder: Path) -> None:
    """A window with things unsaved is ended as the system ends what has run wild."""
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "kept\n"
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    process.stdout.close()


def test_after_a_kill_everything_is_offered_recovered_and_saved(desk: Desk) -> None:
    desk.file.write_text(f"# by hand\n{desk.file.read_text()}")
    _killed(desk.folder)
    desk.leave()
    desk.window = window = desk.build()
    assert [(left.title, left.path) for left in window.document.recovery.left] == [("Small", desk.file)]
    assert window.welcome.isVisible()
    desk.qtbot.mouseClick(_button(desk, "Recover Small"), Qt.MouseButton.LeftButton)
    document, branches = window.document, window.player.branches
    told = [(each.name, each.parent, each.forked_at, len(each.scenario.do)) for each in branches.all]
    assert told == [("A", None, 0.0, 1), ("B", 1, 3.0, 2)]
    assert (branches.current.name, branches.current.scenario.provider[0].position) == ("B", (0.5, 0.25))
    assert (document.path, document.unsaved, document.recovery.left, len(_copies(desk))) == (desk.file, True, [], 1)
    document.save()
    assert (desk.file.read_text().startswith("# by hand\n"), document.unsaved, _copies(desk)) == (True, False, [])
    assert isinstance(read(desk.file).do[0].command, Put)


def test_what_nobody_wants_is_discarded(desk: Desk) -> None:
    folder = desk.folder / "recovery"
    folder.mkdir(exist_ok=True)
    (folder / "1-1.toml").write_text('# P4 Lab keeps this until it is saved: {"title": "Old"}\nformat = 1\n')
    (folder / "2-1.toml").write_text("something else")
    desk.leave()
    desk.window = desk.build()
    desk.qtbot.mouseClick(_button(desk, "Recover Old"), Qt.MouseButton.LeftButton)
    assert desk.window.notice.text.startswith("This cannot be recovered. ")
    desk.qtbot.mouseClick(_button(desk, "Discard Old"), Qt.MouseButton.LeftButton)
    assert desk.window.document.recovery.left == []
    assert [path.name for path in folder.iterdir()] == ["2-1.toml"]


def test_that_nothing_can_be_kept_is_said_once(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    owner = QObject()
    recovery = Recovery(tmp_path / "file", lambda: Left("T", "text"), owner)
    told: list[str] = []
    recovery.failed.connect(told.append)
    for _ in range(2):
        recovery.keep(unsaved=True)
        qtbot.waitUntil(lambda: not recovery._timer.isActive(), timeout=1000)
    assert told == ["What you change cannot be kept for the case of a crash: File exists. Save it soon."]
