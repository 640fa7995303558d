"""Marks of faulty links: on their lines, on nothing else, and counted where there is no room."""

import msgspec
import numpy as np

from p4lab.scenario.model import Link, Peering, Provider
from tests.ui.canvas.maps import Shown
from tests.ui.runs import NAMES, player, scenario
from ui.canvas.pills import pills, told


def peerings(loss):
    return tuple(
        Peering(between=(one, other), loss=loss(i))
        for i, (one, other) in enumerate((a, b) for at, a in enumerate(NAMES) for b in NAMES[at + 1 :])
    )


def test_a_fault_of_all_links_is_told_once(qtbot):
    made = Shown(qtbot, player(link=Link(loss=0.1)))
    now = made.at(0.0)
    assert pills(now.shown, now.ground) == ()
    assert told(now.shown, now.ground) == ("faults:10 % lost on every link",)
    made.player.close()


def test_marks_lie_on_nothing(qtbot):
    made = Shown(qtbot, player(peering=peerings(lambda i: 0.01 * (i + 1))))
    now = made.at(0.0)
    found = pills(now.shown, now.ground)
    areas = [area for _, area, _ in found]
    assert not any(one.intersects(other) for at, one in enumerate(areas) for other in areas[at + 1 :])
    for (a, b), area, _ in found:
        middle = np.array((area.center().x(), area.center().y()))
        start, end = now.shown.centres[[a, b]]
        way = (end - start) / np.hypot(*(end - start))
        assert abs(way[0] * (middle - start)[1] - way[1] * (middle - start)[0]) < 1.0  # on its line
        away = np.maximum(np.abs(now.shown.centres - middle) - (area.width() / 2, area.height() / 2), 0)
        assert (np.hypot(*away.T) >= now.shown.rims).all()
    left = 10 - len(found)
    assert told(now.shown, now.ground) == (("faults",) if not left else (f"faults:link faults, {left} not marked",))
    made.player.close()


def test_where_there_is_no_room_they_are_counted(qtbot):
    rows = tuple(
        msgspec.structs.replace(row, position=(0.5 + 0.01 * i, 0.5)) for i, row in enumerate(scenario().provider)
    )
    made = Shown(
        qtbot,
        player(provider=(*rows, Provider("Far", position=(0.0, 0.0))), peering=peerings(lambda i: 0.02 + 0.01 * i)),
    )
    now = made.at(0.0)
    assert told(now.shown, now.ground)[0].endswith(f"{10 - len(pills(now.shown, now.ground))} not marked")
    assert len(pills(now.shown, now.ground)) < 10
    made.player.close()
