"""What a card says."""

import pytest

from ui.welcome import first_sentence, length


@pytest.mark.parametrize(
    ("about", "sentence"),
    [
        ("A copy outlives its value. Watch it.", "A copy outlives its value."),
        ("# Heading\n\nIt is *here*: `k1`,\nand here! More.", "It is here: k1, and here!"),
        ("Version 2.5 is not a full stop", "Version 2.5 is not a full stop"),
        ("", ""),
    ],
)
def test_the_first_sentence_of_a_lesson(about: str, sentence: str) -> None:
    assert first_sentence(about) == sentence


def test_lengths_are_round() -> None:
    assert [length(seconds) for seconds in (60.0, 90.0, 300.0, 7200.0)] == ["60 s", "90 s", "5 min", "2 h"]
