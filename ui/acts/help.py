"""The menu Help.

Rules: rows alone. The sheet of keys shows the whole table, so it is handed the list that this one is part of.
"""

from ui.acts.context import Context
from ui.rows import Row


def rows(ctx: Context, table: list[Row]) -> list[Row]:
    """table: all rows, complete by the time the sheet is asked for."""
    return [
        Row("keys", "Keys", "Help", lambda: ctx.sheets.keys(table), ("?", "F1")),
        Row("about", "About P4 Lab", "Help", ctx.sheets.about),
    ]
