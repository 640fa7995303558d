"""Merging: what a provider keeps of an UPDATE that it believes (protocol sections 5.6 and 5.8).

Rules: an UPDATE that does not raise what is known changes nothing, so any order of delivery converges. A child is the
authority for its subtree: what it tells becomes local data (S, or a pointer that peers' questions follow).
"""

from math import inf

import msgspec

from p4lab.core.contract import Effect, Emit
from p4lab.core.events import Stored
from p4lab.core.messages import Update
from p4lab.core.names import Kind, Regime
from p4lab.core.neighbours import Neighbours, Role
from p4lab.core.options import Mesh, Options
from p4lab.core.records import UNVERSIONED, Record, Version, announcement
from p4lab.core.stores import CACHED, OWN, POINTER, REPLICA, SUBTREE, Copy, Stores, lease_end, mark_end

Held = list[tuple[str, Copy]]


class Merged(msgspec.Struct):
    """What changed. stored: the own copy now; previous: what was known before; renewed: nothing but a lease is new."""

    effects: list[Effect]
    stored: Stored | None
    previous: Record | None = None
    renewed: bool = False


def merge(
    update: Update, src: int, near: Neighbours, stores: Stores, options: Options, now: float
) -> Merged | None:  # fmt: skip
    """Keep what is new of an UPDATE from `src`; None where nothing is.

    From a peer or the parent V becomes a replica, A a pointer, W removes both; from a child V becomes subtree data and
    A, whatever its regime, a pointer into the subtree.
    """
    record, nid = update.record, update.nid
    child = near.roles.get(src) is Role.CHILD
    if record.version < stores.withdrawn.get(nid, UNVERSIONED) or (
        stores.removed and stores.buried(nid, record.entry, now)
    ):
        return None
    if record.flags and record.kind is Kind.UNAUTHENTICATED and record.deleted:
        return Merged(bury(record, src, update.op, stores, options, now), None)
    held = stores.held(nid, record.entry, now)
    if any(copy.record.version > record.version for _, copy in held):
        return None
    if record.regime is Regime.GET_BROADCAST and not child:
        return _withdraw(update, src, stores, options, now)
    told = [(store, copy) for store, copy in held if _of_its_kind(store, copy, record, child, near)]
    if any(copy.record.version == record.version and not _rises(copy.record, record) for _, copy in told):
        return _renew(update, src, told, near, stores, options, now)
    # What was announced or leased before the value came counts on: the later end holds.
    ends = [copy.until for _, copy in told if copy.record.version == record.version]
    if record.flags and record.deleted:  # what it hides may live on elsewhere for as long as it did here
        ends += [copy.until for _, copy in held if copy.until < inf]
    until = max([_lease_end(update, options, now), *ends])
    store = (SUBTREE if child else REPLICA) if record.value is not None else POINTER
    if child and store == POINTER and _wider_elsewhere(record, held, near):
        return None
    effects = _make_room(record, store, child, held, near, update.op, stores)
    if record.flags and record.deleted:  # or it would be back when the tombstone is forgotten
        effects += stores.drop(OWN + SUBTREE, nid, record.entry, record.version, update.op, "removed")
    origin = 0 if update.stored is None else update.stored.id
    path = update.path if options.mesh is Mesh.RELAY else ()
    kept = stores.keep(store, record, until, update.op, src, origin, path)
    return Merged([*effects, Emit(kept)], kept, _previous(record, held, stores.withdrawn.get(nid, UNVERSIONED)))


def _wider_elsewhere(record: Record, held: Held, near: Neighbours) -> bool:
    """Whether an entry, or an immutable value, that a child tells of was announced by others in a wider regime.

    Their pointer stays then, since it is what others are told; the highest regime wins (protocol section 5.8).
    """
    return record.kind is not Kind.AUTHENTICATED and any(
        store == POINTER and not _below(copy, near) and copy.record.regime.code > record.regime.code
        for store, copy in held
    )


def _of_its_kind(store: str, copy: Copy, record: Record, child: bool, near: Neighbours) -> bool:
    """Whether a copy came by the same road as what is told now, so that an equal one has nothing to add."""
    if not child:
        return store in (REPLICA, POINTER)
    return store == SUBTREE or (store == POINTER and record.value is None and _below(copy, near))


def _below(copy: Copy, near: Neighbours) -> bool:
    return near.roles.get(copy.via) is Role.CHILD


def _rises(held: Record, told: Record) -> bool:
    """Whether `told`, of the same version, brings more: a value where there is only a pointer, or a wider regime."""
    if held.value is not None and told.value is None:
        return False
    return (held.value is None and told.value is not None) or told.regime.code > held.regime.code


def _make_room(
    record: Record, store: str, child: bool, held: Held, near: Neighbours, op: int, stores: Stores
) -> list[Effect]:
    """Drop what the new copy stands for. An equal replica beside subtree data stays: its lease may last longer."""
    nid, entry = record.nid, record.entry
    below = record.version if record.kind is Kind.AUTHENTICATED else None  # a newer cached copy stays
    if store == POINTER:
        why = "a newer version was announced"
        if child:
            lower = stores.drop(CACHED, nid, entry, below, op, why)
            return lower + stores.drop(SUBTREE + REPLICA, nid, entry, record.version, op, why)
        return stores.drop(CACHED + REPLICA, nid, entry, below, op, why)
    why = "its value came from below" if child else "replaced by a replica"
    effects = stores.drop(CACHED, nid, entry, below, op, why)
    if child:
        effects += stores.drop(REPLICA, nid, entry, record.version, op, why)
    if child and _wider_elsewhere(record, held, near):
        return effects
    inside = not child and any(kind == POINTER and _below(copy, near) for kind, copy in held)
    return effects + stores.drop(POINTER, nid, entry, record.version if inside else None, op, why)


def _previous(record: Record, held: Held, withdrawn: Version) -> Record | None:
    """What neighbours may know of the name until now; entries and immutable values are never withdrawn from them."""
    if record.kind is not Kind.AUTHENTICATED:
        return next((copy.record for store, copy in held if store == SUBTREE), None)
    known = [copy.record for _, copy in held if copy.record.version >= withdrawn]
    return max(known, key=lambda each: each.version, default=None)


def remember_fall(
    record: Record, previous: Record | None, via: int, stored: Stored | None, stores: Stores, options: Options,
    now: float,
) -> None:  # fmt: skip
    """Keep a mark where a put-broadcast name has become get-broadcast, to tell neighbours that missed the withdraw."""
    fell = previous is not None and previous.regime is not Regime.GET_BROADCAST
    if fell and record.regime is Regime.GET_BROADCAST and record.kind is Kind.AUTHENTICATED:
        stores.mark(announcement(record), mark_end(record, options.w_sync, now), now, via, stored)


def bury(record: Record, via: int, op: int, stores: Stores, options: Options, now: float) -> list[Effect]:
    """Take back an entry of a set, wherever it lies here; whoever holds the secret is the one who put it."""
    stores.bury(record, mark_end(record, options.w_sync, now), now, via)
    return stores.drop(OWN + SUBTREE + REPLICA + POINTER + CACHED, record.nid, record.entry, None, op, "removed")


def _lease_end(update: Update, options: Options, now: float) -> float:
    return now + update.left if update.left else lease_end(update.record, options.w_sync, now)


def _withdraw(update: Update, src: int, stores: Stores, options: Options, now: float) -> Merged | None:
    record = update.record
    news = stores.withdrawn.get(record.nid, UNVERSIONED) < record.version
    if news:
        stores.mark(record, mark_end(record, options.w_sync, now), now, src, update.stored)
    why = "withdrawn: the name is get-broadcast now"
    effects = stores.drop(REPLICA + POINTER + CACHED, record.nid, record.entry, record.version, update.op, why)
    if record.deleted:
        effects += stores.drop(OWN + SUBTREE, record.nid, record.entry, record.version, update.op, "removed")
    # Whoever learns of the fall passes it on; the regime before is what makes it a withdraw.
    before = msgspec.structs.replace(record, regime=Regime.VALUE)
    return Merged(effects, update.stored, before) if news or effects else None


def _renew(
    update: Update, src: int, told: Held, near: Neighbours, stores: Stores, options: Options, now: float
) -> Merged | None:  # fmt: skip
    """The same bytes again: what is held lives on until the later end; an unsigned put may come with two leases.

    An owner who moved is told of by two providers: whoever said it last counts as its home, since the first one will
    give it up. Not so in relay mode, where one update comes by several ways and two pointers could end in each other.
    """
    record, until = update.record, _lease_end(update, options, now)
    if options.mesh is not Mesh.RELAY and near.roles.get(src) is not Role.CHILD:
        for store, copy in told:
            said = copy.record.regime is record.regime  # of an entry it may be less
            if copy.via != src and said and store in (REPLICA, POINTER) and not _below(copy, near):
                copy.via = src
                stores.journal.append((store, record.nid, record.entry, copy))
    origin = 0 if update.stored is None else update.stored.id
    kept = [
        stores.keep(store, copy.record, until, update.op, copy.via if _below(copy, near) else src, origin)
        for store, copy in told
        if copy.until < until
    ]
    return Merged([Emit(each) for each in kept], kept[0], record, True) if kept else None
