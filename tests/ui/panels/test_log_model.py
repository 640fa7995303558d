"""The table: rows up to the playhead, found in slices, pale after it."""

import pytest
from PySide6.QtCore import Qt

from tests.ui.panels import tale
from ui.panels.filters import parse
from ui.panels.log_model import BETWEEN, COLUMNS, KIND, RESULT, LogModel
from ui.theme import LIGHT, mix


@pytest.fixture
def player(qtbot):
    made, _ = tale.opened(qtbot)
    yield made
    made.close()


@pytest.fixture
def model(player, qtmodeltester):
    made = LogModel(LIGHT)
    made.look_at(player.trace, player.world)
    made.show_to(len(player.trace), len(player.trace))
    qtmodeltester.check(made)
    return made


def numbers(model):
    return [model.row(row).number for row in range(model.rowCount())]


def test_rows_end_where_they_are_told_to(model, player):
    count = len(player.trace)
    assert numbers(model) == list(range(1, count + 1))
    model.show_to(12, 12)
    assert numbers(model) == list(range(1, 13))
    assert model.texts(11) == ("12", "2.820 s", "1.82 s", "Cedar", "get asked", "news/1", "get-broadcast", "", "")
    assert len(model.texts(11)) == len(COLUMNS) == model.columnCount()
    model.show_to(count, count)
    assert model.rowCount() == count


def test_a_filter_leaves_gaps_in_the_numbers(model, player):
    model.filter(parse("kind =~ get"), None)
    shown = numbers(model)
    assert shown == [12, 18, 25, 26, 27, 28, 50, 51] or shown == sorted(shown)
    assert [model.row(row).kind for row in range(model.rowCount())] == ["get asked", "get answered"] * 4
    model.show_to(20, 20)
    assert numbers(model) == [number for number in shown if number <= 20]
    assert (model.row_of(20), model.row_of(5)) == (1, -1)
    model.filter(None, parse("kind =~ get*"))
    assert not any(model.row(row).kind.startswith("get") for row in range(model.rowCount()))
    model.filter(None, None)
    assert model.rowCount() == 20


def test_a_long_search_goes_on_in_slices(player, qtbot, monkeypatch):
    monkeypatch.setattr("ui.panels.log_model.BUDGET", 0.0)
    monkeypatch.setattr("ui.panels.log_model.SLICE", 10)
    model = LogModel(LIGHT)
    model.look_at(player.trace, player.world)
    model.show_to(len(player.trace), len(player.trace))
    model.filter(parse("Cedar"), None)
    assert model.searching
    early = numbers(model)
    assert model.share == pytest.approx(10 / len(player.trace))
    qtbot.waitUntil(lambda: not model.searching, timeout=2000)
    whole = numbers(model)
    assert whole[: len(early)] == early
    assert whole == [
        index + 1 for index in range(len(player.trace)) if "Cedar" in " ".join(model._text.row(index).between.split())
        or "Cedar" in model._text.row(index).source + model._text.row(index).target + model._text.row(index).result
    ]  # fmt: skip


def test_the_current_row_is_marked_and_what_follows_is_pale(model, player):
    model.show_to(len(player.trace), 12)
    roles = Qt.ItemDataRole
    assert [model.index(row, 0).data(roles.BackgroundRole) for row in (10, 11, 12)] == [None, LIGHT.track, None]
    assert model.index(11, BETWEEN).data(roles.ForegroundRole) == LIGHT.text
    assert model.index(12, BETWEEN).data(roles.ForegroundRole) == mix(LIGHT.window, LIGHT.text, 0.45)


def test_stale_answers_and_message_kinds_stand_out(model):
    rows = range(model.rowCount())
    stale = next(row for row in rows if "2 behind" in model.texts(row)[RESULT])
    assert model.index(stale, RESULT).data(Qt.ItemDataRole.ForegroundRole) == LIGHT.stale_text
    icons = {model.texts(row)[KIND]: model.index(row, KIND).data(Qt.ItemDataRole.DecorationRole) for row in rows}
    images = {kind: icon.pixmap(20).toImage() for kind, icon in icons.items()}
    assert images["query"] != images["reply"] != images["update"]
