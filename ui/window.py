"""The window: lays out its parts and wires them together.

Rules: makes, places and connects, and decides nothing; at most 250 lines. All wiring is in `_connect_signals`. The
layout is remembered in the settings it is given.
"""

import secrets
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QPoint, QSettings
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from ui.actions import Actions, table
from ui.acts.context import Context
from ui.canvas.scene import LINE, NOBODY, MapView
from ui.dialogs import Dialogs
from ui.docks import Docks
from ui.document import Document
from ui.focus import Focus
from ui.header import Header
from ui.inspectors import Inspectors
from ui.keys import keeps, typed_into
from ui.menus import RecentMenu, network_menu
from ui.notice import Notice
from ui.opening import Opening
from ui.operations import ON_HOUSE, ON_LINK, ON_MAP, ON_PROVIDER
from ui.panels.lesson import LessonPanel
from ui.panels.log import LogPanel
from ui.panels.plots import PlotsPanel
from ui.panels.putget import PutGetBar
from ui.panels.transport import Transport
from ui.player import Player
from ui.presenting.lectern import Lectern
from ui.status import Status
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
        self._bench = QMainWindow()  # of its own, so that docks and welcome page know nothing of each other
        self.docks = Docks(self._bench)
        self._laid_out = False
        context = Context(player, focus, document, taste, dialogs, self)
        self.inspectors = Inspectors(context)
        self.acts = Actions(table(context), self, settings)
        menus = self.acts.fill(self.menuBar())
        menus["File"].insertMenu(self.acts["save"], RecentMenu(document, self))
        self.opening = Opening(player, focus, self)
        self._stack = QStackedWidget()
        for name, panel in (("plots", PlotsPanel), ("log", LogPanel)):
            self.docks.add(name, partial(panel, player, focus, theme))
        self.docks.add("details", self.inspectors.dock)
        self.docks.add("lesson", partial(LessonPanel, player, theme))
        self.notice = Notice(player, theme, self._stack)
        self.welcome = Welcome(document, theme)
        self.header = Header(player, document, self.acts, theme)
        self.map = MapView(player, focus, theme)
        self.bar = PutGetBar(player, focus, theme)
        self.transport = Transport(player, self.acts, theme)
        self.status = Status(player, focus)
        self._lay_out()
        self.lectern = Lectern(context, settings)
        self._connect_signals()
        self._restore()

    def _lay_out(self) -> None:
        left = QWidget()
        column = _column(left)
        column.addWidget(self.map, 1)
        column.addWidget(self.bar)
        self._bench.setCentralWidget(left)
        page = QWidget()
        column = _column(page)
        for part, share in ((self.header, 0), (self._bench, 1), (self.transport, 0)):
            column.addWidget(part, share)
        for each in (self.welcome, page):
            self._stack.addWidget(each)
        self.setCentralWidget(self._stack)
        self.setStatusBar(self.status)
        self.status.hide()

    def _connect_signals(self) -> None:
        player, document, focus = self.player, self.document, self._focus
        document.opened.connect(self._show_run)
        document.closed.connect(self._show_welcome)
        document.changed.connect(self._retitle)
        document.said.connect(self.notice.news)
        document.failed.connect(self.notice.fault)
        self.welcome.chosen.connect(document.open)
        self.welcome.browse.connect(self.choose_file)
        self.map.placed.connect(document.place)
        self.map.inspected.connect(self.inspect)
        self.map.menuRequested.connect(self._offer)
        self.transport.timeline.opPicked.connect(focus.select_op)
        self.map.opened.connect(self.inspectors.open_provider)
        for signal in (focus.opChanged, focus.messageChanged):
            signal.connect(self._show_details)
        self.bar.asked.connect(self.map.setFocus)
        self.docks.picked.connect(self.map.setFocus)
        player.playingChanged.connect(self._leave_fields)
        player.forked.connect(self._tell_fork)
        run = (player.sampled, player.playingChanged, player.sessionChanged)
        for signal in (*run, player.history.changed, document.changed, focus.choiceChanged, self.docks.changed):
            signal.connect(self.acts.refresh)

    # What the actions ask of the window (actions.View)

    def choose_file(self) -> None:
        path = self._dialogs.file_to_open()
        if path is not None:
            self.document.open(path)

    def export_picture(self) -> None:
        path = self._dialogs.picture_target(f"p4lab-{clock(self.player.playhead).replace(' ', '')}.png")
        if path is None:
            return
        if self.grab().save(str(path)):
            self.notice.news(f"The picture is in {path.name}.")
        else:
            self.notice.fault(f"The picture cannot be written to {path}.")

    def reset_layout(self) -> None:
        self.docks.reset()
        self.map.fit()

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
        if not self._laid_out:  # not before the bench has the size it will have
            self._laid_out = True
            self.docks.reset()
            self.docks.restore(self._settings.value("docks"))
        self.docks.float_away(True)
        self.status.show()
        self.transport.timeline.setFocus()

    def _show_welcome(self) -> None:
        self._focus.clear()
        self._stack.setCurrentIndex(0)
        self.docks.float_away(False)
        self.status.hide()

    def _show_details(self) -> None:
        if self._focus.op is not None or self._focus.message is not None:
            self.docks.show("details")

    def _leave_fields(self) -> None:
        """Somebody who lets time run types no more: Space and letters are the window's again."""
        if typed_into(self.focusWidget()):
            self.map.setFocus()

    def _offer(self, what: int, place: QPoint) -> None:
        views = [self.acts[name] for name in ("fit", "actual", "nearer", "further")]
        one = ON_PROVIDER if self.player.world.houses.get(what) is None else ON_HOUSE
        ids = {NOBODY: ON_MAP, LINE: ON_LINK}.get(what, one)
        network_menu(self, self.acts, ids, views).popup(place)

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
        self._settings.setValue("geometry", self.saveGeometry())
        if self._laid_out:
            self._settings.setValue("docks", self.docks.state())
        self.notice.hush()
        self.inspectors.close_all()
        self.player.close()
        event.accept()


def _column(widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    return column
