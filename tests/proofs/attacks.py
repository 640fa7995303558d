"""Under each attack an honest client is served as before, and the node stays small: `python -m tests.proofs.attacks`.

Rules: a node as `p4lab node` runs it, four more that peer with it, an honest client that asks it 50 times a second and
comes back anew each second, and one attacker at a time, all on the loopback, each a process. The limits are those of a
classroom, but for the quota, which is so small that it can be used up in seconds. The honest client's slowest hundredth
may take three times as long as without an attack, none of its requests may fail, and the node may grow by 50 MB over
all. The machine may be busy with other things: an attack that misses is measured twice more before it counts. The nodes
store in memory where the system has a folder there: what follows a put waits for the disk, and a disk that now and then
takes a third of a second hides what an attacker does (`--folder` measures with one).
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from p4lab.core.commands import Get, Put
from p4lab.core.names import Kind, Regime
from p4lab.live.client import Client
from p4lab.live.doors import dial
from p4lab.live.entry import admitted
from p4lab.live.identity import parse_code
from p4lab.live.limits import Limits
from p4lab.live.meeting import NotAdmitted, Party
from p4lab.live.profile import Profile
from p4lab.live.run_node import Card, Plan, Running
from p4lab.live.sockets import Socket
from tests.proofs.attackers import ATTACKS, STORED, Told

SECONDS = 6.0  # of each attack
RATE = 50  # honest requests a second, of which one in ten puts
NONE = "none"
OTHERS = 4  # nodes that peer with the attacked one
SETTLE = 0.5  # s after which an attack is under way
TIMES, GROWTH = 3.0, 50.0  # p99 against that without an attack; MB
LEAST = 0.002  # s: what a baseline counts as at least, on a machine that does nothing else
QUOTA = 150  # keys that one may store per second of an attack
ATTEMPTS = 3
LARGE = 14  # values of 1,000 bytes under one key, which fill a frame
QUESTION = 800  # bytes that a question and its answer may come to, on all wires between two nodes
REQUEST = 1_500  # bytes that an honest request, or an answer to the attacker, may come to
PATIENCE = 20.0  # s
MEMORY = Path("/dev/shm")  # Linux: tmpfs
ROW = "{:12}{:>10}{:>10}{:>10}{:>8}{:>10}{:>10} "


class Figures(msgspec.Struct):
    """What the honest client met, and what the nodes came to.

    sent: bytes that all nodes sent. memory: MB. quiet: p99 without the attack, where it is compared with that.
    """

    attack: str
    p99: float
    requests: int
    failed: list[str]
    memory: float
    sent: int
    told: Told
    quiet: float = 0.0


class Stats(msgspec.Struct):
    """Of a process of nodes: bytes that were sent since it began; peers of its first node; keys that it stores."""

    sent: int
    peers: int
    keys: int


class Nodes:
    """A process with some nodes of a class."""

    def __init__(self, folder: Path, count: int, quota: int, code: str, peer: str) -> None:
        given = [str(folder), str(count), str(quota), code, peer]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.proofs.attacks", "--child", *given], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        self.card = msgspec.json.decode(self._line(), type=Card)

    def stats(self) -> Stats:
        """How it is now."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"?\n")
        self.process.stdin.flush()
        return msgspec.json.decode(self._line(), type=Stats)

    def memory(self) -> float:
        """MB, resident; Linux tells it."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024

    def end(self) -> None:
        """They are told to stop."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(PATIENCE)
        finally:
            self.process.kill()
            self.process.wait()
            assert self.process.stdout is not None
            self.process.stdout.close()

    def _line(self) -> bytes:
        assert self.process.stdout is not None
        return self.process.stdout.readline()


async def child(folder: Path, count: int, quota: int, code: str, peer: str) -> None:
    """Be some nodes, and say how they are when asked; the first of a class opens it."""
    sent = 0
    write = Socket.write

    def counted(self: Socket, data: bytes) -> None:
        nonlocal sent
        sent += len(data)
        write(self, data)

    Socket.write = counted  # type: ignore[method-assign]  # nothing else in a node counts bytes
    limits = Limits(keys_per_identity=quota)
    running: list[Running] = []
    for number in range(count):
        plan = Plan(
            f"Node {number}", folder / f"{number}{bool(code)}", "" if code else "Attacks", code, "127.0.0.1:0",
            peers=(peer,) if peer else (), interfaces=(),
        )  # fmt: skip
        running.append(Running(plan, limits, time.time, _fault))  # noqa: TID251 a process has the real wall clock
        card = await running[-1].start()
        if number == 0:
            print(msgspec.json.encode(card).decode(), flush=True)
    first = running[0]
    while await asyncio.to_thread(sys.stdin.readline):
        stats = Stats(sent, len(first.node.provider.peers), first.store.keys)
        print(msgspec.json.encode(stats).decode(), flush=True)
    for each in running:
        await each.stop()


def _fault(cause: str, says: str) -> None:
    if cause == "fault":
        print(cause, says, file=sys.stderr)


@contextmanager
def nodes(folder: Path, quota: int) -> Iterator[tuple[Nodes, Nodes]]:
    """The one that is attacked, and those that peer with it."""
    one = Nodes(folder, 1, quota, "", "")
    try:
        others = Nodes(folder, OTHERS, quota, one.card.code, one.card.listen)
        try:
            end = time.perf_counter() + PATIENCE
            while one.stats().peers < OTHERS and time.perf_counter() < end:
                time.sleep(0.05)  # noqa: TID251 a process is waited for
            yield one, others
        finally:
            others.end()
    finally:
        one.end()


class Honest:
    """The honest client. late: how long each request took. failed: why some did not do."""

    def __init__(self, party: Party, purse: Profile, listen: str) -> None:
        self.late: list[float] = []
        self.failed: list[str] = []
        self._party = party
        self._purse = purse
        self._listen = listen
        self._count = 0

    async def connected(self) -> Client:
        """A channel of its own."""
        client = Client(await dial([self._listen], self._party), self._purse)
        await client.begin()
        return client

    async def ask(self, seconds: float) -> None:
        """Ask 50 times a second, however long each answer takes, and come back anew each second."""
        loop = asyncio.get_running_loop()
        client = await self.connected()
        start = loop.time()
        async with asyncio.timeout(seconds + PATIENCE), asyncio.TaskGroup() as group:
            for number in range(int(seconds * RATE)):
                await asyncio.sleep(start + number / RATE - loop.time())
                group.create_task(self._one(client, number))
                if number % RATE == RATE // 2:
                    group.create_task(self._anew())
        await client.end()

    async def _one(self, client: Client, number: int) -> None:
        loop = asyncio.get_running_loop()
        start = loop.time()
        self._count += 1
        if number % 10 == 5:
            key = f"honest/{self._count}/{start}"
            result = await client.put(Put("me", "hello", key, Kind.UNAUTHENTICATED, Regime.GET_BROADCAST, 0.0))
        else:
            result = await client.get(Get("me", "greeting"))
            self.late.append(loop.time() - start)
        if result.code != "OK":
            self.failed.append(result.code)

    async def _anew(self) -> None:
        try:
            client = await self.connected()
            result = await client.get(Get("me", "greeting"))
            await client.end()
        except NotAdmitted as refused:
            self.failed.append(str(refused))
        else:
            if result.code != "OK":
                self.failed.append(result.code)


async def under(attack: str, seconds: float, folder: Path, pair: tuple[Nodes, Nodes]) -> Figures:
    """The honest client's figures while this attack runs."""
    card = pair[0].card
    purse = Profile(folder / "honest")
    wall = time.time  # noqa: TID251 as for a command line
    party = await admitted(purse, parse_code(card.code), card.listen, "Honest", Limits(), wall)
    honest = Honest(party, purse, card.listen)
    await _prepared(honest)
    before = sum([each.stats().sent for each in pair])
    attacker: asyncio.subprocess.Process | None = None
    if attack != NONE:
        given = [attack, str(folder / "mallory"), card.listen, card.code, str(seconds + 2 * SETTLE)]
        attacker = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.proofs.attackers", *given, stdout=subprocess.PIPE
        )
        await asyncio.sleep(SETTLE)
    await honest.ask(seconds)
    memory = pair[0].memory()
    told = Told()
    if attacker is not None:
        out, _ = await asyncio.wait_for(attacker.communicate(), PATIENCE)
        told = msgspec.json.decode(out, type=Told)
    sent = sum([each.stats().sent for each in pair]) - before
    late = sorted(honest.late)
    return Figures(attack, late[int(len(late) * 0.99)], len(late), honest.failed, memory, sent, told)


async def _prepared(honest: Honest) -> None:
    """What is asked for is stored."""
    client = await honest.connected()
    await client.put(Put("me", "hello", "greeting", ttl=0.0))
    for number in range(LARGE):
        await client.put(Put("me", f"{number}".ljust(1_000), STORED, Kind.UNAUTHENTICATED, Regime.GET_BROADCAST, 0.0))
    await client.end()


def wrong(figures: Figures, quiet: float, memory: float, seconds: float, others: int = OTHERS) -> list[str]:
    """What is not as it has to be. quiet: p99 without an attack, s; memory: of the node then, MB."""
    found = [f"{len(figures.failed)} of its requests failed: {figures.failed[0]}"] if figures.failed else []
    if figures.p99 > TIMES * max(quiet, LEAST):
        found.append(f"p99 {figures.p99 * 1000:.1f} ms")
    if figures.memory > memory + GROWTH:
        found.append(f"{figures.memory:.0f} MB")
    done = figures.told.done
    if figures.attack == "amplify":
        questions = Limits().questions_per_second * (seconds + 2 * SETTLE + 1)
        bound = questions * others * QUESTION + (figures.requests + done.get("asked", 0)) * REQUEST
        if figures.sent > bound:
            found.append(f"{figures.sent:,} bytes were sent, and {bound:,.0f} are the most")
    stored, refused = sum([n for code, n in done.items() if code.startswith("OK")]), done.get("E_CAP", 0)
    if figures.attack == "hog" and (stored > QUOTA * seconds or refused == 0):
        found.append(f"{stored} stored, {refused} refused")
    return found


def measured(
    seconds: float, names: Sequence[str], attempts: int = ATTEMPTS, inside: Path | None = None
) -> list[tuple[Figures, list[str]]]:
    """Each attack's figures, and what is wrong with them. inside: where the nodes store."""
    found: list[tuple[Figures, list[str]]] = []
    with tempfile.TemporaryDirectory(dir=inside or (MEMORY if os.access(MEMORY, os.W_OK) else None)) as name:
        folder = Path(name)
        with nodes(folder, int(QUOTA * seconds)) as pair:
            quiet = asyncio.run(under(NONE, seconds, folder, pair))
            found.append((quiet, wrong(quiet, quiet.p99, quiet.memory, seconds)))
            for attack in names:
                p99 = quiet.p99
                for attempt in range(attempts):
                    if attempt:  # is it the machine? What it does now is measured beside it
                        p99 = asyncio.run(under(NONE, seconds, folder, pair)).p99
                    figures = asyncio.run(under(attack, seconds, folder, pair))
                    figures.quiet = p99
                    amiss = wrong(figures, p99, quiet.memory, seconds)
                    if not amiss:
                        break
                found.append((figures, amiss))
    return found


def main() -> int:
    """Attack, print the table, and say whether anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--only", choices=sorted(ATTACKS), action="append")
    parser.add_argument("--folder", type=Path, help="where the nodes store; in memory, if it is left out")
    parser.add_argument("--child", nargs=5)
    given = parser.parse_args()
    if given.child:
        folder, count, quota, code, peer = given.child
        asyncio.run(child(Path(folder), int(count), int(quota), code, peer))
        return 0
    found = measured(given.seconds, given.only or list(ATTACKS), inside=given.folder)
    print(ROW.format("attack", "p99, ms", "without", "requests", "failed", "node, MB", "sent, kB"), "the attacker")
    for figures, amiss in found:
        did = ", ".join(f"{count:,} {what}" for what, count in sorted(figures.told.done.items()))
        times = [f"{each * 1000:.1f}" for each in (figures.p99, figures.quiet)]
        facts = [len(figures.failed), f"{figures.memory:.0f}", f"{figures.sent / 1000:,.0f}"]
        print(ROW.format(figures.attack, *times, figures.requests, *facts), did)
        for each in amiss:
            print(f"{'':12}WRONG: {each}")
    good = not any(amiss for _, amiss in found)
    print("The honest client was served as before." if good else "FAILED")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
