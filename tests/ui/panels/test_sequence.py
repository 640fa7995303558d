"""The panel around the chart: what its menus choose, what is remembered, and how it looks in both themes."""

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QWidget

from tests.ui.panels import tale
from ui.actions import Actions
from ui.panels.sequence import SequencePanel
from ui.rows import Row
from ui.sequence.axis import TIME
from ui.sequence.export import FORMS, PARTS
from ui.sequence.lanes import BY_NAME


@pytest.fixture
def make(qtbot, themes, tmp_path):
    player, focus = tale.opened(qtbot)
    window = QWidget()
    qtbot.addWidget(window)
    rows = [Row(f"sequence-{form}-{part}", word, "File", int) for form in FORMS for part, word in PARTS.items()]
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)

    def made():
        panel = SequencePanel(player, focus, themes, settings, Actions(rows, window))
        panel.resize(800, 300)
        qtbot.addWidget(panel)
        panel.show()
        panel.chart.refresh()
        return panel

    yield made
    player.close()


def chosen(menu, text):
    """Trigger the action that begins so."""
    next(action for action in menu.actions() if action.text().startswith(text)).trigger()


def opened(button):
    button.menu().aboutToShow.emit()
    return button.menu()


def lanes(panel):
    panel.chart.refresh()
    return [lane.name for lane in panel.model.lanes]


def test_what_is_chosen_is_remembered_and_seen_on_the_buttons(make):
    panel = make()
    chosen(opened(panel._show), "queries")
    chosen(opened(panel._only), "Only news/1")
    chosen(opened(panel._lanes), "By name")
    chosen(opened(panel._lanes), "Customers")
    chosen(panel.lane_menu("Birch"), "Hide Birch")
    panel._axis.setCurrentIndex(1)
    again = make()
    assert again.model.chosen == panel.model.chosen
    kept = again.model.chosen
    assert (kept.mode, kept.hidden, kept.only_key, kept.lanes.order) == (TIME, {"queries"}, True, BY_NAME)
    assert lanes(again) == ["Aster", "Aster’s customers", "Cedar", "Cedar’s customers"]
    assert again._says.text().endswith("news/1 alone · no queries · 1 lane hidden")
    assert [button.isChecked() for button in (again._show, again._only, again._lanes)] == [True, True, True]
    chosen(again.event_menu(None), "Show everything")
    chosen(opened(again._lanes), "Customers")
    assert lanes(again) == ["Aster", "Birch", "Cedar"]


def test_settings_that_cannot_be_read_are_as_none(make, tmp_path):
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    settings.setValue("sequence", '{"mode": 7')
    assert make().model.chosen.hidden == frozenset()


def test_a_lane_is_moved_by_its_menu(make):
    panel = make()
    chosen(panel.lane_menu("Cedar"), "Move up")
    assert lanes(panel) == ["Aster", "Cedar", "Birch"]
    menu = opened(panel._lanes)
    one = next(action for action in menu.actions() if action.text() == "One lane").menu()
    chosen(next(action for action in one.actions() if action.text() == "Aster").menu(), "Move down")
    assert lanes(panel) == ["Cedar", "Aster", "Birch"]
    chosen(panel.lane_menu("Aster"), "Only those talking")
    assert (panel.model.choice().node, panel._focus.provider) == (tale.ASTER, tale.ASTER)


def test_the_menu_of_a_message_follows_its_request(make):
    panel = make()
    chosen(panel.event_menu(13), "Follow this request")
    panel.chart.refresh()
    assert (panel._focus.op, panel.model.sight.rows["id"].tolist()) == (2, [13, 14, 15, 16])
    assert panel._says.text() == "4 messages · request 2 alone"
