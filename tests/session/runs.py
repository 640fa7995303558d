"""The run that the session tests share: simulated, in real time and as a recording."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from pathlib import Path
from tempfile import mkdtemp
from threading import Event
from time import perf_counter
from typing import Any

from msgspec.structs import replace

from p4lab.core.commands import Put
from p4lab.recording import Recorder
from p4lab.scenario.model import Scenario
from p4lab.scenario.read import parse
from p4lab.scenario.write import dumps
from p4lab.session.base import Session
from p4lab.session.joining import Wish
from p4lab.session.lab import LiveLab
from p4lab.session.live import Joining
from p4lab.session.replay import Replayed
from p4lab.session.simulated import Simulated

TEXT = """
format = 1
title = "Three providers, every kind and regime, a link that loses"
duration = 20.0
seed = 11

[link]
jitter = 0.005
loss = 0.02

[[provider]]
name = "Aster"
[[provider]]
name = "Birch"
[[provider]]
name = "Cedar"

[[peering]]
among = "all"

[[workload]]
name = "news"
keys = 2
ttl = 3.0
gets_per_second = 3.0
updates_per_second = 0.4

[[workload]]
name = "map"
keys = 1
regime = "put-broadcast-key"
gets_per_second = 2.0
updates_per_second = 0.4

[[workload]]
name = "roster"
keys = 1
regime = "put-broadcast-value"
lease = 6.0
gets_per_second = 2.0
updates_per_second = 0.4

[[workload]]
name = "wall"
keys = 1
kind = "unauthenticated"
ttl = 3.0
gets_per_second = 2.0
updates_per_second = 0.2
lease = 9.0

[[do]]
at = 5.0
put = { by = "Birch", key = "k42", value = "hello" }
[[do]]
at = 6.0
get = { by = "Cedar", key = "k42", owner = "Birch" }
"""


def simulated(folder: Path) -> Session:
    """The run itself."""
    return Simulated(parse(TEXT))


def hurried(scenario: Scenario, factor: float) -> Scenario:
    """The same, so many times as fast, for runs that take their time."""

    def faster(row: Any, *fields: str) -> Any:
        given = {name: getattr(row, name) / factor for name in fields if getattr(row, name) is not None}
        rates = [name for name in ("gets_per_second", "updates_per_second") if hasattr(row, name)]
        return replace(row, **given, **{name: getattr(row, name) * factor for name in rates})

    assert not scenario.peering[0].latency, "links are like `link`"
    return replace(
        faster(scenario, "duration"),
        link=faster(scenario.link, "latency", "jitter"),
        provider=tuple(faster(row, "lookup_delay") for row in scenario.provider),
        options=faster(scenario.options, "query_timeout", "hold_time"),
        workload=tuple(faster(row, "start", "stop", "ttl", "lease") for row in scenario.workload),
        do=tuple(faster(row, "at") for row in scenario.do),
    )


def lab(folder: Path) -> Session:
    """In real time, of which it gets less."""
    return LiveLab(hurried(parse(TEXT), HURRY))


def replayed(folder: Path) -> Session:
    """The same run, recorded and read again."""
    return Replayed(record(folder / "run.p4rec"))


def in_parts(folder: Path) -> Session:
    """And read as it is asked for."""
    return Replayed(record(folder / "run.p4rec"), first=1)


def class_of_one(folder: Path) -> Session:
    """A class on the network, with nobody in it but its teacher, who has put some things."""
    wish = Wish(CLASS_OF, class_name="Class 9b", policy="class", network="127.0.0.1")
    attempt, pause, end = Joining(wish, Path(mkdtemp(dir=folder)), ()), Event(), perf_counter() + PATIENCE
    while (session := attempt.poll()) is None:
        assert perf_counter() < end, f"the class was not open after {PATIENCE} s: {attempt.says}"
        pause.wait(0.005)
    session.scenario = replace(session.scenario, duration=0.4)
    for number in range(PUTS):
        session.submit(Put(CLASS_OF, str(number), f"news/{number}"), 0.0)
    del session.commands[1:]  # the first says who is here
    while session.trace.messages < 2 * PUTS:
        assert perf_counter() < end, f"{session.trace.messages} messages of {PUTS} puts after {PATIENCE} s"
        pause.wait(0.005)
        session.advance(0.0)
    return session


CLASS_OF, PUTS = "Aster", 10
PATIENCE = 30.0  # s for what takes half of one
HURRY = 40.0  # half a second of a run that lasts twenty
BACKENDS = {
    "simulated": simulated, "lab": lab, "class": class_of_one, "replayed": replayed, "replayed in parts": in_parts,
}  # fmt: skip


def record(path: Path, text: str = TEXT) -> Path:
    """Run it to the end, recording all the way."""
    session = Simulated(parse(text))
    recorder = Recorder(path, dumps(session.scenario), session.scenario.seed, "0.1.0")
    known, written = 0.0, 0
    while known < session.scenario.duration:
        known = session.advance(session.scenario.duration)
        recorder.write(session.trace.slice(written, len(session.trace)), known)
        written = len(session.trace)
    recorder.commands(session.commands)
    recorder.close()
    return path


def finish(session: Session) -> float:
    """Advance to the end of the run."""
    return reach(session, session.scenario.duration)


def happened(session: Session, what: Callable[[Any], bool], count: int = 1, most: float = 30.0) -> list[Any]:
    """Such Events, once there are so many: in real time nobody knows when, and a busy machine takes its time."""
    begun, pause = perf_counter(), Event()
    while perf_counter() - begun < most:
        session.advance(inf)
        found = [event for event in session.trace.slice(0, len(session.trace)).records if what(event)]
        if len(found) >= count:
            return found
        pause.wait(0.005)
    raise AssertionError(f"of {count} such Events there are {len(found)} after {most} s")


def reach(session: Session, end: float) -> float:
    """Advance to `end`, which in real time takes that long."""
    known, pause = session.advance(end), Event()
    until = perf_counter() + end + PATIENCE
    while known < end:
        assert perf_counter() < until, f"it is known up to {known} s after {end + PATIENCE} s"
        if session.abilities.real_time:
            pause.wait(0.002)
        known = session.advance(end)
    return known
