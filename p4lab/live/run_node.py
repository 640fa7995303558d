"""A member of a class with its provider, put together and run: what `p4lab node` and the window's thread start.

Rules: everything is a constructor argument; `start` fails with a reason or has a card, `stop` takes less than three
seconds. What each part does stands in the part.
"""

import asyncio
import random
import secrets
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakSet

import msgspec

from p4lab.live import addresses
from p4lab.live.admission import join
from p4lab.live.attend import Place
from p4lab.live.authority import Authority
from p4lab.live.candidates import Candidate
from p4lab.live.carrier import Carrier
from p4lab.live.channel import Channel
from p4lab.live.doors import Listener, dial
from p4lab.live.entry import DISCOVERY, ME, UNSEEN, class_of, listening, owned, signs
from p4lab.live.frames import MEMBER, Echo, Member, Open
from p4lab.live.host import Host
from p4lab.live.identity import AUTHORITY, JoinCode, Keys, Ticket, flaw, member_id, parse_code
from p4lab.live.limits import Limits
from p4lab.live.meeting import NotAdmitted, Party
from p4lab.live.member import Membership
from p4lab.live.nodestate import NodeState
from p4lab.live.profile import Profile
from p4lab.live.provider_node import ProviderNode, options_of
from p4lab.live.recall import Recall, outlaw
from p4lab.live.roster import with_names
from p4lab.live.seen import SHIFT
from p4lab.live.store import Store
from p4lab.live.stream import Stream
from p4lab.live.switchboard import AMISS, FIRST_WAIT, LONGEST_WAIT, Switchboard
from p4lab.live.tasks import Tasks
from p4lab.live.telling import Teller
from p4lab.live.thread import SWITCH

if TYPE_CHECKING:
    from p4lab.live.discovery import Discovery

STOP = 2.5  # s that stopping may take; half of it for goodbyes, the rest for sockets that linger
LOOK = 0.5  # s between two looks at what there is to tell
PEERING = "peering"  # what a channel is of use for
MISSED = 2.0  # s after which somebody who has a ticket is told that the teacher does not answer
AWAY = "The teacher's computer does not answer. It is tried again by itself; peers of before are looked for meanwhile."
NOTHING = Open(MEMBER)


class Plan(msgspec.Struct, frozen=True):
    """What is to be run.

    listen: HOST:PORT, or empty: a free port on all private interfaces. store: a folder; left out: in the profile's.
    new_class: open this class. join: be a member of the class with this code. peers: addresses of whom to peer with.
    policy: whose requests to peer are accepted. show: who may observe. interfaces: those that discovery uses; None: all
    that we listen at; (): no discovery.
    """

    name: str
    profile: Path
    new_class: str = ""
    join: str = ""
    listen: str = ""
    store: Path | None = None
    peers: tuple[str, ...] = ()
    policy: str = "class"
    show: str = "class"
    max_value: int = 1_024
    interfaces: tuple[str, ...] | None = None


class Card(msgspec.Struct, frozen=True):
    """Who a node is, and where."""

    name: str
    id: str
    listen: str
    class_: str = msgspec.field(name="class")
    code: str


class Running:
    """A node that runs from `start` to `stop`, in the running loop. wall: unix time. log: a cause and a sentence.

    For others, once it has started: party, board, place, node, stream, store, listener, discovery, card.
    """

    party: Party
    listener: Listener
    stream: Stream
    store: Store
    board: Switchboard
    node: ProviderNode
    place: Place
    teller: Teller
    card: Card

    def __init__(
        self, plan: Plan, limits: Limits, wall: Callable[[], float],
        log: Callable[[str, str], None] = lambda cause, says: None,
    ) -> None:  # fmt: skip
        self.plan = plan
        self.limits = limits
        self.discovery: Discovery | None = None
        self._wall = wall
        self._log = log
        self._loop = loop = asyncio.get_running_loop()
        self._began = began = loop.time()
        self.clock: Callable[[], float] = lambda: loop.time() - began
        self._tasks = Tasks(lambda says: log("fault", says))
        self._undo: list[Callable[[], object]] = []  # how to give back what was taken
        self._teacher = asyncio.Event()  # discovery has found the authority
        self._placed = self._leaving = False
        self._unkept = True  # there is nothing yet that is worth a profile
        self._channels: WeakSet[Channel] = WeakSet()  # all that were opened, for their last words

    async def start(self) -> Card:
        """Come into being, and be found. Raises ProfileError, StoreError, NotAdmitted, OSError, ValueError."""
        try:
            return await self._start()
        except BaseException:
            await self.stop("could not start")
            raise

    async def stop(self, why: str = "goodbye") -> None:
        """Say goodbye, keep what was promised, and let go of everything, within STOP seconds."""
        end = self._loop.time() + STOP
        self._leaving = True
        if hasattr(self, "place"):
            self.place.role.leaving = True
            self._recall.keep(self.place)
        vanishing = [] if self.discovery is None else [self._loop.create_task(self.discovery.stop())]
        try:
            async with asyncio.timeout(STOP / 2):
                await asyncio.gather(*self._goodbyes(why))
        except TimeoutError:
            self._log("stop", "somebody did not take our goodbye in time")
        lingering = [self._loop.create_task(channel.finished()) for channel in list(self._channels)]
        if vanishing or lingering:
            _, slow = await asyncio.wait([*vanishing, *lingering], timeout=end - self._loop.time())
            for task in slow:
                task.cancel()
        for undo in reversed(self._undo):
            undo()
        self._undo.clear()

    def freeze(self, on: bool) -> None:
        """Everybody holds, or goes on (of a class's Hands)."""
        self.node.freeze(on)

    def propose(self, seat: int, on: bool) -> None:
        """The teacher would like us to peer with this member, or no longer (of a class's Hands)."""
        self.node.propose(seat, on)

    async def _start(self) -> Card:
        plan, limits, wall, clock = self.plan, self.limits, self._wall, self.clock
        sys.setswitchinterval(SWITCH)  # or the store's writer waits 5 ms for the interpreter's lock: some commits
        host, port = listening(plan.listen)
        if plan.join:
            parse_code(plan.join)  # what cannot be a code leaves nothing behind
        profile = Profile(plan.profile, node=True)
        self._undo.append(lambda: profile.leave() if self._unkept else profile.close())
        self._owned = owned(host)
        own, code = class_of(plan.new_class, plan.join, profile)
        self._unkept = own is None
        keys = profile.keys if own is None else own.keys
        class_ = code.class_id
        self.party = Party(keys, class_, None, limits, clock, wall)
        self.listener = Listener(self.party, self._knocked, everybody=bool(host) and not self.near(host))
        await self.listener.open(host, port)
        await self._discover(keys, class_)
        role: Authority | Membership
        if own is None:
            self.party.ticket = ticket = await self._ticket(profile, code)
            self._unkept = False
            role = Membership(
                ticket, profile.class_name(class_), self, limits, self.near, wall, profile.outlaws(class_),
                lambda ids, word: outlaw(profile, class_, ids, word, self._log), profile.word(class_),
            )  # fmt: skip
            if code.address:
                role.company.typed(member_id(ticket.authority), code.address)
        else:
            role = Authority(profile, own, plan.name, self, limits, self.near, clock, wall, self._loop.call_later)
            self.party.ticket = ticket = role.ticket
        folder = plan.store or plan.profile / "stores" / class_
        self._build(profile, role, ticket, folder)
        if isinstance(role, Authority):
            role.listening(self.listen(), self.node.wallet.owner(ME))
            code = role.code(self.listen()[0])
        self._begin()
        self.card = Card(ticket.name, ticket.id.hex(), self.listen()[0], role.class_name, str(code))
        return self.card

    def near(self, host: str) -> bool:
        """Whether a host that somebody tells of is of a network of ours."""
        return addresses.allowed(host, self._owned)

    def listen(self) -> tuple[str, ...]:
        """Where we can be dialled."""
        return tuple(addresses.join(own.address, self.listener.port) for own in self._owned)

    def _build(self, profile: Profile, role: Authority | Membership, ticket: Ticket, folder: Path) -> None:
        """All the parts, each told of those that it needs."""
        plan, limits, clock, log = self.plan, self.limits, self.clock, self._log
        state = NodeState(folder, self._wall(), ticket.class_id)
        self._recall = Recall(state, log)
        self.stream = stream = Stream(ticket.seat, clock, state.first, limits=limits)
        self._undo.append(lambda: state.end(stream.number() - (ticket.seat << SHIFT) - state.first))
        self.store = Store.open(folder / "store.db", self._wall, clock)
        self._undo.append(self.store.close)
        for says in self.store.said:
            log("store", says)
        self.board = board = Switchboard(
            ticket, self._opening, self._dial, limits, clock, random.Random(secrets.randbits(64)),
            lambda says: log("fault", says),
        )  # fmt: skip
        carrier = Carrier(ticket.seat, board, stream, limits)
        host = Host(stream, carrier, self._loop, self._began)
        self._undo.append(host.close)
        company = role.company
        self.node = ProviderNode(
            board, host, carrier, stream, self.store, profile, options_of(limits, plan.max_value), limits, state.epoch,
            plan.policy, set(state.friends), lambda agreed: self._recall.befriend(self.place, agreed),
            lambda seat: company.want(seat, PEERING),
            lambda seat: company.unwant(seat, PEERING), self._tell,
        )  # fmt: skip
        self._undo.append(self.node.peerings.close)
        stream.snapshot = self.node.shown
        self.teller = Teller(stream, board, self._loop, plan.show)
        self._undo.append(self.teller.close)
        board.on(Echo, self._echo)
        if isinstance(role, Membership):
            self._recall.begin(role)
        role.notes.told = lambda says: log("class", says)
        self.place = Place(board, self.party, role, lambda says: log("fault", says))

    def _begin(self) -> None:
        """Take up what was stored, and whoever was found meanwhile."""
        copies = self.node.start()
        self.node.desk.named, self.node.desk.seated = self._named, self._seated
        self.node.desk.owners = self._owners
        self._log("store", f"{copies} copies and marks were stored here")
        self._placed = True
        for candidate in list(self.discovery.found.values()) if self.discovery is not None else ():
            self.place.found(candidate)
        for address in self.plan.peers:
            self._tasks.start(self._meet(address))
        self._tasks.start(self._look())

    def _goodbyes(self, why: str) -> Iterator[Coroutine[None, None, None]]:
        yield self._tasks.close()
        if hasattr(self, "listener"):
            yield self.listener.close()
        if hasattr(self, "board"):
            self.node.desk.close(why)
            yield self.board.close(why)
        if hasattr(self, "place"):
            yield self.place.close()

    # Others

    def _tell(self, cause: str, says: str) -> None:
        if self._leaving and cause == "peering":
            return  # nobody is out of reach: it is we who go
        self._log(cause, with_names(says, self.place.roster.members))

    def _named(self, name: str) -> Member | None:
        seat = self.place.roster.named(name)
        return None if seat is None else self.place.roster.members[seat]

    def _owners(self) -> dict[bytes, str]:
        """By their own word: where several say the same key, it is whose seat was first."""
        members = sorted(self.place.roster.members.values(), key=lambda member: -member.seat)
        return {member.owner: member.name for member in members if member.owner}

    def _seated(self, seat: int) -> Member | None:
        """For a customer, which wants its name: with all addresses some thirty would be longer than a frame."""
        member = self.place.roster.members.get(seat)
        return None if member is None else msgspec.structs.replace(member, addresses=())

    def _opening(self, purpose: str) -> Open:
        return Open(purpose, self.listen(), shows=self.teller.shows, owner=self.node.wallet.owner(ME))

    def _echo(self, seat: int, frame: Echo) -> None:
        if not frame.back:
            self.board.post(seat, Echo(frame.nonce, True))

    async def _dial(self, where: Sequence[str], expect: bytes | None) -> Channel:
        channel = await dial(where, self.party, expect)
        self._channels.add(channel)
        return channel

    def _knocked(self, channel: Channel) -> None:
        self._channels.add(channel)
        if self._placed:
            self._tasks.start(self.board.admit(channel))
        else:
            channel.close("not ready yet")

    async def _meet(self, address: str) -> None:
        """Peer with whoever is at this address, as soon as somebody is."""
        wait = FIRST_WAIT
        while True:
            if address in self.place.company.addresses(AUTHORITY):
                return self.node.peerings.peer(AUTHORITY)  # who is dialled in any case
            seats = [seat for seat in self.board.channels if address in (self.board.opened(seat) or NOTHING).listen]
            try:
                seat = seats[0] if seats else await self.board.reach([address])
            except AMISS as fault:
                self._log("peer", f"{address}: {fault}")
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT)
                continue
            channel = self.board.channel(seat)
            if channel is not None:
                self.place.company.typed(channel.peer_id, address)
            return self.node.peerings.peer(seat)

    # Being found, and finding the class

    async def _discover(self, keys: Keys, class_: str) -> None:
        interfaces = self.plan.interfaces
        if interfaces is None and all(own.address == addresses.LOOPBACK for own in self._owned):
            interfaces = (addresses.LOOPBACK,)
        if interfaces == ():
            return
        from p4lab.live.discovery import Discovery  # noqa: PLC0415 zeroconf takes 5 MB that only those need who look

        self.discovery = Discovery(self._found, self._lost, interfaces, self.limits, self._known)
        await self.discovery.start(keys.id, class_, self.plan.name, self.listener.port)

    def _known(self, key: bytes) -> bool:
        return self._placed and self.place.roster.seat_of(key) is not None

    def _found(self, candidate: Candidate) -> None:
        if self._placed:
            self.place.found(candidate)
        if candidate.leads(self.party.class_id):
            self._teacher.set()

    def _lost(self, key: bytes) -> None:
        if self._placed:
            self.place.lost(key)

    async def _ticket(self, profile: Profile, code: JoinCode) -> Ticket:
        """The one that is stored, if it is good; else a new one, from the authority."""
        kept = profile.ticket(code.class_id)
        if kept is not None and not flaw(kept, code.class_id, self._wall()):
            return kept
        where = [code.address] if code.address else await self._seen()
        if not where:
            raise NotAdmitted(UNSEEN)
        ticket, class_name = await join(where, self.party, code, self.plan.name, signs(profile))
        profile.admit(ticket, class_name)
        return ticket

    async def _seen(self) -> list[str]:
        """Where discovery says that the authority is."""
        if self.discovery is None:
            return []
        try:
            async with asyncio.timeout(DISCOVERY):
                await self._teacher.wait()
        except TimeoutError:
            return []
        found = self.discovery.found.values()
        return [address for each in found if each.leads(self.party.class_id) for address in each.addresses]

    async def _look(self) -> None:
        """Tell of what others count: discovery, the store, the listener."""
        told: dict[str, object] = {}
        missed = self._loop.time() + MISSED
        while True:
            await asyncio.sleep(LOOK)
            self._recall.keep(self.place)
            if missed <= self._loop.time():
                missed = inf
                if self.place.rules is None and not (self.place.role.listed or self.place.out):
                    self.place.notes.note(AWAY)
            found = 0 if self.discovery is None else self.discovery.heard.ours
            now = {
                "class": f"members found on this network: {found}" if found else "",
                "discovery": "; ".join(self.discovery.troubles) if self.discovery is not None else "",
                "store": self.store.trouble,
                "door": ", ".join(f"{count} {cause}" for cause, count in sorted(self.listener.refused.items())),
            }
            for cause, says in now.items():
                if says and says != told.get(cause):
                    self._log(cause, says)
            told = dict(now)
