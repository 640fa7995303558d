"""What a card says."""

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPixmap

from p4lab import resources
from p4lab.scenario.read import read
from ui.welcome import _fitted, _head, first_sentence, length


@pytest.mark.parametrize(
    ("about", "sentence"),
    [
        ("A copy outlives its value. Watch it.", "A copy outlives its value."),
        ("# Heading\n\nIt is *here*: `k1`,\nand here! More.", "It is here: k1, and here!"),
        ("A copy (paper, 3.4; see there. Or not) stays.", "A copy stays."),
        ("Version 2.5 is not a full stop", "Version 2.5 is not a full stop"),
        ("", ""),
    ],
)
def test_the_first_sentence_of_a_lesson(about: str, sentence: str) -> None:
    assert first_sentence(about) == sentence


def test_lengths_are_round() -> None:
    assert [length(seconds) for seconds in (60.0, 90.0, 300.0, 7200.0)] == ["60 s", "90 s", "5 min", "2 h"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Short enough.", "Short enough."),
        ("A first part that says much, and a second one that has no room left.", "A first part that says much."),
        ("Well, this goes on and on and on and on without any mark.", "Well, this goes on and on and on and on …"),
    ],
)
def test_a_sentence_is_cut_after_a_clause_if_that_says_enough(qapp, text: str, shown: str) -> None:
    painter = QPainter(canvas := QPixmap(10, 10))
    width = painter.fontMetrics().horizontalAdvance("Well, this goes on and on and on and on … ")
    box = QRectF(0, 0, width, painter.fontMetrics().lineSpacing())
    assert _fitted(painter, text, box) == shown
    painter.end()
    assert not canvas.isNull()


def test_the_heads_of_the_files_say_what_the_files_say() -> None:
    files = resources.scenario_files()
    whole = [(scenario.title, scenario.about) for scenario in map(read, files)]
    assert [_head(path) for path in files] == whole


def test_unusual_heads_are_read_too(tmp_path) -> None:
    path = tmp_path / "a.toml"
    for text, head in (
        ('title = "A \\"b\\""\nabout = "c"\n', ('A "b"', "c")),
        ('title="T"\nabout = """x \\u00e9"""\n', ("T", "x é")),
        ("duration = 5", ("a", "")),
        ("title = ", None),
    ):
        path.write_text(text)
        assert _head(path) == head
    assert _head(tmp_path / "none.toml") is None
