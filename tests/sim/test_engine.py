"""The simulator: causes, order, delays, determinism, and commands that come before all else at their time."""

from p4lab.core.commands import Get, Note, Put
from p4lab.core.events import GetFinished, GetStarted, Noted, PutFinished, Sent
from p4lab.core.messages import CODE_NAMES
from p4lab.core.names import Kind
from p4lab.core.options import Options
from p4lab.scenario.model import Do, Link, Peering, Provider, Scenario, Workload
from p4lab.sim.engine import Engine
from p4lab.trace import Tally, Trace


def scenario(*do: Do, duration: float = 10.0, workload: tuple[Workload, ...] = (), **link: float) -> Scenario:
    return Scenario(
        "t",
        duration,
        seed=5,
        options=Options(access_latency=0.001),
        link=Link(latency=0.04, **link),
        provider=tuple(map(Provider, "ABC")),
        peering=(Peering(among="all"),),
        workload=workload,
        do=do,
    )


def told(plan: Scenario) -> list[tuple[float, int, int, str]]:
    """(time, id, cause, words) of everything after the set-up."""
    trace = Trace()
    Engine(plan, trace).run(plan.duration)
    lines = []
    for event in trace.slice(0, len(trace)):
        words = type(event).__name__
        if isinstance(event, Sent):
            words = f"{CODE_NAMES[event.code]} {event.src}>{event.dst}"
        lines.append((round(event.t, 6), event.id, event.cause, words))
    return lines[8:]  # three Joined, three Attached, two Peered


def test_a_put_and_a_remote_get_step_by_step() -> None:
    plan = scenario(Do(1.0, Put("A", "v", "k")), Do(2.0, Get("B", "k", owner="A")))
    assert told(plan) == [
        (1.0, 9, 0, "PutStarted"),
        (1.0, 10, 9, "PUT 3>0"),
        (1.001, 11, 10, "Stored"),
        (1.001, 12, 11, "ANSWER 0>3"),
        (1.002, 13, 12, "PutFinished"),
        (2.0, 14, 0, "GetStarted"),
        (2.0, 15, 14, "GET 4>1"),
        (2.003, 16, 15, "GETQ 1>0"),  # after the own lookup
        (2.003, 17, 15, "GETQ 1>2"),
        (2.045, 18, 16, "GETR 0>1"),  # after the peer's lookup
        (2.045, 19, 17, "GETR 2>1"),
        (2.085, 20, 18, "Stored"),
        (2.085, 21, 18, "ANSWER 1>4"),
        (2.086, 22, 21, "GetFinished"),
    ]


def test_a_silent_peer_is_waited_for_until_the_timeout() -> None:
    plan = scenario(Do(1.0, Get("B", "k", owner="A")), loss=0.999999)
    trace = Trace()
    Engine(plan, trace).run(plan.duration)
    finished = [event for event in trace.slice(0, len(trace)) if isinstance(event, GetFinished)]
    assert [(round(e.t, 6), e.outcome, e.silent) for e in finished] == [(3.004, "TIMEOUT", (0, 2))]


def test_commands_come_first_at_their_time_and_in_order() -> None:
    workload = (Workload("w", 1, ("A",), (), start=1.0, updates_per_second=0.0),)
    plan = scenario(Do(1.0, Note("first")), Do(1.0, Put("A", "v", "k")), Do(1.0, Note("last")), workload=workload)
    assert [words for t, _, _, words in told(plan) if t == 1.0] == [
        "Noted", "PutStarted", "PUT 3>0", "Noted", "PutStarted", "PUT 3>0",
    ]  # fmt: skip


def test_a_get_of_a_workloads_key_asks_for_its_owners() -> None:
    workload = (Workload("w", 2, ("A", "C"), (), updates_per_second=0.0),)
    plan = scenario(Do(1.0, Get("B", "w/2")), Do(2.0, Get("B", "w/3")), Do(3.0, Get("B", "other")), workload=workload)
    trace = Trace()
    Engine(plan, trace).run(plan.duration)
    assert [(e.key, e.owner) for e in trace.slice(0, len(trace)) if isinstance(e, GetStarted)] == [
        ("w/2", "C"), ("w/3", "B"), ("other", "B"),
    ]  # fmt: skip


def test_any_pieces_give_the_same_run() -> None:
    workload = (Workload("w", 3, ttl=1.0, gets_per_second=5.0, updates_per_second=0.5),)
    plan = scenario(Do(2.5, Note("half")), duration=5.0, workload=workload, jitter=0.01, loss=0.05)
    whole, pieces = Trace(), Trace()
    Engine(plan, whole).run(plan.duration)
    engine, known = Engine(plan, pieces), -1.0
    while known < plan.duration:
        known = engine.run(min(known + 0.37, plan.duration), most=7)
    assert len(whole) > 300
    assert pieces.digest() == whole.digest()


def test_a_run_stops_only_between_times() -> None:
    """What is said to be known gets no further events: also where much happens at one time."""
    plan = scenario(workload=(Workload("w", 20, ("A",), (), updates_per_second=0.0),))
    trace = Trace()
    engine = Engine(plan, trace)
    assert engine.run(10.0, most=3) == 0.0
    assert sum(isinstance(event, Sent) and event.code == 20 for event in trace.slice(0, len(trace))) == 20


def test_a_tally_counts_what_a_trace_keeps() -> None:
    workload = (Workload("w", 3, kind=Kind.UNAUTHENTICATED, ttl=1.0, gets_per_second=5.0, updates_per_second=0.5),)
    plan = scenario(duration=5.0, workload=workload)
    trace, tally = Trace(), Tally()
    Engine(plan, trace).run(plan.duration)
    Engine(plan, tally).run(plan.duration)
    assert (tally.messages, len(tally)) == (trace.messages, len(trace))


def test_notes_and_refused_puts_are_events_too() -> None:
    plan = scenario(Do(1.0, Note("watch")), Do(2.0, Put("A", "v" * 2000, "k")))
    trace = Trace()
    Engine(plan, trace).run(plan.duration)
    events = list(trace.slice(0, len(trace)))
    assert [e.text for e in events if isinstance(e, Noted)] == ["watch"]
    assert [(e.outcome, round(e.latency, 6)) for e in events if isinstance(e, PutFinished)] == [("E_TOO_BIG", 0.002)]
