"""The command palette: everything that can be done or gone to, found by a few letters (Ctrl+Shift+P).

Rules: shows the rows of the action table and what `jumps` answers; does nothing itself. What is impossible now stays in
the list with its reason. What was used last comes first while nothing is typed; ids alone are remembered.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSettings, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QLineEdit, QListView, QVBoxLayout, QWidget

from ui.actions import Actions
from ui.commandlist import Entries, Entry, Lines
from ui.fuzzy import fit
from ui.jumps import Jump
from ui.plain import plain_label
from ui.shortcuts import native
from ui.theme import ThemeSwitch

WIDTH, BESIDE, ABOVE = 680, 16, 44  # px at 100 %
SHOWN = 9  # entries without scrolling
REMEMBERED = 30
MOST = 60  # entries in the list: nobody reads on, and typing stays quick
LABEL, PLACE, SAYS = 1.0, 0.5, 0.3  # what a word found there is worth
IMPOSSIBLE = 0.75  # likewise, of what cannot be done now
SETTING = "commands/recent"
STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: SHOWN - 1, Qt.Key.Key_PageUp: 1 - SHOWN}
NOTHING = "Nothing fits. Try fewer letters, a time such as 12.5 s, a key or a provider."


@dataclass(frozen=True)
class _Found:
    worth: float
    entry: Entry


class CommandBar(QFrame):
    """Lies over `window` while it is open. jumps: what can be gone to, for what was typed."""

    def __init__(
        self,
        window: QWidget,
        actions: Actions,
        jumps: Callable[[str], Sequence[Jump]],
        theme: ThemeSwitch,
        settings: QSettings,
    ) -> None:
        super().__init__(window)
        self._window, self._actions, self._jumps, self._theme = window, actions, jumps, theme
        self._settings = settings
        self._recent = _ids(settings.value(SETTING, []))
        self._before: QWidget | None = None  # who had the focus
        self._field = QLineEdit()
        self._field.setPlaceholderText("What do you want to do? Or a key, a provider, a time such as 12.5 s")
        self._field.setAccessibleName("Command palette")
        self._field.setAccessibleDescription("Type a few letters; the arrow keys choose, Enter does it, Escape closes")
        self._field.textChanged.connect(self._search)
        self._field.installEventFilter(self)
        self._entries = Entries(self)
        self._list = QListView()
        self._list.setModel(self._entries)
        self._list.setItemDelegate(Lines(theme, self._entries, self._list))
        self._list.setAccessibleName("What fits")
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the arrow keys move in it from the field
        self._list.setUniformItemSizes(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.clicked.connect(self._take)
        self._nothing = plain_label(NOTHING)
        self._nothing.setWordWrap(True)
        self._nothing.setProperty("role", "muted")
        self._nothing.setContentsMargins(10, 6, 10, 8)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self._field)
        column.addWidget(self._list)
        column.addWidget(self._nothing)
        window.installEventFilter(self)
        theme.changed.connect(self._dress)
        QApplication.instance().focusChanged.connect(self._watch)  # type: ignore[union-attr]  # there is one by now
        self.hide()
        self._dress()

    def open(self, typed: str = "") -> None:
        """Show it, ready to be typed into; open already, it closes."""
        if not self.isHidden():
            self.leave()
            return
        self._before = self._window.focusWidget()
        self._actions.refresh()
        self._field.setText(typed)
        self._search(typed)
        self.show()
        self.raise_()
        self._field.setFocus(Qt.FocusReason.PopupFocusReason)

    def leave(self) -> None:
        """Close it; the keys go where they went before."""
        if self.isHidden():
            return
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
        self._before = None

    @property
    def entries(self) -> list[Entry]:
        """What it offers now, the best first."""
        return self._entries.entries

    def _search(self, typed: str) -> None:
        self._entries.show(self._recently() if not typed.strip() else self._fitting(typed))
        self._list.setVisible(bool(self.entries))
        self._nothing.setVisible(not self.entries)
        if self.entries:
            self._list.setCurrentIndex(self._entries.index(0))
            self._list.scrollToTop()
        self._place()

    def _recently(self) -> list[Entry]:
        """All actions, those used last before the others, what is impossible at the end."""
        order = {name: place for place, name in enumerate(self._recent)}
        return sorted(self._rows(), key=lambda entry: (bool(entry.why_not), order.get(entry.id, len(order))))

    def _fitting(self, typed: str) -> list[Entry]:
        found = []
        for entry in [*self._rows(), *map(_gone_to, self._jumps(typed))]:
            fits = fit(typed, ((entry.label, LABEL), (entry.place, PLACE), (entry.says, SAYS)))
            if fits is not None:
                used = 0.5 if entry.id in self._recent else 0.0
                worth = (fits.worth + used) * (IMPOSSIBLE if entry.why_not else 1.0)
                found.append(_Found(worth, entry.marked(fits.places)))
        found.sort(key=lambda each: -each.worth)
        return [each.entry for each in found[:MOST]]

    def _rows(self) -> list[Entry]:
        return [
            Entry(
                id=row.id,
                label=row.label,
                place=" ▸ ".join(filter(None, (row.menu, row.submenu))),
                says=row.says,
                keys="   ".join(map(native, self._actions.shortcuts.keys(row))),
                why_not=row.why_not(),
                ticked=row.ticked is not None and row.ticked(),
                do=self._actions[row.id].trigger,
            )
            for row in self._actions.rows
        ]

    def _take(self) -> None:
        """Do the one that is chosen. It is closed first, or what is done would find the focus here."""
        at = self._list.currentIndex().row()
        if not 0 <= at < len(self.entries) or self.entries[at].why_not:
            return
        entry = self.entries[at]
        self.leave()
        if entry.id:
            self._recent = [entry.id, *(each for each in self._recent if each != entry.id)][:REMEMBERED]
            self._settings.setValue(SETTING, self._recent)
        entry.do()

    def _step(self, by: int) -> None:
        count = len(self.entries)
        if count:
            at = self._list.currentIndex().row() + by
            at = at % count if abs(by) == 1 else min(max(at, 0), count - 1)
            self._list.setCurrentIndex(self._entries.index(at))

    def _place(self) -> None:
        """At the top, in the middle of the window."""
        scale = self._theme.scale
        width = min(round(WIDTH * scale), self._window.width() - 2 * BESIDE)
        line = self._list.sizeHintForRow(0) if self.entries else 0
        lines = min(len(self.entries), SHOWN)
        room = self._window.height() - ABOVE - 3 * BESIDE - self._field.sizeHint().height()
        self._list.setFixedHeight(max(line, min(lines * line, room // max(1, line) * max(1, line))) + 2)
        height = (
            self._column.totalHeightForWidth(width) if self._nothing.isVisibleTo(self) else self.sizeHint().height()
        )
        self.setGeometry((self._window.width() - width) // 2, ABOVE, width, height)

    def _dress(self) -> None:
        theme = self._theme.current
        self.setStyleSheet(
            f"CommandBar {{ background: {theme.window.name()}; border: 1px solid {theme.outline.name()};"
            " border-radius: 10px; }"
        )
        if not self.isHidden():
            self._search(self._field.text())

    def _watch(self, _: QWidget | None, now: QWidget | None) -> None:
        """Somebody who clicks elsewhere wants it no more."""
        if now is not None and not self.isHidden() and now is not self._field and not self.isAncestorOf(now):
            self._before = None
            self.leave()

    # Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        if watched is self._field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = Qt.Key(event.key())
            if key in STEPS:
                self._step(STEPS[key])
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._take()
                return True
            if key == Qt.Key.Key_Escape:
                self.leave()
                return True
        return False

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, super().sizeHint().height())


def _gone_to(jump: Jump) -> Entry:
    return Entry(
        id="", label=jump.label, place="Go", says=jump.says, keys="", why_not=jump.why_not, ticked=False, do=jump.do
    )


def _ids(kept: object) -> list[str]:
    """What the settings hold, if that is what was written there."""
    names = [kept] if isinstance(kept, str) else kept if isinstance(kept, list) else []
    return [name for name in names if isinstance(name, str)][:REMEMBERED]
