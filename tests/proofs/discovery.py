"""Discovery at the size of a classroom: thirty hosts, each a process in a network namespace, and an attacker.

Rules: run it with `python -m tests.proofs.discovery`, as root on Linux; it prints what it measured and ends with 1 if a
bound did not hold. Times are of the machine's one monotonic clock, so that they compare between processes. The short
forms of these are in tests/live/test_discovery_nets.py.
"""

from __future__ import annotations

import json
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from p4lab.live.limits import Limits
from tests.live.alone import CLASS, id_of
from tests.live.heard import flood, until
from tests.live.nets import Host, Net, why_not

HOSTS = 30
WITHIN = 5.0  # s from the last one's card, its first line, until everybody knows everybody
FLOOD = 6.0  # s


class Process:
    """A host's discovery as a process of its own, that writes what happens to a file."""

    def __init__(self, host: Host, number: int, folder: Path, *known: int) -> None:
        self.number, self._file = number, folder / f"{host.namespace}-{number}"
        self._read, self._lines = 0, list[dict[str, Any]]()
        argv = [sys.executable, "-m", "tests.live.alone", str(number), *map(str, known)]
        self.started = time.perf_counter()
        with self._file.open("w") as out:
            self.process = host.popen(*argv, stdout=out)

    @property
    def lines(self) -> list[dict[str, Any]]:
        with self._file.open() as file:
            file.seek(self._read)
            for line in iter(file.readline, ""):
                if not line.endswith("\n"):
                    break
                self._lines.append(json.loads(line))
                self._read += len(line)
        return self._lines

    def numbers(self, among: int = HOSTS) -> dict[int, float]:
        """Whom it knows of, and since when."""
        names = {id_of(number).hex(): number for number in range(among)}
        known: dict[int, float] = {}
        for line in self.lines:
            number = names.get(line.get("found", line.get("lost", "")))
            if number is not None and "found" in line:
                known.setdefault(number, line["at"])
            elif number is not None:
                known.pop(number, None)
        return known

    def when(self, what: str, number: int) -> float | None:
        return next((line["at"] for line in self.lines if line.get(what) == id_of(number).hex()), None)

    def end(self) -> dict[str, Any]:
        """Its last line, after a clean end."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=10)
        return self.lines[-1]


def everybody(net: Net, folder: Path, pause: float) -> tuple[list[Process], float, float]:
    """Start one in each host; when all know all, the seconds since the last process and since its discovery began."""
    nodes = []
    for number, host in enumerate(net.hosts):
        nodes.append(Process(host, number, folder))
        threading.Event().wait(pause)
    until(lambda: all(len(node.numbers()) == len(nodes) - 1 for node in nodes), 60.0)
    last = max(max(node.numbers().values()) for node in nodes)
    return nodes, last - nodes[-1].started, last - max(node.lines[0]["at"] for node in nodes)


def prove_thirty(folder: Path) -> list[bool]:
    held = []
    for pause in (0.0, 0.5):
        with Net(HOSTS) as net:
            nodes, since_process, since_start = everybody(net, folder, pause)
            say = f"{HOSTS} processes, one each {pause} s" if pause else f"{HOSTS} processes at once"
            print(f"{say}: all know all {since_start:.2f} s after the last one's card")
            print(f"  ({since_process:.2f} s after its process was started)")
            held.append(since_start <= WITHIN)
            if pause:
                held += [_goodbye(nodes), _ghost(nodes)]
            ends = [node.end() for node in nodes if node.process.poll() is None]
            slow = max(end["stop"] for end in ends)
            print(f"  each stopped within {slow:.2f} s; {max(end['rss'] for end in ends)} MB at most")
            held.append(slow < 3.0)
    return held


def _goodbye(nodes: list[Process]) -> bool:
    leaver = nodes.pop()
    asked = time.perf_counter()
    leaver.end()
    until(lambda: all(node.when("lost", leaver.number) for node in nodes))
    seen = max(node.when("lost", leaver.number) or 0.0 for node in nodes) - asked
    print(f"  a clean end is known to all {len(nodes)} others after {seen * 1000:.0f} ms")
    return seen < 0.5


def _ghost(nodes: list[Process]) -> bool:
    victim = nodes.pop()
    victim.process.kill()
    victim.process.wait()
    threading.Event().wait(5.0)
    seen = sum(victim.number in node.numbers() for node in nodes)
    print(
        f"  5 s after kill -9 the dead one is still told of by {seen} of {len(nodes)}: liveness is not mDNS's business"
    )
    return seen == len(nodes)


def prove_isolation(folder: Path) -> list[bool]:
    with Net(HOSTS, isolated=range(1, HOSTS)) as net:
        nodes = [Process(host, number, folder) for number, host in enumerate(net.hosts)]
        until(lambda: len(nodes[0].numbers()) == HOSTS - 1 and all(0 in node.numbers() for node in nodes[1:]), 60.0)
        threading.Event().wait(2.0)
        apart = all(list(node.numbers()) == [0] for node in nodes[1:])
        print(f"clients isolated: the teacher finds all {HOSTS - 1}; students find the teacher alone: {apart}")
    return [apart]


def prove_flood(folder: Path) -> list[bool]:
    return [*_flood(folder, (CLASS, "ZZZZZZZZZZZZ"), (2, 3)), *_flood(folder, ("ZZZZZZZZZZZZ",), ())]


def _flood(folder: Path, class_ids: tuple[str, ...], known: tuple[int, ...]) -> list[bool]:
    with Net(5) as net:
        victim, early = Process(net[0], 0, folder, *known), Process(net[1], 2, folder)
        until(lambda: 2 in victim.numbers())
        sent: list[int] = []
        attack = threading.Thread(target=lambda: sent.append(flood(net[4], FLOOD, class_ids, random.Random(1))))
        attack.start()
        threading.Event().wait(FLOOD / 3)
        late = Process(net[2], 3, folder)
        until(lambda: victim.when("found", 3), 10.0)
        took = (victim.when("found", 3) or 0.0) - late.lines[0]["at"]
        attack.join()
        kept = 2 in victim.numbers()
        end = victim.end()
        early.end()
    print(f"flood of {sum(sent)} packets in {FLOOD:.0f} s, claiming {' and '.join(class_ids)} ({CLASS} is ours):")
    print(f"  a newcomer was found {took:.2f} s after its card, who was there before kept: {kept}")
    print(f"  at most {end['candidates']} candidates, {end['pending']} waiting, {end['resolving']} looked up at once")
    print(f"  {end['told']} told; loop late by {end['late']:.1f} ms (p99), memory +{end['grown']} MB")
    limits = Limits()
    bounded = end["candidates"] <= limits.candidates and end["resolving"] <= limits.resolving
    return [bounded, kept, took < WITHIN, end["grown"] <= 50]


def main() -> int:
    if why_not():
        print(why_not())
        return 0
    proofs: list[Callable[[Path], list[bool]]] = [prove_thirty, prove_isolation, prove_flood]
    with tempfile.TemporaryDirectory() as folder:
        held = [each for prove in proofs for each in prove(Path(folder))]
    print("all bounds held" if all(held) else f"{held.count(False)} bounds did not hold")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
