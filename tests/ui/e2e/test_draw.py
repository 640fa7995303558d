"""Drawing as people would: from nothing to a playing network with the mouse alone and with the keys alone, and back."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from p4lab.core.commands import AddOrganisation, AddProvider, Get, Leave, Put
from p4lab.scenario.model import Peering, Scenario
from tests.ui import runs
from tests.ui.desk import Desk
from ui.buttons import SignButton
from ui.forms.provider import ProviderForm
from ui.toolbox import CHILD, EDIT, ORGANISATION, PEER, PROVIDER, RUN, SELECT, TOOLS

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NOTHING = Qt.KeyboardModifier.NoModifier
EMPTY = Scenario(title="Empty", duration=60.0)


class Person:
    """Before a window; counts what is done."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.actions = desk, 0
        self.map, self.player, self.bot = desk.window.map, desk.window.player, desk.qtbot

    def click(self, x: int, y: int, button: Qt.MouseButton = LEFT) -> None:
        self.actions += 1
        QTest.mouseMove(self.map, QPoint(x, y))
        QTest.mouseClick(self.map, button, pos=QPoint(x, y))

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier = NOTHING) -> None:
        self.actions += 1
        self.desk.press(key, held)

    def button(self, text: str) -> None:
        self.actions += 1
        found = next(each for each in self.desk.window.findChildren(QPushButton) if each.text() == text)
        QTest.mouseClick(found, LEFT)

    def choose(self, label: str) -> None:
        """In the menu that has come up."""
        self.actions += 1
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        action = next(each for each in menu.actions() if each.text() == label)
        QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())

    def drag(self, *way: tuple[float, float], held: Qt.KeyboardModifier = NOTHING, drops: bool = True) -> None:
        self.actions += 1
        start, *rest = [QPoint(round(x), round(y)) for x, y in way]
        QTest.mousePress(self.map, LEFT, held, start)
        for at in (start + (rest[0] - start) / 2, *rest):
            QTest.mouseMove(self.map, at)
        if drops:
            QTest.mouseRelease(self.map, LEFT, held, rest[-1])

    def middle(self, name: str) -> np.ndarray:
        return self.map.figures().centres[self.node(name)]

    def rim(self, name: str, towards: str) -> tuple[float, float]:
        """A point of one's rim, on the side of the other."""
        start, way = self.middle(name), self.middle(towards) - self.middle(name)
        x, y = start + way / np.hypot(*way) * 0.9 * self.map.figures().radii[self.node(name)]
        return x, y

    def node(self, name: str) -> int:
        return next(node for node, called in self.player.world.called.items() if called == name)

    def names(self) -> list[str]:
        return [row.name for row in self.player.scenario.provider]

    def undo_all(self) -> list[str]:
        """What was undone, the last first."""
        undone = []
        while self.player.history.can_undo:
            undone.append(self.player.history.undo_text)
            self.desk.window.acts["undo"].trigger()
            runs.settle(self.bot, self.player)
        return undone


@pytest.fixture
def person(qtbot: QtBot, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Person]:
    desk = Desk(qtbot, tmp_path, getattr(request, "param", EMPTY))
    desk.open()
    qtbot.waitExposed(desk.window)
    yield Person(desk)
    desk.leave()


def test_from_empty_to_playing_with_the_mouse_alone(person: Person) -> None:
    for x, y in ((150, 110), (500, 110), (320, 320)):
        person.click(x, y)
    assert person.names() == ["Aster", "Birch", "Cedar"]
    person.button("Go")
    x, y = person.middle("Aster").tolist()
    person.click(round(x), round(y), RIGHT)
    person.choose("Get here…")
    person.button("Go")
    person.actions += 1
    buttons = person.desk.window.transport.findChildren(SignButton)
    QTest.mouseClick(next(each for each in buttons if each.accessibleName() == "Play"), LEFT)
    assert person.actions < 10
    assert [type(done.command) for done in person.player.branches.current.commands] == [Put, Get]
    assert person.player.playing
    person.bot.waitUntil(lambda: person.player.playhead > 0.05, timeout=5000)
    person.player.pause()
    person.player.seek(0.0)
    assert person.undo_all() == ["get k1 at Aster", "put k1 at Cedar", "adding Cedar", "adding Birch", "adding Aster"]
    assert person.player.scenario == EMPTY
    assert not person.desk.window.document.unsaved


def test_from_empty_to_playing_with_the_keys_alone(person: Person) -> None:
    for _ in range(3):
        person.press(Qt.Key.Key_Return)
    assert person.names() == ["Aster", "Birch", "Cedar"]
    person.press(Qt.Key.Key_G)
    person.press(Qt.Key.Key_Return)
    person.press(Qt.Key.Key_Up)  # from the one added last to another
    person.press(Qt.Key.Key_G, SHIFT)
    person.press(Qt.Key.Key_Return)
    person.press(Qt.Key.Key_Space)
    assert person.actions < 10
    put, get = (done.command for done in person.player.branches.current.commands)
    assert isinstance(put, Put) and isinstance(get, Get) and put.by != get.by
    assert person.player.playing
    person.player.pause()


THREE = runs.scenario(provider=runs.scenario().provider[:3], peering=(), workload=())


@pytest.mark.parametrize("person", [THREE], indirect=True)
def test_peering_by_the_tool_and_from_rim_to_rim(person: Person) -> None:
    tools = person.desk.window.studio.tools
    person.press(Qt.Key.Key_L, CONTROL)
    assert (tools.mode, tools.tool) == (EDIT, PEER)
    for name in ("Aster", "Birch"):
        person.click(*person.middle(name).round().astype(int).tolist())
    assert person.player.scenario.peering == (Peering(between=("Aster", "Birch")),)
    for name in ("Aster", "Birch"):  # once more: refused in words beside the pointer
        QTest.mouseMove(person.map, QPoint(*person.middle(name).round().astype(int).tolist()))
        assert person.map.sketch is not None
        said = person.map.sketch.text, person.map.sketch.bad
        person.click(*person.middle(name).round().astype(int).tolist())
    assert said == ("Aster and Birch peer already.", True)
    assert len(person.player.scenario.peering) == 1
    person.press(Qt.Key.Key_Escape)
    person.press(Qt.Key.Key_Escape)
    assert tools.tool == SELECT
    end = person.middle("Cedar").tolist()
    person.drag(person.rim("Birch", "Cedar"), end, drops=False)
    assert person.map.sketch is not None and person.map.sketch.text == "Peer Birch – Cedar"
    QTest.mouseRelease(person.map, LEFT, NOTHING, QPoint(round(end[0]), round(end[1])))
    assert person.player.scenario.peering[1:] == (Peering(between=("Birch", "Cedar")),)
    assert person.undo_all() == ["peering Birch – Cedar", "peering Aster – Birch"]


@pytest.mark.parametrize("person", [THREE], indirect=True)
def test_in_a_class_whoever_is_dropped_upon_another_peers_and_nobody_hangs_below(person: Person) -> None:
    session, acts = person.player.session, person.desk.window.acts
    session.abilities = replace(session.abilities, peers_only="Members of a class peer.")
    acts.refresh()
    no = {tool: acts[f"tool-{tool}"].toolTip() for tool in TOOLS if not acts[f"tool-{tool}"].isEnabled()}
    assert no == dict.fromkeys((PROVIDER, CHILD, ORGANISATION), "Members of a class peer.")
    person.press(Qt.Key.Key_E)
    assert "one upon another, to peer" in person.map.drawing.say_next()
    places = person.map.figures().centres.copy()
    end = person.middle("Cedar").tolist()
    person.drag(person.middle("Aster").tolist(), end, drops=False)
    assert person.map.sketch is not None and person.map.sketch.text == "Peer Aster – Cedar"
    QTest.mouseRelease(person.map, LEFT, NOTHING, QPoint(round(end[0]), round(end[1])))
    assert person.player.scenario.peering == (Peering(between=("Aster", "Cedar")),)
    assert person.map.figures().centres == pytest.approx(places, abs=1.0)
    assert person.undo_all() == ["peering Aster – Cedar"]


@pytest.mark.parametrize("person", [THREE], indirect=True)
def test_choosing_moving_aligning_copying_and_deleting(person: Person) -> None:
    acts, focus = person.desk.window.acts, person.desk.window.studio.focus
    person.press(Qt.Key.Key_E)
    person.drag((5, 5), (person.map.width() - 5, person.map.height() - 5))
    assert sorted(focus.chosen) == [0, 1, 2]
    before = person.map.figures().centres.copy()
    x, y = person.middle("Cedar").tolist()
    person.drag((x, y), (x + 30, y + 60))
    moved = person.map.figures().centres - before
    assert moved == pytest.approx(np.tile(moved[0], (3, 1)), abs=0.1)
    assert moved[0] == pytest.approx((30, 60), abs=20)
    acts["align-top"].trigger()
    assert np.ptp([row.position[1] for row in person.player.scenario.provider if row.position]) == 0
    acts["duplicate"].trigger()
    assert person.names()[3:] == ["Aster 2", "Birch 2", "Cedar 2"]
    assert sorted(focus.chosen) == [3, 4, 5]
    person.press(Qt.Key.Key_Delete)
    assert person.names() == ["Aster", "Birch", "Cedar"]
    person.press(Qt.Key.Key_R)
    assert person.desk.window.studio.tools.mode == RUN
    assert person.undo_all() == [
        "removing 3 providers", "duplicating 3 providers", "aligning 3 providers", "moving 3 providers",
    ]  # fmt: skip
    assert person.player.scenario == THREE


@pytest.mark.parametrize("person", [runs.scenario()], indirect=True)
def test_drawing_while_it_runs_is_a_command_at_the_playhead(person: Person) -> None:
    acts, focus = person.desk.window.acts, person.desk.window.studio.focus

    def done() -> list[str]:
        runs.settle(person.bot, person.player)
        return [f"{each.at:g} {each.command}" for each in person.player.branches.current.commands]

    def command(number: int) -> object:
        done()
        return person.player.branches.current.commands[number].command

    person.desk.seek(3.0)
    person.press(Qt.Key.Key_P)
    person.click(300, 200)
    fern = command(0)
    assert isinstance(fern, AddProvider) and (fern.provider, fern.peers) == ("Fern", "all")
    assert person.player.scenario == runs.scenario()
    person.map.grab()
    assert person.middle("Fern") == pytest.approx((300, 200), abs=15)  # on the grid
    person.press(Qt.Key.Key_O)
    person.click(*person.middle("Fern").round().astype(int).tolist())
    assert command(1) == AddOrganisation("Fern Works", "Fern")
    person.press(Qt.Key.Key_Escape)
    focus.choose((person.node("Fern"), person.node("Elm")))
    person.press(Qt.Key.Key_D, CONTROL)
    assert [each.split("(")[1].split(",")[0] for each in done()[2:]] == ["provider='Fern 2'", "provider='Elm 2'"]
    person.desk.seek(5.0)
    focus.choose((person.node("Birch"),))
    person.press(Qt.Key.Key_Delete)
    assert command(4) == Leave("Birch")
    acts["faults-only"].trigger()
    person.map.grab()
    assert len(person.map.lines()) == 0
    acts["faults-only"].trigger()
    assert person.undo_all() == [
        "leave Birch", "duplicating 2 providers", "add organisation Fern Works", "add provider Fern",
    ]  # fmt: skip
    assert done() == []


@pytest.mark.parametrize("person", [runs.scenario()], indirect=True)
def test_the_forms_of_who_is_chosen(person: Person) -> None:
    person.desk.seek(0.0)
    person.press(Qt.Key.Key_E)
    person.click(*person.middle("Cedar").round().astype(int).tolist())
    asked: list[str] = []

    def answer() -> None:
        form = QApplication.activeModalWidget()
        assert isinstance(form, ProviderForm)
        form.name.setText("Birch")
        asked.append(form.rows.says("name"))
        form.name.setText("Zelkova")
        form.customers.setValue(250)
        form.above.setCurrentIndex(form.above.findData("Aster"))
        asked.append(form.rows.says("name"))
        QTest.keyClick(form, Qt.Key.Key_Return)

    answers = QTimer(singleShot=True, interval=0)
    answers.timeout.connect(answer)
    answers.start()
    person.press(Qt.Key.Key_Return)
    assert asked == ['"Birch" is the name of another; each needs a name of its own', ""]
    row = person.player.scenario.provider[2]
    assert (row.name, row.customers, row.parent) == ("Zelkova", 250, "Aster")
    assert person.undo_all() == ["changing Cedar"]
    assert person.player.scenario == runs.scenario()
