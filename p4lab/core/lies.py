"""How a liar bends the messages that leave it: old versions, other values, longer lifetimes, or no word at all.

Rules: sizes are those of what is sent, and each question still gets its one answer. A lie is as good as the liar can
make it: what is unsigned is made to fit (the hash of a changed value), what is signed it cannot.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from p4lab.core import messages
from p4lab.core.messages import Answer, FetchReply, GetReply, RelayedAnswer, SyncItems, Update
from p4lab.core.names import Kind, digest
from p4lab.core.records import MAX_LIFETIME, UNVERSIONED, Record, announcement
from p4lab.core.stores import CACHED, OWN, POINTER, REPLICA, SUBTREE, Stores

_STORES = (OWN, SUBTREE, REPLICA, POINTER, CACHED)


class Lies:
    """me: the liar. `turn` says which lies, `see` lets it remember, `bend` makes of a message what leaves instead."""

    def __init__(self, me: int) -> None:
        self._me = me
        self._silent = self._corrupts = self._replays = False
        self._factor: float | None = None
        self._oldest: dict[tuple[bytes, bool], Record] = {}  # by nid and whether with its value

    def turn(self, on: Mapping[str, float]) -> None:
        """These switches are on now. What is remembered is what was seen while `replay_old` was on."""
        self._silent, self._corrupts, self._replays = (
            name in on for name in ("no_forward", "corrupt_value", "replay_old")
        )
        self._factor = on.get("stretch_ttl")

    def see(self, nid: bytes, stores: Stores, now: float) -> None:
        """Remember what is held under a name before anything is done about it."""
        if self._replays:
            for store in _STORES:
                for copy in stores.live(store, nid, now):
                    self._oldest_of(copy.record)

    def bend(self, message: Any) -> Any:
        """What is sent instead; None: nothing is."""
        if isinstance(message, Update):
            return self._told(message)
        if isinstance(message, SyncItems):
            return self._items(message)
        if isinstance(message, GetReply | FetchReply):
            return self._reply(message) if message.records else message
        if isinstance(message, Answer):
            return self._answer(message, self._replayed)
        if isinstance(message, RelayedAnswer):
            answer = self._answer(message.answer, self._record)
            return message if answer is message.answer else msgspec.structs.replace(
                message, answer=answer, size=answer.size
            )  # fmt: skip
        return message

    # Messages

    def _told(self, update: Update) -> Update | None:
        if self._silent and update.path[:1] != (self._me,):
            return None  # learned from somebody else
        record = self._record(update.record)
        if record is update.record:
            return update
        return msgspec.structs.replace(update, record=record, size=messages.update_size(record))

    def _items(self, message: SyncItems) -> SyncItems:
        told = [self._told(item) for item in message.items]
        bent = with_items(message, tuple([item for item in told if item is not None]))
        # Some are held back, which is not to say that they are gone.
        return bent if len(bent.items) == len(told) else without_buckets(bent)

    def _reply(self, reply: GetReply | FetchReply) -> GetReply | FetchReply:
        records = tuple([self._record(record) for record in reply.records])
        remaining = tuple([self._left(left, record) for left, record in zip(reply.remaining, records, strict=True)])
        size = messages.reply_size(records)
        return msgspec.structs.replace(reply, records=records, remaining=remaining, size=size)

    def _answer(self, answer: Answer, bent: Any) -> Answer:
        told = [(record, bent(record)) for record in answer.records]
        records = tuple([record if new.deleted else new for record, new in told])  # no customer sees a tombstone
        if records == answer.records:
            return answer
        version = max((record.version for record in records), default=UNVERSIONED)
        return msgspec.structs.replace(answer, records=records, version=version, size=messages.reply_size(records))

    # Records

    def _left(self, left: float, record: Record) -> float:
        """How long it may still be cached; a TTL that the liar can set itself, it does not exceed."""
        if self._factor is not None:
            left *= self._factor
            if record.kind is Kind.AUTHENTICATED:
                return left
        return min(left, record.ttl_ms / 1000)

    def _record(self, record: Record) -> Record:
        """What neighbours are told instead of a record."""
        record = self._replayed(record)
        if self._corrupts and record.value:
            record = _corrupted(record)
        if self._factor is not None and record.kind is not Kind.AUTHENTICATED:
            longer = min(round(record.ttl_ms * self._factor), MAX_LIFETIME * 1000)
            record = msgspec.structs.replace(record, ttl_ms=longer)
        return record

    def _replayed(self, record: Record) -> Record:
        """The oldest version of it that was seen, as its owner signed it."""
        return self._oldest_of(record) if self._replays else record

    def _oldest_of(self, record: Record) -> Record:
        """The oldest one seen under this name, this one counted; with its value if this one has it."""
        if record.kind is not Kind.AUTHENTICATED:
            return record
        for form in (record, announcement(record)):
            place = record.nid, form.value is not None
            known = self._oldest.get(place)
            if known is None or form.version < known.version:
                self._oldest[place] = form
        return self._oldest[record.nid, record.value is not None]


def with_items(message: SyncItems, items: tuple[Update, ...]) -> SyncItems:
    """The same with other items, and its size."""
    more = sum(item.size - messages.HEADER for item in items)
    less = sum(item.size - messages.HEADER for item in message.items)
    return msgspec.structs.replace(message, items=items, size=message.size + more - less)


def without_buckets(message: SyncItems) -> SyncItems:
    """The same without a word on what is whole, so that nothing is dropped for being missing; its size is kept."""
    return msgspec.structs.replace(message, whole=())


def _corrupted(record: Record) -> Record:
    """Another value of the same size, with a hash that fits: whether that helps is for the kind of name to say."""
    assert record.value, "an empty value has no other of its size"
    value = bytes([record.value[0] ^ 1]) + record.value[1:]
    value_hash = digest(value)
    entry = value_hash + record.secret_hash if record.kind is Kind.UNAUTHENTICATED else record.entry
    return msgspec.structs.replace(record, value=value, value_hash=value_hash, entry=entry)
