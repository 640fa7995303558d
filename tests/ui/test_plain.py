"""Hostile words in the window: names, keys, values and lines of others are shown as they are written, everywhere."""

import ast
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QAbstractListModel, QAbstractTableModel, QPointF, Qt
from PySide6.QtGui import QAction, QTextDocument
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QLabel,
    QMenu,
    QMessageBox,
    QTabBar,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from p4lab.core.commands import Get, Note, Put
from p4lab.core.names import Kind, Regime
from p4lab.core.options import Options
from p4lab.scenario.model import Do, Mark, Organisation, Peering, Provider, Scenario, View, Workload
from p4lab.session.classroom import CheckRow
from tests.session import classes
from tests.ui import runs
from tests.ui.classroom.seats import seated
from tests.ui.desk import Desk
from ui.bubble import Bubble
from ui.docks import DOCKS
from ui.panels.log import LogPanel
from ui.panels.sequence import SequencePanel
from ui.plain import LONGEST, as_cell, as_entry, as_tip, plain_box, seen

UI = Path(__file__).parents[2] / "ui"
TAG = "<img src=x><b>"
EVIL = f"{TAG}A&a"  # and an & that would be a key
VALUE = f"{TAG}\u202e{'v' * 10_000}\n&lt;b&gt;"
MADE_PLAIN = ("QLabel", "QMessageBox", "QErrorMessage", "QProgressDialog", "QGraphicsTextItem", "QStaticText")
NEVER = ("setHtml", "insertHtml", "setMarkdown", "toHtml", "setWhatsThis", "setStatusTip")
ABOUT = f"Read {TAG}this</b> ![x](file:///etc/hostname.png) [here](https://example.org) <script>s</script>\n\n{TAG}"


def hostile() -> Scenario:
    """Whatever may be chosen by whoever writes the file is hostile."""
    names = tuple(f"{EVIL}{number}" for number in range(4))
    key = f"{EVIL}/1"
    kinds = (Kind.AUTHENTICATED, Kind.UNAUTHENTICATED)
    told = f"{EVIL}\u202e\n"
    puts = tuple(Do(2.0 + at, Put(names[0], VALUE, told, kind, regime=Regime.VALUE)) for at, kind in enumerate(kinds))
    gets = tuple(Do(5.0 + at, Get(names[1], told, kind=kind)) for at, kind in enumerate(kinds))
    return Scenario(
        title=f"{EVIL} title", about=ABOUT, duration=8.0, options=Options(max_value=65_536), view=View(key=key),
        provider=(*(Provider(name) for name in names), Provider(f"{EVIL}child", parent=names[0])),
        organisation=(Organisation(f"{EVIL}house", names[1]),), peering=(Peering(among="all"),),
        workload=(Workload(EVIL, keys=1, owners=(names[0],), regime=Regime.KEY, gets_per_second=0.5),),
        do=(*puts, *gets, Do(7.0, Note(f"{EVIL} note"))), mark=(Mark(3.0, text=f"{EVIL} mark"),),
    )  # fmt: skip


def flaws(text: str, what: str) -> list[str]:
    """What is wrong with a text that Qt takes for rich: a picture in it, or a tag that does not stand there."""
    page = QTextDocument()
    page.setHtml(text)
    pictures = [each for each in page.allFormats() if each.isImageFormat()]
    written = text.count("<img") + text.count("&lt;img")
    return [f"{what}: {text[:80]!r}"] if pictures or page.toPlainText().count("<img") < written else []


def keyed(text: str) -> bool:
    """Whether an & of others would be taken for a key."""
    return "A&a" in text.replace("&&", "")


def texts(parent: QWidget) -> Iterator[tuple[str, str]]:
    """All that is shown, with what it is; tags that would be taken for such are found by `flaws`."""
    for widget in (parent, *parent.findChildren(QWidget)):
        name = f"{type(widget).__name__} {widget.accessibleName()[:40]}"
        yield f"tooltip of {name}", widget.toolTip()
        if isinstance(widget, QLabel):
            plain = widget.textFormat() is Qt.TextFormat.PlainText
            yield f"text of {name}", "" if plain else widget.text()
        if isinstance(widget, QAbstractItemView) and (model := widget.model()) is not None:
            for row in range(min(model.rowCount(), 60)):
                for column in range(model.columnCount() if not isinstance(model, QAbstractListModel) else 1):
                    said = model.index(row, column).data(Qt.ItemDataRole.ToolTipRole)
                    yield f"tooltip in {name}", said if isinstance(said, str) else ""
    for action in parent.findChildren(QAction):
        own = "&".join(part.replace("&", "") for part in action.text().split("&&"))
        if action.toolTip() != own:  # else there is none, and Qt makes one up
            yield f"tooltip of the action {action.text()[:40]}", action.toolTip()


def wrong(parent: QWidget) -> list[str]:
    """Everything in sight and out of sight that is not shown as it is written."""
    found = []
    for what, text in texts(parent):
        if "<" in text or "&" in text:
            found += flaws(text, what)
    for button in parent.findChildren(QAbstractButton):
        if keyed(button.text()) and not button.shortcut().isEmpty():
            found.append(f"a key of others: {button.text()[:80]!r}")
    found += [f"a key of others: {one.text()[:80]!r}" for one in parent.findChildren(QAction) if keyed(one.text())]
    for bar in parent.findChildren(QTabBar):
        found += [f"a key of others: {bar.tabText(at)!r}" for at in range(bar.count()) if keyed(bar.tabText(at))]
    for page in parent.findChildren(QTextEdit):
        pictures = any(each.isImageFormat() for each in page.document().allFormats())
        found += [f"a picture in {page.accessibleName()}"] if pictures else []
    return found


@pytest.fixture
def evil_desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(qtbot, tmp_path, hostile())
    made.open()
    made.seek(8.0)
    yield made
    made.leave()


def test_a_window_full_of_tags_shows_tags(evil_desk: Desk) -> None:
    desk = evil_desk
    window, focus, player = desk.window, desk.window.studio.focus, desk.player
    for dock in DOCKS:
        window.docks.show(dock.id)
        runs.settle(desk.qtbot, player)
    assert wrong(window) == []
    world = player.world
    choices = (
        partial(focus.select_provider, 0),
        partial(focus.choose_link, 0, 1),
        partial(focus.select_name, world.names[-1].index),
        partial(focus.select_event, len(player.trace)),
        partial(focus.select_op, 1),
        partial(focus.choose, (0, 1)),
    )
    for choose in choices:
        choose()
        runs.settle(desk.qtbot, player)
        assert wrong(window) == []
    sequence, log = window.docks["sequence"], window.docks["log"]
    assert isinstance(sequence, SequencePanel)
    assert isinstance(log, LogPanel)
    window.docks.show("sequence")
    desk.qtbot.waitUntil(lambda: len(sequence.model.lanes) > 4)
    for lane in sequence.model.lanes:
        sequence.lane_menu(lane.name)
    assert f"{EVIL}0" in {lane.name for lane in sequence.model.lanes}
    window.docks.show("log")
    runs.settle(desk.qtbot, player)
    for row in range(min(20, log.model.rowCount())):
        log.menu(row)
    for menu in window.findChildren(QMenu):
        menu.aboutToShow.emit()
    assert wrong(window) == []
    said = {label.text() for label in window.findChildren(QLabel)}
    for table in window.findChildren(QAbstractItemView):
        model = table.model()
        if isinstance(model, QAbstractTableModel):
            cells = (
                model.index(row, column) for row in range(model.rowCount()) for column in range(model.columnCount())
            )
            said |= {str(cell.data()) for cell in cells}
    assert [text for text in said if "\u202e" in text] == []
    assert any("\ufffd" in text for text in said)  # the mark that would turn what follows stands there for all to see
    assert any(TAG in text for text in said)  # it is there, as it is written


def test_a_class_full_of_tags_shows_tags(desk: Desk) -> None:
    state = classes.as_student()
    seated(desk, replace(
        state, name=EVIL, rung=EVIL, means=TAG, said=(VALUE,), log=(TAG,), troubles=(TAG,), out=TAG,
        members=tuple(replace(member, name=EVIL) for member in state.members),
        asks=tuple(replace(ask, name=EVIL) for ask in state.asks), tests=(CheckRow(TAG, "no", TAG, TAG),),
    ))  # fmt: skip
    desk.window.school.watch.look()
    desk.window.acts.refresh()
    assert wrong(desk.window) == []
    assert desk.window.notice.text


def test_the_lesson_loads_and_hides_nothing(evil_desk: Desk) -> None:
    evil_desk.window.docks.show("lesson")
    evil_desk.qtbot.waitUntil(lambda: "Read" in evil_desk.window.docks["lesson"].page.toPlainText())  # type: ignore[attr-defined]  # the panel
    page = evil_desk.window.docks["lesson"].page  # type: ignore[attr-defined]  # the panel
    assert page.toPlainText().count(TAG) == 2
    assert "<script>s</script>" in page.toPlainText()
    assert (page.openLinks(), page.openExternalLinks()) == (False, False)


def test_a_tooltip_says_what_is_written(qtbot: QtBot) -> None:
    page = QTextDocument()
    page.setHtml(as_tip(f"{TAG}\nnext & last"))
    assert page.toPlainText() == f"{TAG}\nnext & last"
    assert as_tip("4 ms, 3 > 2 & more") == "4 ms, 3 > 2 & more"  # nothing that Qt takes for rich: left as it is
    assert len(as_tip("v" * 10_000)) == LONGEST
    assert as_tip("a\u202eb\x00") == "a\ufffdb\ufffd"


def test_what_hides_is_seen_and_an_ampersand_is_one(qtbot: QtBot) -> None:
    assert seen("Zürich\u2009ms \u202e\u2066\x1b[31m\n") == "Zürich\u2009ms \ufffd\ufffd\ufffd[31m\n"
    assert as_entry("A&B\nC") == "A&&B C"


def test_a_file_for_spreadsheets_has_no_formulas_of_others() -> None:
    cells = ["=HYPERLINK(1)", "@SUM(1)", "-2+3", "-2.5", "+1e3", "news/1", ""]
    assert [as_cell(cell) for cell in cells] == ["'=HYPERLINK(1)", "'@SUM(1)", "'-2+3", "-2.5", "+1e3", "news/1", ""]


def test_a_bubble_says_what_is_written(qtbot: QtBot) -> None:
    bubble = Bubble(around := QWidget())
    qtbot.addWidget(around)
    bubble.say([f"{TAG} asked for k\u202e", f"from {TAG}"], QPointF(5, 5))
    page = QTextDocument()
    page.setHtml(bubble.text())
    assert page.toPlainText() == f"{TAG} asked for k\ufffd\nfrom {TAG}"
    assert flaws(bubble.text(), "the bubble") == []


def test_a_question_is_plain(qtbot: QtBot) -> None:
    box = plain_box(None, "P4 Lab", TAG, TAG)
    qtbot.addWidget(box)
    box.addButton("Revoke", QMessageBox.ButtonRole.DestructiveRole)
    box.show()
    shown = [label for label in box.findChildren(QLabel) if TAG in label.text()]
    assert [label.textFormat() for label in shown] == [Qt.TextFormat.PlainText] * 2


def plain(arg: ast.expr) -> bool:
    """Whether a text is our own, or has passed `as_tip`."""
    match arg:
        case ast.Constant():
            return True
        case ast.Name(id=name):
            return name.isupper()
        case ast.IfExp(body=one, orelse=other):
            return plain(one) and plain(other)
        case ast.BoolOp(values=values):
            return all(map(plain, values))
        case ast.Call(func=ast.Name(id="as_tip")) | ast.Call(func=ast.Attribute(attr="toolTip")):
            return True
    return False


def bent(path: Path) -> Iterator[str]:
    """Where a file of the window would let Qt guess."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        name = called.rpartition(".")[2]
        place = f"{path.relative_to(UI)}:{node.lineno}: {called}"
        guesses = called in MADE_PLAIN or name in NEVER
        guesses |= name == "setToolTip" and not plain(node.args[0])
        guesses |= name == "showText" and not plain(node.args[1])
        guesses |= called.startswith("QInputDialog.get") and not plain(node.args[2])
        if guesses:
            yield place


def test_nobody_lets_qt_guess() -> None:
    found = [place for path in sorted(UI.rglob("*.py")) if path.name != "plain.py" for place in bent(path)]
    markdown = [place for place in found if place.startswith("panels/lesson.py") and place.endswith("setMarkdown")]
    assert found == markdown  # the lesson, of which a test above tells
    assert len(markdown) == 1
