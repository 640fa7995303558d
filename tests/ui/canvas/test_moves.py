"""Owners who move: how long they are seen, where, and what is said of it."""

import numpy as np
import pytest

from p4lab.core.commands import Get, Move, Put
from p4lab.core.events import Moved
from p4lab.scenario.model import Do, Link, Peering, Provider, Scenario
from p4lab.session.simulated import Simulated
from tests.ui.canvas.maps import Shown
from tests.ui.runs import settle
from ui.canvas.moves import MOST, SHOWN, lately, trail
from ui.panels.details_text import facts, held
from ui.player import Player
from ui.story import now

STEPS = (
    Do(1.0, Put("Aster", "one", "blog", identity="Olive")),
    Do(4.0, Move("Olive", "Cedar")),
    Do(8.0, Put("Cedar", "two", "blog", identity="Olive")),
    Do(9.0, Get("Aster", "blog", owner="Olive")),
)


@pytest.fixture
def player():
    places = ((0.2, 0.3), (0.5, 0.9), (0.8, 0.3))
    people = tuple(
        Provider(name, position=at) for name, at in zip(("Aster", "Birch", "Cedar"), places, strict=True)
    )  # fmt: skip
    scenario = Scenario(
        "Move", 20.0, link=Link(latency=0.04), provider=people, peering=(Peering(among="all"),), do=STEPS
    )
    made = Player(Simulated)
    made.open(Simulated(scenario))
    made.seek(20.0)
    yield made
    made.close()


def test_a_move_is_shown_for_a_moment_of_the_viewers_time():
    moves = [Moved(identity=str(i), owner=b"o", src=0, dst=1, t=float(i)) for i in range(1, 40)]
    assert [move.t for move in lately(moves, 10.0, 1.0)] == [8.0, 9.0, 10.0]
    assert [move.t for move in lately(moves, 10.0 + SHOWN * 0.01, 0.01)] == []
    assert len(lately(moves, 39.0, 100.0)) == MOST


def test_the_trail_goes_from_rim_to_rim_beside_the_line():
    path = trail(np.array([0.0, 100.0]), np.array([300.0, 100.0]), 40.0, 20.0)
    start, middle, end = (path.pointAtPercent(part) for part in (0.0, 0.5, 1.0))
    assert np.hypot(start.x(), start.y() - 100) == pytest.approx(40.0)
    assert np.hypot(end.x() - 300, end.y() - 100) == pytest.approx(20.0)
    assert middle.y() < 80


def test_the_map_shows_it_and_forgets_it(qtbot, player):
    settle(qtbot, player)
    shown = Shown(qtbot, player)
    player.setSpeed(1.0)

    def trails(t: float) -> int:
        """Pixels in the accent between the old provider and the new, above the line of the two."""
        now = shown.at(t)
        (x1, y1), (x2, _) = now.shown.centres[[0, 2]].tolist()
        image, accent = shown.map.grab().toImage(), shown.switch.current.accent
        across = range(round(x1) + 60, round(x2) - 60)
        return sum(image.pixelColor(x, y) == accent for x in across for y in range(round(y1) - 90, round(y1) - 12))

    assert [trails(t) > 50 for t in (3.9, 4.3, 4.9, 4.0 + SHOWN + 0.1)] == [False, True, True, False]


def test_it_is_said_and_a_ghost_read_is_called_one(qtbot, player):
    settle(qtbot, player)
    world = player.world
    name = world.find("blog").index
    moved = "Olive moved from Aster to Cedar, with all it has put."
    assert [now(world, player.trace, t, name) for t in (3.0, 4.5)] == ["A customer of Aster put v1 of blog.", moved]
    assert held(world, 0, name, 3.0) == [("Its own v1, since 1.00 s: the newest", False)]
    assert held(world, 0, name, 8.5) == [("Its own v1, since 1.00 s: 1 behind; Olive has moved to Cedar", True)]
    get = next(op for op in map(world.op, range(1, 9)) if op and op.verb == "get")
    assert facts(get, world, 20.0)[-1] == ("Ghost read", "of what Aster kept when Olive moved to Cedar")
