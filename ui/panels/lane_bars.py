"""What each provider would answer for one key, as bars: cut where a version became stale, or a set incomplete.

Rules: no Qt. Bars do not depend on the playhead, so scrubbing costs nothing: who paints clips them. What a bar says
about a moment depends on what had happened by that moment alone.
"""

from bisect import bisect_left, bisect_right
from math import inf

import msgspec

from p4lab.core.events import Stored
from p4lab.trace import Trace
from p4lab.world import Segment, World

POINTER, CACHED = "P", "C"


class Bar(msgspec.Struct, frozen=True):
    """From start to end (inf: open) `node` would have answered with this.

    until: when a cached copy runs out, as was known when it was stored. newest: entries there were (of a set), else 0.
    via: whom a pointer asks, None if it does not say. regime: its word.
    """

    node: int
    start: float
    end: float
    store: str
    seq: int
    entries: int
    newest: int
    stale: bool
    regime: str
    until: float
    via: int | None
    event: int


def bar_at(bars: list[Bar], t: float) -> Bar | None:
    """The bar of one node's, in order, that t lies in."""
    place = bisect_left(bars, t, key=lambda bar: bar.end)
    place += place < len(bars) and bars[place].end == t  # an end is not part of its bar
    return bars[place] if place < len(bars) and bars[place].start <= t else None


def bars(world: World, trace: Trace, name: int, low: float = 0.0, high: float = inf) -> list[Bar]:
    """In order of node and start: those of which something is between low and high, as far as it is.

    What was before low is not looked at: a live run has ever more of it.
    """
    segments = world.lanes(name, low)
    kind = world.names[name].kind
    changes = sorted({low, *_changes(segments)}) if low > 0 else _changes(segments)
    newest = [world.newest(name, t) for t in changes]
    found: list[Bar] = []
    for segment in segments:
        if segment.end < low or segment.start > high:
            continue
        stored = trace[segment.event - 1]
        if not isinstance(stored, Stored):
            continue
        for start, end, count in _pieces(segment, changes, newest, kind):
            bar = Bar(
                segment.node, start, end, segment.store, segment.seq, segment.entries,
                newest=count if kind == "unauthenticated" else 0,
                stale=_is_stale(segment, count, kind),
                regime=stored.regime,
                until=inf if stored.until is None else stored.until,
                via=stored.via if segment.store == POINTER else None,
                event=segment.event,
            )  # fmt: skip
            if end < low:
                continue
            if found and _same_pointer(found[-1], bar):
                found[-1] = msgspec.structs.replace(bar, start=found[-1].start)
            else:
                found.append(bar)
    return found


def label(bar: Bar, names: dict[int, str], kind: str) -> tuple[str, str]:
    """What stands on a bar: in full, and where it is short of room."""
    if bar.store == POINTER:
        who = names.get(bar.via, "") if bar.via is not None else ""
        return (f"asks {who}" if who else "asks its holder"), "?"
    if kind == "unauthenticated":
        of = f"{bar.entries} of {bar.newest}" if bar.newest > bar.entries else f"{bar.entries}"
        return f"{of} {'entry' if of == '1' else 'entries'}", of.replace(" of ", "/")
    if kind == "immutable":
        return "the value", "✓"
    return f"v{bar.seq}" + (" (stale)" if bar.stale else ""), f"v{bar.seq}"


def _changes(segments: list[Segment]) -> list[float]:
    """The moments at which the newest version, or the set of all entries, may have changed."""
    own = [segment for segment in segments if segment.store == "L"]
    return sorted({segment.start for segment in own} | {segment.end for segment in own if segment.end < inf})


def _pieces(
    segment: Segment, changes: list[float], newest: list[int], kind: str
) -> list[tuple[float, float, int]]:  # fmt: skip
    """(start, end, newest then): cut where the answer became stale, or where the whole set changed."""
    at = bisect_right(changes, segment.start)
    before = newest[at - 1] if at else 0
    if kind == "immutable" or segment.store == POINTER:
        return [(segment.start, segment.end, before)]
    if kind != "unauthenticated":
        cut = bisect_right(newest, segment.seq)
        moment = changes[cut] if cut < len(changes) else inf
        if moment >= segment.end or moment <= segment.start:
            return [(segment.start, segment.end, before)]
        return [(segment.start, moment, segment.seq), (moment, segment.end, newest[cut])]
    pieces = [(segment.start, segment.end, before)]
    for place in range(at, bisect_left(changes, segment.end)):
        start, _, count = pieces[-1]
        if newest[place] != count:
            pieces[-1] = (start, changes[place], count)
            pieces.append((changes[place], segment.end, newest[place]))
    return pieces


def _is_stale(segment: Segment, newest: int, kind: str) -> bool:
    if segment.store == POINTER or kind == "immutable":  # what a pointer leads to is asked for anew each time
        return False
    return newest > (segment.entries if kind == "unauthenticated" else segment.seq)


def _same_pointer(last: Bar, bar: Bar) -> bool:
    """A pointer that was only told a newer version goes on asking the same provider."""
    return (
        last.store == bar.store == POINTER
        and (last.node, last.via, last.end) == (bar.node, bar.via, bar.start)
    )  # fmt: skip
