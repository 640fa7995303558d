"""Peerings: with whom a live provider peers, by the consent of both, and when a session may run.

Rules: both have to agree, anew on each channel; then each tells its node Linked, once, and Unlinked once when the
channel is lost. Who peers is kept, so that a restart finds its peers again. A person who is asked decides; nobody else
waits for that. Requests that wait are bounded by the seats of a class.
"""

import asyncio
from collections.abc import Callable, Iterator

from p4lab.core.contract import Linked, Unlinked
from p4lab.core.events import LinkChanged, Peered, Unpeered
from p4lab.core.neighbours import Role
from p4lab.live.carrier import Carrier
from p4lab.live.frames import AnswerPeering, AskPeering, EndPeering
from p4lab.live.host import Host
from p4lab.live.switchboard import Switchboard

ASK, CLASS, OPEN = "ask", "class", "open"
POLICIES = (ASK, CLASS, OPEN)
PAUSE = 1.0  # s between two sessions with one member: each begins with a look at all that there is
UNMEASURED = 0.001  # s: the latency that is told of a link before there is a measurement
WAITS, REFUSES, AGREES = "asks a person whether to peer", "does not want to peer", "peers with"  # what is said of it


class Peerings:
    """Of one provider, at seat `me`. policy: one of POLICIES; whoever has a channel here has a ticket of the class.

    agreed: with whom it peers, there or not. linked: with whom a session may run now. asks: who waits for a person's
    answer. keep: told of `agreed` when it changes. want, unwant: a channel to a seat is of use, or no more.
    """

    def __init__(
        self, me: int, host: Host, board: Switchboard, carrier: Carrier, policy: str, agreed: set[int],
        keep: Callable[[set[int]], None], want: Callable[[int], None], unwant: Callable[[int], None],
        said: Callable[[str], None] = lambda says: None,
    ) -> None:  # fmt: skip
        self.policy = policy
        self.agreed = set(agreed)
        self.linked = carrier.linked
        self.asks: dict[int, None] = {}  # by seat, ordered
        self._began: dict[int, float] = {}  # when the last session with a seat began
        self._waiting: dict[int, asyncio.TimerHandle] = {}  # a yes that waits for its time
        self._asked: set[int] = set()  # whom we asked, and who has not said yes
        self._me = me
        self._host = host
        self._board = board
        self._keep = keep
        self._want = want
        self._unwant = unwant
        self._said = said
        board.on(AskPeering, self._hear_ask)
        board.on(AnswerPeering, self._hear_answer)
        board.on(EndPeering, self._hear_end)
        board.watch(self._up, self._down)

    def begin(self) -> None:
        """Look for those with whom it peers already."""
        for seat in sorted(self.agreed):
            self._want(seat)

    def close(self) -> None:
        """Nobody waits any more."""
        for waiting in self._waiting.values():
            waiting.cancel()
        self._waiting.clear()

    def peer(self, seat: int) -> None:
        """We would like to peer with this member: a person here, or whoever speaks for one, has said so."""
        if seat == self._me or seat in self.linked:
            return None
        if seat in self.asks:
            return self.answer(seat, True)
        self._asked.add(seat)
        self._want(seat)
        if self._board.here(seat):
            self._board.post(seat, AskPeering())
        return None

    def part(self, seat: int) -> None:
        """Peer no more."""
        known = seat in self.agreed or seat in self._asked
        self._asked.discard(seat)
        if known:
            self._board.post(seat, EndPeering())
        self._end(seat)

    def propose(self, seat: int, on: bool) -> None:
        """The teacher suggests it: done where the policy would let the other do it."""
        if not on:
            self.part(seat)
        elif seat in self.linked or seat == self._me:
            return
        elif self.policy == ASK:
            self._ask_person(seat)
        else:
            self.peer(seat)

    def answer(self, seat: int, yes: bool) -> None:
        """A person has answered who waits."""
        if seat not in self.asks:
            return
        del self.asks[seat]
        if not yes:
            self._board.post(seat, AnswerPeering(False, why="not now"))
            return
        self._asked.add(seat)
        self._want(seat)
        if self._board.here(seat):
            self._board.post(seat, AskPeering())  # which is a yes, too, to whoever has asked

    def shown(self) -> Iterator[Peered | LinkChanged]:
        """How things are, for somebody who begins to look."""
        for seat in sorted(self.agreed):
            yield self.peered(seat)
            if seat not in self.linked:
                yield self._link_is(seat, False)

    def peered(self, seat: int) -> Peered:
        """That we peer with this one, and how far it is."""
        return Peered(node=self._me, peers=(seat,), latency=(self._latency(seat),))

    # What others say

    def _hear_ask(self, seat: int, frame: AskPeering) -> None:
        if (pause := self._began.get(seat, -PAUSE) + PAUSE - self._host.now()) > 0 and seat not in self.linked:
            if seat not in self._waiting:
                loop = asyncio.get_running_loop()
                self._waiting[seat] = loop.call_later(pause, self._hear_late, seat, frame)
            return
        willing = seat in self.agreed or seat in self._asked or self.policy != ASK
        if willing:
            self._board.post(seat, AnswerPeering(True))
            self._link(seat)
        else:
            self._board.post(seat, AnswerPeering(False, later=True))
            self._ask_person(seat)

    def _hear_late(self, seat: int, frame: AskPeering) -> None:
        del self._waiting[seat]
        if self._board.here(seat):
            self._hear_ask(seat, frame)

    def _hear_answer(self, seat: int, frame: AnswerPeering) -> None:
        if seat not in self._asked and seat not in self.agreed:
            return  # nobody has asked
        if frame.yes:
            self._link(seat)
        elif frame.later:
            self._said(f"seat {seat} {WAITS}")
        else:
            self._asked.discard(seat)
            self._said(f"seat {seat} {REFUSES}")
            self._end(seat)

    def _hear_end(self, seat: int, frame: EndPeering) -> None:
        self._asked.discard(seat)
        self._end(seat)

    def _ask_person(self, seat: int) -> None:
        if seat not in self.asks:
            self.asks[seat] = None
            self._said(f"seat {seat} would like to peer")

    # Channels

    def _up(self, seat: int) -> None:
        if seat in self.agreed or seat in self._asked:
            self._board.post(seat, AskPeering())

    def _down(self, seat: int, why: str, clean: bool) -> None:
        self.asks.pop(seat, None)
        if seat in self.linked:
            self.linked.discard(seat)
            self._said(f"seat {seat} is out of reach: {why}")
            event = self._host.emit(self._link_is(seat, False))
            self._host.tell(self._me, Unlinked(seat, "link" if clean else "silence", False, event), event)

    def _link(self, seat: int) -> None:
        """Both have agreed: a session may run."""
        self._asked.discard(seat)
        self.asks.pop(seat, None)
        known = seat in self.agreed
        if not known:
            self.agreed.add(seat)
            self._keep(self.agreed)
            self._want(seat)
        if seat in self.linked or not self._board.here(seat):
            return
        self.linked.add(seat)
        self._said(f"{AGREES} seat {seat}")
        self._began[seat] = self._host.now()
        event = self._host.emit(self._link_is(seat, True) if known else self.peered(seat))
        self._host.tell(self._me, Linked(seat, Role.PEER, event), event)

    def _link_is(self, seat: int, up: bool) -> LinkChanged:
        low, high = sorted((self._me, seat))
        return LinkChanged(a=low, b=high, latency=self._latency(seat), up=up)

    def _latency(self, seat: int) -> float:
        channel = self._board.channel(seat)
        return UNMEASURED if channel is None or channel.rtt is None else channel.rtt / 2

    def _end(self, seat: int) -> None:
        """They peer no more."""
        self.asks.pop(seat, None)
        if seat not in self.agreed:
            return
        self._said(f"peers with seat {seat} no more")
        self.agreed.discard(seat)
        self._keep(self.agreed)
        self._unwant(seat)
        self.linked.discard(seat)
        event = self._host.emit(Unpeered(node=self._me, peer=seat))
        self._host.tell(self._me, Unlinked(seat, "unpeered", True, event), event)
