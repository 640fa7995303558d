"""The part of the menu Time that is about branches: begin one, show another, forget one.

Rules: rows alone; the player does it.
"""

from ui.acts.context import Context
from ui.doing import GOES_ON
from ui.rows import Row


def rows(ctx: Context) -> list[Row]:
    """In the order of the menu."""
    player = ctx.player

    def no_fork() -> str:
        abilities = player.session.abilities
        return ctx.nothing_open() or (
            "" if abilities.fork else f"{abilities.why_not[:1].upper()}{abilities.why_not[1:]}."
        )

    def only_one() -> str:
        return no_fork() or ("" if len(player.branches.all) > 1 else "There is one branch only: F begins another.")

    def no_drop() -> str:
        return only_one() or (GOES_ON if player.run.live else "")

    def go(step: int) -> None:
        numbers = [branch.number for branch in player.branches.all]
        player.switch(numbers[(numbers.index(player.branches.number) + step) % len(numbers)])

    return [
        Row("fork", "New branch from here", "Time", player.fork, ("F",), no_fork, line=True,
            says="Try something else from here on; what was to come is kept as a branch. Of a live run: a model of it"),
        Row("next-branch", "Next branch", "Time", lambda: go(1), ("Ctrl+PgDown", "B"), only_one,
            says="Show the next branch at the same moment"),
        Row("last-branch", "Previous branch", "Time", lambda: go(-1), ("Ctrl+PgUp", "Shift+B"), only_one,
            says="Show the previous branch at the same moment"),
        Row("drop-branch", "Forget this branch", "Time", lambda: player.drop(player.branches.number), (), no_drop),
    ]  # fmt: skip
