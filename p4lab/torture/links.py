"""What links carry: every message that was sent arrived, was lost, or is under way (invariant 15).

Rules: sent and lost are read from the trace, arrivals are counted at the nodes; messages between providers alone.
"""

from collections import Counter
from collections.abc import Collection

import numpy as np

from p4lab.core.events import Event, Lost
from p4lab.core.messages import ACCESS
from p4lab.torture.violation import Violation
from p4lab.trace import LOST, Trace

Link = tuple[int, int]


class Links:
    """Count arrivals with `arrived` and losses with `step`, compare with the trace in `check`."""

    def __init__(self, trace: Trace) -> None:
        self.found: list[Violation] = []
        self._trace = trace
        self._arrived: Counter[Link] = Counter()
        self._lost: Counter[Link] = Counter()

    def arrived(self, src: int, dst: int) -> None:
        """A provider was given a message from another one."""
        self._arrived[src, dst] += 1

    def step(self, event: Event) -> None:
        """A message under way was lost."""
        if isinstance(event, Lost):
            row = self._trace[event.message - 1]
            self._lost[row.src, row.dst] += 1  # type: ignore[attr-defined]  # `message` is the id of a Sent

    def check(self, t: float, liars: Collection[int]) -> None:
        """Compare, at a moment at which everything due has happened; what liars pass over nobody can count."""
        rows = self._trace.rows()
        rows = rows[rows["code"] < ACCESS]
        sent = _count(rows)
        lost = _count(rows[rows["fate"] & LOST > 0])
        under_way = _count(rows[(rows["due"] > t) & (rows["fate"] & LOST == 0)])
        for link, number in sent.items():
            other = lost[link] + self._lost[link] + self._arrived[link] + under_way[link]
            if number != other and link[1] not in liars:
                said = f"from node {link[0]} to node {link[1]} {number} messages were sent: {self._arrived[link]} came,"
                said += f" {lost[link] + self._lost[link]} were lost, {under_way[link]} are under way"
                self.found.append(Violation(15, t, said))


def _count(rows: np.ndarray) -> Counter[Link]:
    pairs, counts = np.unique(np.stack([rows["src"], rows["dst"]]), axis=1, return_counts=True)
    return Counter({(int(a), int(b)): int(n) for (a, b), n in zip(pairs.T, counts, strict=True)})
