"""The window: lays out its parts and wires them together.

Rules: makes, places and connects, and decides nothing; at most 250 lines. All wiring is in `_connect_signals`. The
layout is remembered in the settings it is given. Its first frame is the welcome page alone, for which it imports
little: `furnish` brings everything else, by then or at once.
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QRandomGenerator, QRect, QSettings, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget

from ui.guard import guarded
from ui.screens import onto_a_screen
from ui.taste import Taste
from ui.welcome import Welcome

if TYPE_CHECKING:  # they load the engine, pyqtgraph and all panels
    from ui.dialogs import Dialogs
    from ui.document import Document
    from ui.focus import Focus
    from ui.player import Player

SIZE = (1440, 900)
LEAST = (880, 560)
FROZEN = "The class is frozen: nobody can put or get until the teacher lets it go on."
SEEDS = 1_000_000  # a new seed is short enough to be read out


class Window(QMainWindow):
    """Everything a person sees."""

    painted = Signal()  # the first frame; connect it queued, to come after all of it

    def __init__(self, taste: Taste, settings: QSettings) -> None:
        super().__init__()
        self._taste, self._settings = taste, settings
        self.furnished = self._seen = False
        self.setWindowTitle("P4 Lab")
        self.setMinimumSize(*LEAST)
        self.setAcceptDrops(True)
        self._stack = QStackedWidget()
        self.welcome = Welcome(taste.switch)
        self._stack.addWidget(self.welcome)
        self.setCentralWidget(self._stack)
        self.menuBar().addMenu(" ")  # keeps the place of the menus to come
        geometry = settings.value("geometry")
        usual = self.screen().availableGeometry()
        self.resize(*SIZE)
        if not isinstance(geometry, QByteArray) or not self.restoreGeometry(geometry):
            self.setGeometry(QRect(usual.center() - self.rect().center(), self.size()))
        if not self.isMaximized() and not self.isFullScreen():
            others = [each.availableGeometry() for each in QGuiApplication.screens() if each is not self.screen()]
            self.setGeometry(onto_a_screen(self.geometry(), [usual, *others], self.minimumSize()))

    def furnish(self, player: "Player", focus: "Focus", document: "Document", dialogs: "Dialogs") -> None:
        """Everything but the welcome page; once."""
        from ui import furniture as make  # noqa: PLC0415 the first frame does not wait for it

        self._keys = make.keys
        self.player = player
        self.document = document
        self._focus = focus
        self._dialogs = dialogs
        theme = self._taste.switch
        dialogs.window = self
        inner = QMainWindow()  # of its own, so that docks and welcome page know nothing of each other
        self.docks = make.Docks(inner, theme)
        context = make.Context(player, focus, document, self._taste, dialogs, self)
        self.inspectors = make.Inspectors(context)
        self.studio = make.Studio(context)
        self.acts = make.Actions(make.table(context), self, self._settings, early=True)
        self.menuBar().clear()
        menus = self.acts.fill(self.menuBar())
        menus["File"].insertMenu(self.acts["save"], make.RecentMenu(document, self))
        self.opening = make.Opening(player, focus, self)
        self.notice = make.Notice(player, theme, self._stack)
        self.welcome.meet(document)
        self.bench = make.Bench(context, self.acts, self.docks, inner, self.inspectors, self.notice, self._settings)
        self.map, self.bar, self.transport = self.bench.map, self.bench.bar, self.bench.transport
        self.header, self.beside = self.bench.header, self.bench.beside
        self._stack.addWidget(self.bench)
        self.status = make.Status(player, focus, document)
        self.setStatusBar(self.status)
        self.status.hide()
        self.lectern = make.Lectern(context, self._settings)
        self.school = make.School(context, self._settings)
        self._connect_signals()
        self.acts.begin()
        self.furnished = True

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
        self.welcome.lively.connect(self.studio.new_live)
        self.welcome.teaching.connect(lambda: self.school.begin(True))
        self.welcome.joining.connect(lambda: self.school.begin(False))
        self.school.watch.changed.connect(self._hold_still)
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
        player.forked.connect(lambda _: self.docks.uncover())
        player.edge.ended.connect(self.notice.fault)
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
        self.player.reset(QRandomGenerator.global_().bounded(SEEDS))

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

    def _hold_still(self) -> None:
        state = self.school.state
        self.bar.hold(FROZEN if state is not None and state.frozen else "")

    def _leave_fields(self) -> None:
        """Somebody who lets time run types no more: Space and letters are the window's again."""
        if self._keys.typed_into(self.focusWidget()):
            self.map.setFocus()

    def _retitle(self) -> None:
        mark = "● " if self.document.unsaved else ""
        parts = (self.document.title, self.document.model or ("live" if self.document.kind == "live" else ""))
        title = ": ".join(filter(None, parts))
        self.setWindowTitle(f"{mark}{title} – P4 Lab" if title else "P4 Lab")

    def _tell_fork(self, t: float) -> None:
        branch = self.player.branches.current
        former = self.player.branches.of(branch.parent or 1)
        from ui.words import clock  # noqa: PLC0415 it loads the folds

        if former.happens is not None:  # the banner over the map says so, and leads back
            return
        says = f"From {clock(t)} on this is branch {branch.name}; what you had seen is branch {former.name}."
        player, back = self.player, partial(self.player.switch, former.number)
        self.notice.news(says, f"Back to {former.name}", back, lambda: player.branches.number == branch.number)

    # Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._seen:
            self._seen = True
            self.painted.emit()

    @guarded(False)
    def event(self, event: QEvent) -> bool:
        # Asked of the widget with the focus first; what it leaves comes up to here.
        if self.furnished and event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            event.setAccepted(self._keys.keeps(self.focusWidget(), event))
            return event.isAccepted()
        return super().event(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.furnished and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            self.document.open(paths[0])

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.furnished:
            return
        if not self.document.may_leave():
            event.ignore()
            return
        self.document.forget()
        self._settings.setValue("geometry", self.saveGeometry())
        self.bench.remember()
        self.notice.hush()
        self.beside.comparison.end()
        self.inspectors.close_all()
        self.school.close()
        self.player.close()
        event.accept()
