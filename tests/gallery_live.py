"""Views of what happens in real time, for the gallery: a lab, a model of it, and a class on this machine's loopback.

Rules: as in `gallery.py`. The class is a real one: others join it over channels, without windows.
"""

import tempfile
from pathlib import Path
from typing import Any

from p4lab import resources
from p4lab.core.commands import Get, Peer, Put
from p4lab.scenario.read import read
from p4lab.session.classroom import join_text
from p4lab.session.joining import Wish
from p4lab.session.live import Joining, Live

LOOPBACK = "127.0.0.1"
STUDENTS = ("Ann", "Ben", "Cleo", "Dev")


def live(on: Any) -> None:
    """A lesson in real time, looked at from a moment of its past."""
    path = next(path for path in resources.scenario_files() if path.stem == "three-regimes")
    on.window.document.open_live(read(path))
    on.wait(3000)
    on.seek(1.5)
    on.wait(400)


def model(on: Any) -> None:
    live(on)
    on.do("fork")


def classroom(on: Any) -> None:
    """A teacher's window, with four students, who peer, put and get."""
    folder = Path(on.keep(tempfile.TemporaryDirectory(prefix="p4lab-class-")))
    teacher = _joined(on, Wish("Ms Lee", "Networks 3", policy="class", network=LOOPBACK), folder / "teacher")
    on.window.document.open_session(teacher)
    on.wait(300)
    code = join_text(on.window.school.state)
    others = {name: _joined(on, Wish(name, "", code, "class", LOOPBACK), folder / name) for name in STUDENTS}
    for session in others.values():
        on.undo.insert(0, session.close)
    on.window.player.play()
    _wait(on, lambda: len(on.window.player.world.called) == 1 + len(STUDENTS))
    for name in STUDENTS:
        on.window.player.submit(Peer(("Ms Lee", name)))
    on.window.player.submit(Peer(("Ann", "Ben")))
    on.wait(1200)
    others["Ann"].advance(0.0)
    others["Ann"].submit(Put("Ann", "hello, world", "news/1"), 0.0)
    on.wait(500)
    on.window.player.submit(Get("Ms Lee", "news/1", owner="Ann"))
    others["Ben"].advance(0.0)
    others["Ben"].submit(Get("Ben", "news/1", owner="Ann"), 0.0)
    on.wait(1500)
    on.window.school.do("say", "Welcome. Peer with somebody, and put a key.")
    on.wait(600)
    on.window.notice.hush()


def _joined(on: Any, wish: Wish, folder: Path) -> Live:
    attempt, found = Joining(wish, folder), None
    while found is None:
        on.wait(20)
        found = attempt.poll()
    return found


def _wait(on: Any, true: Any) -> None:
    for _ in range(200):
        if true():
            return
        on.wait(50)
