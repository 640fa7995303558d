"""Addresses: where we are found, and whom a stranger's word cannot make us dial."""

from __future__ import annotations

import pytest

from p4lab.live.addresses import Own, adapters, allowed, chosen, join, near, split, worth

LO, LO6 = Own("127.0.0.1", 8, "lo", 1), Own("::1", 128, "lo", 1)
LAN, LAN6 = Own("192.168.1.5", 24, "wlan0", 3), Own("fe80::5", 64, "wlan0", 3)
PUBLIC = Own("129.132.1.5", 22, "eth0", 2)  # a university's wires have public addresses
GLOBAL6, DOCKER = Own("2001:db8::5", 64, "wlan0", 3), Own("172.17.0.1", 16, "docker0", 4)


@pytest.mark.parametrize(
    ("owned", "found_at"),
    [
        ((LO, LO6, LAN6, GLOBAL6, DOCKER, LAN, PUBLIC), (PUBLIC, LAN, LAN6)),
        ((LO, LO6, DOCKER), (DOCKER,)),
        ((LO6, LO), (LO,)),
        ((), ()),
    ],
)
def test_where_we_are_found(owned: tuple[Own, ...], found_at: tuple[Own, ...]) -> None:
    assert worth(owned) == found_at


def test_a_person_may_choose() -> None:
    assert chosen((LO, LAN, LAN6, DOCKER), ["wlan0", "127.0.0.1"]) == (LO, LAN, LAN6)


@pytest.mark.parametrize(
    ("host", "verdict"),
    [
        ("192.168.7.7", True),
        ("10.1.2.3", True),
        ("fe80::9%3", True),
        ("fd00::9", True),
        ("169.254.3.4", True),
        ("129.132.3.4", True),  # on our wire
        ("129.132.9.9", False),
        ("8.8.8.8", False),
        ("2606:4700::1111", False),
        ("::ffff:8.8.8.8", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),  # Teredo: a public address within
        ("fe80::9", False),  # nobody can dial it without its scope
        ("127.0.0.1", False),
        ("::1", False),
        ("0.0.0.0", False),
        ("224.0.0.251", False),
        ("255.255.255.255", False),
        ("localhost", False),
    ],
)
def test_whom_a_stranger_cannot_make_us_dial(host: str, verdict: bool) -> None:
    assert allowed(host, (LO, LAN, LAN6, PUBLIC)[1:]) is verdict


def test_loopback_is_for_loopback_alone() -> None:
    assert allowed("127.0.0.1", (LO,))


@pytest.mark.parametrize(
    ("host", "verdict"),
    [
        ("192.168.1.7", True),
        ("10.1.2.3", True),
        ("172.16.0.1", True),
        ("169.254.9.9", True),
        ("127.0.0.1", True),
        ("fe80::1%eth0", True),
        ("fd00::1", True),
        ("::1", True),
        ("8.8.8.8", False),
        ("2001:4860:4860::8888", False),
        ("224.0.0.251", False),
        ("", False),
        ("school.example", False),
    ],
)
def test_who_is_near(host: str, verdict: bool) -> None:
    assert near(host) is verdict


def test_hosts_and_ports_are_one_text() -> None:
    assert [join("10.0.0.1", 5), join("fe80::1%3", 5)] == ["10.0.0.1:5", "[fe80::1%3]:5"]
    assert [split("10.0.0.1:5"), split("[fe80::1%3]:5"), split("teacher.local:65535")] == [
        ("10.0.0.1", 5),
        ("fe80::1%3", 5),
        ("teacher.local", 65_535),
    ]


@pytest.mark.parametrize(
    "text", ["", "10.0.0.1", ":5", "10.0.0.1:", "10.0.0.1:0", "10.0.0.1:65536", "10.0.0.1:-1", "a:²"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="an address is HOST:PORT"):
        split(text)


def test_this_machine_has_a_loopback() -> None:
    assert [(own.prefix, own.index > 0) for own in adapters() if own.address == "127.0.0.1"] == [(8, True)]
