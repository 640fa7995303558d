"""What each provider would answer, cut into bars."""

from math import inf

import msgspec
import numpy as np
import pytest

from tests.ui.panels import tale
from ui.panels.lane_bars import POINTER, bar_at, bars, label

NAMES = {0: "Aster", 1: "Birch", 2: "Cedar"}


@pytest.fixture
def lanes(qtbot):
    player, _ = tale.opened(qtbot)

    def of(key):
        name = player.world.find(key)
        return [
            (NAMES[bar.node], round(bar.start, 3), round(bar.end, 3), bar.stale, label(bar, NAMES, name.kind)[0])
            for bar in bars(player.world, player.trace, name.index)
        ]

    yield of
    player.close()


def test_a_cached_copy_is_cut_where_it_became_stale_and_ends_with_its_ttl(lanes):
    assert lanes("news/1") == [
        ("Aster", 1.0, 3.1, False, "v1"),
        ("Aster", 3.1, 4.4, False, "v2"),
        ("Aster", 4.4, inf, False, "v3"),
        ("Cedar", 2.9, 3.1, False, "v1"),
        ("Cedar", 3.1, 12.9, True, "v1 (stale)"),
    ]


def test_a_pointer_that_only_learns_of_a_newer_version_is_one_bar(lanes):
    assert lanes("chat/1") == [
        ("Aster", 8.0, 8.5, False, "v1"),
        ("Aster", 8.5, inf, False, "v2"),
        ("Birch", 8.04, inf, False, "asks Aster"),
        ("Cedar", 8.04, inf, False, "asks Aster"),
    ]


def test_a_set_says_how_many_entries_of_how_many(lanes):
    assert lanes("wall/1") == [
        ("Birch", 9.0, 9.5, False, "1 entry"),
        ("Birch", 9.5, inf, True, "1 of 2 entries"),
        ("Cedar", 9.5, inf, True, "1 of 2 entries"),
    ]


def test_replicas_are_fresh_from_their_arrival(lanes):
    assert lanes("wiki/1") == [
        ("Aster", 7.04, inf, False, "v1"),
        ("Birch", 7.0, inf, False, "v1"),
        ("Cedar", 7.04, inf, False, "v1"),
    ]


@pytest.mark.parametrize("key", ["news/1", "chat/1", "wall/1"])
def test_what_lies_before_a_stretch_changes_nothing_in_it(qtbot, key):
    player, _ = tale.opened(qtbot)
    name = player.world.find(key).index
    whole = bars(player.world, player.trace, name)
    for low in np.linspace(0.3, 13.3, 27).tolist():
        some = bars(player.world, player.trace, name, low, low + 4.0)
        for t in np.linspace(low + 0.01, low + 3.99, 41).tolist():
            for node in NAMES:
                one, other = (bar_at([bar for bar in each if bar.node == node], t) for each in (whole, some))
                assert _in_sight(one, low, low + 4.0) == _in_sight(other, low, low + 4.0)
    player.close()


def _in_sight(bar, low, high):
    """What is seen of it; which version a pointer was told of last is not."""
    if bar is None:
        return None
    told = {"seq": 0, "event": 0} if bar.store == POINTER else {}
    return msgspec.structs.replace(bar, start=max(bar.start, low), end=min(bar.end, high), **told)
