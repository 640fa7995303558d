"""The code, to be read from the last row and to be typed."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QLabel

from tests.session import classes
from tests.ui.classroom.seats import panel_of, seated
from tests.ui.desk import Desk
from ui.classroom.code import Projection, grouped


def test_a_code_is_read_in_groups() -> None:
    assert grouped("ABCDEFGHIJ23-K4Q7") == "ABCD EFGH IJ23-K4Q7"


def test_the_card_shows_copies_and_enlarges_it(desk: Desk) -> None:
    seated(desk, classes.as_teacher())
    card = panel_of(desk).card
    assert (card.code.text(), card.address.text()) == ("ABCD EFGH IJ23-K4Q7", "at 192.168.1.2:4700")
    desk.qtbot.mouseClick(card.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "192.168.1.2:4700/ABCDEFGHIJ23-K4Q7"

    large = Projection(classes.as_teacher(), desk.window)
    large.show()
    assert [label.text() for label in large.findChildren(QLabel)] == [
        "Physics 4b", "Join a class… on the first page or in the menu File, and type:", "ABCD EFGH IJ23-K4Q7",
        "Where nobody is found, type the address too:", "192.168.1.2:4700/ABCDEFGHIJ23-K4Q7",
    ]  # fmt: skip
    assert large.size() == desk.window.size()
    code = large.findChildren(QLabel)[2]  # what thirty people type fills the width, on one line
    wide = QFontMetrics(code.font()).horizontalAdvance(code.text())
    address = large.findChildren(QLabel)[4]  # read from the last row too, where discovery does not work
    assert 3 * address.font().pixelSize() >= code.font().pixelSize()
    assert QFontMetrics(address.font()).horizontalAdvance(address.text()) < 0.9 * large.width()
    assert 0.5 < wide / large.width() < 0.9 and code.height() < 2 * code.fontMetrics().height()
    desk.qtbot.keyClick(large, Qt.Key.Key_Escape)
    assert large.isHidden()
