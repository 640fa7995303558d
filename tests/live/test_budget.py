"""Buckets let through what they promise, over any stretch of time, and tables of them stay small."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p4lab.live.budget import MOST, Bucket, Buckets


def test_a_burst_and_then_the_rate() -> None:
    now = 0.0
    bucket = Bucket(lambda: now, rate=10.0, burst=3.0)
    assert [bucket.take() for _ in range(5)] == pytest.approx([0.0, 0.0, 0.0, 0.1, 0.2])
    now = 0.2
    assert bucket.take() == pytest.approx(0.1)
    now = 100.0
    assert [bucket.take() for _ in range(4)] == pytest.approx([0.0, 0.0, 0.0, 0.1])


def test_bytes_count_too() -> None:
    now = 0.0
    bucket = Bucket(lambda: now, rate=1e9, burst=1e9, bytes_rate=100.0, burst_bytes=50.0)
    assert [bucket.take(50), bucket.take(10), bucket.take(0)] == [0.0, 0.1, 0.1]


def test_no_limit_is_none() -> None:
    bucket = Bucket(lambda: 0.0, float("inf"), float("inf"))
    assert [bucket.take(10**9) for _ in range(3)] == [0.0, 0.0, 0.0]


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=60))
def test_never_more_than_the_rate_and_two_bursts(pauses: list[float]) -> None:
    now = 0.0
    bucket = Bucket(lambda: now, rate=5.0, burst=4.0)
    for passed, pause in enumerate(pauses, 1):
        now += pause
        wait = bucket.take()
        now += wait  # who takes waits
        assert passed <= 5.0 * now + 2 * 4.0 + 1e-6


def test_what_is_given_back_is_no_debt() -> None:
    now = [0.0]
    bucket = Bucket(lambda: now[0], 10.0, 2.0)
    assert [bucket.take(), bucket.take()] == [0.0, 0.0]
    for _ in range(1_000):
        assert bucket.take() > 0.0
        bucket.back()
    now[0] = 0.11
    assert bucket.take() == 0.0


def test_a_table_forgets_who_was_not_seen_longest() -> None:
    made: list[Bucket] = []

    def make() -> Bucket:
        made.append(Bucket(lambda: 0.0, 1.0, 1.0))
        return made[-1]

    table: Buckets[int] = Buckets(make)
    first, second = table.of(0), table.of(1)
    for who in range(2, MOST):
        table.of(who)
    assert table.of(0) is first
    table.of(MOST)  # one too many: 1 is forgotten
    assert (table.of(0) is first, table.of(1) is second, len(made)) == (True, False, MOST + 2)
