"""Plots through the real window: an interval dragged, figures, a plot chosen, pinned and written to files."""

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from tests.ui.desk import Desk
from ui.panels.plots import PlotsPanel
from ui.plots.choice import LATENCY, RATES, STALENESS

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.seek(12.0)
    return desk


def plots(desk: Desk) -> PlotsPanel:
    panel = desk.window.docks["plots"]
    assert isinstance(panel, PlotsPanel)
    return panel


def place(panel: PlotsPanel, t: float) -> QPoint:
    """Where a time is in the first plot."""
    chart = panel.frame(LATENCY).chart
    middle = sum(chart.view.viewRange()[1]) / 2
    return chart.plot.mapFromScene(chart.view.mapViewToScene(QPointF(t, middle)))


def test_a_dragged_interval_has_figures_and_a_double_click_resets(desk: Desk) -> None:
    panel, span = plots(desk), desk.window._focus.span
    canvas = panel.frame(LATENCY).chart.plot.viewport()
    start, end = place(panel, 4.0), place(panel, 9.0)
    desk.qtbot.mousePress(canvas, LEFT, pos=start)
    for part in (0.3, 0.7, 1.0):
        desk.qtbot.mouseMove(canvas, start + (end - start) * part)
        desk.qtbot.wait(20)
    desk.qtbot.mouseRelease(canvas, LEFT, pos=end)
    assert span.ends == pytest.approx((4.0, 9.0), abs=0.2)
    desk.qtbot.waitUntil(lambda: bool(panel.figures.isVisible() and panel.figures.rows))
    low, high = span.ends or (0.0, 0.0)
    gets = desk.player.metrics.gets(12.0)
    count = int(((gets["t"] >= low) & (gets["t"] <= high)).sum())
    assert (panel.figures.rows[0].plot, panel.figures.rows[0].count) == ("Get latency", count)
    assert desk.player.playhead == 12.0  # a drag is no click
    panel.figures.zoomAsked.emit()
    assert (panel.span.low, panel.span.high) == pytest.approx((low, high))
    middle = place(panel, (low + high) / 2)
    desk.qtbot.mouseClick(canvas, LEFT, pos=middle)
    desk.qtbot.mouseDClick(canvas, LEFT, pos=middle)  # leaves the button down
    desk.qtbot.mouseRelease(canvas, LEFT, pos=middle)
    assert (span.ends, panel.span.low, panel.span.high, desk.player.playhead) == (None, 0.0, 20.0, 12.0)


def test_each_plot_is_written_as_picture_drawing_and_table(desk: Desk, tmp_path: Path) -> None:
    panel, acts = plots(desk), desk.window.acts
    acts["plot-hits"].trigger()
    gets = desk.player.metrics.gets(12.0)
    for frame in panel.frames:
        for form in ("png", "svg", "csv"):
            desk.person.path = tmp_path / f"{frame.look.kind}.{form}"
            next(each for each in frame.menu().actions() if f"({form.upper()})" in each.text()).trigger()
    heads = {}
    for kind in (LATENCY, STALENESS, RATES, "hits"):
        assert (tmp_path / f"{kind}.png").read_bytes().startswith(b"\x89PNG")
        assert "<svg" in (tmp_path / f"{kind}.svg").read_text("utf-8")[:300]
        with (tmp_path / f"{kind}.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        heads[kind] = rows[0]
        assert {len(row) for row in rows} == {len(rows[0])}
        if kind == LATENCY:
            assert [row[0] for row in rows[1:]] == [f"{t:.6f}" for t in gets["t"].tolist()]
            assert [row[1] for row in rows[1:]] == [f"{1000 * s:.3f}" for s in gets["latency"].tolist()]
    assert heads == {
        LATENCY: ["time (s)", "latency (ms)", "provider", "key", "regime", "answered from", "versions behind",
                  "age (s)", "request"],
        STALENESS: ["provider", "from (s)", "to (s)", "store", "version", "entries", "stale"],
        RATES: ["time (s)", "length (s)", "kind", "messages", "rate (per second)"],
        "hits": ["time (s)", "line", "transform", "value (%)"],
    }  # fmt: skip
    desk.person.path = tmp_path / "nowhere" / "a.csv"
    panel.frames[0].exportAsked.emit("csv")
    assert desk.window.notice._label.text() == "a.csv cannot be written: No such file or directory."
