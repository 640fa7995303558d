"""Each misbehaviour alone: what others see of it, what they notice, and that nothing is bent where nothing is on."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from p4lab.core.commands import Get, Misbehave, Remove
from p4lab.core.contract import Received
from p4lab.core.lies import Lies
from p4lab.core.messages import SyncItems, Update, update_size
from p4lab.core.misbehaviour import Liar, measure
from p4lab.core.names import Regime
from p4lab.core.options import Quorum
from p4lab.core.provider import Provider
from p4lab.core.stores import CACHED
from tests.core.forest import Forest
from tests.core.mesh import AUTH, GB, IMM, KV, LETTERS, QUIET, UNAUTH, K, Mesh

ALL_OFF: dict[str, bool] = dict.fromkeys(
    (
        "refuse_external_gets", "drop_external_puts", "no_forward", "corrupt_value", "stretch_ttl", "under_report",
        "replay_old", "refuse_own_customers",
    ), False,
)  # fmt: skip


def lie(net: Mesh | Forest, name: str, **switches: Any) -> Liar:
    """This provider lies from now on."""
    node = LETTERS.index(name) if isinstance(net, Mesh) else net.names.index(name)
    liar = Liar(net.providers[node])  # type: ignore[arg-type]  # of a forest it may be a liar already
    liar.switch(Misbehave(name, **switches))
    nodes: list[Any] = net.nodes if isinstance(net, Mesh) else net.providers
    nodes[node] = liar
    return liar


def test_switches_add_up_and_are_told_with_their_measures() -> None:
    liar = Liar(Mesh(1).providers[0])
    assert liar.switch(Misbehave("A", stretch_ttl=True, no_forward=True)) == ("no_forward", "stretch_ttl=10")
    assert liar.switch(Misbehave("A", under_report=0.25, stretch_ttl=2)) == (
        "no_forward", "stretch_ttl=2", "under_report=0.25",
    )  # fmt: skip
    on = liar.switch(Misbehave("A", no_forward=False, under_report=True, stretch_ttl=1))
    assert (on, measure(on, "under_report"), measure(on, "no_forward")) == (("under_report=0.5",), 0.5, None)
    assert liar.switch(Misbehave("A", **ALL_OFF)) == ()


@given(st.data())
def test_with_every_switch_off_nothing_differs(data: st.DataObject) -> None:
    honest, wrapped = Mesh(3), Mesh(3)
    for letter in "ABC":
        lie(wrapped, letter, **dict.fromkeys(ALL_OFF, True)).switch(Misbehave(letter, **ALL_OFF))  # all on, and off
    regime, kind = st.sampled_from(Regime), st.sampled_from((AUTH, UNAUTH))
    for number in range(data.draw(st.integers(1, 12))):
        by, did = data.draw(st.sampled_from("ABC")), data.draw(st.sampled_from(("put", "get", "deliver", "wait")))
        what, how = data.draw(kind), data.draw(regime)
        logs = []
        for mesh in (honest, wrapped):
            if did == "put":
                mesh.put(by, f"{by}{what.value}", str(number), how, kind=what)
            elif did == "get":
                mesh.get(by, f"A{what.value}", kind=what)
            elif did == "deliver" and mesh.flights:
                mesh.arrive(mesh.flights.pop(0))
            else:
                mesh.wait(0.5)
            logs.append((mesh.log, [node.wake_at for node in mesh.nodes], mesh.causes))
        assert logs[0] == logs[1]


# Questions


def test_a_refused_question_is_no_not_found() -> None:
    mesh = Mesh(3)
    mesh.put("A")
    lie(mesh, "A", refuse_external_gets=True)
    assert (mesh.get("B"), mesh.deliver()) == (2, [
        "A>B GETR refused", "C>B GETR miss", "B notices A: E_REFUSED", "B get PARTIAL silent A",
    ])  # fmt: skip
    mesh.get("A")
    assert mesh.log[-1] == "A get OK local v"


def test_a_refusal_counts_for_no_quorum() -> None:
    mesh = Mesh(4, options=msgspec.structs.replace(QUIET, authenticated_gets=Quorum(2)))
    mesh.put("C", identity="A")
    lie(mesh, "A", refuse_external_gets=True)
    op = mesh.get("B")
    mesh.deliver("B>A", "B>C", "B>D", "A>B", "C>B")
    assert op not in mesh.answers
    assert mesh.deliver("D>B")[-1] == "B get OK remote v"


def test_a_refused_fetch_is_asked_of_all_and_then_partial() -> None:
    mesh = Mesh(2)
    mesh.put("A", regime=K)
    mesh.deliver()
    lie(mesh, "A", refuse_external_gets=True)
    mesh.get("B")
    assert mesh.deliver() == [
        "A>B FETCHR refused", "B notices A: E_REFUSED", "B>A GETQ", "A>B GETR refused", "B notices A: E_REFUSED",
        "B get PARTIAL silent A",
    ]  # fmt: skip


def test_refused_customers_are_told_and_others_are_served() -> None:
    mesh = Mesh(2)
    mesh.put("A")
    lie(mesh, "A", refuse_own_customers=True)
    assert (mesh.put("A", value="w"), mesh.answer(mesh.get("A"))) == ("E_REFUSED", "A get E_REFUSED")
    mesh.get("B")
    assert mesh.deliver()[-1] == "B get OK remote v"


# Puts


def test_dropped_puts_leave_own_customers_behind() -> None:
    mesh = Mesh(3)
    mesh.put("A", value="one", regime=KV)
    mesh.deliver()
    lie(mesh, "B", drop_external_puts=True)
    mesh.put("A", value="two", regime=KV)
    assert mesh.deliver() == ["C keeps R v2 from A"]
    assert [mesh.answer(mesh.get(by)) for by in "BC"] == ["B get OK replica one", "C get OK replica two"]


# Values


@pytest.mark.parametrize(
    ("kind", "regime", "told"),
    [
        (IMM, GB, ["B rejects A: E_BAD_HASH", "B get PARTIAL silent A"]),
        (AUTH, GB, ["B rejects A: E_BAD_SIG", "B get PARTIAL silent A"]),
        (UNAUTH, GB, ["B keeps C until 60", "B get OK remote walue"]),
        (AUTH, KV, ["B rejects A: E_BAD_SIG", "B rejects A: E_BAD_SIG", "B get PARTIAL silent A"]),
        (UNAUTH, KV, ["B keeps R from A", "B get OK replica walue"]),
    ],
)
def test_a_changed_value_is_caught_where_it_is_guarded(kind: Any, regime: Regime, told: list[str]) -> None:
    lines, sizes = [], []
    for lying in (False, True):
        mesh = Mesh(2)
        lie(mesh, "A", corrupt_value=lying)
        mesh.put("A", None if kind is IMM else "k", "value", regime, kind=kind)
        sizes.append([flight.message.size for flight in mesh.flights])
        mesh.deliver()
        mesh.request(Get("B", None if kind is IMM else "k", "value" if kind is IMM else None, kind, "A"))
        while mesh.flights:
            sizes[-1].append(mesh.flights[0].message.size)
            mesh.arrive(mesh.flights.pop(0))
        lines.append([line for line in mesh.log if line.startswith("B") and "GETQ" not in line])
    assert lines[1] == told
    assert lines[0][-1].endswith(" value")
    if len(sizes[0]) == len(sizes[1]):  # where it is caught the asker asks once more
        assert sizes[0] == sizes[1]


def test_a_redirect_child_trusts_its_parent() -> None:
    forest = Forest()
    forest.put("b", value="value")
    lie(forest, "B", corrupt_value=True)
    assert forest.get("b")[-1] == "b get OK remote walue"
    assert forest.get("B")[-1] == "B get OK local value"


def test_a_redirect_child_can_refuse_its_customers_and_tell_them_old_things() -> None:
    forest = Forest()
    liar = lie(forest, "b", refuse_own_customers=True)
    assert forest.get("b") == ["b get E_REFUSED"]
    liar.switch(Misbehave("b", refuse_own_customers=False, replay_old=True))
    for value, seen in (("one", "one"), ("two", "one")):
        forest.put("b", value=value)
        assert forest.get("b")[-1] == f"b get OK remote {seen}"
    assert forest.get("B")[-1] == "B get OK local two"


def test_a_removal_is_replayed_to_neighbours_as_the_version_before_it() -> None:
    forest = Forest({"A": "", "B": ""})
    lie(forest, "A", replay_old=True)
    forest.put("A", value="one", regime=KV)
    forest.run(Remove("A", "k", identity="me"))
    assert (forest.get("B")[-1], forest.get("A")[-1]) == ("B get OK replica one", "A get NOT_FOUND local")


# Times


def test_a_stretched_ttl_is_cut_to_the_signed_one() -> None:
    mesh = Mesh(2)
    mesh.put("A", ttl=10.0)
    lie(mesh, "A", stretch_ttl=True)
    mesh.get("B")
    assert mesh.deliver()[-3:] == ["B notices A: E_TTL", "B keeps C v1 until 10", "B get OK remote v"]


def test_an_unsigned_ttl_can_be_stretched_up_to_a_week() -> None:
    for ttl, factor, until in ((10.0, 3, 30.0), (10.0, 1000, 10_000.0), (1000.0, 1000, 604_800.0)):
        mesh = Mesh(2)
        mesh.put("A", kind=UNAUTH, ttl=ttl)
        lie(mesh, "A", stretch_ttl=factor)
        mesh.get("B", kind=UNAUTH)
        assert mesh.deliver()[1:] == [f"B keeps C until {until:g}", "B get OK remote v"]


def test_own_cached_copies_live_on() -> None:
    mesh = Mesh(2)
    mesh.put("A", value="one", ttl=10.0)
    liar = lie(mesh, "B", stretch_ttl=4)
    mesh.get("B")
    assert mesh.deliver()[-2:] == ["B keeps C v1 until 40", "B get OK remote one"]
    mesh.put("A", value="two", ttl=10.0)
    mesh.wait(39)
    assert mesh.answer(mesh.get("B")) == "B get OK cached one"
    assert isinstance(liar.node, Provider)
    assert [copy.until for copy in liar.node.stores.live(CACHED, mesh.asked[1].nid, 39.0)] == [40.0]


# Old versions


@pytest.mark.parametrize(
    ("regime", "before", "after", "read"),
    [
        (KV, [], ["B notices A: E_OLD"], "replica two"),
        (K, [], ["B notices A: E_OLD"], "remote one stale"),
        (GB, [], [], "remote one"),
    ],
)
def test_an_old_version_is_told_to_everybody_and_noticed_by_who_knows_better(
    regime: Regime, before: list[str], after: list[str], read: str
) -> None:
    mesh = Mesh(2)
    mesh.put("A", value="one", regime=regime)
    mesh.deliver()
    liar = lie(mesh, "A", replay_old=True)
    mesh.put("A", value="two", regime=regime)  # it remembers what this replaces
    assert (mesh.deliver(), mesh.answer(mesh.get("A"))) == (before, "A get OK local one")
    liar.switch(Misbehave("A", replay_old=False))
    mesh.put("A", value="two", regime=regime)
    mesh.deliver()
    liar.switch(Misbehave("A", replay_old=True))
    mesh.put("A", value="three", regime=regime)
    assert mesh.deliver() == after
    op = mesh.get("B")
    mesh.deliver()
    assert mesh.answer(op) == f"B get OK {read}"


def test_a_replayed_announcement_has_the_size_of_one() -> None:
    mesh = Mesh(2)
    mesh.put("A", value="one", regime=KV)
    mesh.deliver()
    lie(mesh, "A", replay_old=True)
    mesh.put("A", value="a longer one", regime=K)
    told = mesh.flights[0].message
    assert (told.record.version[0], told.record.value, told.size) == (1, None, update_size(told.record))


# What was learned from others


def test_nothing_is_passed_on_and_nobody_asked_on_behalf() -> None:
    forest = Forest()
    forest.put("C", regime=KV)
    forest.put("C", "other")
    lie(forest, "A", no_forward=True)
    assert [line for line in forest.put("C", value="two", regime=KV) if ">" in line] == [
        "C>A UPDATE V v2", "C>B UPDATE V v2", "C>c UPDATE V v2",
    ]  # fmt: skip
    assert forest.get("a", "other") == ["a>A GETQ", "A>a GETR miss", "a get NOT_FOUND"]
    assert forest.get("A", "other")[-1] == "A get OK remote v"
    own = forest.put("A", "mine", regime=KV)
    assert [line for line in own if ">" in line] == [
        "A>B UPDATE V v1", "A>C UPDATE V v1", "A>a UPDATE V v1", "C>c UPDATE V v1",
    ]  # fmt: skip
    forest.put("A", "near")
    assert forest.get("a", "near")[-3:] == ["A>a GETR hit", "a keeps C v1 until 60", "a get OK remote v"]
    forest.put("a", "low")
    assert forest.get("B", "low")[-1] == "B get NOT_FOUND"  # the child's put stays below


def test_a_catch_up_is_bent_item_by_item() -> None:
    """What a session that comes up is told goes the same way as updates, and its size with it."""
    mesh = Mesh(2)
    mesh.put("A", "own", regime=KV)
    own: Update = mesh.flights[0].message
    other = msgspec.structs.replace(own, path=(1, 0))
    lies = Lies(0)
    lies.turn({"no_forward": 1.0})
    volume = 48 + 4 + 2 * (own.size - 48)
    all_of_it = SyncItems(b"", volume, (own, other), whole=(0,))
    assert lies.bend(all_of_it) == SyncItems(b"", volume - (own.size - 48), (own,))  # what is held back is not gone
    assert lies.bend(SyncItems(b"", 52, (own,), whole=(0,))) == SyncItems(b"", 52, (own,), whole=(0,))
    liar = Liar(mesh.providers[1])
    liar.switch(Misbehave("B", drop_external_puts=True))
    heard: list[Any] = []
    liar.node.handle = lambda data, now: heard.append(data.message) or []  # type: ignore[method-assign]  # it listens
    liar.handle(Received(0, all_of_it, 1), 0.0)
    assert heard == [SyncItems(b"", 48 + 4, ())]
