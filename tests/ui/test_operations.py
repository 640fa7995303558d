"""The network is changed by hand: from the menu Network, from menus on the map, by keys; and each change is saved."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from p4lab.core.commands import (
    Attach,
    Crash,
    Detach,
    Heal,
    Misbehave,
    Move,
    Partition,
    Peer,
    Restart,
    SetLink,
    Unpeer,
)  # fmt: skip
from p4lab.core.options import Mesh, Options
from p4lab.scenario.model import Link, Peering, Provider
from p4lab.scenario.read import read
from tests.ui import runs
from tests.ui.desk import Desk
from ui.operations import MISBEHAVE
from ui.theme import LIGHT

ASTER, BIRCH, CEDAR, DAHLIA, ELM = range(5)


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    """Aster to Dahlia peer but for Aster and Dahlia; Elm is a child of Dahlia."""
    base = runs.scenario()
    rows = tuple(
        Provider(row.name, position=at, parent="Dahlia" if row.name == "Elm" else None)
        for row, at in zip(base.provider, ((0.1, 0.1), (0.9, 0.1), (0.9, 0.6), (0.1, 0.6), (0.3, 0.95)), strict=True)
    )
    peering = (Peering(among=("Aster", "Birch", "Cedar")), Peering(between=("Birch", "Dahlia")))
    made = Desk(qtbot, tmp_path, msgspec.structs.replace(base, provider=rows, peering=peering))
    made.open()
    made.seek(3.0)
    yield made
    made.leave()


def choose(desk: Desk, *nodes: int) -> None:
    desk.window._focus.choose(nodes)


def do(desk: Desk, name: str) -> None:
    """As in the menu: only what is possible can be chosen."""
    action = desk.window.acts[name]
    desk.window.acts.refresh()
    assert action.isEnabled(), action.toolTip()
    action.trigger()
    runs.settle(desk.qtbot, desk.player)


def done(desk: Desk) -> list[object]:
    return [row.command for row in desk.player.session.commands]


def test_everything_that_can_be_done_becomes_a_timed_command(desk: Desk) -> None:
    desk.person.wants = Link(loss=0.1, bandwidth=8000.0)
    steps: list[tuple[tuple[int, ...], str, str, object]] = [
        ((CEDAR,), "crash", "", Crash("Cedar")),
        ((CEDAR,), "restart", "", Restart("Cedar")),
        ((DAHLIA, ASTER), "peer", "", Peer(("Aster", "Dahlia"))),
        ((ASTER, DAHLIA), "link-down", "", SetLink(("Aster", "Dahlia"), up=False)),
        ((ASTER, DAHLIA), "link-up", "", SetLink(("Aster", "Dahlia"), up=True)),
        ((ASTER, DAHLIA), "link-conditions", "", SetLink(("Aster", "Dahlia"), loss=0.1, bandwidth=8000.0)),
        ((ASTER, DAHLIA), "unpeer", "", Unpeer(("Aster", "Dahlia"))),
        ((ELM,), "detach", "", Detach("Elm")),
        ((ELM,), "attach", "Cedar", Attach("Elm", "Cedar")),
        ((BIRCH,), "move-here", "Elm", Move("Elm", "Birch")),
        ((ASTER, BIRCH), "partition", "", Partition((("Aster", "Birch"),))),
        ((), "heal", "", Heal()),
        ((BIRCH,), "misbehave-no_forward", "", Misbehave("Birch", no_forward=True)),
        ((BIRCH,), "misbehave-no_forward", "", Misbehave("Birch", no_forward=False)),
    ]
    for nodes, name, takes, _ in steps:
        choose(desk, *nodes)
        desk.person.takes = takes
        do(desk, name)
        desk.seek(desk.player.playhead + 0.3)
    assert done(desk) == [command for *_, command in steps]
    assert desk.window.notice.text == ""
    desk.press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert [row.command for row in read(desk.file).do] == done(desk)
    assert not desk.window.document.unsaved


def test_what_is_impossible_says_what_would_help(desk: Desk) -> None:
    acts = desk.window.acts

    def tips(*names: str) -> list[str]:
        acts.refresh()
        assert not any(acts[name].isEnabled() for name in names)
        return [acts[name].toolTip() for name in names]

    choose(desk)
    assert tips("crash", "peer", "link-down", "partition", "heal", "keep") == [
        "Choose a provider on the map first.",
        "Choose two providers first: click one, then the other with Ctrl held; or keep one with K.",
        "Choose a link first: click its line, or choose the providers at its ends.",
        "Choose the providers of one side first, each with Ctrl held; the others are the other side.",
        "There is no partition.",
        "Choose a provider on the map first.",
    ]
    choose(desk, ASTER, BIRCH)
    assert tips("peer", "link-up", "restart", "detach") == [
        "Aster and Birch peer already.", "It is not down.", "Birch is up.", "Birch has no parent.",
    ]  # fmt: skip
    choose(desk, DAHLIA, ELM)
    assert tips("peer", "unpeer", "attach", "fold") == [
        "Elm is a child, and only top-level providers peer.",
        "Dahlia and Elm are parent and child: detach the child.",
        "Elm is below Dahlia already.",
        "Nobody is below Elm.",
    ]
    choose(desk, CEDAR)
    do(desk, "crash")
    assert tips("crash") == ["Cedar is down."]
    desk.seek(20.0)
    assert tips("restart") == ["The run is over here: go back a little, or start again."]


def test_a_provider_is_not_attached_below_itself(desk: Desk) -> None:
    desk.person.takes = ""
    choose(desk, CEDAR, DAHLIA)
    do(desk, "attach")
    assert (desk.person.offered, done(desk)) == (["Cedar", "Aster", "Birch"], [])  # the other one chosen comes first


def test_a_crash_in_the_past_is_another_future_and_can_be_undone(desk: Desk) -> None:
    desk.seek(15.0)
    desk.seek(4.0)
    choose(desk, CEDAR)
    do(desk, "crash")
    assert desk.window.notice.text.startswith("From 4.00 s on this is branch B;")
    assert desk.player.world.state(desk.player.playhead).crashed == {CEDAR}
    desk.window.acts["undo"].trigger()
    assert (done(desk), desk.player.world.state(5.0).crashed) == ([], frozenset())


def popped(place: QPoint, desk: Desk) -> dict[str, QAction]:
    """What the menu at a point of the map offers."""
    desk.qtbot.mouseClick(desk.window.map, Qt.MouseButton.RightButton, pos=place)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    found = {action.text(): action for action in menu.actions() if action.text()}
    menu.close()
    return found


def at(desk: Desk, node: int) -> QPoint:
    x, y = desk.window.map.figures().centres[node].tolist()
    return QPoint(round(x), round(y))


offscreen = pytest.mark.qt_log_ignore("does not support", extend=True)  # of a menu that pops up without a screen


@offscreen
def test_the_menu_on_a_provider(desk: Desk) -> None:
    found = popped(at(desk, CEDAR), desk)
    assert list(found)[:10] == [
        "Get here…", "Put here…", "Remove here…", "Show what it holds", "See as the selected provider",
        "Fold or unfold what is below", "Keep chosen while choosing more", "Crash", "Restart", MISBEHAVE,
    ]  # fmt: skip
    assert (found["Crash"].isEnabled(), found["Restart"].isEnabled()) == (True, False)
    assert desk.window._focus.chosen == (CEDAR,)
    found["Crash"].trigger()
    assert done(desk) == [Crash("Cedar")]
    found["Remove here…"].trigger()
    assert (desk.window.bar._verb.currentText(), desk.window.bar._who.currentText()) == ("remove", "Cedar")


@offscreen
def test_the_menu_on_a_link_and_its_choice(desk: Desk) -> None:
    middle = (at(desk, ASTER) + at(desk, BIRCH)) / 2
    found = popped(middle, desk)
    assert list(found)[:4] == ["Take the link down", "Bring the link up", "Link conditions…", "End the peering"]
    assert (desk.window._focus.link, desk.window._focus.chosen) == ((ASTER, BIRCH), ())
    found["Take the link down"].trigger()
    assert done(desk) == [SetLink(("Aster", "Birch"), up=False)]
    assert desk.player.world.state(desk.player.playhead).cut == {(ASTER, BIRCH): "link"}
    picture = desk.window.map.grab().toImage()
    painted = [picture.pixelColor(middle + QPoint(x, 0)).name() for x in range(-8, 9)]
    assert LIGHT.stale.name() in painted  # the cross on the line


def test_several_are_chosen_with_the_mouse_and_with_keys(desk: Desk) -> None:
    view, focus = desk.window.map, desk.window._focus
    for node, modifier in ((ASTER, Qt.KeyboardModifier.NoModifier), (CEDAR, Qt.KeyboardModifier.ControlModifier)):
        desk.qtbot.mouseClick(view, Qt.MouseButton.LeftButton, modifier, at(desk, node))
    assert focus.chosen == (ASTER, CEDAR)
    desk.qtbot.mouseClick(
        view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, at(desk, ASTER)
    )  # fmt: skip
    assert focus.chosen == (CEDAR,)
    view.setFocus()
    desk.press(Qt.Key.Key_K)
    desk.press(Qt.Key.Key_Up)
    assert focus.chosen == (CEDAR, BIRCH)
    do(desk, "partition")
    assert done(desk) == [Partition((("Cedar", "Birch"),))]
    desk.press(Qt.Key.Key_Escape)
    assert focus.chosen == ()


def test_a_subtree_folds_with_a_key_and_with_a_double_click(desk: Desk) -> None:
    view, focus = desk.window.map, desk.window._focus
    choose(desk, ELM)
    view.setFocus()
    desk.qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=at(desk, DAHLIA))
    assert (view.figures().seen, focus.chosen) == ([ASTER, BIRCH, CEDAR, DAHLIA], (DAHLIA,))
    assert view.hint(*at(desk, DAHLIA).toTuple()).splitlines()[1] == "1 below it folded away"
    desk.press(Qt.Key.Key_U)
    assert view.figures().seen == [ASTER, BIRCH, CEDAR, DAHLIA, ELM]


def test_misbehaviours_are_ticked_as_they_are_at_the_playhead(desk: Desk) -> None:
    choose(desk, BIRCH)
    do(desk, "misbehave-corrupt_value")
    acts, at_once = desk.window.acts, desk.player.playhead
    acts.refresh()
    ticks = [acts["misbehave-corrupt_value"].isChecked(), acts["misbehave-no_forward"].isChecked()]
    desk.seek(at_once - 0.5)
    acts.refresh()
    assert (ticks, acts["misbehave-corrupt_value"].isChecked()) == ([True, False], False)


def test_a_fault_is_said_kindly(desk: Desk) -> None:
    desk.person.wants = Link(loss=2.0)
    choose(desk, ASTER, BIRCH)
    do(desk, "link-conditions")
    assert desk.window.notice.text == "loss: 2.0 is out of range; it may be at least 0 and less than 1"
    assert done(desk) == []


def test_what_the_run_will_not_do_is_said(qtbot: QtBot, tmp_path: Path) -> None:
    strict = Desk(qtbot, tmp_path, runs.scenario(options=Options(mesh=Mesh.STRICT)))
    strict.open()
    strict.seek(3.0)
    choose(strict, ASTER, BIRCH)
    do(strict, "unpeer")
    said = strict.window.notice.text
    strict.leave()
    assert said == 'mesh = "strict" allows no holes; write mesh = "mesh"'
