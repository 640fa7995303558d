"""What the class says over everything else, and its menu."""

from msgspec.structs import replace
from PySide6.QtCore import Qt

from p4lab.session.simulated import Simulated
from tests.session import classes
from tests.session.classes import FakeClassroom
from tests.ui import runs
from tests.ui.classroom.seats import panel_of, seated
from tests.ui.desk import Desk
from tests.ui.lively import Lively
from ui.classroom.school import AGAIN, AWAY, BACK, CLOSE, JOINED, LEFT_ALONE, NO_CLASS, OPENED
from ui.docks import LEAST_DRAWER

CLASS = ("class-code", "class-say", "class-freeze", "class-test", "class-peer", "class-policy-ask", "class-rejoin")


def why_not(desk: Desk) -> list[str]:
    acts = desk.window.acts
    acts.refresh()
    return ["" if acts[name].isEnabled() else acts[name].toolTip() for name in CLASS]


def test_the_menu_says_why_not(desk: Desk) -> None:
    assert why_not(desk) == [NO_CLASS] * len(CLASS)
    seated(desk, classes.as_teacher())
    assert why_not(desk) == ["", "", "", "", "Nobody asks to peer with you.", "", "You are in the class."]
    seated(desk, classes.as_student())
    only = "Only the teacher, who opened the class, can do this."
    code = "Only the teacher, who opened the class, has the code."
    assert why_not(desk) == [code, only, only, "", "", "", "You are in the class."]


def test_what_happens_is_said_once(desk: Desk) -> None:
    room = seated(desk, classes.as_student())
    notice, school, acts = desk.window.notice, desk.window.school, desk.window.acts
    assert notice.text == "Ben asks to peer with you."
    acts["class-peer"].trigger()
    room.now = replace(room.now, said=("Welcome", "Put news/1, please"))
    school.watch.look()
    assert notice.text == "To everybody: Put news/1, please"
    room.now = replace(room.now, frozen=True)
    school.watch.look()
    assert notice.text == "The teacher has frozen the class: nobody can put or get until it goes on."
    assert desk.window.status._facts.text().startswith("Physics 4b: 2 here, frozen · ")
    room.now = replace(room.now, frozen=False, out="The teacher sent you out.")
    school.watch.look()
    assert notice.text == "The teacher sent you out."
    acts["class-rejoin"].trigger()
    acts["class-test"].trigger()
    panel = panel_of(desk)
    assert panel.talk.currentWidget() is panel.talk.tests
    assert room.done == [("answer", 1, True), ("rejoin",), ("self_test",)]


def test_a_teacher_is_asked_before_the_class_ends_and_a_student_is_not(desk: Desk) -> None:
    seated(desk, classes.as_student())
    assert (desk.window.document.may_leave(), desk.person.questions) == (True, [])
    room = seated(desk, classes.as_teacher())
    assert desk.person.questions == []
    assert not desk.window.document.close()
    assert desk.window.school.watch.room is room
    assert desk.person.questions == [CLOSE]
    desk.person.yes = True
    assert desk.window.document.close()
    assert (desk.person.questions, desk.window.school.state) == ([CLOSE, CLOSE], None)


def test_a_teacher_who_vanishes_and_comes_back_is_told_of(desk: Desk) -> None:
    room = seated(desk, classes.as_student())
    school, notice, there = desk.window.school, desk.window.notice, room.now.members
    gone = tuple(replace(one, state="dead") if one.teacher else one for one in there)
    room.now = replace(room.now, members=gone)
    school.watch.look()
    assert notice.text == AWAY
    assert desk.window.status._facts.text().startswith("Physics 4b: 1 here, without the teacher · ")
    room.now = replace(room.now, members=there)
    school.watch.look()
    assert notice.text == BACK
    assert desk.window.status._facts.text().startswith("Physics 4b: 2 here · ")


def test_all_peer_with_all_who_are_here_and_can(desk: Desk) -> None:
    room = seated(desk, classes.as_teacher())
    desk.window.acts["class-mesh"].trigger()
    assert room.done == [("propose", a, b, True) for a, b in ((0, 1), (0, 2), (1, 2))]
    room.now = replace(room.now, members=room.now.members[:1])
    desk.window.school.watch.look()
    assert desk.window.acts["class-mesh"].toolTip() == "Two providers have to be here first."


def test_a_class_is_opened_in_place_of_what_was_open(desk: Desk) -> None:
    told = []
    alone = replace(classes.as_teacher(), members=classes.as_teacher().members[:1])
    for state in (alone, classes.as_teacher()):  # a new one, and one that was opened here before
        session = Simulated(runs.scenario())
        session.classroom = FakeClassroom(state)  # type: ignore[attr-defined]  # what a live one brings
        desk.person.school_made = session, "Ann"
        desk.window.acts["open-class"].trigger()
        told.append((desk.player.session is session, desk.window.notice.text))
    assert told == [(True, OPENED), (True, AGAIN)]
    desk.person.school_made, desk.person.yes = None, True
    desk.press(Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert [opens for opens, _ in desk.person.schools] == [True, True, False]
    assert desk.person.schools[1:] == [(True, "Ann"), (False, "Ann")]  # the name is remembered


def test_whoever_joins_while_the_teacher_is_away_is_told_so_and_when_it_is_back(desk: Desk) -> None:
    told = []
    there = classes.as_student()
    away = replace(there, members=tuple(replace(one, state="gone") if one.teacher else one for one in there.members))
    for state in (there, away):
        room, session = FakeClassroom(replace(state, asks=())), Simulated(runs.scenario())
        session.classroom = room  # type: ignore[attr-defined]  # what a live one brings
        desk.person.school_made = session, "Ann"
        desk.window.acts["join-class"].trigger()
        told.append(desk.window.notice.text)
    room.now = replace(there, asks=())
    desk.window.school.watch.look()
    assert [*told, desk.window.notice.text] == [JOINED, LEFT_ALONE, BACK]


def test_a_teacher_writes_to_everybody_by_keys(desk: Desk) -> None:
    room = seated(desk, classes.as_teacher())
    desk.press(Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    field = panel_of(desk).talk.field
    desk.qtbot.waitUntil(field.hasFocus)
    desk.qtbot.keyClicks(field, "Begin")
    desk.qtbot.keyClick(field, Qt.Key.Key_Return)
    desk.window.acts["class-freeze"].trigger()
    assert room.done == [("say", "Begin"), ("freeze", True)]
    assert desk.window.notice.text == "To everybody: Begin"


def test_a_fork_in_a_small_window_has_the_map_and_the_panel(desk: Desk) -> None:
    window, seen = desk.window, []
    session = Lively(runs.scenario())
    session.classroom = FakeClassroom(classes.as_teacher())  # type: ignore[attr-defined]  # what a live one brings
    desk.player.open(session)
    desk.qtbot.waitUntil(lambda: window.docks.is_shown("class") and desk.player.playhead > 0.2)

    def look() -> None:
        desk.qtbot.wait(20)
        panel = panel_of(desk).visibleRegion().boundingRect().height()
        seen.append((window.map.isVisible(), window.bar.isVisible(), window.map.height() >= 100, panel >= LEAST_DRAWER))

    for size in ((1000, 640), (1440, 900), (1000, 640)):
        window.resize(*size)
        look()
    window.acts["fork"].trigger()
    runs.settle(desk.qtbot, desk.player)
    for size in ((1000, 640), (1440, 900), (1000, 640)):
        window.resize(*size)
        look()
    assert seen == [(True,) * 4] * 6
    window.acts["go-live"].trigger()
    window.acts["text-150"].trigger()
    desk.qtbot.waitUntil(window.docks.uncovers.isVisible)  # now there is room for one of them
    window.acts["fork"].trigger()
    desk.qtbot.waitUntil(lambda: window.map.isVisible() and not window.docks.drawer_is_open())
    window.acts["go-live"].trigger()
    desk.qtbot.wait(20)
    assert window.map.isVisible()
