"""Frames per second of the window over a live lab: 50 providers in full mesh, 2,000 operations a second, 98 % local.

The lab runs in its thread and stores in SQLite what is to be stored; the window is the real one,
offscreen, playing at the live edge with its panels as they are at first. A frame is a painting of the map: how often,
and the longest between two, are counted over some seconds after the start has settled. Local is what a provider
answered without asking another; the others follow a pointer. A further row has these ask all 49 peers instead, which is
another 4,000 messages a second.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import cast

from PySide6.QtCore import QEvent, QEventLoop, QObject, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from bench.table import Row, alone
from p4lab.core.events import GetFinished, PutFinished
from p4lab.core.names import Regime
from p4lab.scenario.model import Peering, Provider, Scenario, Workload
from p4lab.session.lab import LiveLab
from ui.app import application, build
from ui.theme import LIGHT_ONLY
from ui.window import Window

PROVIDERS = 50
OPERATIONS = 2_000.0  # per second
REMOTE = 0.02  # of them
PUTS = 0.001
KEYS = 50
SIZE = 1440, 900
SETTLE, MEASURE = 6.0, 10.0  # s
LATE = 0.033  # s: two frames at 60 a second (live.md section 7)
HERE = {"local", "replica", "cached"}


def rows() -> Iterator[Row]:
    """What the window shows, what the lab does, and how late it is."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = cast(QApplication, QApplication.instance() or application())  # another bench may have made it
    with tempfile.TemporaryDirectory(prefix="p4lab-") as folder:
        window = build(app, QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat), LIGHT_ONLY)
        window.resize(*SIZE)
        window.show()
        yield from measured(window, f"live lab, {PROVIDERS} providers", scenario(Regime.KEY))
        broadcast = list(
            measured(window, f"live lab, {PROVIDERS} providers, gets broadcast", scenario(Regime.GET_BROADCAST))
        )
        yield broadcast[0]
        window.player.close()
        window.document.forget()
        window.close()


def measured(window: Window, name: str, plan: Scenario) -> Iterator[Row]:
    """A live lab opened and played in this window."""
    window.document.open_live(plan)
    window.player.play()
    turn(SETTLE)
    frames, behind = Frames(window.map), 0.0
    lab = cast(LiveLab, window.player.session)
    first, began, used = len(lab.trace), perf_counter(), process_time()
    while perf_counter() - began < MEASURE:
        turn(0.5)
        behind = max(behind, lab.behind)
    frames.stop()
    took, used = perf_counter() - began, process_time() - used
    records = lab.trace.slice(first, len(lab.trace)).records
    gets = [event.source for event in records if isinstance(event, GetFinished)]
    puts = sum(isinstance(event, PutFinished) for event in records)
    yield alone(f"{name}, window", frames.count / took, "frames/s")
    yield alone(f"{name}, longest between two frames", 1e3 * max(frames.gaps), "ms")
    yield alone(f"{name}, frames over {1e3 * LATE:.0f} ms", 100 * frames.late / frames.count, "%")
    yield alone(f"{name}, operations", (len(gets) + puts) / took, "operations/s")
    yield alone(f"{name}, gets answered locally", 100 * sum(source in HERE for source in gets) / len(gets), "%")
    yield alone(f"{name}, behind at worst", 1e3 * behind, "ms")
    yield alone(f"{name}, of a core", 100 * used / took, "%")


def scenario(far_away: Regime) -> Scenario:
    """Nearly all gets are of keys whose values were broadcast; of others nothing is kept. far_away: their regime."""
    rng, names = Random("bench live frames"), [f"P{number}" for number in range(1, PROVIDERS + 1)]
    near, far = OPERATIONS * (1 - REMOTE - PUTS) / PROVIDERS, OPERATIONS * REMOTE / PROVIDERS
    return Scenario(
        "Live frames",
        60.0,
        provider=tuple(Provider(name) for name in names),
        peering=tuple(
            Peering(between=(a, b), latency=rng.uniform(0.005, 0.06)) for i, a in enumerate(names) for b in names[:i]
        ),
        workload=(
            Workload(
                "near",
                keys=KEYS,
                regime=Regime.VALUE,
                gets_per_second=near,
                updates_per_second=OPERATIONS * PUTS / KEYS,
            ),
            Workload("far", keys=KEYS, regime=far_away, ttl=0.0, gets_per_second=far, updates_per_second=0.0),
        ),
    )


class Frames(QObject):
    """Notes when a widget is painted. gaps: s between two paintings."""

    def __init__(self, widget: QObject) -> None:
        super().__init__()
        self.gaps: list[float] = []
        self._last = perf_counter()
        self._widget = widget
        widget.installEventFilter(self)

    @property
    def count(self) -> int:
        """How many frames."""
        return len(self.gaps)

    @property
    def late(self) -> int:
        """How many of them came late."""
        return sum(gap > LATE for gap in self.gaps)

    def stop(self) -> None:
        """Note no more."""
        self._widget.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 Qt's own name
        if event.type() is QEvent.Type.Paint:
            now = perf_counter()
            self.gaps.append(now - self._last)
            self._last = now
        return False


def turn(seconds: float) -> None:
    """Let the window live for so long."""
    loop = QEventLoop()
    timer = QTimer(singleShot=True, interval=round(1000 * seconds))
    timer.timeout.connect(loop.quit)
    timer.start()
    loop.exec()
