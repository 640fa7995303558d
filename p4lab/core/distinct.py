"""The words behind the numbers in columns: each thing is kept once, and known by its place from then on.

Rules: numbers are never given up; what is numbered can be a key of a dict.
"""

from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Words(Generic[T]):
    """Things numbered 0, 1, 2, ... in the order of first use."""

    def __init__(self, *first: T) -> None:
        self._items = list(first)
        self._numbers = {item: number for number, item in enumerate(first)}

    def number(self, item: T) -> int:
        """The number of a thing; a new one gets the next."""
        found = self._numbers.get(item)
        if found is None:
            found = self._numbers[item] = len(self._items)
            self._items.append(item)
        return found

    def __getitem__(self, number: int) -> T:
        return self._items[number]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)
