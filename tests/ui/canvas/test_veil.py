"""What is left of the map for the eyes of one provider, and the light on a chain."""

import numpy as np
from pytestqt.qtbot import QtBot

from tests.ui import runs
from tests.ui.canvas import maps
from ui.canvas import sprites, veil
from ui.canvas.chain import NOTHING, Chains, Lit
from ui.canvas.looks import UNKNOWN, Look
from ui.canvas.messages import Flight


def test_others_say_nothing_and_nobody_says_what_is_stale() -> None:
    whole = [Look(store="C", version="v1", what="cached", badge=("2 behind", "2")), Look(store="L", what="own")]
    assert veil.looks(whole, 0) == [Look(store="C", version="v1", what="cached"), UNKNOWN]
    column = sprites.column_of(5)
    rows = np.zeros(3)
    glyph = np.array([column + sprites.STALE, column + sprites.MISS, sprites.COLUMNS + column + sprites.STALE])
    flight = Flight(rows, rows, rows, glyph, np.array([1.0, 0.4, 1.0]), rows > 0, 3)
    seen = veil.flight(flight)
    hit = column + sprites.HIT
    assert seen.glyph.tolist() == [hit, column + sprites.MISS, sprites.COLUMNS + hit]
    assert seen.opacity.tolist() == [1.0, 1.0, 1.0]


def test_a_chain_is_the_ways_of_its_messages_and_who_did_something(qtbot: QtBot) -> None:
    player = runs.player()
    player.seek(10.0)
    runs.settle(qtbot, player)
    trace, chains = player.trace, Chains()
    rows = trace.rows()
    query = rows[rows["code"] == 4][0]
    answered = next(event for event in trace[:] if type(event).__name__ == "GetFinished")
    chain = frozenset({int(query["id"]), answered.id, 10_000_000})
    lit = chains.of(trace, chain)
    assert lit == Lit(((int(query["src"]), int(query["dst"]), int(query["id"])),), frozenset({answered.node}))
    assert chains.of(trace, chain) is lit
    assert chains.of(trace, frozenset()) is NOTHING
    player.close()


def test_the_map_hatches_others_and_lights_a_chain(qtbot: QtBot) -> None:
    """The picture is another one with a chain on it, and with one provider's eyes; afterwards it is as before."""
    shown = maps.Shown(qtbot, runs.player())
    shown.at(10.0)
    before = shown.map.grab().toImage()
    rows = shown.player.trace.rows()
    query = rows[(rows["code"] == 4) & (rows["src"] < 5) & (rows["dst"] < 5)][0]
    shown.focus.light(frozenset({int(query["id"])}))
    assert shown.map.grab().toImage() != before
    shown.focus.light(frozenset())
    assert shown.map.grab().toImage() == before
    shown.focus.eyes.see_as(0)
    assert shown.map.grab().toImage() != before
    there = shown.place(1)
    assert shown.map.hint(there.x(), there.y()) == "Birch\nNot visible to Aster"
    shown.focus.eyes.see_as(None)
    assert shown.map.grab().toImage() == before
    shown.player.close()
