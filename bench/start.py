"""Seconds from the start of a process to the first painted frame of the window, beside a bare PySide6 window.

Ours is what `p4lab` does where a display is there: the lookup of the entry point, then the real window with its welcome
page; the engine and the panels are loaded after that frame. Theirs is the smallest program that shows an empty
QMainWindow. Both 1440 by 900, offscreen, and both end as soon as the event loop comes back from the first frame.
Processes are started in turn; the medians count.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.table import Row, less

STARTS = 11
ROOT = Path(__file__).parents[1]
OURS = """
import os
from p4lab.__main__ import at_once
at_once()
import ui.start
from ui.front import show
show(None, lambda: os._exit(0))
"""
BARE = """
import os
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow

class Bare(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        end.start()

app = QApplication([])
end = QTimer(interval=0, singleShot=True)
end.timeout.connect(lambda: os._exit(0))
window = Bare()
window.resize(1440, 900)
window.show()
app.exec()
"""


def rows() -> Iterator[Row]:
    """One row."""
    took: dict[str, list[float]] = {OURS: [], BARE: []}
    for number in range(STARTS + 1):
        for program, times in took.items():
            seconds = _start(program)
            if number:  # the first of each fills the caches of the disk
                times.append(seconds)
    yield less("first frame", median(took[OURS]), "s", "bare PySide6 window", median(took[BARE]))


def _start(program: str) -> float:
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": path}
    began = perf_counter()
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=False)
    took = perf_counter() - began
    if done.returncode:
        raise RuntimeError(done.stderr.decode())
    return took
