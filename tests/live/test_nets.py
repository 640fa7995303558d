"""The network of namespaces itself: what it lets through and what not, else tests over it would prove nothing."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.live import nets

GROUP = "224.0.0.251"


@pytest.fixture(autouse=True)
def _here() -> None:
    nets.need()


@pytest.fixture
def net() -> Iterator[nets.Net]:
    with nets.Net(3) as made:
        yield made


def connects(a: nets.Host, b: nets.Host) -> bool:
    """Whether a TCP connection from a to b comes about."""
    with b.inside(), socket.create_server((b.address, 0)) as server:
        port = server.getsockname()[1]
        with a.inside():
            try:
                socket.create_connection((b.address, port), timeout=0.2).close()
            except OSError:
                return False
            return True


def hears(a: nets.Host, b: nets.Host) -> bool:
    """Whether b hears what a says to everybody who listens to the group."""
    with b.inside():
        ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with a.inside():
        mouth = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with ear, mouth:
        ear.bind(("", 0))
        ear.settimeout(0.2)
        ear.setsockopt(
            socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(GROUP) + socket.inet_aton(b.address)
        )
        mouth.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(a.address))
        mouth.sendto(b"hello", (GROUP, ear.getsockname()[1]))
        try:
            return ear.recv(10) == b"hello"
        except TimeoutError:
            return False


def test_hosts_reach_each_other_and_the_machine_is_untouched(net: nets.Net) -> None:
    before = socket.if_nameindex()
    assert [host.address for host in net.hosts] == ["10.77.0.1", "10.77.0.2", "10.77.0.3"]
    assert connects(net[0], net[1])
    assert hears(net[0], net[2])
    assert socket.if_nameindex() == before


def test_isolated_hosts_reach_only_the_others(net: nets.Net) -> None:
    net.isolate(1)
    net.isolate(2)
    pairs = [(a, b) for a in range(3) for b in range(3) if a != b]
    assert [pair for pair in pairs if not connects(net[pair[0]], net[pair[1]])] == [(1, 2), (2, 1)]
    assert [pair for pair in pairs if not hears(net[pair[0]], net[pair[1]])] == [(1, 2), (2, 1)]


def test_multicast_alone_can_be_kept_out(net: nets.Net) -> None:
    net.flood(False)
    assert (connects(net[0], net[1]), hears(net[0], net[1])) == (True, False)
    net.flood(True)
    assert hears(net[0], net[1])


def test_a_cable_is_pulled_and_a_host_roams(net: nets.Net) -> None:
    net[1].cable(False)
    assert not connects(net[0], net[1])
    net[1].cable(True)
    net[1].readdress("10.77.0.99")
    assert connects(net[0], net[1])


def test_one_host_on_two_networks(net: nets.Net) -> None:
    with nets.Net(1, subnet="10.88.0") as other:
        other.wire(net[0], "eth1", "10.88.0.50")
        assert connects(net[0], other[0])
        assert not connects(net[1], other[0])


def test_programs_run_in_a_host_and_end_with_the_net() -> None:
    with nets.Net(1) as net:
        assert net[0].run("ip", "-br", "-4", "addr", "show", "eth0").split()[-1] == "10.77.0.1/24"
        program = "import signal; print('ready', flush=True); signal.pause()"
        process = net[0].popen(sys.executable, "-c", program, stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        namespace = net[0].namespace
    assert process.returncode == -9
    assert not (nets.NAMED / namespace).exists()


def test_what_a_killed_run_left_is_removed() -> None:
    program = (
        "import os; from tests.live.nets import Net; print(Net(1).__enter__()[0].namespace, flush=True); os._exit(0)"
    )
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=True)
    left = nets.NAMED / child.stdout.strip()
    assert left.name.startswith(nets.PREFIX)
    with nets.Net(1):
        assert not left.exists()
