"""How somebody comes into a class: by a ticket that the profile holds, or a code and whoever gives tickets for it.

Rules: nothing is dialled but what a person typed, or discovery found where we listen ourselves; the code's key says
whether it is the right one.
"""

import asyncio
from collections.abc import Callable

from p4lab.core.names import digest
from p4lab.live import addresses
from p4lab.live.admission import join
from p4lab.live.candidates import Candidate
from p4lab.live.identity import JoinCode, Keys, class_id, flaw, parse_code
from p4lab.live.limits import Limits
from p4lab.live.meeting import NotAdmitted, Party, StrangerError, UnreachableError
from p4lab.live.profile import OwnClass, Profile

ME = "me"  # the identity that signs where no other is named; others know it by the member's name
DISCOVERY = 2.0  # s for which an authority without an address is looked for

ALONE = (
    "Somebody new is let in by the teacher's computer alone, which cannot be reached now: try again when it is there."
)
ELSEWHERE = (
    "{node} is not the teacher's computer. Somebody new is let in by that one alone, which was not found on this "
    "network: try again when it is there, or write its HOST:PORT/ before the code."
)
OTHER = "{node} is of another class than this code, or no node at all: compare the code with the teacher's screen."
UNSEEN = "The class of this code was not found on this network: write HOST:PORT/ of the teacher's computer before it."


def signs(profile: Profile) -> bytes:
    """As whom somebody signs by default: H(public key)."""
    return digest(Keys(profile.seed_of(ME)).public)


def listening(text: str) -> tuple[str, int]:
    """The host and port of a --listen; no host is everywhere, port 0 is any. Raises ValueError."""
    if not text:
        return "", 0
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise ValueError(f"--listen takes HOST:PORT, as 127.0.0.1:0, not {text!r}")
    return host.removeprefix("[").removesuffix("]"), int(port)


def owned(host: str) -> tuple[addresses.Own, ...]:
    """Our own addresses at which we listen."""
    here = addresses.adapters()
    if not host:
        return addresses.worth(here)
    return addresses.chosen(here, [host]) or (addresses.Own(host, 32, ""),)


def class_of(new_class: str, code_: str, profile: Profile) -> tuple[OwnClass | None, JoinCode]:
    """The class to be in: one of our own, of which we are the authority, or the one of the code. Raises ValueError."""
    if bool(new_class) is bool(code_):
        raise ValueError("either open a class (--new-class NAME) or join one (--join CODE)")
    if new_class:
        own = profile.open_class(new_class)
        return own, JoinCode(class_id(own.keys.public), own.secret)
    code = parse_code(code_)
    return profile.own_class(code.class_id), code


async def admitted(
    profile: Profile, code: JoinCode, node: str, name: str, limits: Limits, wall: Callable[[], float]
) -> Party:
    """Who we are in the class of this code: by the ticket that the profile holds, else by a new one.

    That comes from the address in the code, from `node` if it is the authority, or from where discovery finds it.
    Raises NotAdmitted.
    """
    party = Party(profile.keys, code.class_id, None, limits, asyncio.get_running_loop().time, wall)
    party.ticket = profile.ticket(code.class_id)
    if party.ticket is not None and not flaw(party.ticket, code.class_id, wall()):
        return party
    party.ticket = None
    try:
        ticket, class_name = await join([code.address or node], party, code, name, signs(profile))
    except NotAdmitted as fault:
        if code.address:
            if isinstance(fault, UnreachableError):
                raise NotAdmitted(f"{fault} {ALONE}") from None
            raise
        if isinstance(fault, StrangerError):
            raise NotAdmitted(OTHER.format(node=node)) from None
        where = await seen(code.class_id, node, limits)
        if not where:
            raise NotAdmitted(
                str(fault) if isinstance(fault, UnreachableError) else ELSEWHERE.format(node=node)
            ) from None
        ticket, class_name = await join(where, party, code, name, signs(profile))
    profile.admit(ticket, class_name)
    party.ticket = ticket
    return party


async def seen(class_id: str, node: str, limits: Limits) -> list[str]:
    """Where discovery says that the authority of a class is; on the loopback alone where `node` is there."""
    there = asyncio.Event()
    host = addresses.split(node)[0]

    def found(candidate: Candidate) -> None:
        if candidate.leads(class_id):
            there.set()

    here = (addresses.LOOPBACK,) if host in (addresses.LOOPBACK, "localhost") else None
    from p4lab.live.discovery import Discovery  # noqa: PLC0415 zeroconf is loaded where somebody is looked for

    discovery = Discovery(found, lambda key: None, here, limits)
    try:
        await discovery.start(bytes(16), class_id, "", 0)  # no port: we only listen
        async with asyncio.timeout(DISCOVERY):
            await there.wait()
    except TimeoutError:
        return []
    finally:
        await discovery.stop()
    return [address for each in discovery.found.values() if each.leads(class_id) for address in each.addresses]
