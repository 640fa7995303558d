"""Times, deadlines and causes of a get; its exact messages are in test_golden.py."""

from __future__ import annotations

from math import inf, nan

import msgspec
import pytest

from p4lab.core.customer import Customer
from p4lab.core.events import GetFinished, Stored
from p4lab.core.names import Regime
from p4lab.core.options import UnauthenticatedGets
from tests.core.mesh import KV, QUIET, UNAUTH, K, Mesh


def test_the_lookup_is_part_of_every_answer() -> None:
    mesh = Mesh(2, lookup_delay=0.25)
    mesh.put("A")
    local, away, none = mesh.get("A"), mesh.get("B"), Mesh(1, lookup_delay=0.25)
    mesh.wait(0.25)
    mesh.deliver()
    mesh.wait(0.25)
    mesh.deliver()
    missing = none.get("A")
    none.wait(1)
    latencies = [mesh.answers[local].latency, mesh.answers[away].latency, none.answers[missing].latency]
    assert latencies == [0.25, 0.5, 0.25]  # the peer looks it up too


def test_the_deadline_starts_when_the_question_leaves() -> None:
    mesh = Mesh(2, lookup_delay=0.25)
    op = mesh.get("A")
    assert mesh.providers[0].wake_at == 2.25
    mesh.wait(2.24)
    assert (op in mesh.answers, mesh.wait(0.01)) == (False, ["A get TIMEOUT silent B"])
    assert mesh.providers[0].wake_at == inf


def test_a_wake_that_is_not_needed_any_more() -> None:
    mesh = Mesh(2)
    mesh.get("A")
    mesh.wait(1)
    mesh.deliver()
    mesh.get("A", "other")
    assert (mesh.wait(1), mesh.providers[0].wake_at, mesh.wait(1)) == ([], 3.0, ["A get TIMEOUT silent B"])


@pytest.mark.parametrize(("regime", "joined", "most"), [(KV, False, 2.0), (KV, True, 4.0), (K, False, 4.0)])
def test_no_get_waits_longer_than_its_timeouts(regime: Regime, joined: bool, most: float) -> None:
    """Two seconds for everybody's answer; two more for a joiner that asks again, or after a pointer that fails."""
    mesh = Mesh(3)
    mesh.put("A", regime=regime)
    mesh.deliver("A>B") if regime is K else mesh.drop("A>B")
    mesh.flights.clear()
    first = mesh.get("B")
    if joined:
        mesh.wait(1.999)
        second = mesh.get("B", min_version=9)
        mesh.deliver("B>A", "A>B")  # found, but not new enough for the joiner
        assert first in mesh.answers
        mesh.flights.clear()
        mesh.wait(2)
        assert mesh.answers[second].latency == 2.0
        return
    mesh.wait(most - 0.001)
    assert first not in mesh.answers
    mesh.wait(0.001)
    assert (mesh.answer(first), mesh.answers[first].latency) == ("B get TIMEOUT silent AC", most)


def test_what_is_read_is_traced_to_the_put() -> None:
    """The copy that was served leads to the put; the causes of an answer lead to the get."""
    mesh = Mesh(2)
    mesh.put("A")
    away = mesh.answers[_read(mesh)]
    here = mesh.answers[_read(mesh)]
    own, cached = (event for event in mesh.events if isinstance(event, Stored))
    assert isinstance(away, GetFinished) and isinstance(here, GetFinished)
    assert (away.copy, here.copy, cached.origin) == (own.id, cached.id, own.id)
    assert [mesh.chain(event)[-1] for event in (own, cached, away, here)] == [
        mesh.asked[1].id, mesh.asked[2].id, mesh.asked[2].id, mesh.asked[3].id,
    ]  # fmt: skip


def _read(mesh: Mesh) -> int:
    op = mesh.get("B")
    mesh.deliver()
    return op


def test_a_wake_up_is_no_cause() -> None:
    mesh = Mesh(2)
    mesh.put("B", regime=K)
    mesh.deliver()
    op = mesh.get("A", owner="B")
    mesh.wait(2)  # after the pointer, everybody
    mesh.wait(2)
    assert mesh.chain(mesh.answers[op])[-1] == mesh.asked[op].id
    assert [mesh.causes[flight.event] for flight in mesh.flights] == [mesh.asked[op].id + 1] * 2


@pytest.mark.parametrize(("left", "until"), [(3.0, 3.0), (9e9, 60.0), (inf, 60.0), (nan, 60.0)])
def test_a_copy_is_kept_no_longer_than_was_signed(left: float, until: float) -> None:
    mesh = Mesh(2)
    mesh.put("A", ttl=60.0)
    mesh.get("B")
    mesh.deliver("B>A")
    mesh.flights[0].message.remaining = (left,)
    mesh.deliver()
    assert mesh.stores("B") == {"C": [("v1", until)]}


@pytest.mark.parametrize("left", [0.0, -1.0, -inf])
def test_a_copy_without_time_is_not_kept(left: float) -> None:
    mesh = Mesh(2)
    mesh.put("A", ttl=60.0)
    op = mesh.get("B")
    mesh.deliver("B>A")
    mesh.flights[0].message.remaining = (left,)
    mesh.deliver()
    assert (mesh.stores("B"), mesh.answer(op)) == ({}, "B get OK remote v")


def test_ttl_zero_is_never_cached() -> None:
    mesh = Mesh(2)
    mesh.put("A", ttl=0.0)
    for _ in range(2):
        op = mesh.get("B")
        mesh.deliver()
        assert (mesh.stores("B"), mesh.answer(op)) == ({}, "B get OK remote v")


def test_a_set_is_cached_to_its_first_end() -> None:
    options = msgspec.structs.replace(QUIET, unauthenticated_gets=UnauthenticatedGets.WAIT_ALL)
    mesh = Mesh(3, options)
    for by, ttl in (("A", 9.0), ("B", 4.0)):
        mesh.put(by, value=by, kind=UNAUTH, ttl=ttl)
    mesh.get("C", kind=UNAUTH)
    mesh.deliver()
    assert mesh.stores("C") == {"C": [("A", 4.0), ("B", 4.0)]}
    mesh.wait(3)
    assert mesh.answer(mesh.get("C", kind=UNAUTH)) == "C get OK cached A B"
    mesh.wait(1)
    mesh.get("C", kind=UNAUTH)
    assert len(mesh.flights) == 2


def test_nothing_is_left_behind() -> None:
    """After thousands of gets of every outcome no question, deadline or waiting customer is kept."""
    mesh = Mesh(3)
    mesh.put("A", regime=K)
    mesh.deliver()
    for turn in range(600):
        mesh.get("BC"[turn % 2], "k" if turn % 3 else "none")
        if turn % 5 == 0:
            mesh.flights.clear()
        elif turn % 7 == 0 and mesh.flights:
            mesh.arrive(mesh.flights.pop())
        else:
            mesh.deliver()
        mesh.wait(0.5)
    mesh.deliver()
    mesh.wait(10)
    for provider, customer in zip(mesh.providers, mesh.nodes[3:], strict=True):
        asking = provider._resolution.asking
        assert [asking.questions, asking.open, asking.deadlines] == [{}, {}, []]
        assert isinstance(customer, Customer) and customer._puts == customer._gets == {}
    assert len(mesh.answers) == 601


def test_an_answer_older_than_a_withdraw_says_so_and_is_not_kept() -> None:
    mesh = Mesh(2)
    mesh.put("A", value="old")
    op = mesh.get("B")
    mesh.deliver("B>A")
    answer = mesh.take("A>B")
    mesh.put("A", regime=KV)
    mesh.put("A", value="new")
    mesh.deliver()
    mesh.arrive(answer)
    assert (mesh.answer(op), mesh.stores("B")) == ("B get OK remote old stale", {})


@pytest.mark.parametrize("size", [2, 5])
def test_asking_in_parallel_hides_the_lookup_and_wastes_two_messages_per_peer(size: int) -> None:
    """Paper section 2.2: a local hit costs 2(N-1) messages; a miss is answered without the lookup's delay before it."""
    options = msgspec.structs.replace(QUIET, parallel=True)
    mesh = Mesh(size, options, lookup_delay=0.5)
    mesh.put("A", "here")
    mesh.put("B", "there")
    before = len(mesh.log)
    op = mesh.get("A", "here")
    mesh.wait(0.5)
    mesh.deliver()
    mesh.wait(0.5)
    mesh.deliver()
    told = mesh.log[before:]
    assert (sum(">" in line for line in told), mesh.answers[op].latency) == (2 * (size - 1), 0.5)
    op = mesh.get("A", "there", owner="B")
    mesh.deliver()
    mesh.wait(0.5)
    mesh.deliver()
    assert (mesh.answer(op), mesh.answers[op].latency) == ("A get OK remote v", 0.5)  # of the peer's lookup alone


@pytest.mark.parametrize("late", [True, False])
def test_what_was_only_cached_is_a_floor_too(late: bool) -> None:
    """Two providers hold the name; the newer one was found behind an answer's back and read from the cache."""
    mesh = Mesh(3, msgspec.structs.replace(QUIET, parallel=not late))
    if late:
        mesh.put("C", "k", "old", identity="me", ttl=0.0)
    else:
        mesh.put("A", "k", "old", identity="me")
    mesh.put("B", "k", "new", identity="me", ttl=5.0)
    ops = [mesh.get("A", "k", owner="me")]
    mesh.deliver("A>B", "A>C", "C>A", "B>A")
    ops.append(mesh.get("A", "k", owner="me"))
    mesh.wait(6.0)
    mesh.flights.clear()
    ops.append(mesh.get("A", "k", owner="me"))
    mesh.deliver("A>B", "A>C", "C>A")
    assert [mesh.answers.get(op) and mesh.answer(op) for op in ops] == [
        f"A get OK {'remote' if late else 'local'} old", "A get OK cached new", None,
    ]  # fmt: skip
    mesh.deliver("B>A")
    assert mesh.answer(ops[2]) == "A get OK remote new"
