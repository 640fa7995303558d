"""What became of operations: columns that say what the Events said."""

from __future__ import annotations

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from p4lab.core.events import GetFinished, GetStarted, PutFinished, PutStarted
from p4lab.world.ops import ROWS, Op, Ops

numbers = st.sampled_from((-1, 0, 1, 2, ROWS - 1, ROWS, 5 * ROWS))
words = st.sampled_from(("", "OK", "TIMEOUT", "a word of a later version"))
floats = st.floats(0.0, 1e9)
ids = st.integers(1, 2**32 - 1)
texts = st.sampled_from(("", "one", "two"))
starts = st.one_of(
    st.builds(
        GetStarted, node=st.integers(0, 65_535), op=numbers, nid=st.just(b"n"), kind=texts, key=texts, owner=texts,
        workload=texts, t=floats, id=ids,
    ),
    st.builds(
        PutStarted, node=st.integers(0, 65_535), op=numbers, nid=st.just(b"n"), kind=texts, key=texts, owner=texts,
        workload=texts, regime=texts, ttl=floats, seq=st.integers(0, 9), value=texts, removes=st.booleans(), t=floats,
        id=ids,
    ),
)  # fmt: skip
large = st.integers(0, 2**63 - 1)
ends = st.one_of(
    st.builds(
        GetFinished, node=st.just(1), op=numbers, nid=st.just(b"n"), outcome=words, source=words, latency=floats,
        seq=large, values=st.lists(texts, max_size=2).map(tuple), silent=st.lists(numbers, max_size=2).map(tuple),
        copy=large, t=floats, id=ids,
    ),
    st.builds(
        PutFinished, node=st.just(1), op=numbers, nid=st.just(b"n"), outcome=words, latency=floats, seq=large, t=floats,
        id=ids,
    ),
)  # fmt: skip


def said(start: PutStarted | GetStarted, end: PutFinished | GetFinished | None, judged: tuple[int, float]) -> Op:
    """By the Events themselves."""
    put = start if isinstance(start, PutStarted) else None
    get = end if isinstance(end, GetFinished) else None
    lag, age = judged if get is not None and get.source else (None, None)
    return Op(
        op=start.op,
        verb="get" if put is None else "put",
        node=start.node,
        name=7,
        started=start.t,
        started_id=start.id,
        regime="mixed",
        finished=None if end is None else end.t,
        finished_id=0 if end is None else end.id,
        outcome="" if end is None else end.outcome,
        source="" if get is None else get.source,
        seq=end.seq if end is not None else 0 if put is None else put.seq,
        lag=lag,
        age=age,
        latency=None if end is None else end.latency,
        copy=0 if get is None else get.copy,
        silent=() if get is None else get.silent,
        values=(put.value,) if put is not None else () if get is None else get.values,
        removes=put is not None and put.removes,
    )


@given(st.lists(st.one_of(starts, ends), max_size=20), st.integers(0, 2))
def test_they_say_what_the_first_events_that_fit_said(told: list[object], lag: int) -> None:
    ops = Ops()
    began: dict[int, PutStarted | GetStarted] = {}
    ended: dict[int, PutFinished | GetFinished] = {}
    judged: dict[int, tuple[int, float]] = {}
    for event in told:
        if isinstance(event, PutStarted | GetStarted):
            fits = event.op > 0 and event.op not in began
            assert ops.start(event, 7, 4) is fits
            if fits:
                began[event.op] = event
        elif isinstance(event, PutFinished | GetFinished):
            start = began.get(event.op)
            fits = start is not None and event.op not in ended
            fits = fits and isinstance(start, PutStarted) is isinstance(event, PutFinished)
            assert ops.finish(event) is fits
            if fits:
                ended[event.op] = event
            if fits and lag:
                judged[event.op] = lag, 0.5
                ops.judge(event.op, lag, 0.5)
    for op in (-1, 0, 1, 2, 3, ROWS - 1, ROWS, 5 * ROWS, 9 * ROWS):
        start = began.get(op)
        expected = None if start is None else said(start, ended.get(op), judged.get(op, (0, 0.0)))
        assert ops.get(op) == expected
        if 0 <= op < ops.count:
            column = ops.names[op], ops.regimes[op], ops.ends[op]
            end = ended.get(op)
            assert column == ((-1, 0, inf) if start is None else (7, 4, inf if end is None else end.t))
        assert ops.put(op) == (start if isinstance(start, PutStarted) else None)
