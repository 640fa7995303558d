"""Widgets stand in a line until there is no room, and those that may grow fill it."""

from PySide6.QtWidgets import QSizePolicy, QWidget
from pytestqt.qtbot import QtBot

from ui.flow import FlowLayout


def _row(qtbot: QtBot, widths: list[int], growing: tuple[int, ...] = ()) -> tuple[QWidget, list[QWidget]]:
    host = QWidget()
    qtbot.addWidget(host)
    flow = FlowLayout(10, host)
    flow.setContentsMargins(0, 0, 0, 0)
    parts = []
    for i, width in enumerate(widths):
        part = QWidget()
        part.setMinimumSize(width, 20)
        policy = QSizePolicy.Policy.Expanding if i in growing else QSizePolicy.Policy.Fixed
        part.setSizePolicy(policy, QSizePolicy.Policy.Fixed)
        flow.addWidget(part)
        parts.append(part)
    return host, parts


def _places(host: QWidget, parts: list[QWidget], width: int) -> list[tuple[int, int, int]]:
    host.resize(width, 200)
    host.show()
    return [(part.x(), part.y(), part.width()) for part in parts]


def test_they_wrap_where_there_is_no_more_room(qtbot: QtBot) -> None:
    host, parts = _row(qtbot, [100, 100, 100])
    assert _places(host, parts, 320) == [(0, 0, 100), (110, 0, 100), (220, 0, 100)]
    assert _places(host, parts, 319) == [(0, 0, 100), (110, 0, 100), (0, 30, 100)]
    assert [host.layout().heightForWidth(width) for width in (320, 319, 90)] == [20, 50, 80]


def test_what_may_grow_takes_what_is_left(qtbot: QtBot) -> None:
    host, parts = _row(qtbot, [100, 50, 50], growing=(1, 2))
    assert _places(host, parts, 320) == [(0, 0, 100), (110, 0, 100), (220, 0, 100)]


def test_what_is_hidden_takes_no_room(qtbot: QtBot) -> None:
    host, parts = _row(qtbot, [100, 100, 100])
    parts[1].hide()
    assert _places(host, parts, 210)[::2] == [(0, 0, 100), (110, 0, 100)]


def test_a_tail_stands_below_or_at_the_end_of_the_last_of_several_lines(qtbot: QtBot) -> None:
    host, parts = _row(qtbot, [100, 100])
    tail = QWidget()
    tail.setMinimumSize(80, 20)
    tail.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    flow = host.layout()
    assert isinstance(flow, FlowLayout)
    flow.add_tail(tail)
    every = [*parts, tail]
    assert _places(host, every, 500) == [(0, 0, 100), (110, 0, 100), (0, 30, 500)]
    assert _places(host, every, 200) == [(0, 0, 100), (0, 30, 100), (110, 30, 90)]
    assert _places(host, every, 180) == [(0, 0, 100), (0, 30, 100), (0, 60, 180)]
