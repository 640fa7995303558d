"""Who peers with whom while somebody is away: whatever is said in whatever order, it is told once, and comes back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from p4lab.live.pairs import FARTHEST, Pairs

SEATS = st.integers(0, 3)


def test_a_peering_is_news_once_and_its_end_too() -> None:
    pairs = Pairs()
    assert pairs.said(1, [(2, 0.5), (3, 1e9)], ()) == {2: 0.5, 3: FARTHEST}
    assert pairs.said(2, [(1, 0.25)], ()) == {}
    assert (pairs.unsaid(1, ()), pairs.unsaid(1, (3,))) == ([3], [])
    assert (pairs.end(1, 2), pairs.end(2, 1), pairs.end(0, 9)) == (True, False, False)


def test_what_ends_while_somebody_is_away_does_not_come_back() -> None:
    pairs = Pairs()
    pairs.said(1, [(2, 0.5), (3, 0.5)], ())
    assert pairs.leave(1) == [2, 3]
    assert not pairs.end(3, 1)  # it was not shown
    assert pairs.back(1, ()) == {2: 0.5}


@given(st.lists(st.tuples(st.sampled_from(["said", "end", "leave", "back"]), SEATS, SEATS), max_size=40))
def test_what_is_shown_is_what_stands_among_those_who_are_there(deeds: list[tuple[str, int, int]]) -> None:
    pairs, away, stands, shown = Pairs(), set[int](), set[frozenset[int]](), set[frozenset[int]]()
    for deed, a, b in deeds:
        both = frozenset((a, b))
        if deed == "leave" and a not in away:
            away.add(a)
            shown -= {frozenset((a, other)) for other in pairs.leave(a)}
        elif deed == "back" and a in away:
            away.discard(a)
            shown |= {frozenset((a, other)) for other in pairs.back(a, away)}
        elif deed == "said" and a != b and a not in away:
            stands.add(both)
            shown |= {frozenset((a, other)) for other in pairs.said(a, [(b, 0.1)], away)}
        elif deed == "end":
            stands.discard(both)
            if pairs.end(a, b):
                assert both in shown
                shown.discard(both)
        assert shown == {pair for pair in stands if not pair & away}
