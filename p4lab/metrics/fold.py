"""Metrics: the fold that counts, and the questions that plots and tables ask it.

Rules: one row per operation started and one per operation answered, each in order of its time; nothing is summed up
before it is asked for, but messages (messages.py).
"""

from typing import Any, NamedTuple, Protocol

import numpy as np

from p4lab.core.commands import BY_HAND
from p4lab.core.distinct import Words
from p4lab.core.events import Event, GetFinished, GetStarted, Housed, Joined, Lost, PutFinished, PutStarted
from p4lab.core.history import NONE, REGIME_WORDS, History
from p4lab.core.messages import ACCESS
from p4lab.core.names import Kind
from p4lab.metrics import report
from p4lab.metrics.coherence import Coherence
from p4lab.metrics.columns import GET, KIND_CODES, KIND_WORDS, KLASSES, PUT, REGIME_CODES, START, Table
from p4lab.metrics.harm import Harm
from p4lab.metrics.messages import Counts, Messages
from p4lab.metrics.moves import Moves
from p4lab.metrics.report import Part

_SOURCES = {word: KLASSES.index(word) for word in ("local", "replica", "cached", "joined", "remote")}
_OUTCOMES = {word: KLASSES.index(word.lower()) for word in ("NOT_FOUND", "PARTIAL", "TIMEOUT")}
_ERROR = KLASSES.index("error")


Group = tuple[int, int, int]  # what the messages of an operation are counted under: GROUPED
GROUPED = ("regime", "workload", "kind")


class Slice(Protocol):
    """Events i..j of a trace: the message rows among them and all others."""

    rows: np.ndarray
    records: list[Event]


class Spelled(NamedTuple):
    """A name as people write it."""

    kind: str
    key: str
    owner: str


class Metrics:
    """Give it the trace slice by slice, of any size; ask about any time up to `end`. scenario, seed: for the report.

    The words behind the numbers in its tables: `nids` and `spelled` by name, `workloads`, `outcomes`, and `providers`
    and `organisations` by node; regimes, kinds and classes are REGIME_WORDS, KIND_WORDS and KLASSES.
    """

    def __init__(self, scenario: str, seed: int) -> None:
        self.scenario = scenario
        self.seed = seed
        self.end = 0.0  # time of the last event
        self.providers: dict[int, str] = {}
        self.organisations: dict[int, str] = {}
        self.nids: Words[bytes] = Words()
        self.spelled: list[Spelled] = []
        self.workloads: Words[str] = Words()
        self.outcomes: Words[str] = Words()
        self._groups: Words[Group] = Words((NONE, -1, -1))  # the first: operations unknown
        self._group_of = np.zeros(1024, np.int32)  # by op
        self._history = History()
        self._messages = Messages()
        self._coherence = Coherence()
        self._starts, self._puts, self._gets = Table(START), Table(PUT), Table(GET)
        self._open: dict[tuple[int, bool], tuple[float, tuple[int, ...]]] = {}  # (op, put) -> when it started, and who
        self._by_hand: dict[int, PutStarted | GetStarted] = {}
        self._answers: dict[int, tuple[PutFinished | GetFinished, int | None]] = {}  # of those; with the lag of a get
        self._harm = Harm(self.providers)
        self._moves = Moves()

    def step(self, events: Slice) -> None:
        """Take the next events."""
        harm = self._harm.takes
        folds = [(fold.wants, fold.step) for fold in (self._history, self._coherence, self._moves)]
        lost: list[Lost] = []
        for event in events.records:
            kind = type(event)
            for wants, step in folds:
                if kind in wants:  # to be turned away there takes five times as long
                    step(event)
            if (take := harm.get(kind)) is not None:
                take(event)
            match event:
                case GetFinished() | PutFinished():
                    self._finish(event)
                case GetStarted() | PutStarted():
                    self._start(event)
                case Joined():
                    self.providers.setdefault(event.node, event.name)
                case Housed():
                    self.organisations.setdefault(event.node, event.name)
                case Lost():
                    lost.append(event)
        if events.records:
            self.end = max(self.end, events.records[-1].t)
        if len(events.rows):
            self._messages.append(events.rows, self._group_of)
            self.end = max(self.end, float(events.rows["t"][-1]))
        for event in lost:
            self._messages.lose(event)

    def called(self, node: int) -> str | int:
        """The name of a provider or an organisation."""
        return self.providers[node] if node in self.providers else self.organisations.get(node, node)

    def starts(self, t: float | None = None) -> np.ndarray:
        """Operations started up to t, as START."""
        return self._starts.upto(t)

    def gets(self, t: float | None = None) -> np.ndarray:
        """Gets answered up to t, by the time of the answer, as GET. lag and age are 0 where nothing was returned."""
        return self._gets.upto(t)

    def puts(self, t: float | None = None) -> np.ndarray:
        """Puts answered up to t, by the time of the answer, as PUT."""
        return self._puts.upto(t)

    def harm(self, t: float | None = None) -> dict[str, Any]:
        """The group `harm` of contracts section 3 as of time t, None: of all."""
        return self._harm.report(self.end if t is None else t)

    @property
    def lost(self) -> set[int]:
        """The ids of messages that were lost under way."""
        return self._messages.lost

    def rates(self, t0: float, t1: float, bins: int) -> dict[str, np.ndarray]:
        """Messages between providers sent in each of `bins` equal parts of [t0, t1), by message kind."""
        found = self._messages.histogram(t0, t1, bins)
        return {word: found[code] for code, word in report.PEER_WORDS.items()}

    def volumes(self, t0: float, t1: float, bins: int) -> dict[str, np.ndarray]:
        """Bytes of the same messages."""
        found = self._messages.histogram(t0, t1, bins, weigh=True)
        return {word: found[code] for code, word in report.PEER_WORDS.items()}

    def sent_by(self, t0: float, t1: float, bins: int) -> np.ndarray:
        """The same messages by sender, as [node, part]; whoever has sent none may be left out at the end."""
        return self._messages.senders(t0, t1, bins)

    def report(self, t: float | None = None, digest: str = "") -> dict[str, Any]:
        """The object of contracts section 3 as of time t (None: of all). digest: of the whole trace, passed through.

        Messages are counted when they are sent, lost ones too; those lost under way count as lost once they would have
        come. A group has the messages and bytes of its operations, a provider those that it sent. Every provider has
        its group; of regimes, workloads and kinds those that occur.
        """
        now = self.end if t is None else t
        counts = self._messages.counts(now, self._group_of)
        everything = Part(self.starts(now), self.puts(now), self.gets(now), counts.by_group.sum(axis=1))
        access = everything.counts[:, ACCESS:].sum(axis=1)
        return {
            "scenario": self.scenario,
            "seed": self.seed,
            "time": now,
            "digest": digest,
            **report.part(everything, self.outcomes),
            "access": {"messages": int(access[0]), "bytes": int(access[1])},
            "by_regime": self._by("regime", dict(enumerate(REGIME_WORDS)), everything, self._sums("regime", counts)),
            "by_workload": self._by(
                "workload", dict(enumerate(self.workloads)), everything, self._sums("workload", counts)
            ),
            "by_provider": self._by("node", self.providers, everything, counts.by_sender, every=True),
            "by_organisation": self._by("node", self.organisations, everything, counts.by_sender, every=True),
            "by_kind": self._by("kind", dict(enumerate(KIND_WORDS)), everything, self._sums("kind", counts)),
            "coherence": self._coherence.report(now),
            **self._moves.report(now),
            "harm": self.harm(now),
            "commands": [
                self._command(start, self._answers.get(op), now)
                for op, start in self._by_hand.items()
                if start.t <= now
            ],
        }

    def _by(
        self, field: str, words: dict[int, str], of: Part, counts: np.ndarray, every: bool = False
    ) -> dict[str, Any]:
        """The groups by one field: those that an operation started in, or every one that has a word."""
        starts, puts, gets = (report.split(table, field) for table in (of.starts, of.puts, of.gets))
        nothing = np.zeros_like(of.counts)
        found = {}
        for number, word in words.items():
            if every or number in starts:
                group = Part(
                    starts.get(number, of.starts[:0]),
                    puts.get(number, of.puts[:0]),
                    gets.get(number, of.gets[:0]),
                    counts[:, number] if number < counts.shape[1] else nothing,
                )
                found[word] = report.part(group, self.outcomes)
        return found

    def _sums(self, field: str, counts: Counts) -> np.ndarray:
        """Counts by the numbers of one field of Group."""
        place = GROUPED.index(field)
        fields = [group[place] for group in self._groups][1 : counts.by_group.shape[1]]
        found = np.zeros((len(counts.by_group), max(fields, default=-1) + 1, counts.by_group.shape[2]), np.int64)
        for group, number in enumerate(fields, 1):
            found[:, number] += counts.by_group[:, group]
        return found

    def _command(
        self, start: PutStarted | GetStarted, answered: tuple[PutFinished | GetFinished, int | None] | None, now: float
    ) -> dict[str, Any]:
        end, lag = answered if answered is not None and answered[0].t <= now else (None, None)
        get = end if isinstance(end, GetFinished) else None
        return {
            "at": start.t,
            "verb": "get" if isinstance(start, GetStarted) else "remove" if start.removes else "put",
            "code": end.outcome if end else None,
            "source": (get.source or None) if get else None,
            "latency": end.latency if end else None,
            "seq": (end.seq or None) if end and start.kind == Kind.AUTHENTICATED.value else None,
            "values": list(get.values) if get else None,
            "lag": lag,
            "stale": get.stale if get else None,
            "silent": [str(self.called(node)) for node in get.silent] if get else None,
        }

    def _start(self, event: PutStarted | GetStarted) -> None:
        op = event.op
        if op < 1 or (op < len(self._group_of) and self._group_of[op]):
            return
        if put := isinstance(event, PutStarted):
            regime = REGIME_CODES.get(event.regime, NONE)
        else:
            regime = self._history.regime(event.nid, event.t)
        name, workload = self.nids.number(event.nid), self.workloads.number(event.workload)
        if name == len(self.spelled):
            self.spelled.append(Spelled(event.kind, event.key, event.owner))
        kind = KIND_CODES.get(event.kind, 0)
        who = (event.node, name, op, workload, regime, kind)
        self._starts.append((event.t, put, *who))
        self._open[op, put] = (event.t, who)
        if op >= len(self._group_of):
            before, room = self._group_of, max(op + 1, 2 * len(self._group_of))
            self._group_of = np.zeros(room, np.int32)  # what is not written to takes no memory yet
            self._group_of[: len(before)] = before
        self._group_of[op] = self._groups.number((regime, workload, kind))
        if event.workload == BY_HAND:
            self._by_hand[op] = event

    def _finish(self, event: PutFinished | GetFinished) -> None:
        opened = self._open.pop((event.op, isinstance(event, PutFinished)), None)
        if opened is None:
            return
        started, who = opened
        row = (event.t, started, event.latency, self.outcomes.number(event.outcome), event.seq, *who)
        lag = None
        if not isinstance(event, GetFinished):
            self._puts.append(row)
        elif event.source:
            lag, age = self._history.judge(event.nid, event.seq, event.digest, event.entries, event.t)
            self._gets.append((*row, _klass(event), True, lag, age))
            if lag:
                self._moves.finished(event, lag)
        else:
            self._gets.append((*row, _klass(event), False, 0, 0.0))
        if self._harm.lying:
            self._harm.finished(event, started, lag or 0, who[4])
        if event.op in self._by_hand:
            self._answers[event.op] = (event, lag)


def _klass(event: GetFinished) -> int:
    if event.outcome == "OK":
        return _SOURCES.get(event.source, _ERROR)
    return _OUTCOMES.get(event.outcome, _ERROR)
