"""The sequence chart through the real window: opened by key, a request followed, written to files."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt

from tests.ui.desk import Desk
from ui.panels.sequence import SequencePanel

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.seek(8.0)
    return desk


def shown(desk: Desk) -> SequencePanel:
    desk.press(Qt.Key.Key_5, Qt.KeyboardModifier.AltModifier)
    panel = desk.window.docks["sequence"]
    assert isinstance(panel, SequencePanel)
    desk.qtbot.waitUntil(lambda: bool(panel.isVisible() and len(panel.model.lanes)))
    panel.chart.refresh()
    return panel


def place(panel: SequencePanel, number: int) -> QPoint:
    found = panel.chart.place_of(number)
    assert found is not None
    return found.toPoint()


def test_two_clicks_on_a_message_follow_its_request_in_the_whole_window(desk: Desk) -> None:
    panel, focus, world = shown(desk), desk.window._focus, desk.player.world
    assert desk.window.docks.is_shown("sequence")
    assert panel.model.axis.low < panel.model.unit(8.0) <= panel.model.axis.high  # where the playhead is
    op = next(one for n in range(1, 200) if (one := world.op(n)) is not None and one.source == "remote")
    panel.model.show_event(op.started_id)
    panel.chart.refresh()
    panel.model.axis.show(op.started_id - 1.0, op.started_id + 9.0)  # or other requests' arrows lie on its own
    panel.chart.refresh()
    message = int(panel.model.sight.rows["id"][panel.model.sight.rows["op"] == op.op][0])
    desk.qtbot.mouseClick(panel.chart, LEFT, pos=place(panel, message))
    desk.qtbot.mouseDClick(panel.chart, LEFT, pos=place(panel, message))
    assert (focus.event_id, focus.op, desk.window.docks.is_shown("details")) == (message, op.op, True)
    panel.chart.refresh()
    rows = panel.model.sight.rows
    assert set(rows["op"][panel.model.sight.followed].tolist()) == {op.op}
    desk.qtbot.keyClick(panel.chart, Qt.Key.Key_Right)
    desk.qtbot.keyClick(panel.chart, Qt.Key.Key_Return)
    assert focus.event_id is not None
    assert focus.event_id > message


def test_the_drawer_s_chart_is_written_to_files(desk: Desk, tmp_path: Path) -> None:
    shown(desk)
    acts, notice = desk.window.acts, desk.window.notice
    acts.refresh()
    assert acts["sequence-svg-selected"].toolTip() == (
        "Select a request first: a double click on one of its messages does."
    )
    desk.person.path = tmp_path / "seen.svg"
    acts["sequence-svg-visible"].trigger()
    assert (tmp_path / "seen.svg").read_text("utf-8").startswith("<?xml")
    desk.window._focus.select_op(1)
    desk.person.path = tmp_path / "one.mmd"
    acts["sequence-mermaid-selected"].trigger()
    assert "sequenceDiagram\n    participant p" in (tmp_path / "one.mmd").read_text("utf-8")
    desk.person.path = tmp_path / "nowhere" / "one.mmd"
    acts["sequence-mermaid-all"].trigger()
    assert notice._label.text() == "one.mmd cannot be written: No such file or directory."
