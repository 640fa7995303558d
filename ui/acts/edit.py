"""The menu Edit: taking back what was done, and doing it again.

Rules: rows alone; what can be taken back is the history's affair. Nothing takes back what happened live.
"""

from ui.acts.context import Context
from ui.rows import Row

LIVE = (
    "What is done by hand in a live run has happened, and nothing takes it back. Marks, names, places and forks can be "
    "undone; F tries something else in a model."
)


def rows(ctx: Context) -> list[Row]:
    """In the order of the menu."""
    history = ctx.player.history

    def nothing_done() -> str:
        nothing = LIVE if ctx.player.run.happens else "Nothing was done since it was opened."
        return ctx.nothing_open() or ("" if history.can_undo else nothing)

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
