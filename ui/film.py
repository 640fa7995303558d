"""Makes a film of a stretch of the run: frame by frame, between the window's own frames.

Rules: a film of the map has a map of its own, never seen, that shows each moment of the run as a pure function of time,
so the window stays as it is. A film of the window moves the window's playhead, and puts it back. One frame is made per
tick of one timer, which stops when the film is over, given up or has failed; only a whole film leaves a file.
"""

from collections.abc import Callable, Generator, Iterator

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from p4lab import __version__
from ui.canvas.scene import MapView
from ui.focus import Focus
from ui.player import Player
from ui.presenting.cut import Cut
from ui.presenting.encode import CannotFilmError, encoder
from ui.presenting.frames import Frames
from ui.presenting.reel import Film, Still, What, stills
from ui.run import Run
from ui.story import seen
from ui.tempo import Tempo
from ui.theme import ThemeSwitch

REFUSED = (OSError, ValueError, CannotFilmError)  # what disks and libraries answer
Showing = Callable[[Still], None]
Made = tuple[int, int]  # frames, of how many


class Filming(QObject):
    """One film at a time, of `window` or of the map `view`. notice: what lies over the window and is not to be filmed.

    made: how many frames are done, and of how many; 0 of 0 until that is known.
    """

    made = Signal(int, int)
    finished = Signal(str)  # a sentence
    failed = Signal(str)
    cancelled = Signal()

    def __init__(
        self, player: Player, focus: Focus, theme: ThemeSwitch, window: QWidget, view: MapView, notice: QWidget
    ) -> None:
        super().__init__(window)
        self._player, self._focus, self._theme = player, focus, theme
        self._window, self._view, self._notice = window, view, notice
        self._work: Generator[Made, None, str] | None = None
        self._timer = QTimer(self, interval=0)
        self._timer.setObjectName("film")
        self._timer.timeout.connect(self._go_on)
        application = QApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.cancel)  # what is half done would stay behind

    def why_not(self) -> str:
        """Why none can be begun now, as a sentence; empty if one can."""
        if self._player.empty:
            return "Open a scenario first."
        return "" if self._work is None else "A film is being made already."

    def start(self, film: Film) -> None:
        """Begin. What becomes of it is told by the signals."""
        self.cancel()
        self._player.pause()
        self._work = self._make(film)
        self._timer.start()

    def cancel(self) -> None:
        """Give it up: there will be no file."""
        if self._end():
            self.cancelled.emit()

    def _end(self) -> bool:
        """Stop, and clean up behind the work. False: there was none."""
        work, self._work = self._work, None
        self._timer.stop()
        if work is not None:
            work.close()
        return work is not None

    def _go_on(self) -> None:
        if self._work is None:
            return
        try:
            made = next(self._work)
        except StopIteration as over:
            self._end()
            self.finished.emit(str(over.value))
        except REFUSED as fault:
            self._end()
            self.failed.emit(str(fault) if isinstance(fault, CannotFilmError) else f"The film cannot be made. {fault}")
        else:
            self.made.emit(*made)

    def _make(self, film: Film) -> Generator[Made, None, str]:
        """All of the work, a step at a time; its result is a sentence."""
        player, run = self._player, self._player.run
        before = player.playhead, player.speed
        widget: QWidget | None = None
        file = None
        try:
            yield from self._known(film, run)
            tempo = Tempo()
            tempo.watched = player.watched
            moments = list(stills(film, run, tempo))
            scenario, digest = player.scenario, player.digest()
            made_with = f"P4 Lab {__version__}, seed {scenario.seed}" + (f", digest {digest}" if digest else "")
            yield 0, len(moments)
            if film.what is What.MAP:
                widget, show = self._map(film, run)
            else:
                show = self._show_in_window
            stamp = f"{scenario.title} · seed {scenario.seed} · P4 Lab {__version__}"
            filmed, size = (widget, film.size) if widget else (self._window, None)
            frames = Frames(filmed, size, self._theme, stamp, self._notice)
            stretch = f"{film.start:g} s to {film.end:g} s of the run"
            file = encoder(film.path, frames.size, film.fps, scenario.title, f"{stretch}. {made_with}")
            for done, still in enumerate(moments):
                self._still_there(run)
                show(still)
                file.add(frames.picture(still.t, self._caption(run, still.t) if widget else ""))
                yield done + 1, len(moments)
            file.finish()
            file = None
            return f"The film is in {film.path.name}: {len(moments) / film.fps:.1f} s, {len(moments)} frames."
        finally:
            if file is not None:
                file.drop()
            if widget is not None:
                widget.deleteLater()
            if player.run is run and (player.playhead, player.speed) != before:
                player.setSpeed(before[1])
                player.seek(before[0])

    def _known(self, film: Film, run: Run) -> Iterator[Made]:
        """The player makes the run up to the film's end, with its own progress and its own cancel."""
        if run.known < film.end:
            self._player.seek(film.end)
        while run.known < film.end:
            self._still_there(run)
            if self._player.work is None:
                raise CannotFilmError("The film was given up: the run is not known up to its end.")
            yield 0, 0

    def _still_there(self, run: Run) -> None:
        if self._player.run is not run:
            raise CannotFilmError("The film was given up, since another run is shown now.")

    def _map(self, film: Film, run: Run) -> tuple[QWidget, Showing]:
        """Another map that shows what the window's does: the same key, the same piece of it, the same folds."""
        cut = Cut(run, self._player.scenario, film.speed is None)
        focus = Focus()
        made = MapView(cut, focus, self._theme)
        cut.setParent(made)
        focus.setParent(made)
        focus.select_name(self._focus.name)
        focus.eyes.see_as(self._focus.eyes.as_node)
        _fold_like(made, self._view, focus)
        made.resize(*film.size)
        made.look_from(self._view.camera.sized(*film.size))
        return made, lambda still: cut.show(still.t, still.factor)

    def _caption(self, run: Run, t: float) -> str:
        """What happens; the window says it itself."""
        return seen(run.world, run.trace, t, self._focus.name, self._focus.eyes.as_node)

    def _show_in_window(self, still: Still) -> None:
        self._player.setSpeed(still.factor)
        self._player.seek(still.t)
        self._player.sampled.emit()  # the panels show this moment too, not only those of every twentieth of a second


def _fold_like(made: MapView, view: MapView, focus: Focus) -> None:
    """Fold in the one map what is folded in the other."""
    for node in sorted(_folded(made) ^ _folded(view)):
        focus.choose((node,))
        made.fold()
    focus.choose(())


def _folded(view: MapView) -> set[int]:
    """Those whose children are folded into them."""
    hosts = view.figures().hosts
    return {int(host) for node, host in enumerate(hosts) if host != node}
