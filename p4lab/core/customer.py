"""The customers of one provider: they make and sign records, ask, and tell when the answer is there.

Rules: a customer talks to its own provider alone (paper section 2). One node stands for all customers of a provider;
whose key signs is the identity's name. A long set comes page by page and is told as one. While the provider is out of
reach, everybody is told E_AGAIN.
"""

from math import inf

import msgspec

from p4lab.core import messages
from p4lab.core.commands import Get, Move, Put, Remove, Renew
from p4lab.core.contract import NOTHING, Effect, Emit, Input, Linked, Received, Requested, Send, Unlinked, Woke
from p4lab.core.events import GetFinished, GetStarted, Noted, PutFinished, PutStarted
from p4lab.core.messages import Answer, GetRequest, Leave, PutRequest
from p4lab.core.names import Kind, Scope
from p4lab.core.records import Record
from p4lab.core.wallet import Wallet

AGAIN = "E_AGAIN"
LOOK = 0.01  # s, after which whoever moves looks whether the new provider has answered


class _Putting(msgspec.Struct, gc=False):
    """A put or a removal that waits for its answer. key: as files spell it; seq_before: the last one used before it.

    scoped: it stays in the organisation, so whoever leaves that does not take it along.
    """

    started: float
    identity: str
    key: str
    record: Record
    seq_before: int
    scoped: bool


class _Getting(msgspec.Struct, gc=False):
    """A get that waits for its answer, or for the next page of it. pages: those that have come."""

    started: float
    request: GetRequest
    pages: list[Answer] = []


class _Leaving(msgspec.Struct, gc=False):
    """An identity that has moved and has yet to leave this provider. waits: it had a put that was not answered."""

    identity: str
    to: str
    leave: Leave
    since: float
    waits: bool


class Customer:
    """A customer node. me: its number; provider: the number and name of its provider."""

    def __init__(self, me: int, provider: int, name: str, wallet: Wallet) -> None:
        self.me = me
        self.wake_at = inf
        self._provider = provider
        self._name = name
        self._wallet = wallet
        self._puts: dict[int, _Putting] = {}
        self._gets: dict[int, _Getting] = {}
        self._cut = False  # the provider is out of reach
        self._leaves: list[_Leaving] = []

    def handle(self, data: Input, now: float) -> list[Effect]:
        """A request goes out, or an answer comes home."""
        if type(data) is Requested:
            return self._requested(data, now)
        if type(data) is Received and type(data.message) is Answer and data.src == self._provider:
            return self._answered(data.message, now)
        if type(data) is Unlinked and data.node == self._provider:
            self._cut = True
            return self._give_up(now)
        if type(data) is Linked and data.node == self._provider:
            self._cut = False
        if type(data) is Woke:
            return self._look(now)
        return NOTHING

    def _requested(self, data: Requested, now: float) -> list[Effect]:
        command = data.command
        match command:
            case Get():
                effects = self._get(command, data, now)
            case Put():
                identity = command.identity or command.by
                record = self._wallet.record(command, identity)
                label = record.key.hex() if command.kind is Kind.IMMUTABLE else command.key or ""
                effects = self._put(record, identity, label, data, data.op, now, command.cas, command.scope)
            case Remove():
                identity = command.identity or command.by
                record = self._wallet.removal(command, identity)
                effects = self._put(record, identity, command.key, data, data.op, now, gone=command.value or "")
            case Renew():
                effects = self._renew(command, data, now)
            case Move():
                effects = self._move(command, data, now)
        return effects + self._give_up(now) if self._cut else effects

    def _get(self, get: Get, data: Requested, now: float) -> list[Effect]:
        identity = get.owner or get.by
        nid, key, owner = self._wallet.name(get.kind, get.key, get.of, identity)
        op = data.op
        label = key.hex() if get.kind is Kind.IMMUTABLE else get.key or ""
        named = identity if get.kind is Kind.AUTHENTICATED else ""
        started = GetStarted(self._provider, op, nid, get.kind.value, label, named, data.workload)
        size = messages.query_size(get.kind)
        min_seq = get.min_version or 0 if get.kind is Kind.AUTHENTICATED else 0  # the others have no versions
        request = GetRequest(op, nid, size, get.kind, key, owner, min_seq)
        self._gets[op] = _Getting(now, request)
        return [Emit(started, leads=True), *self._send(request)]

    def _put(
        self, record: Record, identity: str, key: str, data: Requested, op: int, now: float, cas: int | None = None,
        scope: Scope = Scope.GLOBAL, gone: str = "",
    ) -> list[Effect]:  # fmt: skip
        """A record goes to the provider: a new one, a removal (of the value `gone`), or what is brought along."""
        nid, seq, seqs = record.nid, record.version[0], self._wallet.seqs
        before = seqs.get(nid, 0)
        signed = record.kind is Kind.AUTHENTICATED
        if signed:
            seqs[nid] = max(before, seq)
        scoped = scope is Scope.ORGANISATION
        self._puts[op] = _Putting(now, identity, key, record, before, scoped)
        started = PutStarted(
            self._provider, op, nid, record.kind.value, key, identity if signed else "", data.workload,
            record.regime.value, record.ttl_ms / 1000, record.lease_ms / 1000, seq, gone or text(record.value or b""),
            record.deleted, scope.value if scoped else "",
        )  # fmt: skip
        account = self._wallet.owner(identity)
        request = PutRequest(op, nid, messages.update_size(record), record, cas, scoped, account)
        return [Emit(started, leads=True, cause=data.event), *self._send(request)]

    def _renew(self, renew: Renew, data: Requested, now: float) -> list[Effect]:
        """The same bytes again; nothing where none were ever accepted, or where they were taken back."""
        nid = self._wallet.name(renew.kind, renew.key, renew.of, renew.identity)[0]
        stub = self._wallet.stub(renew.identity, nid)
        if stub is None or stub.record.deleted:
            return []
        return self._put(stub.record, renew.identity, stub.key, data, data.op, now)

    def _move(self, move: Move, data: Requested, now: float) -> list[Effect]:
        """The new provider is given all that the identity has, the old one is told that it goes (section 5.13).

        In this order: until the new one has said OK to everything, the old one keeps what it has.
        """
        identity = move.identity
        if move.to != self._name:
            owner = self._wallet.owner(identity)
            leave = Leave(data.op, owner, messages.query_size(Kind.AUTHENTICATED), owner, data.node)
            waits = any(putting.identity == identity for putting in self._puts.values())
            self._leaves.append(_Leaving(identity, move.to, leave, now, waits))
            return self._look(now)
        effects: list[Effect] = []
        belongings = self._wallet.belongings(identity, now)
        self._wallet.moves(identity, set(range(data.op, data.op + len(belongings))))
        for op, stub in enumerate(belongings, data.op):
            effects += self._put(stub.record, identity, stub.key, data, op, now)
        return effects

    def _look(self, now: float) -> list[Effect]:
        """Whoever moved away and has everything at the new provider leaves the old one."""
        effects: list[Effect] = []
        waiting: list[_Leaving] = []
        for leaving in self._leaves:
            settled = self._wallet.settled(leaving.identity)
            if settled is None:
                waiting.append(leaving)
            elif settled and not leaving.waits:
                effects += self._send(leaving.leave)
            else:
                name, to = leaving.identity, leaving.to
                why = f"move {name} to {to}: not all of it is there, so {self._name} keeps what it has of {name}"
                effects.append(Emit(Noted(text=why)))
        self._leaves = waiting
        # A look right away, then ever rarer ones: an answer takes a moment, or as long as a provider is down.
        self.wake_at = min((now + max(LOOK, (now - each.since)) for each in waiting), default=inf)
        return effects

    def _send(self, message: GetRequest | PutRequest | Leave) -> list[Effect]:
        return [] if self._cut else [Send(self._provider, message)]

    def _answered(self, answer: Answer, now: float) -> list[Effect]:
        if (putting := self._puts.pop(answer.op, None)) is not None:
            return [self._put_done(answer.op, putting, answer.outcome, now)]
        getting = self._gets.get(answer.op)
        if getting is None:
            return NOTHING
        if answer.placemark > getting.request.after:
            getting.pages = [*getting.pages, answer]
            getting.request = msgspec.structs.replace(getting.request, after=answer.placemark)
            return [Send(self._provider, getting.request)]
        del self._gets[answer.op]
        return [self._get_done(getting, answer, now)]

    def _put_done(self, op: int, putting: _Putting, outcome: str, now: float) -> Effect:
        record, seqs = putting.record, self._wallet.seqs
        self._wallet.answered(putting.identity, op, outcome)
        nid, seq = record.nid, record.version[0]
        if outcome.startswith("OK") and not putting.scoped:
            self._wallet.stored(putting.identity, putting.key, record, putting.started)
        elif not outcome.startswith("OK") and seqs.get(nid) == seq:
            seqs[nid] = putting.seq_before  # a refused seq may be used again
        return Emit(PutFinished(self._provider, op, nid, outcome, now - putting.started, seq))

    def _get_done(self, getting: _Getting, answer: Answer, now: float) -> Effect:
        """The answer, with the values of all its pages."""
        if getting.pages:
            answer = _joined([*getting.pages, answer])
        records = answer.records
        seq, version_hash = answer.version
        return Emit(
            GetFinished(
                self._provider, answer.op, answer.nid, answer.outcome, answer.source, now - getting.started, seq,
                version_hash[:8].hex(), tuple([record.entry[:8].hex() for record in records if record.entry]),
                tuple([text(record.value or b"") for record in records]),
                answer.silent, answer.copy, answer.stale,
            )
        )  # fmt: skip

    def _give_up(self, now: float) -> list[Effect]:
        """The provider is out of reach: whoever waits is told to try again."""
        effects = [self._put_done(op, putting, AGAIN, now) for op, putting in self._puts.items()]
        for op, getting in self._gets.items():
            answer = Answer(op, getting.request.nid, messages.NEGATIVE, messages.MISS, AGAIN)
            effects.append(self._get_done(getting, answer, now))
        self._puts.clear()
        self._gets.clear()
        return effects


def _joined(pages: list[Answer]) -> Answer:
    """All pages as one answer; where the last one did not come, it is partial."""
    last = pages[-1].outcome
    return msgspec.structs.replace(
        pages[0],
        outcome=last if last == "OK" else "OK" if last == "NOT_FOUND" else "PARTIAL",
        records=tuple([record for page in pages for record in page.records]),
        silent=tuple(sorted({node for page in pages for node in page.silent})),
        copy=max(page.copy for page in pages),
        stale=any(page.stale for page in pages),
    )


def text(value: bytes) -> str:
    """A value as people read it: text where it is UTF-8, else hex behind "hex:" (contracts section 5)."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return "hex:" + value.hex()
