"""What a person typed is judged before anything is sent."""

from __future__ import annotations

import pytest

from p4lab.session.joining import code_fault, name_fault


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("abcd efgh ijkl-mn23", ""),
        ("192.168.1.5:4711/ABCDEFGHIJKL-MN23", ""),
        ("  ", "Type the code that the teacher shows."),
        ("ABCD", "A join code has 16 characters, as in ABCDEFGHIJKL-MN23; this one has 4."),
    ],
)
def test_a_code_is_right_or_said_to_be_wrong(text: str, says: str) -> None:
    assert code_fault(text) == says


def test_a_name_can_be_read_by_all() -> None:
    found = [name_fault(text) for text in ("Ann", " ", "x" * 41, "Ann\u202e")]
    characters = "Some of these characters cannot be shown."
    assert found == ["", "A name is missing.", "A name has up to 40 characters.", characters]
