"""A class as the window sees it: who is in it and how they are, and what a person may do about it.

Rules: values that never change, and one Protocol; no sockets, no threads, no clock. `Classroom.state()` gives the whole
class as one `ClassState`, made anew at most four times a second; while nothing changed it is the same object, so
compare with `is` before drawing again. Every text in it is one printable line of limited length, but it comes from
others: show it as plain text. Every method may be called from the window's thread, returns at once and raises nothing:
what came of it is seen in a later state, and what could not be done is a sentence in `log`. Ask `why_not` before you
offer something.
"""

from typing import Protocol

from msgspec import Struct

HERE, LATE, DEAD, GONE, OUT, REVOKED, UNMET = "here", "late", "dead", "gone", "out", "revoked", "unmet"
STATES = {
    HERE: "connected, and heard from within a heartbeat",
    LATE: "a heartbeat was missed",
    DEAD: "vanished: nothing was heard for three heartbeats, or the connection was cut",
    GONE: "left, and said so; its seat is kept",
    OUT: "the teacher sent it out; it may come back",
    REVOKED: "its ticket is no longer valid; it cannot come back",
    UNMET: "in the class the last time; whether it is here now only the teacher could tell",
}
AWAY = (DEAD, GONE, OUT, UNMET)
DIRECT, HUB, MDNS = "direct", "hub", "mDNS"
HOWS = {
    DIRECT: "a connection of its own",
    HUB: "through the teacher, because the network keeps the two apart; the teacher's computer cannot read it",
    MDNS: "a connection of its own, to an address that mDNS told",
    "": "not connected",
}
ASK, CLASS, OPEN = "ask", "class", "open"
POLICIES = {
    ASK: "a person is asked each time",
    CLASS: "every member of the class may peer with me",
    OPEN: "whoever can connect may peer with me",
}
WAITING, YES, NO = "waiting", "yes", "no"  # states of a CheckRow
TEACHERS = ("say", "freeze", "kick", "revoke", "propose")  # what the authority alone may do
SAID, LOG = 50, 500  # as many messages and lines are kept, the newest last


class MemberRow(Struct, frozen=True):
    """One member. seat: its number in the class, and its node number in events. Seat 0 is the teacher.

    digits: eight hexadecimal digits of its key, for people to compare: a name can be chosen, these cannot. heard: how
    many seconds ago anything came from it. rtt: seconds there and back. offset: its clock minus ours, give or take
    `uncertainty`. Each is None where it is not known, as when there is no connection to it. peers: with how many it
    peers, as far as is known here.
    """

    seat: int
    name: str
    digits: str
    teacher: bool = False
    provider: bool = True
    state: str = HERE
    how: str = ""
    address: str = ""
    heard: float | None = None
    rtt: float | None = None
    offset: float | None = None
    uncertainty: float | None = None
    peers: int = 0


class Ask(Struct, frozen=True):
    """Somebody wants to peer, and the policy is to ask. It waits for `answer(number, yes)`."""

    number: int
    seat: int
    name: str


class CheckRow(Struct, frozen=True):
    """One line of the self-test. says: what was found; remedy: what a person can do where state is `no`, else empty."""

    what: str
    state: str = WAITING
    says: str = ""
    remedy: str = ""


class ClassState(Struct, frozen=True):
    """The class at one moment, as one member knows it. name: of the class; me: our own seat.

    code: what others type to join, without an address (empty: only the teacher knows it). address: host:port to go
    before it, `join_text`, where discovery does not work. rung: by which rung of the ladder members are found, in a few
    words for the status bar; means: what that means, in a sentence. out: why we are not in the class any more, in a
    sentence; `rejoin` may help. answers: what became of our own requests to peer; said: the messages to everybody;
    log: who came, left, was refused and what could not be done; each newest last. troubles: what is
    wrong now, each a sentence with its remedy; empty when all is well.
    """

    name: str
    code: str = ""
    address: str = ""
    me: int = 0
    authority: bool = False
    rung: str = ""
    means: str = ""
    out: str = ""
    frozen: bool = False
    policy: str = ASK
    members: tuple[MemberRow, ...] = ()  # by seat, ourselves among them
    asks: tuple[Ask, ...] = ()  # oldest first
    answers: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    log: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()
    tests: tuple[CheckRow, ...] = ()


class Classroom(Protocol):
    """One member's hand in its class; the teacher's has the code and may do what `TEACHERS` lists."""

    def state(self) -> ClassState:
        """The class now; never waits."""

    def say(self, text: str) -> None:
        """A message to everybody, ourselves included. At most 500 characters; longer ones are cut."""

    def freeze(self, on: bool) -> None:
        """Everybody holds, whoever comes later too, until it is taken back."""

    def kick(self, seat: int) -> None:
        """Cut a member off. It may come back, when its person asks for it."""

    def revoke(self, seat: int) -> None:
        """Cut a member off for good: told at once, and refused everywhere from now on."""

    def propose(self, a: int, b: int, on: bool) -> None:
        """Suggest to two members that they peer (on), or no longer do. Each one's policy decides."""

    def rejoin(self) -> None:
        """Come back after having been sent out."""

    def answer(self, number: int, yes: bool) -> None:
        """Answer an `Ask` of ours."""

    def self_test(self) -> None:
        """Begin the self-test anew; `tests` fills within some seconds."""

    def policy(self, word: str) -> None:
        """Whose requests to peer are accepted from now on: one of `POLICIES`."""


def join_text(state: ClassState) -> str:
    """What a student types, and what the QR code holds: HOST:PORT/XXXXXXXXXXXX-YYYY, or the code alone."""
    return f"{state.address}/{state.code}" if state.address and state.code else state.code


def member(state: ClassState, seat: int) -> MemberRow | None:
    """The member at this seat."""
    return next((row for row in state.members if row.seat == seat), None)


def why_not(state: ClassState, act: str, *seats: int) -> str:
    """Why this cannot be done now, in a sentence, or the empty string. act: the name of a method of `Classroom`."""
    if act == "rejoin" and not state.out:
        return "You are in the class."
    if act not in TEACHERS:
        return ""
    if not state.authority:
        return "Only the teacher, who opened the class, can do this."
    for seat in seats:
        row = member(state, seat)
        if row is None:
            return f"Nobody sits at seat {seat}."
        if row.state == REVOKED:
            return f"{row.name} was revoked and cannot come back."
        if act in ("kick", "revoke") and seat == state.me:
            return "You cannot send yourself out of your own class."
        if act == "kick" and row.state in AWAY:
            return f"{row.name} is not here."
        if act == "propose" and not row.provider:
            return f"{row.name} only puts and gets, and runs no provider to peer with."
        if act == "propose" and row.state in AWAY:
            return f"{row.name} is not here."
    if act == "propose" and len(set(seats)) < 2:
        return "Nobody peers with itself."
    return ""
