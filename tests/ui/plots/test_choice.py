"""Which plots are shown: chosen, pinned, remembered."""

from ui.plots.choice import LATENCY, RATES, STALENESS, Plots, Shown, read, written


def test_plots_come_in_the_order_of_the_list_and_go():
    chosen = Plots().toggled("hits")
    assert [each.kind for each in chosen.plots] == [LATENCY, STALENESS, RATES, "hits"]
    assert [each.kind for each in chosen.toggled(STALENESS).plots] == [LATENCY, RATES, "hits"]


def test_a_pinned_plot_goes_to_the_top_and_stays_when_the_choice_changes():
    pinned = Plots().changed(1, pinned=True, key="news/1", owner="Aster")
    top = Shown(STALENESS, pinned=True, key="news/1", owner="Aster")
    assert pinned.plots == (top, Shown(LATENCY), Shown(RATES))
    assert pinned.toggled(LATENCY).toggled(RATES).plots == (top,)
    assert pinned.toggled(STALENESS).plots == (top, Shown(LATENCY), Shown(STALENESS), Shown(RATES))
    assert pinned.usual().plots == (top, *Plots().plots)
    assert pinned.without(0).plots == (Shown(LATENCY), Shown(RATES))


def test_what_was_written_is_read_and_what_cannot_be_read_is_the_usual():
    chosen = Plots((Shown("bytes", transform="cumulative", window=5.0, log=True), Shown("hits", only_key=True)))
    assert read(written(chosen)) == chosen
    assert read("nonsense") == Plots() == read(None)
    assert read('{"plots": [{"kind": "of a later version"}, {"kind": "hits"}]}') == Plots((Shown("hits"),))
