"""Discovery on loopback: two nodes find each other, names are told apart, and stopping is quick and complete.

Other tests may be on the same loopback at the same moment: everybody here has an id of its own, and only these count.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable

import pytest
from zeroconf import DNSIncoming, Zeroconf, _core

from p4lab.live.candidates import Candidate
from p4lab.live.discovery import Discovery
from tests.live.alone import id_of
from tests.live.heard import forged

CLASS = "ABCDEFGHIJKL"
LOOPBACK = ["127.0.0.1"]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Probes and announcements 20 ms apart instead of 225: on loopback nobody has to be waited for."""
    monkeypatch.setattr(_core, "_PROBE_RANDOM_DELAY_INTERVAL", (20, 20))
    for name in ("_CHECK_TIME", "_REGISTER_TIME", "_UNREGISTER_TIME"):
        monkeypatch.setattr(_core, name, 20)


@pytest.fixture(name="ids")
def _ids() -> tuple[bytes, bytes]:
    return os.urandom(16), os.urandom(16)


def node(told: list[object]) -> Discovery:
    return Discovery(told.append, told.append, interfaces=LOOPBACK)


def hear(zeroconf: Zeroconf, packet: bytes) -> None:
    message = DNSIncoming(packet, ("127.0.0.1", 5353), None, time.perf_counter() * 1000)
    zeroconf.record_manager.async_updates_from_response(message)


async def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


def test_two_nodes_find_each_other_and_a_goodbye_is_seen_at_once(ids: tuple[bytes, bytes]) -> None:
    told: list[object] = []
    first, second = ids

    async def run() -> float:
        ann, ben = node([]), node(told)
        await ann.start(first, CLASS, f"Ann {first.hex()}", 4001)
        await ben.start(second, CLASS, "Ben", 4002)
        await until(lambda: second in ann.found and first in ben.found and ann.heard.itself)
        assert ann.troubles == ()
        assert ann.heard.others >= ann.heard.ours >= 1
        assert ann.instance == f"Ann {first.hex()[:20]}._p4lab._tcp.local."  # 24 bytes
        start = time.perf_counter()
        leaving = asyncio.get_running_loop().create_task(ann.stop())
        await until(lambda: first not in ben.found)
        seen = time.perf_counter() - start
        await leaving
        await ben.stop()
        return seen

    assert asyncio.run(run()) < 5.0  # and not when what it said of itself has run out
    mine = [each for each in told if each == first or (isinstance(each, Candidate) and each.id == first)]
    assert mine == [Candidate(first, CLASS[:8], f"Ann {first.hex()[:20]}", ("127.0.0.1:4001",)), first]


@pytest.mark.parametrize("at_once", [False, True])
def test_two_of_one_name_are_told_apart(at_once: bool, ids: tuple[bytes, bytes]) -> None:
    """The second hears the first and is renamed; where both probe in the same moment, one gets digits of its key."""
    name = f"Sam {os.urandom(4).hex()}"

    async def run() -> list[str]:
        nodes = [node([]), node([])]
        for identity, each in zip(ids, nodes, strict=True):
            await each.start(identity, CLASS, name, 4000)
            if not at_once:
                await until(lambda: nodes[0].instance)
        await until(lambda: ids[1] in nodes[0].found and ids[0] in nodes[1].found)
        await asyncio.gather(*(each.stop() for each in nodes))
        return [each.instance.partition(".")[0] for each in nodes]

    names = asyncio.run(run())
    if at_once:
        assert set(names) & {f"{name}-{identity.hex()[:4]}" for identity in ids}
    else:
        assert names == [name, f"{name}-2"]


def test_stopping_at_any_moment_is_quick_and_leaves_nothing(ids: tuple[bytes, bytes]) -> None:
    async def run(after: float) -> float:
        each = node([])
        await each.start(ids[0], CLASS, ids[0].hex(), 4001)
        await asyncio.sleep(after)
        start = time.perf_counter()
        await each.stop()
        await each.stop()  # and again does nothing
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return time.perf_counter() - start

    assert max(asyncio.run(run(after)) for after in (0.0, 0.001, 0.03, 0.2)) < 3.0


def test_who_announces_itself_is_found_though_the_cache_is_full_of_others(ids: tuple[bytes, bytes]) -> None:
    """Pointers outlive addresses, so a flood leaves zeroconf's cache of 10,000 records no room but for pointers."""

    async def run() -> tuple[bool, int]:
        each = node([])
        await each.start(ids[0], CLASS, "Ann", 0)
        await until(lambda: each._zeroconf is not None and each._zeroconf.zeroconf.started)
        assert each._zeroconf is not None
        for number in range(10_500):
            hear(each._zeroconf.zeroconf, forged(number, "Z" * 12, "127.0.0.1"))
        hear(each._zeroconf.zeroconf, forged(99_999, CLASS, "127.0.0.1"))
        found = id_of(1_000 + 99_999) in each.found, len(each.found)
        await each.stop()
        return found

    assert asyncio.run(run()) == (True, 256)


def test_without_an_adapter_it_says_so(ids: tuple[bytes, bytes]) -> None:
    async def run() -> tuple[str, ...]:
        each = Discovery(print, print, interfaces=["no such adapter"])
        await each.start(ids[0], CLASS, "Ann", 4001)
        await until(lambda: each.troubles)
        troubles = each.troubles
        await each.stop()
        return troubles

    assert asyncio.run(run()) == (
        "This computer is in no network. Connect it to the network of the class; it is looked for again by itself.",
    )
