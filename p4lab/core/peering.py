"""Sessions with neighbours: HELLO and its checks, catching up, and what is dropped when a neighbour goes (5.2, 5.12).

Rules: the driver says when the way to a neighbour is open (Linked) or cut (Unlinked); a session is up once both have
said HELLO. A HELLO that does not fit is answered with BYE. What a neighbour told stays while it is down, since a copy
of a put-broadcast name is as old as the outage at most; what it answered for alone (get-broadcast names of a child)
goes at once, and all of it when it is no neighbour any more.
"""

import msgspec

from p4lab.core import messages, sync
from p4lab.core.contract import Effect, Emit, Linked, Send, Unlinked
from p4lab.core.events import CaughtUp, SessionDown, SessionRefused, SessionUp
from p4lab.core.messages import Bye, Hello, SyncDigest, SyncItems, Update
from p4lab.core.names import Kind, Regime
from p4lab.core.neighbours import OPPOSITE, Neighbours, Role
from p4lab.core.options import Mesh, Options
from p4lab.core.outbox import Outbox
from p4lab.core.records import Version
from p4lab.core.stores import MARK, OWN, POINTER, REPLICA, SUBTREE, Stores

BATCH = 64  # items in one SYNC_I
BATCH_BYTES = 12_000  # and about so many bytes: what fits one 16 KiB frame of a live channel, with what was told whole
ITEM = 208  # bytes of one item but for its key, value, secret and path, at most


class _Catching(msgspec.Struct, gc=False):
    """Catching up with one neighbour. before: what came from it, when it was asked. told: what it has told since."""

    before: dict[tuple[bytes, bytes], sync.Item]
    told: set[tuple[bytes, bytes, Version]]
    serial: int
    items: int = 0
    news: int = 0
    places: set[int] = set()  # of the batches that have come
    expected: int = -1  # batches there are; -1: not known yet
    whole: set[int] = set()
    count: int = 1
    again: bool = False  # it is to be asked once more


def in_batches(wanted: list[Update]) -> list[list[Update]]:
    """What is told, cut into messages that fit a frame; one message where there is nothing to tell."""
    batches: list[list[Update]] = [[]]
    room = BATCH_BYTES
    for update in wanted:
        record = update.record
        length = ITEM + len(record.key) + len(record.value or b"") + len(record.secret)
        length += messages.WORD * len(update.path)
        room -= length
        if batches[-1] and (room < 0 or len(batches[-1]) == BATCH):
            batches.append([])
            room = BATCH_BYTES - length
        batches[-1].append(update)
    return batches


class Peering:
    """The sessions of one provider. epoch: how often it has started."""

    def __init__(self, near: Neighbours, stores: Stores, outbox: Outbox, options: Options, epoch: int = 0) -> None:
        self._near = near
        self._stores = stores
        self._outbox = outbox
        self._options = options
        self._epoch = epoch
        self._greeted: dict[int, int | None] = {}  # whom HELLO was said to -> the epoch of its own, None: not yet
        self._catching: dict[int, _Catching] = {}
        self._serial = 0
        self._flushed: dict[int, set[tuple[bytes, bytes, Version, bool]]] = {}  # told just before, still under way
        self.listens = False  # whether a session is being opened or filled, so that `heard` is to be told
        self._early: dict[int, set[tuple[bytes, bytes, Version]]] = {}  # told by whom HELLO was said to, since then
        self._overtook: dict[int, SyncDigest] = {}  # its HELLO

    # What the driver says

    def linked(self, data: Linked) -> list[Effect]:
        """The way is open: say HELLO, unless that would make a peer of a child or a child of one that peers."""
        node, near, role = data.node, self._near, data.role
        if role is None:
            return []
        fits = not near.all(Role.PEER) if role is Role.PARENT else role is not Role.PEER or near.parent is None
        if role is Role.PARENT and near.parent not in (None, node):
            return [self._refused(node, "HAS_PARENT")]
        if not fits:
            return [self._refused(node, "ROLE_MISMATCH")]
        near.know(role, node)
        self._greeted[node] = None
        self._early[node] = set()
        self.listens = True
        return [self._hello(node)]

    def unlinked(self, data: Unlinked, now: float) -> list[Effect]:
        """The way is cut, for now or for good."""
        node, near = data.node, self._near
        role = near.roles.get(node)
        if role is None:
            return []
        effects: list[Effect] = [Emit(SessionDown(near.me, node, data.why))] if near.up(node) else []
        if data.gone:
            return effects + self._part(node, now)
        self._end(node)
        near.lower(node)
        if role is Role.CHILD:
            effects += self._give_up(node, SUBTREE, "the child that answers for it is out of reach", now, True)
        return effects

    def left(self, now: float) -> list[Effect]:
        """An owner has moved away and its data were given up: the parent has them no more from here.

        In mode relay nobody may have told of its new home, so all neighbours catch up.
        """
        near = self._near
        if self._options.mesh is Mesh.RELAY:
            return self._lost(near.me, Role.CHILD, now)
        return [] if near.parent is None or not near.up(near.parent) else [self._hello(near.parent)]

    # What neighbours say

    def hello(self, src: int, hello: Hello, now: float) -> list[Effect]:
        """The neighbour's HELLO: the session is up if it fits."""
        near = self._near
        role = near.roles.get(src)
        if role is None:
            return []
        why = self._fault(src, role, hello)
        if why is not None:
            return [self._refused(src, why), Send(src, Bye(b"", messages.HEADER, why)), *self._part(src, now)]
        if near.up(src) and self._greeted.get(src, hello.epoch) == hello.epoch:
            self._greeted[src] = hello.epoch
            return [*self._learn(src, role, hello), *self._ask(src, now)]  # it has new ancestors, or has lost something
        waits_for_ours = self._greeted.get(src, hello.epoch) is not None  # it came back before we heard that it went
        effects: list[Effect] = [self._hello(src)] if waits_for_ours else []
        self._greeted[src] = hello.epoch
        near.add(role, (src,))
        effects.append(Emit(SessionUp(near.me, src, role.value)))
        effects += self._learn(src, role, hello)
        # What has a lifetime is left to catching up, which knows how much of it is left.
        waited = [each for each in self._outbox.flush(src) if not (each.record.lease_ms or each.record.deleted)]
        flushed = [update for update in waited if self._stands(update, role, now)]
        self._flushed[src] = set(map(_form, flushed))
        effects += [Send(src, update) for update in flushed]
        self._catching.pop(src, None)  # of a session that has ended unnoticed
        effects += self._ask(src, now)
        digest = self._overtook.pop(src, None)
        return effects if digest is None else effects + self.digest(src, digest, now)

    def bye(self, src: int, bye: Bye, now: float) -> list[Effect]:
        """The neighbour will have no session."""
        if src not in self._near.roles:
            return []
        return [self._refused(src, bye.why), *self._part(src, now)]

    def digest(self, dst: int, message: SyncDigest, now: float) -> list[Effect]:
        """What `dst` has from here, by bucket: tell it what is in the buckets that differ, and all with a lease."""
        near, count = self._near, len(message.buckets)
        if dst in self._early and not near.up(dst):
            self._overtook[dst] = message
        if not near.up(dst) or near.roles[dst] is Role.PROXY or count & (count - 1) or not count:
            return []
        items = list(sync.told(near, self._stores, dst, self._options, now))
        mine = sync.buckets(items, count)
        differs = {at for at, print_ in enumerate(mine) if print_ != message.buckets[at]}
        flushed = self._flushed.pop(dst, set())
        wanted = [
            item.update
            for item in items
            if item.update is not None
            and (item.record.lease_ms or sync.bucket(item.record.nid, count) in differs)
            and _form(item.update) not in flushed
        ]
        whole = tuple(sorted(differs))
        size = messages.HEADER + 4 * len(whole)
        batches = in_batches(wanted)
        sent: list[Effect] = []
        for at, batch in enumerate(batches):
            last = at == len(batches) - 1
            volume = sum(update.size - messages.HEADER for update in batch) + (size if last else messages.HEADER)
            sent.append(
                Send(
                    dst,
                    SyncItems(
                        b"", volume, tuple(batch), last, len(batches), whole if last else (), count, message.serial, at
                    ),
                )
            )
        return sent

    def heard(self, src: int, update: Update) -> None:
        """An update from `src`: what it tells while a session begins, it has; sync leaves out what waited for it."""
        catching = self._catching.get(src)
        told = self._early.get(src) if catching is None else catching.told
        if told is not None:
            told.add((update.nid, update.record.entry, update.record.version))

    def begin_items(self, src: int, message: SyncItems) -> tuple[Update, ...]:
        """The updates in what `src` tells, to be taken like any other; nothing where it was not asked."""
        catching = self._answered(src, message)
        if catching is None:
            return ()
        catching.told.update((each.nid, each.record.entry, each.record.version) for each in message.items)
        return message.items

    def end_items(self, src: int, message: SyncItems, news: int, now: float) -> list[Effect]:
        """After that: what it has no more, in the buckets that it has told whole, is dropped."""
        catching = self._answered(src, message)
        if catching is None:
            return []
        catching.items += len(message.items)
        catching.news += news
        catching.places.add(message.place)
        if message.last:
            catching.whole, catching.count, catching.expected = set(message.whole), message.count, message.batches
        if len(catching.places) != catching.expected:
            return []  # reordered: the last one came before another
        del self._catching[src]
        self.listens = bool(self._catching or self._early)
        effects = self._drop_missing(src, catching, now)
        again = catching.again or bool(effects)  # what was dropped may have hidden an older version that was told
        effects.append(Emit(CaughtUp(self._near.me, src, catching.items, catching.news)))
        return effects + self._ask(src, now) if again else effects

    def _answered(self, src: int, message: SyncItems) -> _Catching | None:
        """What is being caught up with, if these items are an answer to it that has not come before."""
        catching = self._catching.get(src)
        if catching is None or message.serial != catching.serial or message.place in catching.places:
            return None
        return catching if self._near.up(src) else None

    def _end(self, node: int) -> None:
        for table in (self._greeted, self._catching, self._flushed, self._early, self._overtook):
            table.pop(node, None)
        self.listens = bool(self._catching or self._early)

    def _part(self, node: int, now: float) -> list[Effect]:
        """It is no neighbour any more."""
        self._end(node)
        role = self._near.roles[node]
        self._near.forget(node)
        self._outbox.forget(node)
        return self._depeer(node, role, now) + (self._ancestors_changed() if role is Role.PARENT else [])

    def _hello(self, node: int) -> Send:
        near = self._near
        return Send(node, messages.greeting(OPPOSITE[near.roles[node]], near.ancestors, self._epoch))

    def _fault(self, src: int, role: Role, hello: Hello) -> str | None:
        """Why there can be no session (RFC 9234 closes with a role mismatch; section 5.2)."""
        near = self._near
        if hello.role is not role:
            return "ROLE_MISMATCH"
        if role in (Role.CHILD, Role.PROXY):
            if src in near.ancestors:
                return "CYCLE"
            if hello.ancestors[:1] not in ((), (near.me,)):
                return "HAS_PARENT"
        if role is Role.PARENT and near.me in hello.ancestors:
            return "CYCLE"
        return None

    def _learn(self, src: int, role: Role, hello: Hello) -> list[Effect]:
        """Who stands above the parent; children are told when that changes."""
        near = self._near
        if role is not Role.PARENT or near.ancestors == (src, *hello.ancestors):
            return []
        near.ancestors = (src, *hello.ancestors)
        return self._ancestors_changed()

    def _stands(self, update: Update, role: Role, now: float) -> bool:
        """Whether what waited for a neighbour may still be said: not of data that were given up since."""
        record, near, stores = update.record, self._near, self._stores
        withdraws = role is Role.PEER and record.regime is Regime.GET_BROADCAST
        if role is Role.CHILD or withdraws or self._options.mesh is Mesh.RELAY:
            return True
        below = [copy for copy in stores.live(POINTER, update.nid, now) if near.roles.get(copy.via) is Role.CHILD]
        mine = [*stores.live(OWN, update.nid, now), *stores.live(SUBTREE, update.nid, now), *below]
        return any(copy.record.entry == record.entry for copy in mine)

    def _ancestors_changed(self) -> list[Effect]:
        near = self._near
        below = [node for node, role in near.roles.items() if role in (Role.CHILD, Role.PROXY) and near.up(node)]
        return [self._hello(node) for node in below]

    def _refused(self, node: int, why: str) -> Emit:
        return Emit(SessionRefused(self._near.me, node, why))

    def _ask(self, src: int, now: float) -> list[Effect]:
        """Begin to catch up: SYNC_D. One at a time, or the answer to one would be taken for that to the other."""
        if self._near.roles[src] is Role.PROXY:
            return []
        if src in self._catching:
            self._catching[src].again = True
            return []
        items = list(sync.had(self._near, self._stores, src, now))
        count = sync.bucket_count(len(items))
        found = sync.buckets(items, count)
        before = {item.key: item for item in items if not item.record.lease_ms and item.store != MARK}
        self._serial += 1
        self._catching[src] = _Catching(before, self._early.pop(src, set()), self._serial)
        self.listens = True
        return [Send(src, SyncDigest(b"", messages.HEADER + messages.WORD * count, found, self._serial))]

    def _drop_missing(self, src: int, catching: _Catching, now: float) -> list[Effect]:
        effects: list[Effect] = []
        why = "its teller has it no more"
        for key, item in catching.before.items():
            nid, entry = key
            if sync.bucket(nid, catching.count) not in catching.whole or item.record.deleted:
                continue
            if (nid, entry, item.record.version) in catching.told:
                continue
            for copy in self._stores.live(item.store, nid, now):
                if copy.record is item.record and copy.via == src:
                    effects += self._stores.drop(item.store, nid, entry, None, 0, why)
        return effects + (self._lost(src, self._near.roles[src], now) if effects else [])

    def _give_up(self, node: int, stores: str, why: str, now: float, only_asked: bool) -> list[Effect]:
        """Drop what came from `node`; only_asked: what nobody is told of changes to."""
        effects: list[Effect] = []
        for store, copy in self._stores.via(node, stores, now):
            if copy.record.deleted:
                continue  # whoever told of it, what it hides must not come back (protocol section 5.9)
            if not only_asked or copy.record.regime is Regime.GET_BROADCAST:
                if only_asked and copy.record.kind is Kind.AUTHENTICATED:  # it may have been answered
                    self._stores.floors.answered(copy.record.nid, copy.record.version, now)
                effects += self._stores.drop(store, copy.record.nid, copy.record.entry, None, 0, why)
        return effects

    def _depeer(self, node: int, role: Role, now: float) -> list[Effect]:
        """Drop what came through it."""
        why = "it came from a provider that is no neighbour"
        effects = self._give_up(node, SUBTREE + REPLICA + POINTER, why, now, False)
        return effects + (self._lost(node, role, now) if effects else [])

    def _lost(self, through: int, role: Role, now: float) -> list[Effect]:
        """What came through one neighbour was dropped: whoever else has it is asked, who had it from here is told.

        Told by another HELLO, which makes them catch up with what is here. What came from below everybody had.
        """
        near = self._near
        others = [node for node, role in near.roles.items() if role is not Role.PROXY and near.up(node)]
        effects: list[Effect] = []
        for node in sorted(others):
            if node != through:
                effects += self._ask(node, now)
        if role is Role.CHILD:
            return effects + [self._hello(node) for node in sorted(others) if node != through]
        told = near.children + (near.peers if self._options.mesh is Mesh.RELAY else ())
        return effects + [self._hello(node) for node in told]


def _form(update: Update) -> tuple[bytes, bytes, Version, bool]:
    """What an update tells: an entry may be here in several forms, of several tellers."""
    return update.nid, update.record.entry, update.record.version, update.record.value is None
