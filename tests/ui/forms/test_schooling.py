"""Opening and joining a class, as a person at the form sees it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from p4lab.session.base import Session
from p4lab.session.joining import JoinError, Wish
from p4lab.session.simulated import Simulated
from tests.ui import runs
from ui.forms.schooling import ClassForm

CODE = "ABCDEFGHIJKL-MN23"


class Trying:
    """An attempt whose outcome the test decides."""

    def __init__(self, wish: Wish) -> None:
        self.wish = wish
        self.says = "Looking for the class on this network…"
        self.comes: Session | str | None = None
        self.cancelled = False

    def poll(self) -> Session | None:
        if isinstance(self.comes, str):
            raise JoinError(self.comes)
        return self.comes

    def cancel(self) -> None:
        self.cancelled = True


def form(qtbot: QtBot, opens: bool) -> tuple[ClassForm, list[Trying]]:
    tried: list[Trying] = []

    def attempt(wish: Wish) -> Trying:
        tried.append(Trying(wish))
        return tried[-1]

    made = ClassForm(opens, "Ann", attempt)
    qtbot.addWidget(made)
    made.show()
    return made, tried


def test_a_wrong_code_is_mended_where_it_was_typed(qtbot: QtBot) -> None:
    joins, tried = form(qtbot, opens=False)
    assert (joins.rows.may_apply(), joins.rows.says("what")) == (False, "")
    qtbot.keyClicks(joins.what, "abcd")
    assert joins.rows.says("what") == "A join code has 16 characters, as in ABCDEFGHIJKL-MN23; this one has 4."
    joins.what.setText(CODE)
    qtbot.keyClick(joins, Qt.Key.Key_Return)
    assert (tried[0].wish, joins.what.isEnabled()) == (Wish("Ann", "", CODE, "ask"), False)
    assert (joins.says.text(), joins.bar.isVisible()) == ("Looking for the class on this network…", True)
    tried[0].comes = "The teacher does not know this code."
    qtbot.waitUntil(joins.what.isEnabled)
    assert (joins.rows.says("what"), joins.rows.may_apply()) == ("The teacher does not know this code.", True)
    joins.what.setText(CODE.replace("M", "N"))
    assert (joins.rows.says("what"), joins.rows.may_apply()) == ("", True)
    joins.accept()
    tried[1].comes = session = Simulated(runs.scenario())
    qtbot.waitUntil(joins.isHidden)
    assert (joins.result(), joins.session) == (1, session)


def test_enter_tries_again_where_it_failed(qtbot: QtBot) -> None:
    joins, tried = form(qtbot, opens=False)
    joins.activateWindow()
    qtbot.waitUntil(joins.what.hasFocus)
    joins.what.setText(CODE)
    for failed in (1, 2):
        qtbot.keyClick(joins.focusWidget(), Qt.Key.Key_Return)
        assert len(tried) == failed
        tried[-1].comes = "The teacher cannot be reached."
        qtbot.waitUntil(joins.what.isEnabled)
        assert (joins.rows.says("what"), joins.isVisible()) == ("The teacher cannot be reached.", True)
        assert (joins.what.hasFocus(), joins.what.selectedText()) == (True, CODE)
    qtbot.keyClicks(joins.what, "x")  # in place of what did not work
    assert joins.what.text() == "x"
    assert [button.text() for button in joins.findChildren(QPushButton) if button.autoDefault()] == ["Join"]


def test_it_can_be_given_up(qtbot: QtBot) -> None:
    opens, tried = form(qtbot, opens=True)
    opens.what.setText("Physics 4b")
    opens.accept()
    assert tried[0].wish == Wish("Ann", "Physics 4b", "", "class")
    qtbot.keyClick(opens, Qt.Key.Key_Escape)
    assert (tried[0].cancelled, opens.result(), opens.session) == (True, 0, None)


def test_nobody_is_nameless(qtbot: QtBot) -> None:
    opens, tried = form(qtbot, opens=True)
    for text in ("", "  ", "Ann\u202e"):
        opens.person.setText(text)
        why = "Some of these characters cannot be shown." if text.strip() else "A name is missing."
        button = opens.rows._apply
        assert (opens.rows.says("person"), button.isEnabled(), button.toolTip()) == (why, False, why)
        opens.accept()
    assert tried == []
