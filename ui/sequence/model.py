"""What the sequence chart shows now, and what can be asked of it: which Event is where, which comes next, what it says.

Rules: no widget, no painting. A function of (run, playhead, focus) and of what the person chose here; the choice is
kept as plain values, so that it can be remembered.
"""

import msgspec
import numpy as np
from PySide6.QtCore import QObject, Signal

from p4lab.core.events import Event, Sent
from p4lab.trace import Trace
from p4lab.world import World
from p4lab.world.observed import Observed
from ui import words
from ui.focus import Focus
from ui.panels.log_text import LogText
from ui.player import Player
from ui.sequence.axis import EVENTS, TIME, Axis, time_of, unit_of
from ui.sequence.choice import Choice, in_words
from ui.sequence.crowd import Crowd
from ui.sequence.lanes import SHORT_WAYS, Lane, Wanted, lanes
from ui.sequence.paint import Frame
from ui.sequence.sight import Look, Sight, lane_numbers, look, marked_on, of_request, request_rows, shown
from ui.sequence.strips import Strip, Strips

REACH = 8.0  # px: as far as the pointer finds an arrow or a mark
LOOK_BACK = 20_000  # messages that tell which lanes talk to each other
SLICE, SLICES = 2_048, 60  # Events looked at for the next one that is shown, and how often
ROOM = 0.12  # of a request's length left free on both sides of it
LEAST_ROOM = {TIME: 0.01, EVENTS: 4.0}


class Chosen(msgspec.Struct, frozen=True):
    """What a person chose here; the lanes too. only_*: of the selected key, provider, request."""

    mode: str = EVENTS
    hidden: frozenset[str] = frozenset()
    only_key: bool = False
    only_talking: bool = False
    only_request: bool = False
    lanes: Wanted = Wanted()


class Model(QObject):
    """sight, lanes: as of the last `refresh`. kept_to: Events that stay in sight, pale, after a seek back from here."""

    changed = Signal()  # another choice, or another stretch

    def __init__(self, player: Player, focus: Focus, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.player, self.focus = player, focus
        self.chosen = Chosen()
        self.axis = Axis()
        self.sight = Sight()
        self.lanes: tuple[Lane, ...] = ()
        self.strips = Strips()
        self.kept_to: tuple[float, int] | None = None
        self.width = 600.0  # px of the lanes at the last `refresh`
        self._crowd = Crowd()
        self._text: LogText | None = None
        self._observed: tuple[Trace, Observed] | None = None
        self._weights: tuple[tuple[Trace, int], np.ndarray] | None = None

    @property
    def trace(self) -> Trace:
        return self.player.trace

    @property
    def world(self) -> World:
        return self.player.world

    @property
    def limit(self) -> int:
        """How many Events may be shown: of a recording all, else those up to the playhead."""
        seen = self.world.seen
        if self.player.session.abilities.known:
            return seen
        current = min(self.trace.index_at(self.player.playhead), seen)
        if self.kept_to is not None and self.kept_to[0] == self.player.playhead:
            return min(max(current, self.kept_to[1]), seen)
        return current

    def choose(self, **what: object) -> None:
        """Another choice."""
        before = self.chosen
        self.chosen = msgspec.structs.replace(before, **what)
        if self.chosen.mode != self.axis.mode:
            self._turn(self.chosen.mode)
        if self.chosen != before:
            self.changed.emit()

    def choice(self) -> Choice:
        """What is shown, with what is selected put in."""
        chosen, focus = self.chosen, self.focus
        return Choice(
            hidden=chosen.hidden,
            key=focus.name if chosen.only_key else None,
            node=focus.provider if chosen.only_talking else None,
            op=focus.op if chosen.only_request else None,
        )

    def refresh(self, width: float) -> None:
        """Look again."""
        player = self.player
        self.axis.set_whole(player.duration if self.axis.mode == TIME else max(self.limit, 1) + 1.0)
        self.lanes = self._lanes()
        self.width = width
        self.sight = look(self.look(width), self._crowd)

    def look(self, width: float, axis: Axis | None = None, choice: Choice | None = None) -> Look:
        """What is wanted, for a chart so wide."""
        focus = self.focus
        return Look(
            self.trace, self.world, axis or self.axis, self.lanes, choice or self.choice(), self.limit, width,
            op=focus.op, chain=focus.chain, lost=self.player.metrics.lost, eyes=self._eyes(), t=self._now(),
        )  # fmt: skip

    def strips_in_sight(self, axis: Axis | None = None, width: float | None = None) -> list[Strip]:
        """What each would answer for the selected key; a provider knows its own alone, not whether it is stale."""
        found = self.strips.within(
            self.trace, self.world, self.focus.name, axis or self.axis, self.lanes, width or self.width
        )
        eyes = self.focus.eyes.as_node
        if eyes is None:
            return found
        own = next((lane for lane, each in enumerate(self.lanes) if each.node == eyes), -1)
        return [msgspec.structs.replace(strip, stale=False) for strip in found if strip.lane == own]

    def unit(self, t: float) -> float:
        """The place of a time on the axis."""
        return unit_of(self.axis.mode, self.trace, t)

    def time(self, unit: float) -> float:
        """The time of a place on the axis."""
        return time_of(self.axis.mode, self.trace, unit)

    def unit_of_event(self, number: int) -> float:
        """The place of an Event."""
        return self.trace.time_of(number - 1) if self.axis.mode == TIME else float(number)

    def show_request(self) -> None:
        """Bring the selected request into sight, if it is not, and its length with it."""
        op = self.focus.op
        span = of_request(self.look(1.0), op) if op is not None else None
        if span is None:
            return
        low, high = span
        if self.axis.low <= low and high <= self.axis.high and high - low > self.axis.length / 8:
            return
        room = max(ROOM * (high - low), LEAST_ROOM[self.axis.mode])
        self.axis.set_whole(max(self.axis.whole, high + room))
        self.axis.show(low - room, high + room)
        self.changed.emit()

    def show_event(self, number: int) -> None:
        """Bring an Event into sight."""
        if 1 <= number <= len(self.trace):
            unit = self.unit_of_event(number)
            if not self.axis.low <= unit <= self.axis.high:
                self.axis.centre(unit)
                self.changed.emit()

    def event_at(self, x: float, y: float, frame: Frame) -> int | None:
        """The Event that the pointer means: a mark before an arrow, of arrows the nearest."""
        sight, best, found = self.sight, REACH, None
        for mark in sight.marks:
            away = float(np.hypot(mark.x - x, frame.y(mark.lane) - y))
            if away < best:
                best, found = away, mark.event
        if found is not None or not len(sight.rows):
            return found
        x1, x2 = sight.x1, np.where(np.isnan(sight.x2), sight.x1, sight.x2)
        y1 = (sight.a + 0.5) * frame.lane - frame.scroll
        y2 = (sight.b + 0.5) * frame.lane - frame.scroll
        x2, y2 = x1 + (x2 - x1) * sight.cut, y1 + (y2 - y1) * sight.cut
        length = np.maximum((x2 - x1) ** 2 + (y2 - y1) ** 2, 1e-9)
        along = np.clip(((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length, 0.0, 1.0)
        away_ = np.hypot(x1 + along * (x2 - x1) - x, y1 + along * (y2 - y1) - y)
        away_ = np.where(sight.followed, away_ - 2.0, away_)
        place = int(np.argmin(away_))
        return int(sight.rows["id"][place]) if away_[place] <= REACH else None

    def selected(self) -> list[int]:
        """The Events of the chain that is lit up, or without one those of the selected request."""
        if self.focus.chain:
            return sorted(number for number in self.focus.chain if number <= self.limit)
        op = self.focus.op
        found = self.world.op(op) if op is not None else None
        if op is None or found is None:
            return []
        rows = request_rows(self.trace, found)
        numbers = rows["id"][rows["id"] <= self.limit].astype(int).tolist()
        return sorted({found.started_id, *numbers, *([found.finished_id] if found.finished_id else [])})

    def end_of(self, number: int) -> float:
        """When an Event was over: of a message, when it arrived."""
        event = self.trace[number - 1]
        return event.due if isinstance(event, Sent) else self.trace.time_of(number - 1)

    def next_event(self, after: int, way: int) -> int | None:
        """The next Event that is shown, after Event `after` (way 1) or before it (-1)."""
        wanted = self.look(self.width)
        lane_of, limit = lane_numbers(self.lanes, self.world), wanted.limit
        at = after if way > 0 else after - 1  # counted from 0: the first that is looked at, or one behind the last
        for _ in range(SLICES):
            start, stop = (at, min(at + SLICE, limit)) if way > 0 else (max(0, at - SLICE), min(at, limit))
            if start >= stop:
                return None
            part = self.trace.slice(start, stop)
            numbers = part.rows["id"][shown(part.rows, wanted, lane_of)].astype(int).tolist()
            numbers += [event.id for event in part.records if marked_on(event, wanted, lane_of) >= 0]
            if numbers:
                return min(numbers) if way > 0 else max(numbers)
            at = stop if way > 0 else start
        return None

    def says(self, number: int) -> list[str]:
        """An Event in short lines, as the log has it; and how far from the selected one it is."""
        event = self.trace[number - 1]
        if self._text is None or self._text.trace is not self.trace or self._text.world is not self.world:
            self._text = LogText(self.trace, self.world)
        assert isinstance(event, Event)
        self._text.judged = self.focus.eyes.as_node is None
        row = self._text.row_of(event, 0.0)
        about = " · ".join(filter(None, (row.kind, row.between, row.key)))
        lines = [about]
        if row.result or row.regime:
            lines.append(" · ".join(filter(None, (row.result, row.regime_words))))
        when = f"#{words.grouped(number)} at {words.clock(event.t, 1e-4)}"
        if isinstance(event, Sent) and not event.lost:
            when += f", {words.time(event.due - event.t)} on its way"
        lines.append(when)
        chosen = self.focus.event_id
        if chosen is not None and chosen != number and 1 <= chosen <= len(self.trace):
            away = event.t - self.trace.time_of(chosen - 1)
            how = "after" if (away, number) > (0.0, chosen) else "before"
            lines.append(f"Δ {words.time(abs(away))} {how} the selected event")
        return lines

    def summary(self) -> str:
        """What is in sight and what is left out, in a line."""
        said = [self.sight.says or words.plural(self.sight.total, "message")]
        said.append(in_words(self.choice(), self.world))
        count = len(self.chosen.lanes.hidden & set(self.world.called.values()))
        said.append(f"{words.plural(count, 'lane')} hidden" if count else "")
        eyes = self.focus.eyes.as_node
        said.append(f"as {self.world.called.get(eyes, '')} sees it" if eyes is not None else "")
        return " · ".join(filter(None, said))

    def what_fills(self) -> str:
        """Why there is nothing to see; empty where there is something."""
        if self.player.empty:
            return "Open a scenario: what providers tell each other is drawn here, a lane for each."
        if not self.world.called:
            return "There is no provider yet. Draw one on the map: each gets a lane here."
        if not self.lanes:
            return "No lane is shown. Show all lanes again with the menu Lanes."
        if self.sight.rows.size or self.sight.marks or self.sight.counts is not None:
            return ""
        if self.limit == 0 or (not self.trace.messages):
            more = (
                "Put or get in the bar below the map"
                if self.player.run.live and self.player.playing
                else "Play with Space, or step with F4"
            )
            return f"Nothing has happened yet. {more}."
        low, high = self.time(self.axis.low), self.time(self.axis.high)
        return (
            f"Nothing that is shown passes from {words.clock(low)} to {words.clock(high)}. "
            "Go to the next event with →, to the one before with ←."
        )

    def _turn(self, mode: str) -> None:
        """The other kind of axis, with the same moments in sight."""
        low, high = self.time(self.axis.low), self.time(min(self.axis.high, self.axis.whole))
        self.axis = Axis(mode)
        self.axis.set_whole(self.player.duration if mode == TIME else max(self.limit, 1) + 1.0)
        first, last = self.unit(low), self.unit(high)
        self.axis.show(first, max(last, first + LEAST_ROOM[mode]))

    def _eyes(self) -> tuple[Observed, int] | None:
        """Whose eyes the window sees with."""
        node = self.focus.eyes.as_node
        if node is None:
            return None
        if self._observed is None or self._observed[0] is not self.trace:
            self._observed = self.trace, Observed(self.trace, self.world)
        return self._observed[1], node

    def _now(self) -> float:
        """The time at which it is observed: a recording is shown to its end."""
        return self.player.known if self.player.session.abilities.known else self.player.playhead

    def _lanes(self) -> tuple[Lane, ...]:
        wanted, weights = self.chosen.lanes, None
        if wanted.order == SHORT_WAYS:
            weights = self._talk()
        talking = self.focus.provider if self.chosen.only_talking else None
        found = lanes(self.world, wanted, weights, talking)
        op = self.focus.op if self.chosen.only_request else None
        one = self.world.op(op) if op is not None else None
        if one is None:
            return tuple(found)
        rows = request_rows(self.trace, one)
        taking = {one.node, *rows["src"].tolist(), *rows["dst"].tolist()}  # who takes part in it
        return tuple(lane for lane in found if lane.node in taking)

    def _talk(self) -> np.ndarray:
        """How many messages go from whom to whom; counted again each time the run has doubled, so lanes stay put."""
        rows = self.trace.messages
        key = self.trace, rows.bit_length()
        if self._weights is None or self._weights[0] != key:
            some = self.trace.rows(max(0, rows - LOOK_BACK), rows)
            count = max(self.world.called, default=0) + 1
            some = some[(some["src"] < count) & (some["dst"] < count)]
            cells = np.bincount(some["src"].astype(np.int64) * count + some["dst"], minlength=count * count)
            self._weights = key, cells.reshape(count, count)
        return self._weights[1]
