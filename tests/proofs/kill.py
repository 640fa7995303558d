"""Nothing that was acknowledged is lost when the process is killed: `python -m tests.proofs.kill`.

Rules: a child puts and tells each acknowledgement through a pipe; it is killed with SIGKILL at some moment, its store
is opened again, and every put that was told of must be there, byte for byte. The same with a child that acknowledges
before the commit must fail, or this would prove nothing. It says how many puts a second are acknowledged, too.
"""

import argparse
import asyncio
import os
import random
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from math import inf
from pathlib import Path
from typing import NamedTuple

from p4lab.core.events import Stored
from p4lab.core.names import Regime
from p4lab.core.records import unauthenticated
from p4lab.core.stores import Copy
from p4lab.live.rows import Row
from p4lab.live.store import Done, Rows, Store

PUTTERS = 50
KILLS, ACKED = 100, 50_000  # at least
LONGEST = 0.15  # s from the first acknowledgement to the kill
SEED = 5
SWITCH = 0.0005  # s, as the window's thread sets it


class Figures(NamedTuple):
    """What some kills came to."""

    kills: int
    acked: int
    lost: int


def row_of(number: int) -> Row:
    """The put with this number, of 200 bytes."""
    record = unauthenticated(b"key/%d" % number, (b"%d " % number).ljust(200, b"v"), Regime.GET_BROADCAST, 0, 0)
    event = Stored(1, number, record.nid, "L", entry=record.entry[:8].hex(), regime=record.regime.value)
    return "L", record.nid, record.entry, Copy(record, inf, event, accounts=(b"a" * 32,))


def opened(path: Path) -> Store:
    """The store in this file, by the real clocks."""
    return Store.open(path, time.time, time.perf_counter)  # noqa: TID251 a process of its own has the real wall clock


class Early:
    """The mutant: it acknowledges before anything is committed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def write(self, node: int, rows: Rows, done: Done) -> None:
        """Promise first, store later."""
        self._store.write(node, rows, _nothing)
        asyncio.get_running_loop().call_soon(done, True)


def _nothing(_: bool) -> None:
    return


async def putting(
    store: Store | Early, first: int, putters: int, until: Callable[[], bool], told: Callable[[int, float], None]
) -> None:
    """Put one after the other, `putters` at a time; told: of each that was acknowledged, and how long that took."""
    loop = asyncio.get_running_loop()
    numbers = iter(range(first, sys.maxsize))

    async def putter() -> None:
        while not until():
            number, asked = next(numbers), loop.time()
            done: asyncio.Future[bool] = loop.create_future()
            store.write(1, (row_of(number),), done.set_result)
            if await done:
                told(number, loop.time() - asked)

    async with asyncio.TaskGroup() as group:
        for _ in range(putters):
            group.create_task(putter())


def child(path: Path, first: int, putters: int, most: float, how: str) -> None:
    """Put, and write each number that was acknowledged to stdout at once. how: "", or what is done wrong."""
    sys.setswitchinterval(SWITCH)
    store = opened(path)
    if how == "normal":
        with store._using:
            assert store._connection is not None
            store._connection.execute("PRAGMA synchronous = NORMAL")
    used: Store | Early = Early(store) if how == "early" else store
    count = iter(range(1, sys.maxsize))
    done = [False]

    def told(number: int, _: float) -> None:
        os.write(1, number.to_bytes(8, "big"))
        done[0] = next(count) >= most

    asyncio.run(putting(used, first, putters, lambda: done[0], told))
    store.close()


def command(path: Path, first: int, how: str = "", putters: int = PUTTERS, most: float = inf) -> list[str]:
    """What starts a child."""
    given = ["--child", str(path), "--first", str(first), "--putters", str(putters), "--most", str(most), "--how", how]
    return [sys.executable, "-m", "tests.proofs.kill", *given]


def kill_once(path: Path, first: int, wait: float, how: str = "") -> list[int]:
    """Let a child put from number `first` on, kill it, and say what it had acknowledged."""
    with subprocess.Popen(command(path, first, how), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        data = process.stdout.read(8)
        pipe = process.stdout.fileno()
        end = time.perf_counter() + wait
        while (left := end - time.perf_counter()) > 0:
            if select.select([pipe], [], [], left)[0]:
                data += os.read(pipe, 65_536)
        process.kill()
        while more := os.read(pipe, 65_536):
            data += more
    return [int.from_bytes(data[at : at + 8]) for at in range(0, len(data) - 7, 8)]


def kills(folder: Path, least: int, acked: int, how: str = "", seed: int = SEED) -> Figures:
    """Kill until there were so many kills and acknowledgements; a fresh file each ten kills."""
    rng = random.Random(seed)
    count = total = first = 0
    lost: set[int] = set()
    while count < least or total < acked:
        if count % 10 == 0:
            path, told = folder / f"{how or 'sound'}-{count}.db", list[int]()
        news = kill_once(path, first, rng.random() * LONGEST, how)
        count += 1
        total += len(news)
        told += news
        store = opened(path)
        assert store.said == (), store.said
        found = store.load(1)
        store.close()
        lost.update(number for number in told if found.get((row := row_of(number))[:3]) != row[3])
        first += 1_000_000
    return Figures(count, total, len(lost))


def syncs(folder: Path, how: str = "", puts: int = 5) -> list[int]:
    """How often the child had synced the file before each acknowledgement, since the one before: by strace."""
    log = folder / f"strace-{how}"
    tracing = ["strace", "-f", "-qq", "-e", "trace=fdatasync,fsync,write", "-o", str(log)]
    subprocess.run(
        [*tracing, *command(folder / f"strace-{how}.db", 1, how, 1, puts)], stdout=subprocess.DEVNULL, check=True
    )
    counts, synced = [], 0
    for line in log.read_text().splitlines():
        if "sync" in line and line.endswith("= 0"):
            synced += 1
        elif " write(1, " in line:
            counts.append(synced)
            synced = 0
    return counts


def rate(path: Path, putters: int, seconds: float) -> tuple[float, float, float]:
    """Acknowledged puts a second, and how long the median and the 99th of 100 took, s."""
    store = opened(path)
    end = time.perf_counter() + seconds
    took: list[float] = []
    asyncio.run(putting(store, 1, putters, lambda: time.perf_counter() > end, lambda _, waited: took.append(waited)))
    store.close()
    took.sort()
    return len(took) / seconds, took[len(took) // 2], took[len(took) * 99 // 100]


def main() -> int:
    """The whole proof; the exit status is 1 where something was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--acked", type=int, default=ACKED)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--first", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--putters", type=int, default=PUTTERS, help=argparse.SUPPRESS)
    parser.add_argument("--most", type=float, default=inf, help=argparse.SUPPRESS)
    parser.add_argument("--how", default="", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(given.child, given.first, given.putters, given.most, given.how)
        return 0
    sys.setswitchinterval(SWITCH)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for putters in (1, 10, 50):
            each, median, worst = rate(folder / f"rate-{putters}.db", putters, 3.0)
            waits = f"median {median * 1e3:.2f} ms, p99 {worst * 1e3:.2f} ms"
            print(f"{putters} putters: {each:,.0f} puts/s acknowledged, {waits}", flush=True)
        figures = kills(folder, given.kills, given.acked)
        print(f"{figures.kills} kills: {figures.acked:,} puts acknowledged, {figures.lost} lost", flush=True)
        wrong = kills(folder, 20, 0, "early")
        caught = f"{wrong.acked:,} acknowledged, {wrong.lost:,} lost"
        print(f"a store that acknowledges before the commit: {wrong.kills} kills, {caught}", flush=True)
        good = figures.lost == 0 and wrong.lost > 0
        if shutil.which("strace"):
            full, normal = syncs(folder), syncs(folder, "normal")
            print(f"syncs before each acknowledgement: FULL {full}, NORMAL {normal}")
            good = good and len(full) == 5 and min(full) > 0 and max(normal[1:]) == 0
        else:
            print("strace is not installed: whether the disk is synced before each acknowledgement was not looked at")
    print("Nothing that was acknowledged was lost." if good else "FAILED")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
