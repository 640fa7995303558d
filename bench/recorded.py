"""A recording of 2,000,000 events in the window: how soon it is seen, and how soon any other moment is after a click.

The recording is made by simulating: 100 providers in full mesh that broadcast gets, copies that expire, modelled
signatures. It is opened in the whole window, 1440 by 900, with its panels, and every time counts what the processor
did until all is painted: for a seek, from the click on the time line on. Each moment is gone to three times, from
another one, and the best counts; of all moments the worst.

Against: what is needed without columns and intervals, folding the run again up to the moment (the picture alone,
without metrics and without painting), on average over the same moments.
"""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import cast

from PySide6.QtCore import QCoreApplication, QSettings
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from bench.clock import seconds
from bench.table import Row, alone, less
from p4lab.core.options import Options, Signatures
from p4lab.scenario.model import Link, Peering, Provider, Scenario, Workload
from p4lab.session.keep import Keeping
from p4lab.session.simulated import Simulated
from p4lab.world import World
from ui.app import build
from ui.theme import LIGHT_ONLY
from ui.window import Window

EVENTS = 2_000_000
PROVIDERS = 100
SIZE = 1440, 900
SEEKS = 40
ROUNDS = 3
AGAIN = 4  # of them also by folding again
REST = 60  # ms between two: a second click within 50 ms is answered after them


def rows() -> Iterator[Row]:
    """The first frame, all of it, and seeks anywhere."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = cast(QApplication, QApplication.instance() or QApplication([]))
    size = f"{EVENTS:,} events"
    with TemporaryDirectory() as folder:
        path = made(Path(folder) / "run.p4rec")
        settings = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
        window = build(application, settings, LIGHT_ONLY)
        window.resize(*SIZE)
        window.show()
        _paint()

        def begin() -> None:
            window.document.open(path)
            _paint()

        yield alone(f"recording, {size}: first frame", seconds(begin), "s")
        yield alone(f"recording, {size}: all of it", seconds(partial(_read, window)), "s")
        player, rng = window.player, Random("moments")
        took = {rng.uniform(0.0, player.duration): float("inf") for _ in range(SEEKS)}
        for t in [*took] * ROUNDS:
            QTest.qWait(REST)
            took[t] = min(took[t], seconds(partial(_seek, window, t)))
        again = [seconds(partial(_fold, window, t)) for t in [*took][:AGAIN]]
        yield less(f"seek, {size}", 1e3 * max(took.values()), "ms", "folding again", 1e3 * sum(again) / len(again))
        window.document.forget()
        window.close()


def scenario(duration: float) -> Scenario:
    """Some 49,000 events a second."""
    return Scenario(
        title="Two million",
        duration=duration,
        options=Options(signatures=Signatures.MODELLED),
        link=Link(latency=0.04, jitter=0.01),
        provider=tuple(Provider(f"P{number}") for number in range(PROVIDERS)),
        peering=(Peering(among="all"),),
        workload=(Workload("news", keys=50, ttl=4.0, gets_per_second=3.0, updates_per_second=0.02),),
    )


def made(path: Path) -> Path:
    """A recording of as many events or a few more."""
    session, known = Simulated(scenario(3600.0)), 0.0
    while len(session.trace) < EVENTS:
        known = session.advance(known + 0.1)
    keeping = Keeping(session, path, known, "bench")
    while not keeping.work(1.0):
        pass
    return path


def _seek(window: Window, t: float) -> None:
    window.player.seek(t)
    _paint()


def _read(window: Window) -> None:
    while window.player.work is not None:
        QTest.qWait(1)


def _fold(window: Window, t: float) -> None:
    trace = window.player.trace
    World().step(trace.slice(0, trace.index_at(t)))


def _paint() -> None:
    """What was asked to be painted."""
    QCoreApplication.sendPostedEvents()
