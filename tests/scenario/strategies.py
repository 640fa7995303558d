"""Hypothesis strategies for whole scenarios that pass the checks."""

from typing import Any

import msgspec
from hypothesis import strategies as st

from p4lab.core.commands import (
    AddOrganisation,
    AddProvider,
    Command,
    Crash,
    Detach,
    Get,
    Heal,
    Leave,
    Misbehave,
    Move,
    Note,
    Partition,
    Peer,
    Put,
    Remove,
    Restart,
    SetLink,
    SetProvider,
    Unpeer,
)  # fmt: skip
from p4lab.core.commands import Attach as Hang
from p4lab.core.names import Kind, Regime
from p4lab.core.options import Attach, ChildUp, Mesh, Options, Quorum, Signatures, UnauthenticatedGets
from p4lab.scenario.model import (
    COLOURS,
    Do,
    Expect,
    Link,
    Mark,
    Organisation,
    ParentLink,
    Peering,
    Provider,
    Scenario,
    Underlay,
    View,
    Workload,
)  # fmt: skip

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
words = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=10)
regimes = st.sampled_from(Regime)
kinds = st.sampled_from(Kind)


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False, allow_subnormal=False)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


link_fields = {
    "latency": numbers(0, 10),
    "jitter": numbers(0, 1),
    "loss": numbers(0, 0.9),
    "bandwidth": st.just(0.0) | numbers(1.0, 1e9),
    "duplicate": numbers(0, 1),
    "reorder": numbers(0, 1),
    "corrupt": numbers(0, 0.9),
}
lives = numbers(0, 604_800)
options = st.builds(
    Options,
    mesh=st.sampled_from([Mesh.MESH, Mesh.RELAY]),  # strict asks for a full mesh
    query_timeout=numbers(0.1, 10),
    max_value=st.integers(1024, 65_536),
    coalesce=st.booleans(),
    parallel=st.booleans(),
    unauthenticated_gets=st.sampled_from(UnauthenticatedGets),
    authenticated_gets=st.sampled_from(["first", "all"]) | st.just(Quorum(1)),
    pointer_fallback=st.booleans(),
    child_up=st.sampled_from(ChildUp),
    access_latency=numbers(0, 1),
    signatures=st.sampled_from(Signatures),
    down_after=st.integers(0, 10),
    hold_time=numbers(0, 10),
    relay_hops=st.integers(1, 255),
    commit_delay=st.just(0.0) | numbers(0, 1),
    w_sync=numbers(0, 1e6),
    max_stale=lives,
    neg_ttl=numbers(0, 60),
    max_entries=st.integers(0, 100),
    max_bytes=st.integers(0, 100_000),
    maxvals=st.integers(1, 1000),
    port_grace=lives,
    onward=st.booleans(),
)
views = st.builds(View, key=maybe(words), speed=st.just("auto") | numbers(0.01, 1000), at=maybe(numbers(0, 1000)))

marks = st.builds(
    Mark, at=numbers(0, 10), until=maybe(numbers(10, 20)), text=texts, colour=st.just("") | st.sampled_from(COLOURS)
)  # fmt: skip


@st.composite
def providers(draw: st.DrawFn, names: list[str]) -> tuple[Provider, ...]:
    """The first two are tops; any other may hang below one before it, local only below local."""
    rows = list(draw(rootless(names)))
    links = st.builds(ParentLink, **{name: maybe(strategy) for name, strategy in link_fields.items()})
    for i in range(2, len(rows)):
        if draw(st.booleans()):
            above = rows[draw(st.integers(0, i - 1))]
            attach = Attach.REDIRECT if above.attach is Attach.REDIRECT else draw(st.sampled_from(Attach))
            rows[i] = msgspec.structs.replace(rows[i], parent=above.name, attach=attach, link=draw(links))
    return tuple(draw(st.permutations(rows)))


@st.composite
def organisations(draw: st.DrawFn, names: list[str]) -> tuple[Organisation, ...]:
    """Each at a provider or at one before it, in any order."""
    rows: list[Organisation] = []
    for name in draw(st.lists(words.filter(lambda each: each not in names), max_size=3, unique=True)):
        row = st.builds(
            Organisation,
            name=st.just(name),
            at=st.sampled_from([*names, *(row.name for row in rows)]),
            customers=st.integers(0, 10_000),
            store=st.booleans(),
            latency=maybe(numbers(0, 10)),
            position=maybe(st.tuples(numbers(0, 1), numbers(0, 1))),
        )
        rows.append(draw(row))
    return tuple(draw(st.permutations(rows)))


def rootless(names: list[str]) -> st.SearchStrategy[tuple[Provider, ...]]:
    places = st.sampled_from(["none", "position", "geo"])

    def one(name: str) -> st.SearchStrategy[Provider]:
        return places.flatmap(
            lambda place: st.builds(
                Provider,
                name=st.just(name),
                customers=st.integers(0, 10_000),
                position=st.tuples(numbers(0, 1), numbers(0, 1)) if place == "position" else st.none(),
                geo=st.tuples(numbers(-180, 180), numbers(-90, 90)) if place == "geo" else st.none(),
                lookup_delay=numbers(0, 1),
            )
        )

    return st.tuples(*(one(name) for name in names))


def peerings(names: list[str]) -> st.SearchStrategy[Peering]:
    fields = {name: maybe(strategy) for name, strategy in link_fields.items()}
    pair = st.permutations(names).map(lambda each: (each[0], each[1]))
    some = st.lists(st.sampled_from(names), min_size=2, unique=True).map(tuple)
    return st.builds(Peering, among=st.just("all") | some, **fields) | st.builds(Peering, between=pair, **fields)


def workloads(names: list[str]) -> st.SearchStrategy[tuple[Workload, ...]]:
    """names: of providers and organisations."""
    some = st.just("all") | st.lists(st.sampled_from(names), min_size=1, unique=True).map(tuple)

    def one(name: str) -> st.SearchStrategy[Workload]:
        return st.builds(
            Workload,
            name=st.just(name),
            keys=st.integers(1, 1000),
            owners=some,
            readers=some | st.just(()),
            kind=kinds,
            regime=regimes,
            ttl=lives,
            lease=st.just(0.0) | numbers(1, 604_800),
            value_bytes=st.integers(0, 1024),
            gets_per_second=numbers(0, 1000),
            updates_per_second=numbers(0, 100),
            popularity=numbers(0, 3),
            start=numbers(0, 10),
            stop=maybe(numbers(10, 1000)),
            regimes=st.just({}) | regimes.map(lambda regime: {f"{name}/1": regime}),
        )

    return st.lists(words, unique=True, max_size=3).flatmap(lambda each: st.tuples(*map(one, each)))


def commands(names: list[str], everybody: list[str]) -> st.SearchStrategy[Command]:
    """names: of providers; everybody: with organisations."""
    by = st.sampled_from(everybody)
    guarded = st.sampled_from([Kind.AUTHENTICATED, Kind.UNAUTHENTICATED])
    seqs = maybe(st.integers(0, 2**63 - 1))
    fields = {"regime": regimes, "ttl": lives, "lease": lives, "identity": maybe(words), "seq": seqs, "cas": seqs}
    puts = st.builds(Put, by=by, value=texts, key=texts, kind=guarded, secret=maybe(texts), **fields)
    hashed = st.builds(Put, by=by, value=texts, kind=st.just(Kind.IMMUTABLE), **fields)
    gets = st.builds(Get, by=by, key=texts, kind=guarded, owner=maybe(words), min_version=seqs)
    of = st.builds(Get, by=by, of=texts, kind=st.just(Kind.IMMUTABLE))
    key = st.binary(min_size=32, max_size=32).map(bytes.hex)
    immutable = st.builds(Get, by=by, key=key, kind=st.just(Kind.IMMUTABLE))
    removes = st.builds(
        Remove, by=by, key=texts, kind=guarded, identity=maybe(words), value=texts, secret=texts
    )  # fmt: skip
    moves = st.builds(Move, identity=words | st.sampled_from(names), to=st.sampled_from(names))
    rest = st.builds(Note, text=texts)
    return puts | hashed | gets | of | immutable | removes | moves | faults(names) | rest


def faults(names: list[str]) -> st.SearchStrategy[Command]:
    """The verbs that change who reaches whom, what is up and who lies."""
    one = st.sampled_from(names)
    pair = st.permutations(names).map(lambda each: (each[0], each[1]))
    fields = {name: maybe(strategy) for name, strategy in link_fields.items()}
    measure = maybe(st.booleans())
    return st.one_of(
        st.builds(Peer, between=pair, **fields),
        st.builds(Unpeer, between=pair),
        st.builds(SetLink, between=pair, up=maybe(st.booleans()), **fields),
        pair.map(lambda each: Hang(provider=each[0], to=each[1])),
        st.builds(Detach, provider=one),
        st.builds(Crash, provider=one),
        st.builds(Restart, provider=one),
        st.permutations(names).flatmap(_groups),
        st.just(Heal()),
        st.builds(Leave, provider=one),
        st.builds(SetProvider, provider=one, lookup_delay=maybe(numbers(0, 1)), customers=st.integers(0, 10_000)),
        st.builds(
            Misbehave,
            provider=one,
            refuse_external_gets=st.booleans(),
            drop_external_puts=maybe(st.booleans()),
            no_forward=maybe(st.booleans()),
            corrupt_value=maybe(st.booleans()),
            stretch_ttl=measure | numbers(1, 1000),
            under_report=measure | numbers(0, 1),
            replay_old=maybe(st.booleans()),
            refuse_own_customers=maybe(st.booleans()),
        ),
    )


@st.composite
def arrivals(draw: st.DrawFn, names: list[str], everybody: list[str], duration: float) -> list[Do]:
    """Some who come, each at whoever was there before, and may leave at the end."""
    rows: list[Do] = []
    there, tops = list(everybody), list(names)
    times = sorted(draw(st.lists(numbers(0, duration), max_size=3)))
    places = maybe(st.tuples(numbers(0, 1), numbers(0, 1)))
    for at, name in zip(times, draw(st.lists(words, min_size=3, max_size=3, unique=True)), strict=False):
        if name in there:
            continue
        if draw(st.booleans()):
            row = st.builds(
                AddOrganisation, organisation=st.just(name), at=st.sampled_from(there),
                customers=st.integers(0, 100), store=st.booleans(), latency=maybe(numbers(0, 1)), position=places,
            )  # fmt: skip
        else:
            hung = {"parent": st.sampled_from(tops), "attach": st.sampled_from(Attach)}
            peers = {"peers": st.just("all") | st.lists(st.sampled_from(tops), unique=True).map(tuple)}
            row = st.builds(
                AddProvider, provider=st.just(name), customers=st.integers(0, 100), position=places,
                lookup_delay=numbers(0, 1), **(hung if draw(st.booleans()) else peers),
            )  # fmt: skip
        rows.append(Do(at, draw(row)))
        there.append(name)
        tops += [name] if isinstance(rows[-1].command, AddProvider) else []
        if draw(st.booleans()):
            rows.append(Do(duration, Leave(name)))
    return rows


def _groups(names: list[str]) -> st.SearchStrategy[Partition]:
    """Some of these in two groups, the first not empty."""
    ends = st.tuples(st.integers(1, len(names)), st.integers(0, len(names))).map(sorted)
    return ends.map(lambda at: Partition((tuple(names[: max(at[0], 1)]), tuple(names[max(at[0], 1) : at[1]]))))


def expects(names: list[str]) -> st.SearchStrategy[Expect]:
    where = st.just({}) | st.sampled_from(names).map(lambda name: {"provider": name})
    ranges = st.tuples(numbers(-10, 0), numbers(0, 10))
    values = st.integers() | numbers(-10, 10) | st.booleans() | texts | st.lists(texts, max_size=3)
    given = {"metric": st.sampled_from(["staleness.share", "gets.total"]), "where": where, "says": texts}
    return st.builds(Expect, between=ranges, **given) | st.builds(Expect, equals=values, **given)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    names = draw(st.lists(words, min_size=2, max_size=5, unique=True))
    rows = draw(providers(names))
    houses = draw(organisations(names))
    everybody = [*names, *(row.name for row in houses)]
    pair = st.permutations(names).map(lambda each: (each[0], each[1]))
    duration = draw(numbers(1, 1000))
    does = st.builds(Do, at=numbers(0, duration), command=commands(names, everybody))
    return Scenario(
        title=draw(words),
        duration=duration,
        about=draw(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('"\\\n\r'))),
        seed=draw(st.integers(-(2**63), 2**63 - 1)),
        options=draw(options),
        view=draw(views),
        link=draw(st.builds(Link, **link_fields)),
        provider=rows,
        organisation=houses,
        peering=tuple(draw(st.lists(peerings([row.name for row in rows if row.parent is None]), max_size=4))),
        underlay=tuple(draw(st.lists(st.builds(Underlay, between=pair), max_size=3))),
        workload=draw(workloads(everybody)),
        do=(*draw(st.lists(does, max_size=4)), *draw(arrivals(names, everybody, duration))),
        mark=tuple(draw(st.lists(marks, max_size=2))),
        expect=tuple(draw(st.lists(expects(names), max_size=3))),
    )
