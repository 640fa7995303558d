"""The menu View: the map's zoom, the panels, the theme and the size of text.

Rules: rows alone.
"""

from functools import partial

from ui.acts import plots, sequence
from ui.acts.context import Context
from ui.docks import DOCKS
from ui.rows import Row, always
from ui.taste import SCALES
from ui.theme import DARK_ONLY, LIGHT_ONLY, SYSTEM


def rows(ctx: Context) -> list[Row]:
    """In the order of the menu."""
    taste, view, nothing_open = ctx.taste, ctx.view, ctx.nothing_open

    def is_theme(choice: str) -> bool:
        return taste.switch.choice == choice

    def is_scale(percent: int) -> bool:
        return round(taste.switch.scale * 100) == percent

    def look(how: str) -> None:  # the map is made after the table
        getattr(view.map, how)()

    found = [
        Row("fit", "Fit the map", "View", partial(look, "fit"), ("Ctrl+1",), nothing_open),
        Row("actual", "Actual size", "View", partial(look, "actual_size"), ("Ctrl+0",), nothing_open),
        Row("nearer", "Zoom in", "View", partial(look, "zoom_in"), ("Ctrl++", "Ctrl+="), nothing_open),
        Row("further", "Zoom out", "View", partial(look, "zoom_out"), ("Ctrl+-",), nothing_open),
        Row("drawer", "Drawer below", "View", view.docks.toggle_drawer, ("Q",), nothing_open,
            view.docks.drawer_is_open, line=True, says="Open or close the panels below the map"),
    ]  # fmt: skip
    found += [
        Row(f"panel-{dock.id}", dock.title, "View", partial(_show, ctx, dock.id), dock.keys, nothing_open,
            partial(_is_shown, ctx, dock.id), submenu="Panels", says=dock.says)
        for dock in DOCKS
    ]  # fmt: skip
    found += plots.rows(ctx)
    found += sequence.rows(ctx)
    found.append(Row("layout", "Reset layout", "View", view.reset_layout, (), nothing_open,
                     says="Put every panel back where it was at first"))  # fmt: skip
    for choice, label in ((SYSTEM, "Like the system"), (LIGHT_ONLY, "Light"), (DARK_ONLY, "Dark")):
        found.append(
            Row(f"theme-{choice}", label, "View", partial(taste.choose_theme, choice), (), always,
                partial(is_theme, choice), submenu="Theme", line=choice == SYSTEM, one_of=True)
        )  # fmt: skip
    for number, percent in enumerate(SCALES, 1):
        found.append(
            Row(f"text-{percent}", f"{percent} %", "View", partial(taste.choose_scale, percent),
                (f"Ctrl+Alt+{number}",), ticked=partial(is_scale, percent), submenu="Text size", one_of=True,
                says=f"Text size {percent} %")
        )  # fmt: skip
    return found


def _show(ctx: Context, panel: str) -> None:
    docks = ctx.view.docks
    (docks.hide if docks.is_shown(panel) else docks.show)(panel)


def _is_shown(ctx: Context, panel: str) -> bool:
    return ctx.view.docks.is_shown(panel)
