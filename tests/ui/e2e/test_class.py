"""A class by mouse and keys: a teacher and two students in windows of their own, over real channels on the loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from p4lab.core.commands import Peer
from p4lab.session.classroom import join_text
from p4lab.session.joining import Wish
from p4lab.session.live import Joining, Live
from tests.session.classes_live import LIMITS, LOOPBACK
from tests.ui.classroom.seats import panel_of
from tests.ui.desk import Desk

SECONDS = 15_000  # ms that something may take on a busy machine


class School:
    """Windows, each with a session of its own in one class."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self._qtbot, self._folder = qtbot, folder
        self.desks: list[Desk] = []

    def add(self, person: str) -> Desk:
        """The first opens the class, the others join it with what its panel shows."""
        code = join_text(self.desks[0].window.school.state) if self.desks else ""
        folder = self._folder / person
        folder.mkdir()
        wish = Wish(person, "" if code else "Networks", code, "class", LOOPBACK)
        attempt = Joining(wish, folder / "profile", (), LIMITS)
        made: list[Live] = []

        def there() -> bool:
            if not made and (session := attempt.poll()) is not None:
                made.append(session)
            return bool(made)

        self._qtbot.waitUntil(there, timeout=SECONDS)
        desk = Desk(self._qtbot, folder)
        desk.person.school_made = made[0], person
        desk.window.acts["join-class" if code else "open-class"].trigger()
        self._qtbot.waitUntil(lambda: desk.window.docks.is_shown("class"))
        self.desks.append(desk)
        return desk

    def until(self, true: object) -> None:
        """Let all windows live until it is so."""
        self._qtbot.waitUntil(true, timeout=SECONDS)  # type: ignore[arg-type]  # any truth will do


@pytest.fixture
def school(qtbot: QtBot, tmp_path: Path) -> Iterator[School]:
    made = School(qtbot, tmp_path)
    yield made
    for desk in made.desks:
        desk.leave()


def test_a_class_meets_peers_puts_and_is_sent_home(school: School) -> None:
    teacher = school.add("Lee")
    ann, ben = school.add("Ann"), school.add("Ben")
    for desk in (teacher, ann, ben):  # whoever joins stands on the map of the others, by name
        school.until(lambda desk=desk: desk.window.map.plan.names == ("Lee", "Ann", "Ben"))
        school.until(lambda desk=desk: desk.player.world.called == {0: "Lee", 1: "Ann", 2: "Ben"})

    assert [desk.window.bar._who.currentText() for desk in (teacher, ann, ben)] == ["Lee", "Ann", "Ben"]
    ann.player.submit(Peer(("Ann", "Ben")))
    school.until(lambda: teacher.player.world.states.neighbours(1, teacher.player.playhead) == {2})

    for desk, verb, node in ((ann, "put", 1), (ben, "get", 2)):
        bar = desk.window.bar
        bar.prepare(verb, node)
        bar._key.setEditText("news/1")
        bar._value.setText("hello")
        bar._owner.setCurrentIndex(bar._owner.findText("of Ann"))
        desk.qtbot.mouseClick(bar._go, Qt.MouseButton.LeftButton)
        school.until(lambda bar=bar: bar._outcome.text().startswith(("stored as v1", "v1 in")))
    for desk in (teacher, ann, ben):  # the get that Ben's provider answered from Ann's is seen by all, with its reason
        school.until(lambda desk=desk: desk.player.metrics.report(desk.player.playhead)["gets"]["remote"] == 1)

    stood = ben.window.map.plan.places()
    ben.window.acts["fork"].trigger()  # a model of what was seen, in which everybody stands where they stood
    school.until(lambda: ben.window.document.kind == "model")
    for name, place in ben.window.map.plan.places().items():
        assert place == pytest.approx(stood[name], abs=1e-3)
    ben.window.acts["go-live"].trigger()

    panel = panel_of(teacher)
    panel.freeze.click()
    school.until(lambda: ben.window.notice.text.startswith("The teacher has frozen the class"))
    teacher.window.acts["class-freeze"].trigger()
    panel.table.selectRow(2)
    panel.kick.click()
    school.until(lambda: ben.window.school.state.out != "")
    school.until(lambda: panel.table.model().rows[2].state == "out")
