"""One provider: its parts put together. Dispatches inputs; what each part knows is in the part's own file."""

from collections.abc import Iterable, Mapping
from typing import Any

from p4lab.core.contract import NEVER, NOTHING, Effect, Emit, Input, Linked, Received, Unlinked, Woke
from p4lab.core.events import Noticed, Rejected
from p4lab.core.messages import (
    CREQ,
    FETCH,
    FETCHR,
    GET,
    GETQ,
    GETR,
    HELLO,
    LEAVE,
    PUT,
    SESSION,
    SYNC_D,
    SYNC_I,
    UPDATE,
    Fetch,
    GetQuery,
    GetRequest,
    Leave,
    Relayed,
    Update,
)  # fmt: skip
from p4lab.core.neighbours import Neighbours, Role
from p4lab.core.options import Mesh, Options
from p4lab.core.outbox import Outbox
from p4lab.core.peering import Peering
from p4lab.core.propagation import receive
from p4lab.core.putting import Putting
from p4lab.core.resolution import Resolution
from p4lab.core.signing import Signer
from p4lab.core.stores import Stores

_OBJECTIONS = (Noticed, Rejected)


class Provider:
    """A provider with a lookup service: a top, or with `parent` a local-mode child (a redirect child: redirect.py).

    me: its node number. lookup_delay: of its own lookup service, seconds. ancestors: its parent and those above, as far
    as known. epoch: how often it has started.
    """

    def __init__(
        self, me: int, options: Options, signer: Signer, lookup_delay: float, parent: int | None = None,
        ancestors: tuple[int, ...] = (), epoch: int = 0,
    ) -> None:  # fmt: skip
        self.me = me
        self.wake_at = NEVER  # when the next question runs out of time
        self.stores = Stores(me, options.w_sync, options.max_stale)
        self._near = Neighbours(me, parent, ancestors)
        self._options = options
        self._signer = signer
        self._resolution = Resolution(self._near, self.stores, options, signer, lookup_delay)
        self._asking = self._resolution.asking
        self._reply = self._resolution.reply
        self._outbox = Outbox(self._near)
        self._putting = Putting(self._near, self.stores, self._outbox, options, signer)
        self._leaving = self._putting.leaving
        self._peering = Peering(self._near, self.stores, self._outbox, options, epoch)
        self._met()

    @property
    def peers(self) -> tuple[int, ...]:
        """The providers it peers with, in order."""
        return self._near.peers

    @property
    def near(self) -> Neighbours:
        """Whom it knows, for checkers to look at."""
        return self._near

    def unanswered(self) -> list[tuple[bytes, bool]]:
        """The questions in flight, for checkers to count: the name, and whether only children were asked."""
        return self._resolution.unanswered()

    def peer_with(self, others: Iterable[int]) -> None:
        """Peer with each of `others` from now on."""
        self._know(Role.PEER, others)

    def adopt(self, local: Iterable[int], redirect: Iterable[int]) -> None:
        """Take these as children: with a lookup service of their own, and such as hand everything up."""
        self._know(Role.CHILD, local)
        self._know(Role.PROXY, redirect)

    def _know(self, role: Role, others: Iterable[int]) -> None:
        self._near.add(role, others)
        self._met()

    def set_lookup_delay(self, seconds: float) -> None:
        """Its own lookup service takes so long from now on."""
        self._resolution.set_delay(seconds)

    def restore(self, rows: Mapping[tuple[str, bytes, bytes], object], roles: Mapping[int, Role], now: float) -> int:
        """Begin again with what was persisted and with these neighbours, all down; how many rows still count."""
        for node, role in roles.items():
            self._near.know(role, node)
        self._met()
        count = self.stores.restore(rows, now)
        self._putting.restore(rows)
        self._arm()
        return count

    def _met(self) -> None:
        """The neighbours have changed."""
        self._resolution.meet()
        # A top of a flat market answers peers alone: it takes the short road.
        long = self._near.related or self._options.mesh is Mesh.RELAY or self._options.onward
        self._query = self._serve if long else self._resolution.query

    def handle(self, data: Input, now: float) -> list[Effect]:
        """Take one input; messages of customers and of peers come in one door, told apart by their code.

        What is not for the sender to say is ignored: a peer is no customer, and a customer tells of no updates.
        """
        if type(data) is not Received:
            return self._told(data, now)
        message: Any = data.message  # its code says which it is
        code = message.code
        if code == GETQ:
            return self._query(data, message, now)
        if code == GETR or code == FETCHR:  # noqa: SIM109, PLR1714  # the hot path: a tuple would be built each time
            effects = self._reply(data.src, message, now)
            if effects:
                self._arm()
                if self.stores.journal:
                    return self.stores.durable(effects)  # the floor has risen
            return effects
        if code == FETCH:
            return self._serve(data, message, now)
        role = self._near.roles.get(data.src)
        if role is None:
            if code == GET:
                return self._get(data, message, None, now)
            if code == PUT:
                return self.stores.durable(self._putting.put(data.src, message, None, now))
            if code == LEAVE:
                return self._leave(message, -1, now)
        elif role is Role.PROXY:
            if code == CREQ:
                if message.request.code == GET:
                    return self._get(data, message.request, message, now)
                if message.request.code == LEAVE:
                    return self._leave(message.request, data.src, now)
                return self.stores.durable(self._putting.put(data.src, message.request, message, now))
        elif code == UPDATE:
            if self._peering.listens:
                self._peering.heard(data.src, message)
            return self.stores.durable(self._update(message, data.src, now))
        if role is not None and code in SESSION:
            return self.stores.durable(self._session(code, message, data.src, now))
        return NOTHING

    def _told(self, data: Input, now: float) -> list[Effect]:
        """What the driver says: the time has come, or the way to a neighbour is open or cut."""
        effects = NOTHING
        if type(data) is Woke:
            effects = self._resolution.wake(now)
            if self._leaving.wake_at <= now:
                effects = effects + self._leaving.wake(now) + self._peering.left(now)
            effects = self.stores.durable(effects)
        elif type(data) is Linked:
            effects = self._peering.linked(data)
            self._met()
        elif type(data) is Unlinked:
            effects = self._peering.unlinked(data, now)
            self._met()
            effects = self.stores.durable(effects + self._resolution.lost(data.node, now))
        self._arm()
        return effects

    def _leave(self, message: Leave, via: int, now: float) -> list[Effect]:
        self._leaving.leave(message, via, now)
        self._arm()
        return self.stores.durable([])

    def _arm(self) -> None:
        leaving, asking = self._leaving.wake_at, self._asking.wake_at
        self.wake_at = min(leaving, asking)

    def _session(self, code: int, message: Any, src: int, now: float) -> list[Effect]:
        """HELLO, BYE and catching up."""
        peering = self._peering
        if code == SYNC_D:
            return peering.digest(src, message, now)
        if code == SYNC_I:
            effects: list[Effect] = []
            news = 0
            for update in peering.begin_items(src, message):
                fresh = self._update(update, src, now)
                news += any(not isinstance(each, Emit) or not isinstance(each.event, _OBJECTIONS) for each in fresh)
                effects += fresh
            return effects + peering.end_items(src, message, news, now)
        effects = peering.hello(src, message, now) if code == HELLO else peering.bye(src, message, now)
        self._met()
        return effects

    def _update(self, update: Update, src: int, now: float) -> list[Effect]:
        near = self._near
        effects = receive(update, src, near, self.stores, self._options, self._signer, now)
        return self._outbox.post(effects) if near.down else effects

    def _serve(self, data: Received, message: GetQuery | Fetch, now: float) -> list[Effect]:
        effects = self._resolution.serve(data, message, now)
        self._arm()
        return self.stores.durable(effects)

    def _get(self, data: Received, request: GetRequest, relayed: Relayed | None, now: float) -> list[Effect]:
        effects = self._resolution.get(data.src, request, data.event, now, relayed)
        self._arm()
        return self.stores.durable(effects)  # with nobody to ask, the floor may rise at once
