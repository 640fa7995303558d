"""The stack of plots: height that is scarce goes to the plots."""

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QGuiApplication

from tests.ui.panels import tale
from ui.panels.plots import HOW, PlotsPanel
from ui.plots.choice import LATENCY, RATES, STALENESS
from ui.plots.series import SeriesPanel


@pytest.mark.parametrize(("height", "lines"), [(620, 2), (400, 1), (260, 0)])
def test_legends_give_way_where_height_is_scarce(qtbot, themes, height, lines):
    player, focus = tale.opened(qtbot)
    panel = PlotsPanel(player, focus, themes)
    qtbot.addWidget(panel)
    panel.resize(330, height)
    panel.show()
    latency = panel.frame(LATENCY).plot
    latency.refresh()
    legend = latency._legend
    tops = {round(place.top()) for _, place in legend._places()}
    assert (len(tops), bool(legend.height())) == (lines, bool(lines))
    assert "stale" in legend.toolTip()
    player.close()


@pytest.fixture
def make(qtbot, themes, tmp_path):
    players = []
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)

    def made(**options):
        player, focus = tale.opened(qtbot, **options)
        players.append(player)
        panel = PlotsPanel(player, focus, themes, settings)
        qtbot.addWidget(panel)
        panel.resize(420, 700)
        panel.show()
        qtbot.wait(60)
        return panel, player, focus

    yield made
    for player in players:
        player.close()


def chosen(menu, *texts):
    """Trigger what a menu has by these words, one submenu after the other."""
    for text in texts:
        action = next(each for each in menu.actions() if each.text() == text)
        menu = action.menu()
    action.trigger()


def kinds(panel):
    return [(frame.look.kind, frame.look.pinned) for frame in panel.frames]


def test_plots_are_chosen_and_looks_remembered(make):
    panel, _, _ = make()
    menu = panel._choose_button.menu()
    for title in ("Hit ratio", "Messages", "What each provider would answer"):
        menu.aboutToShow.emit()
        chosen(menu, title)
    hits = panel.frames[1]
    chosen(hits.menu(), "Transform", "Rate")
    chosen(hits.menu(), "Window", "5.00 s")
    chosen(hits.menu(), "Only the selected key")
    again, _, _ = make()
    assert kinds(again) == [(LATENCY, False), ("hits", False)]
    look = again.frames[1].look
    assert (look.transform, look.window, look.only_key) == ("rate", 5.0, True)
    series = again.frames[1].plot
    assert isinstance(series, SeriesPanel)
    series.refresh()
    assert series.chart.unit.text() == "news/1 · rate over 5.00 s · gets per second"
    assert series.values(0.0, 20.0)[0][2] == 2


def test_a_pinned_plot_keeps_its_key_and_stays_on_top_in_another_run(make, qtbot):
    panel, player, focus = make()
    chosen(panel.frame(STALENESS).menu(), "Pinned")
    panel.toggle(STALENESS)
    assert kinds(panel) == [(STALENESS, True), (LATENCY, False), (STALENESS, False), (RATES, False)]
    focus.select_name(player.world.find("chat/1").index)
    titles = []
    for frame in (panel.frames[0], panel.frames[2]):
        frame.plot.refresh()
        titles.append(frame.chart.title.text().rpartition(" ")[2])
    assert titles == ["news/1", "chat/1"]
    player.open(tale.Told(tale.tale()))
    qtbot.wait(30)
    panel.frames[0].plot.refresh()
    assert panel.frames[0].chart.title.text().endswith("news/1")
    chosen(panel.frames[0].menu(), "Close this plot")
    assert kinds(panel) == [(LATENCY, False), (STALENESS, False), (RATES, False)]


def test_an_interval_has_figures_up_to_the_playhead(make, qtbot):
    panel, player, focus = make()
    focus.span.select(6.5, 2.8)
    panel._count()
    rows = {row.line or row.plot: row for row in panel.figures.rows}
    latency = rows["Get latency"]
    assert (latency.count, latency.unit, latency.least, latency.greatest, latency.p50) == (
        3, "ms", pytest.approx(2.0), pytest.approx(100.0), pytest.approx(80.0),
    )  # fmt: skip
    assert (rows["queries"].count, rows["answers"].count) == (2, 2)
    assert panel.figures.says.text() == "2.800 s to 6.500 s, 3.70 s"
    panel.figures.copy()
    assert "Get latency, ms\t3\t60.7\t80\t99.6\t2\t100" in QGuiApplication.clipboard().text()
    player.seek(5.5)
    panel._count()
    assert panel.figures.rows[0].count == 2
    focus.span.clear()
    panel._count()
    assert not panel.figures.isVisible()


def test_a_logarithmic_axis_has_decades(make):
    panel, _, _ = make()
    latency = panel.frame(LATENCY)
    chosen(latency.menu(), "Logarithmic axis")
    panel.frame(LATENCY).plot.refresh()
    marks = [text for _, text in latency.chart.plot.getAxis("left")._tickLevels[0]]
    assert marks == ["0.1", "1", "10", "100"]
    found = latency.plot._spread(latency.plot._gets)
    assert sorted(10.0**found) == pytest.approx([2.0, 2.0, 80.0, 100.0])


def test_seen_as_one_provider_the_panel_says_whose_eyes_these_are(make):
    panel, player, focus = make()
    focus.eyes.see_as(0)
    seen = panel._how.text()
    focus.eyes.see_as(None)
    assert (seen, panel._how.text()) == (f"only what {player.world.called[0]} can observe", HOW)
