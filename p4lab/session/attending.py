"""The class of a running member as the window sees it: snapshots out, wishes in, across threads.

Rules: `state` and the wishes are called from the window's thread and touch nothing of the loop's; everything else runs
on the loop's. A snapshot is made a few times a second and swapped whole; equal ones stay the same object.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from msgspec.structs import replace

from p4lab.live.attend import Place
from p4lab.live.authority import Authority
from p4lab.live.discovery import Discovery
from p4lab.live.frames import Member
from p4lab.live.ladder import MEANS, Check, Facts, Rung, SelfTest, how, rung, troubles
from p4lab.live.limits import Limits
from p4lab.live.peerings import AGREES, REFUSES, WAITS
from p4lab.live.roster import standing
from p4lab.session.classroom import LOG, POLICIES, SAID, Ask, CheckRow, ClassState, MemberRow, why_not

BEAT = 0.25  # s between two snapshots
RUNGS = {Rung.MDNS: "found by mDNS", Rung.CODE: "by the code", Rung.ROSTER: "by the teacher's list",
         Rung.HUB: "through the teacher's hub"}  # fmt: skip
OPENED = "opened here"  # what a teacher's own window says, and then how others come
COMES = {Rung.MDNS: "members by mDNS", Rung.CODE: "members by the code", Rung.ROSTER: "", Rung.HUB: "the hub for some"}
ALONE = "This computer opened the class. Others find it by multicast, or come with the code."
AWAY = "The teacher's computer is not connected. It is tried again by itself; others stay connected meanwhile."


class Consent(Protocol):
    """Who peers with us, and who would like to. asks: seats that wait for a person's answer, the oldest first."""

    policy: str
    linked: set[int]

    @property
    def asks(self) -> Iterable[int]: ...
    def answer(self, seat: int, yes: bool) -> None: ...


class Attending:
    """A `Classroom` over a member that runs. call: has the loop call something, soon and in order, from any thread.

    where: our own address, for others to type; empty where there is none.
    """

    def __init__(
        self, place: Place, consent: Consent, discovery: Discovery | None, limits: Limits,
        clock: Callable[[], float], call: Callable[[Callable[[], object]], object], where: str = "",
    ) -> None:  # fmt: skip
        """On the loop; `keep` has to run there."""
        self._place, self._consent, self._discovery = place, consent, discovery
        self._limits, self._clock, self._call, self._where = limits, clock, call, where
        self._answers: deque[str] = deque(maxlen=SAID)
        self._waits: set[str] = set()  # whom we asked, and a person there has not answered yet
        self._test = SelfTest(self._facts, lambda: place.company.addresses(0))
        self._tested: tuple[Check, ...] = ()
        self._testing: asyncio.Task[tuple[Check, ...]] | None = None
        self._state = self._made()

    # From the window's thread

    def state(self) -> ClassState:
        """The class now."""
        return self._state

    def say(self, text: str) -> None:
        """A message to everybody."""
        self._teach("say", lambda rules: rules.say(text))

    def freeze(self, on: bool) -> None:
        """Everybody holds, or goes on."""
        self._teach("freeze", lambda rules: rules.freeze(on))

    def kick(self, seat: int) -> None:
        """Cut a member off; it may come back."""
        self._teach("kick", lambda rules: rules.kick(seat), seat)

    def revoke(self, seat: int) -> None:
        """Cut a member off for good."""
        self._teach("revoke", lambda rules: rules.revoke(seat), seat)

    def propose(self, a: int, b: int, on: bool) -> None:
        """Suggest to two members that they peer, or no longer do."""
        self._teach("propose", lambda rules: rules.propose(a, b, on), a, b)

    def rejoin(self) -> None:
        """Come back after having been sent out."""
        self._rule("rejoin", self._place.rejoin)

    def answer(self, number: int, yes: bool) -> None:
        """Answer an `Ask` of ours."""
        self._rule("answer", lambda: self._consent.answer(number, yes))

    def self_test(self) -> None:
        """Begin the self-test anew."""
        self._rule("self_test", self._begin_test)

    def policy(self, word: str) -> None:
        """Whose requests to peer are accepted from now on."""
        self._rule("policy", lambda: self._choose(word))

    # On the loop

    async def keep(self) -> None:
        """Make snapshots until cancelled."""
        try:
            while True:
                self._look()
                await asyncio.sleep(BEAT)
        finally:
            if self._testing is not None:
                self._testing.cancel()

    def told(self, cause: str, says: str) -> None:
        """What the member's node says of itself: for the panel's log."""
        self._place.notes.note(says[:1].upper() + says[1:])
        if cause == "peering":
            self._heed(says)

    def _heed(self, says: str) -> None:
        """What became of a request of ours; of who agrees at once the map tells enough."""
        if says.endswith(WAITS):
            who = says.removesuffix(f" {WAITS}")
            self._waits.add(who)
            self._answers.append(f"Asked {who} to peer: a person there decides.")
        elif says.endswith(REFUSES):
            self._waits.discard(says.removesuffix(f" {REFUSES}"))
            self._answers.append(f"{says}.")
        elif (who := says.removeprefix(f"{AGREES} ")) in self._waits:
            self._waits.discard(who)
            self._answers.append(f"{who} peers with you now.")

    def _teach(self, act: str, do: Callable[[Authority], None], *seats: int) -> None:
        rules = self._place.rules  # which never changes
        self._rule(act, lambda: None if rules is None else do(rules), *seats)

    def _rule(self, act: str, do: Callable[[], object], *seats: int) -> None:
        def done() -> None:
            why = why_not(self._made(), act, *seats)
            if why:
                self._place.notes.note(why)
            else:
                do()
            self._look()

        self._call(done)

    def _choose(self, word: str) -> None:
        if word in POLICIES:
            self._consent.policy = word
        else:
            self._place.notes.note(f"There is no policy {word!r}: it is one of {', '.join(POLICIES)}.")

    def _begin_test(self) -> None:
        if self._testing is None or self._testing.done():
            self._tested = tuple(Check(row.what) for row in self._test.rows)
            self._testing = asyncio.get_running_loop().create_task(self._test.run())
            self._testing.add_done_callback(lambda _: self._look())

    def _look(self) -> None:
        if self._testing is not None and self._testing.done() and not self._testing.cancelled():
            self._tested = self._test.rows  # as they are now: what is heard changes after the test, too
        made = self._made()
        if made != self._state:
            self._state = made

    def _facts(self) -> Facts:
        if self._discovery is None:
            return self._place.facts(None, {})
        return self._place.facts(self._discovery.heard, self._discovery.found)

    def _made(self) -> ClassState:
        place, rules, facts = self._place, self._place.rules, self._facts()
        means = rung(facts)
        members = place.roster.members
        # at the teacher's, facts call those relayed for whom it is the hub: it reaches them itself all the same
        ours = (replace(each, relayed=place.relays.reached(each.seat)) for each in facts.members)
        reached = {each.seat: how(each) for each in ours}
        by, says = RUNGS[means], MEANS[means]
        if rules is not None:
            by = ", ".join(filter(None, (OPENED, COMES[means] if facts.members else "")))
            says = says if facts.members else ALONE
        wrong = [str(trouble) for trouble in troubles(facts)]
        if rules is None and not place.out and not place.board.here(0):
            wrong.append(AWAY)
        return ClassState(
            name=place.class_name,
            code=str(rules.code()) if rules is not None else "",
            address=self._where,
            me=place.board.me.seat,
            authority=rules is not None,
            rung=by,
            means=says,
            out=place.out,
            frozen=place.frozen,
            policy=self._consent.policy,
            members=tuple(self._row(members[seat], reached.get(seat, "")) for seat in sorted(members)),
            asks=tuple(Ask(seat, seat, _name(members, seat)) for seat in self._consent.asks),
            answers=tuple(self._answers),
            said=tuple(place.notes.said)[-SAID:],
            log=tuple(place.notes.log)[-LOG:],
            troubles=tuple(wrong),
            tests=tuple(CheckRow(row.what, row.state, row.says, row.remedy) for row in self._tested),
        )

    def _row(self, member: Member, reached: str) -> MemberRow:
        """Clocks are rounded, so that a row changes when there is something to see."""
        me = member.seat == self._place.board.me.seat
        channel = self._place.board.channels.get(member.seat)
        heard = None if channel is None else max(0.0, self._clock() - channel.heard)
        linked = self._consent.linked
        return MemberRow(
            seat=member.seat,
            name=member.name,
            digits=member.id.hex()[:8],
            teacher=member.seat == 0,
            provider=member.provider,
            state=member.state if me else standing(member.state, heard, self._limits.heartbeat, self._limits.idle),
            how=reached,
            address=channel.address if channel is not None else "",
            heard=None if heard is None else float(int(heard)),
            rtt=None if channel is None else _rounded(channel.rtt),
            offset=None if channel is None else _rounded(channel.offset),
            uncertainty=None if channel is None else _rounded(channel.uncertainty),
            peers=len(linked) if me else int(member.seat in linked),
        )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 4)


def _name(members: Mapping[int, Member], seat: int) -> str:
    return members[seat].name if seat in members else f"seat {seat}"
