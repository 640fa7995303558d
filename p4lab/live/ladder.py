"""The ladder: by which means the members of a class find and reach each other, and a self-test of each rung.

Rules: pure, but for `SelfTest.run`, which tries TCP to the teacher. From top to bottom every rung asks less of the
network: multicast, then an address that a person types, then the teacher's word for where the others are, then the
teacher's computer as a relay. The rung in use is the lowest that anybody needs; it is always said which.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Sequence
from enum import Enum

import msgspec

from p4lab.live.addresses import split
from p4lab.live.troubles import (
    ISOLATION,
    NO_MULTICAST,
    OTHER_CLASSES,
    TEACHER_AWAY,
    TEACHER_REFUSES,
    TEACHER_SILENT,
    UNKNOWN_TEACHER,
    Trouble,
    of_teacher,
)

MDNS_FOR = 2.0  # s that mDNS is given before the ladder goes on to the code: hosts that are there answer within 0.2
TCP_FOR = 2.0  # s for a TCP connection to the teacher: a lost first packet is sent again after 1 s (RFC 6298)
DIRECT, HUB, MDNS = "direct", "hub", "mDNS"
WAITING, YES, NO = "waiting", "yes", "no"
HEAR_SELF, HEAR_OTHERS, TEACHER = "I hear myself", "I hear others", "TCP to the teacher"


class Rung(Enum):
    """How people find each other, most asked of the network first. The value is its short name."""

    MDNS = "mDNS"
    CODE = "code"
    ROSTER = "roster"
    HUB = "hub"


MEANS = {
    Rung.MDNS: "Found by multicast on this network; nobody had to type an address.",
    Rung.CODE: "Multicast does not reach everybody here: members come by the code with the teacher's address.",
    Rung.ROSTER: "Multicast does not reach everybody here: the teacher's computer tells where the others are.",
    Rung.HUB: "The network keeps some computers apart: what they say to each other goes through the teacher's, which "
    "cannot read it.",
}


class Heard(msgspec.Struct, frozen=True):
    """How discovery fares. since: s since its start. itself: our own announcement came back (None: we made none).
    others: how many nodes are heard, of any class; ours: of our own."""

    since: float
    itself: bool | None
    others: int
    ours: int
    troubles: tuple[Trouble, ...] = ()


class Reach(msgspec.Struct, frozen=True):
    """How one other member is reached. heard: mDNS tells of it. dialled: the connection goes to an address that only
    mDNS told. relayed: it goes through the hub."""

    seat: int
    connected: bool = False
    heard: bool = False
    dialled: bool = False
    relayed: bool = False


class Facts(msgspec.Struct, frozen=True):
    """What the self-test is judged by. members: the others who are here. teacher: True where we have a connection, a
    Trouble where a try failed, None where none was made. heard: None where discovery is switched off."""

    authority: bool
    heard: Heard | None
    members: tuple[Reach, ...] = ()
    teacher: Trouble | bool | None = None


class Check(msgspec.Struct, frozen=True):
    """One line of the self-test. remedy: what a person can do where it is not well."""

    what: str
    state: str = WAITING
    says: str = ""
    remedy: str = ""


def how(member: Reach) -> str:
    """How a member is reached, in a word, or "" where it is not."""
    if not member.connected:
        return ""
    if member.relayed:
        return HUB
    return MDNS if member.dialled else DIRECT


def rung(facts: Facts) -> Rung:
    """The lowest rung that any member who is here needs; before anybody is, what the next one will need."""
    multicast = facts.heard is not None and not facts.heard.troubles
    if any(member.relayed for member in facts.members):
        return Rung.HUB
    unheard = [member for member in facts.members if not member.heard]
    if not facts.authority and any(member.seat != 0 for member in unheard):
        return Rung.ROSTER
    return Rung.MDNS if multicast and not unheard else Rung.CODE


def troubles(facts: Facts) -> tuple[Trouble, ...]:
    """What is wrong now; empty when all is well."""
    found = list(facts.heard.troubles) if facts.heard is not None else []
    if not found and _unheard(facts):
        found.append(NO_MULTICAST)
    if any(member.relayed for member in facts.members):
        found.append(ISOLATION)
    if isinstance(facts.teacher, Trouble):
        found.append(facts.teacher)
    return tuple(found)


def checks(facts: Facts) -> tuple[Check, ...]:
    """The self-test's three lines."""
    return _hears_itself(facts.heard), _hears_others(facts), _reaches_teacher(facts)


class SelfTest:
    """Runs the self-test. facts: as they are now; addresses: where the teacher's computer may be, `host:port`."""

    def __init__(self, facts: Callable[[], Facts], addresses: Callable[[], Sequence[str]]) -> None:
        self._facts, self._addresses = facts, addresses
        self._teacher: Trouble | bool | None = None

    @property
    def facts(self) -> Facts:
        """The facts now, with what this test has found out."""
        facts = self._facts()
        return facts if facts.teacher is not None else msgspec.structs.replace(facts, teacher=self._teacher)

    @property
    def rows(self) -> tuple[Check, ...]:
        """The lines as they are now."""
        return checks(self.facts)

    async def run(self) -> tuple[Check, ...]:
        """Try TCP to the teacher, where there is no connection yet. Takes TCP_FOR at most, and raises nothing."""
        facts = self._facts()
        self._teacher = None
        if facts.authority or facts.teacher is True:
            self._teacher = True
        else:
            self._teacher = await reach(self._addresses()) or True
        return self.rows


async def reach(addresses: Sequence[str]) -> Trouble | None:
    """Whether TCP reaches any of these: None, or the most telling of what went wrong. All are tried at once."""
    if not addresses:
        return UNKNOWN_TEACHER
    tries = [asyncio.get_running_loop().create_task(_knock(address)) for address in addresses]
    found: list[Trouble] = []
    try:
        for done in asyncio.as_completed(tries):
            trouble = await done
            if trouble is None:
                return None
            found.append(trouble)
    finally:
        for each in tries:
            each.cancel()
        await asyncio.gather(*tries, return_exceptions=True)
    telling = (TEACHER_REFUSES, TEACHER_SILENT, TEACHER_AWAY)
    return min(found, key=lambda trouble: telling.index(trouble) if trouble in telling else len(telling))


async def _knock(address: str) -> Trouble | None:
    try:
        host, port = split(address)
        async with asyncio.timeout(TCP_FOR):
            _, writer = await asyncio.open_connection(host, port)
    except OSError as problem:
        return of_teacher(problem)
    except ValueError:
        return UNKNOWN_TEACHER
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return None


def _hears_itself(heard: Heard | None) -> Check:
    if heard is None or heard.itself is None:
        return Check(HEAR_SELF, NO, "This computer does not announce itself.", "Others need the code to find it.")
    if heard.troubles:
        return Check(HEAR_SELF, NO, heard.troubles[0].says, heard.troubles[0].remedy)
    if heard.itself:
        return Check(HEAR_SELF, YES, "What this computer announces by multicast comes back to it.")
    return Check(HEAR_SELF, WAITING, "Nothing has come back yet; it takes a second or two.")


def _hears_others(facts: Facts) -> Check:
    heard = facts.heard
    if heard is None:
        return Check(HEAR_OTHERS, NO, "Discovery is switched off.", "Join with the code on the teacher's screen.")
    if heard.troubles and not heard.ours:
        return Check(HEAR_OTHERS, NO, "Multicast does not work on this computer.", heard.troubles[0].remedy)
    apart = any(member.relayed for member in facts.members)
    if heard.ours:
        here = len(facts.members)
        known = f" of {here} who are here" if here > heard.ours else ""
        says = f"{heard.ours}{known} {'is' if heard.ours == 1 else 'are'} heard by multicast."
        return Check(HEAR_OTHERS, YES, says, ISOLATION.remedy if apart else "")
    if _unheard(facts):
        return Check(HEAR_OTHERS, NO, NO_MULTICAST.says, NO_MULTICAST.remedy)
    if heard.others:
        return Check(HEAR_OTHERS, WAITING, OTHER_CLASSES.says, OTHER_CLASSES.remedy)
    return Check(HEAR_OTHERS, WAITING, "Nobody is heard yet; perhaps nobody else is here.")


def _reaches_teacher(facts: Facts) -> Check:
    if facts.authority:
        return Check(TEACHER, YES, "This is the teacher's computer.")
    if facts.teacher is True:
        return Check(TEACHER, YES, "The teacher's computer answers.")
    if isinstance(facts.teacher, Trouble):
        return Check(TEACHER, NO, facts.teacher.says, facts.teacher.remedy)
    return Check(TEACHER, WAITING, "Not tried yet.")


def _unheard(facts: Facts) -> Iterable[Reach]:
    """Who is here although mDNS tells nobody of this class, after it had its time."""
    heard = facts.heard
    if heard is None or heard.ours or heard.since < MDNS_FOR:
        return ()
    return facts.members
