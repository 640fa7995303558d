"""Messages, log and self-test: plain text whatever is in it, and only the teacher speaks to everybody."""

from msgspec.structs import replace
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.session import classes
from tests.ui.desk import Desk
from ui.classroom.talk import Talk

TEACHER = classes.as_teacher()


def test_what_was_said_stands_there_as_it_was_typed(desk: Desk, qtbot: QtBot) -> None:
    talk = Talk(desk.window._taste.switch)
    qtbot.addWidget(talk)
    spoken: list[str] = []
    talk.spoken.connect(spoken.append)
    lines = talk.messages
    assert [lines.item(row).text() for row in range(lines.count())] == ["Nothing was said yet."]
    talk.show_state(replace(TEACHER, said=("Welcome", "<b>Begin</b>")))
    talk.show_state(replace(TEACHER, said=("Welcome", "<b>Begin</b>", "Now\u202e")))
    assert [lines.item(row).text() for row in range(lines.count())] == ["Welcome", "<b>Begin</b>", "Now\ufffd"]
    assert (talk.send.isEnabled(), talk.send.toolTip()) == (False, "Type a message first.")
    qtbot.keyClicks(talk.field, "  Put a key ")
    qtbot.keyClick(talk.field, Qt.Key.Key_Return)
    assert (spoken, talk.field.text()) == (["Put a key"], "")
    talk.show_state(classes.as_student())
    assert (talk.field.isEnabled(), talk.send.toolTip()) == (
        False,
        "Only the teacher, who opened the class, can do this.",
    )


def test_the_self_test_says_what_to_do(desk: Desk, qtbot: QtBot) -> None:
    talk = Talk(desk.window._taste.switch)
    qtbot.addWidget(talk)
    asked: list[int] = []
    talk.tested.connect(lambda: asked.append(1))
    talk.show_state(classes.as_teacher())
    assert (talk.tests.texts, talk.tests.again.text()) == (["No test has been made yet."], "Test")
    talk.show_state(replace(classes.as_student(), troubles=("UDP port 5353 is in use.",)))
    assert talk.tests.texts == [
        "UDP port 5353 is in use.", "✓  I hear myself: my own announcement came back",
        "✗  I hear others: nobody was heard in 2 s", "Ask whether the Wi-Fi lets devices find each other.",
        "…  TCP to the teacher: not known yet",
    ]  # fmt: skip
    assert talk.tests.again.text() == "Test again"
    talk.tests.again.click()
    assert asked == [1]
