"""What hovering says."""

from p4lab.scenario.model import Link
from p4lab.world import World
from tests.streams import NAMES, news
from tests.ui import troubled
from tests.ui.canvas.maps import Shown
from tests.ui.runs import player
from ui.canvas import hints
from ui.canvas.looks import Look, sentence


def test_a_look():
    look = Look("C", "v1", "cached", ("2 behind", "2"), 1, 2.98, 12.98)
    assert sentence(look, "news/1", 5.02) == "news/1: v1 · cached, 2 behind, expires in 7.96 s"


def test_a_message():
    run = news()
    world = World()
    world.step(run.trace[:])
    rows = run.trace.in_flight(2.96)
    assert [hints.message(row, NAMES, world, 2.96) for row in rows] == [
        "reply: hit · Aster → Cedar · news/1 · get-broadcast\n210 B, sent 20 ms ago, arrives in 20 ms",
        "reply: miss · Birch → Cedar · news/1 · get-broadcast\n48 B, sent 20 ms ago, arrives in 20 ms",
    ]
    lost = run.trace.in_flight(14.02)[0]
    assert hints.message(lost, NAMES, world, 14.02).endswith("\n112 B, lost on its way")


def test_a_link_says_how_it_is(qtbot):
    bad = Link(latency=0.1, jitter=0.005, loss=0.02, bandwidth=8_000_000)
    shown = Shown(qtbot, player(link=bad, workload=()))
    assert shown.hint_between(0, 1) == (
        "Aster – Birch · 100 ms one way · ± 5 ms · 2 % lost · 1.0 MB/s at most\nnothing lately"
    )
    shown.player.close()


def test_trouble_is_told(qtbot):
    shown = Shown(qtbot, troubled.player())
    said = {}
    for t, what in ((3.0, 2), (4.2, 2), (8.0, 0), (10.5, 1), (14.0, 4)):
        shown.at(t)
        place = shown.place(what)
        said[t] = shown.map.hint(place.x(), place.y())
    assert said == {
        3.0: "Cedar · 100 customers · 3 peers\nCrashed: it hears nothing until it is restarted",
        4.2: "Cedar · 100 customers · 3 peers\nCatching up with Aster, Birch, Dahlia",
        8.0: "Aster · 100 customers · 3 peers\nOn side A of a partition",
        10.5: "Birch · 100 customers · 3 peers\nMisbehaves: passes nothing on, keeps copies too long (10)",
        14.0: "Elm · 100 customers · 1 peer",
    }
    said = {}
    for t in (5.5, 8.0, 9.5):
        shown.at(t)
        said[t] = shown.hint_between(0, 1), shown.hint_between(1, 2)
    fine = "Birch – Cedar · 40 ms one way\nnothing lately"
    worse = "Aster – Birch · 40 ms one way · 10 % lost\nnothing lately"
    assert said == {
        5.5: (
            "Aster – Birch · 40 ms one way\nNothing passes: the link is cut\nnothing lately",
            "Birch – Cedar · 40 ms one way\n80 B from Cedar in the last 2.00 s",
        ),
        8.0: (
            worse,
            "Birch – Cedar · 40 ms one way\nNothing passes: a partition lies between them\nnothing lately",
        ),
        9.5: (worse, fine),
    }
    shown.player.close()
