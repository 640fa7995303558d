"""When the next picture is due, so that drawing neither stalls the run nor is starved by it.

Rules: no Qt and no clock, time is an argument. As in OMNeT++'s DisplayUpdateController: the pause between two pictures
grows with what a picture costs, but there are two a second in any case, and the window answers ten times a second.
"""

LONGEST = 0.5  # s between two pictures: never under two a second
SHARE = 4.0  # of a picture's cost is the pause after it where pictures are sparse: a fifth of the time goes into them
ANSWER = 0.1  # s for work and picture together: the window answers ten times a second
LEAST, MOST = 0.008, 0.05  # s of work that a turn has in any case, and at most for the sake of a dear picture
LEARNED = 0.5  # how much of the estimate a new measurement replaces
QUICK = 1.25  # a frame that took hardly longer than its turn has waited, not drawn


class Refresh:
    """cost: of a picture lately, in seconds. frame: seconds from one turn to the next while nothing takes longer."""

    def __init__(self, frame: float) -> None:
        self.cost = 0.0
        self._frame = frame
        self._since = 0.0
        self._drew = False

    def begin(self) -> None:
        """Time starts to run, or runs otherwise: the first turn ends with a picture."""
        self.cost, self._since, self._drew = 0.0, LONGEST, False

    def turn(self, gap: float, worked: float) -> None:
        """A turn begins, `gap` seconds after the last one, which worked on the run for `worked` of them."""
        if self._drew:
            cost = gap - worked if gap > self._frame * QUICK else 0.0
            self.cost += (max(0.0, cost) - self.cost) * LEARNED
        self._since += gap

    def budget(self, usual: float) -> float:
        """Seconds of work for this turn: as much as a picture takes, or drawing starves the run."""
        return min(max(usual, min(self.cost, MOST)), max(LEAST, ANSWER - self.cost))

    def due(self, every: float) -> bool:
        """Whether this turn ends with a picture. every: seconds between two at least, 0: each turn, inf: none."""
        pause = min(max(every, SHARE * self.cost), LONGEST) if 0 < every <= LONGEST else every
        self._drew = self._since >= pause
        if self._drew:
            self._since = 0.0
        return self._drew
