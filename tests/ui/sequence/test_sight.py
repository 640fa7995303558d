"""What is in sight: which arrow lies where, what is on its way, what is counted."""

import numpy as np
import pytest

from p4lab.core.events import Crashed, Lost
from p4lab.trace import CORRUPT, LOST
from tests.ui.panels import tale
from ui.sequence import crowd as crowds
from ui.sequence.axis import EVENTS, TIME, Axis
from ui.sequence.choice import MARKS, Choice
from ui.sequence.crowd import Crowd
from ui.sequence.lanes import Wanted, lanes
from ui.sequence.sight import ARROWS, Look, lane_numbers, look, of_request


@pytest.fixture
def player(qtbot):
    made, _ = tale.opened(qtbot)
    yield made
    made.close()


def see(player, mode=EVENTS, low=11.0, high=19.0, limit=None, choice=None, op=None, wanted=None):
    axis = Axis(mode)
    axis.set_whole(100.0)
    axis.low, axis.high = low, high
    shown = tuple(lanes(player.world, wanted or Wanted()))
    end = len(player.trace) if limit is None else limit
    return Look(
        player.trace, player.world, axis, shown, choice or Choice(), end, 800.0, op=op, lost=player.metrics.lost
    )


def test_by_event_number_an_arrow_ends_at_what_it_caused_and_grey_is_where_time_stands(player):
    sight = look(see(player), Crowd())
    assert sight.rows["id"].tolist() == [13, 14, 15, 16]
    assert sight.x1.tolist() == [200.0, 300.0, 400.0, 500.0]
    assert sight.x2.tolist() == [400.0, 500.0, 600.0, 700.0]  # the last caused nothing: at the last Event of its moment
    assert (sight.a.tolist(), sight.b.tolist()) == ([2, 2, 0, 1], [0, 1, 2, 2])
    assert sight.bands.tolist() == [[75.0, 325.0], [375.0, 525.0], [575.0, 725.0], [775.0, 925.0]]
    assert [(mark.event, mark.kind, mark.lane, mark.x) for mark in sight.marks] == [
        (11, "put answered", 0, 0.0), (12, "get asked", 2, 100.0), (17, "stored", 2, 600.0),
        (18, "get answered", 2, 700.0),
        (19, "put asked", 0, 800.0), (20, "stored", 0, 900.0),
    ]  # fmt: skip


def test_by_time_an_arrow_ends_when_it_is_due_and_nothing_stands_still(player):
    sight = look(see(player, TIME, 2.80, 2.90), Crowd())
    assert sight.x1.tolist() == pytest.approx([160.0, 160.0, 480.0, 480.0])
    assert sight.x2.tolist() == pytest.approx([480.0, 480.0, 800.0, 800.0])
    assert len(sight.bands) == 0


def test_what_is_under_way_at_the_playhead_has_no_end_by_event_number_yet(player):
    limit = player.trace.index_at(2.84)
    assert look(see(player, limit=limit), Crowd()).x2.tolist() == pytest.approx([np.nan, np.nan], nan_ok=True)
    assert look(see(player, TIME, 2.80, 2.90, limit), Crowd()).x2.tolist() == pytest.approx([480.0, 480.0])


def test_an_arrow_that_was_sent_before_is_seen_when_it_comes(player):
    sight = look(see(player, TIME, 2.83, 2.87), Crowd())
    assert sight.rows["id"].tolist() == [13, 14, 15, 16]
    past = look(see(player, TIME, 2.83, 2.85), Crowd())
    assert (past.rows["id"].tolist(), past.says) == ([], "0 messages, 2 more on their way all the while")


def test_choices_leave_out(player):
    def ids(**choice):
        sight = look(see(player, low=8.0, high=len(player.trace) + 1.0, choice=Choice(**choice)), Crowd())
        return sight.rows["id"].tolist(), [mark.event for mark in sight.marks]

    everything = ids()
    news = player.world.find("news/1").index
    assert ids(hidden=frozenset({"answers", MARKS})) == ([n for n in everything[0] if n not in (15, 16)], [])
    assert ids(key=news)[0] == [13, 14, 15, 16]
    assert ids(op=2) == ([13, 14, 15, 16], [12, 17, 18])
    assert ids(node=tale.BIRCH, op=2) == ([14, 16], [])


def test_a_hidden_lane_takes_its_messages_along(player):
    sight = look(see(player, wanted=Wanted(hidden=frozenset({"Birch"}))), Crowd())
    assert (sight.rows["id"].tolist(), sight.a.tolist()) == ([13, 15], [1, 0])


def test_the_followed_request_is_told_from_the_others(player):
    sight = look(see(player, low=8.0, high=60.0, op=2), Crowd())
    assert sight.rows["id"][sight.followed].tolist() == [13, 14, 15, 16]
    assert [mark.event for mark in sight.marks if mark.followed] == [12, 17, 18]
    assert of_request(see(player), 2) == (11.0, 18.0)
    assert of_request(see(player, TIME), 2) == pytest.approx((2.82, 2.90))


def crowd_of(qtbot, count):
    """Aster tells Birch or Cedar something each millisecond."""
    trace = tale.Trace()
    for node, name in enumerate(("Aster", "Birch", "Cedar")):
        trace.emit(tale.Joined(node=node, name=name), 0.0, 0)
    for n in range(count):
        trace.sent(0.001 * n, 0.001 * n + 0.04, 0, 0, 10, 0, 1 + (n % 3 > 0), tale.UPDATE, 0, 0)
    player, _ = tale.opened(qtbot, known=True, trace=trace, duration=0.001 * count)
    return player


def test_a_crowd_is_counted_and_says_so(qtbot):
    player = crowd_of(qtbot, 900)
    sight = look(see(player, TIME, 0.0, 0.9), Crowd())
    assert len(sight.rows) == 0 < ARROWS < sight.total == 900
    assert sight.says == "900 messages: too many for arrows, so each lane shows how many it sent and received"
    assert sight.counts.sum(axis=2).tolist() == [[900, 0, 0], [0, 300, 600]]
    player.close()


def test_counting_by_chunks_gives_what_counting_one_by_one_does(qtbot, monkeypatch):
    monkeypatch.setattr(crowds, "CHUNK", 1_000)  # of the counting; where rows lie in memory does not matter
    player = crowd_of(qtbot, 4_500)
    wanted = see(player, EVENTS, 500.0, 4_000.0)
    of = lane_numbers(wanted.lanes, player.world)
    counting = Crowd()
    for _ in range(3):  # anew, then from what is kept
        counts, total, share = counting.count(
            player.trace, "key", lambda rows: rows["dst"] == 1, of, EVENTS, 500.0, 4_000.0, 0, 4_500, 7, 1.0
        )
        ids = np.array([4 + n for n in range(4_500) if n % 3 == 0])
        ids = ids[(ids >= 500) & (ids < 4_000)]
        expected = np.histogram(ids, bins=7, range=(500, 4_000))[0]
        assert share == 1.0
        assert np.abs(counts[0, 0] - expected).max() <= 2  # a bin of a chunk lies in one bin of the chart
        assert counts[0].sum() == counts[1].sum() == counts[1, 1].sum() == total
        assert abs(total - len(ids)) <= 2
    player.close()


def test_lost_messages_end_on_their_way(qtbot):
    trace = tale.Trace()
    for node, name in enumerate(("Aster", "Birch", "Cedar")):
        trace.emit(tale.Joined(node=node, name=name), 0.0, 0)
    trace.emit(tale.Peered(node=0, peers=(1, 2), latency=(0.04, 0.04)), 0.0, 0)
    trace.sent(1.0, 1.04, 0, 1, 10, 0, 1, tale.UPDATE, 0, LOST)
    trace.sent(1.0, 1.04, 0, 1, 10, 0, 1, tale.UPDATE, 0, CORRUPT)
    struck = trace.sent(1.0, 1.04, 0, 1, 10, 0, 2, tale.UPDATE, 0, 0)
    trace.emit(Crashed(node=2), 1.01, 0)
    trace.emit(Lost(message=struck, src=0, dst=2, code=3, op=1, why="crash"), 1.04, 0)
    player, _ = tale.opened(qtbot, trace=trace)
    sight = look(see(player, TIME, 0.9, 1.1), Crowd())
    assert sight.cut.tolist() == pytest.approx([0.6, 1.0, 0.25])
    player.close()
