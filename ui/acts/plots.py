"""The plots' actions, and the panel with its files written: which plots there are, and the interval.

Rules: rows, and the maker of the panel, which knows where to ask for a file and where to say what became of it.
"""

from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QSettings

from ui.acts.context import Context
from ui.plots.choice import FORMS, TITLES
from ui.rows import Row

if TYPE_CHECKING:  # pyqtgraph takes half a second to load: not before there is something to plot
    from ui.panels.plots import PlotsPanel
    from ui.plots.frame import PlotFrame

PANEL = "plots"


def make(ctx: Context, settings: QSettings) -> "PlotsPanel":
    """The panel."""
    from ui.panels.plots import PlotsPanel  # noqa: PLC0415 pyqtgraph is loaded with the first plot

    panel = PlotsPanel(ctx.player, ctx.focus, ctx.taste.switch, settings)
    panel.exportAsked.connect(partial(_write, ctx))
    return panel


def rows(ctx: Context) -> list[Row]:
    """Those of the menu View."""

    def nothing_selected() -> str:
        selected = ctx.focus.span.ends is not None
        return ctx.nothing_open() or ("" if selected else "Drag across a plot to select an interval.")

    found = [
        Row(f"plot-{kind}", title, "View", partial(_toggle, ctx, kind), (), ctx.nothing_open, submenu="Plots",
            says=f"Show the plot “{title}”, or do not")
        for kind, title in TITLES.items()
    ]  # fmt: skip
    found.append(Row("plots-usual", "The usual three", "View", partial(_usual, ctx), (), ctx.nothing_open,
                     submenu="Plots", line=True, says="The plots that are shown at first"))  # fmt: skip
    found.append(Row("interval-clear", "Select no interval", "View", ctx.focus.span.clear, (), nothing_selected,
                     submenu="Plots"))  # fmt: skip
    return found


def _panel(ctx: Context) -> "PlotsPanel":
    ctx.view.docks.show(PANEL)
    return cast("PlotsPanel", ctx.view.docks[PANEL])


def _toggle(ctx: Context, kind: str) -> None:
    _panel(ctx).toggle(kind)


def _usual(ctx: Context) -> None:
    panel = _panel(ctx)
    panel.choose(panel.plots.usual())


def _write(ctx: Context, frame: "PlotFrame", form: str) -> None:
    from ui.plots import files  # noqa: PLC0415 for the same reason
    from ui.plots.tables import everything  # noqa: PLC0415 for the same reason

    name = f"{frame.look.kind}.{form}"
    path = ctx.sheets.target(
        f"Export {frame.title.lower()}", name, f"{FORMS[form][0].upper()}{FORMS[form][1:]} (*.{form})"
    )
    if path is None:
        return
    try:
        if form == "csv":
            files.table(*everything(frame, ctx.player), path)
        elif form == "png":
            frame.drawn(lambda plot: files.png(plot, path))
        else:
            frame.drawn(lambda plot: files.svg(plot, path, frame.title))
    except files.CannotWriteError as fault:
        ctx.view.notice.fault(str(fault))
    else:
        ctx.view.notice.news(f"The plot is in {path.name}.")
