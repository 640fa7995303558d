"""Why: one click on a bad answer tells its story and lights its chain; one more shows the future that avoids it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from p4lab.core.commands import Crash, Get, Put
from p4lab.scenario.model import Do
from tests.ui import runs
from tests.ui.desk import Desk
from ui.canvas.tags import badge_area
from ui.panels.details import DetailsPanel
from ui.panels.details_step import StepRow
from ui.panels.inspector_answer import AnswerPage
from ui.panels.log import LogPanel
from ui.panels.sentence_button import SentenceButton
from ui.subject import What

LEFT = Qt.MouseButton.LeftButton
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LETTER = (
    Do(1.0, Put("Aster", "one", "letter", ttl=10.0)), Do(2.0, Get("Cedar", "letter", owner="Aster")),
    Do(3.0, Put("Aster", "two", "letter", ttl=10.0)), Do(4.0, Get("Cedar", "letter", owner="Aster")),
    Do(5.0, Crash("Aster")), Do(6.0, Get("Elm", "letter", owner="Aster")),
)  # fmt: skip


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(qtbot, tmp_path, runs.scenario(workload=(), do=LETTER, duration=12.0))
    made.open()
    made.seek(10.0)
    yield made
    made.leave()


def story(desk: Desk) -> DetailsPanel:
    docked = desk.window.inspectors.docked
    assert docked is not None
    page = docked.page(What.ANSWER)
    assert isinstance(page, AnswerPage)
    page.refresh()
    return page.story


def steps(desk: Desk) -> list[str]:
    return [row.accessibleName() for row in story(desk).widget().findChildren(StepRow)]


def remedies(desk: Desk) -> list[SentenceButton]:
    return story(desk).widget().findChildren(SentenceButton)


def judged(desk: Desk, do: Callable[[], None]) -> str:
    said: list[str] = []
    desk.window.inspectors.why.judged.connect(lambda _op, sentence, *_: said.append(sentence))
    do()
    desk.qtbot.waitUntil(lambda: bool(said), timeout=10_000)
    return said[-1]


def stale(desk: Desk) -> int:
    return int(desk.player.world.stale_reads()["op"][0])


def await_log(desk: Desk, log: LogPanel) -> None:
    """Until it shows all that happened by the playhead."""
    player = desk.player
    desk.qtbot.waitUntil(
        lambda: log.model.current == player.trace.index_at(player.playhead) and not log.model.searching
    )


def click_badge(desk: Desk) -> None:
    desk.seek(4.5)
    desk.window.map.grab()
    now = desk.window.map.moment
    assert now is not None
    area = badge_area(now.shown, 2, now.looks[2])
    desk.qtbot.mouseClick(desk.window.map, LEFT, pos=area.center().toPoint())


def click_tick(desk: Desk) -> None:
    desk.window.transport.timeline.opPicked.emit(stale(desk))


def click_log(desk: Desk) -> None:
    desk.window.docks.show("log")
    log = desk.window.docks["log"]
    assert isinstance(log, LogPanel)
    await_log(desk, log)
    end = desk.player.world.op(stale(desk))
    assert end is not None
    row = log.model.row_of(end.finished_id)
    desk.qtbot.waitUntil(log.view.isVisible)
    log.view.grab()
    log.view.scrollTo(log.model.index(row, 1))
    where = log.view.visualRect(log.model.index(row, 1)).center()
    desk.qtbot.mouseClick(log.view.viewport(), LEFT, pos=where)


def test_one_click_tells_the_story_and_lights_the_chain_and_escape_puts_it_out(desk: Desk) -> None:
    for click in (click_badge, click_tick, click_log):
        desk.seek(10.0)
        lit_by(desk, click)
        desk.window.map.setFocus()
        desk.press(Qt.Key.Key_Escape)
        assert (desk.window._focus.chain, desk.window._focus.op) == (frozenset(), None)


def lit_by(desk: Desk, click: Callable[[Desk], None]) -> None:
    """The story, and the chain on map and log."""
    click(desk)
    focus, trace = desk.window._focus, desk.player.trace
    assert focus.op == stale(desk)
    assert steps(desk)[-1].endswith("Cedar answered from its cache: v1, 1 version behind, after 2\u00a0ms")
    kinds = {type(trace[number - 1]).__name__ for number in focus.chain}
    assert {"Stored", "GetStarted", "GetFinished", "Sent"} <= kinds
    log = desk.window.docks["log"]
    assert isinstance(log, LogPanel)
    desk.window.docks.show("log")
    await_log(desk, log)
    lit = [
        log.model.event_of(row) + 1 for row in range(log.model.rowCount())
        if log.model.data(log.model.index(row, 0), Qt.ItemDataRole.FontRole) is not None
    ]  # fmt: skip
    assert lit
    assert set(lit) <= focus.chain
    desk.window.map.grab()
    now = desk.window.map.moment
    assert now is not None
    assert {(0, 2), (2, 0)} <= {way[:2] for way in now.chain.ways}
    assert now.chain.nodes >= {0, 2}


def test_the_future_that_avoids_it_is_one_click_away_and_is_judged_as_it_is(desk: Desk) -> None:
    click_tick(desk)
    texts = [button.text() for button in remedies(desk)]
    assert texts[0].startswith("If letter had been put-broadcast with its value")
    assert any("TTL" in text for text in texts)
    said = judged(desk, lambda: desk.qtbot.mouseClick(remedies(desk)[0], LEFT))
    assert said == "In this future the same get is fresh: v2 in 2 ms."
    branches = desk.player.branches
    assert (len(branches.all), branches.current.name) == (2, "B")
    now = desk.player.world.op(desk.window._focus.op or 0)
    assert now is not None
    assert (now.started, now.lag, now.source) == (pytest.approx(4.0), 0, "replica")
    assert steps(desk)[-1].endswith("v2, the newest, after 2\u00a0ms")
    desk.player.switch(branches.all[0].number)
    runs.settle(desk.qtbot, desk.player)
    assert desk.player.branches.current.name == "A"
    click_tick(desk)
    ttl = next(button for button in remedies(desk) if "TTL" in button.text())
    assert judged(desk, ttl.click).startswith("In this future the same get is fresh: v2 in")
    desk.player.history.undo()
    runs.settle(desk.qtbot, desk.player)
    assert [branch.name for branch in desk.player.branches.all] == ["A", "B"]


def test_a_failed_answer_by_keyboard_alone(desk: Desk) -> None:
    """To the answer that failed, why, cause by cause, and to the future without the crash."""
    focus, player = desk.window._focus, desk.player
    asked = next(op for number in range(20) if (op := player.world.op(number)) is not None and op.outcome == "PARTIAL")
    desk.window.map.setFocus()
    focus.select_event(asked.finished_id)
    focus.select_op(asked.op)
    desk.window.acts.refresh()
    desk.press(Qt.Key.Key_W)
    assert any("Aster had crashed" in step for step in steps(desk))
    before = []
    while (event := focus.event_id) is not None:
        desk.window.acts.refresh()
        desk.press(Qt.Key.Key_Left, CONTROL)
        runs.settle(desk.qtbot, player)
        if focus.event_id == event:
            break
        before.append(event)
    assert focus.event_id == asked.started_id
    assert any("Aster had crashed" in step for step in steps(desk))  # the story stays while its chain is walked
    desk.press(Qt.Key.Key_Right, CONTROL)
    assert player.trace[(focus.event_id or 0) - 1].cause == asked.started_id
    assert (focus.event_id or 0) in focus.chain
    desk.seek(10.0)
    desk.window.acts.refresh()
    said = judged(desk, lambda: desk.press(Qt.Key.Key_W, CONTROL | SHIFT))
    assert said == "In this future the same get is fresh: v2 in 84 ms."
    assert all(not isinstance(row.command, Crash) for row in player.scenario.do)
