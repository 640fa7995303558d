"""Keeping a run as a recording, between other things: a part at a time, and the file is there when all of it is.

Rules: what is known by now is kept, and nothing is made for it. Written beside its place and moved there at the end, so
that what stood there before is lost only to a whole recording.
"""

from pathlib import Path
from time import perf_counter

import msgspec

from p4lab.recording import Recorder, RecordingError, may_replace
from p4lab.scenario.write import dumps
from p4lab.session.base import Session
from p4lab.session.replay import Replayed

PART = 500  # events between two looks at the clock: some milliseconds


class Keeping:
    """One recording in the making. known: the time up to which the run is. Raises RecordingError, as `work` does."""

    def __init__(self, session: Session, path: Path, known: float, version: str) -> None:
        may_replace(path)
        self._session, self._path = session, path
        self._known, self._count, self._written = known, len(session.trace), 0
        self._aside = path.with_name(f".{path.name}.part")
        self._aside.unlink(missing_ok=True)
        scenario = session.scenario
        if session.abilities.real_time:  # it has no set end: played again, it ends where it was kept
            scenario = msgspec.structs.replace(scenario, duration=max(scenario.duration, known))
        again = isinstance(session, Replayed) and session.happened
        happened = again or (session.abilities.real_time and not session.scenario.provider)  # a lab's people are drawn
        self._recorder = Recorder(self._aside, dumps(scenario), scenario.seed, version, happened)
        self._recorder.commands(session.commands)

    @property
    def share(self) -> float:
        """How much of it is written, 0..1."""
        return self._written / max(1, self._count)

    def work(self, budget: float) -> bool:
        """Go on for about so many seconds. True: the file is there."""
        stop = perf_counter() + budget
        try:
            while self._written < self._count:
                end = min(self._written + PART, self._count)
                self._recorder.write(self._session.trace.slice(self._written, end), self._known)
                self._written = end
                if perf_counter() >= stop:
                    return False
            self._recorder.close()
            self._aside.replace(self._path)
        except RecordingError:
            self.give_up()
            raise
        except OSError as fault:
            self.give_up()
            raise RecordingError(self._path, f"cannot be written: {fault.strerror or fault}") from None
        return True

    def give_up(self) -> None:
        """Leave everything as it was."""
        self._recorder.close()
        self._aside.unlink(missing_ok=True)
