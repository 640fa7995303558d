"""What hovering says."""

from p4lab.scenario.model import Link
from p4lab.world import World
from tests.streams import NAMES, news
from ui.canvas import hints
from ui.canvas.looks import Look


def test_a_provider():
    look = Look("C", "v1", "cached", ("2 behind", "2"), 1, 2.98, 12.98)
    assert hints.provider("Cedar", 100, 4, look, "news/1", 5.02) == (
        "Cedar · 100 customers · 4 peers\nnews/1: v1 · cached, 2 behind, expires in 7.96 s"
    )
    assert hints.provider("Cedar", 1, 0, Look(), "", 0.0) == "Cedar · 1 customer · 0 peers"


def test_a_peering():
    assert hints.peering("Aster", "Birch", Link(), 0.0, 2.0) == "Aster – Birch · 40 ms one way\nnothing lately"
    bad = Link(latency=0.1, jitter=0.005, loss=0.02, bandwidth=8_000_000)
    assert hints.peering("Aster", "Birch", bad, 2_340.0, 2.0) == (
        "Aster – Birch · 100 ms one way · ± 5 ms · 2 % lost · 1.0 MB/s at most\n2.3 kB in the last 2.00 s"
    )


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
