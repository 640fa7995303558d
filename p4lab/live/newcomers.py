"""How many new members one address may bring: a class that sits behind one comes in, whoever fills its seats does not.

Rules: pure; the clock is handed in. Who has a seat is no newcomer. Bounded, and exact: no burst is ever doubled.
"""

from collections import OrderedDict
from collections.abc import Callable

MINUTE = 60.0
REMEMBERED = 1_024  # addresses; past that the one longest unseen is forgotten


class _From:
    """One address. room: how many may come; at: when that was so; refused: those whom nobody was told of."""

    def __init__(self, room: float, at: float) -> None:
        self.room, self.at = room, at
        self.refused = 0
        self.told: float | None = None  # when somebody was told of those who were refused


class Newcomers:
    """at_once: so many may come of one address; per_minute: and so many more."""

    def __init__(self, clock: Callable[[], float], at_once: int, per_minute: float) -> None:
        self._clock, self._at_once, self._per_minute = clock, at_once, per_minute
        self._known: OrderedDict[str, _From] = OrderedDict()

    def comes(self, address: str) -> bool:
        """Whether one more may come from there; then it has."""
        now = self._clock()
        place = self._known.pop(address, None) or _From(float(self._at_once), now)
        self._known[address] = place
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        place.room = min(float(self._at_once), place.room + (now - place.at) / MINUTE * self._per_minute)
        place.at = now
        if place.room >= 1.0:
            place.room -= 1.0
            return True
        place.refused += 1
        return False

    def to_tell(self, address: str) -> int:
        """How many were refused there whom nobody has been told of; 0: somebody was told less than a minute ago."""
        place, now = self._known[address], self._clock()
        if place.told is not None and now < place.told + MINUTE:
            return 0
        place.told, refused, place.refused = now, place.refused, 0
        return refused
