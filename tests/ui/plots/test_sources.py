"""What can be plotted, by the told run: counted by hand."""

import pytest

from p4lab.core.events import GetFinished, GetStarted, Housed
from p4lab.world.observed import Observed
from tests.ui.panels import tale
from ui.plots.sources import MOST, SOURCES, Asked
from ui.plots.veil import Eyes


@pytest.fixture
def player(qtbot):
    made, _ = tale.opened(qtbot)
    yield made
    made.close()


def lines(player, kind, low=0.0, high=20.0, until=20.0, **more):
    asked = Asked(player.metrics, player.world, low, high, until, **more)
    return {line.label: line for line in SOURCES[kind].lines(asked)}


def test_gets_one_by_one(player):
    latency = lines(player, "quantiles")["get latency"]
    assert latency.t.tolist() == pytest.approx([2.9, 5.02, 6.1, 10.002])
    assert latency.v.tolist() == pytest.approx([0.08, 0.002, 0.1, 0.002])
    age = lines(player, "age")["age of a stale answer"]
    assert (age.t.tolist(), age.v.tolist()) == (pytest.approx([5.02, 10.002]), pytest.approx([1.92, 0.502]))
    hits = lines(player, "hits")
    assert hits["answered at home"].v.tolist() == [0.0, 1.0, 0.0, 1.0]
    assert hits["answered at all"].v.tolist() == [1.0, 1.0, 0.0, 1.0]
    news = player.world.find("news/1").index
    assert lines(player, "quantiles", name=news)["get latency"].t.tolist() == pytest.approx([2.9, 5.02])
    assert lines(player, "quantiles", until=3.0)["get latency"].t.tolist() == pytest.approx([2.9])


def test_messages_are_counted_in_parts_of_the_stretch(player):
    kinds = lines(player, "kinds", high=20.0)
    assert {label: line.v.sum() for label, line in kinds.items()} == {"query": 2, "reply": 2, "update": 2}
    assert kinds["query"].part == 0.05
    assert kinds["query"].t[kinds["query"].v > 0].tolist() == pytest.approx([2.85])  # the end of the part
    later = lines(player, "kinds", low=5.0, high=10.0)
    assert {label: (line.before, line.v.sum()) for label, line in later.items()} == {
        "query": (2, 0), "reply": (2, 0), "update": (0, 2),
    }  # fmt: skip
    assert {label: line.v.sum() for label, line in lines(player, "bytes").items()} == {
        "query": 224, "reply": 308, "update": 648,
    }  # fmt: skip
    assert {label: line.v.sum() for label, line in lines(player, "senders").items()} == {
        "Cedar": 2, "Aster": 1, "Birch": 3,
    }  # fmt: skip
    assert lines(player, "kinds", until=0.0) == {}


def test_who_reads_whose_keys(player):
    reads = lines(player, "reads")  # Cedar read news/1 of Aster's twice, Birch the set that both wrote
    assert {label: line.t.tolist() for label, line in reads.items()} == {
        "Cedar → Aster": pytest.approx([2.9, 5.02]), "Birch → Cedar": pytest.approx([10.002]),
    }  # fmt: skip
    net = lines(player, "balance")
    assert {label: line.v.tolist() for label, line in net.items()} == {
        "Aster − Cedar": [-1.0, -1.0], "Birch − Cedar": [1.0],
    }  # fmt: skip
    assert list(lines(player, "reads", provider=tale.BIRCH)) == ["Birch → Cedar"]


def test_more_senders_than_can_be_told_apart_are_summed_up(qtbot):
    trace = tale.Trace()
    for node in range(MOST + 3):
        trace.emit(tale.Joined(node=node, name=f"P{node}"), 0.0, 0)
    for node in range(MOST + 3):
        for _ in range(20 - node):
            trace.sent(1.0, 1.04, 0, 0, 10, node, 0, tale.UPDATE, 0, 0)
    player, _ = tale.opened(qtbot, trace=trace)
    found = lines(player, "senders")
    assert list(found) == [*(f"P{node}" for node in range(MOST)), "3 others"]
    assert found["3 others"].v.sum() == 12 + 11 + 10
    player.close()


def test_with_the_eyes_of_one_provider(player):
    def seen(kind, node, until=20.0):
        eyes = Eyes(player.trace, Observed(player.trace, player.world), node, until)
        found = lines(player, kind, until=until, eyes=node, seen=eyes)
        return {label: (line.t[line.v != 0].tolist(), line.v.sum()) for label, line in found.items()}

    cedar = seen("kinds", tale.CEDAR)  # it sent two queries, got two replies and an update
    assert {label: total for label, (_, total) in cedar.items()} == {"query": 2, "reply": 2, "update": 1}
    assert cedar["reply"][0] == pytest.approx([2.95])  # when they came
    assert seen("kinds", tale.CEDAR, until=2.87) == {"query": (pytest.approx([2.85]), 2)}
    assert {label: total for label, (_, total) in seen("bytes", tale.ASTER).items()} == {
        "query": 112, "reply": 260, "update": 324,
    }  # fmt: skip
    assert {label: total for label, (_, total) in seen("senders", tale.ASTER).items()} == {
        "Aster": 1, "Birch": 1, "Cedar": 1,
    }  # fmt: skip
    assert seen("quantiles", tale.BIRCH)["get latency"][0] == pytest.approx([6.1, 10.002])
    assert seen("age", tale.CEDAR)["age of a stale answer"] == ([], 0)  # that it was stale, Cedar does not know
    assert (list(seen("reads", tale.CEDAR)), seen("balance", tale.CEDAR)) == (["Cedar → Aster"], {})


def test_what_an_organisation_reads_its_provider_s_customers_read(qtbot):
    trace = tale.tale()
    trace.emit(Housed(node=6, name="Acme", at=tale.BIRCH), 11.0, 0)
    asked = {"op": 20, "nid": tale.NEWS, "kind": "authenticated", "key": "news/1", "owner": "Aster", "workload": "w"}
    start = trace.emit(GetStarted(node=6, **asked), 12.0, 0)
    trace.emit(
        GetFinished(node=6, op=20, nid=tale.NEWS, outcome="OK", source="remote", latency=0.1, seq=3), 12.1, start
    )
    player, _ = tale.opened(qtbot, trace=trace)
    assert lines(player, "reads")["Birch → Aster"].t.tolist() == [12.1]
    player.close()
