"""Misbehaviour: a provider that does not do its part, as eight switches around an honest one (protocol section 5.14).

Rules: the honest provider knows nothing of it; what it hears and what it says is bent on the way (`lies.py` bends the
messages). With every switch off a liar behaves exactly as the provider inside. A neighbour is cheated, an own customer
only by what the switch says. No chance: the same inputs give the same lies.
"""

import msgspec

from p4lab.core import messages
from p4lab.core.answers import own_data
from p4lab.core.commands import Misbehave
from p4lab.core.contract import NOTHING, Effect, Emit, Input, Persist, Received, Send
from p4lab.core.events import Stored
from p4lab.core.lies import Lies, with_items, without_buckets
from p4lab.core.messages import (
    MISS,
    NEGATIVE,
    REFUSED,
    Answer,
    Fetch,
    FetchReply,
    GetQuery,
    GetReply,
    Message,
    SyncItems,
    Update,
)
from p4lab.core.provider import Provider
from p4lab.core.redirect import Redirect
from p4lab.core.stores import CACHED, OWN

E_REFUSED = "E_REFUSED"
FACTOR = 10.0  # of stretch_ttl = true
SHARE = 0.5  # of under_report = true
_MEASURES = {"stretch_ttl": (1.0, FACTOR), "under_report": (0.0, SHARE)}  # off, and on without a number
_SWITCHES = tuple(name for name in Misbehave.__struct_fields__ if name != "provider")


class Liar:
    """node: the honest provider, which may be replaced by a restarted one. lookup_delay: of its lookup service, s.

    What the switches mean: `refuse_external_gets` answers GETQ and FETCH with REFUSED; `drop_external_puts` hears no
    UPDATE and no item of a SYNC_I; `no_forward` tells of own customers' puts alone, and answers neighbours from these
    alone; `corrupt_value` and `stretch_ttl` cheat neighbours (and own customers by cached copies that live on);
    `replay_old` cheats everybody; `refuse_own_customers` answers E_REFUSED; `under_report` bends the bill, no message.
    """

    def __init__(self, node: Provider | Redirect, lookup_delay: float = 0.0) -> None:
        self.node = node
        self.wake_at = node.wake_at
        self._delay = lookup_delay
        self._on: dict[str, float] = {}  # the switches that are on, with their measure
        self._lies = Lies(node.me)

    def set_lookup_delay(self, seconds: float) -> None:
        """What it answers in the honest one's place takes as long."""
        self._delay = seconds

    def switch(self, command: Misbehave) -> tuple[str, ...]:
        """Turn on and off what the command says; the switches that are on now, a measure behind `=`."""
        for name in _SWITCHES:
            given = getattr(command, name)
            off, usual = _MEASURES.get(name, (0.0, 1.0))
            if given is not None:
                measure = usual if given is True else off if given is False else float(given)
                if measure == off:
                    self._on.pop(name, None)
                else:
                    self._on[name] = measure
        self._lies.turn(self._on)
        on = [name for name in _SWITCHES if name in self._on]
        return tuple([f"{name}={self._on[name]:g}" if name in _MEASURES else name for name in on])

    def handle(self, data: Input, now: float) -> list[Effect]:
        """Take one input as the honest provider would, but for the lies."""
        effects = self._handle(data, now) if self._on else self.node.handle(data, now)
        self.wake_at = self.node.wake_at
        return effects

    def _handle(self, data: Input, now: float) -> list[Effect]:
        if type(data) is Received:
            refusal = self._refusal(data.src, data.message, now)
            if refusal is not None:
                return [refusal]
            if isinstance(self.node, Provider):
                self._lies.see(data.message.nid, self.node.stores, now)
            if "drop_external_puts" in self._on:
                if isinstance(data.message, Update):
                    return NOTHING
                if isinstance(data.message, SyncItems):
                    data = Received(data.src, without_buckets(with_items(data.message, ())), data.event)
        told: list[Effect] = []
        for effect in self.node.handle(data, now):
            if isinstance(effect, Emit):
                self._prolong(effect, now)
            elif not isinstance(effect, Persist):
                message = self._lies.bend(effect.message)
                if message is None:
                    continue
                if message is not effect.message:
                    effect = msgspec.structs.replace(effect, message=message)
            told.append(effect)
        return told

    def _refusal(self, src: int, message: Message, now: float) -> Send | None:
        """The answer to what the liar does not hand to the honest provider at all."""
        if isinstance(message, GetQuery | Fetch):
            if "refuse_external_gets" in self._on:
                return Send(src, _reply(message, REFUSED))
            if "no_forward" in self._on and isinstance(self.node, Provider):
                return Send(src, self._own_data(message, self.node, now), self._delay)
        elif message.code in (messages.PUT, messages.GET) and "refuse_own_customers" in self._on:
            return Send(src, Answer(message.op, message.nid, NEGATIVE, MISS, E_REFUSED))
        return None

    def _own_data(self, query: GetQuery | Fetch, node: Provider, now: float) -> GetReply | FetchReply:
        """What own customers put, to whoever asks; nobody else is asked on their behalf."""
        copies = [copy for copy in node.stores.local(query.nid, now) if copy.event.store == OWN]
        if not copies:
            return _reply(query, MISS)
        made = FetchReply if isinstance(query, Fetch) else GetReply
        reply = made(query.op, query.nid, *own_data(query.qid, copies))
        bent = self._lies.bend(reply)
        assert isinstance(bent, GetReply | FetchReply), "no lie swallows an answer"
        return bent

    def _prolong(self, effect: Emit, now: float) -> None:
        """A copy that was cached just now lives longer than its putter allowed."""
        event, factor = effect.event, self._on.get("stretch_ttl")
        if factor is None or not isinstance(event, Stored) or event.store != CACHED:
            return
        assert isinstance(self.node, Provider), "a redirect child stores nothing"
        for copy in self.node.stores.cache.get(event.nid, ()):
            if copy.event is event:
                copy.until = event.until = now + (copy.until - now) * factor


def measure(switches: tuple[str, ...], name: str) -> float | None:
    """The number behind a switch of a Misbehaving event, None where it is off."""
    return next((float(each.partition("=")[2] or 1) for each in switches if each.partition("=")[0] == name), None)


def _reply(query: GetQuery | Fetch, status: int) -> GetReply | FetchReply:
    """An answer without a record: exactly one for each question, also from a liar."""
    made = FetchReply if isinstance(query, Fetch) else GetReply
    return made(query.op, query.nid, NEGATIVE, query.qid, status)
