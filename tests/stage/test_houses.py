"""Organisations in a run: their nodes, the way of a request, being cut off, crashing, and partitions.

Organisation X is at provider A, and Y, a proxy without a store, at X. Nodes: A 0, B 1, their customers 2 and 3, X 4,
Y 5, their customers 6 and 7.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from p4lab.core.commands import Command, Crash, Get, Heal, Move, Partition, Put, Restart, SetLink
from p4lab.core.events import (
    Attached,
    Event,
    GetFinished,
    Housed,
    Joined,
    Lost,
    Moved,
    Noted,
    PutFinished,
    Rejected,
    Restarted,
)  # fmt: skip
from p4lab.core.messages import ACCESS, CODE_NAMES
from p4lab.core.names import Scope
from p4lab.core.options import Options, Signatures
from p4lab.scenario.model import Do, Link, Organisation, Peering, Provider, Scenario, Workload
from p4lab.sim.engine import Engine
from p4lab.stage.houses import Houses
from p4lab.trace import Trace
from p4lab.world import World

OPTIONS = Options(access_latency=0.01, hold_time=3.0, signatures=Signatures.MODELLED)
HOUSES = (Organisation("Y", "X", store=False), Organisation("X", "A", 9, latency=0.1))
CUT, JOIN = SetLink(("X", "A"), up=False), SetLink(("A", "X"), up=True)


def town(*do: tuple[float, Command], houses: tuple[Organisation, ...] = HOUSES, **more: Any) -> Scenario:
    providers = (Provider("A", lookup_delay=0.0), Provider("B", lookup_delay=0.0))
    return Scenario(
        "t", 30.0, options=OPTIONS, link=Link(latency=0.25), provider=providers, organisation=houses,
        do=tuple(Do(at, command) for at, command in do), **{"peering": (Peering(among="all"),), **more},
    )  # fmt: skip


def run(*do: tuple[float, Command], **more: Any) -> Trace:
    trace, scenario = Trace(), town(*do, **more)
    Engine(scenario, trace).run(scenario.duration)
    return trace


def answers(trace: Trace) -> list[str]:
    """Of each operation, in order of its answer: who asked, what, and from where."""
    return [
        f"{event.node} {event.outcome} {getattr(event, 'source', '')} {''.join(getattr(event, 'values', ()))}".strip()
        for event in trace.slice(0, len(trace)).records
        if isinstance(event, PutFinished | GetFinished)
    ]


def plain(event: Event) -> Event:
    """Without what the stream adds."""
    return msgspec.structs.replace(event, t=0.0, id=0, cause=0)


def put(by: str, key: str = "k", value: str = "v", **more: Any) -> Put:
    return Put(by, value, key, **more)


def get(by: str, key: str = "k", owner: str = "X", **more: Any) -> Get:
    return Get(by, key, owner=owner, **more)


def test_nearer_ones_come_first_and_all_are_told() -> None:
    houses = Houses(town())
    assert (houses.index, houses.total) == ({"A": 0, "B": 1, "X": 4, "Y": 5}, 8)
    assert [houses.customers(node) for node in (0, 1, 4, 5)] == [2, 3, 6, 7]
    assert houses.sides([0, 1], {}) == [0, 1, 0, 1, 0, 0, 0, 0]
    assert houses.sides([0, 1], {4: 7}) == [0, 1, 0, 1, 7, 7, 7, 7]
    records = run().slice(0, 9).records
    assert [plain(event) for event in records if not isinstance(event, Joined)][:6] == [
        Housed(node=4, name="X", at=0, customers=9, store=True, latency=0.1),
        Housed(node=5, name="Y", at=4, customers=20, store=False, latency=0.01),
        *(Attached(node=node, provider=of) for node, of in ((2, 0), (3, 1), (6, 4), (7, 5))),
    ]  # fmt: skip


def test_a_request_goes_from_hand_to_hand() -> None:
    trace = run((1.0, put("Y")))
    rows = trace.rows()
    assert [
        (round(float(t), 3), CODE_NAMES[code], src, dst)
        for t, code, src, dst in zip(*(rows[name].tolist() for name in ("t", "code", "src", "dst")), strict=True)
    ] == [
        (1.0, "PUT", 7, 5), (1.01, "PUT", 5, 4), (1.02, "PUT", 4, 0),
        (1.12, "ANSWER", 0, 4), (1.22, "ANSWER", 4, 5), (1.23, "ANSWER", 5, 7),
    ]  # fmt: skip
    assert answers(trace) == ["5 OK"]


def test_cut_off_it_reads_and_puts_and_tells_when_it_is_back() -> None:
    trace = run(
        (1.0, put("X")), (2.0, CUT), (3.0, get("Y")), (3.1, put("Y", value="w", identity="X")),
        (3.2, get("X", "other")), (4.0, get("B")), (5.0, JOIN), (6.0, get("B", min_version=2)), (7.0, JOIN),
    )  # fmt: skip
    assert answers(trace) == [
        "4 OK", "5 OK local v", "5 OK_LOCAL", "4 E_AGAIN", "1 OK remote v", "1 OK remote w",
    ]  # fmt: skip
    noted = [event.text for event in trace.slice(0, len(trace)).records if isinstance(event, Noted)]
    assert noted == ["link A and X: it is up already"]


def test_what_is_under_way_when_it_is_cut_is_kept_and_told_again() -> None:
    trace = run((1.0, put("X")), (1.05, CUT), (2.0, get("B")), (3.0, JOIN), (4.0, get("B")))
    assert answers(trace) == ["4 OK_LOCAL", "1 NOT_FOUND", "1 OK remote v"]
    (lost,) = [event for event in trace.slice(0, len(trace)).records if isinstance(event, Lost)]
    assert (lost.src, lost.dst, lost.why) == (4, 0, "link")


def test_what_never_leaves_crosses_no_link_to_the_provider() -> None:
    trace = run((1.0, put("Y", scope=Scope.ORGANISATION, identity="X")), (2.0, get("X")), (3.0, get("B")))
    assert answers(trace) == ["5 OK", "4 OK local v", "1 NOT_FOUND"]
    rows = trace.rows()
    assert not ((rows["src"] == 4) & (rows["dst"] == 0)).any()


def test_after_a_crash_its_own_data_is_back() -> None:
    trace = run(
        (1.0, put("X")), (2.0, Crash("X")), (3.0, get("B")), (4.0, Restart("X")), (5.0, get("Y")),
        (6.0, put("Y", "p", identity="X")),
    )  # fmt: skip
    assert answers(trace)[-3:] == ["1 OK remote v", "5 OK local v", "5 OK"]
    (back,) = [event for event in trace.slice(0, len(trace)).records if isinstance(event, Restarted)]
    assert (back.node, back.copies) == (4, 1)


@pytest.mark.parametrize(("groups", "cut"), [((("A", "B"), ("X",)), True), ((("A",), ("B",)), False)])
def test_in_a_partition_it_is_where_it_is_named_or_else_with_its_provider(groups: Any, cut: bool) -> None:
    trace = run(
        (1.0, put("A", identity="X")), (2.0, Partition(groups)), (6.0, get("Y")), (9.0, Heal()), (10.0, get("Y"))
    )
    assert answers(trace) == ["0 OK", "5 E_AGAIN" if cut else "5 OK remote v", "5 OK remote v"][: 2 + cut] + (
        [] if cut else ["5 OK cached v"]
    )
    world = World()
    world.step(trace.slice(0, len(trace)))
    x, y = world.houses.rows
    assert [world.cut_off(x, t) for t in (1.5, 6.0, 9.5)] == ["", "partition" if cut else "", ""]
    assert world.cut_off(y, 6.0) == ""


def test_an_identity_moves_in_and_out() -> None:
    trace = run(
        (1.0, put("A", identity="Ann")), (2.0, Move("Ann", "X")), (5.0, CUT), (6.0, get("X", owner="Ann")), (7.0, JOIN),
        (8.0, Move("Ann", "B")), (12.0, get("X", owner="Ann")),
    )  # fmt: skip
    assert [line for line in answers(trace) if "v" in line] == ["4 OK local v", "4 OK remote v"]
    moved = [event for event in trace.slice(0, len(trace)).records if isinstance(event, Moved)]
    assert [(event.src, event.dst) for event in moved] == [(0, 4), (4, 1)]


def test_a_put_that_is_told_too_late_is_refused_aloud() -> None:
    trace = run(
        (1.0, CUT), (2.0, put("X", value="old", seq=1)), (3.0, put("B", value="new", identity="X", seq=5)),
        (4.0, put("A", value="newer", identity="X", seq=6)), (5.0, JOIN), (6.0, get("X")),
    )  # fmt: skip
    assert answers(trace)[-1] == "4 OK remote newer"
    refused = [event for event in trace.slice(0, len(trace)).records if isinstance(event, Rejected)]
    assert [(event.node, event.src, event.code) for event in refused] == [(0, 4, "E_SEQ_OLD")]


def test_an_organisation_that_asks_nothing_changes_no_other_draw() -> None:
    work = (Workload("news", 5, owners=("A",), readers=("B",), ttl=2.0, gets_per_second=3.0, updates_per_second=0.2),)
    uneven = (Peering(among="all", jitter=0.05, loss=0.1),)
    with_, without = (run(workload=work, houses=houses, peering=uneven) for houses in (HOUSES, ()))
    assert answers(with_) == answers(without) and len(answers(with_)) > 50


def test_a_workload_is_put_and_read_by_organisations() -> None:
    work = (Workload("news", 2, owners=("X",), readers=("Y", "B"), ttl=2.0, gets_per_second=3.0),)
    trace = run(workload=work)
    told = answers(trace)
    assert {line.split()[0] for line in told} == {"4", "5", "1"}
    assert {" ".join(line.split()[:3]) for line in told if line.startswith("5")} == {"5 OK local"}
    assert (trace.rows()["code"] >= ACCESS).any()
