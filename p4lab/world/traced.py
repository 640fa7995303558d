"""What the folds read of a trace, however it is kept.

Rules: Protocols and nothing else: this ring knows no trace.
"""

from typing import Protocol

import numpy as np

from p4lab.core.events import Event


class Slice(Protocol):
    """Some events of a trace: the message rows among them, and all others."""

    rows: np.ndarray
    records: list[Event]


class Rows(Protocol):
    """The message rows of a trace, in order of time."""

    def rows_at(self, t: float) -> int:
        """How many rows were written at or before t."""

    def rows(self, start: int = 0, stop: int | None = None) -> np.ndarray:
        """Rows start..stop."""


class Trace(Rows, Protocol):
    """All of it."""

    def __len__(self) -> int:
        """How many Events."""

    def __getitem__(self, key: int) -> Event:
        """Event number key + 1."""

    def slice(self, start: int, stop: int) -> Slice:
        """Events start..stop."""

    def caused(self, number: int) -> list[int]:
        """The ids of all but the messages whose cause is Event `number`."""

    def time_of(self, index: int) -> float:
        """When Event number `index` (from 0) happened."""
