"""Who is in a class: the members by seat, names that people can read and tell apart, and addresses that may be dialled.

Rules: no I/O and no clock. Whatever a member says of itself is cleaned here before anybody else hears of it, and once
more by everybody who hears it: a name is one printable line, an address stays within the class's network.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec.structs import replace

from p4lab.live.addresses import split
from p4lab.live.frames import Member, Seated, encode
from p4lab.live.identity import MAX_NAME, cleaned

HERE, GONE, DEAD, OUT, REVOKED = (
    "here",
    "gone",
    "dead",
    "out",
    "revoked",
)  # Member.state; out: sent out by the authority
UNMET = "unmet"  # known from the last time, by nobody's word of now
LEFT = (GONE, OUT, REVOKED, UNMET)  # who is away and is not lost
BARRED = {
    OUT: "the teacher sent this member out of the class",
    REVOKED: "the teacher revoked this member's ticket",
}
ADDRESSES = 8  # of one member: a laptop with Wi-Fi, cable and IPv6 has five
PAGE = 12_000  # bytes of members in one frame


def printable(name: str) -> str:
    """One line of at most 40 characters that can be shown as it is, as plain text; never empty."""
    return cleaned(name) or "Somebody"


def line(text: str, longest: int = 500) -> str:
    """Like a name, for a sentence."""
    kinds = ((char, unicodedata.category(char)) for char in text[: longest * 2])
    shown = (" " if kind[0] in "ZC" else char for char, kind in kinds if kind != "Cf")
    return " ".join("".join(shown).split())[:longest]


def unique(name: str, taken: Iterable[str]) -> str:
    """This name, or with the lowest number from 2 up that nobody has; case does not tell people apart."""
    have = {_alike(other) for other in taken}
    if _alike(name) not in have:
        return name
    for number in range(2, len(have) + 3):
        tried = f"{name[: MAX_NAME - len(str(number)) - 1].rstrip()} {number}"
        if _alike(tried) not in have:
            return tried
    raise AssertionError("among n + 1 numbers one is free of n names")


def dialable(listen: Iterable[str], near: Callable[[str], bool]) -> tuple[str, ...]:
    """The addresses among these that a member may be asked to dial. near: whether a host is of our own network.

    A link-local v6 address has the name of an interface of its owner's, which leads nowhere here: left out.
    """
    kept: list[str] = []
    for address in listen:
        try:
            host, _ = split(address)
        except ValueError:
            continue
        if "%" not in host and near(host):
            kept.append(address)
    return tuple(dict.fromkeys(kept))[:ADDRESSES]


class Roster:
    """The members by seat; bounded. changed: called after each change with the member as it is now."""

    def __init__(self, limit: int, changed: Callable[[Member], None] = lambda _: None) -> None:
        self.members: dict[int, Member] = {}
        self.changed = changed
        self._limit = limit

    def put(self, member: Member) -> bool:
        """Take this member as it is now; False where nothing changed, or there is no room for one more."""
        clean = replace(member, name=printable(member.name), addresses=member.addresses[:ADDRESSES])
        if self.members.get(member.seat) == clean or (member.seat not in self.members and self.full):
            return False
        self.members[member.seat] = clean
        self.changed(clean)
        return True

    @property
    def full(self) -> bool:
        return len(self.members) >= self._limit

    def barred(self, seat: int, key_id: bytes) -> str | None:
        """Why somebody with a valid ticket for this seat may not come in, or None."""
        for member in self.members.values():
            if member.id == key_id and member.state in BARRED:
                return BARRED[member.state]
        known = self.members.get(seat)
        return "this seat is another member's" if known is not None and known.id != key_id else None

    def seat_of(self, key_id: bytes) -> int | None:
        """Where the owner of this key sits."""
        return next((member.seat for member in self.members.values() if member.id == key_id), None)

    def named(self, name: str) -> int | None:
        """Where the member of this name sits."""
        wanted = _alike(name)
        return next((member.seat for member in self.members.values() if _alike(member.name) == wanted), None)


def pages(members: Iterable[Member]) -> Iterator[Seated]:
    """These members in as few frames as hold them."""
    page: list[Member] = []
    size = 0
    for member in members:
        one = len(encode(Seated((member,))))
        if page and (size + one > PAGE or len(page) == 64):
            yield Seated(tuple(page))
            page, size = [], 0
        page.append(member)
        size += one
    if page:
        yield Seated(tuple(page))


def standing(state: str, heard: float | None, heartbeat: float, idle: float) -> str:
    """How a member is: what the roster says, unless we hear it ourselves. heard: s ago; None without a connection."""
    if heard is None or state in BARRED:
        return state
    if heard >= idle:
        return DEAD
    return "late" if heard > 1.5 * heartbeat else HERE  # 1.5: the heartbeat itself, and as much again on the way


def with_names(says: str, members: Mapping[int, Member]) -> str:
    """What is said of seats, with the names of those who sit there. Once: a name may read like a seat."""
    return re.sub(
        r"\b[Ss]eat (\d{1,5})\b",
        lambda found: members[int(found[1])].name if int(found[1]) in members else found[0],
        says,
    )


def _alike(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
