"""The whole window, used as a person would: with clicks and keys, from the welcome page to saving and leaving."""

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from p4lab.core.commands import Get
from p4lab.scenario.read import read
from tests.session import classes
from tests.ui import runs
from tests.ui.classroom.seats import seated
from tests.ui.desk import Desk, shown_tabs
from ui.docks import DOCKS
from ui.document import Answer
from ui.theme import DARK, DARK_ONLY
from ui.welcome import Card
from ui.window import FROZEN, Window


@pytest.fixture
def desk(new_desk: Desk) -> Desk:
    return new_desk


def test_a_card_opens_its_scenario_paused_with_a_key_selected(desk: Desk) -> None:
    card = next(card for card in desk.window.welcome.findChildren(Card) if card.path.stem == "three-regimes")
    desk.qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    player = desk.player
    assert (desk.window.document.title, player.playing, player.playhead) == ("Three regimes side by side", False, 0.0)
    assert player.watched is not None
    assert player.world.names[player.watched].key == "news/1"
    assert desk.window.windowTitle() == "Three regimes side by side – P4 Lab"


def test_an_empty_network_to_draw_in_is_one_click_away(desk: Desk) -> None:
    desk.qtbot.mouseClick(desk.window.welcome.draw_button, Qt.MouseButton.LeftButton)
    assert (desk.window.document.title, desk.player.scenario.provider) == ("Untitled", ())
    assert not desk.window.welcome.isVisible()


def test_three_ways_lead_to_what_happens_in_real_time(desk: Desk) -> None:
    welcome, person = desk.window.welcome, desk.person
    person.lively = runs.scenario()
    for button in (welcome.teach_button, welcome.class_button, welcome.live_button):
        assert button.isVisible() and button.isEnabled()
        desk.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert [opens for opens, _ in person.schools] == [True, False]
    assert (desk.window.document.kind, welcome.isVisible()) == ("live", False)


def test_a_frozen_class_holds_the_bar_and_says_so(desk: Desk) -> None:
    desk.open()
    room, bar = seated(desk, classes.as_student()), desk.window.bar
    bar.focus_key()
    for frozen in (True, False):
        room.now = replace(room.now, frozen=frozen)
        desk.window.school.watch.look()
        asked = len(desk.player.session.commands)
        desk.press(Qt.Key.Key_K)
        desk.press(Qt.Key.Key_Return)
        told = bar._outcome.text() == FROZEN, bar._go.isEnabled(), len(desk.player.session.commands) - asked
        assert told == ((True, False, 0) if frozen else (False, True, 1))
        bar.focus_key()


def test_space_plays_and_pauses_but_not_in_a_text_field(desk: Desk) -> None:
    desk.open()
    desk.press(Qt.Key.Key_Space)
    assert desk.player.playing
    desk.press(Qt.Key.Key_Period)
    assert not desk.player.playing
    desk.window.bar.focus_key()
    desk.press(Qt.Key.Key_Space)
    desk.press(Qt.Key.Key_Period)
    assert not desk.player.playing
    assert desk.window.bar._key.currentText() == " ."


def test_space_lets_time_run_after_a_get_that_was_typed(desk: Desk) -> None:
    desk.open()
    desk.window.bar.focus_key()
    for key in (Qt.Key.Key_K, Qt.Key.Key_Return, Qt.Key.Key_Space):
        desk.press(key)
    assert (desk.window.bar._key.currentText(), desk.player.playing) == ("k", True)
    desk.window.bar.focus_key()
    desk.player.pause()  # as a click on the button does
    desk.press(Qt.Key.Key_Space)
    assert desk.player.playing


def test_space_plays_when_another_panel_comes_up(desk: Desk) -> None:
    desk.open()
    window, tabs = desk.window, shown_tabs(desk.window)
    window.bar.focus_key()
    lesson = next(i for i in range(tabs.count()) if tabs.tabText(i) == "Lesson")
    desk.qtbot.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.tabRect(lesson).center())
    assert window.docks.is_shown("lesson")
    desk.press(Qt.Key.Key_Space)
    assert desk.player.playing


def test_space_on_a_focused_button_presses_the_button(desk: Desk) -> None:
    desk.open()
    desk.window.bar._go.setFocus(Qt.FocusReason.TabFocusReason)
    desk.window.bar._key.setEditText("")
    desk.press(Qt.Key.Key_Space)
    assert (desk.player.playing, desk.window.bar._outcome.text()) == (False, "Which key? Choose one, or write it.")


def test_the_keys_of_the_transport(desk: Desk) -> None:
    desk.open()
    desk.press(Qt.Key.Key_F5)
    assert desk.player.playing
    desk.press(Qt.Key.Key_F8)
    assert not desk.player.playing
    desk.seek(5.0)
    desk.press(Qt.Key.Key_F4)
    after = desk.player.playhead
    desk.press(Qt.Key.Key_F4, Qt.KeyboardModifier.ShiftModifier)
    assert (after > 5.0, desk.player.playhead < after) == (True, True)
    desk.press(Qt.Key.Key_End)
    runs.settle(desk.qtbot, desk.player)
    assert desk.player.playhead == desk.player.duration
    desk.press(Qt.Key.Key_Home)
    assert desk.player.playhead == 0.0


def test_a_get_is_typed_answered_explained_and_saved(desk: Desk) -> None:
    desk.open()
    desk.seek(4.0)
    desk.press(Qt.Key.Key_G)
    desk.qtbot.keyClicks(desk.window.bar._key.field, "news/1")
    desk.press(Qt.Key.Key_Return)
    assert desk.window.document.unsaved
    desk.seek(5.0)
    desk.player.sampled.emit()
    outcome = desk.window.bar._outcome
    assert outcome.text().startswith("v")
    desk.qtbot.mouseClick(outcome, Qt.MouseButton.LeftButton)
    assert desk.window.docks.is_shown("details")
    desk.press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert [type(row.command) for row in read(desk.file).do] == [Get]
    assert (desk.window.document.unsaved, desk.window.notice.text) == (False, "Saved as small.toml.")


def test_changing_the_past_is_said_and_can_be_undone(desk: Desk) -> None:
    desk.open()
    desk.seek(10.0)
    events = len(desk.player.trace)
    desk.seek(5.0)
    desk.window.bar._key.setEditText("news/1")
    desk.window.bar.go()
    runs.settle(desk.qtbot, desk.player)
    assert desk.window.notice.text == "From 5.00 s on this is branch B; what you had seen is branch A."
    desk.qtbot.mouseClick(desk.window.notice._button, Qt.MouseButton.LeftButton)
    assert (len(desk.player.trace), desk.player.branches.current.name, desk.window.notice.text) == (events, "A", "")
    assert desk.window.acts["undo"].text() == "Undo going to branch A"
    for _ in range(2):
        desk.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        runs.settle(desk.qtbot, desk.player)
    assert (desk.window.document.unsaved, len(desk.player.branches.all)) == (False, 1)


def test_scrubbing_back_restores_the_words_on_screen(desk: Desk) -> None:
    desk.open()
    desk.seek(3.0)
    before = _words(desk.window)
    desk.seek(15.0)
    assert all(old != new for old, new in zip(before, _words(desk.window), strict=True))
    desk.seek(3.0)
    assert _words(desk.window) == before


def _words(window: Window) -> tuple[str, str, str]:
    """The time, how many events have been, and the sentence of the status line."""
    events = window.transport._event.text().split(" of ")[0]
    return window.transport._time.text(), events, window.status._says.text()


def test_start_again_shows_the_seed(desk: Desk) -> None:
    desk.open()
    desk.seek(20.0)
    desk.player.sampled.emit()
    seed = desk.window.header._seed
    assert seed.text() == f"seed 7 · {desk.player.digest()[:4]} {desk.player.digest()[4:8]}"
    desk.press(Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert (seed.text(), desk.player.playhead, desk.window.document.unsaved) == ("seed 7", 0.0, False)
    desk.window.new_seed()
    assert seed.text() == f"seed {desk.player.session.scenario.seed}"
    assert desk.window.document.unsaved


def test_a_bad_file_is_answered_in_the_window(desk: Desk) -> None:
    desk.open()
    bad = desk.folder / "bad.toml"
    bad.write_text("format = 1\nduraton = 5")
    desk.person.path = bad
    desk.window.acts["open"].trigger()
    assert desk.window.notice.text.startswith(f"This file cannot be opened. {bad}")
    assert desk.window.document.title == "Small"


def test_a_dropped_file_opens(desk: Desk) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(desk.file))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    desk.window.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, buttons, keys))
    assert desk.window.document.title == "Small"


def test_leaving_with_unsaved_changes_asks(desk: Desk) -> None:
    desk.open()
    desk.player.submit(Get("Elm", "news/1"))
    assert not desk.window.close()
    assert desk.window.isVisible()
    desk.person.answer = Answer.DISCARD
    assert desk.window.close()


def test_closing_a_scenario_goes_back_to_the_welcome_page(desk: Desk) -> None:
    desk.open()
    assert not desk.window.welcome.isVisible()
    desk.window.acts["close"].trigger()
    assert desk.window.welcome.isVisible()
    assert (desk.window.acts["toggle"].isEnabled(), desk.window.acts["toggle"].toolTip()) == (
        False,
        "Open a scenario first.",
    )


def test_theme_and_text_size_are_remembered(desk: Desk) -> None:
    desk.open()
    desk.window.acts[f"theme-{DARK_ONLY}"].trigger()
    desk.window.acts["text-150"].trigger()
    assert desk.taste.switch.current is DARK
    assert (desk.settings.value("theme"), int(desk.settings.value("scale"))) == (DARK_ONLY, 150)
    assert desk.window.acts["text-150"].isChecked()


def test_the_layout_is_remembered_and_can_be_reset(desk: Desk) -> None:
    desk.open()
    first = desk.window.map.size()
    desk.press(Qt.Key.Key_Q)
    desk.window.docks.show("lesson")
    chosen = desk.window.map.size()
    desk.window.close()
    again = desk.build()
    assert again.document.open(desk.file)
    desk.qtbot.wait(20)
    shown = [row.id for row in DOCKS if again.docks.is_shown(row.id)]
    assert (shown, again.map.size()) == (["lesson", "log"], chosen)
    again.acts["layout"].trigger()
    desk.qtbot.wait(20)
    assert ([row.id for row in DOCKS if again.docks.is_shown(row.id)], again.map.size()) == (["plots"], first)
    again.close()
    again.deleteLater()


def test_the_picture_is_written(desk: Desk) -> None:
    desk.open()
    desk.person.path = desk.folder / "picture.png"
    desk.window.acts["picture"].trigger()
    assert desk.person.path.read_bytes().startswith(b"\x89PNG")
    desk.person.path = desk.folder / "missing" / "picture.png"
    desk.window.acts["picture"].trigger()
    assert desk.window.notice.text.startswith("The picture cannot be written to ")


def test_moving_a_provider_is_a_change(desk: Desk) -> None:
    desk.open()
    desk.window.map.placed.emit({"Cedar": (0.3, 0.7)})
    assert desk.window.windowTitle() == "● Small – P4 Lab"


@pytest.mark.parametrize("size", [(1000, 640), (1440, 900), (3840, 2160)])
def test_every_part_has_its_place(desk: Desk, size: tuple[int, int]) -> None:
    desk.open()
    desk.window.resize(*size)
    desk.window.grab()
    window = desk.window
    parts = [window.header, window.map, window.bar, window.transport, window.docks["plots"], window.status]
    boxes = [part.rect().translated(part.mapTo(window, part.rect().topLeft())) for part in parts]
    assert all(window.rect().contains(box) for box in boxes)
    assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])
    assert window.map.height() > size[1] * 0.4
