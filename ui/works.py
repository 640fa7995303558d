"""What is being worked on: the errand in hand, and one behind it that goes on whatever else is done.

Rules: no Qt; the player gives the time and moves the playhead. Who gives up what goes on behind says so to it; what is
in hand is given up by forgetting it.
"""

from collections.abc import Callable

from ui.errands import Errand


class Works:
    """changed: called when one began, went on or ended."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self.hand: Errand | None = None
        self.behind: Errand | None = None
        self._changed = changed

    @property
    def told(self) -> Errand | None:
        """The one that a person is told of."""
        return self.behind if self.hand is None else self.hand

    def drop(self) -> None:
        """Nothing is in hand."""
        if self.hand is not None:
            self.hand = None
            self._changed()

    def follow(self, errand: Errand | None) -> None:
        """This goes on behind, in place of what did."""
        old, self.behind = self.behind, errand
        if old is not None:
            old.given_up()
        self._changed()

    def cancel(self) -> None:
        """Give up what a person is told of."""
        if self.hand is None and self.behind is not None:
            self.follow(None)
        self.drop()

    def went(self, errand: Errand, done: bool) -> None:
        """A slice of it is done, or all."""
        if done and errand is self.hand:
            self.hand = None
        elif done and errand is self.behind:
            self.behind = None
        self._changed()
        if done:
            errand.then()
