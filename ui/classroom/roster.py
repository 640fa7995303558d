"""The roster: who is in the class and how each of them is, as a table.

Rules: cells alone; names come from others and are shown as plain text. Whoever is chosen here is chosen on the map too.
"""

from p4lab.session.classroom import DEAD, DIRECT, HERE, HOWS, HUB, LATE, MDNS, OUT, REVOKED, STATES, UNMET, MemberRow
from ui import words
from ui.panels.table import Column, Rows

WORDS = {HERE: "here", LATE: "late", DEAD: "vanished", "gone": "left", OUT: "sent out", REVOKED: "revoked",
         UNMET: "not met"}  # fmt: skip
WAYS = {DIRECT: "directly", HUB: "through the hub", MDNS: "directly", "": ""}
LEAST = 0.001  # s: how sure a clock is, is not told more finely


def rows() -> Rows:
    """The model, with its columns."""
    return Rows(COLUMNS, _seat, gone=_gone)


def digits(member: MemberRow) -> str:
    """The digits of a key in two groups, as people read them to each other."""
    return f"{member.digits[:4]} {member.digits[4:]}"


def _seat(member: MemberRow) -> int:
    return member.seat


def _gone(member: MemberRow) -> bool:
    return member.state == REVOKED


def _role(member: MemberRow) -> str:
    """In a column of its own: "Ann (teacher)" is a name that anybody may choose."""
    return "teacher" if member.teacher else "" if member.provider else "no provider"


def _clock(member: MemberRow) -> str:
    """How far it is ahead says nothing to anybody: each clock runs since its program was started."""
    return "" if member.uncertainty is None else f"± {words.time(max(LEAST, member.uncertainty))}"


def _heard(member: MemberRow) -> str:
    if member.heard is None:
        return ""
    return "now" if member.heard < 1 else f"{member.heard:.0f} s ago"


def _bad(member: MemberRow) -> bool:
    return member.state in (LATE, DEAD, REVOKED)


COLUMNS = (
    Column("name", lambda one: one.name, says="Names can be chosen by anybody; the digits of the key cannot"),
    Column("role", _role, says="The teacher is whoever opened the class, whatever anybody is called"),
    Column("state", lambda one: WORDS.get(one.state, one.state), bad=_bad,
           says="\n".join(f"{WORDS[state]}: {says}" for state, says in STATES.items())),
    Column("reached", lambda one: WAYS.get(one.how, one.how),
           says="\n".join(f"{WAYS[how]}: {says}" for how, says in HOWS.items() if how not in (MDNS, ""))),
    Column("heard", _heard, lambda one: one.heard if one.heard is not None else 1e9, right=True,
           says="How long ago anything came from there"),
    Column("round trip", lambda one: "" if one.rtt is None else words.time(one.rtt),
           lambda one: one.rtt if one.rtt is not None else 1e9, right=True),
    Column("clock", _clock, lambda one: one.uncertainty if one.uncertainty is not None else 1e9, right=True,
           says="How exactly its clock is known here: events of both are put in order with it"),
    Column("peers", lambda one: str(one.peers) if one.provider else "", lambda one: one.peers, right=True,
           says="With how many it peers now: as many lines as the map has there"),
    Column("key", digits, says="The first digits of its key: read them to each other to be sure who it is"),
)  # fmt: skip
