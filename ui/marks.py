"""Bookmarks and notes on the time line, which of them is chosen, and the interval that is selected.

Rules: marks belong to the scenario and are changed through the player, so each change can be undone; the interval
belongs to nobody's file, and every panel that shows time may show and set it.
"""

import msgspec
from PySide6.QtCore import QObject, Signal

from p4lab.scenario.model import Mark
from ui.player import Player
from ui.span import Span
from ui.words import clock

RECORDED = "A recording cannot be changed: save it as a scenario first (Save as…)."


class Marks(QObject):
    """all: the marks, in the order of their times. chosen: the place of one in `all`."""

    changed = Signal()  # another set of marks, or another one chosen

    def __init__(self, player: Player, span: Span, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._player = player
        self.span = span
        self.all: tuple[Mark, ...] = ()
        self.chosen: int | None = None
        player.scenarioChanged.connect(self._read)
        player.sessionChanged.connect(self._read)
        self._read()

    def why_not(self) -> str:
        """Why nothing can be marked; empty where it can."""
        if self._player.empty:
            return "Open a scenario first."
        run = self._player.run
        return RECORDED if run.session.abilities.known and not run.happens else ""

    def add(self, colour: str = "") -> None:
        """A bookmark at the playhead; where an interval is selected, a mark of that. It is chosen."""
        ends = self.span.ends
        at, until = (self._player.playhead, None) if ends is None else ends
        made = Mark(round(at, 6), None if until is None else round(until, 6), "", colour)
        there = [i for i, mark in enumerate(self.all) if (mark.at, mark.until) == (made.at, made.until)]
        self.span.clear()
        if there:  # it is marked already
            self.choose(there[0])
            return
        says = f"mark {clock(made.at)}" if until is None else f"mark {clock(made.at)} to {clock(until)}"
        self._put((*self.all, made), says)
        self.choose(next(i for i, mark in enumerate(self.all) if mark == made))

    def change(self, number: int, text: str, colour: str) -> None:
        """Other words, another colour."""
        old = self.all[number]
        made = msgspec.structs.replace(old, text=" ".join(text.split()), colour=colour)
        if made != old:
            self._put((*self.all[:number], made, *self.all[number + 1 :]), "change a note")

    def remove(self, number: int) -> None:
        """Take one away."""
        self._put((*self.all[:number], *self.all[number + 1 :]), "remove a note")

    def choose(self, number: int | None) -> None:
        """Point at one."""
        if number != self.chosen:
            self.chosen = number
            self.changed.emit()

    def go(self, number: int) -> None:
        """To the moment of one."""
        self.choose(number)
        self._player.seek(self.all[number].at)

    def beside(self, direction: int) -> int | None:
        """The next mark after (+1) or before (-1) the playhead."""
        t = self._player.playhead
        if direction > 0:
            return next((i for i, mark in enumerate(self.all) if mark.at > t), None)
        return next((i for i, mark in reversed(list(enumerate(self.all))) if mark.at < t), None)

    def _put(self, marks: tuple[Mark, ...], says: str) -> None:
        ordered = tuple(sorted(marks, key=lambda mark: mark.at))
        self._player.change(msgspec.structs.replace(self._player.scenario, mark=ordered), says)

    def _read(self) -> None:
        marks = tuple(sorted(self._player.scenario.mark, key=lambda mark: mark.at))
        if marks != self.all:
            self.all = marks
            self.chosen = None
            self.changed.emit()


def named(mark: Mark) -> str:
    """A mark in a list: its time and its text."""
    when = clock(mark.at) if mark.until is None else f"{clock(mark.at)} – {clock(mark.until)}"
    return f"{when}   {mark.text}" if mark.text else when
