"""The same load for everybody in the live benchmark: puts for a while, then gets, by one client at a time and by fifty.

Rules: a figure counts what was acknowledged, and says apart how many were not. Values of 200 bytes under keys of their
own; a get asks for a key that was put before. The clock is the wall's: who waits for a network or a disk pays for it.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from time import perf_counter

import msgspec

SECONDS = 2.0
VALUE = b"x" * 200
CLIENTS = (1, 50)

Work = Callable[[str], Awaitable[bool]]  # does one operation on a key; whether it was acknowledged


class Measured(msgspec.Struct, frozen=True):
    """what: put or get; clients: how many at once; done: acknowledged per second; count: in all; failed: the others."""

    what: str
    clients: int
    done: float
    count: int
    failed: int


async def load(put: Work, gets: dict[str, Work]) -> list[Measured]:
    """Puts, then each kind of get, by one client and by fifty. gets: by name, such as local and remote."""
    found: list[Measured] = []
    for clients in CLIENTS:
        keys: list[str] = []
        found.append(await measured("put", clients, put, keys, fresh=True))
        for name, get in gets.items():
            found.append(await measured(name, clients, get, keys, fresh=False))
    return found


async def measured(what: str, clients: int, work: Work, keys: list[str], fresh: bool) -> Measured:
    """fresh: keys are made, and noted once they are acknowledged; else they are taken in turn."""
    done, failed, begun = 0, 0, 0
    start = perf_counter()
    stop = start + SECONDS

    async def client() -> None:
        nonlocal done, failed, begun
        while perf_counter() < stop:
            begun += 1
            key = f"{what}/{clients}/{begun}" if fresh else keys[begun % len(keys)]
            if await work(key):
                done += 1
                if fresh:
                    keys.append(key)
            else:
                failed += 1

    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(client())
    return Measured(what, clients, done / (perf_counter() - start), done, failed)


def tell(found: list[Measured]) -> None:
    """On stdout, as one line of JSON."""
    print(msgspec.json.encode(found).decode())


def until_told() -> None:
    """A node stays until whoever started it closes its input."""
    print("ready", flush=True)
    sys.stdin.read()
