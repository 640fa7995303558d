"""Who acts next is outlined where the playhead rests on an Event, and nowhere else."""

import pytest

from p4lab.core.events import Sent
from tests.ui.canvas.maps import Shown
from tests.ui.runs import player, settle
from ui.canvas.aim import Aim, aim


@pytest.fixture
def shown(qtbot):
    made = Shown(qtbot, player())
    yield made
    made.player.close()


def test_a_step_leads_to_whom_the_next_step_is_about(shown: Shown) -> None:
    run = shown.player
    shown.at(6.0)
    assert aim(run) is None  # between two Events
    told = []
    for _ in range(12):
        run.step(1)
        settle(shown.bot, run)
        index = run.trace.index_at(run.playhead)
        if index < len(run.trace):
            event, found = run.trace[index], aim(run)
            of = run.world.provider_of
            if isinstance(event, Sent):
                assert found == Aim(of[event.src], of[event.dst] if of[event.dst] != of[event.src] else None)
            else:
                assert found == Aim(of[event.node])
            told.append(found)
    assert any(each.to is not None for each in told) and any(each.to is None for each in told)
    assert shown.at(run.playhead).aim == aim(run)
    run.play()
    assert aim(run) is None
    run.pause()


def test_it_is_painted_around_who_acts(shown: Shown) -> None:
    shown.at(6.0)
    shown.player.step(1)
    settle(shown.bot, shown.player)
    found = aim(shown.player)
    assert found is not None
    colour, picture = shown.switch.current.stale, shown.map.grab().toImage()
    shapes = shown.map.figures()
    x, y = shapes.centres[found.node].tolist()
    off = (float(shapes.rims[found.node]) + 9.0) / 2**0.5
    seen = picture.pixelColor(round(x - off), round(y - off))
    assert [abs(seen.getRgb()[at] - colour.getRgb()[at]) < 12 for at in range(3)] == [True] * 3
