"""Why: lights up the chain behind the answer that is selected, and tries what would have avoided it in another future.

Rules: the sentences are `p4lab.world.why`'s, the remedies `p4lab.world.remedy`'s. A remedy is a branch made from the
recipe with one change; then the same get is looked up there, and what became of it is said as it is, good or bad.
"""

from typing import Any, cast

from PySide6.QtCore import QObject, Signal

from p4lab.metrics import Metrics
from p4lab.world import Op, World, story
from p4lab.world.causes import Causes
from p4lab.world.remedy import Remedy, Without, remedies
from ui import words
from ui.compare.twin import same_op
from ui.focus import Focus
from ui.player import Player
from ui.remedying import Recipe, applied
from ui.story import Tone

AFTER = 10.0  # s after it was asked that a get which takes longer in another future is waited for
MOST = 100  # messages of one answer that are lit up
NOT_HERE = "Nothing in this scenario can be changed that way."


class _Case:
    """What is being tried: on which answer, and which branch it was in."""

    def __init__(self, op: Op, world: World, metrics: Metrics, branch: int) -> None:
        self.op, self.world, self.metrics, self.branch = op, world, metrics, branch
        self.made = False
        self.waited = False


class Why(QObject):
    """judged: the operation there (-1: nobody asked), what became of it in a sentence, its tone, and the branch before.

    failed: why a remedy cannot be tried.
    """

    judged = Signal(int, str, object, int)
    failed = Signal(str)

    def __init__(self, player: Player, focus: Focus, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._player, self._focus = player, focus
        self._causes: tuple[object, Causes] | None = None
        self._case: _Case | None = None
        self._ended = True  # whether what is lit up was over when it was lit
        focus.opChanged.connect(self.light)
        focus.eyes.changed.connect(self.light)
        player.branched.connect(self._made)
        player.sampled.connect(self._go_on)
        player.sessionChanged.connect(self.light)

    @property
    def causes(self) -> Causes:
        """Of the run that is shown."""
        trace = self._player.trace
        if self._causes is None or self._causes[0] is not trace:
            self._causes = trace, Causes(cast("Any", trace))
        return self._causes[1]

    def light(self) -> None:
        """The events behind the selected answer, as far as they are known; none while one provider's eyes are used."""
        op, world = self._focus.op, self._player.world
        if op is None or world.op(op) is None or self._focus.eyes.as_node is not None:
            self._focus.light(frozenset())
            return
        trace, found = self._player.trace, world.op(op)
        self._ended = found is not None and found.finished is not None
        steps = [step.event_id for step in story(cast("Any", trace), world, op) if step.event_id]
        if found is not None and found.finished is not None:
            rows = trace.slice(found.started_id, found.finished_id).rows
            steps += rows["id"][(rows["op"] == op) & (rows["code"] < words.ACCESS)][:MOST].tolist()
        self._focus.light(self.causes.chain(steps))

    def avoid(self, number: int) -> bool:
        """Try the first remedy that this scenario allows. False: there is none."""
        op = self._player.world.op(number)
        found = [] if op is None else remedies(cast("Any", self._player.trace), self._player.world, op)
        best = next((remedy for remedy in found if self._recipe(remedy) is not None), None)
        if best is not None:
            self.try_it(number, best)
        return best is not None

    def try_it(self, number: int, remedy: Remedy) -> None:
        """A branch with this one change; `judged` says what became of the same get there."""
        player = self._player
        op = player.world.op(number)
        if op is None:
            return
        recipe = self._recipe(remedy)
        if recipe is None:
            self.failed.emit(NOT_HERE)
            return
        self._case = _Case(op, player.world, player.metrics, player.branches.number)
        try:
            player.branch_off(*recipe, remedy.says, at=min(player.playhead, op.started))
        except ValueError as fault:
            self._case = None
            self.failed.emit(str(fault))

    # Private

    def _recipe(self, remedy: Remedy) -> Recipe | None:
        player = self._player
        event = player.trace[remedy.change.event - 1] if isinstance(remedy.change, Without) else None
        return applied(remedy.change, (player.scenario, tuple(player.session.commands)), player.world, event)

    def _made(self, _: object) -> None:
        if self._case is not None:
            self._case.made = True
            self._go_on()

    def _go_on(self) -> None:
        """The run of the branch must be known until the get is answered there."""
        case, player = self._case, self._player
        if not self._ended:
            self.light()
        if case is None or not case.made or player.work is not None:
            return
        end = case.op.finished if case.op.finished is not None else case.op.started
        if player.playhead < end:
            player.seek(end)
            return
        found = same_op(case.op.op, case, player)
        there = None if found is None else player.world.op(found)
        wanted = min(case.op.started + AFTER, player.duration)
        if there is not None and there.finished is None and player.known < wanted and not case.waited:
            case.waited = True
            player.seek(wanted)
            return
        if there is not None and there.finished is not None and player.playhead < there.finished:
            player.seek(there.finished)
            return
        self._case = None
        sentence, tone = judged(case.op, there, player.world)
        if there is not None:
            self._focus.select_op(there.op)
        self.judged.emit(-1 if there is None else there.op, sentence, tone, case.branch)


def judged(before: Op, there: Op | None, world: World) -> tuple[str, Tone]:
    """What became of the same get in another future."""
    if there is None:
        return "In this future nobody asked for it at that moment.", Tone.PLAIN
    if there.finished is None:
        return "In this future the same get has no answer yet.", Tone.WAITING
    kind, took = world.names[there.name].kind, words.time(there.latency)
    if there.outcome not in ("OK", "NOT_FOUND"):
        said = words.outcome(there.outcome)
        how = "It still failed" if before.outcome == there.outcome else "In this future the same get fails"
        return f"{how}: {said}, after {took}.", Tone.STALE
    what = words.version(len(there.values) if kind == "unauthenticated" else there.seq, kind) or "found"
    if there.outcome == "NOT_FOUND":
        return f"In this future the same get finds nothing, after {took}.", Tone.PLAIN
    if there.lag:
        how = "It is still stale" if before.lag else "In this future the same get is stale"
        return f"{how}: {what}, {words.behind(there.lag, kind)}, in {took}.", Tone.STALE
    slower = before.latency is not None and not before.lag and before.outcome == "OK"
    if slower and there.latency is not None and before.latency is not None:
        was = words.time(before.latency)
        if there.latency >= before.latency:
            return f"In this future the same get is no quicker: {what} in {took}, before {was}.", Tone.PLAIN
        return f"In this future the same get is quicker: {what} in {took} instead of {was}.", Tone.GOOD
    fresh = {"unauthenticated": "complete", "immutable": "answered"}.get(kind, "fresh")
    return f"In this future the same get is {fresh}: {what} in {took}.", Tone.GOOD
