"""Organisations on the map: where they stand, that being cut off shows, and what passes between them and others."""

from __future__ import annotations

from math import hypot
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from p4lab.scenario.read import parse
from p4lab.session.simulated import Simulated
from tests.ui.canvas.maps import Shown
from tests.ui.runs import settle
from ui.canvas import houses
from ui.player import Player

TOWN = """
format = 1
title = "town"
duration = 20.0
[options]
access_latency = 0.2
[link]
latency = 0.2
[[provider]]
name = "Aster"
position = [0.2, 0.2]
[[provider]]
name = "Birch"
position = [0.8, 0.8]
[[organisation]]
name = "Lab"
at = "Acme"
store = false
[[organisation]]
name = "Acme"
at = "Aster"
latency = 1.0
{place}
[[peering]]
among = "all"
[[do]]
at = 1.0
put = {{ by = "Acme", key = "k", value = "v" }}
[[do]]
at = 8.0
link = {{ between = ["Acme", "Aster"], up = false }}
[[do]]
at = 12.0
link = {{ between = ["Acme", "Aster"], up = true }}
"""


def shown(qtbot: QtBot, text: str) -> Shown:
    """The map of a scenario whose run has been seen to its end."""
    player = Player(Simulated)
    player.open(Simulated(parse(text)))
    made = Shown(qtbot, player)
    player.seek(player.session.scenario.duration)
    settle(qtbot, player)
    return made


@pytest.fixture
def town(qtbot: QtBot, request: pytest.FixtureRequest) -> Shown:
    place = getattr(request, "param", "")
    return shown(qtbot, TOWN.format(place=place))


def test_each_stands_beside_what_it_is_at_and_on_nothing(town: Shown) -> None:
    now = town.at(5.0)
    acme, lab = now.houses
    assert (acme.name, lab.name) == ("Acme", "Lab")
    for one, other in ((acme, lab), (lab, acme)):
        assert 0 < one.x < 900 and 0 < one.y < 560
        assert hypot(one.x - other.x, one.y - other.y) > 2 * one.half
        for centre, rim in zip(now.shown.centres, now.shown.rims, strict=True):
            assert hypot(one.x - centre[0], one.y - centre[1]) > rim + one.half
    near, far = (hypot(acme.x - x, acme.y - y) for x, y in now.shown.centres.tolist())
    assert near < far


@pytest.mark.parametrize("town", ["position = [0.5, 0.5]"], indirect=True)
def test_one_that_has_a_place_stands_there(town: Shown) -> None:
    now = town.at(5.0)
    x, y = now.shown.centres.mean(axis=0).tolist()
    assert (now.houses[0].x, now.houses[0].y) == pytest.approx((x, y))


def test_being_cut_off_shows_and_is_said(town: Shown) -> None:
    town.focus.select_name(0)
    pictures, cuts = [], []
    for t in (7.0, 9.0, 13.0):
        now = town.at(t)
        cuts.append([one.cut for one in now.houses])
        pictures.append(town.map.grab().toImage())
    assert cuts == [["", ""], ["link", ""], ["", ""]]
    assert pictures[0] != pictures[1]
    acme, lab = town.at(9.0).houses
    assert town.map.hint(acme.x, acme.y).split("\n") == [
        "Acme · organisation at Aster · 20 customers", "Cut off (link): its own data stays readable", "k: v1 · own",
    ]  # fmt: skip
    assert town.map.hint(lab.x, lab.y).split("\n")[0] == "Lab · DHT proxy at Acme · 20 customers"


def test_a_message_is_seen_on_its_way_from_hand_to_hand(town: Shown) -> None:
    """From a customer to the house at 1.0, on to Aster at 1.2, where it is at 2.2; back at the house at 3.2."""
    places = []
    for t in (1.1, 1.7, 2.7, 3.3):
        now = town.at(t)
        assert len(now.access[0]) == 1
        places.append((float(now.access[0][0]), float(now.access[1][0])))
    acme = town.at(1.1).houses[0]
    middle = ((acme.x + acme.up[0]) / 2, (acme.y + acme.up[1]) / 2)
    assert places[1] == pytest.approx(middle) and places[2] == pytest.approx(middle)
    assert places[0] == pytest.approx(places[3])
    assert min(hypot(places[0][0] - x, places[0][1] - y) for x, y in acme.dots) < 2.2 * acme.half


def test_a_click_selects_it_and_keys_go_on(town: Shown, qtbot: QtBot) -> None:
    acme = town.at(9.0).houses[0]
    qtbot.mouseClick(town.map, Qt.MouseButton.LeftButton, pos=QPoint(round(acme.x), round(acme.y)))
    assert town.focus.provider == acme.node
    town.map.grab()
    qtbot.keyClick(town.map, Qt.Key.Key_Right)
    assert town.focus.provider == 0
    assert houses.at(town.at(9.0).houses, 1.0, 1.0) is None


def test_the_shipped_scenario_is_drawn(qtbot: QtBot) -> None:
    path = Path(__file__).parents[3] / "scenarios" / "an-organisation-of-its-own.toml"
    made = shown(qtbot, path.read_text(encoding="utf-8"))
    assert [one.name for one in made.at(25.0).houses] == ["Acme", "Lab"]
