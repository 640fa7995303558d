"""One discovery as a process of its own: `python -m tests.live.alone NUMBER [KNOWN...]`, until SIGTERM.

Rules: it imports what discovery needs and no more, so that thirty of them start quickly. It writes a line of JSON for
its card, for whatever it finds and loses, and at its end for what it cost.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import signal
import sys
import time
from pathlib import Path

from p4lab.live.candidates import Candidate
from p4lab.live.discovery import Discovery

CLASS = "ABCDEFGHIJKL"
TICK = 0.02  # s between looks at how late the loop is


def id_of(number: int) -> bytes:
    """The id of the host of this number: a hash, as real ones are."""
    return hashlib.blake2b(str(number).encode(), digest_size=16).digest()


async def run(number: int, known: set[bytes]) -> None:
    """One discovery until SIGTERM; what it finds and loses, a line each, and at the end what it cost."""
    loop = asyncio.get_running_loop()
    end = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, end.set)
    late: list[float] = []
    most = {"candidates": 0, "pending": 0, "resolving": 0, "told": 0}

    def tell(what: Candidate | bytes) -> None:
        most["told"] += 1
        found = isinstance(what, Candidate)
        line = {"at": time.perf_counter(), "found" if found else "lost": (what.id if found else what).hex()}
        print(json.dumps(line), flush=True)

    found = Discovery(tell, tell, known=known.__contains__)
    before = _memory("VmRSS")
    print(json.dumps({"at": time.perf_counter(), "started": number}), flush=True)
    await found.start(id_of(number), CLASS, f"Node {number}", 4000 + number)
    while not end.is_set():
        due = loop.time() + TICK
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(end.wait(), TICK)
        late.append(max(0.0, loop.time() - due))
        now = {"candidates": len(found.found), "pending": len(found._pending), "resolving": found._resolving}
        most |= {key: max(value, most[key]) for key, value in now.items()}
    grown = _memory("VmHWM") - before
    start = time.perf_counter()
    await found.stop()
    cost = {"stop": time.perf_counter() - start, "late": 1000 * sorted(late)[int(0.99 * len(late))], "grown": grown}
    print(json.dumps({**most, **cost, "rss": _memory("VmHWM")}), flush=True)


def _memory(what: str) -> int:
    """MB of this process: VmRSS now, VmHWM at its most (getrusage would tell the parent's before exec)."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(what))


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1]), {id_of(int(number)) for number in sys.argv[2:]}))
