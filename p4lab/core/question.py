"""One question in flight: a GETQ or FETCH, who has yet to answer it, who waits for it, and what has come in.

Rules: data and the wait rules alone; what follows from an answer is `resolution.py`'s.
"""

import msgspec

from p4lab.core.messages import GetRequest
from p4lab.core.names import Kind
from p4lab.core.options import Quorum
from p4lab.core.records import Record


class Waiter(msgspec.Struct, gc=False):
    """A customer's get that waits for a question. joined: somebody else's; retried: it has asked again after a MISS."""

    customer: int
    request: GetRequest
    cause: int
    joined: bool = False
    retried: bool = False


class Found(msgspec.Struct, gc=False):
    """A sound record that came in. remaining: seconds it may be cached. copy: the holder's Stored event."""

    record: Record
    remaining: float
    copy: int


class Question(msgspec.Struct, gc=False):
    """asked: how many peers. waiting: those that have not answered. bad: those whose answer failed its checks.

    due: its deadline, seconds.
    """

    qid: int
    op: int
    request: GetRequest
    cause: int
    fetching: bool
    asked: int
    waiting: set[int]
    waiters: list[Waiter]
    found: list[Found]
    bad: list[int]
    due: float
    answered: bool = False

    def enough(self, rule: str | Quorum) -> bool:
        """Whether the answer may go although peers are still silent (protocol section 5.7).

        Immutable: the first sound record. Authenticated: by `rule`, and as new as was asked for. Unauthenticated:
        never before the deadline. An answer that failed its checks counts for no quorum.
        """
        kind = self.request.kind
        if not self.found or kind is Kind.UNAUTHENTICATED:
            return False
        if kind is Kind.IMMUTABLE:
            return True
        if all(found.record.version[0] < self.request.min_seq for found in self.found):
            return False
        if isinstance(rule, Quorum):
            return self.asked - len({*self.waiting, *self.bad}) >= rule.quorum
        return rule == "first"

    def late(self, now: float) -> tuple[int, ...]:
        """The peers that did not answer in time; before the deadline there are none."""
        return tuple(sorted(self.waiting)) if now >= self.due else ()

    def silent(self, now: float) -> tuple[int, ...]:
        """The peers that gave no usable answer."""
        return tuple(sorted({*self.late(now), *self.bad}))
