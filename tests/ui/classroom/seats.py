"""A desk whose session takes part in a class that the test holds."""

from p4lab.session.classroom import ClassState
from tests.session.classes import FakeClassroom
from tests.ui.desk import Desk
from ui.classroom.panel import ClassroomPanel


def seated(desk: Desk, state: ClassState) -> FakeClassroom:
    """The class of the run that is open from now on; its panel is in sight."""
    room = FakeClassroom(state)
    desk.player.session.classroom = room  # type: ignore[attr-defined]  # what a live session brings
    desk.player.sessionChanged.emit()
    desk.qtbot.waitUntil(lambda: desk.window.docks.is_shown("class"))
    return room


def panel_of(desk: Desk) -> ClassroomPanel:
    """The panel of the window."""
    panel = desk.window.docks["class"]
    assert isinstance(panel, ClassroomPanel)
    return panel
