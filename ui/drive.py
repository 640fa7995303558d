"""What moves time on: the mode, the speed chosen in it, and how far the run gets in a frame.

Rules: no Qt, and the playhead is the player's: this says where it may be next. In Express the playhead stays where the
picture is, while the engine makes events ahead of it, which no fold looks at before a picture is asked for.
"""

from time import perf_counter

from ui.modes import EXPRESS, MODES, RUN, Mode
from ui.pace import for_hop
from ui.refresh import Refresh
from ui.run import Run
from ui.tempo import Tempo

FRAME = 0.016  # s
KEPT_UP = 0.98  # of the asked pace: less is a lag
SMOOTH = 0.5  # s over which the achieved speed is averaged


class Drive:
    """factor: simulated seconds per second, in force now. achieved: what the engine kept up with lately."""

    def __init__(self) -> None:
        self.mode = RUN
        self.tempo = Tempo()
        self.refresh = Refresh(FRAME)
        self.factor = 1.0
        self.achieved = 0.0
        self._speeds = {mode.word: mode.usual for mode in MODES}
        self._kept_up = 1.0  # the part of the asked pace that was reached lately
        self._worked = 0.0

    @property
    def speed(self) -> float | None:
        """What was chosen in this mode; None: auto, or in Express as fast as it goes."""
        return self._speeds[self.mode.word]

    @property
    def lags(self) -> bool:
        """Whether more time would bring it further: in Express always, in Fast where the engine is the limit."""
        return self.mode is EXPRESS or (not self.mode.animates and self._kept_up < KEPT_UP)

    def choose(self, mode: Mode) -> None:
        """Another mode, with the speed that it had."""
        self.mode = mode
        if self.speed is not None:
            self.factor = self.speed
        self._kept_up = 1.0
        self.refresh.begin()

    def set_speed(self, speed: float | None) -> None:
        """A speed of this mode, or None for the pace that the selected key asks for."""
        low, high = self.mode.speeds
        if speed is None:
            speed = self.mode.usual
        if self.mode is not EXPRESS:
            self._speeds[self.mode.word] = None if speed is None else min(max(speed, low), high)
        if self.speed is not None:
            self.factor = self.speed

    def forget(self) -> None:
        """Another run: all speeds as at first."""
        self._speeds = {mode.word: mode.usual for mode in MODES}
        self.rest()

    def rest(self, run: Run | None = None, t: float = 0.0) -> None:
        """Nothing moves: the pace that is right at t."""
        if self.speed is not None:
            self.factor = self.speed
        elif run is None:
            self.factor = 1.0
        elif self.mode is RUN:
            self.factor = self.tempo.next(run, self.factor, 0.0, t)

    def arrive(self, run: Run, t: float) -> None:
        """Elsewhere at once: the pace that is right there."""
        if self.mode is RUN and self.speed is None:
            hop = self.tempo.hop(run, t)
            self.factor = 1.0 if hop is None else for_hop(hop)

    def turn(self, gap: float) -> None:
        """A frame begins, `gap` seconds after the last one."""
        self.refresh.turn(gap, self._worked)

    def forward(self, run: Run, playhead: float, wall: float) -> float:
        """Where the playhead is `wall` seconds later, the run being made up to there as far as time allows."""
        start = perf_counter()
        budget = self.refresh.budget(self.mode.budget)
        at = self._race(run, playhead, budget) if self.mode is EXPRESS else self._follow(run, playhead, wall, budget)
        self._worked = perf_counter() - start
        return at

    def keep(self, pace: float) -> None:
        """Something else than the chosen speed moves the playhead, at this pace."""
        self.factor, self.achieved, self._kept_up = pace, 0.0, 1.0

    def reached(self, run: Run) -> float:
        """How far the run is made, folded or not."""
        return run.known if run.live else max(run.known, min(run.session.advance(run.known), run.duration))

    def _follow(self, run: Run, playhead: float, wall: float, budget: float) -> float:
        auto = self.mode is RUN and self.speed is None
        factor = self.tempo.next(run, self.factor, wall, playhead) if auto else self.speed or 1.0
        target = max(playhead, min(playhead + wall * factor, run.edge))
        if auto and self.tempo.hop(run, playhead) is None:
            target = self.tempo.until_leaving(run, playhead, target, budget)
        asked = target - playhead
        if target > run.known:
            run.advance(target, budget)
        target = max(playhead, min(target, run.known))
        if asked > 0:  # the pace itself may change in a frame; what lags is how well the engine keeps up with it
            self._kept_up += ((target - playhead) / asked - self._kept_up) * min(1.0, wall / SMOOTH)
        self.factor = factor
        self.achieved = factor * self._kept_up
        return target

    def _race(self, run: Run, playhead: float, budget: float) -> float:
        self.achieved = 0.0  # the strip says how fast it goes
        end = perf_counter() + budget
        while run.session.advance(run.duration) < run.duration and perf_counter() < end:
            pass
        return playhead
