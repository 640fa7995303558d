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
        return ctx.nothing_open() or ("" if view.beside.comparison.on else "Nothing is being compared.")

    def no_other() -> str:
        return alone() or ("" if view.beside.comparison.number is not None else "The other run is of another scenario.")

    def no_branch() -> str:
        few = "There is one branch: press F to fork, or ask what if."
        return ctx.nothing_open() or (few if len(player.branches.all) < 2 else "")

    def put_as(regime: Regime) -> None:
        try:
            view.beside.what_if.put_as(regime)
        except ValueError as fault:
            view.tell_fault(str(fault))

    def imagined(regime: Regime) -> str:
        return view.beside.what_if.why_not(regime)

    def begin() -> None:
        view.beside.begin_next()

    def begin_with_file() -> None:
        view.beside.begin_with_file()

    def differences() -> None:
        view.beside.maps.show_side_by_side(not view.beside.maps.side_by_side)

    def on_one_map() -> bool:
        return not alone() and not view.beside.maps.side_by_side

    def swap() -> None:
        view.beside.comparison.swap()

    def end() -> None:
        view.beside.comparison.end()

    found = [
        Row(f"what-if-{regime.value}", words.regime(regime.value), "Time", partial(put_as, regime), (),
            partial(lambda regime: ctx.nothing_open() or imagined(regime), regime), submenu=WHAT_IF,
            says=f"What if the selected key had been {words.regime(regime.value)} from the start")
        for regime in Regime
    ]  # fmt: skip
    return [
        *found,
        Row("compare", "Compare with another branch", "Time", begin, ("C",), no_branch, line=True,
            says="Show another branch beside this one; again: the next"),
        Row("compare-file", "Compare with a scenario…", "Time", begin_with_file, (), ctx.nothing_open,
            says="Show a run of another scenario beside this one"),
        Row("one-map", "Differences on one map", "Time", differences, ("Shift+C",), alone, on_one_map),
        Row("swap", "Swap the two branches", "Time", swap, (), no_other),
        Row("compare-end", "End the comparison", "Time", end, (), alone),
    ]  # fmt: skip
