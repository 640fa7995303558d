"""A provider of a class: the core's Provider and Customer in a host, with its store, its neighbours and its desk.

Rules: everything is handed in. A restart takes up what the store holds and those it peered with, all down. What a
failed commit would have promised is not said: puts are told E_AGAIN, and no neighbour hears of them; gets go on.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from msgspec.structs import replace

from p4lab.core.commands import BY_HAND, Get, Put, Remove
from p4lab.core.contract import Linked, Requested, Unlinked
from p4lab.core.customer import AGAIN, Customer, text
from p4lab.core.events import Attached, Event, Joined, Noted, Restarted, SessionUp
from p4lab.core.messages import MISS, Answer, GetRequest, Message, SyncItems, Update
from p4lab.core.names import ID_SIZE, Kind, digest
from p4lab.core.neighbours import Role
from p4lab.core.options import Options
from p4lab.core.provider import Provider
from p4lab.core.records import MAX_SEQ
from p4lab.core.signing import Ed25519
from p4lab.core.stores import CACHED, OWN, POINTER, REPLICA, SUBTREE
from p4lab.core.wallet import Wallet
from p4lab.live.carrier import Carrier
from p4lab.live.desk import Desk, label
from p4lab.live.entry import ME
from p4lab.live.host import Host
from p4lab.live.identity import hash_of
from p4lab.live.limits import Limits
from p4lab.live.peerings import Peerings
from p4lab.live.seen import CUSTOMERS, SHORT
from p4lab.live.stream import Stream
from p4lab.live.switchboard import Switchboard

ALL = OWN + SUBTREE + REPLICA + POINTER + CACHED
MOST_VALUE = 8_192  # bytes of a value of a live provider, at most: with its record it fits one frame
MOST_VALUES = 64  # in one answer; what does not fit a frame goes out as pages

REMEMBERED = 256  # signatures: several neighbours tell of the same put within a moment, and nobody else is in here


class Shelf(Protocol):
    """Where rows are kept for good. full: there is no room."""

    @property
    def full(self) -> bool: ...
    def load(self, node: int) -> Mapping[tuple[str, bytes, bytes], object]: ...
    def write(
        self, node: int, rows: tuple[tuple[str, bytes, bytes, object], ...], done: Callable[[bool], None]
    ) -> None: ...


class Purse(Protocol):
    """Whose keys sign, and how far they have counted."""

    def identities(self) -> Mapping[str, bytes]: ...
    def seed_of(self, name: str) -> bytes: ...
    def seq(self, nid: bytes) -> int: ...
    def signed(self, nid: bytes, seq: int) -> None: ...


def options_of(limits: Limits, max_value: int = 1_024) -> Options:
    """The options of a live provider: the defaults, within these limits."""
    return Options(
        max_value=min(max_value, MOST_VALUE), max_entries=limits.keys_per_identity,
        max_bytes=limits.bytes_per_identity, maxvals=MOST_VALUES,
    )  # fmt: skip


class ProviderNode:
    """One provider, at the seat of `board.me`. Its own customers, of the window, are node CUSTOMERS + seat.

    epoch: how often it has started. agreed: with whom it peers; keep is told when that changes. wants, unwants: a
    channel to a seat is of use, or no more. log: a cause and a sentence.
    """

    def __init__(
        self, board: Switchboard, host: Host, carrier: Carrier, story: Stream, shelf: Shelf, purse: Purse,
        options: Options, limits: Limits, epoch: int, policy: str, agreed: set[int],
        keep: Callable[[set[int]], None], wants: Callable[[int], None], unwants: Callable[[int], None],
        log: Callable[[str, str], None] = lambda cause, says: None,
    ) -> None:  # fmt: skip
        self.me = me = board.me.seat
        self.name = board.me.name
        self.frozen = False
        self.host = host
        self.wallet = Wallet(Ed25519(), lambda name: purse.seed_of(ME if name == board.me.name else name))
        self.provider = Provider(me, options, Ed25519(REMEMBERED), 0.0, epoch=epoch)
        self._story = story
        self._shelf = shelf
        self._purse = purse
        self.desk = Desk(me, host, story, self, limits)
        carrier.host, carrier.provider, carrier.counter, carrier.log = host, self.provider, self.desk, log
        self.peerings = Peerings(
            me, host, board, carrier, policy, agreed, keep, wants, unwants, lambda says: log("peering", says)
        )
        self._joined = Joined(node=me, name=self.name, customers=1)
        self._attached = Attached(node=CUSTOMERS + me, provider=me)
        board.on_customer = self.desk.serve

    def start(self) -> int:
        """Take up what was stored, and look for those that we peer with; how many copies and marks there were."""
        me, host = self.me, self.host
        roles = dict.fromkeys(self.peerings.agreed, Role.PEER)
        copies = self.provider.restore(self._shelf.load(me), roles, host.now())
        host.emit(self._joined)
        host.emit(self._attached)
        for _, copy in self.provider.stores.all(ALL, host.now()):
            host.emit(copy.event)  # by the number that it has from now on it is referred to
        if copies:
            host.emit(Restarted(node=me, copies=copies))
        host.add(me, self.provider, lambda rows, done: self._shelf.write(me, rows, done), refused)
        host.add(CUSTOMERS + me, Customer(CUSTOMERS + me, me, self.name, self.wallet))
        self.peerings.begin()
        return copies

    def shown(self) -> Iterable[Event]:
        """How things are here, for somebody who begins to look."""
        near = self.provider.near
        yield self._joined
        yield self._attached
        yield from self.peerings.shown()
        for peer in near.peers:
            yield SessionUp(self.me, peer, near.roles[peer].value)
        names = self._names()
        for store, copy in self.provider.stores.all(ALL, self.host.now()):
            event, record = self._story.present(copy.event, self.host.now()), copy.record
            value = text(record.value or b"") if store == OWN else ""
            owner = names.get(record.owner, record.owner.hex()[:8]) if record.owner else ""
            said = value if len(value) <= SHORT else f"{value[:SHORT]}…"
            yield replace(event, spelt=(record.kind.value, label(record.kind, record.key), owner, said))

    def submit(self, command: Put | Get | Remove) -> int:
        """Somebody here puts, gets or removes; the number of the operation, under which its events tell."""
        op = self._story.number()
        if command.kind is Kind.AUTHENTICATED:
            if not isinstance(command, Get):
                self._count(command)
            elif command.owner is not None and not self._knows(command.owner):
                says = f"get {command.key}: neither this computer nor the class knows {command.owner}"
                self.host.emit(Noted(text=says))
                return op
        self.host.tell(CUSTOMERS + self.me, Requested(command, op, BY_HAND))
        return op

    # What a class may ask of it

    def freeze(self, on: bool) -> None:
        """Everybody holds: customers are told E_AGAIN."""
        if on is not self.frozen:
            self.frozen = on
            customer = CUSTOMERS + self.me
            self.host.tell(customer, Unlinked(self.me, "frozen") if on else Linked(self.me))

    def propose(self, seat: int, on: bool) -> None:
        """The teacher would like us to peer with this member, or no longer."""
        self.peerings.propose(seat, on)

    # What the desk asks

    def closed(self) -> bool:
        """Whether everybody holds."""
        return self.frozen

    def can_keep(self) -> bool:
        """Whether the store takes anything now."""
        return not self._shelf.full

    def knows(self, request: GetRequest) -> bool:
        """Whether a get is answered from here, without asking others."""
        if request.kind is Kind.UNAUTHENTICATED:
            return False  # others are asked behind the answer's back
        best = self.provider.stores.best(request.nid, self.host.now())
        return best is not None and best[1].record.version[0] >= request.min_seq

    def _names(self) -> dict[bytes, str]:
        """What those are called whose keys sign: identities here, then members of the class, by their own word."""
        names = {digest(public): name for name, public in self._purse.identities().items()}
        names[self.wallet.owner(ME)] = self.name
        return {**self.desk.owners(), **names}

    def _knows(self, owner: str) -> bool:
        """Whether it is known whose keys a name means: an identity here, a member's, or a hash of a key in hex."""
        if owner in (ME, self.name) or owner in self._purse.identities():
            return True
        member = self.desk.named(owner)
        key = member.owner if member is not None else hash_of(owner)
        if len(key) == ID_SIZE:
            self.wallet.owners[owner] = key
        return len(key) == ID_SIZE

    def _count(self, command: Put | Remove) -> None:
        """The next seq is above all that was signed here, by this start or an earlier one, or is stored."""
        identity = command.identity or command.by
        nid = self.wallet.name(command.kind, command.key, None, identity)[0]
        known = self.provider.stores.newest_known(nid, self.host.now())
        seen = 0 if known is None else known.version[0]
        seqs = self.wallet.seqs
        seqs[nid] = max(seqs.get(nid, 0), self._purse.seq(nid), seen)
        chosen = command.seq if isinstance(command, Put) else None
        self._purse.signed(nid, min(seqs[nid] + 1, MAX_SEQ) if chosen is None else chosen)


def refused(message: Message) -> Message | None:
    """What is said instead of a message behind a commit that failed."""
    if isinstance(message, Update | SyncItems):
        return None  # neighbours hear of what is kept, and catch up later
    if isinstance(message, Answer) and message.outcome.startswith("OK") and not (message.source or message.records):
        return Answer(message.op, message.nid, message.size, MISS, AGAIN, version=message.version)
    return message
