"""Words of others in the window, shown as they are written: never taken for rich text, nor an & for a key.

Rules: Qt guesses (`Qt.mightBeRichText`) in labels, message boxes and tooltips, so a provider called <img src=...> would
be a picture. Labels are made here, tooltips pass `as_tip` unless they are constants, and words that are not our own
pass `as_entry` on their way into a menu, a button or a tab. What hides or reorders the letters beside it is made
visible.
"""

import html

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QWidget

from p4lab.hidden import HIDING

LONGEST = 2_000  # characters of a tooltip; a value may have 64 kB
_SEEN = dict.fromkeys(HIDING, "\ufffd") | {ord("\n"): "\n", ord("\t"): " "}


def seen(text: str) -> str:
    """The text with every control and direction character made visible; lines stay lines."""
    return text if text.isascii() and text.isprintable() else text.translate(_SEEN)


def as_tip(text: str) -> str:
    """The text of a tooltip. Not to be applied twice."""
    shown = seen(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")
    if "<" in shown or "&lt;" in shown:  # without these Qt takes nothing for rich text
        return f'<p style="white-space: pre-wrap">{html.escape(shown, quote=False)}</p>'
    return shown


def as_entry(text: str) -> str:
    """The text of a menu's entry, a button or a tab: one line, and each & is one."""
    return seen(text).replace("\n", " ").replace("&", "&&")


def as_cell(text: str) -> str:
    """The text of a cell in a file for spreadsheets, which take what begins so for a formula (OWASP's list)."""
    if not text.startswith(("=", "+", "-", "@", "\t", "\r")):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text


class PlainLabel(QLabel):
    """A label that shows what it is told as it is written."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    # Qt

    def setText(self, text: str) -> None:
        super().setText(seen(text))


def plain_label(text: str = "", parent: QWidget | None = None) -> PlainLabel:
    """A new one."""
    return PlainLabel(text, parent)


def plain_box(parent: QWidget | None, title: str, text: str, more: str) -> QMessageBox:
    """A question, without its buttons. more: what stands below it."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(title)
    box.setText(text)
    box.setInformativeText(more)
    for label in box.findChildren(QLabel):  # the format that is set above is that of the first text alone
        label.setTextFormat(Qt.TextFormat.PlainText)
    return box
