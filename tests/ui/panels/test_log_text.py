"""Rows of the log in words."""

import pytest

from tests.ui.panels import tale


@pytest.fixture
def rows(qtbot):
    player, _ = tale.opened(qtbot)
    text = tale.text(player)
    yield [text.row(index) for index in range(len(player.trace))]
    player.close()


def said(row):
    took = None if row.latency is None else round(row.latency, 3)
    return row.between, row.kind, row.key, row.regime_words, row.result, took


def test_every_kind_of_event_is_told(rows):
    asked = ("Cedar", "get asked", "news/1", "get-broadcast", "", None)
    assert [said(row) for row in rows[:1] + rows[3:4] + rows[6:7]] == [
        ("Aster", "provider", "", "", "100 customers", None),
        ("Aster’s customers", "customers", "", "", "", None),
        ("Aster", "peering", "", "", "with Birch, Cedar", None),
    ]
    assert [said(row) for row in rows[8:18]] == [
        ("Aster", "put asked", "news/1", "get-broadcast", "v1, “edition 1”", None),
        ("Aster", "stored", "news/1", "get-broadcast", "own v1", None),
        ("Aster", "put answered", "news/1", "get-broadcast", "v1, done", 0.0),
        asked,
        ("Cedar → Aster", "query", "news/1", "get-broadcast", "", 40.0),
        ("Cedar → Birch", "query", "news/1", "get-broadcast", "", 40.0),
        ("Aster → Cedar", "reply", "news/1", "get-broadcast", "hit", 40.0),
        ("Birch → Cedar", "reply", "news/1", "get-broadcast", "miss", 40.0),
        ("Cedar", "stored", "news/1", "get-broadcast", "cached v1, for 10.0 s", None),
        ("Cedar", "get answered", "news/1", "get-broadcast", "v1, remote", 80.0),
    ]
    by_op = {row.op: said(row) for row in rows if row.kind in ("get answered", "stored")}
    assert by_op[5] == ("Cedar", "get answered", "news/1", "get-broadcast", "v1, cached, stale: 2 behind", 2.0)
    assert by_op[6] == ("Birch", "get answered", "nothing", "", "not found", 100.0)
    assert by_op[9] == ("Cedar", "stored", "chat/1", "put-broadcast of key", "pointer v2, asks Aster", None)
    assert by_op[12] == ("Birch", "get answered", "wall/1", "get-broadcast", "1 entry, local, stale: 1 missing", 2.0)
    assert said(rows[-1]) == ("", "note", "", "", "That is all.", None)


def test_numbers_times_and_gaps(rows):
    assert [(row.number, row.time, round(row.delta, 3)) for row in (rows[0], rows[8], rows[11], rows[14])] == [
        (1, 0.0, 0.0), (9, 1.0, 1.0), (12, 2.82, 1.82), (15, 2.86, 0.04),
    ]  # fmt: skip
