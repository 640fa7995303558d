"""What a class offers a person: the text to join with, and why something cannot be done now."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from p4lab.session.classroom import TEACHERS, Classroom, ClassState, join_text, member, why_not
from tests.session.classes import ADDRESS, ANN, CODE, FakeClassroom, as_student, as_teacher


def test_the_text_to_join_with_has_the_address_where_there_is_one() -> None:
    state = as_teacher()
    assert join_text(state) == f"{ADDRESS}/{CODE}"
    assert join_text(replace(state, address="")) == CODE
    assert join_text(as_student()) == ""  # only the teacher knows the secret
    assert (member(state, 1), member(state, 9)) == (ANN, None)


@pytest.mark.parametrize(
    ("act", "seats", "why"),
    [
        ("say", (), ""),
        ("freeze", (), ""),
        ("kick", (1,), ""),
        ("kick", (2,), ""),
        ("kick", (4,), "Dan is not here."),
        ("kick", (0,), "You cannot send yourself out of your own class."),
        ("kick", (7,), "Nobody sits at seat 7."),
        ("revoke", (3,), ""),  # somebody who left may be kept from coming back
        ("propose", (1, 2), ""),
        ("propose", (0, 1), ""),
        ("propose", (1, 1), "Nobody peers with itself."),
        ("propose", (1, 3), "Cleo only puts and gets, and runs no provider to peer with."),
        ("propose", (1, 4), "Dan is not here."),
        ("answer", (), ""),
        ("self_test", (), ""),
    ],
)
def test_a_teacher_is_told_why_not(act: str, seats: tuple[int, ...], why: str) -> None:
    assert why_not(as_teacher(), act, *seats) == why


def test_a_student_may_answer_and_test_but_not_rule() -> None:
    state = as_student()
    assert {why_not(state, act, 2, 3) for act in TEACHERS} == {"Only the teacher, who opened the class, can do this."}
    assert [why_not(state, act) for act in ("answer", "self_test", "policy")] == ["", "", ""]
    assert why_not(state, "rejoin") == "You are in the class."
    assert why_not(replace(state, out="The teacher sent you out."), "rejoin") == ""


def test_who_was_revoked_stays_away_in_the_fake_too() -> None:
    fake = FakeClassroom(as_teacher())
    classroom: Classroom = fake
    classroom.revoke(1)
    classroom.say("Sorry")
    state: ClassState = classroom.state()
    assert why_not(state, "kick", 1) == why_not(state, "propose", 1, 2) == "Ann was revoked and cannot come back."
    assert (state.said, fake.done) == (("Welcome", "Sorry"), [("revoke", 1), ("say", "Sorry")])
