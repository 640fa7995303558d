"""A window comes onto the screens that there are."""

import pytest
from PySide6.QtCore import QRect, QSize

from tests.ui.desk import Desk
from ui.screens import TITLE, onto_a_screen
from ui.window import LEAST, Window

LAPTOP = QRect(0, 0, 1366, 728)  # 1366x768 with a task bar
LARGE = QRect(1366, 0, 1920, 1040)


@pytest.mark.parametrize(
    ("wanted", "screens", "found"),
    [
        (QRect(-37, -86, 1440, 900), [LAPTOP], QRect(0, TITLE, 1366, 728 - TITLE)),
        (QRect(100, 100, 1000, 560), [LAPTOP], QRect(100, 100, 1000, 560)),
        (QRect(1500, 60, 1440, 900), [LAPTOP, LARGE], QRect(1500, 60, 1440, 900)),
        (QRect(1500, 60, 1440, 900), [LAPTOP], QRect(0, TITLE, 1366, 728 - TITLE)),
        (QRect(2000, 2000, 900, 600), [LAPTOP], QRect(233, TITLE + 46, 900, 600)),
        (QRect(100, -500, 900, 600), [LAPTOP, LARGE], QRect(233, TITLE + 46, 900, 600)),
        (QRect(0, 0, 1440, 900), [QRect(0, 0, 800, 600)], QRect(0, TITLE, 880, 564)),
        (QRect(0, 0, 1440, 900), [], QRect(0, 0, 1440, 900)),
    ],
)
def test_no_larger_than_a_screen_and_on_one(wanted: QRect, screens: list[QRect], found: QRect) -> None:
    assert onto_a_screen(wanted, screens, QSize(*LEAST)) == found


def test_a_window_is_no_larger_than_its_screen_at_first_and_comes_back_onto_one(new_desk: Desk) -> None:
    screen = new_desk.window.screen().availableGeometry()
    least = QSize(*LEAST)
    first = Window(new_desk.taste, new_desk.settings)
    assert first.size() == QSize(1440, 900).boundedTo(screen.size() - QSize(0, TITLE)).expandedTo(least)
    first.move(screen.right() + 5000, 5000)
    new_desk.settings.setValue("geometry", first.saveGeometry())
    back = Window(new_desk.taste, new_desk.settings)
    assert screen.contains(back.geometry().topLeft())
    for window in (first, back):
        window.deleteLater()
