"""A model of what was observed: who, how far apart, what was asked and what went wrong; it says so, and it runs."""

from __future__ import annotations

import numpy as np

from p4lab.core.commands import Crash, Get, Leave, Peer, Put, Restart, Unpeer
from p4lab.core.events import (
    Attached,
    Crashed,
    Event,
    GetFinished,
    GetStarted,
    Gone,
    Joined,
    Peered,
    PutStarted,
    Restarted,
    Stored,
    Unpeered,
)
from p4lab.core.messages import GETQ
from p4lab.core.names import Kind, Regime, digest
from p4lab.scenario.model import Do, Peering, Provider
from p4lab.scenario.read import parse
from p4lab.scenario.write import dumps
from p4lab.session.observed import observed
from p4lab.session.simulated import Simulated
from p4lab.trace import Trace

T0 = 100.0  # the watching began when the host had run for so long
START = {"kind": "authenticated", "workload": "by hand"}
PUT = {**START, "key": "k", "owner": "me", "regime": "get-broadcast", "ttl": 9.0}


def watched() -> Trace:
    """Ann and Ben peer, Cleo comes later; two of them call themselves "me"."""
    trace = Trace()
    told: list[tuple[float, Event]] = [
        (0.0, Joined(node=0, name="Ann", customers=1)),
        (0.0, Attached(node=32_768, provider=0)),
        (0.0, Joined(node=1, name="Ben", customers=3)),
        (0.5, Peered(node=0, peers=(1,), latency=(0.5,))),
        (1.0, PutStarted(node=0, op=1, nid=b"1", value="a", **PUT)),
        (2.0, PutStarted(node=1, op=2, nid=b"2", value="b", **PUT)),
        (3.0, GetStarted(node=1, op=3, nid=b"1", key="k", owner="me", **START)),
        (3.5, GetStarted(node=1, op=4, nid=b"4", kind="immutable", key="zz", owner="", workload="by hand")),
        (4.0, Joined(node=5, name="Cleo", customers=1)),
        (4.0, Peered(node=5, peers=(0,), latency=(0.25,))),
        (5.0, Crashed(node=1)),
        (6.0, Restarted(node=1)),
        (7.0, Unpeered(node=5, peer=0)),
        (9.0, GetStarted(node=0, op=5, nid=b"1", key="k", owner="me", **START)),
    ]  # fmt: skip
    for t, event in told:
        trace.emit(event, T0 + t, 0)
        if t in (1.0, 2.0, 3.0):
            for way, took in ((0, 0.01), (1, 0.03), (0, 0.02)):
                trace.sent(T0 + t, T0 + t + took, 0, 1, 80, way, 1 - way, GETQ, 0, 0)
    return trace


def test_what_was_observed_is_in_the_model_and_nothing_of_later() -> None:
    scenario = observed(watched(), T0 + 8.0, "Form 9b")
    assert scenario.title == "Form 9b, as observed"
    assert scenario.about.startswith("A model, made from watching Form 9b for 8 s: ")
    assert scenario.about.endswith(" 1 command did not fit into it.")  # a key that is no hash
    assert scenario.duration == 18.0
    assert scenario.link.latency == 0.02
    assert scenario.provider == tuple(
        Provider(name, customers, lookup_delay=0.0) for name, customers in (("Ann", 1), ("Ben", 3), ("Cleo", 1))
    )
    assert scenario.peering == (Peering(between=("Ann", "Ben")),)
    put, regime, ttl = Kind.AUTHENTICATED, Regime.GET_BROADCAST, 9.0
    assert scenario.do == (
        Do(1.0, Put("Ann", "a", "k", put, regime, ttl, identity="me")),
        Do(2.0, Put("Ben", "b", "k", put, regime, ttl, identity="me 2")),
        Do(3.0, Get("Ben", "k", kind=put, owner="me")),
        Do(4.0, Peer(("Cleo", "Ann"), latency=0.25)),
        Do(5.0, Crash("Ben")),
        Do(6.0, Restart("Ben")),
        Do(7.0, Unpeer(("Cleo", "Ann"))),
    )


def test_the_model_is_a_file_that_is_read_again_and_it_runs() -> None:
    scenario = observed(watched(), T0 + 8.0, "Form 9b")
    assert parse(dumps(scenario)) == scenario
    session = Simulated(scenario)
    while session.advance(18.0) < 18.0:
        pass
    answers = [event for event in session.trace[:] if isinstance(event, GetFinished)]
    assert [(event.node, event.outcome, event.values) for event in answers] == [(1, "OK", ("a",))]
    assert np.isclose(answers[0].latency, 0.04)  # there and back over the measured link


def test_who_left_is_away_in_the_model_until_it_is_back_and_for_good_if_it_never_was() -> None:
    trace = Trace()
    told: list[tuple[float, Event]] = [
        (0.0, Joined(node=0, name="Ann")), (0.0, Joined(node=1, name="Ben")), (1.0, Gone(node=1, kept=True)),
        (2.0, Restarted(node=1)), (3.0, Gone(node=1, kept=True)),
    ]  # fmt: skip
    for t, event in told:
        trace.emit(event, t, 0)
    left = observed(trace, 4.0, "c").do
    assert left == (Do(1.0, Crash("Ben")), Do(2.0, Restart("Ben")), Do(3.0, Leave("Ben")))
    assert observed(trace, 1.5, "c").do == (Do(1.0, Leave("Ben")),)


def test_nothing_observed_is_a_model_of_nothing() -> None:
    scenario = observed(Trace(), 0.0, " ")
    assert (scenario.title, scenario.provider, scenario.do) == ("A class, as observed", (), ())
    assert parse(dumps(scenario)) == scenario


def test_a_class_of_strangers_is_named_as_a_scenario_can() -> None:
    trace = Trace()
    for node, name in enumerate(("Ann", "Ann", " x", "", "a\tb")):
        trace.emit(Joined(node=node, name=name), 1.0, 0)
    assert [row.name for row in observed(trace, 1.0, "c").provider] == ["Ann", "Seat 1", "x", "Seat 3", "Seat 4"]


def test_more_than_a_scenario_may_hold_is_left_out_and_said() -> None:
    trace = Trace()
    trace.emit(Joined(node=0, name="Ann"), 0.0, 0)
    for number in range(9_100):
        trace.emit(GetStarted(node=0, op=number + 1, nid=b"1", key="k", owner="me", **START), 1.0, 0)
    scenario = observed(trace, 2.0, "c")
    assert len(scenario.do) == 9_000
    assert scenario.about.endswith(" 100 commands did not fit into it.")


def test_what_was_stored_before_is_put_at_the_start_and_what_cannot_be_is_said() -> None:
    signed = {"seq": 3, "regime": "get-broadcast"}

    def spelt(kind: str, key: str, owner: str = "Ann", value: str = "") -> dict[str, tuple[str, ...]]:
        return {"spelt": (kind, key, owner, value)}

    value = digest(b"fixed").hex()
    trace = Trace()
    told: list[tuple[float, Event]] = [
        (0.0, Joined(node=0, name="Lee")), (0.0, Joined(node=1, name="Ben")),
        (2.0, Stored(node=0, op=7, nid=b"1", store="L", **signed, **spelt("authenticated", "k1", value="old"))),
        (2.0, Stored(node=1, op=7, nid=b"1", store="R", **signed, **spelt("authenticated", "k1"))),
        (2.0, Stored(node=1, op=8, nid=b"2", store="R", **signed, **spelt("authenticated", "k2"))),
        (2.0, Stored(node=0, op=9, nid=b"3", store="L", seq=1, until=T0 + 12.0)),
        (2.0, Stored(node=1, op=10, nid=b"4", store="L", **spelt("immutable", value, "", "fixed"))),
        (2.0, Stored(node=1, op=11, nid=b"5", store="L", **spelt("immutable", value, "", "fix…"))),
        (2.0, Stored(node=1, op=12, nid=b"6", store="L", seq=2, deleted=True)),
        (3.0, PutStarted(node=0, op=13, nid=b"1", value="new", seq=4, **{**PUT, "key": "k1", "owner": "Ann"})),
        (3.1, Stored(node=0, op=13, nid=b"1", store="L", seq=4)),
        (4.0, GetStarted(node=1, op=14, nid=b"1", key="k1", owner="Ann", **START)),
        (5.0, Stored(node=0, op=15, nid=b"1", store="L", seq=6, **spelt("authenticated", "k1", value="newer"))),
    ]  # fmt: skip
    for t, event in told:
        trace.emit(event, T0 + t, 0)
    scenario = observed(trace, T0 + 6.0, "Form 9b")
    assert scenario.about.endswith(
        " 2 names are left out: only copies were seen, and whoever has put them was not here."
    )
    kind, regime = Kind.AUTHENTICATED, Regime.GET_BROADCAST
    assert scenario.do == (
        Do(0.0, Put("Lee", "old", "k1", identity="Ann", seq=3)),
        Do(0.0, Put("Lee", "(not known)", b"3".hex(), lease=10.0, identity="Lee", seq=1)),
        Do(0.0, Put("Ben", "fixed", None, Kind.IMMUTABLE)),
        Do(3.0, Put("Lee", "new", "k1", kind, regime, 9.0, identity="Ann")),
        Do(4.0, Get("Ben", "k1", kind=kind, owner="Ann")),
        Do(5.0, Put("Lee", "newer", "k1", identity="Ann", seq=6)),
    )
    assert parse(dumps(scenario)) == scenario
    session = Simulated(scenario)
    while session.advance(16.0) < 16.0:
        pass
    answers = [event for event in session.trace[:] if isinstance(event, GetFinished)]
    assert [(event.node, event.outcome, event.values) for event in answers] == [(1, "NOT_FOUND", ())]  # no peering
