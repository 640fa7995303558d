"""Events per second of the window in Express, beside the bare engine on the same run.

The scenario: stale-by-ttl, made so long that it does not end. Both sides make the same events, in turn, each for the
same time of the processor; the best turn of each counts. The window is the real one, offscreen, with its strip, its
time line and its progress bar; the engine is a session that is advanced and nothing else.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import process_time
from typing import cast

import msgspec
from PySide6.QtCore import QEventLoop, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from bench.table import Row, more
from p4lab import resources
from p4lab.scenario.read import read
from p4lab.scenario.write import write
from p4lab.session.simulated import Simulated
from ui.app import application, build
from ui.modes import EXPRESS
from ui.theme import LIGHT_ONLY

SCENARIO = "stale-by-ttl"
DURATION = 100_000.0  # s: longer than the bench has time for
TURN = 1.0  # s of the processor
TURNS = 4


def rows() -> Iterator[Row]:
    """One row."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = cast(QApplication, QApplication.instance() or application())  # another bench may have made it
    plan = next(read(path) for path in resources.scenario_files() if path.stem == SCENARIO)
    plan = msgspec.structs.replace(plan, duration=DURATION)
    with tempfile.TemporaryDirectory(prefix="p4lab-") as folder:
        file = Path(folder) / f"{SCENARIO}.toml"
        write(plan, file)
        window = build(app, QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat), LIGHT_ONLY)
        window.show()
        window.document.open(file)
        window.player.go(EXPRESS)
        bare, ours, engine = Simulated(plan), [], []
        for _ in range(TURNS):
            before, start = len(window.player.trace), process_time()
            _turn()
            ours.append((len(window.player.trace) - before) / (process_time() - start))
            before, start = len(bare.trace), process_time()
            while process_time() - start < TURN:
                bare.advance(DURATION)
            engine.append((len(bare.trace) - before) / (process_time() - start))
        window.player.close()
        window.document.forget()
        window.close()
    yield more("Express in the window", max(ours), "events/s", "the bare engine", max(engine))


def _turn() -> None:
    """The window has the event loop to itself for a while."""
    loop, timer = QEventLoop(), QTimer(interval=10)
    start = process_time()
    timer.timeout.connect(lambda: loop.quit() if process_time() - start >= TURN else None)
    timer.start()
    loop.exec()
    timer.stop()
