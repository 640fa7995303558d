"""Pictures of every main view, in both themes, to be looked at: `python -m tests.gallery [FOLDER] [NAME...]`.

Rules: each view is reached through the window's own actions and widgets, at a fixed time of a shipped scenario, so that
the pictures of two versions can be laid side by side. Nothing is asserted here: tests do that, this is for eyes.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QPoint, QSettings, Qt, QTimer, qInstallMessageHandler
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from p4lab import resources
from tests.gallery_live import classroom, live, model
from ui.app import application, build
from ui.recovery import HEAD, SUFFIX
from ui.story import QUERY
from ui.subject import Subject, What
from ui.window import Window

LARGE, SMALL = (1440, 900), (1000, 640)
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
View = Callable[["Shooting"], None]
LIMIT = 20_000  # ms that a view may take to be there


class Shooting:
    """One window, in one theme."""

    def __init__(self, app: QApplication, theme: str, size: tuple[int, int]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="p4lab-gallery-")
        settings = QSettings(str(Path(self._folder.name) / "settings.ini"), QSettings.Format.IniFormat)
        self.window: Window = build(app, settings, theme)
        self.kept: QPixmap | None = None  # of a dialog that is gone by now
        self.undo: list[Callable[[], object]] = []  # what a view has begun beside its window, ended first
        self.window.resize(*size)
        self.window.show()
        self.wait(50)

    def open(self, name: str, t: float) -> None:
        """A shipped scenario, at a time."""
        path = next(path for path in resources.scenario_files() if path.stem == name)
        assert self.window.document.open(path), name
        self.seek(t)

    def seek(self, t: float) -> None:
        """To a time, and everything shows it."""
        self.window.player.seek(t)
        self.settle()

    def do(self, *names: str) -> None:
        """Actions of the table."""
        for name in names:
            self.window.acts[name].trigger()
            self.settle()

    def key(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """A key, wherever the focus is."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key, held)
        self.settle()

    def type(self, text: str) -> None:
        """Letters, wherever the focus is."""
        QTest.keyClicks(QApplication.focusWidget() or self.window, text)
        self.settle()

    def choose(self, *names: str) -> None:
        """Providers, by name."""
        world = self.window.player.world
        nodes = {name: node for node, name in world.called.items()}
        self.window.map.setFocus()
        self.window.bench.focus.choose(tuple(nodes[name] for name in names))
        self.settle()

    def stale_get(self) -> int:
        """The last stale read so far."""
        player = self.window.player
        reads = player.world.stale_reads()
        return int(reads[reads["t"] <= player.playhead]["op"][-1])

    def place(self, name: str) -> QPoint:
        """Where a provider stands on the map."""
        view = self.window.map
        shown = view.figures()
        x, y = shown.centres[shown.names.index(name)].tolist()
        return QPoint(round(x), round(y))

    def settle(self) -> None:
        """Until nobody works any more."""
        player, follower = self.window.player, self.window.beside.comparison.follower
        self.wait(60)
        for _ in range(LIMIT // 20):
            if player.work is None and not follower.lagging:
                break
            self.wait(20)
        self.wait(260)

    def wait(self, ms: int) -> None:
        """Let the window live."""
        loop = QEventLoop()
        timer = QTimer(singleShot=True, interval=ms)
        timer.timeout.connect(loop.quit)
        timer.start()
        loop.exec()

    def shoot(self, target: Path) -> None:
        """Take the picture: of the dialog that there was, or of the window."""
        (self.kept or self.window.grab()).save(str(target))

    def keep(self, folder: tempfile.TemporaryDirectory[str]) -> str:
        """A folder that is there until the end."""
        self.undo.append(folder.cleanup)
        return folder.name

    def leave(self) -> None:
        """Close it all."""
        self.window.acts["text-100"].trigger()  # or the next window would grow from here
        self.window.document.forget()
        self.window.document.asks_too.clear()  # nobody is here to answer
        self.window.close()
        for undo in self.undo:
            undo()
        self.window.deleteLater()
        self.wait(10)
        self._folder.cleanup()


def welcome(on: Shooting) -> None:
    on.wait(300)


def running(on: Shooting) -> None:
    on.open("three-regimes", 32.97)


def log(on: Shooting) -> None:
    on.open("stale-by-ttl", 9.0)
    on.do("panel-log")


def sequence(on: Shooting) -> None:
    on.open("three-regimes", 32.97)
    on.do("panel-sequence")


def compare(on: Shooting) -> None:
    on.open("three-regimes", 30.0)
    on.do("what-if-put-broadcast-value")


def one_map(on: Shooting) -> None:
    compare(on)
    on.do("one-map")


def why(on: Shooting) -> None:
    on.open("three-regimes", 32.97)
    on.window.bench.focus.select_op(on.stale_get())
    on.settle()


def provider(on: Shooting) -> None:
    on.open("three-regimes", 32.97)
    on.choose("Birch")
    on.do("inspect")


def key(on: Shooting) -> None:
    on.open("three-regimes", 32.97)
    on.do("inspect-key")


def seen_as(on: Shooting) -> None:
    on.open("three-regimes", 32.97)
    on.choose("Birch")
    on.do("see-as")


def branches(on: Shooting) -> None:
    on.open("three-regimes", 40.0)
    for t in (20.0, 28.0):
        on.seek(t)
        on.do("fork")
        on.seek(40.0)


def palette(on: Shooting) -> None:
    on.open("three-regimes", 32.97)
    on.key(Qt.Key.Key_P, CONTROL | SHIFT)
    on.type("comp")


def parted(on: Shooting) -> None:
    on.open("partition-and-heal", 14.0)


def forest(on: Shooting) -> None:
    on.open("caida-1998", 12.0)


def drawing(on: Shooting) -> None:
    on.open("three-regimes", 0.0)
    on.do("mode-edit")
    on.window.map.setFocus()
    on.do("select-all")


def empty_map(on: Shooting) -> None:
    on.do("new")


def faults(on: Shooting) -> None:
    on.open("abilene", 6.0)


def marks(on: Shooting) -> None:
    on.open("three-regimes", 12.0)
    on.do("mark")
    on.seek(24.0)
    on.do("mark", "future")


def fast(on: Shooting) -> None:
    on.open("abilene", 5.0)
    on.do("express")
    on.wait(300)
    on.do("stop")


def plots(on: Shooting) -> None:
    on.open("three-regimes", 40.0)
    on.do("plot-quantiles", "plot-hits", "plot-balance")


def presenting(on: Shooting) -> None:
    on.open("three-regimes", 32.97)
    on.do("text-150", "present")


def huge_text(on: Shooting) -> None:
    on.open("three-regimes", 32.97)
    on.do("text-200", "panel-sequence")


def dialog(on: Shooting, act: str) -> None:
    """A dialog that waits: it is photographed from a timer of its own, then closed."""
    timer = QTimer(interval=400)

    def look() -> None:
        up = QApplication.activeModalWidget()
        if up is not None:
            on.kept = up.grab()
            timer.stop()
            up.close()

    timer.timeout.connect(look)
    timer.start()
    on.do(act)
    timer.stop()


def provider_form(on: Shooting) -> None:
    on.open("three-regimes", 10.0)
    on.choose("Birch")
    dialog(on, "properties")


def link_form(on: Shooting) -> None:
    on.open("three-regimes", 10.0)
    on.choose("Birch", "Cedar")
    dialog(on, "link-conditions")


def film(on: Shooting) -> None:
    on.open("three-regimes", 10.0)
    dialog(on, "film")


def keys(on: Shooting) -> None:
    dialog(on, "keys")


def message_quiz(on: Shooting) -> None:
    on.open("three-regimes", 32.97)
    rows = on.window.player.trace.rows()
    on.window.bench.focus.select_message(int(rows["id"][rows["code"] == QUERY][-1]))
    on.window.inspect()
    on.settle()
    next(each for each in on.window.findChildren(QPushButton) if each.text() == "Quiz me").click()
    on.settle()


def link(on: Shooting) -> None:
    on.open("abilene", 20.0)
    world = on.window.player.world
    on.do("inspect-key")
    one = on.window.inspectors.docked
    assert one is not None, "the action shows it"
    one.look(Subject(What.LINK, *min(world.links)))
    on.settle()


def why_log(on: Shooting) -> None:
    why(on)
    on.do("panel-log")


def why_sequence(on: Shooting) -> None:
    why(on)
    on.do("panel-sequence", "sequence-request")


def until(on: Shooting) -> None:
    on.open("three-regimes", 12.0)
    on.do("until")


def marks_list(on: Shooting) -> None:
    marks(on)
    menu = on.window.transport.marks_menu()
    on.kept = menu.grab()
    menu.deleteLater()


def narration(on: Shooting) -> None:
    on.open("three-regimes", 20.0)
    on.seek(8.0)
    on.do("narration-full", "panel-narration", "toggle")
    on.wait(2500)
    on.do("toggle")


def pattern(on: Shooting) -> None:
    dialog(on, "pattern")


def live_form(on: Shooting) -> None:
    dialog(on, "new-live")


def recovery(on: Shooting) -> None:
    """What a window left that ended without a word: its copy lies there, and nobody holds its lock."""
    with tempfile.TemporaryDirectory(prefix="p4lab-left-") as folder:
        path = next(path for path in resources.scenario_files() if path.stem == "three-regimes")
        told = json.dumps({"title": "Three regimes side by side", "path": None, "source": str(path)})
        (Path(folder) / f"1-1{SUFFIX}").write_text(f"{HEAD}{told}\n{path.read_text()}")
        document = on.window.document
        document.recovery._find(Path(folder))
        document.recovery.changed.emit()
        on.settle()
        on.kept = on.window.grab()
        for left in document.recovery.left:
            document.recovery.discard(left)


VIEWS: dict[str, View] = {
    view.__name__.replace("_", "-"): view
    for view in (
        welcome, running, log, sequence, compare, one_map, why, provider, key, seen_as, branches, palette, parted,
        forest, drawing, empty_map, faults, marks, fast, plots, presenting, huge_text, provider_form, link_form, film,
        keys, message_quiz, link, why_log, why_sequence, until, marks_list, narration, pattern,
        live, model, live_form, classroom, recovery,
    )
}  # fmt: skip


def main(folder: Path, names: list[str]) -> None:
    """Shoot them all, or those named, large in both themes and small in one."""
    folder.mkdir(parents=True, exist_ok=True)
    qInstallMessageHandler(lambda *_: None)  # what the offscreen platform says of windows
    app = application()
    for name, view in VIEWS.items():
        if names and name not in names:
            continue
        for theme, size in (("light", LARGE), ("dark", LARGE), ("light", SMALL)):
            on = Shooting(app, theme, size)
            view(on)
            target = folder / f"{name}-{theme if size == LARGE else 'small'}.png"
            on.shoot(target)
            on.leave()
            print(target, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "out/gallery"), sys.argv[2:])
