"""The real window where there is no screen: played as fast as it can, and photographed at a chosen moment.

Rules: the same window and the same parts as on a screen, on Qt's offscreen platform; its own event loop ends when the
picture is taken. Settings live in a folder of their own for the while, so nothing a person chose is used or changed.
"""

import signal
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from PySide6.QtCore import (
    QElapsedTimer,
    QMessageLogContext,
    QObject,
    QSettings,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication

from ui.app import application, build
from ui.document import CANNOT_OPEN
from ui.player import Player
from ui.presenting.reel import Film
from ui.story import QUERY
from ui.theme import LIGHT_ONLY
from ui.window import Window

LIMIT = 50.0  # s for playing: the whole must stay under a minute
PLAY = 4.0  # s that a run is played in, where the machine keeps up: some hundred frames of the real window
SETTLE = 6  # ticks that the window gets to lay itself out before the picture
TICK = 30  # ms
CANDIDATES = 400  # moments looked at for the most telling one
BEST = 0.6  # of the run: where among equals it should be, with something to see in the plots

T = TypeVar("T")


class CannotShowError(Exception):
    """The file cannot be shown; the sentence says why."""


class Stage(QObject):
    """One window offscreen and what is done with it: a list of steps, each done when it says so."""

    def __init__(self, app: QApplication, window: Window) -> None:
        super().__init__(app)
        self._app = app
        self._window = window
        self._steps: list[Callable[[], bool]] = []
        self._timer = QTimer(self, interval=TICK)
        self._timer.setObjectName("stage")
        self._timer.timeout.connect(self._go_on)

    def perform(self, steps: list[Callable[[], bool]]) -> None:
        """Do the steps in turn, each until it answers True, then leave the event loop.

        What fails in there, or Ctrl+C, ends it too, and is raised here.
        """
        faults: list[BaseException] = []

        def give_up(fault: BaseException) -> None:
            faults.append(fault)
            self._timer.stop()
            self._app.quit()

        self._steps = steps
        self._window.show()
        self._timer.start()
        hook, sys.excepthook = sys.excepthook, lambda _kind, fault, _trace: give_up(fault)
        handler = signal.signal(signal.SIGINT, lambda *_: give_up(KeyboardInterrupt()))
        try:
            self._app.exec()
        finally:
            sys.excepthook = hook
            signal.signal(signal.SIGINT, handler)
        if faults:
            raise faults[0]

    def _go_on(self) -> None:
        while self._steps and self._steps[0]():
            self._steps.pop(0)
        if not self._steps:
            self._timer.stop()
            self._app.quit()


def picture(file: Path, target: Path, at: float | None, size: tuple[int, int], theme: str) -> float:
    """Photograph the window with `file` at time `at` (None: a telling moment). Returns the time shown.

    Raises CannotShowError with a sentence.
    """

    def work(stage: Stage, window: Window) -> float:
        player = window.player
        if at is not None and not 0 <= at <= player.duration:
            raise CannotShowError(f"{file}: the run lasts from 0 to {player.duration:g} s; {at:g} s is not in it")
        stage.perform([_whole(player), _to(window, at), _settled(window), lambda: _save(window, target)])
        return player.playhead

    return _with_window(file, size, theme, work)


def play(file: Path, target: Path) -> dict:
    """Play `file` in the window as fast as it can, photograph it. Returns the metrics of what was played.

    Raises CannotShowError with a sentence.
    """

    def work(stage: Stage, window: Window) -> dict:
        player = window.player
        player.setSpeed(player.duration / PLAY)
        clock = QElapsedTimer()

        def start() -> bool:
            clock.start()
            player.play()
            return True

        def over() -> bool:
            if clock.elapsed() > LIMIT * 1000:
                player.pause()
            return not player.playing

        stage.perform([start, over, _to(window, None), _settled(window), lambda: _save(window, target)])
        signatures = player.session.scenario.options.signatures.value
        return player.metrics.report(player.known, player.digest()) | {"signatures": signatures}

    return _with_window(file, (1440, 900), LIGHT_ONLY, work)


def film(file: Path, wanted: Film, whole: bool, theme: str) -> str:
    """Film a stretch of `file`, with `whole` up to its end. Returns a sentence; raises CannotShowError with one."""

    def work(stage: Stage, window: Window) -> str:
        player, filming = window.player, window.lectern.filming
        stretch = replace(wanted, end=player.duration) if whole else wanted
        if not 0 <= stretch.start < stretch.end <= player.duration:
            raise CannotShowError(
                f"{file}: the run lasts from 0 to {player.duration:g} s; "
                f"{stretch.start:g} to {stretch.end:g} s is no stretch of it"
            )
        told: list[str] = []
        faults: list[str] = []
        filming.finished.connect(told.append)
        filming.failed.connect(faults.append)

        def start() -> bool:
            filming.start(stretch)
            return True

        stage.perform([_settled(window), start, lambda: bool(told or faults)])
        if faults:
            raise CannotShowError(faults[0])
        return told[0]

    return _with_window(file, wanted.size, theme, work)


def telling_moment(player: Player, name: int | None) -> float:
    """When there is most to see of a key: its queries in mid-air, and somebody with a copy that is out of date."""
    world, trace = player.world, player.trace
    fallback = 0.4 * player.known
    if name is None:
        return fallback
    rows, of = trace.rows(), world.op_name()
    rows = rows[rows["op"] < len(of)]
    rows = rows[(of[rows["op"]] == name) & (rows["code"] <= 7) & (rows["t"] > 0.1 * player.known)]
    if not len(rows):
        return fallback
    queries = rows[rows["code"] == QUERY] if (rows["code"] == QUERY).any() else rows
    moments = np.unique((queries["t"] + 0.45 * (queries["due"] - queries["t"])).round(4))
    moments = moments[:: max(1, len(moments) // CANDIDATES)]

    def worth(t: float) -> tuple[int, float]:
        stale = any(holding.behind for holding in world.holdings(name, t))
        flying = int(((rows["t"] <= t) & (rows["due"] > t)).sum())
        return min(flying, 3) + 4 * stale, -abs(t - BEST * player.known)

    return float(max(moments.tolist(), key=worth))


def _quiet(kind: QtMsgType, where: QMessageLogContext, text: str) -> None:
    """Qt's remarks go to stderr, but for what the offscreen platform says of every window with a least size."""
    if "propagateSizeHints" not in text:
        print(text, file=sys.stderr)


def _with_window(file: Path, size: tuple[int, int], theme: str, work: Callable[[Stage, Window], T]) -> T:
    qInstallMessageHandler(_quiet)
    app = application()
    with tempfile.TemporaryDirectory(prefix="p4lab-") as folder:
        settings = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
        window = build(app, settings, theme)
        window.resize(*size)
        faults: list[str] = []
        window.document.failed.connect(faults.append)
        try:
            if not window.document.open(file):
                raise CannotShowError(faults[-1].removeprefix(CANNOT_OPEN) if faults else f"{file} cannot be opened")
            return work(Stage(app, window), window)
        finally:
            window.document.forget()
            window.close()


def _whole(player: Player) -> Callable[[], bool]:
    """Make the run known to its end, so that the time line and the plots show all of it."""
    begun = False

    def step() -> bool:
        nonlocal begun
        if not begun:
            begun = True
            player.seek(player.duration)
        return player.work is None

    return step


def _to(window: Window, at: float | None) -> Callable[[], bool]:
    def step() -> bool:
        player = window.player
        player.seek(telling_moment(player, player.watched) if at is None else at)
        player.setSpeed(None)
        return True

    return step


def _settled(window: Window) -> Callable[[], bool]:
    left = SETTLE

    def step() -> bool:
        nonlocal left
        left -= 1
        return left <= 0 and window.player.work is None

    return step


def _save(window: Window, target: Path) -> bool:
    if not window.grab().save(str(target), "PNG"):
        raise CannotShowError(f"{target} cannot be written")
    return True
