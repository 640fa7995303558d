"""What holds once all is quiet: invariants 1, 2, 16, 17, 20 and 21, read from the stores of all providers.

Rules: quiet means that no message is under way, all links and providers are up, and catching up is done. Peers must be
in full mesh or relay, or a hole would rightly keep somebody uninformed.
"""

from collections.abc import Iterable, Mapping

from p4lab.core.names import Kind, Regime
from p4lab.core.provider import Provider
from p4lab.core.records import Record, fault
from p4lab.core.signing import Signer
from p4lab.core.stores import OWN, POINTER, REPLICA, Copy
from p4lab.torture.violation import Violation

FRESH = 10.0  # s: leases that end sooner may have ended at one provider and not at another


class Quiet:
    """Check all providers (those with stores) at time t. parents: of each child. homes: who ever owned each name."""

    def __init__(
        self, providers: Iterable[Provider], parents: Mapping[int, int], homes: Mapping[bytes, set[int]],
        signer: Signer, t: float,
    ) -> None:  # fmt: skip
        self.found: list[Violation] = []
        self._providers = list(providers)
        self._parents = parents
        self._homes = homes
        self._signer = signer
        self._t = t

    def check(self) -> list[Violation]:
        """All that is wrong."""
        names: dict[bytes, list[tuple[int, Copy]]] = {}
        for provider in self._providers:
            self._sound(provider)
            for nid in list(provider.stores.own):
                for copy in provider.stores.live(OWN, nid, self._t):
                    names.setdefault(nid, []).append((provider.me, copy))
        for nid, copies in names.items():
            if copies[0][1].record.kind is Kind.AUTHENTICATED:
                self._signed(nid, copies)
            else:
                for _, copy in copies:
                    self._entry(nid, copy)
        return self.found

    def _signed(self, nid: bytes, copies: list[tuple[int, Copy]]) -> None:
        """All agree on the newest version of a put-broadcast name; of a get-broadcast one nothing old is left."""
        holder, newest = max(copies, key=_newest)
        record = newest.record
        if newest.until <= self._t + FRESH:
            return
        for provider in self._providers:
            me, stores = provider.me, provider.stores
            known = stores.newest_known(nid, self._t)
            best = stores.best(nid, self._t)
            if record.regime is Regime.VALUE:
                if best is None:
                    self._say(17, f"node {me} has nothing of {_spell(record)}, put at node {holder}")
                elif best[1].record.version != record.version:
                    seq = best[1].record.version[0]
                    self._say(16, f"node {me} answers version {seq} of {_spell(record)}, put at node {holder}")
            elif record.regime is Regime.KEY:
                if known is None:
                    self._say(17, f"node {me} does not know of {_spell(record)}, put at node {holder}")
                elif known.version != record.version:
                    self._say(
                        16, f"node {me} knows version {known.version[0]} of {_spell(record)}, put at node {holder}"
                    )
            elif len(self._homes.get(nid, ())) == 1 and not self._above(me, holder):
                left = [*stores.live(REPLICA, nid, self._t), *stores.live(POINTER, nid, self._t)]
                if left:
                    seq = left[0].record.version[0]
                    self._say(
                        20, f"node {me} still holds version {seq} of {_spell(record)}, which is get-broadcast now"
                    )

    def _entry(self, nid: bytes, copy: Copy) -> None:
        """An entry of a set, or an immutable value, is readable or known everywhere."""
        record = copy.record
        if copy.until <= self._t + FRESH or record.regime is Regime.GET_BROADCAST:
            return
        if any(provider.stores.buried(nid, record.entry, self._t) for provider in self._providers):
            return  # somebody took it back where it was known, and does not pass it on
        for provider in self._providers:
            here = {held.record.entry for _, held in provider.stores.readable(nid, self._t)}
            if record.regime is Regime.KEY:
                here |= {held.record.entry for held in provider.stores.live(POINTER, nid, self._t)}
            if record.entry not in here:
                self._say(17, f"node {provider.me} does not have {_spell(record)} ({record.regime.value})")

    def _sound(self, provider: Provider) -> None:
        stores = provider.stores
        for table in (stores.own, stores.subtree, stores.replicas, stores.pointers, stores.cache):
            for nid, copies in table.items():
                for copy in copies:
                    code = fault(copy.record, nid, self._signer)
                    if code is not None:
                        self._say(1, f"node {provider.me} stores a record that fails its checks ({code})")

    def _above(self, node: int, holder: int) -> bool:
        """Whether `node` is the holder or one of its ancestors."""
        at: int | None = holder
        while at is not None and at != node:
            at = self._parents.get(at)
        return at == node

    def _say(self, invariant: int, says: str) -> None:
        self.found.append(Violation(invariant, self._t, says))


def _newest(held: tuple[int, Copy]) -> tuple[int, bytes]:
    return held[1].record.version


def _spell(record: Record) -> str:
    key = record.key.decode(errors="replace") if record.kind is not Kind.IMMUTABLE else record.key[:4].hex()
    version = (
        f" version {record.version[0]}" if record.kind is Kind.AUTHENTICATED else f" entry {record.entry[:4].hex()}"
    )
    return f"{key[:16]}{version}"
