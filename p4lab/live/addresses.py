"""Addresses of this machine and of others, as text `host:port`: which may be dialled untyped, and which are near.

Rules: pure but for `adapters`, which asks the system. A host is an IP address, v6 in brackets and with its scope where
it is link-local: `[fe80::1%3]:4040`. Nobody is dialled at a public address because a stranger said so: what others tell
must lie in a private range or on a wire of ours; what a person typed is the caller's to allow.
"""

import ipaddress
from collections.abc import Iterable, Sequence

import ifaddr
import msgspec

LOOPBACK = "127.0.0.1"
# Networks inside one machine, left out while there is any other: multicast into them is noise (python-zeroconf #330)
VIRTUAL = ("docker", "veth", "br-", "virbr", "vmnet", "vboxnet", "lxcbr", "podman")

type_of = ipaddress.ip_address


class Own(msgspec.Struct, frozen=True):
    """An address of this machine. address: without a scope; index: of its interface; prefix: bits of its network."""

    address: str
    prefix: int
    interface: str
    index: int = 0


def adapters() -> tuple[Own, ...]:
    """Every address of this machine, as the system lists them."""
    found = []
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            address = ip.ip if isinstance(ip.ip, str) else ip.ip[0]
            found.append(Own(address, ip.network_prefix, str(adapter.name), adapter.index or 0))
    return tuple(found)


def worth(owned: Iterable[Own]) -> tuple[Own, ...]:
    """The addresses to be found at: v4 and link-local v6 of real networks, and loopback where there is nothing else."""
    usable = [own for own in owned if _version(own) == 4 or type_of(own.address).is_link_local]
    outside = [own for own in usable if not type_of(own.address).is_loopback]
    real = [own for own in outside if not own.interface.startswith(VIRTUAL)]
    loopback = [own for own in usable if own.address == LOOPBACK]
    return tuple(sorted(real or outside or loopback, key=lambda own: (_version(own), own.index, own.address)))


def chosen(owned: Iterable[Own], interfaces: Sequence[str]) -> tuple[Own, ...]:
    """Of all addresses those that a person chose, by address or by interface name."""
    return tuple(own for own in owned if own.address in interfaces or own.interface in interfaces)


def allowed(host: str, owned: Iterable[Own]) -> bool:
    """Whether a host that a stranger told of may be dialled: it is private, or on a wire of ours."""
    try:
        address = type_of(host)
    except ValueError:
        return False
    if address.is_multicast or address.is_unspecified or address.is_reserved:
        return False
    if address.is_loopback:  # ours, never another's: only where we ourselves are found at loopback alone
        return all(type_of(own.address).is_loopback for own in owned)
    if address.is_link_local:
        return address.version == 4 or "%" in host
    if address.version == 6 and address.teredo is not None:
        return False  # counted as private, though a public address stands in it
    return address.is_private or any(
        address in ipaddress.ip_network(f"{own.address}/{own.prefix}", strict=False) for own in owned
    )


def near(host: str) -> bool:
    """Whether an address is of a private network, of a wire of ours, or this machine."""
    try:
        address = type_of(host.partition("%")[0])
    except ValueError:
        return False
    return not address.is_global and not address.is_multicast


def join(host: str, port: int) -> str:
    """Host and port as one text."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def split(address: str) -> tuple[str, int]:
    """The host, which may be a name, and the port of such a text. Raises ValueError."""
    host, _, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdecimal() or not port.isascii() or not 0 < int(port) < 65_536:
        raise ValueError(f"an address is HOST:PORT, as 192.168.1.5:4711, not {address!r}")
    return host, int(port)


def _version(own: Own) -> int:
    return type_of(own.address).version
