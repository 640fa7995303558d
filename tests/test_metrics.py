"""Metrics against a second, naive count of the same events, and on any slicing, time and group."""

from __future__ import annotations

import ast
import csv
import inspect
import json
import math
import textwrap
import tracemalloc
from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from p4lab.core import messages
from p4lab.core.events import (
    Adopted,
    Event,
    GetFinished,
    GetStarted,
    Gone,
    Joined,
    Lost,
    Peered,
    PutFinished,
    PutStarted,
    Restarted,
    Sent,
    Stored,
    Unpeered,
)
from p4lab.core.history import REGIME_WORDS, History
from p4lab.metrics import KLASSES, Metrics, save_tables
from p4lab.metrics.coherence import Coherence
from p4lab.metrics.harm import Harm
from p4lab.metrics.messages import CHUNK, CORRUPT, DUPLICATE
from p4lab.metrics.moves import Moves
from p4lab.metrics.report import latency, quantile
from p4lab.scenario.read import parse
from p4lab.session.simulated import Simulated
from p4lab.trace import Trace
from tests.session.runs import TEXT
from tests.streams import Run, cut, news, runs

NO_HARM = Harm({}).report(0.0)  # spelt out in test_harm.py
NO_FOREST = dict.fromkeys(("CREQ", "CRESP", "HELLO", "BYE", "SYNC_D", "SYNC_I"), 0)
UNDEFINED = {"mean": None, "p50": None, "p95": None, "p99": None, "max": None}
FRESHNESS = ("share", "mean_lag", "mean_age", "lag_at_least_2")


def fold(trace: Trace) -> Metrics:
    metrics = Metrics("Test", 7)
    metrics.step(trace.slice(0, len(trace)))
    return metrics


# The whole report of a small run, worked by hand


def test_a_small_run_by_hand() -> None:
    report = fold(news().trace).report(20.0, "abc")
    groups = {key: report.pop(key) for key in list(report) if key.startswith("by_")}
    assert report.pop("staleness") == pytest.approx(
        {"share": 1 / 3, "mean_lag": 2 / 3, "mean_age": 1.92 / 3, "lag_at_least_2": 1 / 3}
    )
    latency_get = report["latency"].pop("get")
    assert latency_get == pytest.approx({"mean": 0.52, "p50": 0.04, "p95": 1.712, "p99": 1.9424, "max": 2.0})
    assert report == {
        "scenario": "Test", "seed": 7, "time": 20.0, "digest": "abc",
        "gets": {
            "total": 5, "local": 1, "replica": 0, "cached": 1, "joined": 0, "remote": 1, "not_found": 0, "partial": 1,
            "timeout": 0, "error": 0, "unfinished": 1,
        },
        "puts": {"total": 3, "ok": 3, "unfinished": 0, "by_code": {"OK": 3}},
        "latency": {
            "get_remote": dict.fromkeys(UNDEFINED, pytest.approx(0.08)),
            "put": dict.fromkeys(UNDEFINED, 0.0),
        },
        "messages": {"total": 7, "lost": 1, "duplicated": 0, "corrupted": 0,
            "by_kind": {"UPDATE": 0, "GETQ": 4, "GETR": 3, "FETCH": 0, "FETCHR": 0, **NO_FOREST},
        },
        "bytes": {"total": 754,
            "by_kind": {"UPDATE": 0, "GETQ": 448, "GETR": 306, "FETCH": 0, "FETCHR": 0, **NO_FOREST},
        },
        "access": {"messages": 15, "bytes": 1200},
        "coherence": {"holes": 0, "share": 1.0},
        "moves": 0,
        "ghost_reads": 0,
        "harm": NO_HARM,
        "commands": [
            {
                "at": 6.0, "verb": "get", "code": "OK", "source": "local", "latency": 0.0, "seq": 3, "values": ["v3"],
                "lag": 0, "stale": False, "silent": [],
            },
        ],
    }  # fmt: skip
    assert {key: list(group) for key, group in groups.items()} == {
        "by_regime": ["none", "get-broadcast"],
        "by_workload": ["news", "by hand"],
        "by_provider": ["Aster", "Birch", "Cedar"],
        "by_organisation": [],
        "by_kind": ["authenticated"],
    }
    assert [groups["by_provider"][name]["messages"]["total"] for name in ("Aster", "Birch", "Cedar")] == [1, 2, 4]
    assert groups["by_regime"]["none"]["gets"]["unfinished"] == 1
    assert groups["by_workload"]["by hand"]["messages"]["total"] == 0


def test_nothing_is_undefined_rather_than_nan() -> None:
    report = Metrics("Empty", 1).report()
    assert report["staleness"] == dict.fromkeys(FRESHNESS)
    assert report["latency"] == dict.fromkeys(("get", "get_remote", "put"), UNDEFINED)
    assert (report["coherence"], report["commands"], report["time"]) == ({"holes": 0, "share": None}, [], 0.0)
    json.dumps(report, allow_nan=False)


def test_a_command_by_hand_before_and_after_its_answer() -> None:
    run = Run(2)
    run.put(1.0, 0, "news/1", 1, workload="by hand")
    get = run.get(2.0, 1, "news/1", workload="by hand")
    run.finish(2.5, get, outcome="PARTIAL", silent=(0, 9))
    run.refused(3.0, 0, "news/1", "E_SEQ_OLD", workload="by hand")
    wall = run.get(4.0, 1, "wall", kind="unauthenticated", workload="by hand")
    run.finish(4.0, wall, "local", entries=("x",), stale=True)
    metrics = fold(run.trace)
    put = {
        "at": 1.0,
        "verb": "put",
        "code": "OK",
        "source": None,
        "latency": 0.0,
        "seq": 1,
        "values": None,
        "lag": None,
        "stale": None,
        "silent": None,
    }
    missed = {
        "at": 2.0, "verb": "get", "code": "PARTIAL", "source": None, "latency": 0.5, "seq": None, "values": [],
        "lag": None, "stale": False, "silent": ["Aster", "9"],
    }  # fmt: skip
    asked = {**missed, "code": None, "latency": None, "values": None, "stale": None, "silent": None}
    refused = {**put, "at": 3.0, "code": "E_SEQ_OLD", "seq": None}
    read = {**missed, "at": 4.0, "code": "OK", "source": "local", "latency": 0.0, "values": ["x"], "lag": 0}
    read |= {"stale": True, "silent": []}
    assert metrics.report(2.0)["commands"] == [put, asked]
    assert metrics.report()["commands"] == [put, missed, refused, read]


# A naive count of everything


def naive(events: list[Event], now: float) -> dict[str, Any]:
    """The report from the bare list of events, the slow way."""
    history, past = History(), [event for event in events if event.t <= now]
    starts: dict[int, Any] = {}
    ends: dict[int, Any] = {}
    tags: dict[int, dict[str, str]] = {}
    lags: dict[int, tuple[int, float]] = {}
    names = {event.node: event.name for event in past if isinstance(event, Joined)}
    for event in past:
        history.step(event)
        if isinstance(event, GetStarted | PutStarted):
            starts[event.op] = event
            word = event.regime if isinstance(event, PutStarted) else REGIME_WORDS[history.regime(event.nid, event.t)]
            tags[event.op] = {
                "by_regime": word, "by_workload": event.workload, "by_provider": names[event.node],
                "by_kind": event.kind,
            }  # fmt: skip
        elif isinstance(event, GetFinished | PutFinished):
            ends[event.op] = event
            if isinstance(event, GetFinished) and event.source:
                lags[event.op] = history.judge(event.nid, event.seq, event.digest, event.entries, event.t)
    rows = [event for event in past if isinstance(event, Sent) and event.code < messages.ACCESS]
    gone = {event.message for event in past if isinstance(event, Lost)}

    def part(ops: set[int], crossed: list[Sent]) -> dict[str, Any]:
        mine = [event for event in crossed if not event.duplicate]
        gets = [op for op in ops if isinstance(starts[op], GetStarted)]
        puts = [op for op in ops if isinstance(starts[op], PutStarted)]
        klasses = Counter(klass(ends[op]) if op in ends else "unfinished" for op in gets)
        codes = Counter(ends[op].outcome for op in puts if op in ends)
        read = [lags[op] for op in gets if op in lags]
        words = ("UPDATE", "GETQ", "GETR", "FETCH", "FETCHR", *NO_FOREST)
        kinds = [messages.CODE_NAMES[event.code] for event in mine]
        return {
            "gets": {"total": len(gets), **{word: klasses[word] for word in (*KLASSES, "unfinished")}},
            "puts": {
                "total": len(puts), "ok": codes["OK"] + codes["OK_DUPLICATE"],
                "unfinished": len(puts) - codes.total(), "by_code": dict(codes)
            },
            "latency": {
                "get": stats([ends[op].latency for op in gets if op in ends]),
                "get_remote": stats([ends[op].latency for op in gets if op in ends and klass(ends[op]) == "remote"]),
                "put": stats([ends[op].latency for op in puts if op in ends]),
            },
            "staleness": dict.fromkeys(FRESHNESS) if not read else {
                "share": sum(lag > 0 for lag, _ in read) / len(read),
                "mean_lag": sum(lag for lag, _ in read) / len(read),
                "mean_age": sum(age for _, age in read) / len(read),
                "lag_at_least_2": sum(lag >= 2 for lag, _ in read) / len(read),
            },
            "messages": {
                "total": len(mine), "lost": sum(event.lost or event.id in gone for event in mine),
                "duplicated": len(crossed) - len(mine), "corrupted": sum(event.corrupt for event in mine),
                "by_kind": {word: kinds.count(word) for word in words},
            },
            "bytes": {
                "total": sum(event.size for event in mine),
                "by_kind": {
                    word: sum(e.size for e, kind in zip(mine, kinds, strict=True) if kind == word) for word in words
                },
            },
        }  # fmt: skip

    report = part(set(starts), rows)
    for field in ("by_regime", "by_workload", "by_kind"):
        words = {tags[op][field] for op in starts}
        report[field] = {
            word: part(
                {op for op in starts if tags[op][field] == word},
                [event for event in rows if tags.get(event.op, {}).get(field) == word],
            )
            for word in words
        }
    report["by_provider"] = {
        name: part(
            {op for op in starts if starts[op].node == node}, [event for event in rows if event.src == node]
        )
        for node, name in names.items()
    }  # fmt: skip
    pairs: dict[tuple[int, int], bool] = {}
    parents: dict[int, int | None] = {}
    for event in past:
        match event:
            case Peered():
                pairs.update({(event.node, peer): True for peer in event.peers})
            case Unpeered():
                pairs[event.node, event.peer] = False
            case Joined() | Adopted():
                parents[event.node] = event.parent
    edges, size = sum(pairs.values()), sum(parent is None for parent in parents.values())
    holes = size * (size - 1) // 2 - edges
    report["harm"] = NO_HARM
    report["coherence"] = {"holes": holes, "share": (2 * edges + size) / size**2 if size else None}
    return report


def klass(end: GetFinished) -> str:
    if end.outcome == "OK":
        return end.source
    return "error" if end.outcome.startswith("E_") else end.outcome.lower()


def stats(values: list[float]) -> dict[str, float | None]:
    if not values:
        return dict(UNDEFINED)
    p50, p95, p99 = np.percentile(values, (50, 95, 99))
    return {"mean": math.fsum(values) / len(values), "p50": p50, "p95": p95, "p99": p99, "max": max(values)}


def near(a: Any, b: Any) -> bool:
    """Equal, but for the last bits of floats."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(near(a[key], b[key]) for key in a)
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
    return bool(a == b)


@given(runs(), st.floats(0.0, 1.0))
def test_the_report_agrees_with_a_naive_count_at_any_time(run: Run, share: float) -> None:
    now = run.trace.end * share
    report = fold(run.trace).report(now)
    expected = naive(list(run.trace.slice(0, len(run.trace))), now)
    for key, value in expected.items():
        assert near(report[key], value), (key, report[key], value)
    json.dumps(report, allow_nan=False)


def test_a_real_run_frame_by_frame_agrees_with_a_naive_count() -> None:
    """What the window does: advance a little, fold what came, ask at a playhead that lags behind."""
    session = Simulated(parse(TEXT))
    metrics, seen = Metrics("Test", 7), 0
    for frame in range(1, 401):
        session.advance(frame * 0.05)
        metrics.step(session.trace.slice(seen, len(session.trace)))
        seen = len(session.trace)
    events = list(session.trace.slice(0, seen))
    for now in (7.7, 20.0):
        report = metrics.report(now)
        for key, value in naive(events, now).items():
            assert near(report[key], value), key
    gets = {int(row["op"]): (int(row["lag"]), float(row["age"])) for row in metrics.gets() if row["returned"]}
    assert gets == {
        event.op: judged(events, event) for event in events if isinstance(event, GetFinished) and event.source
    }
    assert sum(lag > 0 for lag, _ in gets.values()) > 20


def judged(events: list[Event], get: GetFinished) -> tuple[int, float]:
    """The staleness of one get, from the events before it alone."""
    kind = next(event.kind for event in events if isinstance(event, GetStarted) and event.op == get.op)
    stored = [
        event for event in events[: get.id] if isinstance(event, Stored) and (event.nid, event.store) == (get.nid, "L")
    ]  # fmt: skip
    acked: dict[Any, float] = {}
    for event in stored:
        key = event.entry or (event.seq, event.digest)
        if kind == "authenticated" or event.until is None or event.until > get.t:
            acked.setdefault(key, event.t)
    match kind:
        case "authenticated":
            late = [t for version, t in acked.items() if version > (get.seq, get.digest)]
        case "unauthenticated":
            late = [t for entry, t in acked.items() if entry not in get.entries]
        case _:
            late = []
    return len(late), get.t - min(late) if late else 0.0


@given(st.data(), runs())
def test_any_slicing_gives_the_same_numbers(data: st.DataObject, run: Run) -> None:
    whole, parts = fold(run.trace), Metrics("Test", 7)
    for part in data.draw(cut(run.trace)):
        parts.step(part)
        parts.report()  # asking in between must not disturb what comes
    assert parts.report() == whole.report()
    assert np.array_equal(parts.gets(), whole.gets())
    assert np.array_equal(parts.puts(), whole.puts())


@given(st.lists(st.floats(0, 100), min_size=1, max_size=50))
def test_quantiles_are_numpys(values: list[float]) -> None:
    ordered = np.sort(np.array(values))
    found = [quantile(ordered, share) for share in (0.0, 0.5, 0.95, 0.99, 1.0)]
    assert found == np.quantile(ordered, (0.0, 0.5, 0.95, 0.99, 1.0)).tolist()
    assert set(latency(ordered)) == set(UNDEFINED)


def test_gets_are_columns_in_order_of_the_answer() -> None:
    metrics = fold(news().trace)
    gets = metrics.gets()
    assert [KLASSES[code] for code in gets["klass"]] == ["remote", "cached", "local", "partial"]
    assert gets["t"].tolist() == [2.98, 5.02, 6.0, 16.0]
    assert gets["lag"].tolist() == [0, 2, 0, 0]
    assert (gets["returned"].tolist(), gets["regime"].tolist()) == ([True, True, True, False], [1, 1, 1, 1])
    assert [metrics.workloads[number] for number in gets["workload"]] == ["news", "news", "by hand", "news"]
    assert (len(metrics.gets(5.5)), len(metrics.puts(3.0)), len(metrics.starts(0.9))) == (2, 1, 0)


def test_rates_count_each_message_between_providers_once() -> None:
    run = Run(2)
    for t in (0.0, 0.5, 1.0, 1.5, 1.999, 2.0):
        run.send(t, 0, 1, messages.GETQ)
    run.access(2.0, 2, 0, messages.GET, 0)
    run.send(2.0, 1, 0, messages.UPDATE)
    metrics = fold(run.trace)
    rates = metrics.rates(0.5, 2.0, 3)
    assert {word: found.tolist() for word, found in rates.items()} == {
        "UPDATE": [0, 0, 0], "GETQ": [1, 1, 2], "GETR": [0, 0, 0], "FETCH": [0, 0, 0], "FETCHR": [0, 0, 0],
        **{word: [0, 0, 0] for word in NO_FOREST},
    }  # fmt: skip
    size = run.trace.rows()["size"][0]
    assert metrics.volumes(0.5, 2.0, 3)["GETQ"].tolist() == [size, size, 2 * size]
    assert metrics.sent_by(0.5, 2.5, 2).tolist() == [[2, 3], [0, 1]]
    assert metrics.sent_by(0.0, 0.1, 1).tolist() == [[1]]


def test_counts_across_chunks_at_any_time() -> None:
    """More messages than one chunk of running totals, with losses, and a time inside each chunk."""
    run, size = Run(3), 2 * CHUNK + 1000
    run.put(0.0, 0, "news/1", 1)
    get = run.get(0.0, 1, "news/1")
    for i in range(size):
        run.send(i * 0.001, i % 3, (i + 1) % 3, messages.GETQ, get.op, size=i % 7, lost=i % 10 == 0)
    metrics, trace = Metrics("Test", 7), run.trace
    for start in range(0, len(trace), 50_000):
        metrics.step(trace.slice(start, start + 50_000))
    for t in (0.0, 50.0, CHUNK * 0.001, size * 0.0005, size * 1.0):
        n = min(size, math.floor(t / 0.001 + 1e-6) + 1)
        report = metrics.report(t)
        assert report["messages"]["total"] == n
        assert report["messages"]["lost"] == len(range(0, n, 10))
        assert report["by_regime"]["get-broadcast"]["bytes"]["total"] == sum(i % 7 for i in range(n))
        assert report["by_provider"]["Birch"]["messages"]["total"] == len(range(1, n, 3))
    assert sum(found.sum() for found in metrics.rates(0.0, size * 0.001, 100).values()) == size


def test_a_million_messages_are_counted_at_once() -> None:
    run = Run(5)
    get = run.get(0.0, 1, "news/1")
    for i in range(1_000_000):
        run.trace.sent(i * 1e-5, i * 1e-5 + 0.04, 0, get.op, 100, i % 5, (i + 1) % 5, messages.GETQ, 0, 0)
    metrics = fold(run.trace)
    metrics.report()
    began = perf_counter()
    assert metrics.report(7.770005)["messages"]["total"] == 777_001
    assert perf_counter() - began < 0.3


def test_tables_have_a_row_for_each_and_stream(tmp_path: Path) -> None:
    run = news()
    paths = save_tables(tmp_path / "new", fold(run.trace), run.trace)
    gets, puts, sent = (list(csv.DictReader(path.read_text("utf-8").splitlines())) for path in paths)
    assert [path.name for path in paths] == ["gets.csv", "puts.csv", "messages.csv"]
    assert [row["class"] for row in gets] == ["remote", "cached", "local", "partial", "unfinished"]
    assert gets[1] == {
        "at": "5.02", "op": "5", "provider": "Cedar", "workload": "news", "kind": "authenticated", "key": "news/1",
        "owner": "Aster", "regime": "get-broadcast", "code": "OK", "class": "cached", "latency": "0.0", "seq": "1",
        "lag": "2", "age": gets[1]["age"],
    }  # fmt: skip
    assert (gets[3]["lag"], gets[4]["code"], gets[4]["regime"]) == ("", "", "none")
    assert [(row["at"], row["code"], row["seq"]) for row in puts] == [
        ("1.0", "OK", "1"), ("3.1", "OK", "2"), ("4.5", "OK", "3"),
    ]  # fmt: skip
    assert [(row["kind"], row["status"], row["from"], row["lost"]) for row in sent[2:5]] == [
        ("GETR", "hit", "Aster", "0"), ("GETR", "miss", "Birch", "0"), ("GETQ", "", "Cedar", "1"),
    ]  # fmt: skip
    cut = run.send(20.0, 0, 1, messages.GETQ)
    run.send(20.0, 0, 1, messages.GETQ, fate=CORRUPT | DUPLICATE)
    run.trace.emit(Lost(message=cut, dst=1, why="crash"), 20.04, cut)
    save_tables(tmp_path, fold(run.trace), run.trace)
    last = list(csv.DictReader((tmp_path / "messages.csv").read_text("utf-8").splitlines()))[-2:]
    assert [[row[name] for name in ("lost", "duplicate", "corrupt")] for row in last] == [
        ["1", "0", "0"], ["0", "1", "1"],
    ]  # fmt: skip
    for i in range(100_000):
        run.send(21.0 + i, 0, 1, messages.GETQ)
    metrics = fold(run.trace)
    tracemalloc.start()
    save_tables(tmp_path, metrics, run.trace)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len((tmp_path / "messages.csv").read_text().splitlines()) == 100_010
    assert peak < 40_000_000


def test_a_top_that_left_is_no_hole_and_a_redirect_child_no_top() -> None:
    run = Run(3)
    run.trace.emit(Joined(node=6, name="low", parent=2, attach="redirect"), 0.5, 0)
    moments = {}
    for t, event in (
        (1.0, Unpeered(node=0, peer=2)), (2.0, Unpeered(node=1, peer=2)), (3.0, Adopted(node=6)),
        (4.0, Gone(node=2, kept=True)), (5.0, Restarted(node=2)), (6.0, Gone(node=2)),
    ):  # fmt: skip
        run.trace.emit(event, t, 0)
        metrics = Metrics("", 0)
        metrics.step(run.trace.slice(0, len(run.trace)))
        moments[t] = metrics.report(t)["coherence"]
    assert moments == {
        1.0: {"holes": 1, "share": 7 / 9}, 2.0: {"holes": 2, "share": 5 / 9}, 3.0: {"holes": 2, "share": 5 / 9},
        4.0: {"holes": 0, "share": 1.0}, 5.0: {"holes": 2, "share": 5 / 9}, 6.0: {"holes": 0, "share": 1.0},
    }  # fmt: skip


@pytest.mark.parametrize("fold", [History, Coherence, Moves])
def test_a_fold_wants_what_it_takes(fold: type[History | Coherence | Moves]) -> None:
    tree = ast.parse(textwrap.dedent(inspect.getsource(fold.step)))
    taken = {
        node.cls.id for node in ast.walk(tree) if isinstance(node, ast.MatchClass) and isinstance(node.cls, ast.Name)
    }
    assert {kind.__name__ for kind in fold.wants} == taken
