"""Propagation: who is told of a put, and what a provider does with an UPDATE that it is told (protocol 5.5, 5.6).

Rules: peers never relay (P10); an UPDATE that does not raise what is known changes nothing, so any order of delivery
converges. Forwarding to children and to a parent joins when providers have them.
"""

from p4lab.core.contract import Effect, Emit, SendAll
from p4lab.core.events import Rejected, Stored
from p4lab.core.messages import Update, update_size
from p4lab.core.names import Kind, Regime
from p4lab.core.records import UNVERSIONED, Record, announcement, fault
from p4lab.core.signing import Signer
from p4lab.core.stores import CACHED, OWN, POINTER, REPLICA, Stores, lease_end


def spread(
    record: Record, previous: Record | None, renewed: bool, peers: tuple[int, ...], op: int, stored: Stored
) -> list[Effect]:
    """What peers are told of an accepted put. renewed: the same bytes again, so at most a lease is refreshed.

    put-broadcast-value sends the record, put-broadcast-key an announcement, get-broadcast nothing unless the name was
    put-broadcast before: then the announcement is a withdraw (form W, protocol section 5.10).
    """
    if not peers or (renewed and record.lease_ms == 0 and (previous is None or previous.lease_ms == 0)):
        return []
    if record.regime is Regime.GET_BROADCAST and (previous is None or previous.regime is Regime.GET_BROADCAST):
        return []
    sent = record if record.regime is Regime.VALUE and not renewed else announcement(record)
    return [SendAll(peers, Update(op, record.nid, update_size(sent), sent, stored))]


def receive(update: Update, src: int, me: int, stores: Stores, signer: Signer, now: float) -> list[Effect]:
    """Merge an UPDATE from peer `src`: V becomes a replica, A a pointer, W removes both (protocol section 5.6)."""
    record, nid, op = update.record, update.nid, update.op
    origin = 0 if update.stored is None else update.stored.id
    code = fault(record, nid, signer) or _no_update(record)
    if code is not None:
        return [Emit(Rejected(me, op, nid, src, code))]
    if record.version < stores.withdrawn.get(nid, UNVERSIONED):
        return []
    told = [c for s in (REPLICA, POINTER) for c in stores.live(s, nid, now) if c.record.entry == record.entry]
    newer = [c for c in [*told, *stores.live(OWN, nid, now)] if c.record.version > record.version]
    if newer:
        two = any(c.record.version[0] == record.version[0] for c in newer)  # two providers had both said OK
        return [Emit(Rejected(me, op, nid, src, "E_SEQ_CONFLICT"))] if two else []
    if record.regime is Regime.GET_BROADCAST:
        return _withdraw(record, op, stores)
    if any(c.record.version == record.version and not _rises(c.record, record) for c in told):
        return _renew(update, src, stores, now)
    effects: list[Effect] = []
    below = record.version if record.kind is Kind.AUTHENTICATED else None  # a newer cached copy stays
    if record.value is not None:
        effects += stores.drop(CACHED, nid, record.entry, below, op, "replaced by a replica")
        effects += stores.drop(POINTER, nid, record.entry, None, op, "replaced by a replica")
        ends = [copy.until for copy in told if copy.record.version == record.version]  # announced before it came
        effects.append(Emit(stores.keep(REPLICA, record, max([lease_end(record, now), *ends]), op, src, origin)))
    else:
        effects += stores.drop(CACHED + REPLICA, nid, record.entry, below, op, "a newer version was announced")
        effects.append(Emit(stores.keep(POINTER, record, lease_end(record, now), op, src, origin)))
    return effects


def _no_update(record: Record) -> str | None:
    """Only a put-broadcast name is told of; get-broadcast only as the withdraw of a signed one (section 5.10).

    A replica of a get-broadcast record would never be renewed: a peer must not make one (section 5.1).
    """
    withdraws = record.value is None and record.kind is Kind.AUTHENTICATED
    return "E_REGIME" if record.regime is Regime.GET_BROADCAST and not withdraws else None


def _rises(held: Record, told: Record) -> bool:
    """Whether `told`, of the same version, brings more: a value where there is only a pointer."""
    return held.value is None and told.value is not None


def _withdraw(record: Record, op: int, stores: Stores) -> list[Effect]:
    stores.withdrawn[record.nid] = record.version
    why = "withdrawn: the name is get-broadcast now"
    return stores.drop(REPLICA + POINTER + CACHED, record.nid, record.entry, record.version, op, why)


def _renew(update: Update, src: int, stores: Stores, now: float) -> list[Effect]:
    """The same bytes again: what is held lives on until the later end; an unsigned put may come with two leases."""
    record, until = update.record, lease_end(update.record, now)
    origin = 0 if update.stored is None else update.stored.id
    return [
        Emit(stores.keep(store, copy.record, until, update.op, src, origin))
        for store in (REPLICA, POINTER)
        for copy in stores.live(store, record.nid, now)
        if copy.record.entry == record.entry and copy.until < until
    ]
