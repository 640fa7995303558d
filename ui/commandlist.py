"""The list of the command palette: a model of its entries, and how a line of it is painted.

Rules: two rows of text a line: the label with the letters that were found, and its keys; below, where it stands in the
menus and what it does, or why it cannot be done now. A screen reader gets both as one sentence.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui.plain import as_tip
from ui.theme import ThemeSwitch, font

Index = QModelIndex | QPersistentModelIndex
ASIDE, ABOVE, LEAD = 12, 5, 1.05
ROLE = Qt.ItemDataRole


@dataclass(frozen=True)
class Entry:
    """places: letters of the label that were found. why_not: empty while it is possible."""

    id: str
    label: str
    place: str
    says: str
    keys: str
    why_not: str
    ticked: bool
    do: Callable[[], None]
    places: tuple[int, ...] = ()

    def marked(self, places: tuple[int, ...]) -> "Entry":
        """The same, with the letters that were found."""
        return replace(self, places=places)

    @property
    def below(self) -> str:
        """The second row."""
        return " · ".join(filter(None, (self.place, f"not now: {self.why_not}" if self.why_not else self.says)))


class Entries(QAbstractListModel):
    """What is offered."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: list[Entry] = []

    def show(self, entries: list[Entry]) -> None:
        """Others."""
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    # Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 Qt's own default
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = ROLE.DisplayRole) -> object:
        entry = self.entries[index.row()]
        if role == ROLE.DisplayRole:
            return entry.label
        if role == ROLE.ToolTipRole:
            return as_tip(entry.why_not or entry.says) or None
        if role == ROLE.AccessibleTextRole:
            keys = f", {entry.keys}" if entry.keys else ""
            return f"{entry.label}{', on' if entry.ticked else ''}{keys}. {entry.below}"
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        return flags | Qt.ItemFlag.ItemNeverHasChildren


class Lines(QStyledItemDelegate):
    """Paints a line."""

    def __init__(self, theme: ThemeSwitch, entries: Entries, view: QListView) -> None:
        super().__init__(view)
        self._theme, self._entries = theme, entries

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        high = QFontMetricsF(font("body")).height() + QFontMetricsF(font("small")).height()
        return QSize(200, round(high * LEAD) + 2 * ABOVE)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry = self._entries.entries[index.row()]
        theme = self._theme.current
        box = QRectF(option.rect)
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.accent_soft)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 7, 7)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.hover)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 7, 7)
        small, body = font("small"), font("body")
        first = QRectF(
            box.left() + ASIDE, box.top() + ABOVE, box.width() - 2 * ASIDE, QFontMetricsF(body).height() * LEAD
        )
        keys = QFontMetricsF(small).horizontalAdvance(entry.keys)
        painter.setFont(small)
        painter.setPen(theme.muted)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(first, middle | Qt.AlignmentFlag.AlignRight, entry.keys)
        room = first.adjusted(0, 0, -(keys + ASIDE if keys else 0), 0)
        _label(painter, body, room, ("✓ " if entry.ticked else "") + entry.label,
               {place + (2 if entry.ticked else 0) for place in entry.places},
               (theme.faint if entry.why_not else theme.text, theme.accent_text))  # fmt: skip
        second = QRectF(first.left(), first.bottom(), first.width(), QFontMetricsF(small).height() * LEAD)
        painter.setFont(small)
        painter.setPen(theme.muted)
        text = QFontMetricsF(small).elidedText(entry.below, Qt.TextElideMode.ElideRight, second.width())
        painter.drawText(second, middle | Qt.AlignmentFlag.AlignLeft, text)
        painter.restore()


def _label(painter: QPainter, plain: QFont, room: QRectF, text: str, found: set[int], inks: tuple) -> None:
    """The letters that were found stand out by weight and colour."""
    bold = QFont(plain)
    bold.setWeight(QFont.Weight.Bold)
    x, at = room.left(), 0
    text = QFontMetricsF(bold).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
    while at < len(text):
        end = at + 1
        while end < len(text) and (end in found) == (at in found):
            end += 1
        used = bold if at in found else plain
        painter.setFont(used)
        painter.setPen(inks[1] if at in found else inks[0])
        part = text[at:end]
        painter.drawText(QRectF(x, room.top(), room.width(), room.height()), Qt.AlignmentFlag.AlignVCenter, part)
        x += QFontMetricsF(used).horizontalAdvance(part)
        at = end
