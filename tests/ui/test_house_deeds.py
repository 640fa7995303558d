"""An organisation on the map is dragged, crashed, cut off and joined again, and asked, as a provider is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from p4lab.core.commands import Crash, Restart, SetLink
from p4lab.scenario.model import Link, Organisation, Peering, Provider, Scenario
from p4lab.scenario.read import read
from tests.ui import runs
from tests.ui.desk import Desk
from ui.canvas.houses import Stand
from ui.panels.details_text import about_house

ACME = 4  # behind two providers and their customers
pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)  # of a menu that pops up without a screen


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    """Acme is at Aster, which peers with Birch."""
    scenario = Scenario(
        "Town", 20.0, peering=(Peering(among="all"),), organisation=(Organisation("Acme", "Aster", latency=0.02),),
        provider=(Provider("Aster", position=(0.2, 0.3)), Provider("Birch", position=(0.8, 0.7))),
    )  # fmt: skip
    made = Desk(qtbot, tmp_path, scenario)
    made.open()
    made.seek(3.0)
    yield made
    made.leave()


def house(desk: Desk) -> Stand:
    desk.window.map.grab()
    moment = desk.window.map.moment
    assert moment is not None
    return moment.houses[0]


def menu(desk: Desk) -> QMenu:
    """What a right click on the house opens."""
    one = house(desk)
    at = QPoint(round(one.x), round(one.y))
    desk.qtbot.mouseClick(desk.window.map, Qt.MouseButton.RightButton, pos=at)
    found = QApplication.activePopupWidget()
    assert isinstance(found, QMenu)
    return found


def do(desk: Desk, text: str) -> None:
    opened = menu(desk)
    action = next(each for each in opened.actions() if each.text() == text)
    assert action.isEnabled(), action.toolTip()
    opened.close()
    action.trigger()
    runs.settle(desk.qtbot, desk.player)
    desk.seek(desk.player.playhead + 0.5)


def test_it_is_crashed_cut_off_and_joined_from_its_menu(desk: Desk) -> None:
    world, signs = desk.player.world, []
    for text in ("Cut off from its provider", "Join its provider again", "Crash", "Restart"):
        do(desk, text)
        one = house(desk)
        signs.append((one.cut, one.down))
    desk.person.wants = Link(latency=0.3)
    do(desk, "Link conditions…")
    assert desk.window._focus.provider == ACME
    assert [row.command for row in desk.player.session.commands] == [
        SetLink(("Aster", "Acme"), up=False), SetLink(("Aster", "Acme"), up=True), Crash("Acme"), Restart("Acme"),
        SetLink(("Aster", "Acme"), latency=0.3),
    ]  # fmt: skip
    assert signs == [("link", False), ("", False), ("crash", True), ("", False)]
    assert desk.window.notice.text == ""
    world = desk.player.world
    row = world.houses.rows[0]
    assert [about_house(row, world, t).partition("; ")[2] for t in (3.4, 4.3, 4.8)] == [
        "cut off (link), it serves what it has", "crashed: what it had stored waits for its restart", "",
    ]  # fmt: skip


def test_what_is_impossible_says_why(desk: Desk) -> None:
    opened = menu(desk)
    tips = {each.text(): each.toolTip() for each in opened.actions() if each.text() and not each.isEnabled()}
    opened.close()
    assert tips == {
        "Restart": "Acme is up.", "Join its provider again": "It is not down.",
        "Heal the partition": "There is no partition.",
    }  # fmt: skip
    acts = desk.window.acts
    assert acts["unpeer"].toolTip() == "Acme is an organisation at Aster: they do not peer."
    desk.window._focus.choose((0,))
    acts.refresh()
    assert acts["cut-off"].toolTip() == "Choose an organisation on the map first."


def test_a_get_is_begun_there(desk: Desk) -> None:
    do(desk, "Get here…")
    assert (desk.window.bar._who.currentText(), desk.window.bar._verb.currentText()) == ("Acme", "get")
    desk.window.bar._key.setEditText("k")
    desk.window.bar.go()
    assert [row.command.by for row in desk.player.session.commands] == ["Acme"]


def test_it_is_dragged_and_stays_where_it_was_put(desk: Desk) -> None:
    before = house(desk)
    start, end = QPoint(round(before.x), round(before.y)), QPoint(420, 300)
    qtbot, view = desk.qtbot, desk.window.map
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    for at in (start + QPoint(30, 10), end):
        qtbot.mouseMove(view, at)
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
    after = house(desk)
    assert (after.x, after.y) == pytest.approx((end.x(), end.y()), abs=2.0)
    assert desk.window.document.unsaved
    desk.press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    position = read(desk.file).organisation[0].position
    assert position == pytest.approx(view.camera.to_box(after.x, after.y), abs=0.005)
