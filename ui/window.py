"""The window: lays out its parts and wires them together.

Rules: makes, places and connects, and decides nothing; at most 250 lines. All wiring is in `_connect_signals`. The
layout is remembered in the settings it is given.
"""

import secrets
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QSettings
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget

from ui.actions import Actions, table
from ui.acts.context import Context
from ui.bench import Bench
from ui.dialogs import Dialogs
from ui.docks import Docks
from ui.document import Document
from ui.focus import Focus
from ui.inspectors import Inspectors
from ui.keys import keeps, typed_into
from ui.menus import RecentMenu
from ui.notice import Notice
from ui.opening import Opening
from ui.player import Player
from ui.presenting.lectern import Lectern
from ui.status import Status
from ui.studio import Studio
from ui.taste import Taste
from ui.welcome import Welcome
from ui.words import clock

SIZE = (1440, 900)
LEAST = (880, 560)
SEEDS = 1_000_000  # a new seed is short enough to be read out


class Window(QMainWindow):
    """Everything a person sees."""

    def __init__(
        self,
        player: Player,
        focus: Focus,
        taste: Taste,
        document: Document,
        dialogs: Dialogs,
        settings: QSettings,
    ) -> None:
        super().__init__()
        self.player = player
        self.document = document
        self._focus = focus
        self._dialogs = dialogs
        self._settings = settings
        theme = taste.switch
        dialogs.window = self
        self.setWindowTitle("P4 Lab")
        self.setMinimumSize(*LEAST)
        self.resize(*SIZE)
        self.setAcceptDrops(True)
        inner = QMainWindow()  # of its own, so that docks and welcome page know nothing of each other
        self.docks = Docks(inner)
        context = Context(player, focus, document, taste, dialogs, self)
        self.inspectors = Inspectors(context)
        self.studio = Studio(context)
        self.acts = Actions(table(context), self, settings, early=True)
        menus = self.acts.fill(self.menuBar())
        menus["File"].insertMenu(self.acts["save"], RecentMenu(document, self))
        self.opening = Opening(player, focus, self)
        self._stack = QStackedWidget()
        self.notice = Notice(player, theme, self._stack)
        self.welcome = Welcome(document, theme)
        self.bench = Bench(context, self.acts, self.docks, inner, self.inspectors, self.notice, settings)
        self.map, self.bar, self.transport = self.bench.map, self.bench.bar, self.bench.transport
        self.header, self.beside = self.bench.header, self.bench.beside
        self.status = Status(player, focus)
        self._lay_out()
        self.lectern = Lectern(context, settings)
        self._connect_signals()
        self.acts.begin()
        self._restore()

    def _lay_out(self) -> None:
        for each in (self.welcome, self.bench):
            self._stack.addWidget(each)
        self.setCentralWidget(self._stack)
        self.setStatusBar(self.status)
        self.status.hide()

    def _connect_signals(self) -> None:
        player, document, focus = self.player, self.document, self._focus
        document.opened.connect(self._show_run)
        document.closed.connect(self._show_welcome)
        document.changed.connect(self._retitle)
        for part in (document, self.transport):
            part.said.connect(self.notice.news)
            part.failed.connect(self.notice.fault)
        self.welcome.chosen.connect(document.open)
        self.welcome.browse.connect(self.choose_file)
        self.studio.wire()
        self.map.inspected.connect(self.inspect)
        self.map.menuRequested.connect(self.bench.offer)
        self.map.opened.connect(self.inspectors.open_provider)
        for signal in (focus.opChanged, focus.messageChanged):
            signal.connect(self.bench.show_details)
        self.bar.asked.connect(self.map.setFocus)
        self.transport.compareAsked.connect(lambda _, other: self.beside.begin(other))
        self.beside.comparison.changed.connect(self.bench.show_comparison)
        self.docks.picked.connect(self.map.setFocus)
        player.playingChanged.connect(self._leave_fields)
        player.forked.connect(self._tell_fork)
        run = (player.sampled, player.playingChanged, player.modeChanged, player.sessionChanged, focus.span.spanChanged)
        for signal in (*run, player.history.changed, document.changed, focus.choiceChanged, self.docks.changed):
            signal.connect(self.acts.refresh)

    # What the actions ask of the window (actions.View)

    def choose_file(self) -> None:
        path = self._dialogs.file_to_open()
        if path is not None:
            self.document.open(path)

    def reset_layout(self) -> None:
        self.bench.reset()

    def inspect(self) -> None:
        self.docks.show("details")

    def tell_fault(self, text: str) -> None:
        self.notice.fault(text)

    def new_seed(self) -> None:
        self.player.reset(secrets.randbelow(SEEDS))

    def _show_run(self) -> None:
        self.notice.hush()
        self.opening.begin()
        self._stack.setCurrentIndex(1)
        self.bench.enter()
        self.status.show()

    def _show_welcome(self) -> None:
        self._focus.clear()
        self._stack.setCurrentIndex(0)
        self.bench.leave()
        self.status.hide()

    def _leave_fields(self) -> None:
        """Somebody who lets time run types no more: Space and letters are the window's again."""
        if typed_into(self.focusWidget()):
            self.map.setFocus()

    def _retitle(self) -> None:
        mark = "● " if self.document.unsaved else ""
        self.setWindowTitle(f"{mark}{self.document.title} – P4 Lab" if self.document.title else "P4 Lab")

    def _tell_fork(self, t: float) -> None:
        branch = self.player.branches.current
        former = self.player.branches.of(branch.parent or 1)
        says = f"From {clock(t)} on this is branch {branch.name}; what you had seen is branch {former.name}."
        self.notice.news(says, f"Back to {former.name}", lambda: self.player.switch(former.number))

    def _restore(self) -> None:
        geometry = self._settings.value("geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)

    # Qt

    def event(self, event: QEvent) -> bool:
        # Asked of the widget with the focus first; what it leaves comes up to here.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            event.setAccepted(keeps(self.focusWidget(), event))
            return event.isAccepted()
        return super().event(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            self.document.open(paths[0])

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.document.may_leave():
            event.ignore()
            return
        self.document.forget()
        self._settings.setValue("geometry", self.saveGeometry())
        self.bench.remember()
        self.notice.hush()
        self.beside.comparison.end()
        self.inspectors.close_all()
        self.player.close()
        event.accept()
