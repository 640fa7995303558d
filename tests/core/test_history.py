"""History against hand-worked cases, and against a second, naive reading of the same puts."""

from __future__ import annotations

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from p4lab.core.events import Dropped, Stored
from p4lab.core.history import MIXED, NONE, REGIME_WORDS, History
from p4lab.trace import Trace
from tests.streams import REGIMES, Run, nid_of, runs, version_digest

NEWS = nid_of("news/1")
ENTRIES = st.sampled_from(("x", "y", "z"))


def fold(trace: Trace) -> History:
    history = History()
    for event in trace.slice(0, len(trace)):
        history.step(event)
    return history


def test_versions_behind_and_since_when() -> None:
    run = Run()
    run.put(1.0, 0, "news/1", 1)
    run.put(3.5, 0, "news/1", 2)
    run.put(4.5, 0, "news/1", 3)
    history = fold(run.trace)
    judged = [history.judge(NEWS, seq, version_digest(seq), (), t) for seq, t in [(1, 3.0), (1, 3.5), (1, 5.5), (3, 9)]]
    assert judged == [(0, 0.0), (1, 0.0), (2, 2.0), (0, 0.0)]
    assert [history.newest(NEWS, t) for t in (0.5, 1.0, 4.4, 4.5)] == [0, 1, 2, 3]


def test_equal_seqs_are_ordered_by_digest_and_a_refresh_is_no_version() -> None:
    run = Run()
    run.put(1.0, 0, "news/1", 1)
    run.put(2.0, 1, "news/1", 1)  # the same record at another provider
    history = fold(run.trace)
    assert history.judge(NEWS, 1, version_digest(1), (), 3.0) == (0, 0.0)
    assert history.judge(NEWS, 1, "0", (), 3.0) == (1, 2.0)
    assert history.judge(NEWS, 1, "g", (), 3.0) == (0, 0.0)


def test_an_older_version_accepted_late_does_not_become_the_newest() -> None:
    run = Run()
    run.put(1.0, 0, "news/1", 3, regime="put-broadcast-key")
    run.put(2.0, 1, "news/1", 2)
    history = fold(run.trace)
    assert (history.newest(NEWS, 3.0), REGIME_WORDS[history.regime(NEWS, 3.0)]) == (3, "put-broadcast-key")
    assert history.judge(NEWS, 1, version_digest(1), (), 3.0) == (2, 2.0)


def test_entries_count_from_their_acknowledgement_until_they_end() -> None:
    run, nid = Run(), nid_of("wall", "unauthenticated")
    run.put(1.0, 0, "wall", kind="unauthenticated", entry="x")
    run.put(2.0, 1, "wall", kind="unauthenticated", entry="y", until=6.0, regime="put-broadcast-value")
    run.put(3.0, 2, "wall", kind="unauthenticated", entry="z")
    run.put(4.0, 1, "wall", kind="unauthenticated", entry="y", until=8.0)  # refreshed, now get-broadcast
    run.drop(5.0, 2, "wall", "L", kind="unauthenticated", entry="z")
    history = fold(run.trace)
    assert [history.newest(nid, t) for t in (0.0, 1.0, 3.0, 5.0, 7.9, 8.0)] == [0, 1, 3, 2, 2, 1]
    assert history.judge(nid, 0, "", ("x",), 4.5) == (2, 2.5)
    assert history.judge(nid, 0, "", ("x",), 7.0) == (1, 5.0)
    assert history.judge(nid, 0, "", ("x",), 8.0) == (0, 0.0)


def test_an_entry_put_again_elsewhere_counts_by_its_widest_regime() -> None:
    """Hypothesis found this: at one moment two providers take the same entry under two regimes."""
    for first, second in ((0, 1), (1, 0)):
        run, nid = Run(2), nid_of("wall", "unauthenticated")
        run.put(1.0, first, "wall", kind="unauthenticated", entry="x", until=3.0, regime="put-broadcast-value")
        run.put(1.0, second, "wall", kind="unauthenticated", entry="x")
        history = fold(run.trace)
        assert [history.regime(nid, t) for t in (1.0, 2.9, 3.0)] == [3, 3, 1]


def test_what_was_taken_back_is_stale_from_then_on() -> None:
    run, nid = Run(), nid_of("wall", "unauthenticated")
    run.put(1.0, 0, "wall", kind="unauthenticated", entry="x")
    run.put(2.0, 0, "wall", kind="unauthenticated", entry="y")
    run.drop(3.0, 0, "wall", "L", kind="unauthenticated", entry="x", why="removed")
    run.put(6.0, 1, "wall", kind="unauthenticated", entry="x")
    history = fold(run.trace)
    read = [history.judge(nid, 0, "", ("x", "y"), t) for t in (2.9, 3.0, 4.5, 6.0)]
    assert read == [(0, 0.0), (1, 0.0), (1, 1.5), (0, 0.0)]
    assert history.judge(nid, 0, "", ("y",), 4.0) == (0, 0.0)


def test_a_tombstone_is_a_version() -> None:
    run = Run()
    run.put(1.0, 0, "news/1", 1)
    run.put(2.0, 0, "news/1", 2, deleted=True)
    run.put(5.0, 0, "news/1", 3)
    history = fold(run.trace)
    judged = [history.judge(NEWS, seq, version_digest(seq), (), t) for seq, t in [(1, 4.0), (2, 4.0), (2, 6.0)]]
    assert judged == [(1, 2.0), (0, 0.0), (1, 1.0)]


def test_the_regime_in_force() -> None:
    run, wall, fixed = Run(), nid_of("wall", "unauthenticated"), nid_of("fixed", "immutable")
    run.put(1.0, 0, "wall", kind="unauthenticated", entry="x")
    run.put(2.0, 1, "wall", kind="unauthenticated", entry="y", until=6.0, regime="put-broadcast-value")
    run.put(3.0, 0, "fixed", kind="immutable")
    run.put(4.0, 0, "fixed", kind="immutable", regime="put-broadcast-key")
    history = fold(run.trace)
    assert [history.regime(wall, t) for t in (0.9, 1.0, 2.0, 6.0)] == [NONE, 1, MIXED, 1]
    assert [history.regime(fixed, t) for t in (2.9, 3.0, 4.0)] == [NONE, 1, 2]
    assert (history.newest(fixed, 5.0), history.judge(fixed, 0, "", (), 5.0)) == (1, (0, 0.0))
    assert history.regime(b"never seen", 5.0) == NONE


class Naive:
    """The same questions answered from the bare list of events, one at a time."""

    def __init__(self, trace: Trace, nid: bytes) -> None:
        mine = [event for event in trace.slice(0, len(trace)) if getattr(event, "nid", b"") == nid]
        self.stored = [event for event in mine if isinstance(event, Stored) and event.store == "L"]
        self.dropped = [event for event in mine if isinstance(event, Dropped) and event.store == "L"]

    def versions(self, t: float) -> dict[tuple[int, str], float]:
        """Version -> when it was first acknowledged."""
        found: dict[tuple[int, str], float] = {}
        for event in self.stored:
            if event.t <= t and not event.entry:
                found.setdefault((event.seq, event.digest), event.t)
        return found

    def alive(self, t: float) -> dict[str, tuple[str, float]]:
        """Entry -> (its widest regime, since when it has counted at the provider that has had it longest)."""
        found: dict[str, tuple[str, float]] = {}
        for node in range(5):
            for entry in ("x", "y", "z"):
                since, end, regime = inf, -inf, ""
                mine = [e for e in [*self.stored, *self.dropped] if (e.node, e.entry) == (node, entry) and e.t <= t]
                for event in sorted(mine, key=lambda event: event.id):
                    if isinstance(event, Dropped):
                        end = min(end, event.t)
                        continue
                    since = since if end > event.t else event.t
                    end, regime = inf if event.until is None else event.until, event.regime
                if since <= t < end:
                    wide, first = found.get(entry, (REGIMES[0], inf))
                    found[entry] = (max(wide, regime, key=REGIMES.index), min(first, since))
        return found


@given(
    runs(), st.sampled_from(("authenticated", "unauthenticated")), st.integers(0, 6), st.sets(st.sampled_from("xyz"))
)
def test_history_agrees_with_a_naive_reading_at_the_end(run: Run, kind: str, seq: int, entries: set[str]) -> None:
    nid, t, history = nid_of("a", kind), run.trace.end, fold(run.trace)
    naive = Naive(run.trace, nid)
    if kind == "authenticated":
        versions = naive.versions(t)
        later = [acked for version, acked in versions.items() if version > (seq, version_digest(seq))]
        assert history.newest(nid, t) == max(versions, default=(0, ""))[0]
        assert history.judge(nid, seq, version_digest(seq), (), t) == (len(later), t - min(later) if later else 0.0)
    else:
        alive = naive.alive(t)
        missed = [since for entry, (_, since) in alive.items() if entry not in entries]
        assert history.newest(nid, t) == len(alive)
        assert history.judge(nid, 0, "", tuple(entries), t) == (len(missed), t - min(missed) if missed else 0.0)
        words = {regime for regime, _ in alive.values()}
        if len(words) == 1:
            assert history.regime(nid, t) == REGIMES.index(words.pop()) + 1
        elif words:
            assert history.regime(nid, t) == MIXED


@given(runs(), st.integers(0, 40))
def test_later_events_do_not_change_what_was_true(run: Run, index: int) -> None:
    """The answer for a time that the fold has passed is the answer that it gave then."""
    whole, part = fold(run.trace), History()
    t = run.trace.time_of(min(index, len(run.trace) - 1))
    for event in run.trace.slice(0, run.trace.index_at(t)):
        part.step(event)
    for kind in ("authenticated", "unauthenticated", "immutable"):
        nid = nid_of("a", kind)
        assert whole.newest(nid, t) == part.newest(nid, t)
        assert whole.judge(nid, 2, version_digest(2), ("x",), t) == part.judge(nid, 2, version_digest(2), ("x",), t)
