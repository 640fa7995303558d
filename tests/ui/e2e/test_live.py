"""A live lab as a person uses it, with mouse and keys in the real window: watch, look back, act, keep, fork, go on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from p4lab.core.events import GetFinished, PutStarted
from p4lab.session.replay import Replayed
from p4lab.session.simulated import Simulated
from tests.ui import runs
from tests.ui.desk import Desk
from ui.acts.edit import LIVE as LIVE_UNDO
from ui.acts.live import NO_AGAIN, NO_EXPRESS
from ui.modelbanner import ModelBanner
from ui.panels.strip import LIVE

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(qtbot, tmp_path)
    made.person.lively = runs.scenario()
    qtbot.waitUntil(made.window.isActiveWindow)
    made.press(Qt.Key.Key_L, CTRL | SHIFT)
    qtbot.waitUntil(lambda: made.player.playhead > 0.8)
    yield made
    made.leave()


def _on_line(desk: Desk, t: float) -> QPoint:
    line = desk.window.transport.timeline
    return QPoint(round(line.place_of(t)), round(line.rows.line))


def _chip(desk: Desk) -> str:
    return desk.window.transport.strip.live_button.text()


def test_it_is_watched_held_looked_back_at_asked_why_and_gone_on_with(desk: Desk) -> None:
    player, window, qtbot = desk.player, desk.window, desk.qtbot
    line = window.transport.timeline
    assert (window.windowTitle(), window.document.kind, _chip(desk)) == ("Small: live – P4 Lab", "live", LIVE)
    desk.press(Qt.Key.Key_Space)
    held = player.playhead
    qtbot.waitUntil(lambda: player.known > held + 1.2)
    assert (player.playing, player.playhead, _chip(desk)) == (False, held, "Go live · 1 s behind")
    qtbot.mousePress(line, LEFT, pos=_on_line(desk, held))
    qtbot.mouseMove(line, _on_line(desk, 0.4))
    qtbot.mouseRelease(line, LEFT)
    assert player.playhead == pytest.approx(0.4, abs=0.05)
    before = player.playhead
    desk.press(Qt.Key.Key_F4)
    runs.settle(qtbot, player)
    assert before < player.playhead < 1.5
    got = next(event for event in player.trace[:] if isinstance(event, GetFinished))
    window._focus.select_op(got.op)
    desk.press(Qt.Key.Key_W)
    assert window.docks.is_shown("details")
    desk.press(Qt.Key.Key_End)
    assert (player.playing, player.edge.following, _chip(desk)) == (True, True, LIVE)
    desk.seek(0.5)
    qtbot.mouseClick(window.transport.strip.live_button, LEFT)
    assert (player.edge.following, player.playhead > held) == (True, True)


def test_a_put_by_hand_happens_now_though_one_looks_back_and_what_makes_no_sense_says_why(desk: Desk) -> None:
    player, window, qtbot = desk.player, desk.window, desk.qtbot
    desk.seek(0.3)
    bar = window.bar
    bar._verb.setCurrentIndex(1)
    bar._key.setEditText("k9")
    bar._value.setText("by hand")
    given = player.known
    qtbot.mouseClick(bar._go, LEFT)
    assert player.edge.following
    qtbot.waitUntil(lambda: "k9" in [name.key for name in player.world.names])
    done = [event for event in player.trace[:] if isinstance(event, PutStarted) and event.key == "k9"]
    assert [(event.t >= given, event.value) for event in done] == [(True, "by hand")]
    qtbot.waitUntil(lambda: bar._outcome.text().startswith("stored"))
    desk.press(Qt.Key.Key_F)
    runs.settle(qtbot, player)
    player.history.undo()  # of the fork
    runs.settle(qtbot, player)
    acts = window.acts
    acts.refresh()
    reasons = {"express": NO_EXPRESS, "reset": NO_AGAIN, "new-seed": NO_AGAIN, "undo": LIVE_UNDO, "step": ""}
    assert {name: "" if acts[name].isEnabled() else acts[name].toolTip() for name in reasons} == reasons


def test_whoever_is_added_live_stands_on_the_map_before_anything_is_heard_of_them(desk: Desk) -> None:
    player, view = desk.player, desk.window.map
    name = desk.window.studio.drafting.next_name()
    desk.window.studio.drafting.add_provider((0.5, 0.5))
    assert view.plan.names == (*runs.NAMES, name)
    desk.qtbot.waitUntil(lambda: name in player.world.called.values())
    assert view.grab() and view.moment is not None
    assert player.branches.current.commands[0].command.provider == name


def test_it_is_kept_forked_compared_and_ended(desk: Desk, tmp_path: Path) -> None:
    player, window, qtbot = desk.player, desk.window, desk.qtbot
    banner = window.findChild(ModelBanner)
    assert isinstance(banner, ModelBanner) and not banner.isVisible()
    live, moment = player.run, 0.6
    desk.seek(moment)
    desk.press(Qt.Key.Key_F)
    runs.settle(qtbot, player)
    assert (banner.isVisible(), isinstance(player.session, Simulated), player.playhead) == (True, True, moment)
    assert banner.says.text() == "A model made from what was seen up to 0.60 s. The live run goes on as branch A."
    assert window.windowTitle() == "● Small: a model made from what was seen up to 0.60 s – P4 Lab"
    known = live.known
    qtbot.waitUntil(lambda: live.known > known + 0.3)
    desk.press(Qt.Key.Key_C)
    qtbot.waitUntil(lambda: not window.beside.comparison.follower.lagging)
    assert window.beside.comparison.follower.session is live.session
    qtbot.mouseClick(banner.back, LEFT)
    assert (player.run is live, player.edge.following, banner.isVisible()) == (True, True, False)
    window.acts["end-live"].trigger()
    assert (player.complete, player.playing, window.document.kind) == (True, False, "live run, ended")
    desk.person.path = tmp_path / "live.p4rec"
    window.acts["save-recording"].trigger()
    qtbot.waitUntil(lambda: window.notice.text.endswith("is saved as live.p4rec."))
    kept = Replayed(tmp_path / "live.p4rec")
    assert kept.abilities.end == player.known
    window.document.forget()
    assert window.document.open(tmp_path / "live.p4rec")
    qtbot.waitUntil(lambda: player.complete)
    assert (window.document.kind, list(player.trace[:]) == list(live.trace[:])) == ("recording", True)


def test_nobody_is_told_to_play_what_plays(desk: Desk) -> None:
    desk.person.lively = runs.scenario(workload=())
    desk.press(Qt.Key.Key_L, CTRL | SHIFT)
    plots = desk.window.docks["plots"]
    labels = [plots.frame(kind).chart._empty for kind in ("latency", "rates")]
    desk.qtbot.waitUntil(lambda: all(label.text() and "Space" not in label.text() for label in labels))
    assert [label.text().rpartition(". ")[2] for label in labels] == [
        "Ask for one in the bar below the map.",
        "Put or get something, or zoom out with a double click.",
    ]
    desk.press(Qt.Key.Key_Space)
    desk.qtbot.waitUntil(lambda: all("Play with Space" in label.text() for label in labels))
