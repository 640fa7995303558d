"""The host: runs core nodes in real time, and does what they ask for, in their order.

Rules: nothing waits in here. What a node persists is handed to the store at once, so that many share one commit, and
the effects behind it wait for that; what the same node asks for later waits behind them, so nobody overtakes a promise
and nobody reads what a crash may undo. Inputs are taken one after another, never one inside another.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from math import inf
from typing import Protocol

import msgspec

from p4lab.core.contract import Effect, Emit, Input, Node, Persist, Received, Send, SendAll, Woke
from p4lab.core.events import Event
from p4lab.core.messages import Message

Rows = tuple[tuple[str, bytes, bytes, object], ...]
Disk = Callable[[Rows, Callable[[bool], None]], None]  # keeps rows for good, then says on the loop whether it could


class Story(Protocol):
    """The stream of events that is written here."""

    def sent(
        self, t: float, due: float, cause: int, op: int, size: int, src: int, dst: int, code: int, status: int,
        fate: int,
    ) -> int:  # fmt: skip
        """A message leaves; returns the id of its Sent event."""

    def emit(self, event: Event, t: float, cause: int) -> int:
        """An event happens; returns its id."""


class Carrier(Protocol):
    """How messages leave this host."""

    def carry(self, src: int, dst: int, message: Message, cause: int, t: float) -> None:
        """Send a message to a node that is elsewhere, and tell that it was sent."""


class _Held:
    """Effects of which some wait for a commit. gates: of each Persist among them, whether it is done; None: not yet.

    place, passed: how many effects, and gates, are behind us. broken: a commit has failed.
    """

    def __init__(self, effects: list[Effect], place: int, cause: int) -> None:
        self.effects = effects
        self.place = place
        self.cause = cause
        self.gates: list[bool | None] = []
        self.passed = 0
        self.broken = False


class _Hosted:
    """A node, and what it waits for. refused: what is said instead of a message behind a commit that failed."""

    def __init__(
        self, number: int, node: Node, disk: Disk | None, refused: Callable[[Message], Message | None]
    ) -> None:
        self.number = number
        self.node = node
        self.disk = disk
        self.refused = refused
        self.queue: deque[_Held] = deque()
        self.draining = False
        self.armed = inf
        self.timer: asyncio.TimerHandle | None = None


class Host:
    """Nodes by number. began: the loop's time when the host began; nodes know the seconds since then."""

    def __init__(self, story: Story, carrier: Carrier, loop: asyncio.AbstractEventLoop, began: float) -> None:
        self._story = story
        self._carrier = carrier
        self._loop = loop
        self._began = began
        self._hosted: dict[int, _Hosted] = {}
        self._inputs: deque[tuple[_Hosted, Input, int]] = deque()
        self._running = False

    def now(self) -> float:
        """Seconds since the host began."""
        return self._loop.time() - self._began

    def add(
        self, number: int, node: Node, disk: Disk | None = None,
        refused: Callable[[Message], Message | None] = lambda message: None,
    ) -> None:  # fmt: skip
        """Run this node. Without a disk it keeps nothing."""
        self.remove(number)
        hosted = self._hosted[number] = _Hosted(number, node, disk, refused)
        self._arm(hosted)

    def remove(self, number: int) -> None:
        """Run it no more; what it has asked for and waits is not done."""
        hosted = self._hosted.pop(number, None)
        if hosted is not None:
            hosted.queue.clear()
            if hosted.timer is not None:
                hosted.timer.cancel()

    def close(self) -> None:
        """Run nothing any more."""
        for number in list(self._hosted):
            self.remove(number)

    def waiting(self, number: int) -> int:
        """How many lists of effects of this node wait for a commit, its own or an earlier one."""
        hosted = self._hosted.get(number)
        return 0 if hosted is None else len(hosted.queue)

    def tell(self, number: int, data: Input, cause: int = 0) -> None:
        """Hand an input to a node; what it asks for is done before this returns, but for what has to wait."""
        hosted = self._hosted.get(number)
        if hosted is None:
            return
        self._inputs.append((hosted, data, cause))
        if self._running:
            return
        self._running = True
        try:
            while self._inputs:
                hosted, data, cause = self._inputs.popleft()
                if self._hosted.get(hosted.number) is hosted:
                    effects = hosted.node.handle(data, self.now())
                    if effects:
                        self._perform(hosted, effects, cause)
                    self._arm(hosted)
        finally:
            self._running = False

    def emit(self, event: Event, cause: int = 0) -> int:
        """Tell of something that no node said."""
        return self._story.emit(event, self.now(), cause)

    def _perform(self, hosted: _Hosted, effects: list[Effect], cause: int) -> None:
        if hosted.disk is not None and any(type(effect) is Persist for effect in effects):
            held = _Held(effects, 0, cause)
            hosted.queue.append(held)
            rows = [effect.rows for effect in effects if isinstance(effect, Persist)]
            held.gates.extend([None] * len(rows))
            for gate, each in enumerate(rows):
                hosted.disk(each, partial(self._committed, hosted, held, gate))
            self._drain(hosted)
        elif hosted.queue:
            hosted.queue.append(_Held(effects, 0, cause))
        else:
            self._do(hosted, _Held(effects, 0, cause))

    def _committed(self, hosted: _Hosted, held: _Held, gate: int, done: bool) -> None:
        held.gates[gate] = done
        self._drain(hosted)

    def _drain(self, hosted: _Hosted) -> None:
        """Do what waits for nothing any more."""
        if hosted.draining:
            return
        hosted.draining = True
        try:
            while hosted.queue and self._do(hosted, hosted.queue[0]):
                if hosted.queue:  # what was done may have removed the node
                    hosted.queue.popleft()
        finally:
            hosted.draining = False

    def _do(self, hosted: _Hosted, held: _Held) -> bool:
        """Do these effects up to one that has to wait; whether there was none."""
        t = self.now()
        persists = hosted.disk is not None
        effects = held.effects
        while held.place < len(effects):
            effect = effects[held.place]
            if isinstance(effect, Persist) and persists:
                done = held.gates[held.passed]
                if done is None:
                    return False
                held.passed += 1
                held.broken = held.broken or not done
            held.place += 1  # before it is done: what fails once is not tried for ever
            if isinstance(effect, Persist):
                continue
            if isinstance(effect, Emit):
                event = self._story.emit(effect.event, t, effect.cause or held.cause)
                if effect.leads:
                    held.cause = event
            elif effect.after:
                later = msgspec.structs.replace(effect, after=0.0, cause=effect.cause or held.cause)
                self._loop.call_later(effect.after, self._late, hosted, later, held.broken)
            else:
                self._send(hosted, effect, effect.cause or held.cause, t, held.broken)
        return True

    def _late(self, hosted: _Hosted, effect: Send | SendAll, broken: bool) -> None:
        """The node's own work on a message is done."""
        if self._hosted.get(hosted.number) is not hosted:
            return
        held = _Held([effect], 0, effect.cause)
        held.broken = broken
        hosted.queue.append(held)
        self._drain(hosted)

    def _send(self, hosted: _Hosted, effect: Send | SendAll, cause: int, t: float, broken: bool) -> None:
        message: Message | None = effect.message
        if broken:
            message = hosted.refused(effect.message)
            if message is None:
                return
        assert message is not None
        src = hosted.number
        for dst in (effect.dst,) if isinstance(effect, Send) else effect.dsts:
            if dst not in self._hosted:
                self._carrier.carry(src, dst, message, cause, t)
                continue
            event = self._story.sent(
                t, t, cause, message.op, message.size, src, dst, message.code, message.status, 0
            )  # fmt: skip
            self.tell(dst, Received(src, message, event), event)

    def _arm(self, hosted: _Hosted) -> None:
        """See to it that the node is woken when it wants to be."""
        wake_at = hosted.node.wake_at
        if wake_at < hosted.armed:
            if hosted.timer is not None:
                hosted.timer.cancel()
            hosted.armed = wake_at
            hosted.timer = self._loop.call_at(self._began + wake_at, self._wake, hosted)

    def _wake(self, hosted: _Hosted) -> None:
        hosted.armed, hosted.timer = inf, None
        self.tell(hosted.number, Woke())
