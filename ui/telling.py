"""What has happened in a stretch of time, sentence by sentence: for the narration.

Rules: pure functions of (world, trace, stretch, key), no Qt. Brief: what became of the puts and gets of the key, and
what happened to the network. Full: who asks whom and who answers, too.
"""

import numpy as np

from p4lab.core.events import GetFinished, PutFinished
from p4lab.trace import LOST, Trace
from p4lab.world import World
from p4lab.world.observed import incident
from ui.story import FETCH, FETCH_REPLY, HIT, KEY, QUERY, REPLY, UPDATE, names, network, result
from ui.words import time, version

Told = tuple[float, str]  # when, and what


def told(
    world: World, trace: Trace, start: float, end: float, name: int | None, full: bool, eyes: int | None = None
) -> list[Told]:
    """After `start`, up to and with `end`, in order of time. name: the key; None tells of the network alone.

    eyes: only what this provider can observe, and no word on what is stale.
    """
    found: list[Told] = []
    if full and name is not None:
        found += _sent(world, trace, start, end, name, eyes)
        found += _answers(world, trace, start, end, name, eyes)
    for event in trace.slice(trace.index_at(start), trace.index_at(end)).records:
        if eyes is not None and not incident(event, eyes, end):
            continue
        said = network(event, world)
        if not said and isinstance(event, GetFinished | PutFinished):
            said = _finished(event, world, trace, name, eyes is None)
        if said:
            found.append((event.t, said))
    return sorted(found, key=lambda each: each[0])


def _finished(event: GetFinished | PutFinished, world: World, trace: Trace, name: int | None, judged: bool) -> str:
    op = world.op(event.op)
    if op is None or op.name != name:
        return ""
    verb = "removal" if op.removes else op.verb
    ended, _ = result(op, world, trace, event.t, judged)
    return f"{names([op.node], world)}’s {verb} of {world.known_as(op.name)}: {ended}."


def _of(rows: np.ndarray, world: World, name: int) -> np.ndarray:
    of = world.op_name()
    rows = rows[(rows["code"] <= FETCH_REPLY) & (rows["op"] < len(of))]
    return rows[of[rows["op"]] == name]


def _sent(world: World, trace: Trace, start: float, end: float, name: int, eyes: int | None) -> list[Told]:
    """Questions and updates, those of one moment and one sender together."""
    rows = _of(trace.rows(trace.rows_at(start), trace.rows_at(end)), world, name)
    rows = rows if eyes is None else rows[rows["src"] == eyes]
    label = world.known_as(name)
    found: list[Told] = []
    for code in (UPDATE, QUERY, FETCH):
        mine = rows[rows["code"] == code]
        for t, src, op in sorted({(float(row["t"]), int(row["src"]), int(row["op"])) for row in mine}):
            to = mine["dst"][(mine["t"] == t) & (mine["src"] == src) & (mine["op"] == op)].tolist()
            who, whom = names([src], world), names(to, world)
            if code == UPDATE:
                made = world.op(op)
                what = version(made.seq) if made is not None and made.seq else "an entry"
                announces = int(world.op_regime()[op]) == KEY
                found.append((t, f"{who} {'announces' if announces else 'sends'} {what} of {label} to {whom}."))
            else:
                found.append((t, f"{who} asks {whom} for {label}."))
    return found


def _answers(world: World, trace: Trace, start: float, end: float, name: int, eyes: int | None) -> list[Told]:
    """Answers that arrive and have something."""
    before = trace.in_flight(start)
    since = trace.rows(trace.rows_at(start), trace.rows_at(end))
    found: list[Told] = []
    for rows in (_of(before[before["t"] <= start], world, name), _of(since, world, name)):
        replies = rows[((rows["code"] == REPLY) | (rows["code"] == FETCH_REPLY)) & (rows["status"] == HIT)]
        replies = replies[(replies["due"] > start) & (replies["due"] <= end) & (replies["fate"] & LOST == 0)]
        for row in replies if eyes is None else replies[replies["dst"] == eyes]:
            op = world.op(int(row["op"]))
            after = "" if op is None else f" after {time(float(row['due']) - op.started)}"
            found.append((float(row["due"]), f"{names([int(row['src'])], world)} answers{after}."))
    return found
