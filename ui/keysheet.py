"""The sheet of keys (`?`): every action with its keys, by menu; searched by typing, changed by pressing another key.

Rules: reads the action table and asks `Shortcuts` for everything; a change is in force at once, so there is nothing to
confirm. `as_text` is the same sheet for paper.
"""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QKeyCombination, Qt
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ui.fuzzy import fit
from ui.plain import as_tip, plain_label
from ui.rows import Row
from ui.shortcuts import Shortcuts, native, portable

HOW = "Click a key and press another to change it; Delete takes it away, Escape leaves it as it is."
ALONE = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr, Qt.Key.Key_CapsLock)


def as_text(rows: list[Row], shortcuts: Shortcuts) -> str:
    """All actions that have a key, by menu, in two columns."""
    lines: list[str] = []
    shown = [(row, ", ".join(map(native, shortcuts.keys(row)))) for row in rows]
    wide = max((len(keys) for _, keys in shown), default=0)
    for menu in dict.fromkeys(row.menu for row in rows):
        mine = [f"  {keys:<{wide}}  {_says(row)}" for row, keys in shown if row.menu == menu and keys]
        lines += [menu, *mine, ""] if mine else []
    return "\n".join(lines)


def key_of(event: QKeyEvent) -> str:
    """The key that was pressed, as the table writes it; empty for Shift and the like alone."""
    key, modifiers = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if key in ALONE or key == Qt.Key.Key_unknown:
        return ""
    text = event.text()
    if text.isprintable() and text and not text.isalnum() and text != " ":
        modifiers &= ~Qt.KeyboardModifier.ShiftModifier  # "?" is "?" on every keyboard, wherever it lies
    return QKeySequence(QKeyCombination(modifiers, key)).toString(QKeySequence.SequenceFormat.PortableText)


class KeySheet(QDialog):
    """shortcuts: what is shown and changed."""

    def __init__(self, rows: list[Row], shortcuts: Shortcuts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self._all, self._shortcuts = rows, shortcuts
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find an action, or a key such as Ctrl+S")
        self.search.setAccessibleName("Find an action or a key")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.says = plain_label(" ".join(shortcuts.faults) or HOW)
        self.says.setWordWrap(True)
        self.says.setProperty("role", "muted")
        self._swap = QPushButton()
        self._swap.clicked.connect(self._take_over)
        self._swap.hide()
        self._wanted: tuple[Row, str, str] | None = None  # the action, the key that another has, instead of which
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._lines: list[tuple[Row, list[QWidget]]] = []
        self._headings: dict[str, QLabel] = {}
        self._cells: dict[str, QHBoxLayout] = {}
        self._scroll.setWidget(self._page())
        reset, copy, close = QPushButton("Reset all keys"), QPushButton("Copy as text"), QPushButton("Close")
        reset.clicked.connect(self._reset_all)
        copy.clicked.connect(self._copy)
        close.clicked.connect(self.reject)
        for button in (reset, copy, close, self._swap):
            button.setAutoDefault(False)
        told = QHBoxLayout()
        told.addWidget(self.says, 1)
        told.addWidget(self._swap)
        below = QHBoxLayout()
        below.addWidget(reset)
        below.addWidget(copy)
        below.addStretch()
        below.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(10)
        column.addWidget(self.search)
        column.addWidget(self._scroll, 1)
        column.addLayout(told)
        column.addLayout(below)
        shortcuts.changed.connect(self._show_keys)
        self._show_keys()
        unit = self.fontMetrics().height()
        self.resize(44 * unit, 46 * unit)

    def shown(self) -> list[str]:
        """The ids of the actions that are listed now."""
        return [row.id for row, parts in self._lines if not parts[0].isHidden()]

    def _page(self) -> QWidget:
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(4, 2, 12, 6)
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        line = 0
        for menu in dict.fromkeys(row.menu for row in self._all):
            heading = self._headings[menu] = plain_label(menu)
            heading.setProperty("role", "heading")
            heading.setContentsMargins(0, 8, 0, 0)
            grid.addWidget(heading, line, 0, 1, 2)
            line += 1
            for row in (row for row in self._all if row.menu == menu):
                says = QWidget()
                words = QHBoxLayout(says)
                words.setContentsMargins(0, 0, 0, 0)
                words.setSpacing(10)
                more = plain_label(row.says)
                more.setWordWrap(True)
                more.setProperty("role", "muted")
                words.addWidget(plain_label(_says(row)))
                words.addWidget(more, 1)
                cell = QWidget()
                keys = self._cells[row.id] = QHBoxLayout(cell)
                keys.setContentsMargins(0, 0, 0, 0)
                keys.setSpacing(4)
                grid.addWidget(says, line, 0)
                grid.addWidget(cell, line, 1, Qt.AlignmentFlag.AlignRight)
                self._lines.append((row, [says, cell]))
                line += 1
        grid.setRowStretch(line, 1)
        return page

    def _show_keys(self) -> None:
        """Fill the cells whose keys have changed."""
        for row in self._all:
            cell, keys = self._cells[row.id], self._shortcuts.keys(row)
            wanted = [*keys, "reset"] if self._shortcuts.is_changed(row) else list(keys)
            if cell.property("keys") == wanted:
                continue
            cell.setProperty("keys", wanted)
            while (item := cell.takeAt(0)) is not None:
                part = item.widget()
                if part is not None:
                    part.hide()
                    part.deleteLater()
            for key in keys:
                cell.addWidget(KeyButton(key, f"{native(key)}: {_says(row)}", partial(self._press, row, key)))
            cell.addWidget(KeyButton("", f"Add a key: {_says(row)}", partial(self._press, row, "")))
            if self._shortcuts.is_changed(row):
                back = QPushButton("Reset")
                back.setProperty("role", "flat")
                back.setAutoDefault(False)
                back.setToolTip(as_tip(f"Back to {', '.join(map(native, row.keys)) or 'no key'}"))
                back.setAccessibleName(f"Reset the keys of {_says(row)}")
                back.clicked.connect(partial(self._reset, row))
                cell.addWidget(back)

    def _press(self, row: Row, old: str, new: str) -> None:
        """A key was pressed in the place of `old`; "" takes it away."""
        self._swap.hide()
        if not new:
            if old:
                self._shortcuts.drop(row.id, old)
                self._tell(f"{native(old)} does nothing any more.")
            return
        why_not = self._shortcuts.why_not(new)
        owner = self._shortcuts.owner(new, but=row.id)
        if why_not:
            self._tell(f"{native(new)} cannot be chosen. {why_not}")
        elif owner is not None:
            self._tell(f"{native(new)} is the key of “{_says(owner)}” already.")
            self._swap.setText(f"Use it here, not there ({native(new)})")
            self._wanted = row, new, old
            self._swap.show()
            self._swap.setFocus()
        else:
            self._give(row, new, old)

    def _give(self, row: Row, new: str, old: str) -> None:
        self._swap.hide()
        self._shortcuts.give(row.id, new, old)
        self._tell(f"{native(new)} is now the key of “{_says(row)}”.")

    def _take_over(self) -> None:
        if self._wanted is not None:
            self._give(*self._wanted)

    def _reset(self, row: Row) -> None:
        self._swap.hide()
        self._shortcuts.reset(row.id)
        self._tell(f"“{_says(row)}” has its usual keys again.")

    def _reset_all(self) -> None:
        self._swap.hide()
        self._shortcuts.reset_all()
        self._tell("All keys are the usual ones again.")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(as_text(self._all, self._shortcuts))
        self._tell("The sheet is in the clipboard, to be pasted and printed.")

    def _tell(self, text: str) -> None:
        self.says.setText(text)
        self.says.setAccessibleName(text)

    def _filter(self, typed: str) -> None:
        key = portable(typed.strip())
        menus = set()
        for row, parts in self._lines:
            keys = self._shortcuts.keys(row)
            texts = ((row.label, 1.0), (row.says, 0.6), (row.menu, 0.5), (" ".join(map(native, keys)), 1.0))
            fits = fit(typed, texts) is not None or bool(key and key in map(portable, keys))
            for part in parts:
                part.setVisible(fits)
            if fits:
                menus.add(row.menu)
        for menu, heading in self._headings.items():
            heading.setVisible(menu in menus)


class KeyButton(QPushButton):
    """A key of an action. Clicked, it waits for another, and tells it; "" for Delete."""

    def __init__(self, key: str, name: str, pressed: Callable[[str], None]) -> None:
        super().__init__(native(key) or "add")
        self._text, self._tell = self.text(), pressed
        self._waits = False
        self.setProperty("role", "chip" if key else "flat")
        self.setAutoDefault(False)
        self.setAccessibleName(name)
        self.setToolTip("Press another key in its place" if key else "Add a key")
        self.clicked.connect(self._wait)

    def _wait(self) -> None:
        self._waits = True
        self.setText("press a key …")

    def _leave(self) -> None:
        self._waits = False
        self.setText(self._text)

    # Qt

    def event(self, event: QEvent) -> bool:
        if self._waits and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()  # no shortcut is to fire, and Tab is not to leave
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._take(event)
                return True
        return super().event(event)

    def _take(self, event: QKeyEvent) -> None:
        if not event.modifiers() and event.key() == Qt.Key.Key_Escape:
            self._leave()
            return
        gone = not event.modifiers() and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
        key = "" if gone else key_of(event)
        if key or gone:
            self._leave()
            self._tell(key)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._leave()
        super().focusOutEvent(event)


def _says(row: Row) -> str:
    """An action by its name, with its submenu where the name alone says little."""
    return ": ".join(filter(None, (row.submenu, row.label.removesuffix("…"))))
