"""The sequence chart's actions: what it shows, its axis, and writing it to a file.

Rules: rows alone; whether something is possible is told without making the panel, doing it makes and shows it.
"""

from functools import partial
from typing import TYPE_CHECKING, cast

from ui.acts.context import Context
from ui.rows import Row
from ui.sequence.export import FORMS, PARTS, SELECTED, CannotExportError, write

if TYPE_CHECKING:  # the panel offers these rows
    from ui.panels.sequence import SequencePanel

PANEL = "sequence"
KINDS = {"svg": "Drawings", "mermaid": "Mermaid texts"}  # of files


def rows(ctx: Context) -> list[Row]:
    """Those of the menu View."""
    focus, nothing_open = ctx.focus, ctx.nothing_open

    def no_key() -> str:
        return nothing_open() or ("" if focus.name is not None else "Select a key first.")

    def no_provider() -> str:
        return nothing_open() or ("" if focus.provider is not None else "Select a provider first.")

    def no_request() -> str:
        return nothing_open() or ("" if focus.op is not None else "Select a request first.")

    def fit() -> None:
        _panel(ctx).chart.fit()

    chart = "Sequence chart"
    return [
        Row("sequence-axis", "Time or event numbers", "View", lambda: _panel(ctx).turn(), (), nothing_open,
            submenu=chart, says="The other axis of the sequence chart"),
        Row("sequence-fit", "Fit", "View", fit, (), nothing_open, submenu=chart,
            says="The selected request, or all that is known, in the sequence chart"),
        Row("sequence-key", "Only the selected key, or all", "View", lambda: _panel(ctx).toggle("only_key"), (), no_key,
            submenu=chart),
        Row("sequence-talking", "Only those talking to the selected provider, or all", "View",
            lambda: _panel(ctx).toggle("only_talking"), (), no_provider, submenu=chart),
        Row("sequence-request", "Only the selected request, or all", "View",
            lambda: _panel(ctx).toggle("only_request"), (), no_request, submenu=chart),
        Row("sequence-everything", "Show everything", "View", lambda: _panel(ctx).show_all(), (), nothing_open,
            submenu=chart, says="Every lane and every message in the sequence chart"),
    ]  # fmt: skip


def exports(ctx: Context) -> list[Row]:
    """Those of the menu File."""

    def why_not(part: str) -> str:
        return ctx.nothing_open() or (_nothing_selected(ctx) if part == SELECTED else "")

    return [
        Row(f"sequence-{form}-{part}", f"{words}…", "File", partial(_write, ctx, form, part), (),
            partial(why_not, part), submenu=f"Export sequence chart as {word}", says=f"{words}, as {word}")
        for form, word in FORMS.items() for part, words in PARTS.items()
    ]  # fmt: skip


def _panel(ctx: Context) -> "SequencePanel":
    ctx.view.docks.show(PANEL)
    return cast("SequencePanel", ctx.view.docks[PANEL])


def _nothing_selected(ctx: Context) -> str:
    selected = ctx.focus.op is not None or ctx.focus.chain
    return "" if selected else "Select a request first: a double click on one of its messages does."


def _write(ctx: Context, form: str, part: str) -> None:
    model = _panel(ctx).model
    suffix = "svg" if form == "svg" else "mmd"
    path = ctx.sheets.target("Export the sequence chart", f"sequence.{suffix}", f"{KINDS[form]} (*.{suffix})")
    if path is None:
        return
    try:
        says = write(model, form, part, path)
    except CannotExportError as fault:
        ctx.view.notice.fault(str(fault))
    else:
        ctx.view.notice.news(says)
