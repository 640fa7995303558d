"""The menu Edit: taking back what was done, and doing it again.

Rules: rows alone; what can be taken back is the history's affair.
"""

from ui.acts.context import Context
from ui.rows import Row


def rows(ctx: Context) -> list[Row]:
    """In the order of the menu."""
    history = ctx.player.history

    def nothing_done() -> str:
        return ctx.nothing_open() or ("" if history.can_undo else "Nothing was done since it was opened.")

    def nothing_undone() -> str:
        return ctx.nothing_open() or ("" if history.can_redo else "Nothing was undone.")

    def undo_text() -> str:
        return f"Undo {history.undo_text}".rstrip()

    def redo_text() -> str:
        return f"Redo {history.redo_text}".rstrip()

    return [
        Row("undo", "Undo", "Edit", history.undo, ("Ctrl+Z",), nothing_done, now=undo_text),
        Row("redo", "Redo", "Edit", history.redo, ("Ctrl+Shift+Z", "Ctrl+Y"), nothing_undone,
            now=redo_text),
    ]  # fmt: skip
