"""Over real channels: one trace of what happens at all members, with true times, crashes, and nothing of who hides."""

from __future__ import annotations

import asyncio
from itertools import pairwise

from p4lab.core.events import Blurred, Crashed, Event, Gone, Noted, Peered, Restarted, Sent
from p4lab.live.frames import Seen, Watch
from p4lab.live.limits import Limits
from p4lab.live.telling import AT_ONCE
from tests.live.loopback import LIMITS, Class, live


def notes(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Noted)]


def test_what_happens_at_three_members_is_one_story_by_one_clock() -> None:
    """A message goes round: its arrivals are true though two clocks are wrong by hours, and causes cross."""

    async def story(group: Class) -> None:
        ann, ben, cleo = [await group.add(seat, skew) for seat, skew in ((0, 0.0), (1, 7_200.0), (2, -3_600.0))]
        observer = await group.observe()
        while set(observer.clocks) != {1, 2} or not all(clock.known for clock in observer.clocks.values()):
            await asyncio.sleep(0.02)
        route, cause, true = (ann, ben, cleo, ann), 0, []
        for here, there in pairwise(route):
            cause = here.send(there.seat, here.emit(Noted(text=f"at {here.seat}"), cause))
            left = ann.clock()
            while not any(event == cause for _, event in there.got):
                await asyncio.sleep(0)
            true.append((left, ann.clock()))
        ann.emit(Noted(text="home"), cause)
        events = await group.until(lambda events: "home" in notes(events))
        assert notes(events) == ["at 0", "Ben: at 1", "Cleo: at 2", "home"]
        chain = [event for event in events if isinstance(event, Noted | Sent)]
        assert [event.cause for event in chain] == [0, *(event.id for event in chain[:-1])]
        rows = [event for event in chain if isinstance(event, Sent)]
        assert [(row.src, row.dst) for row in rows] == [(0, 1), (1, 2), (2, 0)]
        slack = 0.01 + max(clock.uncertainty for clock in observer.clocks.values())
        assert slack < 1.0
        for row, (left, arrived) in zip(rows, true, strict=True):
            assert abs(row.t - left) < slack
            assert row.t <= row.due
            assert abs(row.due - arrived) < slack
        offsets = {seat: clock.offset for seat, clock in observer.clocks.items()}
        assert abs(offsets[1] - 7_200.0) < slack
        assert abs(offsets[2] + 3_600.0) < slack
        assert group.known == sorted(group.known)

    live(story)


def test_who_is_killed_is_crashed_and_who_is_back_is_restarted() -> None:
    async def story(group: Class) -> None:
        await group.add(0)
        ben = await group.add(1)
        await group.observe()
        ben.emit(Noted(text="here"))
        await group.until(lambda events: "Ben: here" in notes(events))
        ben.kill()
        await group.until(lambda events: any(isinstance(event, Crashed) for event in events))
        again = await group.add(1, first=1_000_000)
        await again.watched()
        again.emit(Noted(text="back"))
        events = await group.until(lambda events: "Ben: back" in notes(events))
        told = [event for event in events if isinstance(event, Crashed | Restarted | Noted)]
        assert [type(event) for event in told] == [Noted, Noted, Crashed, Restarted, Noted]
        assert notes(told)[1] == "Ben: is not heard any more: the connection was cut"
        assert told[2].t - told[0].t < 15.0

    live(story)


def test_a_connection_that_is_soon_back_is_no_crash_and_a_goodbye_is_said() -> None:
    async def story(group: Class) -> None:
        ann = await group.add(0, limits=Limits(heartbeat=0.2, idle=1.0, grace=0.5))
        ben = await group.add(1)
        await group.observe()
        ben.emit(Noted(text="one"))
        await group.until(lambda events: "Ben: one" in notes(events))
        ben.board.channels[0]._cut("the Wi-Fi is gone")
        await asyncio.sleep(0.1)
        await ben.board.reach([ann.address])
        await ben.watched()
        ben.emit(Noted(text="two"))
        await group.until(lambda events: "Ben: two" in notes(events))
        ben.board.cut(0, "bed time")
        events = await group.until(lambda events: any(isinstance(event, Gone) for event in events))
        assert notes(events) == ["Ben: one", "Ben: two", "Ben: said goodbye: bed time"]
        assert [event for event in events if isinstance(event, Crashed)] == []
        await ben.board.reach([ann.address])
        events = await group.until(lambda events: any(isinstance(event, Restarted) for event in events))
        assert [(event.node, event.kept) for event in events if isinstance(event, Gone)] == [(1, True)]

    live(story)


def test_what_the_class_says_of_whom_we_do_not_hear_is_shown() -> None:
    """Cleo is known from what Ben tells alone; Ben closes our channel and is here all the same; then we are out."""

    async def story(group: Class) -> None:
        ann, ben = await group.add(0), await group.add(1)
        how = {0: "here", 1: "here", 2: "gone"}
        observer = await group.observe(how.get)
        ben.emit(Peered(node=1, peers=(2,), latency=(0.01,)))
        events = await group.until(lambda events: any(isinstance(event, Gone) for event in events))
        assert [event.node for event in events if isinstance(event, Gone)] == [2]
        assert not any(isinstance(event, Peered) for event in events)  # she is not there
        how[2] = "here"
        events = await group.until(lambda events: any(isinstance(event, Peered) for event in events))
        assert [(event.node, event.peers) for event in events if isinstance(event, Peered)] == [(2, (1,))]
        how[2] = "dead"
        events = await group.until(lambda events: any(isinstance(event, Crashed) for event in events))
        assert [event.node for event in events if isinstance(event, Crashed)] == [2]
        ben.board.cut(0, "one channel is enough")
        while observer._gone or 1 in ann.board.channels:
            await asyncio.sleep(0.02)
        assert observer._merge.there(1)
        how[0], how[1] = "out", "gone"
        ben.board.unwant(0)
        await asyncio.sleep(0.6)
        assert observer._merge.there(1)

    live(story)


def test_who_comes_and_goes_again_at_once_was_not_there() -> None:
    async def story(group: Class) -> None:
        await group.add(0, limits=Limits(heartbeat=0.2, idle=1.0, grace=1.0))
        ben = await group.add(1)
        how = {0: "here", 1: "here", 2: "gone"}
        observer = await group.observe(how.get)
        ben.emit(Peered(node=1, peers=(2,), latency=(0.01,)))
        await group.until(lambda events: any(isinstance(event, Gone) for event in events))
        how[2] = "here"
        while 2 not in observer._gone:
            await asyncio.sleep(0.02)
        how[2] = "gone"
        while 2 in observer._gone:
            await asyncio.sleep(0.02)
        ben.emit(Noted(text="after that"))
        events = await group.until(lambda events: "Ben: after that" in notes(events))
        assert [type(event) for event in events if isinstance(event, Gone | Restarted)] == [Gone]

    live(story)


def test_who_hides_is_there_and_tells_nothing() -> None:
    async def story(group: Class) -> None:
        ann = await group.add(0)
        ben = await group.add(1, policy="nobody")
        cleo = await group.add(2, policy="teacher")
        await group.observe()
        assert ben.board.post(2, Watch(True))
        ann.send(1)
        cleo.emit(Noted(text="to the teacher"))
        events = await group.until(lambda events: len(notes(events)) == 1)
        assert (ben.teller.watched, cleo.teller.watched) == ((), (0,))
        assert [(event.src, event.dst) for event in events if isinstance(event, Sent)] == [(0, 1)]
        cleo.teller.policy("nobody")
        assert cleo.teller.watched == ()
        ben.board.cut(0, "bed time")
        events = await group.until(lambda events: any(isinstance(event, Gone) for event in events))
        assert [event.node for event in events if isinstance(event, Gone)] == [1]
        await ben.board.reach([ann.address])
        events = await group.until(lambda events: any(isinstance(event, Restarted) for event in events))
        assert [event.node for event in events if isinstance(event, Restarted | Crashed)] == [1]

    live(story)


def test_a_member_that_talks_without_end_is_told_in_part_and_says_so() -> None:
    """50,000 events at once: what waits for a watcher stays within its bound, and it hears the newest all the same."""

    async def story(group: Class) -> None:
        bound = Limits(heartbeat=0.2, idle=5.0, observed_bytes=50_000)
        await group.add(0, limits=LIMITS)
        ben = await group.add(1, limits=bound)
        await group.observe()
        ben.emit(Noted(text="first"))
        await group.until(lambda events: "Ben: first" in notes(events))
        t = ben.clock()
        for number in range(50_000):
            ben.stream.sent(t, t, 0, number, 80, 1, 1, 3, 0, 0)
        assert all(watcher.waiting <= 50_000 for watcher in ben.stream._watchers)
        events = await group.until(lambda events: any(isinstance(event, Blurred) for event in events))
        while sum(event.left_out for event in events if isinstance(event, Blurred)) + group.trace.messages < 50_000:
            await asyncio.sleep(0.05)
            events = group.drain()
        left_out = sum(event.left_out for event in events if isinstance(event, Blurred))
        assert left_out + group.trace.messages == 50_000
        assert group.trace.messages < 2_000

    live(story)


def test_whoever_begins_to_watch_without_end_is_told_how_things_are_a_few_times() -> None:
    """Each beginning looks at all that is held, which would be the cheapest way to keep a member busy."""

    async def story(group: Class) -> None:
        ann, ben = [await group.add(seat) for seat in (0, 1)]
        looked = [0]

        def look() -> list[Event]:
            looked[0] += 1
            return []

        ben.stream.snapshot = look
        seen: list[Seen] = []
        ann.board.on(Seen, lambda seat, frame: seen.append(frame))
        for _ in range(50):
            ann.board.post(1, Watch(True))
            ann.board.post(1, Watch(False))
        ann.board.post(1, Watch(True))
        while 0 not in ben.teller._late:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        assert (looked[0], ben.teller.watched, ben.teller._wanted) == (AT_ONCE, (), {0})
        ben.teller._late[0].cancel()
        ben.teller._begin_late(0)  # as it is in some seconds
        ben.emit(Noted(text="told after all"))
        while not any(b"told after all" in frame.events for frame in seen):
            await asyncio.sleep(0.01)
        assert looked[0] == AT_ONCE + 1

    live(story)


def test_nonsense_in_what_is_told_ends_the_channel() -> None:
    async def story(group: Class) -> None:
        ann = await group.add(0)
        ben = await group.add(1)
        await group.observe()
        ben.emit(Noted(text="here"))
        await group.until(lambda events: "Ben: here" in notes(events))
        ben.board.post(0, Seen(b"nonsense"))
        while ann.board.here(1):
            await asyncio.sleep(0.01)
        while ben.board.here(0):
            await asyncio.sleep(0.01)

    live(story)
