"""What is being worked on: the errand in hand, and one behind it that goes on whatever else is done.

Rules: no Qt of its own; the player says when, and moves the playhead. Who gives up what goes on behind says so to it;
what is in hand is given up by forgetting it.
"""

from collections.abc import Callable

from ui.beat import Beat
from ui.errands import Errand

BUDGET = 0.03  # s: an errand has the window to itself, which still answers thirty times a second
SAMPLE = 100  # ms between two refreshes of the panels meanwhile


class Works:
    """changed: called when one began, went on or ended; look: when the playhead may be elsewhere; sample: when the

    panels are to see it.
    """

    def __init__(
        self, beat: Beat, changed: Callable[[], None], look: Callable[[Errand], None], sample: Callable[[], None]
    ) -> None:
        self.hand: Errand | None = None
        self.behind: Errand | None = None
        self._beat, self._changed, self._look, self._sample = beat, changed, look, sample

    @property
    def told(self) -> Errand | None:
        """The one that a person is told of."""
        return self.behind if self.hand is None else self.hand

    def begin(self, errand: Errand) -> None:
        """Work on this between frames, in place of what was in hand."""
        self.hand = errand
        self._beat.rest(begin=True)
        if not self.go_on():  # most errands are over at once
            self._beat.wake()

    def drop(self) -> None:
        """Nothing is in hand."""
        if self.hand is not None:
            self.hand = None
            self._changed()

    def follow(self, errand: Errand | None) -> None:
        """This goes on behind everything else, in place of what did."""
        old, self.behind = self.behind, errand
        if old is not None:
            old.given_up()
        self._changed()
        if errand is not None:
            self._beat.wake()

    def cancel(self) -> None:
        """Give up what a person is told of; what is known stays."""
        if self.hand is None and self.behind is not None:
            self.follow(None)
        self.drop()
        self._sample()

    def go_on(self) -> bool:
        """A slice of the errand in hand; True when it is over."""
        errand = self.hand
        if errand is None:
            return True
        done = errand.slice(BUDGET)
        if done or (self._beat.since_sample >= SAMPLE and not errand.quiet):  # painting costs more than a slice
            self._look(errand)
        self._went(errand, done)
        return done

    def go_on_behind(self, spare: bool = True) -> None:
        """A slice of the one behind, a small one where there is no time to spare."""
        if (errand := self.behind) is not None:
            done = errand.slice(BUDGET if spare else 0.0)
            self._went(errand, done)
            if done or self._beat.since_sample >= SAMPLE:
                self._sample()

    def _went(self, errand: Errand, done: bool) -> None:
        if done and errand is self.hand:
            self.hand = None
        elif done and errand is self.behind:
            self.behind = None
        self._changed()
        if done:
            errand.then()
