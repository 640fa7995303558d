"""Discovery between hosts: on a bridge, with isolated clients, without multicast, over IPv6, and under a flood."""

from __future__ import annotations

import asyncio
import random
import socket
import threading

import pytest
from zeroconf import _core

from p4lab.live import discovery, ladder
from p4lab.live.addresses import split
from p4lab.live.ladder import Facts, Reach, Rung, SelfTest, checks, rung, troubles
from p4lab.live.limits import Limits
from p4lab.live.troubles import NO_MULTICAST
from tests.live.alone import CLASS
from tests.live.heard import Running, flood, running, until
from tests.live.nets import Net, need


@pytest.fixture(autouse=True)
def _here() -> None:
    need()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Probes and announcements 40 ms apart instead of 225, and adapters looked at all the time."""
    monkeypatch.setattr(_core, "_PROBE_RANDOM_DELAY_INTERVAL", (20, 60))
    for name in ("_CHECK_TIME", "_REGISTER_TIME", "_UNREGISTER_TIME"):
        monkeypatch.setattr(_core, name, 40)
    monkeypatch.setattr(discovery, "RESCAN", 0.1)
    monkeypatch.setattr(ladder, "MDNS_FOR", 0.5)


def test_six_hosts_know_each_other_within_five_seconds() -> None:
    """The short form of tests/proofs/discovery.py, which has thirty, each a process; with true timing."""
    with Net(6) as net:
        nodes = [Running(host, number) for number, host in enumerate(net.hosts)]
        with running(*nodes):
            until(lambda: all(len(node.found) == 5 for node in nodes), 5.0)
            assert nodes[3].numbers == [0, 1, 2, 4, 5]
            assert nodes[3].found[nodes[5].id].addresses == ("10.77.0.6:4005",)
            until(lambda: all(node.heard.itself for node in nodes))
            assert nodes[0].stop() < 3.0


@pytest.mark.usefixtures("quick")
def test_isolated_students_find_the_teacher_alone() -> None:
    with Net(4, isolated=(1, 2, 3)) as net:
        teacher, *students = (Running(host, number) for number, host in enumerate(net.hosts))
        with running(teacher, *students):
            until(lambda: teacher.numbers == [1, 2, 3] and all(student.numbers == [0] for student in students))
            threading.Event().wait(0.3)  # what would come has come: announcements are 40 ms apart
            assert [student.numbers for student in students] == [[0]] * 3


@pytest.mark.usefixtures("quick")
def test_without_multicast_nothing_is_found_and_the_ladder_goes_on_to_the_code() -> None:
    with Net(2, flood=False) as net, net[0].inside(), socket.create_server((net[0].address, 0)) as door:
        address = f"{net[0].address}:{door.getsockname()[1]}"
        teacher, student = (Running(host, number) for number, host in enumerate(net.hosts))
        with running(teacher, student):
            until(lambda: student.heard.itself and student.heard.since > 0.5)
            assert (teacher.numbers, student.numbers) == ([], [])
            facts = Facts(False, student.heard, (Reach(0, connected=True),))
            test = SelfTest(lambda: facts, lambda: [address])
            with net[1].inside():
                rows = asyncio.run(test.run())
            assert [row.state for row in rows] == ["yes", "no", "yes"]
            assert rung(facts) is Rung.CODE
            assert troubles(facts) == (NO_MULTICAST,)


@pytest.mark.usefixtures("quick")
def test_link_local_ipv6_is_enough() -> None:
    with Net(2, v6=True) as net:
        first, second = (Running(host, number) for number, host in enumerate(net.hosts))
        with running(first, second):
            until(lambda: first.numbers == [1] and second.numbers == [0])
            (address,) = first.found[second.id].addresses
            host, port = split(address)
            assert (host.startswith("fe80::2%"), port) == (True, 4001)
            with net[1].inside(), socket.create_server(("::", port), family=socket.AF_INET6), net[0].inside():
                socket.create_connection((host, port), timeout=2).close()  # with its scope it can be dialled


@pytest.mark.usefixtures("quick")
def test_adapters_that_come_and_change_are_used() -> None:
    with Net(2) as net, Net(1, subnet="10.88.0") as other:
        first, second, third = Running(net[0], 0), Running(net[1], 1), Running(other[0], 2)
        with running(first, second, third):
            until(lambda: first.numbers == [1] and second.numbers == [0])
            other.wire(net[0], "eth1", "10.88.0.50")
            until(lambda: first.numbers == [1, 2] and third.numbers == [0])
            assert "10.88.0.50:4000" in third.found[first.id].addresses
            net[1].readdress("10.77.0.99")
            until(lambda: first.found[second.id].addresses[0] == "10.77.0.99:4001")  # the old one stays till it expires
            assert checks(Facts(True, first.heard, (Reach(1, heard=True), Reach(2, heard=True))))[1].state == "yes"


@pytest.mark.usefixtures("quick")
def test_no_network_is_said_and_its_coming_noticed() -> None:
    with Net(2) as net:
        net[0].ip("addr flush dev eth0", "addr flush dev lo")
        first, second = Running(net[0], 0), Running(net[1], 1)
        with running(first, second):
            until(lambda: first.discovery.troubles)
            assert first.discovery.troubles[0].startswith("This computer is in no network.")
            net[0].readdress("10.77.0.1")
            until(lambda: first.numbers == [1] and second.numbers == [0])
            until(lambda: not first.discovery.troubles)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("class_ids", [("ZZZZZZZZZZZZ",), (CLASS,)])
def test_under_a_flood_who_is_there_is_found_and_nothing_grows(class_ids: tuple[str, ...]) -> None:
    """A node in the middle of a flood finds another one that starts then. Where the forger claims to be of the same
    class, it is known from the roster: else it might wait for a place."""
    with Net(3) as net:
        victim = Running(net[0], 0, known=(1,) if class_ids == (CLASS,) else ())
        attack = threading.Thread(target=flood, args=(net[2], 0.8, class_ids, random.Random(1)))
        attack.start()
        with running(victim):
            until(lambda: len(victim.found) > 100)
            late = Running(net[1], 1)
            with running(late):
                until(lambda: any(getattr(what, "id", b"") == late.id for _, what in victim.told), 5.0)
                attack.join()
                assert len(victim.found) <= Limits().candidates
                assert len(victim.discovery._pending) <= Limits().candidates
                assert victim.discovery._resolving <= Limits().resolving
