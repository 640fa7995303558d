"""The list of who was revoked: the authority's of this very class, newer for older, and kept as it was told."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from p4lab.live.frames import Said, encode
from p4lab.live.identity import Keys, class_id
from p4lab.live.outlaws import Outlaws, signed

TEACHER, ANN = Keys(b"t" * 32), Keys(b"a" * 32)
CLASS = class_id(TEACHER.public)
IDS = [ANN.id, b"b" * 16]


def test_a_newer_list_counts_and_an_older_one_does_not() -> None:
    known = Outlaws(TEACHER.public, CLASS)
    first, second = signed(TEACHER, CLASS, 1, IDS), signed(TEACHER, CLASS, 2, [])
    assert [known.take(each) for each in (first, first, second, first)] == [True, False, True, False]
    assert (known.frame, first.ids) == (second, tuple(sorted(IDS)))
    assert Outlaws(TEACHER.public, CLASS, known.word).frame == second


@pytest.mark.parametrize(
    "frame",
    [
        signed(ANN, CLASS, 9, IDS),
        signed(TEACHER, class_id(ANN.public), 9, IDS),
        replace(signed(TEACHER, CLASS, 8, IDS), serial=9),
        replace(signed(TEACHER, CLASS, 9, IDS), ids=(ANN.id,)),
        replace(signed(TEACHER, CLASS, 9, IDS), ids=(b"b" * 16, ANN.id)),
    ],
)
def test_what_the_teacher_has_not_signed_is_none(frame: object) -> None:
    known = Outlaws(TEACHER.public, CLASS)
    with pytest.raises(ValueError, match="has not signed"):
        known.take(frame)  # type: ignore[arg-type]  # an Outlawed
    assert known.frame is None


def test_a_file_that_was_changed_is_no_list() -> None:
    forged = encode(signed(ANN, CLASS, 9, IDS))
    for told in (b"", b"\xff", forged, forged[:-1], encode(Said("hello"))):
        assert Outlaws(TEACHER.public, CLASS, told).word == b""
