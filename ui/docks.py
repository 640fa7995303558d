"""The panels around the map as docks: to the right of it one beside the other, below it in a drawer.

Rules: a row of DOCKS says where a panel is at first; a panel is made when it is first seen or asked for. A dock shows
a title only while it floats: in its place the tab says it. Where everything is, is remembered by whoever keeps `state`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import partial

from PySide6.QtCore import QByteArray, QEvent, QObject, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QMenu,
    QPushButton,
    QTabBar,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from ui.theme import ThemeSwitch

VERSION = 1  # of the remembered layout: another one is not understood
MAP_SHARE, SIDE_SHARE, LEAST_SIDE = 2, 1, 330  # of the width; px
DRAWER_SHARE, LEAST_DRAWER = 0.36, 140  # of the height; px
USEFUL = 145  # px at 100 %: a panel below the map with its fields, a head, some lines, and the line it is drawn by


class Side(Enum):
    """Where a dock is at first."""

    RIGHT = Qt.DockWidgetArea.RightDockWidgetArea
    BELOW = Qt.DockWidgetArea.BottomDockWidgetArea


@dataclass(frozen=True)
class Dock:
    """A panel: its title on the tab, and its key."""

    id: str
    title: str
    side: Side
    keys: tuple[str, ...] = ()
    says: str = ""


DOCKS = (
    Dock("plots", "Plots", Side.RIGHT, ("Alt+1",), "Latency, staleness and messages over time"),
    Dock("details", "Inspector", Side.RIGHT, ("Alt+2",), "What is selected, and why it is as it is"),
    Dock("lesson", "Lesson", Side.RIGHT, ("Alt+3",), "What the scenario teaches and must show"),
    Dock("log", "Log", Side.BELOW, ("Alt+4",), "Every event, with filters"),
    Dock("sequence", "Sequence", Side.BELOW, ("Alt+5",), "Who told whom what, and when: a lane for each provider"),
    Dock("compare", "Compare", Side.BELOW, ("Alt+6",), "Two runs in numbers and curves"),
    Dock("narration", "Narration", Side.BELOW, ("Alt+7",), "What happened, in sentences"),
    Dock("class", "Class", Side.BELOW, ("Alt+8",), "Who is in the class, its code, and what was said"),
)
FIRST = {Side.RIGHT: "plots", Side.BELOW: "log"}  # the tab in front at first


class Docks(QObject):
    """The docks of `bench`, a main window in the window: its central widget is the map.

    Where there is no room for the map and a panel below it, the panel takes the place of the map until it is closed:
    a button above it says so.
    """

    changed = Signal()  # a panel was shown, hidden, or came to the front
    picked = Signal()  # a tab was clicked

    def __init__(self, bench: QMainWindow, theme: ThemeSwitch) -> None:
        super().__init__(bench)
        self._bench, self._theme = bench, theme
        self._rows = {row.id: row for row in DOCKS}
        self._docks: dict[str, QDockWidget] = {}
        self._makers: dict[str, Callable[[], QWidget]] = {}
        self._panels: dict[str, QWidget] = {}
        self._front = FIRST[Side.BELOW]  # of the drawer, when it is opened
        self._busy = False
        self._middle: QWidget | None = None
        self.uncovers = QPushButton("Show the map")
        self.uncovers.setToolTip("There is no room for the map and this panel: closes the panel")
        self.uncovers.clicked.connect(self.uncover)
        self._settle = QTimer(self, singleShot=True, interval=0)
        self._settle.timeout.connect(self._make_those_seen)
        bench.setDockOptions(QMainWindow.DockOption.AllowTabbedDocks | QMainWindow.DockOption.AllowNestedDocks)
        bench.setDocumentMode(True)
        for side in Side:
            bench.setTabPosition(side.value, QTabWidget.TabPosition.North)
        bench.setCorner(Qt.Corner.BottomRightCorner, Side.RIGHT.value)
        bench.installEventFilter(self)
        self.changed.connect(self._share_height)
        theme.changed.connect(self._share_height)

    def set_middle(self, middle: QWidget) -> None:
        """What the panels are around: the map and its bar."""
        self._middle, ground = middle, QWidget()
        column = QVBoxLayout(ground)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(middle)
        column.addWidget(self.uncovers, 0, Qt.AlignmentFlag.AlignCenter)
        self.uncovers.hide()
        self._bench.setCentralWidget(ground)

    def add(self, name: str, make: Callable[[], QWidget]) -> None:
        """The panel of a row of DOCKS."""
        row = self._rows[name]
        dock = QDockWidget(row.title, self._bench)
        dock.setObjectName(f"dock-{name}")
        dock.setTitleBarWidget(QWidget())
        dock.topLevelChanged.connect(partial(self._title, dock))
        dock.visibilityChanged.connect(partial(self._seen, name))
        self._docks[name] = dock
        self._makers[name] = make

    def __getitem__(self, name: str) -> QWidget:
        """A panel, made if it was not yet."""
        if name not in self._panels:
            panel = self._panels[name] = self._makers[name]()
            panel.setMinimumWidth(LEAST_SIDE if self._rows[name].side is Side.RIGHT else 0)
            low = 0 if self._rows[name].side is Side.RIGHT else max(LEAST_DRAWER, panel.minimumHeight())
            panel.setMinimumHeight(low)
            if not panel.accessibleName():
                panel.setAccessibleName(self._rows[name].title)
            self._docks[name].setWidget(panel)
        return self._panels[name]

    def reset(self) -> None:
        """Everything where it was at first."""
        with self._arranging():
            self._begin()

    def _begin(self) -> None:
        for each in self._docks.values():  # all of them first, or Qt leaves tabs behind of those that were together
            each.setFloating(False)
            self._bench.removeDockWidget(each)
        for side in Side:
            before: QDockWidget | None = None
            for row in DOCKS:
                dock = self._docks.get(row.id)
                if dock is None or row.side is not side:
                    continue
                self._bench.addDockWidget(side.value, dock)
                if before is not None:
                    self._bench.tabifyDockWidget(before, dock)
                dock.setVisible(side is Side.RIGHT)
                before = dock
        self._front = FIRST[Side.BELOW]
        width = self._bench.window().width()  # its own is not yet laid out where a file is opened at once
        right = [self._docks[FIRST[Side.RIGHT]]]
        side_width = max(LEAST_SIDE, width * SIDE_SHARE // (MAP_SHARE + SIDE_SHARE))
        self._bench.resizeDocks(right, [side_width], Qt.Orientation.Horizontal)
        self.show(FIRST[Side.RIGHT])

    def show(self, name: str) -> None:
        """Bring a panel to the front."""
        dock = self._docks[name]
        fresh = not dock.isVisible() and self._is_below(name) and not self.drawer_is_open()
        _ = self[name]
        dock.show()
        dock.raise_()
        if fresh:
            self._bench.resizeDocks([dock], [self._drawer_height()], Qt.Orientation.Vertical)
        if self._is_below(name):
            self._front = name
        self.changed.emit()

    def hide(self, name: str) -> None:
        """Close a panel."""
        self._docks[name].hide()
        self.changed.emit()

    def is_shown(self, name: str) -> bool:
        """Whether a panel is in sight: not closed, and not behind another."""
        dock = self._docks.get(name)
        if dock is None or not dock.isVisible():
            return False
        tabs = None if dock.isFloating() else self._tabs_of(dock)
        return tabs is None or tabs.tabText(tabs.currentIndex()) == dock.windowTitle()

    def drawer_is_open(self) -> bool:
        """Whether anything is shown below the map."""
        return any(dock.isVisible() for name, dock in self._docks.items() if self._is_below(name))

    def toggle_drawer(self) -> None:
        """Open what was open below the map last, or close all of it."""
        if not self.drawer_is_open():
            self.show(self._front)
            return
        for name, dock in self._docks.items():
            if self._is_below(name) and dock.isVisible():
                if self.is_shown(name):
                    self._front = name
                dock.hide()
        self.changed.emit()

    def has_room(self) -> bool:
        """Whether a panel below the map leaves the map in sight."""
        return self._middle is None or self._needed() <= self._bench.height()

    def uncover(self) -> None:
        """Close what has taken the place of the map."""
        if self._middle is not None and self._middle.isHidden():
            self.toggle_drawer()

    def state(self) -> QByteArray:
        """Where everything is, to be remembered."""
        return self._bench.saveState(VERSION)

    def restore(self, state: object) -> None:
        """As `state` said; as at first where it says nothing."""
        with self._arranging():
            self._begin()
            if isinstance(state, QByteArray) and not self._bench.restoreState(state, VERSION):
                self._begin()

    def float_away(self, floating: bool) -> None:
        """Hide panels that float while there is nothing open, and bring them back."""
        for dock in self._docks.values():
            if dock.isFloating():
                dock.setVisible(floating)

    def _share_height(self) -> None:
        """The map gives way where it would leave a panel below it no more than a line or two."""
        ground = self._bench.centralWidget()
        if self._middle is None or ground is None:
            return
        below = [dock for name, dock in self._docks.items() if dock.isVisible() and self._is_below(name)][:1]
        covers, covered = bool(below) and not self.has_room(), self._middle.isHidden()
        if covers is not covered:
            gone, come = (self._middle, self.uncovers) if covers else (self.uncovers, self._middle)
            gone.hide()  # first, or both would make the window grow; what they lie on stays, and keeps its width
            come.show()
            for part in (ground, self._bench):
                layout = part.layout()
                assert layout is not None, "both have one"
                layout.activate()  # or there would be no more room than before
        if covers or covered:
            height = self._bench.height() if covers else self._drawer_height()
            self._bench.resizeDocks(below, [height] * len(below), Qt.Orientation.Vertical)

    def _needed(self) -> int:
        assert self._middle is not None, "asked only with one"
        return self._middle.minimumSizeHint().height() + round(USEFUL * self._theme.scale)

    def _drawer_height(self) -> int:
        return max(LEAST_DRAWER, round(USEFUL * self._theme.scale), round(self._bench.height() * DRAWER_SHARE))

    def _is_beside(self, name: str) -> bool:
        dock = self._docks[name]
        return not dock.isFloating() and self._bench.dockWidgetArea(dock) == Side.RIGHT.value

    def _is_below(self, name: str) -> bool:
        dock = self._docks[name]
        return not dock.isFloating() and self._bench.dockWidgetArea(dock) == Side.BELOW.value

    def _tabs_of(self, dock: QDockWidget) -> QTabBar | None:
        """The tabs in which it is one of several."""
        for tabs in self._bench.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            if any(tabs.tabText(i) == dock.windowTitle() for i in range(tabs.count())):
                return tabs
        return None

    def _title(self, dock: QDockWidget, floating: bool) -> None:
        dock.setTitleBarWidget(None if floating else QWidget())  # type: ignore[arg-type]  # None: Qt's own title bar

    @contextmanager
    def _arranging(self) -> Iterator[None]:
        """Docks come and go while they are being placed: nothing is made for that."""
        self._busy = True
        try:
            yield
        finally:
            self._busy = False
        self._settle.start()  # which tab is in front, Qt knows when it has laid them out
        self.changed.emit()

    def _make_those_seen(self) -> None:
        for name in self._docks:
            if self.is_shown(name):
                _ = self[name]
        self.changed.emit()

    def _seen(self, name: str, visible: bool) -> None:
        if visible and name not in self._panels:
            self._settle.start()
        if not self._busy:
            self.changed.emit()

    def _dock_of(self, tabs: QTabBar, index: int) -> QDockWidget | None:
        titles = {dock.windowTitle(): dock for dock in self._docks.values()}
        return titles.get(tabs.tabText(index))

    def _offer(self, tabs: QTabBar, at: QPoint) -> None:
        dock = self._dock_of(tabs, tabs.tabAt(at))
        if dock is None:
            return
        menu = QMenu(tabs)
        menu.addAction("A window of its own", lambda: dock.setFloating(True))
        menu.addAction("Close", dock.hide)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(tabs.mapToGlobal(at))

    # Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ChildPolished:
            self._wire_tabs()
        elif event.type() == QEvent.Type.Resize and isinstance(event, QResizeEvent) and watched is self._bench:
            self._keep_shares(event.oldSize(), event.size())
            self._share_height()
        elif event.type() == QEvent.Type.LayoutRequest and watched is self._middle and self._is_wrong():
            self._share_height()  # a banner above the map came or went
        return False

    def _is_wrong(self) -> bool:
        return (
            self._middle is not None and (self.drawer_is_open() and not self.has_room()) is not self._middle.isHidden()
        )

    def _keep_shares(self, before: QSize, after: QSize) -> None:
        """A smaller window takes its width from the panels as well as from the map."""
        beside = [dock for name, dock in self._docks.items() if dock.isVisible() and self._is_beside(name)]
        if beside and before.width() > 0 and after.width() != before.width():
            wide = max(LEAST_SIDE, round(beside[0].width() * after.width() / before.width()))
            self._bench.resizeDocks(beside[:1], [wide], Qt.Orientation.Horizontal)

    def _wire_tabs(self) -> None:
        """Qt makes the tab bars itself, when docks come to lie on each other."""
        for tabs in self._bench.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            if tabs.property("wired"):
                continue
            tabs.setProperty("wired", True)
            tabs.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            tabs.customContextMenuRequested.connect(partial(self._offer, tabs))
            tabs.tabBarClicked.connect(lambda _: self.picked.emit())
