"""The window is seen before it is furnished: little is loaded by then, and nothing that a person does is lost."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from p4lab import __main__ as entry
from ui import start
from ui.app import furnish
from ui.taste import Taste
from ui.theme import LIGHT_ONLY
from ui.welcome import Card
from ui.window import Window

ROOT = Path(__file__).parents[2]
FIRST_FRAME = """
import os, sys
from ui.front import show

def painted():
    heavy = {"numpy", "pyqtgraph", "msgspec", "networkx", "nacl", "typer", "rich", "p4lab.core"}
    print(*sorted(heavy & set(sys.modules)))
    sys.stdout.flush()
    os._exit(0)

show(None, painted)
"""


def test_the_first_frame_waits_for_nothing_but_qt(tmp_path: Path) -> None:
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_CONFIG_HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", FIRST_FRAME], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "\n")


def test_the_window_is_furnished_after_its_first_frame(qtbot: QtBot, tmp_path: Path) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    window = Window(Taste(application, settings, LIGHT_ONLY), settings)
    qtbot.addWidget(window)
    with qtbot.waitSignal(window.painted):
        window.show()
    cards = window.welcome.findChildren(Card)
    before = [(card.accessibleName(), card.accessibleDescription(), card.size().toTuple()) for card in cards]
    assert before[0][0] == "Three regimes side by side"
    assert len(cards) == len(list((ROOT / "scenarios").glob("*.toml")))
    furnish(window, settings, None)
    after = [(card.accessibleName(), card.accessibleDescription(), card.size().toTuple()) for card in cards]
    assert [name for name, _, _ in after] == [name for name, _, _ in before]
    assert [size for _, _, size in after] == [size for _, _, size in before]  # nothing moves under the pointer
    assert all(known.startswith(told) and "of simulated time" in known
               for (_, told, _), (_, known, _) in zip(before, after, strict=True))  # fmt: skip
    assert window.furnished
    window.close()


def test_what_is_unusual_is_left_to_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    assert start.start([]) is None  # no display here
    monkeypatch.setattr(start, "why_no_display", lambda _: "")
    assert start.start(["no such file.toml"]) is None
    asked: list[list[str]] = []
    monkeypatch.setattr(entry, "at_once", lambda: lambda words: asked.append(words) or 7)
    monkeypatch.setattr("p4lab.cli.main", lambda: 5)
    for words, status in (
        ([], 7),
        (["gui"], 7),
        (["gui", "a.toml"], 7),
        (["gui", "--help"], 5),
        (["run", "a.toml"], 5),
    ):
        monkeypatch.setattr(sys, "argv", ["p4lab", *words])
        assert entry.main() == status
    assert asked == [[], [], ["a.toml"]]


def test_the_window_is_found_where_it_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "p4lab-1.0.dist-info"
    info.mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path / "missing"), str(tmp_path), *sys.path])
    for said, found in (
        ("[console_scripts]\np4lab = p4lab.__main__:main\n\n[p4lab.window]\nwindow = ui.start:start\n", start.start),
        ("[p4lab.window]\nwindow = ui.start:nothing\n", None),
        ("[p4lab.window]\nwindow = no_such_package:start\n", None),
    ):
        (info / "entry_points.txt").write_text(said)
        assert entry.at_once() is found
