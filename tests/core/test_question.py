"""When a question may be answered (protocol section 5.7)."""

from __future__ import annotations

import pytest

from p4lab.core.messages import GetRequest
from p4lab.core.names import Kind, Regime
from p4lab.core.options import Quorum
from p4lab.core.question import Found, Question
from p4lab.core.records import authenticated
from p4lab.core.signing import Modelled, identity_seed

RECORD = authenticated(Modelled(), identity_seed("A"), b"k", b"v", Regime.GET_BROADCAST, 0, 0, 5)


def question(kind: Kind, waiting: set[int], found: int = 1, bad: tuple[int, ...] = (), min_seq: int = 0) -> Question:
    request = GetRequest(1, b"", 0, kind, b"k", min_seq=min_seq)
    return Question(1, 1, request, 0, False, 4, waiting, [], [Found(RECORD, 0.0, 0)] * found, list(bad), 9.0)


@pytest.mark.parametrize(
    ("asked", "first", "everyone", "quorum"),
    [
        (question(Kind.AUTHENTICATED, {1, 2, 3}), True, False, False),
        (question(Kind.AUTHENTICATED, {1, 2}), True, False, True),
        (question(Kind.AUTHENTICATED, {1, 2}, bad=(0,)), True, False, False),
        (question(Kind.AUTHENTICATED, {1}, bad=(0,)), True, False, True),
        (question(Kind.AUTHENTICATED, {1}, found=0), False, False, False),
        (question(Kind.AUTHENTICATED, {1}, min_seq=5), True, False, True),
        (question(Kind.AUTHENTICATED, {1}, min_seq=6), False, False, False),
        (question(Kind.IMMUTABLE, {1, 2, 3}, min_seq=6), True, True, True),
        (question(Kind.IMMUTABLE, {1, 2, 3}, found=0), False, False, False),
        (question(Kind.UNAUTHENTICATED, {1}), False, False, False),
    ],
)
def test_enough(asked: Question, first: bool, everyone: bool, quorum: bool) -> None:
    assert [asked.enough(rule) for rule in ("first", "all", Quorum(2))] == [first, everyone, quorum]


def test_nobody_is_late_before_the_deadline() -> None:
    asked = question(Kind.AUTHENTICATED, {7, 3}, bad=(5, 5))
    assert (asked.late(8.9), asked.late(9.0)) == ((), (3, 7))
    assert (asked.silent(8.9), asked.silent(9.0)) == ((5,), (3, 5, 7))
