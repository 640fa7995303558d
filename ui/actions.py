"""The one table of actions. Menus, buttons, shortcuts and the `?` sheet all read it.

Rules: an action is a row: id, label, keys, whether it is possible now (else why not, as a sentence for its tooltip),
and what it does. The rows stand in `ui/acts/`, a file for each menu; nothing else in the window makes a QAction.
"""

from PySide6.QtCore import QObject, QSettings, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from ui import operations
from ui.acts import branches, classroom, compare, draw, edit, file, inspect, live, present, run, time, view, why
from ui.acts import help as help_
from ui.acts.context import Context
from ui.plain import as_entry, as_tip
from ui.rows import Row
from ui.shortcuts import Shortcuts, native

MENUS = ("File", "Edit", "Run", "Time", "Network", "Class", "View", "Present", "Help")


def table(ctx: Context) -> list[Row]:
    """All actions, in the order of the menus."""
    rows: list[Row] = []
    rows += file.rows(ctx)
    rows += edit.rows(ctx)
    rows += draw.rows(ctx)
    rows += run.rows(ctx)
    rows += live.rows(ctx)
    rows += time.rows(ctx)
    rows += branches.rows(ctx)
    rows += compare.rows(ctx)
    rows += why.rows(ctx)
    rows += operations.operations(ctx.view.studio.deeds, ctx.focus, ctx.view)
    rows += classroom.rows(ctx)
    rows += inspect.rows(ctx)
    rows += view.rows(ctx)
    rows += present.view_rows(ctx)
    rows += present.rows(ctx)
    rows += help_.rows(ctx, rows)
    return rows


class Actions(QObject):
    """The table as QActions of one window. `refresh` after anything that decides what is possible.

    Rows ask parts of the window that are made after this: with `early`, nobody is asked before `begin`.
    """

    def __init__(
        self, rows: list[Row], window: QWidget, settings: QSettings | None = None, early: bool = False
    ) -> None:
        super().__init__(window)
        self.rows = rows
        self._early = early
        self.shortcuts = Shortcuts(rows, settings, self)
        self._actions: dict[str, QAction] = {}
        self._said: dict[str, tuple[str, str]] = {}  # why not, and the label, as Qt was told last
        groups: dict[str, QActionGroup] = {}
        for row in rows:
            action = QAction(row.label, window)
            action.setObjectName(row.id)
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            action.triggered.connect(lambda _=False, do=row.do: do())
            if row.ticked is not None:
                action.setCheckable(True)
                if row.one_of:
                    groups.setdefault(row.submenu, QActionGroup(window)).addAction(action)
            window.addAction(action)
            self._actions[row.id] = action
        self.shortcuts.changed.connect(self._hand_out_keys)
        self.shortcuts.changed.connect(self.refresh)
        self._hand_out_keys()
        self.refresh()

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def begin(self) -> None:
        """The window is whole."""
        self._early = False
        self.refresh()

    def refresh(self) -> None:
        """Say anew what is possible and what is ticked."""
        if self._early:
            return
        for row in self.rows:
            action = self._actions[row.id]
            why_not, now = row.why_not(), row.label if row.now is None else row.now()
            if row.ticked is not None:
                action.setChecked(row.ticked())
            if self._said.get(row.id) == (why_not, now):  # telling Qt what it knows costs more than finding out
                continue
            self._said[row.id] = why_not, now
            action.setEnabled(not why_not)
            action.setText(as_entry(now))
            keys = ", ".join(map(native, self.shortcuts.keys(row)))
            tip = row.says or now.removesuffix("…")
            action.setToolTip(as_tip(why_not or (f"{tip} ({keys})" if keys else tip)))

    def fill(self, bar: QMenuBar) -> dict[str, QMenu]:
        """Make the menus; returns them by name."""
        menus = {name: bar.addMenu(name) for name in MENUS}
        for row in self.rows:
            menu = menus[row.menu]
            if row.line:
                menu.addSeparator()
            if row.submenu:
                if row.submenu not in menus:
                    menus[row.submenu] = menu.addMenu(row.submenu)
                menu = menus[row.submenu]
            menu.addAction(self._actions[row.id])
        for menu in menus.values():
            menu.setToolTipsVisible(True)
            menu.aboutToShow.connect(self.refresh)
        return menus

    def _hand_out_keys(self) -> None:
        self._said.clear()
        for row in self.rows:
            self._actions[row.id].setShortcuts([QKeySequence(key) for key in self.shortcuts.keys(row)])
