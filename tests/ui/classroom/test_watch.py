"""Looking at a class: what is new is told once, and what was there before is no news."""

from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from p4lab.session.classroom import Ask
from p4lab.session.simulated import Simulated
from tests.session import classes
from tests.ui import runs
from ui.classroom.watch import ClassWatch
from ui.player import Player


def test_news_are_told_once_and_the_class_goes_with_its_session(qtbot: QtBot) -> None:
    player = Player(Simulated)
    watch = ClassWatch(player)
    told: list[object] = []
    watch.said.connect(told.append)
    watch.asked.connect(told.append)
    watch.answered.connect(told.append)
    watch.changed.connect(lambda: told.append(watch.state and watch.state.name))
    session = Simulated(runs.scenario())
    room = classes.FakeClassroom(replace(classes.as_student(), asks=()))
    session.classroom = room  # type: ignore[attr-defined]  # what a live session brings
    player.open(session)
    assert (told, watch.room) == (["Physics 4b"], room)  # "Welcome" was said before

    room.now = replace(room.now, said=("Welcome", "Begin", "Now"), asks=(Ask(4, 2, "Ben"),))
    qtbot.waitUntil(lambda: len(told) > 1)
    watch.look()
    assert told == ["Physics 4b", "Physics 4b", "Begin", "Now", "Ben"]

    room.now = replace(room.now, said=("Begin", "Now", "Now"))  # the list has let go of its first
    watch.look()
    assert told[5:] == ["Physics 4b", "Now"]

    room.now = replace(room.now, answers=("Ben does not want to peer.",))
    watch.look()
    assert told[7:] == ["Physics 4b", "Ben does not want to peer."]

    player.open(Simulated(runs.scenario()))
    assert (told[9:], watch.state, watch.room) == ([None], None, None)
    player.close()
    watch.close()
