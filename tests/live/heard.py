"""Discovery in the hosts of a Net: each in a thread of its own, and an attacker who floods it.

Rules: a host's sockets are made in its namespace, its loop is its own; others read a copy of what it finds.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from p4lab.live.candidates import Candidate
from p4lab.live.discovery import TYPE, Discovery
from p4lab.live.ladder import Heard
from tests.live.alone import CLASS, id_of
from tests.live.nets import Host


class Running:
    """A Discovery in a host. told: when it told what, by time.perf_counter()."""

    def __init__(self, host: Host, number: int, name: str = "", known: Sequence[int] = ()) -> None:
        self.id = id_of(number)
        self.host = host
        self.told: list[tuple[float, Candidate | bytes]] = []
        self.started = 0.0
        self._who = (self.id, CLASS, name or f"Node {number}", 4000 + number)
        self._known = {id_of(each) for each in known}
        self._ready, self._loop = threading.Event(), asyncio.new_event_loop()
        self._problem: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    @property
    def found(self) -> dict[bytes, Candidate]:
        return dict(self.discovery.found)

    @property
    def numbers(self) -> list[int]:
        """Whom it knows of, by number: below 100."""
        found = self.found
        return [number for number in range(100) if id_of(number) in found]

    @property
    def heard(self) -> Heard:
        return self.discovery.heard

    def stop(self) -> float:
        """How long stopping took."""
        start = time.perf_counter()
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)
        assert not self._thread.is_alive()
        if self._problem is not None:
            raise self._problem
        return time.perf_counter() - start

    def _run(self) -> None:
        try:
            with self.host.inside(), asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._live())
        except BaseException as problem:  # noqa: BLE001 raised again where the thread is joined
            self._problem = problem
        finally:
            self._ready.set()

    async def _live(self) -> None:
        self._end = asyncio.Event()
        self.discovery = Discovery(self._tell, self._tell, known=self._known.__contains__)
        self.started = time.perf_counter()
        await self.discovery.start(*self._who)
        self._ready.set()
        await self._end.wait()
        await self.discovery.stop()

    def _tell(self, what: Candidate | bytes) -> None:
        self.told.append((time.perf_counter(), what))


@contextlib.contextmanager
def running(*each: Running) -> Iterator[None]:
    """These, stopped at the end, all at once."""
    try:
        yield
    finally:
        stops = [threading.Thread(target=one.stop) for one in each]
        for stop in stops:
            stop.start()
        for stop in stops:
            stop.join()


def until(condition: Callable[[], object], seconds: float = 20.0) -> float:
    """Wait for it; how long it took."""
    start = time.perf_counter()
    pause = threading.Event()
    while not condition():
        assert time.perf_counter() - start < seconds, "it did not come about in time"
        pause.wait(0.01)
    return time.perf_counter() - start


def forged(number: int, class_id: str, address: str) -> bytes:
    """An announcement of somebody who is not there, complete: PTR, SRV, TXT and A."""
    instance = _label(f"x{number}") + _name(TYPE)
    server = _name(f"x{number}.local.")
    identity = id_of(1_000 + number).hex()
    txt = b"".join(_text(each) for each in ("txtvers=1", "pv=1", f"id={identity}", f"cls={class_id[:8]}", "nm=Ann"))
    answers = [
        _record(_name(TYPE), 12, 1, instance),
        _record(instance, 33, 0x8001, struct.pack(">HHH", 0, 0, 4000) + server),
        _record(instance, 16, 0x8001, txt),
        _record(server, 1, 0x8001, socket.inet_aton(address)),
    ]
    return struct.pack(">HHHHHH", 0, 0x8400, 0, len(answers), 0, 0) + b"".join(answers)


def flood(host: Host, seconds: float, class_ids: tuple[str, ...], rng: random.Random, rate: float = 8_000.0) -> int:
    """Announcements of strangers, half of them complete and half mutilated, as fast as `rate`; how many were sent."""
    with host.inside():
        mouth = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with mouth:
        mouth.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        mouth.bind((host.address, 5353))
        mouth.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(host.address))
        sent, start, pause = 0, time.perf_counter(), threading.Event()
        while (passed := time.perf_counter() - start) < seconds:
            if sent > passed * rate:
                pause.wait(0.001)
                continue
            packet = bytearray(
                forged(sent, class_ids[sent % len(class_ids)], f"10.77.{sent // 250 % 250}.{sent % 250}")
            )
            if sent % 2:
                for _ in range(rng.randrange(1, 8)):
                    packet[rng.randrange(len(packet))] = rng.randrange(256)
                packet = packet[: rng.randrange(12, len(packet) + 1)]
            mouth.sendto(packet, ("224.0.0.251", 5353))
            sent += 1
    return sent


def _label(text: str) -> bytes:
    return _text(text)


def _text(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


def _name(name: str) -> bytes:
    return b"".join(_text(label) for label in name.split("."))


def _record(name: bytes, kind: int, class_: int, data: bytes) -> bytes:
    return name + struct.pack(">HHIH", kind, class_, 120, len(data)) + data
