"""One step of one provider, watched from its door: invariants 1, 4, and 7 to 14 as far as a single input shows them.

Rules: `handle` stands in for the provider's own and hands on what it says, unchanged. It may look into the provider's
stores and at whom it knows, never into how it decides.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from math import inf
from typing import Any

from p4lab.core.contract import Effect, Emit, Input, Persist, Received, Send, SendAll, Unlinked
from p4lab.core.events import Dropped, Stored
from p4lab.core.messages import (
    ANSWER,
    CREQ,
    CRESP,
    FETCH,
    FETCHR,
    GET,
    GETQ,
    GETR,
    PUT,
    SYNC_I,
    UPDATE,
    Answer,
    Update,
)  # fmt: skip
from p4lab.core.names import Regime
from p4lab.core.neighbours import Role
from p4lab.core.options import Mesh, Options
from p4lab.core.provider import Provider
from p4lab.core.records import Record, Version, fault
from p4lab.core.signing import Signer
from p4lab.core.stores import CACHED, OWN, POINTER, REPLICA, SUBTREE
from p4lab.torture.told import ACCEPTED, CODES, WAITS
from p4lab.torture.violation import Violation

EPSILON = 1e-9  # s: sums of floats
ABOVE = (Role.PEER, Role.PARENT)
Item = tuple[bytes, bytes, Version]  # (nid, entry, version): what a record is, whoever tells of it


class Steps:
    """Watch one provider from its start to its crash: from here on its inputs pass by.

    Violations go to `found`, but for those of liars.
    """

    def __init__(
        self, provider: Provider, options: Options, signer: Signer, found: list[Violation], liars: Collection[int]
    ) -> None:  # fmt: skip
        self.provider = provider
        self._handle = provider.handle
        provider.__dict__["handle"] = self.handle
        self._options = options
        self._signer = signer
        self._found = found
        self._liars = liars
        self._relay = options.mesh is Mesh.RELAY
        self._waits = WAITS * options.query_timeout
        self._own_ops: set[int] = set()  # operations that were asked here by customers or from below
        self._own_names: dict[bytes, float] = {}  # when such a one was last asked for, since it may join another's
        self._awaited: Counter[tuple[int, int, bytes]] = Counter()  # (whom, qid, nid) of our questions
        self._asked: Counter[tuple[int, int, int]] = Counter()  # (who, qid, code of the reply) of questions to us
        self._excused: set[tuple[int, int, int]] = set()  # their asker is gone
        self._fresh: dict[Item, float] = {}  # until when what others told may be cached
        self._from_below: set[Item] = set()
        self._now = 0.0

    def handle(self, data: Input, now: float) -> list[Effect]:
        """The provider's `handle`, with its step checked."""
        self._now = now
        unsolicited = type(data) is Received and data.message.code in (GETR, FETCHR) and not self._heard(data)
        effects = self._handle(data, now)
        if unsolicited and any(not isinstance(effect, Emit) or isinstance(effect.event, Stored) for effect in effects):
            self._say(10, f"an answer that it had not asked for led to {len(effects)} effects")
        if type(data) is Received:
            self._hear(data, effects)
        elif type(data) is Unlinked:
            gone = [key for key in self._asked if key[0] == data.node]
            self._excused.update(gone)
            for key in gone:
                del self._asked[key]
        for effect in effects:
            self._effect(data, effect)
        if self._options.coalesce and not self._relay:  # a relayed question that waited could wait for itself
            self._one_question()
        return effects

    def quiet(self) -> None:
        """Nothing is under way: every question has been answered (invariant 9)."""
        for (src, _, code), number in self._asked.items():
            if number:
                what = "GETQ" if code == GETR else "FETCH"
                self._say(9, f"a {what} of node {src} was never answered")

    # What comes in

    def _heard(self, data: Received) -> bool:
        """Take an answer; False where nobody asked for it."""
        message: Any = data.message
        key = data.src, message.qid, message.nid
        if not self._awaited[key]:
            return False
        self._awaited[key] -= 1
        role = self._role(data.src)
        for record, remaining in zip(message.records, message.remaining, strict=False):
            until = self._now + min(record.ttl_ms / 1000, remaining)
            item = _item(record)
            self._fresh[item] = max(self._fresh.get(item, 0.0), until)
            if role is Role.CHILD:
                self._from_below.add(item)
        return True

    def _hear(self, data: Received, effects: list[Effect]) -> None:
        message: Any = data.message
        code, role = message.code, self._role(data.src)
        if code in (GETQ, FETCH):
            self._asked[data.src, message.qid, GETR if code == GETQ else FETCHR] += 1
            if role is Role.CHILD:
                self._ours(message.op, message.nid)
        elif code == CREQ or (code in (GET, PUT) and role is None):
            request = message.request if code == CREQ else message
            self._ours(message.op, message.nid)
            if request.code == PUT:
                self._put(request.record, data.src, effects)

    def _ours(self, op: int, nid: bytes) -> None:
        self._own_ops.add(op)
        self._own_names[nid] = self._now

    def _put(self, record: Record, asker: int, effects: list[Effect]) -> None:
        """Invariants 4, 11 and 12: answered in this step, before anybody else hears of it, and truthfully."""
        answers = [
            (at, answer) for at, effect in enumerate(effects) if (answer := _answer_to(asker, effect)) is not None
        ]
        if len(answers) != 1:
            self._say(11, f"a put got {len(answers)} answers in its own step")
            return
        at, answer = answers[0]
        if any(isinstance(effect, Send | SendAll) for effect in effects[:at]):
            self._say(11, "a put was told to others before it was answered")
        if answer.outcome not in ACCEPTED:
            if answer.outcome not in CODES:
                self._say(12, f"a put was refused with {answer.outcome!r}, which is no code")
            told = any(
                isinstance(effect, Persist | SendAll) or (isinstance(effect, Send) and place != at)
                or (isinstance(effect, Emit) and isinstance(effect.event, Stored | Dropped))
                for place, effect in enumerate(effects)
            )  # fmt: skip
            if told:
                self._say(12, f"a put that was refused with {answer.outcome} changed a store or was told to others")
            return
        if answer.outcome == "OK" and not any(isinstance(effect, Persist) for effect in effects[:at]):
            self._say(4, "a put was acknowledged before it was stored for good")
        if any(isinstance(effect, Persist) for effect in effects[at:]):
            self._say(4, "a put was acknowledged before all that belongs to it was stored for good")

    # What goes out

    def _effect(self, data: Input, effect: Effect) -> None:
        if isinstance(effect, Emit):
            if isinstance(effect.event, Stored):
                self._stored(data, effect.event)
            return
        if isinstance(effect, Persist):
            return
        message: Any = effect.message
        code = message.code
        dsts = (effect.dst,) if isinstance(effect, Send) else effect.dsts
        if code in (GETQ, FETCH):
            self._question(message, dsts)
        elif code in (GETR, FETCHR):
            self._reply(message, dsts[0])
        elif code in (ANSWER, CRESP):
            self._answer(message if code == ANSWER else message.answer)
        elif code == UPDATE:
            self._update(data, message, dsts)
        elif code == SYNC_I:
            for update in message.items:
                self._update(data, update, dsts)

    def _question(self, message: Any, dsts: Iterable[int]) -> None:
        for dst in dsts:
            self._awaited[dst, message.qid, message.nid] += 1
            onward = self._options.onward and message.code == FETCH  # to where its owner has moved (5.13)
            ours = message.op in self._own_ops or self._own_names.get(message.nid, -inf) > self._now - self._waits
            if not self._relay and not onward and self._role(dst) in ABOVE and not ours:
                self._say(8, f"a question that came from a peer or the parent was passed on to node {dst}")

    def _reply(self, message: Any, dst: int) -> None:
        key = dst, message.qid, message.code
        if self._asked[key]:
            self._asked[key] -= 1
        elif key not in self._excused:
            self._say(9, f"node {dst} got an answer too many")
        role = self._role(dst)
        for record, remaining in zip(message.records, message.remaining, strict=True):
            self._sound(record)
            item = _item(record)
            lasting = self._holds(OWN + SUBTREE + REPLICA, record)
            until = self._now + remaining if remaining else 0.0
            if role is Role.CHILD and not lasting and until > self._fresh.get(item, 0.0) + EPSILON:
                self._say(
                    7, f"a child was told to cache for {remaining:g} s what may be cached no longer than that here"
                )
            alien = item not in self._from_below and not self._holds(OWN + SUBTREE, record)
            if role in ABOVE and alien and not self._relay and not self._options.onward:
                self._say(13, f"node {dst} was answered from what is no local data")

    def _answer(self, answer: Answer) -> None:
        for record in answer.records:
            self._sound(record)
            if answer.source == "cached" and not answer.stale:
                held = self.provider.stores.cache.get(record.nid, [])
                live = any(copy.until > self._now and _item(copy.record) == _item(record) for copy in held)
                if not live and not self._holds(OWN + SUBTREE + REPLICA, record):
                    self._say(7, "a cached copy was served after its time")

    def _update(self, data: Input, update: Update, dsts: Iterable[int]) -> None:
        """Invariant 8: no valley, no loop."""
        me, path = self.provider.me, update.path
        if len(set(path)) != len(path):
            self._say(8, f"the path of an update repeats a provider: {path}")
        learned = self._role(data.src) if type(data) is Received else None
        direct = type(data) is Received and data.message.code == UPDATE
        for dst in dsts:
            if (direct and dst in path) or path[-1:] != (me,):
                self._say(8, f"an update went to node {dst} by the path {path}")
            if self._relay or self._role(dst) not in ABOVE:
                continue
            if direct and learned in ABOVE:
                self._say(8, f"an update from a peer or the parent was passed on to node {dst}")
            record = update.record
            mine = self._holds(OWN + SUBTREE, record) or self._points_below(record)
            withdraw = record.regime is Regime.GET_BROADCAST  # marks outlive the data
            if not mine and not withdraw and self._holds(REPLICA + POINTER, record):
                self._say(8, f"node {dst} was told of what only others hold")

    def _stored(self, data: Input, event: Stored) -> None:
        if event.store == OWN:
            code = data.message.code if type(data) is Received else 0
            if code not in (PUT, CREQ):
                self._say(13, "its own data were changed by somebody who is no customer")
        elif event.store == CACHED:
            until = event.until or 0.0
            held = self.provider.stores.cache.get(event.nid, [])
            copy = next((copy for copy in held if copy.event is event), None)
            if copy is not None and until > self._fresh.get(_item(copy.record), 0.0) + EPSILON:
                self._say(7, f"a copy is cached until {until:g} s, which is longer than it may be")

    def _one_question(self) -> None:
        """Invariant 14."""
        unanswered = self.provider.unanswered()
        if len(set(unanswered)) != len(unanswered):
            self._say(14, "two questions for the same name are under way")

    # Looking

    def _role(self, node: int) -> Role | None:
        return self.provider.near.roles.get(node)

    def _holds(self, stores: str, record: Record) -> bool:
        item, held = _item(record), self.provider.stores
        return any(_item(copy.record) == item for store in stores for copy in held.live(store, record.nid, self._now))

    def _points_below(self, record: Record) -> bool:
        item = _item(record)
        pointers = self.provider.stores.live(POINTER, record.nid, self._now)
        return any(_item(copy.record) == item and self._role(copy.via) is Role.CHILD for copy in pointers)

    def _sound(self, record: Record) -> None:
        """Invariant 1."""
        code = "E_BAD_HASH" if record.value is None else fault(record, record.nid, self._signer)
        if code is not None:
            self._say(1, f"a record was returned that fails its checks ({code})")

    def _say(self, invariant: int, says: str) -> None:
        if self.provider.me not in self._liars:
            self._found.append(Violation(invariant, self._now, f"node {self.provider.me}: {says}"))


def _item(record: Record) -> Item:
    return record.nid, record.entry, record.version


def _answer_to(asker: int, effect: Effect) -> Answer | None:
    """The answer to a put in this effect, if it is one."""
    if not isinstance(effect, Send) or effect.dst != asker:
        return None
    message: Any = effect.message
    return message if message.code == ANSWER else message.answer if message.code == CRESP else None
