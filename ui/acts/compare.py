"""The rows that set two runs beside each other: what if, compare with, and the end of it.

Rules: rows alone.
"""

from functools import partial

from p4lab.core.names import Regime
from ui import words
from ui.acts.context import Context
from ui.rows import Row

WHAT_IF = "What if this key were"


def rows(ctx: Context) -> list[Row]:
    """In the order of the menu."""
    player, view = ctx.player, ctx.view

    def alone() -> str:
        return ctx.nothing_open() or ("" if view.comparison.on else "Nothing is being compared.")

    def no_other() -> str:
        return alone() or ("" if view.comparison.number is not None else "The other run is of another scenario.")

    def no_branch() -> str:
        few = "There is one branch: press F to fork, or ask what if."
        return ctx.nothing_open() or (few if len(player.branches.all) < 2 else "")

    def put_as(regime: Regime) -> None:
        try:
            view.what_if.put_as(regime)
        except ValueError as fault:
            view.tell_fault(str(fault))

    found = [
        Row(f"what-if-{regime.value}", words.regime(regime.value), "Time", partial(put_as, regime), (),
            partial(lambda regime: view.what_if.why_not(regime), regime), submenu=WHAT_IF,
            says=f"What if the selected key had been {words.regime(regime.value)} from the start")
        for regime in Regime
    ]  # fmt: skip
    return [
        *found,
        Row("compare", "Compare with another branch", "Time", view.compare_next, ("C",), no_branch, line=True,
            says="Show another branch beside this one"),
        Row("compare-file", "Compare with a scenario…", "Time", view.compare_file, (), ctx.nothing_open,
            says="Show a run of another scenario beside this one"),
        Row("one-map", "Differences on one map", "Time", lambda: view.maps.show_side_by_side(not view.maps.side_by_side),
            (), alone, lambda: view.comparison.on and not view.maps.side_by_side),
        Row("swap", "Swap the two branches", "Time", lambda: view.comparison.swap(), (), no_other),
        Row("compare-end", "End the comparison", "Time", lambda: view.comparison.end(), (), alone),
    ]  # fmt: skip
