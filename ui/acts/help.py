"""The menu Help.

Rules: rows alone. The sheet of keys shows the whole table, so it is handed the list that this one is part of.
"""

from ui.acts.context import Context
from ui.rows import Row


def rows(ctx: Context, table: list[Row]) -> list[Row]:
    """table: all rows, complete by the time the sheet is asked for."""

    def find() -> None:  # the window's parts are made after the table
        ctx.view.lectern.finder.open()

    return [
        Row("find", "Find an action…", "Help", find, ("Ctrl+Shift+P",),
            says="Everything that can be done or gone to, found by a few letters"),
        Row("keys", "Keys", "Help", lambda: ctx.sheets.keys(table, ctx.view.acts.shortcuts), ("?", "F1"),
            says="All keys, to be searched and changed"),
        Row("about", "About P4 Lab", "Help", ctx.sheets.about),
    ]  # fmt: skip
