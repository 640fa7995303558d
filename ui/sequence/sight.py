"""What is in sight of the sequence chart: which messages lie between which places of which lanes.

Rules: no Qt; a function of (run, axis, lanes, choice, focus). Only what is in sight is looked at; where that is more
than can be drawn as arrows it is counted instead, and `says` tells so.
"""

from dataclasses import dataclass, field, replace
from math import inf

import numpy as np

from p4lab.core.events import Event, GetFinished, Stored
from p4lab.trace import LOST, ROW, Trace
from p4lab.world import Op, World
from p4lab.world.observed import Observed
from ui import words
from ui.panels.log_text import KINDS
from ui.sequence.axis import TIME, Axis, unit_of
from ui.sequence.choice import MARKS, Choice, kept, marked
from ui.sequence.crowd import Crowd
from ui.sequence.lanes import Lane

ARROWS = 600  # more than this in sight are counted
DIRECT = 20_000  # rows that are looked at in one go
MANY_MARKS = 1_500
BIN = 4.0  # px of a bar of counts
BUDGET = 0.012  # s of counting at a time
FELL = 0.6  # of its way: where a message that its link lost is drawn to
LATEST = 10.0  # s after a request is done in which its late messages are looked for
HIT = 1  # status of a reply


@dataclass(frozen=True)
class Look:
    """What is wanted. limit: Events that may be shown. width: of the lanes, px. op: the request that is followed."""

    trace: Trace
    world: World
    axis: Axis
    lanes: tuple[Lane, ...]
    choice: Choice
    limit: int
    width: float
    op: int | None = None
    chain: frozenset[int] = frozenset()
    lost: frozenset[int] | set[int] = frozenset()  # ids of messages that were lost under way
    eyes: tuple[Observed, int] | None = None  # only what this provider can observe
    t: float = inf  # now, for whoever observes


@dataclass
class Sight:
    """Arrays aligned with `rows`, the messages drawn. x in px from the left end of the lanes; a, b: lanes, from 0.

    x2 is NaN where it is not known when, in Event numbers, a message will arrive. cut: which part of its way it came.
    bands: from x to x, where Events have one time. counts: see Crowd, None while arrows are drawn. share: counted.
    """

    rows: np.ndarray = field(default_factory=lambda: np.empty(0, ROW))
    x1: np.ndarray = field(default_factory=lambda: np.empty(0))
    x2: np.ndarray = field(default_factory=lambda: np.empty(0))
    a: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    b: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    regime: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    stale: np.ndarray = field(default_factory=lambda: np.empty(0, bool))
    cut: np.ndarray = field(default_factory=lambda: np.empty(0))
    followed: np.ndarray = field(default_factory=lambda: np.empty(0, bool))
    lit: np.ndarray = field(default_factory=lambda: np.empty(0, bool))
    marks: list["Mark"] = field(default_factory=list)
    bands: np.ndarray = field(default_factory=lambda: np.empty((0, 2)))
    counts: np.ndarray | None = None
    share: float = 1.0
    total: int = 0
    says: str = ""

    @property
    def emphasis(self) -> bool:
        """Whether something is emphasised, so that all else is pale."""
        own = bool(self.followed.any() or self.lit.any())
        return own or any(mark.followed or mark.lit for mark in self.marks)

    def signature(self) -> tuple[object, ...]:
        """Equal where the same would be painted."""
        arrays = self.rows, self.x1, self.x2, self.a, self.b, self.regime, self.stale, self.cut, self.followed, self.lit
        counts = None if self.counts is None else self.counts.tobytes()
        return (*(each.tobytes() for each in arrays), tuple(self.marks), counts)

    def only(self, which: np.ndarray, events: frozenset[int]) -> "Sight":
        """The same with these arrows, and the marks of these Events."""
        arrays = {
            name: getattr(self, name)[which]
            for name in ("rows", "x1", "x2", "a", "b", "regime", "stale", "cut", "followed", "lit")
        }
        marks = [mark for mark in self.marks if mark.event in events]
        return replace(self, **arrays, marks=marks, total=int(which.sum()))


@dataclass(frozen=True)
class Mark:
    """An Event that is no message, on its lane. kind: its word in the log."""

    event: int
    x: float
    lane: int
    kind: str
    stale: bool
    followed: bool
    lit: bool


def lane_numbers(lanes: tuple[Lane, ...], world: World) -> np.ndarray:
    """The lane of each node, -1 for those that have none; the last place is such a one, for all nodes beyond."""
    of = np.full(max([*world.provider_of, *(lane.node for lane in lanes)], default=0) + 2, -1, np.int64)
    for number, lane in enumerate(lanes):
        of[lane.node] = number
    return of


def look(wanted: Look, crowd: Crowd) -> Sight:
    """What is in sight."""
    trace, axis = wanted.trace, wanted.axis
    lane_of = lane_numbers(wanted.lanes, wanted.world)
    if not wanted.lanes or not wanted.limit:
        return Sight()
    first, last, start, stop = _range(wanted)
    if last - first > DIRECT:
        return _counted(wanted, crowd, lane_of, first, last)
    flying = trace.in_flight(_time_before(wanted, start))
    flying = flying[(flying["id"] <= start) & shown(flying, wanted, lane_of)]
    rows = trace.rows(first, last)
    rows = rows[(rows["id"] > start) & (rows["id"] <= wanted.limit) & shown(rows, wanted, lane_of)]
    comes = flying["due"] <= _time_after(wanted, stop)
    if len(rows) + int(comes.sum()) > ARROWS:
        return _counted(wanted, crowd, lane_of, first, last)
    rows = np.concatenate([flying[comes], rows])
    part = trace.slice(start, stop)
    times, ids = _moments(part.rows, part.records)
    sight = arrows(rows, wanted, lane_of, times, ids)
    past = int(len(flying) - comes.sum())
    if past:
        sight.says = f"{words.plural(len(rows), 'message')}, {words.grouped(past)} more on their way all the while"
    sight.bands = _bands(times, ids, axis, wanted.width)
    if MARKS not in wanted.choice.hidden:
        sight.marks = _marks(part.records, wanted, lane_of)
    return sight


def shown(rows: np.ndarray, wanted: Look, lane_of: np.ndarray) -> np.ndarray:
    """Which rows are shown: those that are chosen, of those that can be observed."""
    mask = kept(rows, wanted.world, wanted.choice, lane_of)
    if wanted.eyes is not None:
        observed, node = wanted.eyes
        mask &= observed.rows(rows, node, wanted.t)
    return mask


def marked_on(event: Event, wanted: Look, lane_of: np.ndarray) -> int:
    """The lane on which an Event that is no message is shown, -1 if it is not."""
    lane = marked(event, wanted.world, wanted.choice, lane_of)
    if lane >= 0 and wanted.eyes is not None:
        observed, node = wanted.eyes
        return lane if observed.sees(event, node, wanted.t) else -1
    return lane


def arrows(rows: np.ndarray, wanted: Look, lane_of: np.ndarray, times: np.ndarray, ids: np.ndarray) -> Sight:
    """These messages as arrows. times, ids: of the Events in sight, in order."""
    axis, world = wanted.axis, wanted.world
    told = wanted.eyes is None  # a sender does not know what becomes of its messages
    known_lost = wanted.lost if told else frozenset()
    lost = np.isin(rows["id"], np.fromiter(known_lost, np.int64, len(known_lost))) if known_lost else None
    due, cut = rows["due"].copy(), np.where(((rows["fate"] & LOST) > 0) & told, FELL, 1.0)
    for place in np.flatnonzero(lost).tolist() if lost is not None else ():
        row = rows[place]
        ended = world.states.stopped(int(row["src"]), int(row["dst"]), float(row["t"]), float(row["due"]))
        cut[place] = min(1.0, max(0.1, (ended - row["t"]) / max(row["due"] - row["t"], 1e-12)))
    sent = rows["t"] if axis.mode == TIME else rows["id"].astype(float)
    arrived = due if axis.mode == TIME else _arrivals(rows, due, wanted, times, ids)
    scale = wanted.width / axis.length
    regimes, op = world.op_regime(), rows["op"].astype(np.int64)
    known = op < len(regimes)
    regime = np.where(known, regimes[np.where(known, op, 0)], 0).astype(np.int64)
    followed = op == wanted.op if wanted.op is not None else np.zeros(len(rows), bool)
    lit = np.isin(rows["id"], np.fromiter(wanted.chain, np.int64, len(wanted.chain)))
    return Sight(
        rows=rows, x1=(sent - axis.low) * scale, x2=(arrived - axis.low) * scale, a=lane_of[rows["src"]],
        b=lane_of[rows["dst"]], regime=regime, stale=_stale(rows, wanted), cut=cut, followed=followed, lit=lit,
        total=len(rows), says="",
    )  # fmt: skip


def of_request(wanted: Look, op: int) -> tuple[float, float] | None:
    """From where to where a request goes on the axis, with its late messages; None where it is not known."""
    found = wanted.world.op(op)
    if found is None:
        return None
    trace, mode = wanted.trace, wanted.axis.mode
    end = found.started if found.finished is None else found.finished
    last = max(end, float(request_rows(trace, found)["due"].max(initial=0.0)))
    low = found.started if mode == TIME else found.started_id - 1.0
    return low, unit_of(mode, trace, last)


def request_rows(trace: Trace, op: Op) -> np.ndarray:
    """The messages of one request, in order."""
    end = op.started if op.finished is None else op.finished
    rows = trace.rows(trace.rows_at(np.nextafter(op.started, -1)), trace.rows_at(end + LATEST))
    return rows[rows["op"] == op.op]


def _range(wanted: Look) -> tuple[int, int, int, int]:
    """Which message rows and which Events are in sight, counted from 0."""
    trace, axis = wanted.trace, wanted.axis
    if axis.mode == TIME:
        first, last = trace.rows_at(np.nextafter(axis.low, -1)), trace.rows_at(axis.high)
        start, stop = trace.index_at(np.nextafter(axis.low, -1)), trace.index_at(axis.high)
    else:
        start, stop = max(0, int(axis.low) - 1), min(len(trace), int(axis.high) + 1)
        if start >= min(stop, wanted.limit):
            return 0, 0, 0, 0
        first, last = trace.rows_at(np.nextafter(trace.time_of(start), -1)), trace.rows_at(trace.time_of(stop - 1))
    return first, last, min(start, wanted.limit), min(stop, wanted.limit)


def _time_before(wanted: Look, start: int) -> float:
    """The time of the last Event before those in sight."""
    return wanted.trace.time_of(start - 1) if start else -1.0


def _time_after(wanted: Look, stop: int) -> float:
    """The time up to which messages arrive in sight."""
    if wanted.axis.mode == TIME:
        return wanted.axis.high
    return wanted.trace.time_of(stop - 1) if stop else 0.0


def _moments(rows: np.ndarray, records: list[Event]) -> tuple[np.ndarray, np.ndarray]:
    """Times and numbers of these Events, in order."""
    ids = np.concatenate([rows["id"].astype(np.int64), np.array([event.id for event in records], np.int64)])
    times = np.concatenate([rows["t"], np.array([event.t for event in records], float)])
    order = np.argsort(ids)
    return times[order], ids[order]


def _arrivals(rows: np.ndarray, due: np.ndarray, wanted: Look, times: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """When messages arrive, in Event numbers: at the Event that they caused, or between those around that time."""
    trace = wanted.trace
    found = np.full(len(rows), np.nan)
    end = trace.time_of(min(wanted.limit, len(trace)) - 1)
    if len(ids):
        place = np.searchsorted(times, due, side="right")
        inside = (place > 0) & (place < len(times))
        before, after = np.maximum(place - 1, 0), np.minimum(place, len(times) - 1)
        gap = times[after] - times[before]
        part = np.where(gap > 0, (due - times[before]) / np.where(gap > 0, gap, 1.0), 0.0)
        found[inside] = ids[before][inside] + part[inside]
    for place_ in np.flatnonzero(np.isnan(found) & (due <= end)).tolist():
        found[place_] = unit_of(wanted.axis.mode, trace, float(due[place_]))
    causes = _causes(trace, ids)
    for place_, number in enumerate(rows["id"].tolist()):
        if number in causes:
            found[place_] = causes[number]
    return found


def _causes(trace: Trace, ids: np.ndarray) -> dict[int, int]:
    """The first Event that each Event in sight caused."""
    if not len(ids):
        return {}
    part = trace.slice(int(ids[0]) - 1, int(ids[-1]))
    caused = {event.cause: event.id for event in reversed(part.records)}
    for cause, number in zip(part.rows["cause"][::-1].tolist(), part.rows["id"][::-1].tolist(), strict=True):
        if cause not in caused or number < caused[cause]:
            caused[cause] = number
    return caused


def _bands(times: np.ndarray, ids: np.ndarray, axis: Axis, width: float) -> np.ndarray:
    """Where several Events have one time: only Event numbers give them room."""
    if axis.mode == TIME or len(times) < 2:
        return np.empty((0, 2))
    starts = np.flatnonzero(np.diff(times, prepend=-1.0) > 0)
    ends = np.append(starts[1:], len(times)) - 1
    several = ends > starts
    edges = np.stack([ids[starts[several]] - 0.25, ids[ends[several]] + 0.25], axis=1)
    return (edges - axis.low) * (width / axis.length)


def _marks(records: list[Event], wanted: Look, lane_of: np.ndarray) -> list[Mark]:
    """Events on lanes, with what they are about."""
    axis, world = wanted.axis, wanted.world
    if len(records) > MANY_MARKS:
        return []
    scale, found = wanted.width / axis.length, []
    for event in records:
        lane = marked_on(event, wanted, lane_of)
        if lane >= 0:
            op = int(getattr(event, "op", 0))
            unit = event.t if axis.mode == TIME else event.id
            stale = isinstance(event, GetFinished) and bool(getattr(world.op(op), "lag", 0))
            stale &= wanted.eyes is None
            followed, lit = op == wanted.op and op > 0, event.id in wanted.chain
            kind = KINDS[type(event)]
            found.append(Mark(event.id, (unit - axis.low) * scale, lane, kind, stale, followed, lit))
    return found


def _stale(rows: np.ndarray, wanted: Look) -> np.ndarray:
    """Replies that brought the copy for which a get was out of date."""
    found = np.zeros(len(rows), bool)
    if wanted.eyes is not None:  # whether somebody has a newer version, a provider does not know
        return found
    kinds: dict[int, int] = {}
    for place in np.flatnonzero((rows["status"] == HIT) & (rows["op"] > 0)).tolist():
        op = int(rows["op"][place])
        if op not in kinds:
            one = wanted.world.op(op)
            copy = wanted.trace[one.copy - 1] if one is not None and one.lag and one.copy else None
            kinds[op] = copy.node if isinstance(copy, Stored) else -1
        found[place] = kinds[op] == int(rows["src"][place])
    return found


def _counted(wanted: Look, crowd: Crowd, lane_of: np.ndarray, first: int, last: int) -> Sight:
    axis, choice = wanted.axis, wanted.choice
    bins = max(8, round(wanted.width / BIN))
    seen = None if wanted.eyes is None else (wanted.eyes[1], wanted.t)
    key = (wanted.trace, axis.mode, choice, wanted.lanes, seen)

    def mask(rows: np.ndarray) -> np.ndarray:
        return shown(rows, wanted, lane_of)

    last = min(last, _rows_within(wanted))
    counts, total, share = crowd.count(
        wanted.trace, key, mask, lane_of, axis.mode, axis.low, axis.high, first, last, bins, BUDGET
    )
    sight = Sight(counts=counts, total=total, share=share)
    sight.says = (
        f"{words.plural(total, 'message')}: too many for arrows, so each lane shows how many it sent and received"
    )
    if share < 1:
        sight.says = f"counting, {words.share(share)}"
    if wanted.op is not None and (span := of_request(wanted, wanted.op)) is not None and span[0] < axis.high:
        rows = _of_one(wanted, wanted.op, lane_of)
        one = arrows(rows, wanted, lane_of, np.empty(0), np.empty(0, np.int64))
        one.counts, one.share, one.total, one.says = counts, share, total, f"{sight.says}; the request is drawn"
        return one
    return sight


def _of_one(wanted: Look, op: int, lane_of: np.ndarray) -> np.ndarray:
    """The messages of one request, so that it can be drawn over a crowd."""
    found = wanted.world.op(op)
    if found is None:
        return np.empty(0, ROW)
    rows = request_rows(wanted.trace, found)
    rows = rows[rows["id"] <= wanted.limit]
    return rows[shown(rows, replace(wanted, choice=Choice()), lane_of)][:ARROWS]


def _rows_within(wanted: Look) -> int:
    """How many message rows may be shown."""
    limit = min(wanted.limit, len(wanted.trace))
    return wanted.trace.rows_at(wanted.trace.time_of(limit - 1)) if limit else 0
