"""The comparison: which other run is shown beside the player's, and what is selected in it.

Rules: shows nothing itself. The other run is a branch of the same document, or another scenario; the player's time is
that of both. What is selected in one is selected in the other, as far as it is there (twin.py).
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from p4lab.session.base import Session
from ui.branches import Branch
from ui.compare.twin import same_name, same_node, same_op
from ui.focus import Focus
from ui.follower import Follower
from ui.player import Player
from ui.run import Run
from ui.words import clock

AS_IT_WAS = "as it was"


class Comparison(QObject):
    """follower, focus: the other run, and what is selected in it. on: whether there is one."""

    changed = Signal()  # begun, ended, or with another run

    def __init__(self, player: Player, focus: Focus, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.on = False
        self.follower = Follower(player, self)
        self.focus = Focus(self)
        self._player, self._here = player, focus
        self._number: int | None = None  # of the branch
        self._before = player.branches.number  # the branch that was shown
        self._elsewhere = ""  # the title of another scenario
        self._passing = False  # a selection is being handed on
        for ours, theirs in ((focus, self.focus), (self.focus, focus)):
            give = self._hand_on(ours, theirs)
            for signal in (ours.nameChanged, ours.providerChanged, ours.opChanged):
                signal.connect(give)
        focus.eyes.changed.connect(self._see)
        self.follower.sampled.connect(self._complete)
        player.branchesChanged.connect(self._mend)
        player.sessionChanged.connect(self._mend)

    @property
    def seer(self) -> str:
        """The provider whose eyes the window sees with; empty: everybody's."""
        node = self._here.eyes.as_node
        return "" if node is None else self._player.world.called.get(node, "a provider")

    @property
    def number(self) -> int | None:
        """The branch that is compared with, None where it is another scenario."""
        return self._number

    @property
    def names(self) -> tuple[str, str]:
        """What the two are called."""
        if self._number is None:
            return self._player.session.scenario.title, self._elsewhere
        branches = self._player.branches
        return branches.current.name, branches.of(self._number).name

    @property
    def says(self) -> tuple[str, str]:
        """What makes each of them what it is, in words."""
        if self._number is None:
            return "", ""
        branches = self._player.branches
        return self.says_of(branches.current), self.says_of(branches.of(self._number))

    @staticmethod
    def says_of(branch: Branch) -> str:
        """What makes a branch what it is, in words."""
        if branch.happens is not None:
            return "live" if branch.happens.live else "as it was, live"
        forked = AS_IT_WAS if branch.parent is None else f"forked at {clock(branch.forked_at)}"
        return branch.why or forked

    @property
    def other_first(self) -> bool:
        """Whether the other run is told of first: of two branches the one made earlier is."""
        return self._number is not None and self._number < self._player.branches.number

    def begin(self, number: int) -> None:
        """Compare with this branch. Raises ValueError where there is none, or it is the one shown."""
        branch = self._player.branches.of(number)
        if number == self._player.branches.number:
            raise ValueError("This branch is the one that is shown: choose another to compare it with.")
        self._number, self._elsewhere = number, ""
        self._show(branch.run)

    def begin_with(self, session: Session) -> None:
        """Compare with a run of another scenario."""
        self._number, self._elsewhere = None, session.scenario.title
        self._show(Run(session))

    def end(self) -> None:
        """Show one run alone."""
        if self.on:
            self.on = False
            self._number = None
            self.focus.clear()
            self.follower.follow(None)
            self.changed.emit()

    def swap(self) -> None:
        """Show the other branch in place of this one, and this one beside it."""
        if self._number is not None:
            self._player.switch(self._number)

    def _show(self, run: Run) -> None:
        self.on = True
        self._before = self._player.branches.number
        scenario = None if self._number is None else self._player.branches.of(self._number).scenario
        self.focus.clear()
        self.follower.follow(run, scenario)
        self._complete()
        self.changed.emit()

    def _mend(self) -> None:
        """Branches come, go and change places."""
        branches = self._player.branches
        before, self._before = self._before, branches.number
        if not self.on or self._number is None:
            if self.on and self._player.empty:
                self.end()
            return
        numbers = {branch.number for branch in branches.all}
        if self._number == branches.number:  # it was switched to: the one left takes its place
            self._number = before
        if self._player.empty or self._number not in numbers or self._number == branches.number:
            self.end()
            return
        branch = branches.of(self._number)
        if branch.run.session is not self.follower.session:
            self._show(branch.run)
        elif branch.scenario is not self.follower.scenario:
            self.follower.dress(branch.scenario)
            self.changed.emit()
        else:
            self.changed.emit()

    def _hand_on(self, ours: Focus, theirs: Focus) -> Callable[[], None]:
        def give() -> None:
            if not self.on or self._passing:
                return
            self._passing = True
            try:
                here, there = (self._player, self.follower) if ours is self._here else (self.follower, self._player)
                theirs.select_name(same_name(ours.name, here.world, there.world))
                node = same_node(ours.provider, here.world, there.world)
                theirs.choose(() if node is None else (node,))
                theirs.select_op(same_op(ours.op, here, there))
            finally:
                self._passing = False

        return give

    def _see(self) -> None:
        """With the same provider's eyes there; as long as nobody is called so, of the same number."""
        eyes = self._here.eyes.as_node
        there = same_node(eyes, self._player.world, self.follower.world) if self.on else None
        self.focus.eyes.see_as(there if there is not None or not self.on else eyes)
        if self.on:
            self.changed.emit()

    def _complete(self) -> None:
        """What the other run did not know yet, it may know by now."""
        ours, theirs = self._here, self.focus
        if not self.on or self._passing:
            return
        eyes = same_node(ours.eyes.as_node, self._player.world, self.follower.world)
        theirs.eyes.see_as(eyes if eyes is not None else ours.eyes.as_node)
        if (theirs.name is None) is not (ours.name is None) or (theirs.op is None) is not (ours.op is None):
            self._hand_on(ours, theirs)()
