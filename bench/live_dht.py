"""Acknowledged puts and gets per second of five nodes, ours beside those of `kademlia` and OpenDHT, on loopback.

Rules: five processes each, one operation at a time and fifty at once, which one program asks for; values of 200 bytes.
Rounds alternate, and the best of each counts. Ours sign every put, verify it and have it on the disk before it is
acknowledged, and their customers are in a process of their own, behind one encrypted channel; the others' clients call
a library in the node's own process, whose values are in memory alone and not signed. A get of theirs has no word for
where it went: `kademlia` takes it from its own memory where it drew an id that is near enough to the key, so its gets
are a mixture that differs from run to run; OpenDHT asks others. Ours are measured both ways, and with a channel for
each of the fifty clients, too. Memory is the resident set of one node, its customers not counted where they are apart:
before the load, and what it grew by for each value that was put (of five nodes every one of theirs has all; ours has
what was put at it, with signatures, quotas and places on the disk).
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from socket import AF_INET, SOCK_DGRAM, socket
from tempfile import TemporaryDirectory

import msgspec
from rich.console import Console

from bench.dht_load import CLIENTS, Measured
from bench.table import Row, less, more

NODES = 5
ROUNDS = 2  # of all, alternating; the best of each counts, since the machine does other things too
HOST = "127.0.0.1"
WAIT = 90.0  # s for one system's whole load
WORDS = {1: "one client", 50: "fifty clients"}
Memory = tuple[float, float]  # of a node: MB before the load, and kB for each value
THEIRS = {"kademlia": ("bench.kademlia_peer", "get, local"), "OpenDHT": ("bench.opendht_peer", "get, remote")}


def rows() -> Iterator[Row]:
    """Each system beside ours; one that is not installed is left out, and said to be."""
    ours: list[Measured] = []
    memory = 0.0, 0.0
    theirs: dict[str, tuple[list[Measured], Memory]] = {}
    for _ in range(ROUNDS):
        found, memory = _ours()
        ours = _best(ours, found)
        for name, (module, _) in THEIRS.items():
            try:
                found, their_memory = _theirs(module)
            except (OSError, subprocess.SubprocessError, ValueError) as fault:
                Console(stderr=True).print(f"  {name} is left out of a round: {fault}", style="dim")
                continue
            theirs[name] = _best(theirs[name][0] if name in theirs else [], found), their_memory
    for name, (_, comparable) in THEIRS.items():
        if name not in theirs:
            continue
        their, their_memory = theirs[name]
        for clients in CLIENTS:
            puts = _of(ours, "put", clients), _of(their, "put", clients)
            yield more(f"live puts, {WORDS[clients]}", puts[0], "puts/s", name, puts[1])
            gets = _of(ours, comparable, clients), _of(their, "get", clients)
            where = comparable.removeprefix("get, ")
            yield more(f"live gets, {where}, {WORDS[clients]}", gets[0], "gets/s", name, gets[1])
            if clients > 1:
                apart = _of(ours, "put, apart", clients), _of(ours, "get, local, apart", clients)
                yield more(f"live puts, {WORDS[clients]}, a channel each", apart[0], "puts/s", name, puts[1])
                if where == "local":
                    yield more(f"live gets, {where}, a channel each", apart[1], "gets/s", name, gets[1])
        yield less("live node, memory, empty", memory[0], "MB", name, their_memory[0])
        yield less("live node, memory, for each value", memory[1], "kB", name, their_memory[1])


def _best(known: list[Measured], found: list[Measured]) -> list[Measured]:
    """Of each figure the better one."""
    return [max(pair, key=lambda each: each.done) for pair in zip(known, found, strict=True)] if known else found


def _of(found: list[Measured], what: str, clients: int) -> float:
    one = next(each for each in found if each.what == what and each.clients == clients)
    if one.failed:
        Console(stderr=True).print(f"  {what}, {WORDS[clients]}: {one.failed} were not acknowledged", style="dim")
    return one.done


def _ours() -> tuple[list[Measured], Memory]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        cards: list[dict[str, str]] = []
        nodes = []
        for number in range(NODES):
            code = cards[0]["code"] if cards else ""
            peers = [card["listen"] for card in cards]
            process = stack.enter_context(_node("bench.our_peer", "node", str(folder / str(number)), code, *peers))
            cards.append(msgspec.json.decode(_line(process)))
            nodes.append(process)
        last = "bench.our_peer", "clients", str(folder / "c"), cards[0]["code"], cards[1]["listen"], cards[2]["listen"]
        return _growing(nodes[1].pid, *last)


def _theirs(module: str) -> tuple[list[Measured], Memory]:
    with ExitStack() as stack:
        ports = [_free_port() for _ in range(NODES)]
        nodes = []
        for number in range(NODES - 1):
            known = [str(port) for port in ports[:number]][:1]
            nodes.append(stack.enter_context(_node(module, "node", str(ports[number]), *known)))
            if _line(nodes[-1]).strip() != "ready":
                raise ValueError(f"{module} did not start")
        return _growing(nodes[1].pid, module, "clients", str(ports[-1]), *map(str, ports[:-1]))


def _growing(pid: int, module: str, *arguments: str) -> tuple[list[Measured], Memory]:
    """What the clients measure, and the memory of this node meanwhile."""
    empty = _megabytes(pid)
    found = _clients(module, *arguments)
    values = sum(each.count for each in found if each.what.startswith("put"))
    return found, (empty, (_megabytes(pid) - empty) * 1024 / max(values, 1))


class _node:  # noqa: N801 a context manager, written as a function would be
    """A process that stays until its input is closed."""

    def __init__(self, module: str, *arguments: str) -> None:
        self._command = [sys.executable, "-m", module, *arguments]

    def __enter__(self) -> "subprocess.Popen[str]":
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(self._command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True)
        return self._process

    def __exit__(self, *_: object) -> None:
        process = self._process
        assert process.stdin is not None, "asked for"
        process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout is not None, "asked for"
        process.stdout.close()


def _clients(module: str, *arguments: str) -> list[Measured]:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], capture_output=True, text=True, timeout=WAIT, check=False
    )
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        last = (done.stderr.strip().splitlines() or ["it ended"])[-1]
        raise ValueError(last)
    return msgspec.json.decode(lines[-1], type=list[Measured])


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None, "asked for"
    line = process.stdout.readline()
    if not line:
        raise ValueError("a node did not start")
    return line


def _free_port() -> int:
    with socket(AF_INET, SOCK_DGRAM) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _megabytes(pid: int) -> float:
    """Of a process, resident; Linux tells it."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
