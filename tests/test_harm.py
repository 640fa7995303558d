"""Who is harmed by what: a whole run for each misbehaviour, and the fold's own rules on streams made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from p4lab.core.commands import Misbehave
from p4lab.core.events import Misbehaving, Rejected
from p4lab.core.names import Kind, Regime
from p4lab.core.options import Attach, Options, Signatures
from p4lab.metrics import Metrics
from p4lab.scenario.model import Do, Link, Peering, Provider, Scenario, Workload
from p4lab.session.simulated import Simulated
from tests.streams import Run

PART = {
    "gets": 0, "stale": 0, "missed": 0, "wrong": 0, "refused": 0, "harmed": 0,
    "shares": dict.fromkeys(("stale", "missed", "wrong", "refused", "harmed")), "puts": 0, "puts_refused": 0,
}  # fmt: skip
BILL = {"gets": 0, "reported": 0.0, "observed": 0, "unreported": 0.0, "unreported_observable": 0.0}
NO_HARM = {"liars": {}, "own": PART, "others": PART, "caught": {}, "reports": {"all": BILL}}
FROM, UNTIL = 10.0, 40.0  # when Birch lies
GB, K, KV = Regime.GET_BROADCAST, Regime.KEY, Regime.VALUE
AUTH, UNAUTH = Kind.AUTHENTICATED, Kind.UNAUTHENTICATED


def lied(regime: Regime, kind: Kind = AUTH, ttl: float = 0.0, **switches: Any) -> dict[str, Any]:
    """The harm of a run in which Birch misbehaves; links take no time, so that an honest run is never stale."""
    workload = Workload("news", keys=12, regime=regime, kind=kind, ttl=ttl, gets_per_second=4.0, updates_per_second=0.1)
    scenario = Scenario(
        "Liars", UNTIL, options=Options(signatures=Signatures.MODELLED), link=Link(latency=0.0),
        provider=(*(Provider(name, lookup_delay=0.0) for name in ("Aster", "Birch", "Cedar")),
                  Provider("Dill", lookup_delay=0.0, parent="Birch", attach=Attach.LOCAL)),
        peering=(Peering(among="all"),), workload=(workload,), do=(Do(FROM, Misbehave("Birch", **switches)),),
    )  # fmt: skip
    session = Simulated(scenario)
    while session.advance(UNTIL) < UNTIL:
        pass
    metrics = Metrics("Liars", scenario.seed)
    metrics.step(session.trace[:])
    assert {**metrics.report(FROM - 0.001)["harm"], "liars": {}} == NO_HARM
    report: dict[str, Any] = metrics.report(UNTIL)["harm"]
    assert report["liars"] == {"Birch": list(switches)}
    return report


@pytest.mark.parametrize(
    ("how", "harm", "caught"),
    [
        ({"regime": GB, "under_report": True}, set(), set()),
        ({"regime": GB, "refuse_external_gets": True}, {"others missed"}, {"E_REFUSED"}),
        ({"regime": KV, "drop_external_puts": True}, {"own stale", "others stale"}, set()),
        ({"regime": GB, "no_forward": True}, {"others missed"}, set()),
        ({"regime": KV, "no_forward": True}, {"others stale"}, set()),
        ({"regime": GB, "corrupt_value": True}, {"others missed"}, {"E_BAD_SIG"}),
        ({"regime": KV, "corrupt_value": True}, {"others stale"}, {"E_BAD_SIG"}),
        ({"regime": GB, "kind": UNAUTH, "corrupt_value": True}, {"others wrong", "others stale"}, set()),
        ({"regime": GB, "stretch_ttl": True}, set(), set()),
        ({"regime": KV, "replay_old": True}, {"own stale", "others stale"}, set()),
        ({"regime": GB, "replay_old": True}, {"own stale", "others stale"}, set()),
        ({"regime": GB, "refuse_own_customers": True}, {"own refused"}, set()),
    ],
)
def test_whom_it_harms_and_what_is_caught(how: dict[str, Any], harm: set[str], caught: set[str]) -> None:
    report = lied(**how)
    sides = {side: report[side] for side in ("own", "others")}
    found = {
        f"{side} {kind}"
        for side, part in sides.items()
        for kind in ("stale", "missed", "wrong", "refused")
        if part[kind]
    }
    assert (found, set(report["caught"])) == (harm, caught)
    assert all(part["gets"] > 100 for part in sides.values())


def test_a_stretched_ttl_harms_its_own_most_and_is_noticed() -> None:
    report = lied(GB, ttl=1.0, stretch_ttl=20)
    own, others = (report[side]["shares"]["stale"] for side in ("own", "others"))
    assert own > 2 * others > 0
    assert set(report["caught"]) == {"E_TTL"}


def test_refused_customers_put_nothing() -> None:
    own, others = (lied(KV, refuse_own_customers=True)[side] for side in ("own", "others"))
    assert (own["refused"], own["puts_refused"]) == (own["gets"], own["puts"])
    assert own["shares"]["harmed"] == 1.0
    assert (others["harmed"], others["puts_refused"], others["puts"] > 0) == (0, 0, True)


def test_only_reads_that_an_owner_answered_itself_can_be_missed_in_a_bill() -> None:
    """P12: get-broadcast with little caching. Of what is cached or replicated the owner sees nothing."""
    fresh, cached, replicas = (lied(regime, ttl=ttl, under_report=0.5)["reports"] for regime, ttl in (
        (GB, 0.0), (GB, 25.0), (KV, 0.0),
    ))  # fmt: skip
    for bills, regime in ((fresh, GB), (cached, GB), (replicas, KV)):
        bill = bills["all"]
        assert bills == {"all": bill, regime.value: bill}
        assert bill["gets"] > 50
        assert (bill["reported"], bill["unreported"]) == (bill["gets"] * 0.5, bill["gets"] * 0.5)
    assert fresh["all"]["unreported_observable"] > 0.4 * fresh["all"]["unreported"]  # the rest is its own child's
    assert (cached["all"]["observed"] > 0, cached["all"]["unreported_observable"]) == (True, 0.0)
    assert (replicas["all"]["observed"], replicas["all"]["unreported_observable"]) == (0, 0.0)


# The fold's own rules


def harm(run: Run, t: float | None = None) -> dict[str, Any]:
    metrics = Metrics("Streams", 1)
    metrics.step(run.trace[:])
    found: dict[str, Any] = metrics.report(t)["harm"]
    return found


def kinds(part: dict[str, Any]) -> dict[str, int]:
    return {kind: part[kind] for kind in ("gets", "stale", "missed", "wrong", "refused", "harmed") if part[kind]}


def test_a_run_without_liars_has_zeros() -> None:
    run = Run()
    run.put(1.0, 0, "news/1", 1)
    run.finish(2.0, run.get(2.0, 1, "news/1"), outcome="NOT_FOUND")
    run.trace.emit(Rejected(node=0, op=1, nid=b"n", src=1, code="E_BAD_SIG"), 2.0, 0)
    assert harm(run) == NO_HARM


def test_it_counts_while_somebody_misbehaves_and_whoever_that_is_has_the_own_customers() -> None:
    run = Run(3)
    run.put(1.0, 0, "news/1", 1)
    for t in (2.0, 4.0, 6.0, 8.0):
        for node in (0, 1):
            run.finish(t, run.get(t, node, "news/1"), outcome="PARTIAL")
        match t:
            case 2.0:
                run.trace.emit(Misbehaving(node=1, switches=("no_forward",)), 3.0, 0)
            case 4.0:
                run.trace.emit(Misbehaving(node=2, switches=("replay_old",)), 5.0, 0)
                run.trace.emit(Misbehaving(node=1), 5.0, 0)
            case 6.0:
                run.trace.emit(Misbehaving(node=2), 7.0, 0)
                run.trace.emit(Rejected(node=0, op=1, nid=b"n", src=1, code="E_LEAK"), 7.5, 0)  # said while it lied
                run.trace.emit(Rejected(node=0, op=1, nid=b"n", src=0, code="E_LEAK"), 7.5, 0)
    assert [kinds(harm(run)[side]) for side in ("own", "others")] == [
        {"gets": 1, "missed": 1, "harmed": 1}, {"gets": 3, "missed": 3, "harmed": 3},
    ]  # fmt: skip
    assert harm(run)["liars"] == {"Birch": ["no_forward"], "Cedar": ["replay_old"]}
    assert [harm(run)["caught"], harm(run, 7.2)["caught"]] == [{"E_LEAK": 1}, {}]
    early = harm(run, 4.5)
    assert (early["liars"], kinds(early["others"])) == (
        {"Birch": ["no_forward"]},
        {"gets": 1, "missed": 1, "harmed": 1},
    )


def test_what_is_missed_and_what_is_wrong() -> None:
    run = Run(2)
    run.trace.emit(Misbehaving(node=1, switches=("corrupt_value",)), 0.5, 0)
    run.put(1.0, 0, "wall", kind="unauthenticated", entry="x", until=6.0)

    def read(t: float, *entries: str) -> None:
        get = run.get(t, 0, "wall", kind="unauthenticated")
        if entries:
            run.finish(t, get, "remote", entries=entries)
        else:
            run.finish(t, get, outcome="NOT_FOUND")

    read(0.9)  # nothing was there
    read(2.0, "x")
    read(3.0, "y")  # nobody put that, and x is missing
    read(4.0)
    read(7.0)  # its lease is over
    assert kinds(harm(run)["others"]) == {"gets": 5, "stale": 1, "missed": 1, "wrong": 1, "harmed": 2}
