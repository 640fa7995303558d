"""The log panel: clicks, menu, filter lines, following, export."""

import csv

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from tests.ui import runs
from tests.ui.panels import tale
from ui.focus import Focus
from ui.panels.log import LogPanel
from ui.panels.log_model import INTERVAL
from ui.theme import mix


@pytest.fixture
def make(qtbot, themes):
    players = []

    def made(**options):
        player, focus = tale.opened(qtbot, **options)
        players.append(player)
        panel = LogPanel(player, focus, themes)
        panel.resize(900, 300)
        qtbot.addWidget(panel)
        panel.show()
        qtbot.wait(60)
        panel.refresh()
        return panel, player, focus

    yield made
    for player in players:
        player.close()


def click(panel, row, qtbot, modifier=Qt.KeyboardModifier.NoModifier):
    index = panel.model.index(row, 0)
    panel.view.scrollTo(index)
    place = panel.view.visualRect(index).center()
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def test_a_click_seeks_and_selects_and_later_rows_stay_in_sight_until_the_playhead_moves_on(make, qtbot):
    panel, player, focus = make()
    count = len(player.trace)
    click(panel, 11, qtbot)
    assert (player.playhead, focus.event_id, focus.op) == (2.82, 12, 2)
    panel.refresh()
    assert (panel.model.rowCount(), panel.model.current) == (count, 14)
    click(panel, 20, qtbot)
    assert panel.model.rowCount() == count
    player.seek(3.5)
    panel.refresh()
    assert panel.model.rowCount() == player.trace.index_at(3.5) == panel.model.current


def test_a_small_panel_has_whole_fields_and_three_rows_at_every_size_of_text(make, qtbot, themes):
    panel, _, _ = make()
    for scale in (1.0, 1.5):
        themes.set_scale(scale)
        panel.resize(590, 60)
        qtbot.wait(30)
        lines = panel.bar.show_line, panel.bar.hide_line
        assert [line.height() >= line.minimumSizeHint().height() for line in lines] == [True, True]
        assert lines[0].y() == lines[1].y(), "beside each other"
        assert panel.view.viewport().height() >= 3 * panel.view.rowHeight(0)


def test_control_click_only_selects(make, qtbot):
    panel, player, focus = make()
    click(panel, 11, qtbot, Qt.KeyboardModifier.ControlModifier)
    assert (player.playhead, focus.event_id) == (tale.DURATION, 12)


def test_a_recording_shows_what_is_to_come(make):
    panel, player, _ = make(known=True)
    player.seek(3.5)
    panel.refresh()
    assert (panel.model.rowCount(), panel.model.current) == (len(player.trace), player.trace.index_at(3.5))


def test_selected_elsewhere_is_selected_here(make):
    panel, _, focus = make()
    focus.select_event(20)
    assert [index.row() for index in panel.view.selectionModel().selectedRows()] == [19]


def test_it_follows_the_playhead_until_scrolled_away(make, qtbot):
    panel, player, _ = make()
    bar = panel.view.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0
    player.seek(9.2)
    panel.refresh()
    assert bar.value() == bar.maximum()
    bar.triggerAction(bar.SliderAction.SliderToMinimum)
    player.seek(tale.DURATION)
    panel.refresh()
    assert bar.value() == 0
    qtbot.wait(20)  # the view is laid out
    bar.triggerAction(bar.SliderAction.SliderToMaximum)
    assert panel._follows


def labels(menu):
    return {action.text(): action for action in menu.actions() if action.text()}


def test_the_menu_filters_follows_and_clears(make):
    panel, player, focus = make()
    actions = labels(panel.menu(12))
    assert list(actions) == [
        "Only events like this: query", "Hide events like this: query", "Only news/1", "Follow this request", "Copy",
        "Export visible events (CSV)…", "Show all events",
    ]  # fmt: skip
    actions["Only events like this: query"].trigger()
    assert panel.bar.show_line.text() == 'kind =~ "query"'
    assert panel.bar._says.text() == "Shown: kind is query."
    assert panel.bar._count.text() == f"2 of {len(player.trace)} events"
    labels(panel.menu(0))["Show all events"].trigger()
    for row in (0, 12):  # the second time three rows less are there
        kind = panel.model.row(row).kind
        labels(panel.menu(row))[f"Hide events like this: {kind}"].trigger()
    assert panel.bar._says.text() == "Hidden: kind is provider or kind is reply."
    panel.bar.clear()
    labels(panel.menu(12))["Follow this request"].trigger()
    assert ({panel.model.row(row).op for row in range(panel.model.rowCount())}, focus.op) == ({2}, 2)
    assert list(labels(panel.menu(None))) == ["Export visible events (CSV)…", "Show all events"]


def test_a_wrong_filter_says_what_and_where_and_changes_nothing(make):
    panel, _, _ = make()
    panel.bar.show_only("kind =~ query")
    panel.bar.show_only("kind =~ query AND latncy =~ {5..}")
    assert panel.bar._says.text() == "There is no field “latncy”. Did you mean latency? Here: latncy =~ {5..}"
    assert (panel.bar.show_line.property("fault"), panel.model.rowCount()) == (True, 2)
    panel.bar.show_only("nobody said this")
    assert (panel.model.rowCount(), panel._empty.isVisible()) == (0, True)
    assert panel._empty.text().startswith("No event so far is like that.")


def test_copy_and_export(make, qtbot, tmp_path):
    panel, _, _ = make()
    panel.view.selectRow(12)
    panel.copy()
    assert (
        QGuiApplication.clipboard().text() == "13\t2.820 s\t0 ms\tCedar → Aster\tquery\tnews/1\tget-broadcast\t\t40 ms"
    )
    panel.bar.show_only("kind =~ reply")
    panel.export(tmp_path / "log.csv")
    qtbot.waitUntil(lambda: panel._export.says.startswith("2 events"), timeout=2000)
    with (tmp_path / "log.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows[0] == {
        "number": "15", "time": "2.860000", "delta": "0.040000", "source": "Aster", "target": "Cedar", "kind": "reply",
        "key": "news/1", "regime": "get-broadcast", "result": "hit", "latency_ms": "40.000", "op": "2",
    }  # fmt: skip
    assert [row["result"] for row in rows] == ["hit", "miss"]
    panel.export(tmp_path)
    assert panel._export.says.startswith(f"{tmp_path.name} cannot be written:")


def test_what_customers_and_their_provider_send_each_other_is_shown_when_asked_for(qtbot, themes):
    player, focus = runs.player(), Focus()
    panel = LogPanel(player, focus, themes)
    qtbot.addWidget(panel)
    player.seek(6.0)
    runs.settle(qtbot, player)
    panel.refresh()

    def kinds() -> set[str]:
        return {panel.model.row(row).kind for row in range(panel.model.rowCount())}

    calm = kinds()
    panel.bar._access.click()
    assert (kinds() - calm, panel.model.rowCount()) == ({"get", "put", "answer"}, player.trace.index_at(6.0))
    player.close()


def test_a_log_that_comes_up_late_stands_at_the_playhead(qtbot, themes):
    player, focus = runs.player(), Focus()
    panel = LogPanel(player, focus, themes)
    qtbot.addWidget(panel)
    panel.resize(500, 300)
    player.seek(19.0)
    runs.settle(qtbot, player)
    panel.show()
    qtbot.waitUntil(lambda: panel.model.current == player.trace.index_at(19.0))
    last = panel.model.index(panel.model.rowCount() - 1, 1)
    assert panel.model.rowCount() > 50 and panel.view.viewport().rect().contains(panel.view.visualRect(last).center())
    player.close()


def test_rows_of_the_selected_interval_have_a_bed_of_their_own(make):
    panel, _, focus = make()
    role = Qt.ItemDataRole.BackgroundRole
    focus.span.select(2.82, 2.9)
    theme = panel._themes.current
    soft = mix(theme.window, theme.accent_soft, INTERVAL)
    marked = [row for row in range(panel.model.rowCount()) if panel.model.data(panel.model.index(row, 1), role) == soft]
    assert marked == list(range(11, 18))
    focus.span.clear()
    assert panel.model.data(panel.model.index(12, 1), role) is None
