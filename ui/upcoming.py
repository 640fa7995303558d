"""What comes next, as far as it is known at the playhead: the next event, and what is due by itself.

Rules: no Qt; a function of (run, playhead). Nothing is made to find it out: what the engine has not made yet is said to
be so. What is due may still be prevented, by a crash or a cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from p4lab.scenario.model import Do
from p4lab.trace import LOST, Trace
from p4lab.world import World
from ui.branches import deed
from ui.panels.log_text import LogText
from ui.story import names
from ui.words import ACCESS, clock, message, time

MOST = 40  # arrivals told apart: beyond that a line of them says nothing
OVER = "The run is over."
UNMADE = "Next event: not yet made"


@dataclass(frozen=True)
class Due:
    """Something that comes at time t. kind: "event", "arrival", "expiry" or "command". code: of a message, else 0."""

    t: float
    says: str
    kind: str
    code: int = 0


def next_event(text: LogText, t: float) -> Due | None:
    """The event that a step forward goes to; None while the engine has not made it."""
    trace = text.trace
    index = trace.index_at(t)
    if index >= len(trace):
        return None
    row = text.row(index)
    key = f" of {row.key}" if row.key else ""
    where = f"{row.between}: " if row.between else ""
    return Due(row.time, f"{where}{row.kind}{key}", "event", row.code)


def arrivals(trace: Trace, world: World, t: float) -> list[Due]:
    """The messages between providers that are on their way at t, by the time they arrive."""
    rows = trace.in_flight(t)
    rows = rows[(rows["code"] < ACCESS) & (rows["fate"] & LOST == 0)]
    rows.sort(order="due")
    found = []
    for due, dst, code, status in rows[["due", "dst", "code", "status"]][:MOST].tolist():
        found.append(Due(due, f"{message(code, status)} reaches {names([dst], world)}", "arrival", code))
    return found


def expiries(world: World, name: int | None, t: float, at: int | None = None) -> list[Due]:
    """When the copies of the selected key run out, if nothing renews them. at: only those of this provider."""
    if name is None or name >= len(world.names):
        return []
    label = world.known_as(name)
    held = [(held.until, held.node) for held in world.holdings(name, t) if held.until is not None and held.until > t]
    held = [(until, node) for until, node in held if at in (None, node)]
    return [
        Due(until, f"{names([node], world)}: its copy of {label} runs out", "expiry") for until, node in sorted(held)
    ]


def planned(rows: Sequence[Do], t: float) -> list[Due]:
    """What the scenario, or somebody by hand, will do after t."""
    ahead = sorted((row for row in rows if row.at > t), key=lambda row: row.at)
    return [Due(row.at, f"planned: {deed(row.command)}", "command") for row in ahead[:MOST]]


def coming(text: LogText, rows: Sequence[Do], name: int | None, t: float) -> list[Due]:
    """All that is known to come after t, the nearest first: the next event, arrivals, expiries, plans."""
    first = next_event(text, t)
    found = [*arrivals(text.trace, text.world, t), *expiries(text.world, name, t), *planned(rows, t)]
    return sorted([*([first] if first is not None else []), *found], key=lambda due: due.t)


def sentence(text: LogText, t: float, duration: float) -> str:
    """The next event with its time and how far off it is; else what is due first."""
    if t >= duration:
        return OVER
    coming = next_event(text, t)
    if coming is not None:
        return f"Next: {coming.says} · at {clock(coming.t, 0.001)}, in {time(coming.t - t)}"
    flying = arrivals(text.trace, text.world, t)
    if not flying:
        return UNMADE
    first = flying[0]
    return f"{UNMADE}; {first.says} at {clock(first.t, 0.001)}, in {time(first.t - t)}"
