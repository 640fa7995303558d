"""Networks of network namespaces: hosts on a bridge, each with addresses and sockets of its own, for tests and proofs.

Rules: Linux, as root, with `ip` (`why_not` says what is missing, `need` skips the test). The bridge has a namespace as
well, so nothing that hosts send can leave. Leaving the `with` ends every process started here and removes everything;
what a killed run left behind is removed by the next one. Nothing here knows P4 Lab.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import itertools
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

PREFIX = "p4t"  # of our namespaces' names: p4t-PID-NUMBER-HOST
NAMED = Path("/run/netns")  # where `ip netns` keeps them
CLONE_NEWNET = 0x40000000
_numbers = itertools.count(1)


@functools.cache
def why_not() -> str:
    """Why no network can be made here, or "" where it can."""
    if sys.platform != "linux":
        return "network namespaces are Linux's"
    if os.geteuid() != 0:
        return "network namespaces need root"
    name = f"{PREFIX}-{os.getpid()}-try"
    try:
        _ip([f"netns add {name}"])
        _ip(["link add name bridge0 type bridge", "link add eth0 type veth peer name eth1"], "-n", name)
    except (OSError, subprocess.CalledProcessError) as problem:
        return f"no network namespaces here: {(getattr(problem, 'stderr', None) or str(problem)).strip()}"
    finally:
        _delete([name])
    return ""


def need() -> None:
    """Skip this test where no network can be made."""
    if why_not():
        pytest.skip(why_not())


class Host:
    """One machine: a namespace with `lo` and `eth0`. address: what it was given first, v4 unless asked otherwise."""

    def __init__(self, name: str, namespace: str, address: str, net: Net) -> None:
        self.name, self.namespace, self.address = name, namespace, address
        self._net = net

    def command(self, *argv: str) -> list[str]:
        """What runs this program in here; the process keeps its id, so it can be signalled."""
        return ["ip", "netns", "exec", self.namespace, *argv]

    def popen(self, *argv: str, **more: Any) -> subprocess.Popen[Any]:
        """Start a program in here; it is killed when the net is left."""
        process = subprocess.Popen(self.command(*argv), **more)
        self._net.processes.append(process)
        return process

    def run(self, *argv: str, timeout: float = 30.0) -> str:
        """Run a program to its end; what it wrote."""
        return subprocess.run(self.command(*argv), check=True, capture_output=True, text=True, timeout=timeout).stdout

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """The sockets that this thread makes in here belong to this host, for as long as they live."""
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        try:
            with (NAMED / self.namespace).open() as there:
                _setns(there.fileno())
            try:
                yield
            finally:
                _setns(before)
        finally:
            os.close(before)

    def ip(self, *lines: str) -> None:
        """Lines for `ip`, done in here: `addr add 10.0.0.5/24 dev eth0`."""
        _ip(lines, "-n", self.namespace)

    def readdress(self, address: str, interface: str = "eth0") -> None:
        """It roams: the interface has this address and no other."""
        self.ip(f"addr flush dev {interface}", _give(address, interface))
        self.address = address

    def interface(self, up: bool, interface: str = "eth0") -> None:
        """Its adapter off, or on again (its v4 addresses stay)."""
        self.ip(f"link set {interface} {'up' if up else 'down'}")

    def cable(self, plugged: bool) -> None:
        """The far end of its first interface off or on: it keeps its addresses and sockets, and nothing passes."""
        self._net.bridge(f"link set {self.name} {'up' if plugged else 'down'}")


class Net:
    """A bridge with hosts h0, h1, ... at SUBNET.1, SUBNET.2, ...

    isolated: numbers of the hosts that the bridge keeps apart from each other (an access point with client isolation).
    flood: multicast passes. v6: hosts have link-local IPv6 addresses instead (fe80::1, fe80::2, ...).
    """

    def __init__(
        self, hosts: int, *, isolated: Sequence[int] = (), flood: bool = True, v6: bool = False, subnet: str = "10.77.0"
    ) -> None:
        self.processes: list[subprocess.Popen[Any]] = []
        self.hosts: list[Host] = []
        self._tag = f"{PREFIX}-{os.getpid()}-{next(_numbers)}"
        self._count, self._isolated, self._flood, self._v6, self._subnet = hosts, isolated, flood, v6, subnet
        self._wires = 0

    def __enter__(self) -> Net:
        _remove_what_the_dead_left()
        try:
            self._namespaces()
            self.bridge("link add name bridge0 type bridge forward_delay 0 mcast_snooping 0", "link set bridge0 up")
            for number in range(self._count):
                host = Host(f"h{number}", f"{self._tag}-h{number}", "", self)
                self.hosts.append(host)
                host.address = f"fe80::{number + 1:x}" if self._v6 else f"{self._subnet}.{number + 1}"
                self.wire(host, "eth0", host.address, port=host.name, isolated=number in self._isolated)
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._remove()

    def __getitem__(self, number: int) -> Host:
        return self.hosts[number]

    def bridge(self, *lines: str) -> None:
        """Lines for `ip`, done where the bridge is."""
        _ip(lines, "-n", f"{self._tag}-br")

    def flood(self, on: bool) -> None:
        """Whether multicast passes, from now on."""
        self._flood = on
        self.bridge(*(f"link set {host.name} type bridge_slave mcast_flood {_word(on)}" for host in self.hosts))

    def isolate(self, number: int, on: bool = True) -> None:
        """Whether this host is kept apart from the other isolated ones, from now on."""
        self.bridge(f"link set h{number} type bridge_slave isolated {_word(on)}")

    def wire(self, host: Host, interface: str, address: str, port: str = "", isolated: bool = False) -> None:
        """One more interface of a host, of this net or another one, on this bridge."""
        self._wires += 1
        port = port or f"w{self._wires}"
        _ip([f"link add {interface} netns {host.namespace} type veth peer name {port} netns {self._tag}-br"])
        flags = f"isolated {_word(isolated)} mcast_flood {_word(self._flood)}"
        self.bridge(f"link set {port} master bridge0 up", f"link set {port} type bridge_slave {flags}")
        # addrgenmode none: no IPv6 address but the one we give, and none that waits a second for others to object
        host.ip(f"link set {interface} addrgenmode none", f"link set {interface} up", _give(address, interface))

    def _namespaces(self) -> None:
        names = [f"{self._tag}-br", *(f"{self._tag}-h{number}" for number in range(self._count))]
        _ip([f"netns add {name}" for name in names])
        for name in names[1:]:
            _ip(["link set lo up"], "-n", name)

    def _remove(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait(timeout=10)
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    with contextlib.suppress(OSError):  # what was to be flushed has no reader any more
                        stream.close()
        _delete([f"{self._tag}-br", *(f"{self._tag}-h{number}" for number in range(self._count))])


def _give(address: str, interface: str) -> str:
    return (
        f"addr add {address}/64 dev {interface} nodad" if ":" in address else f"addr add {address}/24 dev {interface}"
    )


def _word(on: bool) -> str:
    return "on" if on else "off"


def _ip(lines: Sequence[str], *options: str) -> None:
    subprocess.run(
        ["ip", *options, "-batch", "-"], input="\n".join(lines), check=True, capture_output=True, text=True, timeout=30
    )


def _delete(names: Sequence[str]) -> None:
    there = [name for name in names if (NAMED / name).exists()]
    try:
        if there:
            _ip([f"netns del {name}" for name in there], "-force")
    except subprocess.CalledProcessError:
        if any((NAMED / name).exists() for name in there):  # else another run was quicker to remove the same
            raise


def _remove_what_the_dead_left() -> None:
    left = [path.name for path in NAMED.glob(f"{PREFIX}-*")] if NAMED.exists() else []
    _delete([name for name in left if not Path("/proc", name.split("-")[1]).exists()])


def _setns(descriptor: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)  # os.setns is Python 3.12's
    if libc.setns(descriptor, CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
