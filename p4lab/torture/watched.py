"""A simulated run under the eyes of all checkers. Give it commands, let it advance, and ask at quiet moments.

Rules: what it watches runs exactly as it would unwatched, to the digest. `found` has what was violated, in the order in
which it was noticed; liars and those who believed them are judged by what they can be held to (see `honest`).
"""

from collections.abc import Iterable
from typing import Any

from p4lab.core.commands import Misbehave
from p4lab.core.events import Adopted, Crashed, Event, Gone, Joined, Lost, Restarted, Stored
from p4lab.core.messages import ACCESS
from p4lab.core.options import Attach, Signatures
from p4lab.core.provider import Provider
from p4lab.core.redirect import Redirect
from p4lab.core.signing import Ed25519, Modelled
from p4lab.scenario.later import with_newcomers
from p4lab.scenario.model import Do, Scenario
from p4lab.sim.engine import Engine
from p4lab.torture.links import Links
from p4lab.torture.quiet import Quiet
from p4lab.torture.stale import Stale
from p4lab.torture.steps import Steps
from p4lab.torture.told import Told
from p4lab.torture.violation import Violation
from p4lab.trace import LOST, Trace

QUIET_NOTE = "Quiet: "  # a note that begins like this marks a moment at which everything should have settled
SLICE = 1.0  # s of the run between two looks at its records


class Watched:
    """A run of `scenario`. honest: nobody in it lies."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.trace = Trace()
        self.honest = True
        self.found: list[Violation] = []
        everybody = with_newcomers(scenario)
        self.told = Told(everybody)
        self._stale = Stale(scenario, everybody)
        self.links = Links(self.trace)
        self._folds = (self.told, self._stale, self.links)
        self._steps: dict[int, Steps] = {}
        self._signer = Ed25519() if scenario.options.signatures is Signatures.REAL else Modelled()
        self._parents: dict[int, int] = {}
        self._homes: dict[bytes, set[int]] = {}
        self._down: set[int] = set()
        self._gone: set[int] = set()  # messages that were lost under way
        self._seen = 0
        self.now = -1.0  # everything up to here has happened
        self._count = len(everybody.provider)
        self._index = {row.name: number for number, row in enumerate(everybody.provider)}
        for row in scenario.do:
            self._suspect(row)
        self.engine = Engine(scenario, self.trace, watch=self._made)

    def add(self, row: Do) -> None:
        """Do one more command at its time."""
        self._suspect(row)
        self.engine.add(row)

    def advance(self, until: float) -> None:
        """Let everything up to `until` happen, and look at it."""
        while self.now < until:
            self.now = self.engine.run(min(until, max(self.now, 0.0) + SLICE))
            self._look()

    def under_way(self) -> int:
        """How many messages between providers have yet to arrive."""
        return sum(1 for row in self.trace.in_flight(self.now) if self._flies(row))

    def quiet(self) -> None:
        """Nothing is under way any more, so everybody should agree."""
        flying = self.under_way()
        if flying:
            self.found.append(Violation(18, self.now, f"{flying} messages are still under way"))
            return
        self.links.check(self.now, self.told.liars)
        for steps in self._steps.values():
            steps.quiet()
        if self.honest:
            providers = [self._steps[node].provider for node in sorted(self._steps) if node not in self._down]
            self.found += Quiet(providers, self._parents, self._homes, self._signer, self.now).check()
        self._look()

    def _suspect(self, row: Do) -> None:
        """Whoever lies is not held to what it tells, nor who only passes that on to customers."""
        if isinstance(row.command, Misbehave):
            self.honest = False
            self.told.liars.add(self._index[row.command.provider])
            for each in self.scenario.provider:  # parents stand before their children
                if each.attach is Attach.REDIRECT and each.parent and self._index[each.parent] in self.told.liars:
                    self.told.liars.add(self._index[each.name])

    def _made(self, node: int, provider: Provider | Redirect) -> None:
        """A provider starts: its inputs pass by here."""
        arrived, handle = self.links.arrived, provider.handle
        count = self._count

        def counted(data: Any, now: float) -> Any:
            src = getattr(data, "src", count)
            if src < count:
                arrived(src, node)
            return handle(data, now)

        provider.__dict__["handle"] = counted
        if isinstance(provider, Provider):
            self._steps[node] = Steps(provider, self.scenario.options, self._signer, self.found, self.told.liars)

    def _look(self) -> None:
        """Take in what has happened since the last look."""
        events = self.trace.slice(self._seen, len(self.trace)).records
        self._seen = len(self.trace)
        for event in events:
            self._follow(event)
            for fold in self._folds:
                fold.step(event)
        self.told.overdue(self.now)
        for fold in self._folds:
            self.found += fold.found
            fold.found.clear()

    def _follow(self, event: Event) -> None:
        match event:
            case Joined(parent=int(parent)):
                self._parents[event.node] = parent
            case Adopted(parent=None):
                self._parents.pop(event.node, None)
            case Adopted(parent=int(parent)):
                self._parents[event.node] = parent
            case Stored(store="L"):
                self._homes.setdefault(event.nid, set()).add(event.node)
            case Crashed():
                self._down.add(event.node)
            case Restarted():
                self._down.discard(event.node)
            case Gone():  # it owes no answers, and what it had owned need not be anywhere else
                self._steps.pop(event.node, None)
                for homes in self._homes.values():
                    homes.discard(event.node)
            case Lost():
                self._gone.add(event.message)

    def _flies(self, row: Any) -> bool:
        return row["code"] < ACCESS and not row["fate"] & LOST and int(row["id"]) not in self._gone


def quiet_moments(rows: Iterable[Do]) -> list[float]:
    """When notes say that all should have settled."""
    return sorted(row.at for row in rows if getattr(row.command, "text", "").startswith(QUIET_NOTE))
