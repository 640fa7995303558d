"""The classroom's panel, as a teacher and as a student use it."""

from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt

from p4lab.session.classroom import Ask
from tests.session import classes
from tests.ui import runs
from tests.ui.classroom.seats import panel_of, seated
from tests.ui.desk import Desk
from tests.ui.lively import Lively
from ui.classroom import roster
from ui.classroom.panel import ELSEWHERE, EMPTY, ClassroomPanel
from ui.classroom.school import NOT_SHOWN

ONLY = "Only the teacher, who opened the class, can do this."


def pick(desk: Desk, panel: ClassroomPanel, row: int) -> None:
    at = panel.table.visualRect(panel.table.model().index(row, 0)).center()
    desk.qtbot.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(at))


def test_without_a_class_it_says_how_to_come_to_one(desk: Desk) -> None:
    desk.window.docks.show("class")
    panel = panel_of(desk)
    assert (panel.empty.isVisible(), panel.empty.text(), panel.parts.isVisible()) == (True, EMPTY, False)


def test_a_fork_says_where_the_class_goes_on_and_leads_back(desk: Desk) -> None:
    session = Lively(runs.scenario())
    session.classroom = classes.FakeClassroom(classes.as_teacher())  # type: ignore[attr-defined]  # what a live one brings
    desk.player.open(session)
    desk.qtbot.waitUntil(lambda: desk.window.docks.is_shown("class") and desk.player.playhead > 0.2)
    panel = panel_of(desk)
    assert [each.peers for each in panel.table.model().rows] == [4] * 5  # what the map shows, whatever a member knows
    desk.window.acts["fork"].trigger()
    runs.settle(desk.qtbot, desk.player)
    assert (panel.empty.text(), panel.parts.isVisible()) == (ELSEWHERE.format("A"), False)
    assert desk.window.acts["class-freeze"].toolTip() == NOT_SHOWN.format("A")
    panel.back.click()
    assert (panel.parts.isVisible(), panel.back.isVisible(), panel.title.text()[:10]) == (True, False, "Physics 4b")


def test_a_teacher_sends_out_revokes_and_brings_together(desk: Desk) -> None:
    room, panel = seated(desk, classes.as_teacher()), panel_of(desk)
    buttons = (panel.peer, panel.part, panel.kick, panel.revoke)
    assert [button.toolTip() for button in buttons] == ["Choose a member first."] * 4
    pick(desk, panel, 0)
    assert (panel.kick.isEnabled(), panel.kick.toolTip()) == (False, "You cannot send yourself out of your own class.")
    pick(desk, panel, 1)
    assert [button.isEnabled() for button in buttons] == [True] * 4
    assert desk.window._focus.provider == 1  # on the map too
    desk.person.takes = "Ben (99aa 00ff)"
    panel.peer.click()
    assert desk.person.offered == ["Teacher (c0ff ee00)", "Ben (99aa 00ff)"]  # whoever is here and has a provider
    panel.kick.click()
    pick(desk, panel, 2)
    panel.revoke.click()
    desk.person.yes = True
    panel.revoke.click()
    panel.freeze.click()
    panel.policy.setCurrentIndex(2)
    panel.policy.activated.emit(2)
    assert room.done == [
        ("propose", 1, 2, True), ("kick", 1), ("revoke", 2), ("freeze", True), ("policy", "open"),
    ]  # fmt: skip
    assert desk.person.questions == ["Revoke Ben?", "Revoke Ben?"]
    assert (panel.freeze.text(), panel.kick.toolTip()) == ("Go on", "Ben was revoked and cannot come back.")


def test_a_student_answers_who_asks_to_peer(desk: Desk) -> None:
    state = replace(classes.as_student(), asks=(Ask(1, 2, "Ben"), Ask(3, 0, "Teacher")))
    room, panel = seated(desk, state), panel_of(desk)
    assert panel.title.text() == "Physics 4b · you are Ann, 1a2b 3c4d"
    assert panel.asks.text() == "Ben (99aa 00ff) asks to peer with you. 1 more wait."
    assert [panel.freeze.isVisible(), panel.deeds.isVisible(), panel.card.isVisible()] == [False] * 3
    pick(desk, panel, 2)
    assert [action.toolTip() for action in panel.menu().actions()] == [ONLY] * 4
    panel.yes.click()
    panel.no.click()
    assert (room.done, panel.ask.isVisible()) == ([("answer", 1, True), ("answer", 3, False)], False)


def test_the_head_goes_into_lines_where_it_is_narrow_and_the_name_has_its_room(desk: Desk) -> None:
    seated(desk, replace(classes.as_teacher(), rung="a rung with far more words than there is room for beside a name"))
    panel = panel_of(desk)
    desk.window.resize(1440, 900)
    desk.window.acts["text-100"].trigger()
    desk.qtbot.waitUntil(lambda: panel.title.width() >= panel.title.sizeHint().width())
    assert panel.freeze.y() < panel.called.y() + panel.called.height()
    desk.window.acts["text-150"].trigger()
    desk.window.resize(1000, 640)
    desk.qtbot.waitUntil(lambda: panel.freeze.y() >= panel.called.y() + panel.called.height())
    assert panel.minimumSizeHint().width() <= panel.width() <= desk.window.width()


def test_a_small_window_shows_the_roster_whole_and_most_of_it_while_somebody_asks(desk: Desk) -> None:
    seated(desk, replace(classes.as_student(), asks=(Ask(1, 2, "Ben"),)))
    panel = panel_of(desk)
    shown = panel.table.horizontalHeader()
    titles = [column.title for column in roster.COLUMNS]
    desk.window.resize(1440, 900)
    desk.qtbot.waitUntil(lambda: shown.hiddenSectionCount() == 0)
    desk.window.resize(1000, 640)
    spared = ["heard", "round trip", "clock"]
    desk.qtbot.waitUntil(lambda: [each for i, each in enumerate(titles) if shown.isSectionHidden(i)] == spared)
    desk.qtbot.waitUntil(lambda: shown.length() <= panel.table.viewport().width())
    assert (panel.ask.isVisible(), panel.head.isVisible(), panel.talk.cornerWidget()) == (True, False, panel.policy)
    desk.qtbot.waitUntil(lambda: panel.table.viewport().height() >= 3 * panel.table.rowHeight(0))
    assert panel.policy.isVisible()
    desk.window.resize(1900, 900)
    desk.qtbot.waitUntil(lambda: panel.policy.parentWidget() is panel.head)
    assert (panel.head.isVisible(), panel.policy.isVisible(), shown.hiddenSectionCount()) == (True, True, 0)
    least = [panel.table.fontMetrics().horizontalAdvance(title) for title in titles]
    assert all(shown.sectionSize(i) > wide for i, wide in enumerate(least))


def test_a_heading_begins_at_the_left_however_long_it_is(desk: Desk) -> None:
    for rung in ("", "found by mDNS", "opened on this computer, members found by mDNS"):
        seated(desk, replace(classes.as_teacher(), rung=rung))
        panel = panel_of(desk)
        desk.window.resize(1440, 900)
        desk.qtbot.waitUntil(lambda rung=panel.rung: rung.width() >= rung.sizeHint().width())
        assert (panel.title.x(), panel.rung.x()) == (0, panel.title.width() + 6)


def test_a_low_window_has_the_roster_as_a_tab(desk: Desk) -> None:
    seated(desk, classes.as_teacher())
    panel = panel_of(desk)
    desk.window.resize(1000, 640)
    desk.qtbot.waitUntil(lambda: panel.talk.indexOf(panel.people) == 0)
    assert (panel.card.isVisible(), panel.large.isVisible(), panel.table.isVisible()) == (False, True, True)
    desk.window.resize(1900, 900)
    desk.qtbot.waitUntil(lambda: panel.talk.indexOf(panel.people) < 0)
    assert (panel.card.isVisible(), panel.large.isVisible(), panel.table.isVisible()) == (True, False, True)
