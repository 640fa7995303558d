"""Nothing that a real node acknowledged over the network is lost when it is killed: `python -m tests.proofs.kill_node`.

Rules: the node is what `p4lab node` runs, in a process of its own, on the loopback and without discovery; customers on
authenticated channels put until it is killed with SIGKILL. Started again on its store it must serve, over the network,
every put that a customer was told is OK. The limits on what one customer may ask are raised, since that is not what is
looked at here.
"""

import argparse
import asyncio
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from p4lab.core.commands import Get, Put
from p4lab.core.names import Kind, Regime
from p4lab.live.client import Client
from p4lab.live.doors import dial
from p4lab.live.entry import admitted
from p4lab.live.identity import parse_code
from p4lab.live.limits import Limits
from p4lab.live.profile import Profile
from p4lab.live.run_node import Card, Plan, Running
from tests.proofs.kill import SWITCH

LIMITS = Limits(
    messages_per_second=1e6, burst=1e6, bytes_per_second=1e9, burst_bytes=1e9, questions_per_second=1e6,
    keys_per_identity=10_000_000, bytes_per_identity=10_000_000_000,
)  # fmt: skip
KILLS, ACKED = 30, 5_000  # at least
CLIENTS, EACH = 5, 10  # channels, and putters on each
LONGEST = 0.3  # s from the first acknowledgement to the kill
SIGNED = 50  # one put in so many is signed: a customer's profile counts each on its own disk first
PATIENCE = 20.0  # s that anything may take
SEED = 7


class Figures(NamedTuple):
    """What some kills came to. rate: acknowledged puts a second, between the first one and the kill."""

    kills: int
    acked: int
    lost: int
    rate: float


def put_of(number: int) -> Put:
    """The put with this number, of 200 bytes."""
    kind = Kind.AUTHENTICATED if number % SIGNED == 0 else Kind.UNAUTHENTICATED
    seq = 1 if kind is Kind.AUTHENTICATED else None
    return Put("me", f"{number} ".ljust(200, "v"), f"key/{number}", kind, Regime.GET_BROADCAST, 0.0, seq=seq)


def started(folder: Path) -> tuple[subprocess.Popen[bytes], Card]:
    """The node, new or again."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.proofs.kill_node", "--child", str(folder)], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    return process, msgspec.json.decode(process.stdout.readline(), type=Card)


async def child(folder: Path) -> None:
    """Be the node, until the end."""
    sys.setswitchinterval(SWITCH)
    plan = Plan(
        "Aster", folder / "node", new_class="Kills", listen="127.0.0.1:0", store=folder / "store", interfaces=()
    )  # fmt: skip
    running = Running(plan, LIMITS, time.time, _fault)  # noqa: TID251 a process of its own has the real wall clock
    card = await running.start()
    print(msgspec.json.encode(card).decode(), flush=True)
    await asyncio.Event().wait()


def _fault(cause: str, says: str) -> None:
    if cause == "fault" or "damaged" in says:
        print(cause, says, file=sys.stderr)


async def customers(folder: Path, card: Card, count: int) -> list[Client]:
    """So many channels to the node, of one customer."""
    purse = Profile(folder / "customer")
    party = await admitted(purse, parse_code(card.code), card.listen, "Kay", LIMITS, time.time)  # noqa: TID251 the wall clock is handed in here
    clients = [Client(await dial([card.listen], party), purse) for _ in range(count)]
    for client in clients:
        await client.begin()
    return clients


async def until_killed(folder: Path, first: int, wait: float) -> tuple[list[int], float]:
    """The numbers that were acknowledged until the node was killed, and for how long it had acknowledged."""
    process, card = started(folder)
    clients = await customers(folder, card, CLIENTS)
    acked: list[int] = []
    numbers = iter(range(first, sys.maxsize))
    loop, begun, dead = asyncio.get_running_loop(), asyncio.Event(), False

    async def putter(client: Client) -> None:
        while not dead:
            number = next(numbers)
            result = await client.put(put_of(number))
            if result.code.startswith("OK"):
                acked.append(number)
                begun.set()
            elif not dead:
                return

    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        for client in clients * EACH:
            group.create_task(putter(client))
        await begun.wait()
        since = loop.time()
        await asyncio.sleep(wait)
        process.kill()
        dead = True
        lasted = loop.time() - since
        process.wait()
    for client in clients:
        await client.end()
    process.communicate()
    return acked, lasted


async def missing(folder: Path, acked: list[int]) -> list[int]:
    """Those of the puts with these numbers that the node, started again, does not serve."""
    process, card = started(folder)
    clients = await customers(folder, card, 1)
    lost: list[int] = []
    left: Iterator[int] = iter(acked)

    async def getter() -> None:
        for number in left:
            put = put_of(number)
            result = await clients[0].get(Get("me", put.key, kind=put.kind))
            if (result.code, result.values) != ("OK", (put.value,)):
                lost.append(number)

    async with asyncio.timeout(PATIENCE + len(acked) / 100), asyncio.TaskGroup() as group:
        for _ in range(EACH):
            group.create_task(getter())
    await clients[0].end()
    process.kill()
    process.communicate()
    return lost


def kills(folder: Path, least: int, acked: int, seed: int = SEED) -> Figures:
    """Kill until there were so many kills and acknowledgements; then ask for everything that was ever acknowledged."""
    rng = random.Random(seed)
    told: list[int] = []
    lasted, count = 0.0, 0
    while count < least or len(told) < acked:
        news, lasting = asyncio.run(until_killed(folder, count * 1_000_000, rng.random() * LONGEST))
        told += news
        lasted += lasting
        count += 1
    lost = asyncio.run(missing(folder, told))
    return Figures(count, len(told), len(lost), len(told) / lasted)


def main() -> int:
    """The whole proof; the exit status is 1 where something was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--acked", type=int, default=ACKED)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        asyncio.run(child(given.child))
    with tempfile.TemporaryDirectory() as name:
        found = kills(Path(name), given.kills, given.acked)
    print(
        f"{found.kills} kills of a node with {CLIENTS * EACH} putters on {CLIENTS} channels (limits of one customer "
        f"raised): {found.acked:,} puts acknowledged, {found.rate:,.0f}/s, {found.lost} lost"
    )
    return 1 if found.lost else 0


if __name__ == "__main__":
    sys.exit(main())
