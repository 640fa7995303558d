"""Records kept small: the older Events of a stream as compressed blocks of msgpack, the latest as they came.

Rules: a list that grows at its end and is read by place. What is read is equal to what was appended, but in time no
longer the same object: an Event that is kept is never changed, nor known by identity. How they are kept shows nowhere.
"""

import zlib
from collections.abc import Iterable, Iterator
from typing import cast

import msgspec

from p4lab.core.events import AnyEvent, Event

BLOCK = 256  # Events: one alone is read in a quarter of a millisecond, and in four times as many it is 10 % smaller
FRESH = 65_536  # kept as they came: sixteen seconds of a busy live run, 28 MB, and all of most runs
READ = 64  # blocks that are kept when they were read: what a panel shows comes from a few
LEVEL = 1  # zlib's quickest: 37 bytes an Event, of which its best saves 4 in four times the time
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[AnyEvent]).decode


class Packed:
    """Events in their order. Not thread-safe: one thread writes and reads."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self._fresh: list[Event] = []  # those behind the blocks
        self._read: dict[int, list[Event]] = {}  # by block, what was read last behind

    def __len__(self) -> int:
        return len(self._blocks) * BLOCK + len(self._fresh)

    def __getitem__(self, place: int) -> Event:
        block, within = divmod(place, BLOCK)
        if block < len(self._blocks):
            return self._block(block)[within]
        return self._fresh[place - len(self._blocks) * BLOCK]

    def __iter__(self) -> Iterator[Event]:
        for block in range(len(self._blocks)):
            yield from self._unpacked(block)
        yield from self._fresh

    @property
    def nbytes(self) -> int:
        """Memory of what is packed."""
        return sum(map(len, self._blocks))

    def append(self, event: Event) -> None:
        """One more."""
        fresh = self._fresh
        fresh.append(event)
        if len(fresh) >= FRESH + BLOCK:
            self._pack()

    def extend(self, events: Iterable[Event]) -> None:
        """Some more."""
        self._fresh += events
        if len(self._fresh) >= FRESH + BLOCK:
            self._pack()

    def slice(self, start: int, stop: int) -> list[Event]:
        """Those from `start` up to, not with, `stop`."""
        packed = len(self._blocks) * BLOCK
        if start >= stop:
            return []
        if start >= packed:
            return self._fresh[start - packed : stop - packed]
        found: list[Event] = []
        first, last = start // BLOCK, -(-min(stop, packed) // BLOCK)
        for block in range(first, last):
            found += self._block(block)
        if stop > packed:
            found += self._fresh[: stop - packed]
        return found[start - first * BLOCK : stop - first * BLOCK]

    def _pack(self) -> None:
        """All but the latest, in whole blocks."""
        fresh = self._fresh
        stop = (len(fresh) - FRESH) // BLOCK * BLOCK
        for start in range(0, stop, BLOCK):
            self._blocks.append(zlib.compress(_encode(fresh[start : start + BLOCK]), LEVEL))
        del fresh[:stop]

    def _unpacked(self, block: int) -> list[Event]:
        return cast(list[Event], _decode(zlib.decompress(self._blocks[block])))

    def _block(self, block: int) -> list[Event]:
        read = self._read
        found = read.pop(block, None)
        if found is None:
            if len(read) >= READ:
                del read[next(iter(read))]
            found = self._unpacked(block)
        read[block] = found
        return found
