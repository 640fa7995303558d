"""What if: the same run from its start with one thing different, as a branch beside the one that is shown.

Rules: a change of a recipe (scenario and commands) and nothing else; the branch is compared at once. Every random
stream has a seed of its own, so both runs have the same customers asking for the same keys at the same times.
"""

from p4lab.core.names import Regime
from p4lab.scenario.changes import put_with
from p4lab.scenario.errors import ScenarioError
from p4lab.world import Name
from ui import words
from ui.compare.comparison import Comparison
from ui.focus import Focus
from ui.player import Player

NO_KEY = "Select a key, or a get of one, first."


class WhatIf:
    """What could have been for the key that is selected."""

    def __init__(self, player: Player, focus: Focus, comparison: Comparison) -> None:
        self._player, self._focus, self._comparison = player, focus, comparison
        self._number: int | None = None  # of the branch that was asked about
        player.branched.connect(self._made)

    def why_not(self, regime: Regime) -> str:
        """Why the key cannot be imagined in this regime; empty where it can."""
        if self._player.empty:
            return "Open a scenario first."
        if why_not := self._player.why_not_other():
            return why_not
        name = self._name()
        if name is None:
            return NO_KEY
        codes = self._player.world.op_regime()[self._player.world.op_name() == name.index]
        if len(codes) and set(codes.tolist()) <= {0, regime.code}:
            return f"{name.label} is {words.regime(regime.value)} in this run."
        return ""

    def put_as(self, regime: Regime) -> None:
        """A branch in which the key is put in this regime from the start, beside the one shown.

        Raises ValueError with a sentence where nobody puts it.
        """
        name, player = self._name(), self._player
        if name is None:
            raise ValueError(NO_KEY)
        try:
            scenario, changed = put_with(player.scenario, tuple(player.session.commands), name.key, regime)
        except ScenarioError:
            raise ValueError(f"Nobody puts {name.label} in this scenario or by hand.") from None
        self._number = player.branches.number
        player.branch_off(scenario, changed, f"{name.label} by {words.regime(regime.value)}")

    def _name(self) -> Name | None:
        world, focus = self._player.world, self._focus
        op = None if focus.op is None else world.op(focus.op)
        index = focus.name if op is None or op.name < 0 else op.name
        return world.names[index] if index is not None and index < len(world.names) else None

    def _made(self) -> None:
        number, self._number = self._number, None
        if number is not None and number != self._player.branches.number:
            self._comparison.begin(number)
