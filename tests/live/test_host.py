"""The host of live nodes: order, commits, time, and what a failed commit leads to."""

import asyncio
from collections.abc import Awaitable, Callable
from math import inf
from typing import Any

import pytest

from p4lab.core.contract import Effect, Emit, Input, Persist, Received, Requested, Send, SendAll, Woke
from p4lab.core.events import Event, Noted
from p4lab.core.messages import Bye, Message
from p4lab.live.host import Host, Rows

ROW = (("L", b"n", b"", 1),)


def word(why: str) -> Bye:
    return Bye(b"", 48, why)


class Tale:
    """What happened, in words; ids 1, 2, ..."""

    def __init__(self) -> None:
        self.lines: list[tuple[Any, ...]] = []

    def sent(self, t: float, due: float, cause: int, op: int, size: int, src: int, dst: int, *rest: int) -> int:
        self.lines.append(("sent", src, dst, cause))
        return len(self.lines)

    def emit(self, event: Event, t: float, cause: int) -> int:
        self.lines.append(("event", event.text, cause))  # type: ignore[attr-defined]  # only Noted is used here
        return len(self.lines)

    def carry(self, src: int, dst: int, message: Message, cause: int, t: float) -> None:
        self.lines.append(("carried", dst, message.why, cause))  # type: ignore[union-attr]  # only Bye is used here


class Scripted:
    """A node that answers each input with what its script says."""

    def __init__(self, script: Callable[[Input, float], list[Effect]]) -> None:
        self.wake_at = inf
        self.script = script
        self.heard: list[Any] = []

    def handle(self, data: Input, now: float) -> list[Effect]:
        self.heard.append(data.message.why if isinstance(data, Received) else type(data))
        return self.script(data, now)


class Slow:
    """A disk that commits when it is told to."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Rows, Callable[[bool], None]]] = []

    def write(self, rows: Rows, done: Callable[[bool], None]) -> None:
        self.waiting.append((rows, done))


def hosted(story: Callable[[Host, Tale], Awaitable[None] | None]) -> Tale:
    tale = Tale()

    async def run() -> None:
        async with asyncio.timeout(20):
            loop = asyncio.get_running_loop()
            host = Host(tale, tale, loop, loop.time())
            waiting = story(host, tale)
            if waiting is not None:
                await waiting
            host.close()

    asyncio.run(run())
    return tale


ASK = Requested(None, 1, "")  # type: ignore[arg-type]  # what is asked for does not matter here


def test_effects_are_done_in_order_and_inputs_one_after_another() -> None:
    def story(host: Host, tale: Tale) -> None:
        one = Scripted(
            lambda data, now: (
                [
                    Emit(Noted(text="a"), leads=True),
                    Send(2, word("x")),
                    Emit(Noted(text="b")),
                    SendAll((9, 2), word("y")),
                ]
                if isinstance(data, Requested)
                else []
            )
        )
        two = Scripted(lambda data, now: [Send(1, word("back"))])
        host.add(1, one)
        host.add(2, two)
        host.tell(1, ASK, 77)
        assert two.heard == ["x", "y"]
        assert one.heard == [Requested, "back", "back"]

    assert hosted(story).lines == [
        ("event", "a", 77), ("sent", 1, 2, 1), ("event", "b", 1), ("carried", 9, "y", 1), ("sent", 1, 2, 1),
        ("sent", 2, 1, 2), ("sent", 2, 1, 5),
    ]  # fmt: skip


def test_what_stands_behind_a_commit_waits_and_nobody_overtakes_it() -> None:
    slow = Slow()

    def story(host: Host, tale: Tale) -> None:
        asked = iter("abc")

        def script(data: Input, now: float) -> list[Effect]:
            name = next(asked)
            if name == "c":
                return [Send(9, word("c"))]
            return [Send(9, word(f"{name}0")), Persist(ROW), Send(9, word(f"{name}1"))]

        host.add(1, Scripted(script), slow.write)
        for _ in range(3):
            host.tell(1, ASK)
        assert len(slow.waiting) == 2  # both are under way, so that one commit can serve them
        assert [line[2] for line in tale.lines] == ["a0"]
        assert host.waiting(1) == 3
        slow.waiting[1][1](True)
        assert [line[2] for line in tale.lines] == ["a0"]
        slow.waiting[0][1](True)
        assert host.waiting(1) == 0

    assert [line[2] for line in hosted(story).lines] == ["a0", "a1", "b0", "b1", "c"]


def test_behind_a_commit_that_failed_only_that_is_said_which_may_be() -> None:
    slow = Slow()

    def refused(message: Message) -> Message | None:
        return word("again") if message.why == "ok" else None  # type: ignore[union-attr]  # only Bye is used here

    def story(host: Host, tale: Tale) -> None:
        effects: list[Effect] = [
            Persist(ROW), Emit(Noted(text="kept")), Send(9, word("ok")), Send(9, word("tell"), 0.001),
        ]  # fmt: skip
        host.add(1, Scripted(lambda data, now: effects), slow.write, refused)
        host.tell(1, ASK)
        host.tell(1, ASK)
        slow.waiting[0][1](False)
        slow.waiting[1][1](True)

    assert hosted(story).lines == [
        ("event", "kept", 0), ("carried", 9, "again", 0), ("event", "kept", 0), ("carried", 9, "ok", 0),
    ]  # fmt: skip


def test_a_node_is_woken_when_it_asks_and_works_as_long_as_it_says() -> None:
    async def story(host: Host, tale: Tale) -> None:
        def script(data: Input, now: float) -> list[Effect]:
            node.wake_at = inf
            return [Send(9, word("late"), 0.02), Send(9, word("now"))]

        node = Scripted(script)
        node.wake_at = 0.03
        host.add(1, node)
        host.tell(1, ASK)
        node.wake_at = 0.03
        while len(tale.lines) < 3:
            await asyncio.sleep(0.002)
        assert sorted(line[2] for line in tale.lines[:3]) == ["late", "now", "now"]
        assert node.heard == [Requested, Woke]
        host.remove(1)
        told = len(tale.lines)
        await asyncio.sleep(0.03)
        assert len(tale.lines) == told  # the second "late" was of a node that is gone

    hosted(story)


def test_what_fails_once_is_not_tried_for_ever() -> None:
    slow = Slow()

    def story(host: Host, tale: Tale) -> None:
        carry, failing = tale.carry, [True]

        def spoilt(*message: Any) -> None:
            if failing.pop() if failing else False:
                raise RuntimeError("a fault")
            carry(*message)

        tale.carry = spoilt  # type: ignore[method-assign]  # a faulty carrier
        effects: list[Effect] = [Persist(ROW), Send(9, word("a")), Send(9, word("b"))]
        host.add(1, Scripted(lambda data, now: effects), slow.write)
        host.tell(1, ASK)
        host.tell(1, ASK)
        with pytest.raises(RuntimeError):
            slow.waiting[0][1](True)
        slow.waiting[1][1](True)
        assert host.waiting(1) == 0

    assert [line[2] for line in hosted(story).lines] == ["b", "a", "b"]
