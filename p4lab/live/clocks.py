"""Another member's clock as it stands to ours: how far ahead, and how sure that is.

Rules: pure. Every batch of a member's events says what time it was there when it was sent; the quickest of them on the
way, and half the shortest round trip, give the offset (Cristian 1989), and nothing is more certain than that half.
"""

from collections import deque
from math import inf

WINDOW = 20  # s that a sample counts: clocks of laptops part by up to 50 us a second, 1 ms meanwhile
DRIFT = 50e-6  # s per s
JUMP = 1.0  # s by which all that comes is later than before: the other one slept
PATIENCE = 3  # s of which make that sure


class ClockOf:
    """One member's. own: it is ours."""

    def __init__(self, own: bool = False) -> None:
        self._own = own
        self._gaps: deque[tuple[int, float]] = deque()  # the least of each second: our time less theirs
        self._least = inf
        self._rtt = 0.0
        self._sure = own  # a round trip has been measured

    def heard(self, theirs: float, mine: float) -> None:
        """What was told when the clock there stood at `theirs` came in at `mine`."""
        if self._own:
            return
        gap, second = mine - theirs, int(mine)
        if self._gaps and self._gaps[-1][0] == second:
            if gap >= self._gaps[-1][1]:
                return
            self._gaps[-1] = second, gap
        else:
            self._gaps.append((second, gap))
            while self._gaps[0][0] < second - WINDOW:
                self._gaps.popleft()
            recent = list(self._gaps)[-PATIENCE - 1 : -1]
            if len(recent) == PATIENCE and min(gap for _, gap in recent) > self._least + JUMP:
                self._gaps = deque([*recent, self._gaps[-1]])
        self._least = min(gap for _, gap in self._gaps)

    def round_trip(self, rtt: float) -> None:
        """The shortest round trip of late, in seconds."""
        if not self._own and rtt >= 0:
            self._rtt, self._sure = rtt, True

    @property
    def known(self) -> bool:
        """Whether there is anything to go by."""
        return self._own or bool(self._gaps)

    @property
    def offset(self) -> float:
        """Their clock less ours, in seconds."""
        return self._rtt / 2 - self._least if self._gaps else 0.0

    @property
    def uncertainty(self) -> float:
        """By how much the offset may be wrong, either way; inf before a round trip has been measured."""
        if self._own:
            return 0.0
        return self._rtt / 2 + DRIFT * (WINDOW + 1) if self._sure and self._gaps else inf

    def mine(self, theirs: float) -> float:
        """What our clock showed when theirs showed this."""
        return theirs - self.offset
