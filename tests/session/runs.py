"""The run that the session tests share, live and as a recording."""

from __future__ import annotations

from pathlib import Path

from p4lab.recording import Recorder
from p4lab.scenario.read import parse
from p4lab.scenario.write import dumps
from p4lab.session.base import Session
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


def replayed(folder: Path) -> Session:
    """The same run, recorded and read again."""
    return Replayed(record(folder / "run.p4rec"))


def in_parts(folder: Path) -> Session:
    """And read as it is asked for."""
    return Replayed(record(folder / "run.p4rec"), first=1)


BACKENDS = {"simulated": simulated, "replayed": replayed, "replayed in parts": in_parts}


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
    end, known = session.scenario.duration, 0.0
    while known < end:
        known = session.advance(end)
    return known
