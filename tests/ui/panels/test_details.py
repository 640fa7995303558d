"""The details: headline, story and facts of a get or put, and what a provider holds."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QLabel, QPushButton

from tests.ui.panels import tale
from ui.panels.details import NO_REMEDY, DetailsPanel
from ui.panels.details_step import StepRow
from ui.panels.details_text import asked, done, facts, headline, held
from ui.story import Tone


@pytest.fixture
def told(qtbot):
    player, focus = tale.opened(qtbot)
    yield player, focus
    player.close()


@pytest.fixture
def panel(told, themes, qtbot):
    player, focus = told
    made = DetailsPanel(player, focus, themes)
    made.resize(480, 640)
    qtbot.addWidget(made)
    made.show()
    qtbot.wait(40)
    return made


@pytest.mark.parametrize(
    ("op", "t", "says"),
    [
        (5, 20.0, ("Stale: 2 versions behind", Tone.STALE)),
        (5, 5.019, ("Under way for 1 ms", Tone.WAITING)),
        (5, 5.0, ("Not asked yet", Tone.WAITING)),
        (2, 20.0, ("v1 in 80 ms, fresh", Tone.GOOD)),
        (6, 20.0, ("Not found", Tone.PLAIN)),
        (4, 20.0, ("Stored as v3 in 0 ms", Tone.GOOD)),
        (12, 20.0, ("Stale: 1 entry missing", Tone.STALE)),
        (10, 20.0, ("Stored in 0 ms", Tone.GOOD)),
    ],
)
def test_headlines(told, op, t, says):
    world = told[0].world
    assert headline(world.op(op), world, t) == says


def test_facts_of_a_get_and_of_a_put(told):
    world = told[0].world
    assert asked(world.op(5), world) == "A customer of Cedar asked for news/1 at 5.018 s."
    assert facts(world.op(5), world, 20.0) == [
        ("Key", "news/1, owned by Aster"), ("Kind", "authenticated"), ("Regime", "get-broadcast"), ("Outcome", "found"),
        ("Took", "2 ms"), ("Answered from", "its cache"), ("Version", "v1, “edition 1”"),
        ("Freshness", "2 versions behind, out of date for 1.92 s"),
    ]  # fmt: skip
    assert [name for name, _ in facts(world.op(5), world, 5.019)] == ["Key", "Kind", "Regime"]
    assert facts(world.op(7), world, 20.0) == [
        ("Key", "wiki/1, owned by Aster"), ("Kind", "authenticated"), ("Regime", "put-broadcast of value"),
        ("Value", "“edition 1”"), ("Outcome", "done"), ("Took", "0 ms"),
    ]  # fmt: skip
    assert facts(world.op(12), world, 20.0)[-2:] == [
        ("Entries", "1: “aa”"), ("Freshness", "1 entry missing, out of date for 502 ms"),
    ]  # fmt: skip


def test_what_a_provider_holds_and_did(told):
    player, _ = told
    world = player.world
    places = {key: world.find(key).index for key in ("news/1", "wiki/1", "chat/1", "wall/1")}
    assert held(world, tale.CEDAR, places["news/1"], 5.0) == [
        ("v1, cached, since 2.90 s, for another 7.90 s: 2 behind", True)
    ]
    assert held(world, tale.CEDAR, places["news/1"], 13.0) == []
    assert held(world, tale.CEDAR, places["wiki/1"], 20.0) == [
        ("A copy of v1, sent to it, since 7.04 s: the newest", False)
    ]
    assert held(world, tale.CEDAR, places["chat/1"], 20.0) == [("A pointer to v2, since 8.54 s: the newest", False)]
    assert held(world, tale.BIRCH, places["wall/1"], 20.0) == [("Its own 1 entry, since 9.00 s: 1 missing", True)]
    assert done(player.metrics, tale.CEDAR, 20.0) == [
        ("Gets answered", "2"), ("Puts answered", "1"), ("At home", "50 %"), ("Stale", "50 %"),
        ("Latency", "half within 41 ms, 95 % within 76 ms"),
    ]  # fmt: skip
    assert done(player.metrics, tale.CEDAR, 1.0) == [("Gets answered", "0"), ("Puts answered", "0")]


def shown(panel):
    """Labels in order, without those of the forms."""
    in_forms = set()
    for form in panel.widget().findChildren(QFormLayout):
        for row in range(form.rowCount()):
            for role in (QFormLayout.ItemRole.LabelRole, QFormLayout.ItemRole.FieldRole):
                in_forms.add(form.itemAt(row, role).widget())
    return [label.text() for label in panel.widget().findChildren(QLabel) if label not in in_forms]


def steps(panel):
    return [row.accessibleName() for row in panel.widget().findChildren(StepRow)]


def test_nothing_selected_says_how_to_select(panel):
    assert shown(panel)[0].startswith("Click a point in the latency plot")


def test_the_story_is_told_up_to_the_playhead_and_a_step_leads_there(panel, told, qtbot):
    player, focus = told
    panel.look(op=5)
    panel.refresh()
    assert shown(panel) == ["Stale: 2 versions behind", "A customer of Cedar asked for news/1 at 5.018 s.", NO_REMEDY]
    assert steps(panel) == [
        "1.000 s: Aster accepted v1", "2.900 s: Cedar kept v1 for 10\u00a0s (TTL)", "3.100 s: Aster accepted v2",
        "4.400 s: Aster accepted v3", "5.018 s: A customer of Cedar asked for news/1",
        "5.020 s: Cedar answered from its cache: v1, 2 versions behind, after 2\u00a0ms",
    ]  # fmt: skip
    assert [row._step.bad for row in panel._rows] == [False, False, True, True, False, True]
    row = panel._rows[2]
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    assert (player.playhead, focus.event_id) == (3.1, row.event_id)
    panel.refresh()
    assert [(row._later, row._here) for row in panel._rows] == [
        (False, False), (False, False), (False, True), (True, False), (True, False), (True, False),
    ]  # fmt: skip
    assert shown(panel)[0] == "Stale: 2 versions behind"
    player.seek(3.2)
    panel.refresh()
    assert steps(panel) == []
    button = panel.widget().findChild(QPushButton)
    assert (shown(panel)[0], button.text()) == ("Not asked yet", "Go to 5.02 s")
    button.click()
    panel.refresh()
    assert (player.playhead, shown(panel)[0]) == (5.018, "Under way for 0 ms")
    assert steps(panel)[-1] == "5.018 s: A customer of Cedar asked for news/1"


def test_the_selected_event_is_marked_among_the_steps(panel, told):
    _, focus = told
    panel.look(op=5)
    panel.refresh()
    focus.select_event(panel._rows[3].event_id)
    assert [row._here for row in panel._rows] == [False, False, False, True, False, False]


def test_a_provider_is_told_beside_the_selected_key(panel, told):
    panel.look(provider=tale.ASTER)
    panel.refresh()
    assert shown(panel) == [
        "100 customers, peers with Birch and Cedar", "What it holds of news/1",
        "Its own v3, since 4.40\u00a0s: the newest", "Its customers so far",
    ]  # fmt: skip


def test_nothing_is_built_anew_while_nothing_changes(panel, told):
    player, _ = told
    panel.look(op=2)
    panel.refresh()
    inner = panel.widget()
    player.seek(15.0)
    panel.refresh()
    assert panel.widget() is inner


def test_tab_goes_through_the_steps_in_their_order_right_after_the_panel(told, panel, qtbot):
    panel.look(op=5)
    qtbot.waitUntil(lambda: len(panel._rows) == 6)
    panel.setFocus()
    reached = []
    for _ in range(6):
        qtbot.keyClick(panel.focusWidget() or panel, Qt.Key.Key_Tab)
        reached.append(panel.window().focusWidget())
    assert reached == panel._rows
