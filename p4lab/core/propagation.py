"""Propagation: who is told of a put, and what a provider does with an UPDATE that it is told (protocol 5.5, 5.6).

Rules: valley-free. What comes from an own customer or a child goes everywhere by its regime; what comes from a peer or
the parent goes to children alone; in relay mode peers pass on what peers told. It is forwarded only if it changed
something here, never to anyone in its path.
"""

from p4lab.core.contract import NOTHING, Effect, Emit, SendAll
from p4lab.core.events import Noticed, Rejected, Stored
from p4lab.core.merging import merge, remember_fall
from p4lab.core.messages import Update, update_size
from p4lab.core.names import Kind, Regime
from p4lab.core.neighbours import Neighbours, Role
from p4lab.core.options import ChildUp, Mesh, Options
from p4lab.core.records import UNVERSIONED, Record, announcement, fault
from p4lab.core.signing import Signer
from p4lab.core.stores import Stores


def spread(
    record: Record, previous: Record | None, renewed: bool, near: Neighbours, child_up: ChildUp, op: int,
    stored: Stored | None, learned: Role | None = None, path: tuple[int, ...] = (), relay: bool = False,
) -> list[Effect]:  # fmt: skip
    """What neighbours are told of a record that is new here.

    learned: what the neighbour is that told of it, None: it is an own customer's. renewed: the same bytes again, so at
    most a lease is prolonged. put-broadcast-value sends the record, put-broadcast-key an announcement, get-broadcast
    nothing unless the name was put-broadcast before: then the announcement is a withdraw (form W, section 5.10).
    Neighbours without a session are told too: what they are told is `outbox.py`'s to keep.
    """
    if renewed and record.lease_ms == 0 and (previous is None or previous.lease_ms == 0):
        return []
    down_only = learned is Role.PARENT or (learned is Role.PEER and not relay)
    told = near.below if down_only else near.around
    effects: list[Effect] = []
    passed = (*path, near.me)
    fell = previous is not None and previous.regime is not Regime.GET_BROADCAST
    if told and (record.regime is not Regime.GET_BROADCAST or fell):
        sent = announcement(record) if renewed and not record.deleted else broadcast_form(record)
        dsts = tuple([node for node in told if node not in path]) if path else told
        if dsts:
            effects.append(SendAll(dsts, Update(op, record.nid, update_size(sent), sent, stored, passed, down_only)))
    if near.parent is not None and not down_only:
        up = upwards(record, fell, renewed, child_up)
        if up is not None:
            effects.append(SendAll((near.parent,), Update(op, record.nid, update_size(up), up, stored, passed)))
    return effects


def broadcast_form(record: Record) -> Record:
    """V, A or W, as peers and children are told of a record. A tombstone goes whole: there is no value to fetch."""
    if record.regime is Regime.VALUE or (record.deleted and record.regime is Regime.KEY):
        return record
    return announcement(record)


def upwards(record: Record, fell: bool, renewed: bool, child_up: ChildUp) -> Record | None:
    """The form for the parent, which answers for this subtree: by `child_up`, but for what all are sent anyway."""
    if renewed and not record.deleted:
        silent = record.regime is Regime.GET_BROADCAST and child_up is ChildUp.NONE
        return None if silent else announcement(record)
    if record.regime is Regime.VALUE or child_up is ChildUp.VALUE:
        return record
    if record.regime is Regime.GET_BROADCAST and child_up is ChildUp.NONE and not fell:
        return None
    return record if record.deleted else announcement(record)


def receive(
    update: Update, src: int, near: Neighbours, stores: Stores, options: Options, signer: Signer, now: float
) -> list[Effect]:
    """Check an UPDATE from neighbour `src`, merge it, and pass on what it changed (protocol section 5.6)."""
    record = update.record
    if near.me in update.path:
        return NOTHING
    role = near.roles[src]
    code = _leak(update, role) or fault(record, update.nid, signer) or _no_update(record, role)
    if code is not None:
        return [Emit(Rejected(near.me, update.op, update.nid, src, code))]
    met: list[Effect] = []
    if record.kind is Kind.AUTHENTICATED and (rivals := stores.rivals(record)):
        met = stores.conflicts.meet(record, rivals, update.op, src)
    merged = merge(update, src, near, stores, options, now)
    if merged is None:
        return met + _no_news(update, src, near, stores, now)
    if met:
        merged.effects = met + merged.effects
    if role is Role.CHILD:
        remember_fall(record, merged.previous, src, merged.stored, stores, options, now)
    relay = options.mesh is Mesh.RELAY
    if not relay and not near.below and role is not Role.CHILD:
        return merged.effects  # the road ends here, as it does at every top of a flat market
    path = update.path if src in update.path else (*update.path, src)
    return merged.effects + spread(
        record, merged.previous, merged.renewed, near, options.child_up, update.op, merged.stored, role, path,
        relay,
    )  # fmt: skip


def _no_news(update: Update, src: int, near: Neighbours, stores: Stores, now: float) -> list[Effect]:
    """Nothing changes. That is worth a word where the sender should have known better, or was overtaken."""
    record, nid = update.record, update.nid
    if record.kind is not Kind.AUTHENTICATED:
        return NOTHING
    known = stores.newest_known(nid, now)
    newest = UNVERSIONED if known is None else known.version
    if record.version >= max(newest, stores.withdrawn.get(nid, UNVERSIONED)):
        return NOTHING
    return [Emit(Noticed(near.me, update.op, nid, src, "E_OLD"))]


def _leak(update: Update, role: Role) -> str | None:
    """A child may not pass up what came down to it: that would give its peers' and parent's data free transit."""
    return "E_LEAK" if update.down_only and role is Role.CHILD else None


def _no_update(record: Record, role: Role) -> str | None:
    """Peers and parents tell of put-broadcast names alone; of get-broadcast only the withdraw of a signed one (5.10).

    A replica of a get-broadcast record would never be renewed: a peer must not make one (section 5.1).
    """
    if role is Role.CHILD or record.regime is not Regime.GET_BROADCAST:
        return None
    return None if record.value is None and record.kind is Kind.AUTHENTICATED else "E_REGIME"
