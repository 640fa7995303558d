"""The forest: golden traces of protocol section 5.17, the export rule, who is served what, and exact counts.

Golden logs are everything that happened between providers and in their stores, in order.
"""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p4lab.core.commands import Get
from p4lab.core.messages import Update, update_size
from p4lab.core.names import Kind, Regime
from p4lab.core.options import ChildUp, UnauthenticatedGets
from p4lab.core.records import authenticated
from p4lab.core.signing import Modelled, identity_seed
from tests.core.forest import QUIET, Forest, messages

GB, K, KV = Regime.GET_BROADCAST, Regime.KEY, Regime.VALUE
UNAUTH = Kind.UNAUTHENTICATED
DEEP = {"A": "", "B": "", "a": "A", "d": "a", "e": "d", "b": "B"}  # e below d below a below A


def by(child_up: ChildUp) -> Forest:
    return Forest(DEEP, msgspec.structs.replace(QUIET, child_up=child_up))


# Golden traces 1 to 6


def test_golden_traces_1_and_2() -> None:
    forest = Forest()
    assert forest.put("a", ttl=60.0) == ["a keeps L v1", "a>A UPDATE V v1", "a put OK", "A keeps S v1 from a"]
    forest.wait(10.0)
    one = forest.get("c")
    assert one == [
        "c>C GETQ", "C>A GETQ", "C>B GETQ", "A>C GETR hit", "B>C GETR miss", "C keeps C v1 until 70", "C>c GETR hit",
        "c keeps C v1 until 70", "c get OK remote v",
    ]  # fmt: skip
    assert messages(one) == 6
    two = forest.get("b")  # C has only a cached copy, which is not for a peer (P10)
    assert two == [
        "b>B CREQ", "B>A GETQ", "B>C GETQ", "A>B GETR hit", "C>B GETR miss", "B keeps C v1 until 70", "B>b CRESP hit",
        "b get OK remote v",
    ]  # fmt: skip
    assert messages(two) == 6


def test_golden_traces_3_to_5() -> None:
    forest = Forest()
    assert forest.put("c", value="one", regime=KV) == [
        "c keeps L v1", "c>C UPDATE V v1", "c put OK", "C keeps S v1 from c", "C>A UPDATE V v1", "C>B UPDATE V v1",
        "A keeps R v1 from C", "A>a UPDATE V v1", "B keeps R v1 from C", "a keeps R v1 from A",
    ]  # fmt: skip
    assert forest.put("B", value="two", regime=K) == [
        "B keeps L v2", "B drops R", "B>A UPDATE A v2", "B>C UPDATE A v2", "B put OK",
        "A drops R", "A keeps P v2 from B", "A>a UPDATE A v2", "C keeps P v2 from B", "C>c UPDATE A v2",
        "a drops R", "a keeps P v2 from A", "c keeps P v2 from C",
    ]  # fmt: skip
    for _ in range(2):  # not cached: the next get costs four again
        assert forest.get("a") == [
            "a>A FETCH", "A>B FETCH", "B>A FETCHR hit", "A>a FETCHR hit", "a get OK remote two",
        ]  # fmt: skip
    fall = forest.put("C", value="three")
    assert [line for line in fall if ">" in line] == [
        "C>A UPDATE W v3", "C>B UPDATE W v3", "C>c UPDATE W v3", "A>a UPDATE W v3",
    ]  # fmt: skip
    assert (forest.held("a"), forest.held("A"), forest.held("c")) == ({}, {}, {"L": ["one"]})
    late = authenticated(Modelled(), identity_seed("me"), b"k", b"two", KV, 60_000, 0, 2)
    assert forest.send("A", "B", Update(9, late.nid, update_size(late), late, None, (0,))) == [
        "B meets two of v2", "B notices A: E_OLD",
    ]  # fmt: skip
    got = forest.get("A")
    assert (messages(got), "A get OK remote three" in got) == (4, True)


def test_golden_trace_6_a_silent_peer_is_told_to_the_child() -> None:
    forest = Forest(silent={"AB"})
    forest.put("B", kind=UNAUTH)
    assert forest.get("A", kind=UNAUTH) == ["A>B GETQ", "A>C GETQ", "C>A GETR miss"]
    assert forest.wait(2.0) == ["A get PARTIAL silent B"]
    assert forest.get("a", kind=UNAUTH) == ["a>A GETQ", "A>B GETQ", "A>C GETQ", "C>A GETR miss"]
    assert forest.wait(2.0) == ["A>a GETR miss", "a get PARTIAL silent B"]  # the parent gave up in time to say so


# The export rule


@pytest.mark.parametrize(
    ("regime", "child_up", "at_parent", "told"),
    [
        (GB, ChildUp.VALUE, {"S": ["v"]}, "a>A UPDATE V v1"),
        (GB, ChildUp.ANNOUNCE, {"P": ["v1"]}, "a>A UPDATE W v1"),
        (GB, ChildUp.NONE, {}, ""),
        (K, ChildUp.VALUE, {"S": ["v"]}, "a>A UPDATE V v1"),
        (K, ChildUp.ANNOUNCE, {"P": ["v1"]}, "a>A UPDATE A v1"),
        (K, ChildUp.NONE, {"P": ["v1"]}, "a>A UPDATE A v1"),
        (KV, ChildUp.VALUE, {"S": ["v"]}, "a>A UPDATE V v1"),
        (KV, ChildUp.NONE, {"S": ["v"]}, "a>A UPDATE V v1"),
    ],
)
def test_what_a_parent_is_told(regime: Regime, child_up: ChildUp, at_parent: dict[str, list[str]], told: str) -> None:
    forest = by(child_up)
    log = forest.put("a", regime=regime)
    assert [line for line in log if line.startswith("a>A")] == ([told] if told else [])
    assert forest.held("A") == at_parent
    forest.get("b")  # whatever the parent knows, the whole forest finds it
    last = forest.answers[2]
    found = child_up is not ChildUp.NONE or regime is not GB
    assert (last.outcome, last.values) == (("OK", ("v",)) if found else ("NOT_FOUND", ()))  # type: ignore[union-attr]  # it is the answer to a get


def test_a_parent_asks_down_where_children_tell_it_nothing() -> None:
    forest = by(ChildUp.NONE)
    forest.put("e")
    assert forest.get("A") == [
        "A>B GETQ", "A>a GETQ", "B>A GETR miss", "a>d GETQ", "d>e GETQ", "e>d GETR hit", "d>a GETR hit",
        "a>A GETR hit", "A keeps C v1 until 60", "A get OK remote v",
    ]  # fmt: skip
    assert forest.get("B")[-1] == "B get NOT_FOUND"  # a peer's question goes no further (P10)


def test_what_went_down_does_not_come_up_and_nothing_goes_round() -> None:
    forest = Forest()
    record = authenticated(Modelled(), identity_seed("me"), b"k", b"v", KV, 0, 0, 1)
    told = Update(9, record.nid, update_size(record), record, None, (4,), down_only=True)
    assert forest.send("c", "C", told) == ["C rejects c: E_LEAK"]
    assert forest.send("A", "C", msgspec.structs.replace(told, path=(2, 0), down_only=False)) == []
    assert forest.send("b", "B", msgspec.structs.replace(told, path=(), down_only=False)) == []  # it has no say
    assert [forest.held(name) for name in "ABCabc"] == [{}] * 6
    # from a peer: to the child alone; a second time: nothing changes, nothing is forwarded
    fresh = msgspec.structs.replace(told, path=(0,), down_only=False)
    assert forest.send("A", "C", fresh) == ["C keeps R v1 from A", "C>c UPDATE V v1", "c keeps R v1 from C"]
    assert forest.send("A", "C", fresh) == []


def test_a_renewed_lease_goes_where_the_value_went() -> None:
    forest = Forest()
    forest.put("c", regime=KV, lease=10.0, kind=UNAUTH)
    forest.wait(5.0)
    log = forest.put("c", regime=KV, lease=10.0, kind=UNAUTH)
    assert messages(log) == 4
    forest.wait(9.0)
    assert [forest.held(name) for name in "ABCac"] == [
        {"R": ["v"]},
        {"R": ["v"]},
        {"S": ["v"]},
        {"R": ["v"]},
        {"L": ["v"]},
    ]
    forest.wait(1.0)
    assert [forest.held(name) for name in "ABCac"] == [{}] * 5


def test_an_immutable_value_that_rises_is_told_on() -> None:
    forest = Forest()
    forest.put("c", None, kind=Kind.IMMUTABLE)
    assert forest.held("C") == {"S": ["v"]}
    assert messages(forest.put("c", None, kind=Kind.IMMUTABLE, regime=KV)) == 4
    assert forest.held("a") == {"R": ["v"]}


# Who is served what


def test_a_peer_gets_nothing_but_local_data() -> None:
    forest = by(ChildUp.VALUE)
    forest.put("b")
    forest.get("e")  # cached at e, d, a and A
    assert forest.held("A") == {"C": ["v"]}
    forest.put("e", "mine")
    assert forest.get("B", "mine") == [
        "B>A GETQ", "A>B GETR hit", "B keeps C v1 until 60", "B get OK remote v",
    ]  # fmt: skip  # what came from below is local data
    forest.put("B", "ours")
    forest.get("A", "ours")
    forest.put("B", "ours", value="w", ttl=0.0)
    assert forest.get("b", "ours")[-1] == "b get OK remote w"  # not what A cached


def test_questions_of_customers_and_children_join() -> None:
    forest = Forest({"A": "", "B": "", "a": "A", "d": "A"})
    forest.put("B")
    log = forest.run(*(Get(name, "k", owner="me") for name in "Aad"))
    assert sorted(line for line in log if ">" in line) == sorted(
        ["A>B GETQ", "a>A GETQ", "d>A GETQ", "B>A GETR hit", "A>a GETR hit", "A>d GETR hit"]
    )
    assert sorted(line for line in log if " get " in line) == [
        "A get OK remote v",
        "a get OK remote v",
        "d get OK remote v",
    ]


def test_pointers_are_followed_hop_by_hop_down_a_subtree() -> None:
    forest = by(ChildUp.ANNOUNCE)
    forest.put("e", regime=K)
    assert forest.get("b") == [
        "b>B FETCH", "B>A FETCH", "A>a FETCH", "a>d FETCH", "d>e FETCH", "e>d FETCHR hit", "d>a FETCHR hit",
        "a>A FETCHR hit", "A>B FETCHR hit", "B>b FETCHR hit", "b get OK remote v",
    ]  # fmt: skip


@pytest.mark.parametrize("mode", UnauthenticatedGets)
def test_an_unauthenticated_set_is_united_across_the_forest(mode: UnauthenticatedGets) -> None:
    forest = Forest(options=msgspec.structs.replace(QUIET, unauthenticated_gets=mode))
    for name in ("a", "B", "c", "b"):
        forest.put(name, value=f"of {name}", kind=UNAUTH)
    forest.get("a", kind=UNAUTH)
    forest.wait(61.0)
    forest.get("a", kind=UNAUTH)  # the first merge is over: this one is answered at once, and asks behind
    forest.get("a", kind=UNAUTH)
    answers = [answer.values for answer in forest.answers.values() if answer.op > 4]  # type: ignore[union-attr]  # these are answers to gets
    everything = ["of B", "of a", "of b", "of c"]
    last = sorted(answers[-1])
    assert last == (["of a"] if mode is UnauthenticatedGets.LOCAL_ONLY else everything)
    if mode is UnauthenticatedGets.WAIT_ALL:
        assert sorted(answers[0]) == everything


def test_ttl_is_counted_down_along_the_tree() -> None:
    forest = Forest(DEEP)
    forest.put("B", ttl=60.0)
    forest.get("A")
    forest.wait(20.0)
    forest.get("d")
    forest.wait(10.0)
    forest.get("e")
    kept = [line for line in forest.log if "keeps C" in line]
    assert kept == [f"{name} keeps C v1 until 60" for name in "Aade"]
    forest.wait(30.0)
    assert [forest.held(name) for name in "Aade"] == [{}] * 4


# Redirect children


def test_a_redirect_child_hands_everything_to_its_parent() -> None:
    forest = Forest({"A": "", "B": "", "a": "!A", "d": "!a"})
    assert forest.put("d", regime=KV) == [
        "d>a CREQ", "a>A CREQ", "A keeps L v1 from a", "A>a CRESP hit", "A>B UPDATE V v1", "a>d CRESP hit",
        "B keeps R v1 from A", "d put OK",
    ]  # fmt: skip
    assert forest.get("a") == ["a>A CREQ", "A>a CRESP hit", "a get OK remote v"]
    assert forest.get("d", "none")[-2:] == ["a>d CRESP miss", "d get NOT_FOUND"]
    assert forest.put("a", seq=1, value="other") == ["a>A CREQ", "A>a CRESP miss", "a put E_SEQ_CONFLICT"]


def test_a_parent_that_says_nothing() -> None:
    forest = Forest({"A": "", "a": "!A", "d": "!a"}, silent={"Aa"})
    forest.put("a")
    forest.get("a")
    forest.get("d")
    assert forest.wait(1.9) == ["a>d CRESP miss", "d get TIMEOUT silent A"]  # a gave up in time to say so to d
    assert forest.wait(0.1) == ["a put E_AGAIN", "a get TIMEOUT silent A"]


# Exact counts


@st.composite
def shapes(draw: st.DrawFn) -> dict[str, str]:
    """Random forests of local-mode children: up to four tops, up to eight children of any depth."""
    names = "ABCDEFGHIJKL"
    tops = draw(st.integers(1, 4))
    parents = dict.fromkeys(names[:tops], "")
    for name in names[tops : tops + draw(st.integers(0, 8))]:
        parents[name] = draw(st.sampled_from(list(parents)))
    return parents


@settings(max_examples=60)
@given(shapes(), st.data(), st.sampled_from([K, KV]), st.sampled_from(ChildUp))
def test_a_put_broadcast_reaches_everybody_once(
    parents: dict[str, str], data: st.DataObject, regime: Regime, child_up: ChildUp
) -> None:
    forest = Forest(parents, msgspec.structs.replace(QUIET, child_up=child_up))
    who = data.draw(st.sampled_from(list(parents)))
    log = forest.put(who, regime=regime)
    assert messages(log) == len(parents) - 1
    assert all(forest.held(name) for name in parents)
    reader = data.draw(st.sampled_from(list(parents)))
    assert forest.get(reader)[-1].endswith(" v")


@settings(max_examples=60)
@given(shapes(), st.data())
def test_a_get_broadcast_get_costs_what_the_way_costs(parents: dict[str, str], data: st.DataObject) -> None:
    """Protocol 8.2: 2j where the j-th ancestor is the first to have it, else 2x + 2(N_t - 1) at depth x."""
    writer, reader = (data.draw(st.sampled_from(list(parents))) for _ in range(2))
    forest = Forest(parents)
    ways = {}
    for name in (writer, reader):
        way = [name]
        while parents[way[-1]]:
            way.append(parents[way[-1]])
        ways[name] = way
    assert messages(forest.put(writer)) == len(ways[writer]) - 1
    common = [j for j, name in enumerate(ways[reader]) if name in ways[writer]]
    tops = sum(not above for above in parents.values())
    cost = 2 * common[0] if common else 2 * (len(ways[reader]) - 1) + 2 * (tops - 1)
    assert messages(forest.get(reader)) == cost
    assert messages(forest.get(reader)) == 0
    assert messages(forest.get(reader, "nobody's")) == 2 * (len(ways[reader]) - 1) + 2 * (tops - 1)


@settings(max_examples=60)
@given(shapes(), st.data(), st.lists(st.sampled_from([GB, K, KV]), min_size=1, max_size=4), st.sampled_from(ChildUp))
def test_after_any_changes_of_regime_everybody_reads_the_newest(
    parents: dict[str, str], data: st.DataObject, regimes: list[Regime], child_up: ChildUp
) -> None:
    if child_up is ChildUp.NONE:
        regimes = [regime for regime in regimes if regime is not GB] or [K]
    forest = Forest(parents, msgspec.structs.replace(QUIET, child_up=child_up))
    for seq, regime in enumerate(regimes, 1):
        forest.put(data.draw(st.sampled_from(list(parents))), value=f"{seq}", regime=regime, ttl=0.0)
    for name in parents:
        before = len(forest.log)
        forest.get(name)
        if regimes[-1] is not GB:
            assert forest.log[before:][-1].endswith(f" {len(regimes)}")
    assert not [event for event in forest.events if type(event).__name__ == "Rejected"]
