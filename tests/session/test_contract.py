"""What every Session keeps, however its run is produced: one suite over all backends (architecture section 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import inf
from pathlib import Path
from threading import Event as ThreadingEvent
from time import perf_counter, thread_time

import pytest

from p4lab.core.commands import (
    BY_HAND,
    AddProvider,
    Attach,
    Command,
    Crash,
    Detach,
    Get,
    Heal,
    Misbehave,
    Move,
    Note,
    Partition,
    Peer,
    Remove,
    Restart,
    SetLink,
    Unpeer,
)
from p4lab.core.events import (
    Adopted,
    Crashed,
    Event,
    GetStarted,
    Healed,
    LinkChanged,
    Misbehaving,
    Moved,
    Noted,
    Partitioned,
    Peered,
    PutStarted,
    Restarted,
    Unpeered,
)
from p4lab.session.base import Session
from tests.session.runs import BACKENDS, PUTS, finish, happened, reach

Make = Callable[[], Session]
LATE = 5.0  # s that a machine with very much else to do may be late


@pytest.fixture(params=sorted(BACKENDS))
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    made: list[Session] = []

    def another() -> Session:
        made.append(BACKENDS[request.param](tmp_path))
        return made[-1]

    yield another
    for session in made:
        session.close()


def test_time_goes_on_to_the_end_in_short_calls(make: Make) -> None:
    session, pause = make(), ThreadingEvent()
    known, calls, live = 0.0, 0, session.abilities.real_time
    took: list[float] = []
    while known < session.scenario.duration:
        began, worked = perf_counter(), thread_time()
        after = session.advance(session.scenario.duration)
        assert thread_time() - worked < 0.25  # a few ms on a machine that does nothing else
        took.append(perf_counter() - began)
        assert known <= after and (live or after <= session.scenario.duration)
        known, calls = after, calls + 1
        if live:
            pause.wait(0.002)  # time passes by itself
    assert calls < 10_000
    assert sorted(took)[len(took) // 2] < 0.25  # of most, though others want the machine as well
    if live:
        assert session.abilities.end == inf  # it goes on until it is closed
        session.close()
        known = session.advance(known)
        assert (session.abilities.known, session.abilities.end, session.abilities.submit) == (True, known, False)
    assert session.advance(known / 2) == known
    assert session.advance(known * 2) == known
    session.close()


def test_the_past_is_settled(make: Make) -> None:
    """What advance has said to be known gets no further events."""
    session = make()
    settled = []
    for tenth in range(1, 11):
        known = reach(session, session.scenario.duration * tenth / 10)
        settled.append((known, session.trace.index_at(known)))
    finish(session)
    assert [(known, session.trace.index_at(known)) for known, _ in settled] == settled


def test_the_stream_is_ordered_numbered_and_caused(make: Make) -> None:
    session = make()
    finish(session)
    events = list(session.trace.slice(0, len(session.trace)))
    assert [event.id for event in events] == list(range(1, len(events) + 1))
    assert [event.t for event in events] == sorted(event.t for event in events)
    assert all(0 <= event.cause < event.id for event in events)
    assert len(events) > (1000 if session.scenario.provider else 5 * PUTS)


def test_any_number_of_steps_gives_the_same_run(make: Make) -> None:
    one, many = make(), make()
    if one.abilities.real_time:
        return  # no two runs in real time are the same
    finish(one)
    for step in range(1, 201):
        many.advance(many.scenario.duration * step / 200)
    finish(many)
    assert many.trace.digest() == one.trace.digest()


def test_submit_does_what_the_abilities_say(make: Make) -> None:
    session = make()
    known = session.advance(3.0)
    if not session.abilities.submit:
        with pytest.raises(ValueError, match=session.abilities.why_not):
            session.submit(Note("x"), known)
        return
    at, live = session.submit(Get("Aster", key="news/1"), known), session.abilities.real_time
    late = LATE if session.scenario.provider else 1.0 + session.lag  # what a network may tell late, too
    assert known < at < known + (late if live else 0.001)
    by_hand = [(row.at, row.command) for row in session.commands if not isinstance(row.command, AddProvider)]
    assert by_hand == [(at, Get("Aster", key="news/1"))]
    finish(session)
    if live:
        asked = 1 + sum(isinstance(row.command, Get) for row in session.scenario.do)
        happened(session, lambda event: isinstance(event, GetStarted) and event.workload == BY_HAND, asked)
    records = session.trace.slice(0, len(session.trace)).records
    planned = [row.at for row in session.scenario.do if isinstance(row.command, Get)]
    done = [event.t for event in records if isinstance(event, GetStarted) and event.workload == BY_HAND]
    if live:  # the true time, wherever the playhead is
        assert sorted(done) == done and len(done) == 1 + len(planned)
        assert all(0 <= was - meant < late for was, meant in zip(done, sorted([at, *planned]), strict=True))
        assert session.submit(Note("whenever"), 0.0) > known
    else:
        assert done == [at, *planned] == [at, 6.0]
        with pytest.raises(ValueError, match="past"):
            session.submit(Note("too late"), known)


BY_HAND_TOO: list[tuple[Command, list[type[Event]]]] = [
    (Unpeer(("Aster", "Birch")), [Unpeered]),
    (Peer(("Birch", "Aster"), loss=0.1), [Peered, LinkChanged]),
    (SetLink(("Aster", "Cedar"), up=False), [LinkChanged]),
    (SetLink(("Aster", "Cedar"), up=True), [LinkChanged]),
    (Partition((("Aster",),)), [Partitioned]),
    (Heal(), [Healed]),
    (Attach("Cedar", to="Aster"), [Unpeered, Unpeered, Adopted]),
    (Detach("Cedar"), [Adopted]),
    (Crash("Birch"), [Crashed]),
    (Crash("Birch"), [Noted]),
    (Restart("Birch"), [Restarted]),
    (Misbehave("Cedar", corrupt_value=True), [Misbehaving]),
    (Remove("Cedar", key="news/1", identity="Aster"), [PutStarted]),
    (Move("Aster", to="Cedar"), [Moved]),
]
EVENTS = {kind for _, kinds in BY_HAND_TOO for kind in kinds}


def test_every_verb_can_be_given_by_hand(make: Make) -> None:
    """At one moment, in order; what it leads to at once comes behind it. Made again, it is the same run."""
    session = make()
    if not session.abilities.submit or not session.scenario.provider:
        return  # in a class most are not ours to give: test_live.py
    live = session.abilities.real_time
    known = reach(session, 0.15 if live else 3.0)
    again = session.fork(known)
    given = [session.submit(command, known) for command, _ in BY_HAND_TOO]
    at = given[-1]
    if live:
        happened(session, lambda event: isinstance(event, Moved))
    else:
        finish(session)
    records = session.trace.slice(0, len(session.trace)).records
    if live:
        told = [
            type(event) for event in records if event.t >= given[0] and getattr(event, "workload", "") in ("", BY_HAND)
        ]
    else:
        told = [type(event) for event in records if event.t == at]
    planned = [kind for _, kinds in BY_HAND_TOO for kind in kinds]
    assert [kind for kind in told if kind in EVENTS][: len(planned)] == planned
    if live:
        return  # made again it is a simulation
    while again.advance(known) < known:
        pass
    for command, _ in BY_HAND_TOO:
        assert again.submit(command, known) == at
    finish(again)
    assert again.trace.digest() == session.trace.digest()


def test_fork_does_what_the_abilities_say(make: Make) -> None:
    session = make()
    if session.abilities.real_time:
        return  # a fork is a simulation of it: test_lab.py
    finish(session)
    if not session.abilities.fork:
        with pytest.raises(ValueError, match=session.abilities.why_not):
            session.fork(3.0)
        return
    fork = session.fork(3.0)
    known = fork.advance(3.0)
    while known < 3.0:
        known = fork.advance(3.0)
    past = session.trace.index_at(3.0)
    assert list(fork.trace.slice(0, past)) == list(session.trace.slice(0, past))
    fork.submit(Note("another future"), 3.0)
    finish(fork)
    assert fork.trace.digest() != session.trace.digest()
    assert (len(fork.commands), len(session.commands)) == (1, 0)


def test_what_cannot_be_done_is_explained(make: Make) -> None:
    abilities = make().abilities
    assert bool(abilities.why_not) is not (abilities.submit and abilities.fork)
