"""What a class's people are told: who came and went, what the teacher said, what could not be done.

Rules: one printable line each, the newest last, bounded; with the time of day, since people remember by it.
"""

import time
from collections import deque
from collections.abc import Callable

from p4lab.live.roster import line

SAID, LOG = 50, 500


class Notes:
    """Lines for a panel. wall: unix time. told: whoever wants each as it comes."""

    def __init__(self, wall: Callable[[], float]) -> None:
        self.log: deque[str] = deque(maxlen=LOG)
        self.said: deque[str] = deque(maxlen=SAID)
        self.told: Callable[[str], None] = lambda text: None
        self._wall = wall

    def note(self, text: str) -> None:
        """Something happened."""
        self.log.append(self._dated(text))
        self.told(line(text))

    def hear(self, text: str) -> None:
        """The teacher said something to everybody."""
        self.said.append(self._dated(text))
        self.told(f"The teacher says: {line(text)}")

    def _dated(self, text: str) -> str:
        return f"{time.strftime('%H:%M:%S', time.localtime(self._wall()))} {line(text)}"
