"""Pieces that panels of text are built from: a text, a form of facts, a table, a rule.

Rules: they take what they show and the theme, and know nothing of runs.
"""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFormLayout, QFrame, QGridLayout, QLabel

from ui.panels.details_text import Fact, unbroken
from ui.plain import plain_label
from ui.theme import Theme, font

LEFT, RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight


def label(text: str, role: str, ink: QColor, align: Qt.AlignmentFlag = LEFT) -> QLabel:
    """A text that wraps and can be copied."""
    made = plain_label(text)
    made.setWordWrap(True)
    made.setAlignment(align)
    made.setFont(font(role))
    made.setStyleSheet(f"color: {ink.name()};")
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def form(rows: Sequence[Fact], theme: Theme) -> QFormLayout:
    """What each thing is called, and what it is."""
    made = QFormLayout()
    made.setHorizontalSpacing(16)
    made.setVerticalSpacing(4)
    made.setLabelAlignment(LEFT)
    made.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    for name, value in rows:
        made.addRow(label(name, "body", theme.muted), label(unbroken(value), "body", theme.text))
    return made


def table(head: Sequence[str], rows: Sequence[tuple[str, ...]], theme: Theme) -> QGridLayout:
    """Numbers under a head, a row each; the first column says what they are."""
    made = QGridLayout()
    made.setHorizontalSpacing(18)
    made.setVerticalSpacing(4)
    for line, cells in enumerate((tuple(head), *rows)):
        for column, cell in enumerate(cells):
            ink = theme.text if column and line else theme.muted
            shown = label(unbroken(cell), "body", ink, RIGHT if column else LEFT)
            shown.setWordWrap(not column)
            made.addWidget(shown, line, column)
    made.setColumnStretch(0, 1)
    return made


def rule(theme: Theme) -> QFrame:
    """A line between two parts."""
    line = QFrame()
    line.setFixedHeight(1)
    line.setStyleSheet(f"background: {theme.line.name()};")
    return line
