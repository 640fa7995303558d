"""The simulator: what is due happens at once, at the time at which it is due.

Rules: the engine knows neither speed nor pause. This is the hot path: what its loop uses is hoisted out of it.
"""

from collections import defaultdict
from collections.abc import Container, Sequence
from heapq import heappop, heappush
from itertools import repeat

from p4lab.core.contract import Effect, Persist, Received, Send
from p4lab.scenario.model import Do, Scenario
from p4lab.stage.agenda import COMMIT, Agenda
from p4lab.stage.cast import Watch
from p4lab.stage.crashes import Disk, Key
from p4lab.trace import Stream


class Engine:
    """A run of a scenario. by_hand: the commands beyond the scenario's. cast: who is in it.

    watch: is told of each provider that is made, at the start and at each restart, before it is used.
    """

    held: Container[int] = ()  # no node waits for its disk with all it does, only with what stands behind a Persist

    def __init__(
        self, scenario: Scenario, trace: Stream, by_hand: Sequence[Do] = (),
        watch: Watch = lambda number, provider: None,
    ) -> None:  # fmt: skip
        self.trace = trace
        self._commit_delay = scenario.options.commit_delay
        self.disks: defaultdict[int, Disk] = defaultdict(Disk)
        self._agenda = Agenda(scenario, trace, by_hand, watch, self)
        self.cast = self._agenda.cast

    def add(self, row: Do) -> None:
        """Schedule a command; it comes before everything else at its time, after earlier commands of the same time."""
        self._agenda.add(row)

    @property
    def next_at(self) -> float:
        """When the next thing is due, inf = never."""
        return self._agenda.next_at

    def run(self, until: float, most: int = 1_000_000_000) -> float:
        """Do what is due up to and including `until`; after `most` things stop at the end of the current time.

        Returns the time up to which everything has happened.
        """
        agenda, pop, push, sent = self._agenda, heappop, heappush, self.trace.sent
        heap, handles, even = agenda.heap, self.cast.handles, self.cast.network.even
        perform, arm = agenda.perform, agenda.arm
        for _ in repeat(None, most):
            if not heap:
                return until
            now, number, dst, src, what = pop(heap)
            if now > until:
                push(heap, (now, number, dst, src, what))
                return until
            if src < 0:
                agenda.other(src & 7, dst, what, now)
                continue
            effects = handles[dst](Received(src, what, number), now)
            if not effects:
                continue
            effect = effects[0]
            row = even[dst]
            if (
                type(effect) is Send
                and not effect.after
                and not effect.cause
                and len(effects) == 1
                and effect.dst in row
                and effect.message.status
            ):
                # What most messages lead to: one answer (they alone have a status), straight away, over an even link.
                back, message = effect.dst, effect.message
                due = now + row[back]
                event = sent(now, due, number, message.op, message.size, dst, back, message.code, message.status, 0)
                push(heap, (due, event, back, dst, message))
            else:
                perform(dst, effects, number, now)
                arm(dst)
        return self.run(now)  # what else is due at the same time

    # Disks: what a node persists is stored once `commit_delay` is over

    def keep(self, node: int, effects: list[Effect], cause: int, t: float) -> bool:
        """As `agenda.Disks` says."""
        what, behind = effects[0], effects[1:]
        assert isinstance(what, Persist), "nobody is held"
        if not self._commit_delay:
            self.disks[node].write(what.rows)
            return True

        def commit(now: float) -> None:
            self.disks[node].write(what.rows)
            self._agenda.perform(node, behind, cause, now)

        self._agenda.push(t + self._commit_delay, node, COMMIT, commit)
        return False

    def drop(self, node: int) -> None:
        """It went with its ticket."""

    def stored(self, node: int, t: float) -> dict[Key, object]:
        """As `agenda.Disks` says."""
        return self.disks[node].rows
