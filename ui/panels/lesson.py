"""The lesson: what the scenario tells about itself, and what its run must show, judged once the run is known.

Rules: Markdown is shown as text alone: nothing is fetched, no link is followed. It is judged by `p4lab.scenario.expect`
over the same report that the command line prints.
"""

from typing import Any

from PySide6.QtCore import QByteArray, QUrl
from PySide6.QtGui import QColor, QFont, QTextBlockFormat, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextBrowser, QVBoxLayout, QWidget

from p4lab.scenario.expect import Verdict, judge
from p4lab.scenario.model import Expect
from ui.panels.pulse import Pulse
from ui.player import Player
from ui.theme import ThemeSwitch, font

LINE = 128  # % of the usual line height: text to be read, not scanned
# HTML within it would be shown, or swallow the text behind it: a tag is text
MARKDOWN = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML
HOLDS, FAILS, OPEN = "✓", "✗", "○"


class LessonPanel(QWidget):
    """The panel."""

    def __init__(self, player: Player, themes: ThemeSwitch) -> None:
        super().__init__()
        self._player, self._themes = player, themes
        self.page = _Page()
        self.page.setAccessibleName("Lesson")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 4, 4)
        layout.addWidget(self.page)
        self._verdicts: list[Verdict] | None = None
        self._judged = -1  # events of the run that was judged
        self._shown: object = None
        self._pulse = Pulse(self, self.refresh, player.turns)
        player.sampled.connect(self._pulse.ask)
        player.sessionChanged.connect(self._forget)
        themes.changed.connect(self._restyle)
        self._pulse.ask()

    def refresh(self) -> None:
        """Judge if the run is over, and write the page anew if that changes it."""
        player = self._player
        expects = player.session.scenario.expect
        if not player.complete:
            self._verdicts, self._judged = None, -1
        elif expects and self._judged != len(player.trace):
            report = player.metrics.report(player.duration, player.digest())
            self._verdicts = [judge(report, expect) for expect in expects]
            self._judged = len(player.trace)
        state = (player.session, self._judged, self._themes.current.name, self._themes.scale)
        if state != self._shown:
            self._shown = state
            self._write()

    def _forget(self) -> None:
        self._verdicts, self._judged, self._shown = None, -1, None
        self._pulse.ask()

    def _restyle(self) -> None:
        self._shown = None
        self._pulse.ask()

    def _write(self) -> None:
        scenario = self._player.session.scenario
        place = self.page.verticalScrollBar().value()
        document = self.page.document()
        document.setDefaultFont(font("body"))
        document.setDocumentMargin(8)
        document.setIndentWidth(24)
        about = scenario.about.strip()
        if self._player.empty:
            about = "Open a scenario: its lesson is told here, with what its run must show."
        elif not about and not scenario.expect:
            about = "This scenario tells no lesson. What its file says under `about` is shown here, as Markdown."
        text = about.replace("![", r"\![")  # Qt reads a picture's file by itself, whatever `loadResource` says
        document.setMarkdown(text, MARKDOWN)
        _space_out(document.firstBlock().position(), QTextCursor(document))
        if scenario.expect:
            self._write_expectations(QTextCursor(document), scenario.expect)
        self.page.verticalScrollBar().setValue(place)

    def _write_expectations(self, cursor: QTextCursor, expects: tuple[Expect, ...]) -> None:
        theme = self._themes.current
        cursor.movePosition(QTextCursor.MoveOperation.End)
        _block(cursor, before=18)
        cursor.insertText("What this run must show", _ink(theme.text, font("title")))
        _block(cursor, before=4)
        if self._verdicts is None:
            said = "Play to the end to see whether it does."
        else:
            kept = sum(verdict.ok for verdict in self._verdicts)
            said = "It does, in everything." if kept == len(expects) else f"It does in {kept} of {len(expects)}."
        cursor.insertText(said, _ink(theme.muted, font("body")))
        for number, expect in enumerate(expects):
            verdict = self._verdicts[number] if self._verdicts is not None else None
            mark, colour = OPEN, theme.faint
            if verdict is not None:
                mark, colour = (HOLDS, theme.good) if verdict.ok else (FAILS, theme.stale_text)
            _block(cursor, before=10, indent=22, hang=-22)
            cursor.insertText(f"{mark}  ", _ink(colour, font("strong")))
            cursor.insertText(expect.says or _wanted(expect), _ink(theme.text, font("body")))
            detail = verdict.text.removesuffix(f": {expect.says}") if verdict is not None else _wanted(expect)
            if expect.says or verdict is not None:
                _block(cursor, before=1, indent=22)
                cursor.insertText(detail, _ink(theme.muted, font("small")))


class _Page(QTextBrowser):
    """A page that shows what it is given and loads nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)

    # Qt

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        return QByteArray()


def _wanted(expect: Expect) -> str:
    """What is expected, as the file says it."""
    where = "".join(f" of {group} {name}" for group, name in expect.where.items())
    if expect.between is not None:
        return f"{expect.metric}{where} between {expect.between[0]:g} and {expect.between[1]:g}"
    return f"{expect.metric}{where} equals {expect.equals}"


def _space_out(start: int, cursor: QTextCursor) -> None:
    cursor.setPosition(start)
    cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
    spaced = QTextBlockFormat()
    spaced.setLineHeight(LINE, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    cursor.mergeBlockFormat(spaced)


def _block(cursor: QTextCursor, before: int, indent: int = 0, hang: int = 0) -> None:
    shape = QTextBlockFormat()
    shape.setTopMargin(before)
    shape.setLeftMargin(indent)
    shape.setTextIndent(hang)
    shape.setLineHeight(LINE, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    cursor.insertBlock(shape, QTextCharFormat())


def _ink(colour: QColor, face: QFont) -> QTextCharFormat:
    shape = QTextCharFormat()
    shape.setForeground(colour)
    shape.setFont(face)
    return shape
