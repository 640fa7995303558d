"""A class made of values alone, for tests of whatever shows one: it keeps what was asked of it, and does the obvious.

Rules: the state changes only by what a test calls; no time passes by itself.
"""

from __future__ import annotations

from msgspec.structs import replace

from p4lab.session import classroom
from p4lab.session.classroom import Ask, CheckRow, ClassState, MemberRow

ANN = MemberRow(1, "Ann", "1a2b3c4d", how="direct", address="192.168.1.21:4711", heard=0.4, rtt=0.004, offset=0.12,
                uncertainty=0.002, peers=2)  # fmt: skip
BEN = MemberRow(2, "Ben", "99aa00ff", state="late", how="hub", heard=12.0, rtt=0.018, offset=-3.5, uncertainty=0.009)
CLEO = MemberRow(3, "Cleo", "0badcafe", provider=False, state="gone")
DAN = MemberRow(4, "Dan", "deadbeef", state="dead", heard=31.0)
TEACHER = MemberRow(0, "Teacher", "c0ffee00", teacher=True, address="192.168.1.2:4700", heard=0.0, peers=1)
CODE, ADDRESS = "ABCDEFGHIJ23-K4Q7", "192.168.1.2:4700"
TESTS = (
    CheckRow("I hear myself", "yes", "my own announcement came back"),
    CheckRow("I hear others", "no", "nobody was heard in 2 s", "Ask whether the Wi-Fi lets devices find each other."),
    CheckRow("TCP to the teacher"),
)


def as_teacher() -> ClassState:
    """What the teacher of a class of five sees."""
    members = (TEACHER, ANN, BEN, CLEO, DAN)
    return ClassState("Physics 4b", CODE, ADDRESS, authority=True, rung="found by mDNS",
                      means="Found by multicast on this network; nobody had to type an address.", policy="class",
                      members=members, said=("Welcome",), log=("Ann joined", "Cleo left"))  # fmt: skip


def as_student() -> ClassState:
    """What Ann sees of it, with Ben asking her to peer."""
    return ClassState("Physics 4b", me=1, rung="the teacher's roster", members=(TEACHER, ANN, BEN, CLEO, DAN),
                      asks=(Ask(1, 2, "Ben"),), said=("Welcome",), tests=TESTS)  # fmt: skip


class FakeClassroom:
    """A `Classroom`. done: what was called, in order, as (method, arguments...)."""

    def __init__(self, state: ClassState) -> None:
        self.now = state
        self.done: list[tuple[object, ...]] = []

    def state(self) -> ClassState:
        return self.now

    def say(self, text: str) -> None:
        self._do("say", text)
        self.now = replace(self.now, said=(*self.now.said, text))

    def freeze(self, on: bool) -> None:
        self._do("freeze", on)
        self.now = replace(self.now, frozen=on)

    def kick(self, seat: int) -> None:
        self._do("kick", seat)
        self._set(seat, classroom.OUT)

    def revoke(self, seat: int) -> None:
        self._do("revoke", seat)
        self._set(seat, classroom.REVOKED)

    def propose(self, a: int, b: int, on: bool) -> None:
        self._do("propose", a, b, on)

    def rejoin(self) -> None:
        self._do("rejoin")
        self.now = replace(self.now, out="")

    def answer(self, number: int, yes: bool) -> None:
        self._do("answer", number, yes)
        self.now = replace(self.now, asks=tuple(ask for ask in self.now.asks if ask.number != number))

    def self_test(self) -> None:
        self._do("self_test")
        self.now = replace(self.now, tests=tuple(CheckRow(row.what) for row in TESTS))

    def policy(self, word: str) -> None:
        self._do("policy", word)
        self.now = replace(self.now, policy=word)

    def _do(self, *call: object) -> None:
        self.done.append(call)

    def _set(self, seat: int, state: str) -> None:
        rows = (replace(row, state=state, how="") if row.seat == seat else row for row in self.now.members)
        self.now = replace(self.now, members=tuple(rows))
