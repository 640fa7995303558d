"""Catching up: what a neighbour would have been told by now, against what it has (protocol section 5.12).

Rules: both sides can work out the same set of items from their stores, so a digest of it by bucket finds what differs
in one exchange. The answer is whole for each bucket that differs: what the teller no longer has is dropped there. A
lease runs on while a session is down, and a renewal changes no version: items with a lease are always told again.
"""

from collections.abc import Iterable, Iterator
from math import inf

import msgspec

from p4lab.core.messages import Update, update_size
from p4lab.core.names import Kind, Regime, digest
from p4lab.core.neighbours import Neighbours, Role
from p4lab.core.options import ChildUp, Mesh, Options
from p4lab.core.propagation import broadcast_form, upwards
from p4lab.core.records import Record
from p4lab.core.stores import MARK, OWN, POINTER, REPLICA, SUBTREE, Copy, Mark, Stores

PER_BUCKET = 16  # items that one difference may bring along; IBF and Merkle syncs pay about as much
MOST_BUCKETS = 1024  # 8 bytes each: one 16 KiB frame of a live channel


class Item(msgspec.Struct, gc=False):
    """One thing that a neighbour is told: the record in the form in which it is told, and where it is kept here."""

    store: str
    record: Record
    update: Update | None = None

    @property
    def print(self) -> int:
        """64 bits that tell this record in this form from any other.

        Of a hash, since they are summed by XOR: two forms of one entry must not differ as those of another one do.
        """
        record = self.record
        head = record.version[1] if record.kind is Kind.AUTHENTICATED else record.nid + bytes((record.regime.code,))
        form = b"V" if record.value is not None else b"W" if self.store == MARK else b"A"
        return int.from_bytes(digest(form + head + record.entry)[:8])

    @property
    def key(self) -> tuple[bytes, bytes]:
        """The name and the entry: one item each."""
        return self.record.nid, self.record.entry


def told(near: Neighbours, stores: Stores, dst: int, options: Options, now: float) -> Iterator[Item]:
    """All that `dst` is to have from here, by the rules of propagation (protocol sections 5.5, 5.6, 5.10)."""
    to = near.roles[dst]
    for store, copy in stores.all(OWN + SUBTREE + REPLICA + POINTER, now):
        learned = near.roles.get(copy.via) if copy.via >= 0 and store != OWN else None
        if copy.via == dst and store != OWN:
            continue
        above = learned is Role.PARENT or (learned is Role.PEER and options.mesh is not Mesh.RELAY)
        record = copy.record
        if to is not Role.CHILD and (above or (store in (REPLICA, POINTER) and learned is None)):
            continue
        form = _form(record, to, options)
        if form is not None and form.version >= stores.withdrawn.get(form.nid, form.version):
            yield Item(store, form, _update(form, copy, near, above, now))
    for mark in (*stores.marks.values(), *stores.removed.values()):
        learned = near.roles.get(mark.via) if mark.via >= 0 else None
        above = learned is Role.PARENT or (learned is Role.PEER and options.mesh is not Mesh.RELAY)
        if mark.via == dst or mark.until <= now or (above and to is not Role.CHILD):
            continue
        if mark.record.entry:
            if _form(mark.record, to, options) is None:
                continue
        elif to is Role.PARENT and options.child_up is not ChildUp.NONE:
            continue  # it is told the record itself
        if _stands(mark, stores, now):
            path = (near.me,) if mark.via < 0 else (mark.via, near.me)
            update = Update(0, mark.record.nid, update_size(mark.record), mark.record, mark.stored, path, above)
            store = POINTER if to is Role.PARENT and not mark.record.entry else MARK
            yield Item(store, mark.record, update)


def had(near: Neighbours, stores: Stores, src: int, now: float) -> Iterator[Item]:
    """All that is here because `src` told of it."""
    for store, copy in stores.via(src, SUBTREE + REPLICA + POINTER, now):
        yield Item(store, copy.record)
    # Of a child's names marks are made here, of the records that it told.
    marks = () if near.roles[src] is Role.CHILD else stores.marks.values()
    for mark in (*marks, *stores.removed.values()):
        if mark.via == src and mark.until > now and _stands(mark, stores, now):
            yield Item(MARK, mark.record)


def buckets(items: Iterable[Item], count: int) -> tuple[int, ...]:
    """XOR of the fingerprints of each bucket; those with a lease do not count."""
    found = [0] * count
    for item in items:
        if not item.record.lease_ms:
            found[bucket(item.record.nid, count)] ^= item.print
    return tuple(found)


def bucket(nid: bytes, count: int) -> int:
    """Which of `count` (a power of two) buckets a name is in."""
    return int.from_bytes(nid[:4]) & (count - 1)


def bucket_count(items: int) -> int:
    """How many buckets for so many items."""
    count = 1
    while count * PER_BUCKET < items and count < MOST_BUCKETS:
        count *= 2
    return count


def _form(record: Record, to: Role, options: Options) -> Record | None:
    """The record in the form that a neighbour is told, None where it is told nothing."""
    if to is Role.PARENT:
        return upwards(record, False, False, options.child_up)
    if record.regime is Regime.GET_BROADCAST:
        return None
    return broadcast_form(record)


def _update(form: Record, copy: Copy, near: Neighbours, above: bool, now: float) -> Update:
    came_by = copy.path or ((copy.via,) if copy.via >= 0 and copy.event.store != OWN else ())
    left = 0.0 if copy.until == inf else copy.until - now
    return Update(0, form.nid, update_size(form), form, copy.event, (*came_by, near.me), above, left)


def _stands(mark: Mark, stores: Stores, now: float) -> bool:
    """Whether the withdraw still says something: nothing newer was put-broadcast since. A removal always does."""
    if mark.record.entry:
        return True
    known = stores.newest_known(mark.record.nid, now)
    return known is None or known.version <= mark.record.version or known.regime is Regime.GET_BROADCAST
