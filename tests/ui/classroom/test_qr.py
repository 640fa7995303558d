"""The QR code on the screen is segno's, square for square, with a light border, in a size of whole pixels."""

import segno
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from tests.session.classes import ADDRESS, CODE
from ui.classroom.qr import QUIET, QrCode

TEXT = f"{ADDRESS}/{CODE}"


def test_every_square_is_painted_where_it_belongs(qtbot: QtBot) -> None:
    widget = QrCode(200)
    qtbot.addWidget(widget)
    widget.show_text(TEXT)
    widget.resize(200, 220)
    image = widget.grab().toImage()
    rows = [list(row) for row in segno.make(TEXT, error="m", micro=False).matrix]
    count = len(rows) + 2 * QUIET
    square = 200 // count
    left, top = (200 - square * count) // 2, (220 - square * count) // 2
    seen = [
        [
            QColor(image.pixel(left + x * square + square // 2, top + y * square + square // 2)).lightness() < 128
            for x in range(count)
        ]
        for y in range(count)
    ]
    light = [False] * count
    inner = [[False] * QUIET + [bool(each) for each in row] + [False] * QUIET for row in rows]
    assert seen == [light] * QUIET + inner + [light] * QUIET
    assert widget.accessibleName() == f"QR code of {TEXT}"
