"""Every event of the vocabulary has words in the log, and those of faults and sessions say with whom and why."""

from typing import get_args

from p4lab.core import events
from p4lab.core.events import (
    Adopted,
    Blurred,
    CaughtUp,
    Crashed,
    Event,
    LinkChanged,
    Lost,
    Misbehaving,
    Moved,
    Partitioned,
    Restarted,
    SessionDown,
)  # fmt: skip
from p4lab.core.messages import GETQ
from p4lab.world import World
from tests.streams import Run
from ui.panels.log_model import MARKS
from ui.panels.log_text import KINDS, LogText


def test_every_event_has_a_word_and_a_mark() -> None:
    assert set(KINDS) == set(get_args(events.AnyEvent)) - {events.Sent}
    silent = {"provider", "organisation", "customers"}  # they stand at the start, once each
    assert set(KINDS.values()) - silent <= set(MARKS)


def test_who_and_what() -> None:
    run = Run(3)
    sent = run.send(1.0, 0, 2, GETQ)
    told: list[Event] = [
        Crashed(node=2),
        Lost(message=sent, dst=2, why="crash"),
        SessionDown(node=0, peer=2, why="crash"),
        Restarted(node=2, copies=1),
        CaughtUp(node=2, peer=0, items=4, news=0),
        LinkChanged(a=0, b=1, latency=0.04, loss=0.05, corrupt=0.001, bandwidth=8000.0),
        LinkChanged(a=0, b=1, latency=0.04, up=False),
        Partitioned(groups=((0, 1), (2,))),
        Misbehaving(node=1, switches=("no_forward", "stretch_ttl=10")),
        Misbehaving(node=1),
        Adopted(node=2),
        Adopted(node=2, parent=1, latency=0.04),
        Moved(identity="Cedar", owner=b"o", src=2, dst=1),
        Blurred(node=2, late=1, by=0.25, left_out=120),
        Blurred(node=2, refused=3),
    ]
    for event in told:
        run.trace.emit(event, 2.0, 0)
    world = World()
    world.step(run.trace[:])
    text = LogText(run.trace, world)
    first = len(run.trace) - len(told)
    rows = [text.row(first + i) for i in range(len(told))]
    assert [(row.between, row.kind, row.result) for row in rows] == [
        ("Cedar", "crash", ""),
        ("Aster → Cedar", "message lost", "the other one crashed"),
        ("Aster → Cedar", "session down", "the other one crashed"),
        ("Cedar", "restart", "1 copy in its store"),
        ("Aster → Cedar", "caught up", "4 records, none new here"),
        ("Aster → Birch", "link", "40 ms one way, 5 % lost, 0.1 % corrupted, 1.0 kB/s at most"),
        ("Aster → Birch", "link", "down"),
        ("", "partition", "Aster, Birch | Cedar"),
        ("Birch", "misbehaviour", "passes nothing on, keeps copies too long (10)"),
        ("Birch", "misbehaviour", "behaves again"),
        ("Cedar", "parent", "a top from now on"),
        ("Cedar → Birch", "parent", ""),
        ("Cedar → Birch", "owner moved", "Cedar"),
        ("Cedar", "seen inexactly", "the next 1 event came up to 250 ms late; 120 events left out, for want of room"),
        ("Cedar", "seen inexactly", "3 events refused: not for it to tell"),
    ]
