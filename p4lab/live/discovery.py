"""Discovery by multicast DNS: tells others on the network where this node listens, and hears where they do.

Rules: nothing heard is trusted. An id is a claim that the caller checks when it dials (the identity key's hash must be
the id), and mDNS never tells that a node died: after a kill its ghost stays for many minutes, so what is lost here is a
hint too, and liveness is the heartbeats' business. What strangers can make us keep, look up or report is bounded.
Nothing here waits for the network but tasks of its own; what goes wrong is a sentence in `troubles`, not an exception.
"""

import asyncio
import socket
import struct
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence

from zeroconf import Error, RecordUpdate, RecordUpdateListener, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from p4lab.live.addresses import Own, adapters, chosen, worth
from p4lab.live.candidates import Candidate, Table, plain, read, told
from p4lab.live.ladder import Heard
from p4lab.live.limits import Limits
from p4lab.live.troubles import NO_NETWORK, Trouble, of_multicast, of_silence, of_zeroconf

TYPE = "_p4lab._tcp.local."
RESCAN = 5.0  # s between looks at the adapters: python-zeroconf leaves watching them to its user
RESOLVE = 3_000  # ms for one look-up, python-zeroconf's own default
HEARD_BY = 4.0  # s until we should have heard ourselves: probes and announcement take 1.2, and as long after a rename
AGAIN = (
    2.0,
    4.0,
    8.0,
    16.0,
    32.0,
)  # s between more announcements: up to eight, twice as far apart (RFC 6762 section 8.3)
CLOSE = 2.3  # s for the goodbyes, so that all of stop() takes less than 3

_GROUP, _GROUP6, _PORT = "224.0.0.251", "ff02::fb", 5353
_NOTHING = bytes(12)  # a DNS message without a question: sent to see whether sending works, and answered by nobody


class Discovery:
    """One node's mDNS, in the running loop. on_found, on_lost, known: as of a Table.

    interfaces: addresses or names of the adapters to use; None: the real ones, as they come and go.
    """

    def __init__(
        self,
        on_found: Callable[[Candidate], None],
        on_lost: Callable[[bytes], None],
        interfaces: Sequence[str] | None = None,
        limits: Limits | None = None,
        known: Callable[[bytes], bool] = lambda identity: False,
    ) -> None:
        self.instance = ""  # our own full name, once it is registered
        self._loop = asyncio.get_running_loop()
        self._limits, self._interfaces = limits or Limits(), interfaces
        self._callbacks = (on_found, on_lost, known)
        self._table = self._new_table("")
        self._id, self._class, self._name, self._port = b"", "", "", 0
        self._zeroconf: AsyncZeroconf | None = None
        self._browser: AsyncServiceBrowser | None = None
        self._info: AsyncServiceInfo | None = None
        self._owned: tuple[Own, ...] = ()  # where we are found
        self._pending: dict[str, None] = {}  # instances to look up
        self._resolving = 0
        self._ear = _Ear()
        self._tasks: set[asyncio.Task[None]] = set()
        self._changing = asyncio.Lock()  # held while sockets come and go: that is never cancelled half-way
        self._trouble: Trouble | None = None
        self._started = self._loop.time()
        self._heard_self = self._renamed = self._stopped = False

    @property
    def found(self) -> dict[bytes, Candidate]:
        """Who is there, by id. Not to be changed."""
        return self._table.found

    @property
    def heard(self) -> Heard:
        """How discovery fares now."""
        since = self._loop.time() - self._started
        trouble = self._trouble
        itself = self._heard_self if self._port else None
        if trouble is None and itself is False and since > HEARD_BY:
            trouble = of_silence(sys.platform)
        return Heard(since, itself, len(self.found), self._table.ours, (trouble,) if trouble else ())

    @property
    def troubles(self) -> tuple[str, ...]:
        """What keeps discovery from working, each with its remedy."""
        return tuple(str(trouble) for trouble in self.heard.troubles)

    async def start(self, identity: bytes, class_id: str, name: str, port: int) -> None:
        """Be found under this id, and look for others. Returns at once; others see us about 1.2 s later.

        port 0: look only, as somebody does who has no ticket yet, or puts and gets and is gone.
        """
        self._id, self._class, self._name, self._port = identity, class_id, plain(name), port
        self._table = self._new_table(class_id)
        self._started = self._loop.time()
        self._hold(self._run())

    async def stop(self) -> None:
        """Say goodbye and let go of every socket, within 3 s. Not to be started again."""
        self._stopped = True
        async with self._changing:
            for task in self._tasks:
                task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        browser, self._browser = self._browser, None
        opened, self._zeroconf = self._zeroconf, None
        if browser is not None:
            await browser.async_cancel()
        if opened is not None:
            try:
                async with asyncio.timeout(CLOSE):
                    await opened.async_close()
            except TimeoutError:
                opened.zeroconf.close()

    # Being found

    async def _run(self) -> None:
        while not self._stopped:
            try:
                async with self._changing:
                    trouble = await self._look_at_adapters()
                if self._zeroconf is not None and not self.instance and self._port:
                    await self._register(self._name)
            except OSError as problem:
                trouble = of_multicast(problem, sys.platform)
            except (Error, RuntimeError) as problem:  # RuntimeError: an adapter went away while it was opened
                trouble = of_zeroconf(problem)
            self._trouble = trouble
            await asyncio.sleep(RESCAN)

    async def _look_at_adapters(self) -> Trouble | None:
        """Use those that are there now, and see whether sending works."""
        owned = worth(adapters()) if self._interfaces is None else chosen(adapters(), self._interfaces)
        if owned != self._owned:
            await self._use(owned)
        elif (self._heard_self or not self._port) and self._trouble is None:
            return None
        problems = [_try(own) for own in owned]
        if not owned:
            return NO_NETWORK
        if None in problems:
            return None
        return next(of_multicast(problem, sys.platform) for problem in problems if problem is not None)

    async def _use(self, owned: tuple[Own, ...]) -> None:
        addresses = [own.address for own in owned]
        if self._zeroconf is None:
            if not addresses:
                return
            self._zeroconf = AsyncZeroconf(interfaces=addresses)
            self._zeroconf.zeroconf.async_add_listener(self._ear, None)
        else:
            if self.instance and owned:  # first, so that what is said on a new adapter has its address
                self._info = self._announcement(self.instance, owned)
                self._hold(_finish(await self._zeroconf.async_update_service(self._info)))
            # An adapter that went and came back has the same address, and needs its membership of the group anew
            kept = [own.address for own in owned if own in self._owned]
            if len(kept) < len(self._owned):
                await self._zeroconf.async_update_interfaces(kept)
            await self._zeroconf.async_update_interfaces(addresses)
        self._owned = owned
        if self._browser is not None:
            await self._browser.async_cancel()
        # A new one asks at once, on the new adapters too; the old one would ask when what it knows is about to expire
        self._browser = AsyncServiceBrowser(self._zeroconf.zeroconf, TYPE, handlers=[self._changed])

    async def _register(self, name: str) -> None:
        assert self._zeroconf is not None
        self._info = self._announcement(f"{name}.{TYPE}", self._owned)
        self._hold(_finish(await self._zeroconf.async_register_service(self._info, allow_name_change=True)))
        if not self.instance:
            self._hold(self._announce_again(self._zeroconf.zeroconf))
        self.instance = self._info.name

    async def _announce_again(self, zeroconf: Zeroconf) -> None:
        """Wi-Fi loses multicast, and so does a full buffer: zeroconf's three, in half a second, may all be lost."""
        for pause in AGAIN:
            await asyncio.sleep(pause)
            if self._info is not None:
                zeroconf.async_send(zeroconf.generate_service_broadcast(self._info, None))

    async def _rename(self) -> None:
        """Somebody else goes by our instance name, announced in the same moment. Ours gets digits of its key."""
        async with self._changing:
            if self._zeroconf is not None and self._info is not None:
                self._hold(_finish(await self._zeroconf.async_unregister_service(self._info)))
                await self._register(f"{self._name}-{self._id.hex()[:4]}")

    def _announcement(self, instance: str, owned: Sequence[Own]) -> AsyncServiceInfo:
        return AsyncServiceInfo(
            TYPE,
            instance,
            port=self._port,
            properties=told(self._id, self._class, self._name),
            server=f"p4-{self._id.hex()[:12]}.local.",  # of the key: two hosts of one name would share their addresses
            parsed_addresses=[own.address for own in owned],
        )

    # Finding others

    def _changed(self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        if self._stopped:
            return
        if state_change is ServiceStateChange.Removed:
            self._pending.pop(name, None)
            self._table.drop(name)
            return
        try:
            info = AsyncServiceInfo(service_type, name)
        except Error:  # a name that is none
            return
        # An announcement brings all of it at once: who is really there needs no look-up, whatever else floods in. When
        # zeroconf's cache is full it drops the newest first (addresses live shorter than pointers): look at the packet
        if info.load_from_cache(zeroconf) or self._ear.completes(zeroconf, info):
            self._pending.pop(name, None)
            self._take(info)
            return
        self._pending[name] = None
        if len(self._pending) > self._limits.candidates:
            del self._pending[next(iter(self._pending))]
        if self._resolving < self._limits.resolving:
            self._resolving += 1
            self._hold(self._look_up(zeroconf))

    async def _look_up(self, zeroconf: Zeroconf) -> None:
        try:
            while self._pending:
                name, _ = self._pending.popitem()  # the newest: after a flood nobody waits for what it left
                info = AsyncServiceInfo(TYPE, name)
                if await info.async_request(zeroconf, RESOLVE):
                    self._take(info)
        finally:
            self._resolving -= 1

    def _take(self, info: AsyncServiceInfo) -> None:
        ours = self._info is not None and info.name == self._info.name
        says = info.properties
        if not ours and not self._table.may_take(info.name, says):
            return
        claim = read(says, info.parsed_scoped_addresses(), info.port, self._owned)
        if claim is None:
            return
        if claim.id == self._id:
            self._heard_self = self._heard_self or ours
            return
        if ours and self.instance and not self._renamed:
            self._renamed = True  # once: nobody can make us rename for ever
            self._hold(self._rename())
        self._table.take(info.name, claim)

    # Tasks

    def _new_table(self, class_id: str) -> Table:
        on_found, on_lost, known = self._callbacks
        return Table(class_id, self._limits.candidates, self._loop.time, on_found, on_lost, known)

    def _hold(self, work: Coroutine[object, object, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        problem = None if task.cancelled() else task.exception()
        if problem is not None:
            self._trouble = of_zeroconf(problem)


class _Ear(RecordUpdateListener):  # zeroconf asks for the inheritance
    """Keeps the records of the packet that is being handled: callbacks come while it is."""

    def __init__(self) -> None:
        self._now, self._records = 0.0, list[RecordUpdate]()

    def completes(self, zeroconf: Zeroconf, info: AsyncServiceInfo) -> bool:
        """Whether that packet told all of a service; the info has it then."""
        for _ in range(2):  # addresses are taken only once it is known whose they are
            info.async_update_records(zeroconf, self._now, self._records)
        return bool(info.port and info.properties and info.parsed_scoped_addresses())

    def async_update_records(self, zc: Zeroconf, now: float, records: list[RecordUpdate]) -> None:
        self._now, self._records = now, records


async def _finish(work: Awaitable[object]) -> None:
    """What zeroconf goes on with in the background, as a task that is held here."""
    await work


def _try(own: Own) -> OSError | None:
    """What sending on this adapter runs into; macOS says there whether we may."""
    v6 = ":" in own.address
    with socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM) as mouth:
        mouth.setblocking(False)
        try:
            if v6:
                mouth.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, struct.pack("@I", own.index))
                mouth.sendto(_NOTHING, (_GROUP6, _PORT, 0, own.index))
            else:
                mouth.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(own.address))
                mouth.sendto(_NOTHING, (_GROUP, _PORT))
        except OSError as problem:
            return problem
    return None
