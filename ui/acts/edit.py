"""The menu Edit: taking back what was changed.

Rules: rows alone; what can be taken back is the player's affair.
"""

from ui.acts.context import Context
from ui.rows import Row


def rows(ctx: Context) -> list[Row]:
    """In the order of the menu."""
    player = ctx.player

    def nothing_kept() -> str:
        return ctx.nothing_open() or ("" if player.can_bring_back else "Nothing was given up.")

    return [
        Row("bring-back", "Bring the former future back", "Edit", player.bring_back, ("Ctrl+Z",), nothing_kept,
            says="Undo the last change of the past, or the last start again"),
    ]  # fmt: skip
