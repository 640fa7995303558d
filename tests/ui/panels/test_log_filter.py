"""Filters over message columns and records find the same as a filter over the words of each row."""

import numpy as np
import pytest

from tests.ui import runs
from tests.ui.panels import tale
from ui.panels.filters import Match, Word, evaluate, parse
from ui.panels.log_filter import LogFilter
from ui.panels.log_text import REGIME_WORDS, LogText

FILTERS = [
    "kind =~ get AND latency =~ {50..}",
    "Birch",
    "reply miss",
    "key =~ news/1 AND NOT kind =~ query",
    "regime =~ put-broadcast-key OR regime =~ get*",
    "from =~ Elm* AND to =~ Elm",
    "time =~ {2..9} (query OR stored)",
    "delta =~ {20..}",
    "op =~ 7",
    "# =~ {10..20} OR 25",
    "latency =~ 40",
    "latency =~ *",
    "stale",
    "result =~ hit",
]


def by_hand(text, index, leaf):
    """What a filter's leaf says of one row, from its words alone."""
    row = text.row(index)
    regimes = [row.regime_words, REGIME_WORDS[row.regime]] if row.regime else [""]
    texts = {
        "source": [row.source], "target": [row.target], "kind": [row.kind], "key": [row.key], "regime": regimes,
        "result": [row.result],
    }  # fmt: skip
    numbers = {"#": row.number, "time": row.time, "delta": row.delta * 1000, "latency": row.latency, "op": row.op}
    match leaf:
        case Word(pattern):
            same = pattern.low == pattern.high == row.number
            return same or any(pattern.matches(each) for some in texts.values() for each in some)
        case Match(field, pattern) if field in numbers:
            value = numbers[field]
            return value is not None and (pattern.low is None or pattern.low - 1e-6 <= value <= pattern.high + 1e-6)
        case Match(field, pattern):
            return any(map(pattern.matches, texts[field]))


@pytest.fixture(scope="module")
def run(qapp):
    made = runs.player()
    made.run.advance(20.0, 10.0)
    yield LogText(made.trace, made.world)
    made.close()


@pytest.mark.parametrize("line", FILTERS)
def test_columns_and_words_agree_in_slices_of_any_size(run, line):
    wanted = parse(line)
    count = len(run.trace)
    expected = [i for i in range(count) if evaluate(wanted, lambda leaf, i=i: by_hand(run, i, leaf))]
    for size in (37, count):
        filter_ = LogFilter(run, wanted, None)
        found = [filter_.found(start, min(start + size, count)) for start in range(0, count, size)]
        assert np.concatenate(found).tolist() == expected
    assert LogFilter(run, None, wanted).found(0, count).tolist() == sorted(set(range(count)) - set(expected))
    assert 0 < len(expected) < count or line == "stale"


def test_what_is_lost_is_found(qtbot):
    trace = tale.tale()
    trace.sent(12.0, 12.04, 0, 2, 100, 0, 1, tale.GETQ, 0, 1)
    player, _ = tale.opened(qtbot, trace=trace)
    text = tale.text(player)
    count = len(trace)
    assert LogFilter(text, parse("lost"), None).found(0, count).tolist() == [count - 1]
    assert LogFilter(text, parse(f"# =~ {count} latency =~ *"), None).found(0, count).tolist() == []
    assert LogFilter(text, parse("kind =~ get"), parse("Cedar")).found(0, count).tolist() == [
        index for index in range(count) if text.row(index).kind.startswith("get") and text.row(index).source != "Cedar"
    ]
    player.close()
