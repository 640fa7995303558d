"""Whatever happens to links and providers: no message appears or vanishes, and a run is the same run again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from p4lab.core.commands import Attach as Hang
from p4lab.core.commands import (
    Command,
    Crash,
    Detach,
    Heal,
    Misbehave,
    Move,
    Partition,
    Peer,
    Put,
    Remove,
    Restart,
    SetLink,
    Unpeer,
)  # fmt: skip
from p4lab.core.contract import Effect, Input, Received
from p4lab.core.events import Crashed, Lost, Pair, Restarted, Sent, pair_of
from p4lab.core.names import Kind, Regime
from p4lab.core.options import Attach, Mesh, Options, Signatures
from p4lab.scenario.model import Do, Link, Peering, Provider, Scenario, Workload
from p4lab.sim.engine import Engine
from p4lab.trace import DUPLICATE, LOST, Trace

TOPS, NAMES = ("A", "B", "C"), ("A", "B", "C", "d", "e", "f")
FOREST = (
    *(Provider(name) for name in TOPS), Provider("d", parent="A"), Provider("e", parent="d"),
    Provider("f", parent="B", attach=Attach.REDIRECT),
)  # fmt: skip
WORKLOADS = tuple(
    Workload(f"{kind.value[:2]} {regime.value}", 1, kind=kind, regime=regime, ttl=2.0, gets_per_second=0.4,
             updates_per_second=0.2, value_bytes=10)
    for kind in Kind for regime in Regime
)  # fmt: skip
END = 12.0

one = st.sampled_from(NAMES)
pairs = st.permutations(NAMES).map(lambda names: (names[0], names[1]))
ends = st.sampled_from([("A", "B"), ("A", "C"), ("B", "C"), ("A", "d"), ("d", "e"), ("f", "B")])
shares = st.sampled_from([0.0, 0.3, 0.9])
commands: st.SearchStrategy[Command] = st.one_of(
    st.builds(Crash, one),
    st.builds(Restart, one),
    st.builds(Restart, one),
    st.builds(SetLink, ends, up=st.booleans()),
    st.builds(SetLink, ends, loss=shares, duplicate=shares, reorder=shares, corrupt=shares, jitter=st.just(0.01)),
    st.builds(SetLink, ends, latency=st.sampled_from([0.0, 0.3]), bandwidth=st.sampled_from([0.0, 20_000.0])),
    st.builds(Peer, ends),
    st.builds(Unpeer, ends),
    pairs.map(lambda names: Hang(names[0], to=names[1])),
    st.builds(Detach, one),
    st.permutations(NAMES).map(lambda names: Partition((tuple(names[:2]), tuple(names[2:4])))),
    st.just(Heal()),
    st.builds(Move, one, to=one),
    st.builds(Remove, one, key=st.just("au get-broadcast/1")),
    st.builds(Put, one, value=st.just("by hand"), key=st.just("k")),
    st.builds(Misbehave, one, corrupt_value=st.booleans(), replay_old=st.booleans(), no_forward=st.booleans()),
)
scripts = st.lists(st.builds(Do, st.integers(0, 110).map(lambda tenth: tenth / 10), commands), max_size=25)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    link = draw(st.builds(Link, latency=st.just(0.04), loss=shares, duplicate=shares, reorder=shares, corrupt=shares))
    options = Options(
        signatures=Signatures.MODELLED, hold_time=1.0, query_timeout=1.0, port_grace=1.0, onward=draw(st.booleans()),
        mesh=draw(st.sampled_from([Mesh.MESH, Mesh.RELAY])), commit_delay=draw(st.sampled_from([0.0, 0.05])),
        access_latency=draw(st.sampled_from([0.0, 0.01])),
    )  # fmt: skip
    return Scenario(
        "t", END, seed=draw(st.integers(0, 9)), options=options, link=draw(st.sampled_from([Link(), link])),
        provider=FOREST, peering=(Peering(among=TOPS),), workload=WORKLOADS, do=tuple(draw(scripts)),
    )  # fmt: skip


class Watched:
    """A run that counts what its nodes hear, and when links are cut."""

    def __init__(self, scenario: Scenario) -> None:
        self.trace = Trace()
        self.engine = engine = Engine(scenario, self.trace)
        self.heard: list[tuple[int, int, int, float]] = []  # event, src, dst, when
        self.story: list[tuple[Pair, int]] = []  # by link: what was heard, or below zero the first Event after a cut
        for name in ("swap", "replace"):
            self._watch(name)
        close = engine.cast.network.close

        def closing(a: int, b: int) -> None:
            self.story.append((pair_of(a, b), -len(self.trace) - 1))
            close(a, b)

        engine.cast.network.close = closing  # type: ignore[method-assign]  # to see when
        for number in range(len(engine.cast.nodes)):
            self._listen(number)

    def _watch(self, name: str) -> None:
        inner: Callable[[int, Any], None] = getattr(self.engine.cast, name)

        def changing(number: int, node: Any) -> None:
            inner(number, node)
            self._listen(number)

        setattr(self.engine.cast, name, changing)

    def _listen(self, number: int) -> None:
        inner = self.engine.cast.nodes[number].handle

        def handle(data: Input, now: float) -> list[Effect]:
            if type(data) is Received:
                self.heard.append((data.event, data.src, number, now))
                self.story.append((pair_of(data.src, number), data.event))
            return inner(data, now)

        self.engine.cast.handles[number] = handle


@settings(max_examples=40)
@given(scenarios())
def test_what_is_sent_is_heard_or_lost_or_under_way(scenario: Scenario) -> None:
    """Invariant 15, link by link; who is lost under way says so once, when it would have come."""
    run = Watched(scenario)
    run.engine.run(END)
    rows = run.trace.rows()
    events = run.trace.slice(0, len(run.trace)).records
    gone = {event.message: event for event in events if isinstance(event, Lost)}
    heard = {event: (src, dst, now) for event, src, dst, now in run.heard}
    assert (len(heard), len(gone)) == (len(run.heard), sum(isinstance(event, Lost) for event in events))
    sent, came, lost, flying = Counter[Any](), Counter[Any](), Counter[Any](), Counter[Any]()
    came.update((src, dst) for src, dst, _ in heard.values())
    lost.update((event.src, event.dst) for event in gone.values())
    for row in rows:
        link = int(row["src"]), int(row["dst"])
        sent[link] += 1
        if row["fate"] & LOST:
            lost[link] += 1
        elif row["due"] > END:
            flying[link] += 1
        else:
            found = gone.get(int(row["id"]))
            when = heard[int(row["id"])][2] if found is None else found.t
            assert when == row["due"] and (found is None) is (int(row["id"]) in heard)
    assert sent == came + lost + flying
    both = rows[rows["fate"] & DUPLICATE > 0]
    firsts = [run.trace[int(cause) - 1] for cause in both["cause"]]
    assert [(event.src, event.dst, event.op) for event in firsts if isinstance(event, Sent)] == [
        (int(row["src"]), int(row["dst"]), int(row["op"])) for row in both
    ]  # fmt: skip


@settings(max_examples=20)
@given(scenarios())
def test_nothing_of_an_old_session_comes_into_a_new_one(scenario: Scenario) -> None:
    """Nobody hears what was sent before the last cut of its link."""
    run = Watched(scenario)
    run.engine.run(END)
    cuts: dict[tuple[int, int], int] = {}
    for pair, event in run.story:
        if event < 0:
            cuts[pair] = -event
        else:
            assert event >= cuts.get(pair, 0)


@settings(max_examples=15)
@given(scenarios())
def test_who_is_down_says_nothing(scenario: Scenario) -> None:
    run = Watched(scenario)
    run.engine.run(END)
    rows, since = run.trace.rows(), dict[int, int]()
    spells: list[tuple[int, int, int]] = []
    for event in run.trace.slice(0, len(run.trace)).records:
        if isinstance(event, Crashed):
            since[event.node] = event.id
        elif isinstance(event, Restarted):
            spells.append((event.node, since.pop(event.node), event.id))
    spells += [(node, first, len(run.trace) + 1) for node, first in since.items()]
    for node, first, last in spells:
        within = (rows["id"] > first) & (rows["id"] < last)
        assert not (within & (rows["src"] == node)).any()
        assert (rows[within & (rows["dst"] == node)]["fate"] == LOST).all()


@settings(max_examples=15)
@given(scenarios(), st.sampled_from([1, 7, 500]))
def test_the_same_again(scenario: Scenario, most: int) -> None:
    digests = []
    for step in (10**9, most):
        trace = Trace()
        engine = Engine(scenario, trace)
        while engine.run(END, step) < END:
            pass
        digests.append(trace.digest())
    assert digests[0] == digests[1]
