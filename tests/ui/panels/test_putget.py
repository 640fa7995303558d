"""The put/get bar, typed and clicked as a person would."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from p4lab.core.commands import AddProvider, Get, Put, Remove
from p4lab.core.names import Kind, Regime
from p4lab.scenario.changes import add_provider
from p4lab.scenario.model import Do, Scenario
from p4lab.session.simulated import Simulated
from tests.ui import runs
from ui.focus import Focus
from ui.panels.putget import NOBODY, PutGetBar
from ui.player import Player


class Bench:
    """A bar with its player and focus; the fields are set as a person sets them."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.player = runs.player()
        self.focus = Focus()
        self.bar = PutGetBar(self.player, self.focus, runs.theme())
        qtbot.addWidget(self.bar)
        self.bar.resize(1100, 60)
        self.bar.show()

    def choose(self, field: str, text: str) -> None:
        box = getattr(self.bar, f"_{field}")
        place = box.findText(text)
        assert place >= 0, f"{text} is not offered"
        box.setCurrentIndex(place)

    def type_key(self, text: str) -> None:
        self.bar.focus_key()
        self.qtbot.keyClicks(self.bar._key.field, text)

    @property
    def says(self) -> str:
        return self.bar._outcome.text()

    def visible(self) -> list[str]:
        names = ("key", "value", "kind", "regime", "ttl", "owner")
        return [name for name in names if not getattr(self.bar, f"_{name}").isHidden()]


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    made = Bench(qtbot)
    yield made
    made.player.close()


def test_fields_show_where_they_apply(bench: Bench) -> None:
    shown = {}
    for verb in ("get", "put"):
        for kind in Kind:
            bench.choose("verb", verb)
            bench.choose("kind", kind.value)
            shown[verb, kind.value] = bench.visible()
    assert shown == {
        ("get", "immutable"): ["key", "kind"],
        ("get", "authenticated"): ["key", "kind", "owner"],
        ("get", "unauthenticated"): ["key", "kind"],
        ("put", "immutable"): ["value", "kind", "regime", "ttl"],
        ("put", "authenticated"): ["key", "value", "kind", "regime", "ttl", "owner"],
        ("put", "unauthenticated"): ["key", "value", "kind", "regime", "ttl"],
    }


def test_a_put_says_all_that_was_typed(bench: Bench) -> None:
    bench.choose("verb", "put")
    bench.choose("who", "Cedar")
    bench.choose("kind", "unauthenticated")
    bench.choose("regime", "put-broadcast of value")
    bench.type_key("k1")
    bench.qtbot.keyClicks(bench.bar._value, "hello")
    bench.bar._ttl.setValue(2.5)
    assert bench.bar.command() == Put("Cedar", "hello", "k1", Kind.UNAUTHENTICATED, Regime.VALUE, 2.5)


def test_somebody_elses_key_may_sign(bench: Bench) -> None:
    bench.choose("verb", "put")
    bench.choose("who", "Cedar")
    bench.type_key("k1")
    assert bench.bar.command() == Put("Cedar", "", "k1")
    bench.choose("owner", "of Aster")
    assert bench.bar.command() == Put("Cedar", "", "k1", identity="Aster")


def test_enter_asks_and_the_answer_comes_with_its_latency(bench: Bench) -> None:
    news = bench.player.world.find("news/1")
    assert news is not None
    bench.focus.select_name(news.index)
    bench.choose("who", "Cedar")
    assert bench.bar.command() == Get("Cedar", "news/1", owner="Aster")
    bench.qtbot.keyClick(bench.bar._key, Qt.Key.Key_Return)
    assert bench.says.startswith("under way …")
    bench.player.seek(0.01)
    bench.player.sampled.emit()
    assert bench.says.startswith("asking Aster, Birch, Dahlia and Elm …")
    bench.player.seek(2.0)
    bench.player.sampled.emit()
    assert bench.says == "v1 in 84 ms, fresh"


def test_a_click_on_the_answer_asks_for_its_details(bench: Bench) -> None:
    bench.type_key("nothing")
    bench.bar.go()
    bench.player.seek(1.0)
    bench.player.sampled.emit()
    assert bench.says == "not found: nobody has it (84 ms)"
    bench.qtbot.mouseClick(bench.bar._outcome, Qt.MouseButton.LeftButton)
    op = bench.player.world.op(bench.focus.op or 0)
    assert op is not None
    assert (op.verb, bench.player.world.names[op.name].key) == ("get", "nothing")


@pytest.mark.parametrize(
    ("kind", "key", "sentence"),
    [
        ("authenticated", "", "Which key? Choose one, or write it."),
        ("immutable", "xyz", 'key: "xyz" is not an immutable key; 64 hex digits, the hash of the value'),
    ],
)
def test_bad_input_is_answered_beside_the_bar(bench: Bench, kind: str, key: str, sentence: str) -> None:
    bench.choose("kind", kind)
    bench.bar._key.setEditText(key)
    bench.bar.go()
    assert (bench.says, bench.player.session.commands) == (sentence, [])


def test_an_engine_refusal_is_told_in_words(bench: Bench) -> None:
    bench.choose("verb", "put")
    bench.choose("kind", "unauthenticated")
    bench.type_key("k" * 65)
    bench.bar.go()
    bench.player.seek(1.0)
    bench.player.sampled.emit()
    assert bench.says == "refused: a key has 1 to 64 bytes"


def test_a_command_in_the_past_is_answered_in_the_new_future(bench: Bench) -> None:
    bench.player.seek(9.0)
    runs.settle(bench.qtbot, bench.player)
    bench.player.seek(4.0)
    bench.type_key("news/1")
    bench.bar.go()
    runs.settle(bench.qtbot, bench.player)
    bench.player.seek(5.0)
    bench.player.sampled.emit()
    assert bench.says.startswith("v")
    assert [row.at for row in bench.player.session.commands] == [pytest.approx(4.0, abs=2e-6)]


def test_the_selected_key_and_provider_are_taken_over(bench: Bench) -> None:
    bench.player.seek(1.0)
    feed = bench.player.world.find("feed/1")
    assert feed is not None
    bench.focus.select_name(feed.index)
    bench.focus.select_provider(3)
    assert bench.bar.command() == Get("Dahlia", "feed/1", owner="Elm")


def test_a_key_chosen_here_is_the_selected_one_everywhere(bench: Bench) -> None:
    bench.player.seek(1.0)
    bench.player.sampled.emit()
    chosen = []
    bench.focus.nameChanged.connect(lambda: chosen.append(bench.player.world.names[bench.focus.name or 0].label))
    bench.choose("key", "feed/1")
    bench.bar._key.activated.emit(bench.bar._key.currentIndex())  # what the list emits for mouse and keys
    bench.bar.focus_key()
    bench.qtbot.keyClicks(bench.bar._key.field, "mail/1")
    bench.qtbot.keyClick(bench.bar._key.field, Qt.Key.Key_Tab)
    assert chosen == ["feed/1", "mail/1"]


def test_what_was_put_here_is_looked_at(bench: Bench) -> None:
    news = bench.player.world.find("news/1", "Aster")
    assert news is not None
    bench.focus.select_name(news.index)
    bench.choose("verb", "put")
    bench.choose("who", "Birch")
    bench.bar.go()
    bench.player.sampled.emit()
    world = bench.player.world
    assert world.names[bench.focus.name or 0] == world.find("news/1", "Birch")
    assert (world.known_as(news.index), world.known_as(bench.focus.name or 0)) == ("news/1 of Aster", "news/1 of Birch")


def test_a_key_being_written_is_left_alone(bench: Bench) -> None:
    bench.player.seek(1.0)
    bench.type_key("mine")
    feed = bench.player.world.find("feed/1")
    assert feed is not None
    bench.focus.select_name(feed.index)
    assert bench.bar._key.currentText() == "mine"


def test_known_keys_of_the_kind_are_offered(bench: Bench) -> None:
    bench.player.seek(1.0)
    bench.player.sampled.emit()
    offered = [bench.bar._key.itemText(i) for i in range(bench.bar._key.count())]
    bench.choose("kind", "immutable")
    assert (sorted(offered), bench.bar._key.count()) == (["feed/1", "mail/1", "news/1"], 0)


def test_at_the_end_of_the_run_it_says_what_to_do(bench: Bench) -> None:
    bench.player.seek(bench.player.duration)
    runs.settle(bench.qtbot, bench.player)
    bench.type_key("news/1")
    bench.bar.go()
    assert bench.says == "The run is over here: go back a little, or start again."


def test_a_removal_is_signed_by_the_owner(bench: Bench) -> None:
    bench.player.seek(3.0)
    runs.settle(bench.qtbot, bench.player)
    bench.choose("who", "Elm")
    bench.choose("verb", "remove")
    bench.type_key("news/1")
    assert bench.bar.command() == Remove("Elm", "news/1", identity="Aster")
    bench.bar.go()
    bench.player.seek(4.0)
    runs.settle(bench.qtbot, bench.player)
    assert [row.command for row in bench.player.session.commands] == [Remove("Elm", "news/1", identity="Aster")]


def test_an_entry_is_removed_by_its_value_and_its_secret(bench: Bench) -> None:
    bench.choose("verb", "remove")
    bench.choose("kind", "unauthenticated")
    bench.type_key("wall")
    bench.bar.go()
    assert bench.says == "An entry is removed by its value and the secret that it was put with: write both."
    bench.qtbot.keyClicks(bench.bar._value, "hello")
    bench.qtbot.keyClicks(bench.bar._secret, "x")
    wanted = Remove("Aster", "wall", Kind.UNAUTHENTICATED, value="hello", secret="x")
    assert bench.bar.command() == wanted
    bench.choose("verb", "put")
    assert bench.bar.command() == Put("Aster", "hello", "wall", Kind.UNAUTHENTICATED, secret="x")
    bench.choose("kind", "immutable")
    bench.choose("verb", "remove")
    bench.bar.go()
    assert bench.says == "An immutable value cannot be removed: its lease ends, or it stays."


def test_where_nobody_is_yet_it_says_so_and_then_offers_a_first_put(qtbot: QtBot) -> None:
    player, focus = Player(Simulated), Focus()
    bar = PutGetBar(player, focus, runs.theme())
    qtbot.addWidget(bar)
    player.open(Simulated(Scenario(title="Untitled", duration=20.0)))
    refused = bar._go.isEnabled(), bar._go.toolTip()
    player.change(add_provider(player.scenario, "Aster"), "Aster is added")
    assert (refused, bar._go.isEnabled()) == ((False, NOBODY), True)
    assert bar.command() == Put("Aster", "hello", "k1", Kind.AUTHENTICATED, Regime.GET_BROADCAST, 60.0)
    player.close()


def test_who_came_while_it_ran_asks_too(bench: Bench) -> None:
    bench.player.seek(1.0)
    bench.player.submit(AddProvider("Fir"))
    runs.settle(bench.qtbot, bench.player)
    bench.choose("who", "Fir")
    bench.type_key("news/1")
    bench.bar.go()
    assert bench.says.startswith("under way")


def test_why_nothing_can_be_asked_stands_there_though_somebody_comes(bench: Bench) -> None:
    bench.player.seek(1.0)
    bench.bar.hold("The class is frozen.")
    bench.player.submit(AddProvider("Fir"))
    runs.settle(bench.qtbot, bench.player)
    assert "Fir" in bench.player.world.called.values()
    bench.bar._begin()  # as in a live run
    assert (bench.says, bench.bar._go.isEnabled()) == ("The class is frozen.", False)


def test_where_the_file_has_puts_the_first_thing_to_do_is_a_get(qtbot: QtBot) -> None:
    player = runs.player(workload=(), do=(Do(1.0, Put("Aster", "v", "k")),))
    bar = PutGetBar(player, Focus(), runs.theme())
    qtbot.addWidget(bar)
    assert bar._verb.currentText() == "get"
    player.close()


def test_the_answer_has_a_place_of_its_own_however_many_lines_the_fields_take(bench: Bench) -> None:
    for verb in ("get", "put"):
        bench.choose("verb", verb)
        for width in (1100, 420, 300):
            bench.bar.resize(width, 10)
            bench.qtbot.wait(5)
            bar, answer = bench.bar, bench.bar._outcome.geometry()
            fields = [field.geometry() for field in bar._fields if not field.isHidden()]
            assert bar.rect().contains(answer) and not any(map(answer.intersects, fields))


def test_a_copy_of_a_name_that_nobody_has_spelled_yet_can_be_looked_at(bench: Bench) -> None:
    """In a class one may see a copy before any put or get of its name: of which kind that is, nobody knows."""
    bench.choose("kind", Kind.UNAUTHENTICATED.value)
    world = bench.player.world
    bench.focus.select_name(world._name(b"\x01" * 32))
    assert (bench.bar._kind.currentText(), bench.bar._key.currentText()) == ("unauthenticated", "01010101")
