"""Who peers with whom, as members say, and which of these peerings are not shown because one end has left.

Rules: pure. A peering stands while anybody says so. One that is not shown is shown again when both ends are there.
"""

from collections.abc import Container, Iterable

from p4lab.core.events import Pair, pair_of

FARTHEST = 60.0  # s: no link is said to be slower


class Pairs:
    """By pair: who says so, and how far the two are."""

    def __init__(self) -> None:
        self._said: dict[Pair, set[int]] = {}
        self._far: dict[Pair, float] = {}
        self._apart: set[Pair] = set()  # one end has left

    def said(self, seat: int, told: Iterable[tuple[int, float]], left: Container[int]) -> dict[int, float]:
        """A member says with whom it peers, and how far they are; of whom that is news. left: who is not there."""
        news: dict[int, float] = {}
        for peer, latency in told:
            pair = pair_of(seat, peer)
            self._far[pair] = min(FARTHEST, max(0.0, latency))
            if not self._said.get(pair) and peer in left:
                self._apart.add(pair)
            elif not self._said.get(pair):
                news[peer] = self._far[pair]
            self._said.setdefault(pair, set()).add(seat)
        return news

    def end(self, a: int, b: int) -> bool:
        """These two peer no more. False: that is not news."""
        pair = pair_of(a, b)
        known, shown = self._said.pop(pair, None) is not None, pair not in self._apart
        self._far.pop(pair, None)
        self._apart.discard(pair)
        return known and shown

    def unsaid(self, seat: int, peers: Container[int]) -> list[int]:
        """With whom this member alone says to peer, and does not any more, now that it has said with whom it does."""
        alone = [_other(pair, seat) for pair, who in self._said.items() if who == {seat}]
        return [other for other in alone if other not in peers]

    def leave(self, seat: int) -> list[int]:
        """It has left; with whom it is not shown to peer from now on."""
        parted = [pair for pair in sorted(self._said) if seat in pair and pair not in self._apart]
        self._apart.update(parted)
        return [_other(pair, seat) for pair in parted]

    def back(self, seat: int, left: Container[int]) -> dict[int, float]:
        """It is back; with whom it is shown to peer again, and how far they are."""
        met = [pair for pair in sorted(self._apart) if seat in pair and _other(pair, seat) not in left]
        self._apart.difference_update(met)
        return {_other(pair, seat): self._far[pair] for pair in met}


def _other(pair: Pair, seat: int) -> int:
    return pair[0] + pair[1] - seat
