"""What a class's people are told: who came and went, what the teacher said, what could not be done.

Rules: one printable line each, the newest last, bounded; with the time of day, since people remember by it.
"""

import time
from collections import deque
from collections.abc import Callable

from p4lab.live.roster import line

SAID, LOG = 50, 500


class Notes:
    """Lines for a panel. wall: unix time. count: of all that was ever noted, so that a reader sees what is new."""

    def __init__(self, wall: Callable[[], float]) -> None:
        self.log: deque[str] = deque(maxlen=LOG)
        self.said: deque[str] = deque(maxlen=SAID)
        self.count = 0
        self._wall = wall

    def note(self, text: str) -> None:
        """Something happened."""
        self.log.append(self._dated(text))
        self.count += 1

    def hear(self, text: str) -> None:
        """The teacher said something to everybody."""
        self.said.append(self._dated(text))
        self.count += 1

    def _dated(self, text: str) -> str:
        return f"{time.strftime('%H:%M:%S', time.localtime(self._wall()))} {line(text)}"
