"""The class of the session that is open, looked at four times a second, so that everything that shows it agrees.

Rules: nothing is asked of the network; a state that is the same object as before is nothing new.
"""

from typing import Protocol, runtime_checkable

from PySide6.QtCore import QObject, QTimer, Signal

from p4lab.session.classroom import Classroom, ClassState
from ui.player import Player

LOOK = 250  # ms: a class says what is new four times a second at most


@runtime_checkable
class InClass(Protocol):
    """A session that takes part in a class."""

    classroom: Classroom


class ClassWatch(QObject):
    """room: whom to ask for something; state: the class now. Both None where the session has no class."""

    changed = Signal()
    said = Signal(str)  # a message to everybody has come
    asked = Signal(str)  # somebody wants to peer, by name
    answered = Signal(str)  # what became of a request of ours to peer

    def __init__(self, player: Player, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.room: Classroom | None = None
        self.state: ClassState | None = None
        self._player = player
        self._heard: tuple[str, ...] = ()
        self._answers: tuple[str, ...] = ()
        self._asks: set[int] = set()
        self._timer = QTimer(self, interval=LOOK)
        self._timer.setObjectName("class")
        self._timer.timeout.connect(self.look)
        player.sessionChanged.connect(self._begin)
        self._begin()

    def look(self) -> None:
        """See what is new."""
        state = None if self.room is None else self.room.state()
        if state is self.state:
            return
        self.state = state
        self.changed.emit()
        if state is None:
            return
        fresh = _new(self._heard, state.said)
        self._heard = state.said
        for text in fresh:
            self.said.emit(text)
        answers = _new(self._answers, state.answers)
        self._answers = state.answers
        for text in answers:
            self.answered.emit(text)
        for ask in state.asks:
            if ask.number not in self._asks:
                self.asked.emit(ask.name)
        self._asks = {ask.number for ask in state.asks}

    @property
    def elsewhere(self) -> str:
        """The branch as which a class goes on that is not shown; empty where there is none."""
        live = self._player.branches.live
        if self.room is not None or live is None or self._player.edge.run is None:
            return ""
        return live.name if isinstance(self._player.edge.run.session, InClass) else ""

    def go_back(self) -> None:
        """Show the class that goes on."""
        self._player.edge.go()

    def lines(self, seat: int) -> int:
        """With how many a member peers by now, as the map draws it."""
        return len(self._player.world.states.neighbours(seat, self._player.known))

    def close(self) -> None:
        """Look no more."""
        self._timer.stop()

    def _begin(self) -> None:
        session = self._player.session
        room = session.classroom if isinstance(session, InClass) else None
        if room is self.room and room is not None:
            return
        self.room, self._heard, self._answers, self._asks = room, (), (), set()
        if room is None:
            self._timer.stop()
        else:
            now = room.state()
            self._heard, self._answers = now.said, now.answers  # what was said before is in the list, and no news
            self._timer.start()
        had = self.state
        self.look()
        if had is self.state is None:
            self.changed.emit()  # there may be a class that goes on, and is not shown


def _new(before: tuple[str, ...], now: tuple[str, ...]) -> tuple[str, ...]:
    """What stands behind what was there: the list keeps the last ones alone, so its beginning may be gone."""
    for kept in range(min(len(before), len(now)), 0, -1):
        if before[-kept:] == now[:kept]:
            return now[kept:]
    return now
