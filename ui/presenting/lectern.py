"""The lectern: the parts of the window that help whoever shows it to others, made and wired in one place.

Rules: makes and connects; each part decides for itself. What the rows of the menus Present, View and Help ask of these
parts is here.
"""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSettings
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from ui.acts.context import Context
from ui.commandbar import CommandBar
from ui.film import Filming
from ui.jumps import Jump, jumps
from ui.narration import Narrator, announce
from ui.panels.narration import NarrationPanel
from ui.pen import Pen
from ui.presenting.fullscreen import FullScreen
from ui.presenting.panes import Panes
from ui.presenting.shots import Shot, drawing, picture
from ui.words import clock


class Lectern(QObject):
    """finder: the command palette. filming: what makes films. ratio: device pixels of a picture by the screen's."""

    def __init__(self, context: Context, settings: QSettings) -> None:
        window = context.view
        super().__init__(window)
        self.ratio = 1.0
        self._context = context
        player, focus, theme = context.player, context.focus, context.taste.switch
        self.finder = CommandBar(window, window.acts, self._jumps, theme, settings)
        self.narrator = Narrator(player, focus, settings, partial(announce, window.status), self)
        self.screen = FullScreen(window, window.docks, [window.header, window.bar], window.status, window.map)
        self.pen = Pen(
            window.map, player, theme
        )  # after the screen: of two that wait for Escape, Qt asks the last first
        self.panes = Panes(
            window,
            (("Put and get", window.bar), ("Map", window.map), ("Time", window.transport), ("Title", window.header),
             ("Scenarios", window.welcome)),
            partial(announce, window.status),
        )  # fmt: skip
        self.filming = Filming(player, focus, theme, window, window.map, window.notice)
        window.docks.add("narration", partial(NarrationPanel, player, self.narrator))
        for signal in (self.pen.changed, self.narrator.changed, self.screen.changed, theme.changed):
            signal.connect(window.acts.refresh)
        self.screen.changed.connect(self.pen.put_down)
        context.document.closed.connect(self.screen.leave)
        self.filming.made.connect(self._show_film)
        self.filming.finished.connect(window.notice.news)
        self.filming.failed.connect(window.notice.fault)
        self.filming.cancelled.connect(lambda: window.notice.news("The film was given up; there is no file."))
        if window.acts.shortcuts.faults:
            window.notice.news(" ".join(window.acts.shortcuts.faults))

    def turn(self, direction: int) -> None:
        """To the next mark (1) or the one before (-1); where there is none, to the next event or the one before."""
        player = self._context.player
        times = [mark.at for mark in player.scenario.mark]
        if not times:
            player.step(direction)
        elif direction > 0:
            player.seek(min((t for t in times if t > player.playhead), default=player.run.edge))
        else:
            player.seek(max((t for t in times if t < player.playhead), default=0.0))

    def double(self) -> None:
        """Pictures twice as fine, or as the screen again."""
        self.ratio = 3.0 - self.ratio

    def copy(self) -> None:
        """The map and the plots into the clipboard."""
        QGuiApplication.clipboard().setImage(self._picture(Shot.CLEAN))
        self._context.view.notice.news("The map and the plots are in the clipboard.")

    def save(self, shot: Shot) -> None:
        """Ask where to, and write it there."""
        context = self._context
        name = f"p4lab-{clock(context.player.playhead).replace(' ', '')}"
        if shot is Shot.DRAWING:
            self._draw(context.sheets.drawing_target(f"{name}.svg"))
            return
        made = self._picture(shot)  # before a dialog lies over it
        path = context.sheets.picture_target(f"{name}.png")
        if path is None:
            return
        made.setText("Description", self._stamp())
        if made.save(str(path)):
            context.view.notice.news(f"The picture is in {path.name}: {made.width()} × {made.height()} pixels.")
        else:
            context.view.notice.fault(f"The picture cannot be written to {path}.")

    def why_no_film(self) -> str:
        """Why none can be made now."""
        return self.filming.why_not()

    def record(self) -> None:
        """Ask what, and film it."""
        context, player = self._context, self._context.player
        start, end = context.focus.span.ends or (0.0, player.run.edge)
        film = context.sheets.film(player.run.edge, start, end, player.speed, context.document.title)
        if film is not None:
            self.filming.start(film)

    def _draw(self, path: Path | None) -> None:
        """The map as SVG, where somebody said where to."""
        context, view = self._context, self._context.view
        if path is None:
            return
        went = context.player.world.states.moves
        if drawing(path, view.map, context.taste.switch.current, went, self._stamp()):
            view.notice.news(f"The drawing is in {path.name}.")
        else:
            view.notice.fault(f"The drawing cannot be written to {path}.")

    def _picture(self, shot: Shot) -> QImage:
        window, theme = self._context.view, self._context.taste.switch.current
        plots = [(window.docks["plots"], theme.plot)] if window.docks.is_shown("plots") else []
        parts: dict[Shot, list[tuple[QWidget, QColor]]] = {
            Shot.WINDOW: [(window, theme.window)],
            Shot.CLEAN: [(window.map, theme.map), *plots],
            Shot.MAP: [(window.map, theme.map)],
        }
        return picture(parts[shot], window.map, self.ratio)

    def _stamp(self) -> str:
        player = self._context.player
        return f"{player.scenario.title}, seed {player.scenario.seed}, {clock(player.playhead, 0.001)}"

    def _show_film(self, made: int, of: int) -> None:
        says = f"Recording: frame {made} of {of} …" if of else "Recording: making the run known …"
        self._context.view.notice.progress(says, made / of if of else 0.0, self.filming.cancel)

    def _jumps(self, typed: str) -> list[Jump]:
        context = self._context
        return jumps(typed, context.player, context.focus, context.document)
