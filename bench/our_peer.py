"""A node of ours in a process of its own, and its customers in another: real signatures, and a disk that has it.

Rules: run by bench.live_dht, on loopback alone, without discovery. The limits that keep a classroom safe are lifted,
since they are there to be reached; nothing else is. A customer knows that its key is new, so it does not ask for the
last version first; it remembers in memory what it signed, as a program that keeps running does. Fifty clients are fifty
operations of one program on its one channel, as the others' are of one node; and, apart, fifty channels of one each.
"""

import asyncio
import secrets
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, cast

import msgspec

from bench.dht_load import CLIENTS, VALUE, Work, load, measured, tell, until_told
from p4lab.core.commands import Get, Put
from p4lab.live.admission import join
from p4lab.live.client import Client
from p4lab.live.doors import dial
from p4lab.live.identity import Keys, Ticket, parse_code
from p4lab.live.limits import Limits
from p4lab.live.meeting import Party
from p4lab.live.profile import Profile
from p4lab.live.run_node import Plan, Running

HOST = "127.0.0.1"
LIFTED = msgspec.structs.replace(
    Limits(), messages_per_second=1e12, burst=1e12, bytes_per_second=1e12, burst_bytes=1e12, handshakes_per_second=1e9,
    questions_per_second=1e9, reply_bytes=2**60, keys_per_identity=10_000_000, bytes_per_identity=2**40,
    channels=1_000, channels_per_identity=1_000,
)  # fmt: skip
WALL = time.time  # noqa: TID251 a node is handed the wall clock where it is started


class _Purse:
    """What a customer that keeps running has in memory."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self._seeds: dict[str, bytes] = {}

    def identities(self) -> dict[str, bytes]:
        return self._seeds

    def seed_of(self, name: str) -> bytes:
        return self._seeds.setdefault(name, secrets.token_bytes(32))

    def seq(self, nid: bytes) -> int:
        return 0

    def signed(self, nid: bytes, seq: int) -> None:
        return None


async def node(folder: Path, code: str, peers: tuple[str, ...]) -> None:
    """code: of the class to join; empty: open one. Tells its card once it peers with all of them."""
    opens = "" if code else "bench"
    plan = Plan(f"N{len(peers)}", folder, opens, code, listen=f"{HOST}:0", peers=peers, interfaces=(), policy="class")
    running = Running(plan, LIFTED, WALL)
    card = await running.start()
    while len(running.node.provider.peers) < len(peers):
        await asyncio.sleep(0.05)
    print(msgspec.json.encode({"listen": card.listen, "code": card.code}).decode(), flush=True)
    await asyncio.to_thread(until_told)
    await running.stop()


async def clients(folder: Path, code: str, here: str, there: str) -> None:
    """Put at one node, get there and at another."""
    profile = Profile(folder)
    keys, class_id = profile.keys, parse_code(code).class_id
    limits, clock = LIFTED, asyncio.get_running_loop().time
    ticket = await _ticket(profile, code, Party(keys, class_id, None, limits, clock, WALL))
    party = Party(keys, class_id, ticket, limits, clock, WALL)
    purse = cast(Any, _Purse(keys))  # what `Client` asks of a profile
    mine, other = await _client(here, party, purse), await _client(there, party, purse)
    found = await load(partial(_put, mine), {"get, local": partial(_get, mine), "get, remote": partial(_get, other)})
    many = [await _client(here, party, purse) for _ in range(max(CLIENTS))]
    stored: list[str] = []
    found.append(await measured("put, apart", len(many), _in_turn(_put, many), stored, fresh=True))
    found.append(await measured("get, local, apart", len(many), _in_turn(_get, many), stored, fresh=False))
    tell(found)
    for client in (mine, other, *many):
        await client.end()


async def _put(client: Client, key: str) -> bool:
    return (await client.put(Put("me", VALUE.decode(), key, ttl=0.0, seq=1))).code == "OK"


async def _get(client: Client, key: str) -> bool:
    return (await client.get(Get("me", key))).values == (VALUE.decode(),)


def _in_turn(work: Callable[[Client, str], Awaitable[bool]], many: list[Client]) -> Work:
    """Each operation by whoever has waited longest."""
    waiting = deque(many)

    async def one(key: str) -> bool:
        client = waiting.popleft()
        try:
            return await work(client, key)
        finally:
            waiting.append(client)

    return one


async def _ticket(profile: Profile, code: str, party: Party) -> Ticket:
    parsed = parse_code(code)
    ticket, _ = await join([parsed.address], party, parsed, "bench")
    return ticket


async def _client(where: str, party: Party, purse: Any) -> Client:
    one = Client(await dial([where], party), purse)
    await one.begin()
    return one


if __name__ == "__main__":
    role, folder, *rest = sys.argv[1:]
    if role == "node":
        asyncio.run(node(Path(folder), rest[0], tuple(rest[1:])))
    else:
        asyncio.run(clients(Path(folder), *rest))
