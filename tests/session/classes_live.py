"""Classes on this machine's loopback, for the tests of live sessions: as many windows' sessions as are wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event as Pause
from time import perf_counter

from p4lab.live.limits import Limits
from p4lab.session.joining import Wish
from p4lab.session.live import Joining, Live

LOOPBACK = "127.0.0.1"
LIMITS = Limits(heartbeat=0.5, idle=2.0, grace=0.3)


class Group:
    """Sessions in one program. Nobody is discovered: who joins has the address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sessions: list[Live] = []
        self._pause = Pause()

    def add(self, name: str, policy: str = "class", code: str = "") -> Live:
        """The first opens the class, the others join it. code: where its teacher is not here."""
        code = code or (self.code if self.sessions else "")
        wish = Wish(name, "" if code else "Class 9b", code, policy, LOOPBACK)
        attempt = Joining(wish, self.folder / name, (), LIMITS)
        while (session := attempt.poll()) is None:
            self._pause.wait(0.01)
        self.sessions.append(session)
        return session

    @property
    def code(self) -> str:
        """To join by."""
        state = self.sessions[0].classroom.state()
        return f"{state.address}/{state.code}"

    def until(self, true: Callable[[], object], seconds: float = 20.0) -> None:
        """Let time pass for everybody, as windows do."""
        end = perf_counter() + seconds
        while not true():
            assert perf_counter() < end, "it did not happen"
            self._pause.wait(0.01)
            for session in self.sessions:
                session.advance(float("inf"))

    def cut(self, session: Live) -> None:
        """As when the power goes: its connections are lost, nothing is said, and it is there no more."""
        self.sessions.remove(session)
        board = session._running.board

        def lost() -> None:
            for seat, channel in board.channels.items():
                board.unwant(seat)
                channel._cut("the power is gone")

        session._thread.call(lost)
        session.close()

    def close(self) -> None:
        """End everything."""
        for session in reversed(self.sessions):
            session.close()


@contextmanager
def group(folder: Path) -> Iterator[Group]:
    """Some people of a class."""
    made = Group(folder)
    try:
        yield made
    finally:
        made.close()
