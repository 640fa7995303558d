"""Looking closer, as a person does: with the mouse on the map, in tables and tabs, with keys, in several windows."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from p4lab.trace import LOST
from p4lab.world.observed import Observed
from tests.ui.desk import Desk
from ui.inspectors import Floating
from ui.panels.details_step import StepRow
from ui.panels.inspector import Inspector
from ui.panels.inspector_key import KeyPage
from ui.panels.inspector_message import MessagePage
from ui.panels.inspector_provider import ProviderPage
from ui.panels.inspector_veil import Veil
from ui.panels.links import LinkButton
from ui.panels.log import LogPanel
from ui.panels.table import Table
from ui.subject import Subject, What
from ui.words import ACCESS

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("inspect")


@pytest.fixture
def desk(qtbot: QtBot, folder: Path) -> Iterator[Desk]:
    made = Desk(qtbot, folder)
    made.open()
    made.seek(12.0)
    yield made
    made.leave()


def inspector(desk: Desk) -> Inspector:
    """The one in the dock, in front."""
    if not desk.window.docks.is_shown("details"):
        desk.press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    made = desk.window.inspectors.docked
    assert made is not None
    desk.qtbot.waitUntil(made.isVisible)
    return made


def click(desk: Desk, node: int, twice: bool = False) -> None:
    place = QPoint(*desk.window.map.figures().centres[node].astype(int).tolist())
    desk.qtbot.mouseClick(desk.window.map, LEFT, pos=place)
    if twice:
        desk.qtbot.mouseDClick(desk.window.map, LEFT, pos=place)


def tab(desk: Desk, page: ProviderPage | KeyPage | MessagePage, title: str) -> None:
    bar = page.tabs.tabBar()
    place = next(number for number in range(bar.count()) if bar.tabText(number) == title)
    desk.qtbot.mouseClick(bar, LEFT, pos=bar.tabRect(place).center())


def cells(table: Table) -> list[list[str]]:
    model = table.model()
    return [
        [str(model.data(model.index(row, column))) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def pick(desk: Desk, table: Table, row: int) -> None:
    where = table.visualRect(table.model().index(row, 0)).center()
    desk.qtbot.mouseClick(table.viewport(), LEFT, pos=where)


def test_the_panel_follows_the_last_click_back_and_forward_and_from_a_neighbour_to_the_link(desk: Desk) -> None:
    one = inspector(desk)
    world = desk.player.world
    click(desk, 0)
    click(desk, 1)
    assert (one.subject, one.title.text()) == (Subject(What.PROVIDER, 1), "Birch")
    page = cast("ProviderPage", one.page(What.PROVIDER))
    tab(desk, page, "Stores")
    names = {row[0]: row[1:3] for row in cells(page.stores)}
    held = {
        name.label: held[0].store for name in world.names
        if (held := [each for each in world.holdings(name.index, 12.0) if each.node == 1])
    }  # fmt: skip
    assert set(names) == set(held)
    mail = world.find("mail/1")
    assert mail is not None
    assert names["mail/1"] == ["own", f"v{world.newest(mail.index, 12.0)}"]
    desk.qtbot.keyClicks(page.filter, "MAI")
    assert [row[0] for row in cells(page.stores)] == ["mail/1"]
    pick(desk, page.stores, 0)
    assert (one.subject.what, one.title.text()) == (What.KEY, "mail/1")
    for _ in range(2):
        desk.press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert one.title.text() == "Aster"
    desk.press(Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert one.title.text() == "Birch"
    click(desk, 1)  # selected already: pointed at all the same
    assert one.subject == Subject(What.PROVIDER, 1)
    click(desk, 4)  # Elm, who broadcasts feed/1
    tab(desk, page, "Neighbours")
    assert [row[:3] for row in cells(page.near)] == [
        [name, "peer", "up"] for name in ("Aster", "Birch", "Cedar", "Dahlia")
    ]
    sent = desk.player.trace.rows(0, desk.player.trace.rows_at(12.0))
    mine = sent[(sent["src"] == 4) & (sent["dst"] == 0) & (sent["code"] < 20)]
    assert cells(page.near)[0][4] == str(len(mine))
    pick(desk, page.near, 0)
    assert one.title.text() == "Aster – Elm"


def test_pinned_it_stays_and_floating_ones_are_opened_and_closed_by_hand(desk: Desk) -> None:
    one = inspector(desk)
    click(desk, 0)
    desk.qtbot.mouseClick(one.pin, LEFT)
    click(desk, 2, twice=True)
    click(desk, 3, twice=True)
    click(desk, 3, twice=True)
    floating: list[Floating] = desk.window.inspectors.floating
    assert (one.title.text(), [each.windowTitle() for each in floating]) == (
        "Aster",
        ["Cedar – P4 Lab", "Dahlia – P4 Lab"],
    )
    floating[0].activateWindow()
    desk.qtbot.waitUntil(floating[0].isActiveWindow)
    desk.qtbot.keyClick(floating[0], Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    desk.qtbot.waitUntil(lambda: len(floating) == 1)
    assert not desk.player.empty  # Ctrl+W has closed the inspector alone
    before = floating[0].inspector.title.font().pointSizeF()
    desk.taste.choose_scale(150)
    assert floating[0].inspector.title.font().pointSizeF() > 1.4 * before
    desk.window.document.forget()
    desk.window.document.close()
    assert floating == []


def test_a_message_is_clicked_on_the_map_and_its_story_is_asked_as_a_quiz(desk: Desk) -> None:
    one, trace = inspector(desk), desk.player.trace
    rows = trace.rows(0, trace.rows_at(12.0))
    query = rows[rows["code"] == 4][0]
    desk.seek(float(query["t"] + 0.5 * (query["due"] - query["t"])))
    desk.window.map.grab()
    moment = desk.window.map.moment
    assert moment is not None
    flight = moment.flight
    at = int(np.flatnonzero(flight.rows["id"] == query["id"])[0])
    desk.qtbot.mouseClick(desk.window.map, LEFT, pos=QPoint(round(flight.x[at]), round(flight.y[at])))
    assert one.subject == Subject(What.MESSAGE, int(query["id"]))
    page = cast("MessagePage", one.page(What.MESSAGE))
    desk.seek(12.0)
    page.refresh()

    def stages() -> list[str]:
        return [row.accessibleName().split(": ")[1] for row in page.story.widget().findChildren(StepRow)]

    def press(text: str) -> None:
        button = next(each for each in page.story.widget().findChildren(QAbstractButton) if each.text() == text)
        desk.qtbot.mouseClick(button, LEFT)

    whole = stages()
    assert whole[:4] == ["Sent", "Received", "Checked", "Looked up"]
    assert whole[-2:] == ["Decided", "Sent on"]
    press("Quiz me")
    assert stages() == whole[:-2]
    assert page.story.widget().findChildren(LinkButton) == []
    press("It does not answer that")
    assert stages() == whole
    tab(desk, page, "Raw")
    desk.qtbot.mouseClick(page.copy, LEFT)
    assert f'"id": {int(query["id"])}' in page.raw.toPlainText()
    focus = desk.window._focus
    query = rows[(rows["code"] == 4) & (rows["dst"] == 1)][0]
    focus.select_message(int(query["id"]))

    def known(node: int | None) -> list[str]:
        focus.eyes.see_as(node)
        one.refresh()
        if isinstance(one._stack.currentWidget(), Veil):
            return ["veiled"]
        return [row.accessibleName().split(": ")[1] for row in page.story.widget().findChildren(StepRow)]

    whole = known(None)
    other = next(node for node in range(5) if node not in (int(query["src"]), 1))
    assert [known(node) for node in (int(query["src"]), 1, other)] == [whole[:1], whole[1:], ["veiled"]]


def test_the_selected_key_by_keyboard_alone(desk: Desk) -> None:
    one = inspector(desk)
    desk.window.map.setFocus()
    desk.press(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert one.title.text() == "news/1"
    page = cast("KeyPage", one.page(What.KEY))
    page.tabs.tabBar().setFocus()
    assert cells(page.copies)[0][:3] == ["Aster", "own", f"v{desk.player.world.newest(0, 12.0)}"]
    desk.press(Qt.Key.Key_Right)
    assert page.tabs.currentIndex() == 1
    assert [row[1].split(" ")[0] for row in cells(page.editions)] == [
        f"v{number}" for number in range(1, desk.player.world.newest(0, 12.0) + 1)
    ]
    desk.press(Qt.Key.Key_Right)
    gets = desk.player.metrics.gets(12.0)
    assert sum(int(row[1]) for row in cells(page.readers)) <= len(gets)


def test_the_window_seen_with_one_providers_eyes(desk: Desk) -> None:
    """Map, log and inspector show what Aster can observe and nothing else, until everything is shown again."""
    one, window, trace = inspector(desk), desk.window, desk.player.trace
    click(desk, 0)
    desk.press(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    banner = window.inspectors.banner
    assert banner is not None
    desk.qtbot.waitUntil(banner.isVisible)
    assert banner.says.text() == "You see what Aster sees"
    assert "of Aster’s keys that Aster cannot see." in banner.hidden.text()
    window.map.grab()
    moment = window.map.moment
    assert moment is not None
    assert [bool(look.texts) for look in moment.looks] == [True, False, False, False, False]
    assert {node for line in moment.ground.lines.tolist() for node in line if node} == {1, 2, 3, 4}
    assert (moment.ground.lines == 0).any(axis=1).all()
    window.docks.show("log")
    log = window.docks["log"]
    assert isinstance(log, LogPanel)
    log.bar.clear()
    desk.qtbot.waitUntil(lambda: not log.model.searching and log.model.rowCount() > 20)
    observed = Observed(trace, desk.player.world)
    shown = {log.model.event_of(row) + 1 for row in range(log.model.rowCount())}
    could = {event.id for event in trace[: trace.index_at(12.0)] if observed.sees(event, 0, 12.0)}
    assert shown == could
    page = cast("ProviderPage", one.page(What.PROVIDER))
    tab(desk, page, "Stores")
    assert [row[1] for row in cells(page.stores)].count("own") >= 1
    bar = window.transport
    assert (len(bar.timeline._stale), bar.strip.text) == (0, "Aster does not know what happens next.")
    rows = trace.rows()
    rows = rows[rows["code"] < ACCESS]
    counted = round(float(bar.timeline._activity._counts.sum()))
    assert 0 < counted == int(((rows["src"] == 0) | ((rows["dst"] == 0) & (rows["fate"] & LOST == 0))).sum())
    assert not any(window.acts[name].isEnabled() for name in ("stale-next", "avoid"))
    assert not bar.until.buttons["stale"].isEnabled()
    click(desk, 1)
    assert isinstance(one._stack.currentWidget(), Veil)
    desk.qtbot.mouseClick(banner.back, LEFT)
    assert (banner.isVisible(), isinstance(one._stack.currentWidget(), Veil)) == (False, False)
    window.map.grab()
    assert window.map.moment is not None
    assert [bool(look.texts) for look in window.map.moment.looks] == [True] * 5
    focus = desk.window._focus
    rows = trace.rows(0, trace.rows_at(12.0))
    query = rows[(rows["code"] == 4) & (rows["dst"] == 1)][0]
    focus.eyes.see_as(1)
    number = int(query["id"])

    def seen(t: float) -> bool:
        desk.seek(t)
        log.refresh()
        desk.qtbot.waitUntil(lambda: not log.model.searching)
        return number - 1 in [log.model.event_of(row) for row in range(log.model.rowCount())]

    half = float(query["t"] + query["due"]) / 2
    assert [seen(t) for t in (half, float(query["due"]), half)] == [False, True, False]
