"""One question in flight: a GETQ or FETCH, who has yet to answer it, who waits for it, and what has come in.

A waiter is a customer, or a neighbour on whose behalf the question was asked.

Rules: data and the wait rules alone; what follows from an answer is `asking.py`'s.
"""

from math import inf

import msgspec

from p4lab.core.messages import Fetch, GetQuery, GetRequest, Relayed
from p4lab.core.names import Kind
from p4lab.core.options import Options, Quorum
from p4lab.core.records import UNVERSIONED, Record, Version

ON_BEHALF = 0.75  # of the asker's patience, so that what comes out is back in time


class Waiter(msgspec.Struct, gc=False):
    """A get that waits for a question. query: the message of the neighbour that asked, None: it is a customer's.

    below: a peer or the parent asked, who gets local data alone. joined: it waits for somebody else's question;
    retried: it has asked again after a MISS.
    """

    asker: int
    request: GetRequest
    cause: int
    query: GetQuery | Fetch | Relayed | None = None
    below: bool = False
    joined: bool = False
    retried: bool = False


class Found(msgspec.Struct, gc=False):
    """A sound record. src: who had it; copy: the holder's Stored event.

    remaining: seconds it may be cached, as of when it `came`, or of now.
    """

    record: Record
    remaining: float
    copy: int
    src: int = -1
    came: float = inf
    stale: bool = False  # whoever told it said that there is a newer one

    def count_down(self, now: float) -> None:
        """While a question waits for others, what has come in grows older (A11: the TTL runs from the arrival)."""
        if self.came < now:
            self.remaining = max(0.0, self.remaining - (now - self.came))
            self.came = now


class Question(msgspec.Struct, gc=False):
    """asked: how many were. waiting: those that have not answered. bad: those whose answer was of no use.

    due: its deadline, waits: how long that was, seconds. below: waiters who get local data alone. down: it is on behalf
    of others alone, or only children were asked. hidden: who could not be asked, or was silent to those that were.
    floor: what an answer must not be below. pages: how far each of those asked has told a long set.
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
    below: list[Waiter] = []
    down: bool = False
    hidden: list[int] = []
    waits: float = 0.0
    floor: Version = UNVERSIONED
    pages: dict[int, bytes] = {}
    nid: bytes = b""  # the name, at hand for each answer

    def enough(self, rule: str | Quorum) -> bool:
        """Whether the answer may go although peers are still silent (protocol section 5.7).

        Immutable: the first sound record. Authenticated: by `rule`, and as new as was asked for. Unauthenticated:
        never before the deadline. An answer that failed its checks, or a refusal, counts for no quorum.
        """
        kind = self.request.kind
        if not self.found or kind is Kind.UNAUTHENTICATED:
            return False
        if kind is Kind.IMMUTABLE:
            return True
        best = max(found.record.version for found in self.found)
        if best[0] < self.request.min_seq or best < self.floor:
            return False
        if isinstance(rule, Quorum):
            return self.asked - len({*self.waiting, *self.bad}) >= rule.quorum
        return rule == "first"

    def late(self, now: float) -> tuple[int, ...]:
        """Those that did not answer in time; before the deadline there are none."""
        silent = self.waiting if now >= self.due else ()
        return tuple(sorted({*silent, *self.hidden} if self.hidden else silent))

    def silent(self, now: float) -> tuple[int, ...]:
        """Those that gave no usable answer."""
        return tuple(sorted({*self.late(now), *self.bad}))


def came_by(query: GetQuery | Fetch | Relayed | None) -> tuple[int, ...]:
    """Relay mode: who has sent this question so far; whoever is among them is not asked along a pointer."""
    return query.path if isinstance(query, GetQuery | Fetch) else ()


def patience(query: GetQuery | Fetch | Relayed | None, options: Options) -> float:
    """How long to wait for others, seconds; on behalf of a neighbour less long than it waits itself."""
    if query is None:
        return options.query_timeout
    return ON_BEHALF * min(query.patience or options.query_timeout, options.query_timeout)
