"""What a window sees of other machines: `python -m tests.proofs.observe`.

Rules: nodes are what `p4lab node` runs, in processes of their own, on the loopback. One is killed with SIGKILL, and
started again, as often as is said: each time it must be called crashed, and back. And a member tells a million events
at once: what waits for the one who watches stays within its bound, and all that it did not take is told as left out.
"""

import argparse
import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from p4lab.core.commands import Peer, Put
from p4lab.core.events import Blurred, Crashed, PutFinished, Restarted, Sent, Stored
from p4lab.core.names import Regime
from p4lab.live.limits import Limits
from p4lab.session.joining import Wish
from p4lab.session.live import Joining, Live
from tests.live.loopback import Class

KILLS, EVENTS = 5, 1_000_000
PATIENCE = 30.0  # s in which a crash has to be known, and anything else has to happen
MOST = 32.0  # MB that memory may grow by: what waits, the rows that were taken, and full tables of ids


class Seen(NamedTuple):
    """What came of the kills: the slowest crash and return, s, and the slowest message between machines, ms."""

    kills: int
    crashed: float
    back: float
    slowest: float
    clocks: dict[int, float]  # how uncertain they are at the end, ms


class Chatter(NamedTuple):
    """What came of the million."""

    told: int
    left_out: int
    most_waiting: int  # bytes
    grown: float  # MB


def watched(kills: int) -> Seen:
    """A teacher's window over two machines of which one is killed."""
    with tempfile.TemporaryDirectory() as folder:
        room = Room(Path(folder))
        try:
            return room.story(kills)
        finally:
            room.close()


class Room:
    """A window's session, and nodes by name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.nodes: dict[str, subprocess.Popen[bytes]] = {}
        attempt = Joining(Wish("Ann", "Class", policy="class", network="127.0.0.1"), folder / "Ann", ())
        while (session := attempt.poll()) is None:
            time.sleep(0.01)  # noqa: TID251 a proof waits for other processes
        self.session: Live = session

    def story(self, kills: int) -> Seen:
        """All of it."""
        session, crashed, back = self.session, [], []
        for name in ("Ben", "Cleo"):
            self.start(name)
        self.until(lambda: len(session.commands) == 3)
        for pair in (("Ann", "Ben"), ("Ann", "Cleo"), ("Ben", "Cleo")):
            session.submit(Peer(pair), 0.0)
        session.submit(Put("Ann", "hello", "news", regime=Regime.VALUE), 0.0)
        self.until(lambda: self.count(PutFinished) == 1 and self.count(Stored) == 3)
        for number in range(1, kills + 1):
            self.nodes["Ben"].kill()
            self.nodes["Ben"].wait()
            began = time.perf_counter()
            self.until(lambda number=number: self.count(Crashed) == number)
            crashed.append(time.perf_counter() - began)
            began = time.perf_counter()
            self.start("Ben")
            self.until(lambda number=number: self.count(Restarted) == number)
            back.append(time.perf_counter() - began)
        self.whole()
        rows = session.trace.rows()
        far = rows[rows["src"] % 32_768 != rows["dst"] % 32_768]
        clocks = session._member.observer.clocks
        sure = {seat: round(1000 * clock.uncertainty, 2) for seat, clock in clocks.items()}
        return Seen(kills, max(crashed), max(back), 1000 * float((far["due"] - far["t"]).max()), sure)

    def whole(self) -> None:
        """The trace is one: ids, times, causes; nothing arrives before it was sent."""
        told = list(self.session.trace[:])
        assert [event.id for event in told] == list(range(1, len(told) + 1))
        assert [event.t for event in told] == sorted(event.t for event in told)
        assert all(0 <= event.cause < event.id for event in told)
        assert all(event.due >= event.t for event in told if isinstance(event, Sent))

    def count(self, kind: type) -> int:
        return sum(isinstance(event, kind) for event in self.session.trace[:].records)

    def until(self, true: Callable[[], bool]) -> None:
        end = time.perf_counter() + PATIENCE
        while not true():
            assert time.perf_counter() < end, "it did not happen"
            time.sleep(0.01)  # noqa: TID251 a proof waits for other processes
            self.session.advance(float("inf"))

    def start(self, name: str) -> None:
        state = self.session.classroom.state()
        self.nodes[name] = node = subprocess.Popen(
            [sys.executable, "-m", "p4lab", "node", "--name", name, "--join", f"{state.address}/{state.code}",
             "--listen", "127.0.0.1:0", "--profile", str(self.folder / name), "--json"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert node.stdout is not None
        assert node.stdout.readline(), "it did not start"

    def close(self) -> None:
        for node in self.nodes.values():
            if node.poll() is None:
                node.terminate()
                node.wait(10.0)
            assert node.stdout is not None
            node.stdout.close()
        self.session.close()


def flooded(events: int) -> Chatter:
    """A member tells so many events as fast as it can."""

    async def story() -> Chatter:
        group = Class()
        try:
            return await told(group, events)
        finally:
            for node in group.nodes:
                await node.close()

    return asyncio.run(story())


async def told(group: Class, events: int) -> Chatter:
    """The same, within a class."""
    await group.add(0, limits=Limits())
    ben = await group.add(1, limits=Limits())
    await group.observe()
    most, before = 0, _memory()
    (watcher,) = ben.stream._watchers
    for number in range(events):
        t = ben.clock()
        ben.stream.sent(t, t, 0, 1 << 40 | number, 80, 1, 1, 3, 0, 0)
        if number % 1_000 == 0:
            most = max(most, watcher.waiting)
            group.take()
            await asyncio.sleep(0)

    def left_out() -> int:
        group.take()
        return sum(event.left_out for event in group.trace[:].records if isinstance(event, Blurred))

    while group.trace.messages + left_out() < events:
        await asyncio.sleep(0.2)
    return Chatter(group.trace.messages, left_out(), most, _memory() - before)


def _memory() -> float:
    """The most that this process has had, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1_000_000 if sys.platform == "darwin" else 1_000)


def main() -> None:
    """Do it, and print what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--events", type=int, default=EVENTS)
    given = parser.parse_args()
    chatter = flooded(given.events)
    print(
        f"{given.events:,} events at once: {chatter.told:,} told, {chatter.left_out:,} said to be left out; at most "
        f"{chatter.most_waiting:,} bytes waited, memory grew by {chatter.grown:.1f} MB"
    )
    assert chatter.told + chatter.left_out == given.events
    assert chatter.most_waiting <= Limits().observed_bytes
    assert chatter.grown < MOST
    seen = watched(given.kills)
    print(
        f"{seen.kills} kills: called crashed after {seen.crashed:.2f} s at most, back {seen.back:.2f} s after the "
        f"start; slowest message {seen.slowest:.1f} ms; clocks known to within {seen.clocks} ms"
    )


if __name__ == "__main__":
    main()
