"""How whole the market is at any time: tops, peerings, and the pairs of tops that lack one (protocol section 5.11).

Rules: a fold over events; who is down or cut off by a partition is a neighbour all the same.
"""

from bisect import bisect_right

from p4lab.core.events import Adopted, Event, Gone, Joined, Pair, Peered, Restarted, Unpeered, pair_of


class Coherence:
    """Give it the Events that it `wants`."""

    wants = frozenset((Joined, Adopted, Gone, Restarted, Peered, Unpeered))

    def __init__(self) -> None:
        self._tops: set[int] = set()
        self._redirect: set[int] = set()
        self._left: set[int] = set()  # tops that may come back
        self._peerings: set[Pair] = set()
        self._times: list[float] = []
        self._counts: list[tuple[int, int]] = []  # (tops, peerings) from each time on

    def step(self, event: Event) -> None:
        """Take the next event."""
        if isinstance(event, Joined) and event.attach == "redirect":
            self._redirect.add(event.node)
        match event:
            case Joined(parent=None):
                self._tops.add(event.node)
            case Adopted(parent=None) if event.node not in self._redirect:  # which has no lookup service to peer with
                self._tops.add(event.node)
            case Gone():
                if event.kept and event.node in self._tops:
                    self._left.add(event.node)
                self._tops.discard(event.node)
            case Restarted() if event.node in self._left:
                self._left.discard(event.node)
                self._tops.add(event.node)
            case Joined() | Adopted():
                self._tops.discard(event.node)
            case Peered():
                self._peerings.update(pair_of(event.node, peer) for peer in event.peers)
            case Unpeered():
                self._peerings.discard(pair_of(event.node, event.peer))
            case _:
                return
        if not self._times or self._times[-1] < event.t:
            self._times.append(event.t)
            self._counts.append((0, 0))
        self._counts[-1] = len(self._tops), len(self._peerings)

    def report(self, t: float) -> dict[str, float | None]:
        """Missing peerings among tops, and the share of ordered pairs that reach each other."""
        at = bisect_right(self._times, t) - 1
        tops, peerings = (0, 0) if at < 0 else self._counts[at]
        share = (2 * peerings + tops) / tops**2 if tops else None
        return {"holes": tops * (tops - 1) // 2 - peerings, "share": share}
