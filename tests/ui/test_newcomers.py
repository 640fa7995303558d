"""Who comes and leaves while a person watches: the map shows them from then on, and the time before without them."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from p4lab.core.commands import AddOrganisation, AddProvider, Command, Leave
from p4lab.core.options import Attach
from p4lab.scenario.model import Do
from tests.ui import runs
from tests.ui.desk import Desk


def do(desk: Desk, t: float, command: Command) -> None:
    desk.seek(t)
    desk.player.submit(command)
    runs.settle(desk.qtbot, desk.player)


def drawn(desk: Desk, t: float) -> str:
    """The providers and the organisations that the map draws at t."""
    desk.seek(t)
    view = desk.window.map
    view.grab()
    figures = view.figures()
    return " ".join([figures.names[node] for node in figures.seen] + [one.name for one in view.plan.houses(figures)])


def test_newcomers_are_drawn_from_when_they_come_until_they_leave(desk: Desk) -> None:
    do(desk, 4.0, AddProvider("Fern", position=(0.5, 0.5)))
    do(desk, 6.0, AddProvider("low", parent="Fern", attach=Attach.REDIRECT))
    do(desk, 8.0, AddOrganisation("House", "Fern"))
    do(desk, 12.0, Leave("Birch"))
    do(desk, 14.0, Leave("House"))
    everybody = "Aster Birch Cedar Dahlia Elm"
    assert {t: drawn(desk, t) for t in (2.0, 5.0, 9.0, 13.0, 15.0)} == {
        2.0: everybody,
        5.0: f"{everybody} Fern",
        9.0: f"{everybody} Fern low House",
        13.0: "Aster Cedar Dahlia Elm Fern low House",
        15.0: "Aster Cedar Dahlia Elm Fern low",
    }
    desk.window.map._focus.choose((1,))  # who has left may still be chosen
    assert desk.window.map.selected() is None
    view = desk.window.map
    assert view.figures().at(*view.figures().centres[1].tolist()) is None


def test_who_comes_by_the_file_is_not_drawn_before_that_is_played(qtbot: QtBot, tmp_path: Path) -> None:
    later = (Do(4.0, AddProvider("Fern", position=(0.5, 0.5))),)
    made = Desk(qtbot, tmp_path, runs.scenario(do=later))
    made.open()
    assert {t: "Fern" in drawn(made, t) for t in (0.0, 3.0, 5.0)} == {0.0: False, 3.0: False, 5.0: True}
    made.leave()
