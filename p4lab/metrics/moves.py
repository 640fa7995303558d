"""Owners who moved, and ghost reads: gets answered with what a former provider still had (protocol section 5.13).

Rules: a ghost read returns a version that is not the newest, by a copy that was made, directly or over others, of own
data of a provider that the name's owner has left. Where every copy stems from is kept in 12 bytes.
"""

from array import array
from bisect import bisect_left, bisect_right

from p4lab.core.events import Event, GetFinished, Moved, PutStarted, Stored


class Moves:
    """Fold the events that it `wants` with `step`, and each get that is answered with `finished`."""

    wants = frozenset((Stored, PutStarted, Moved))

    def __init__(self) -> None:
        self._times: list[float] = []  # of moves
        self._ghosts: list[float] = []  # of ghost reads
        self._left: dict[str, set[int]] = {}  # identity -> the providers that it has left; never iterated
        self._owners: dict[bytes, str] = {}  # of signed names
        self._copies = array("q")  # the ids of Stored events, rising
        self._roots = array("i")  # aligned: the node whose own data each was made of

    def step(self, event: Event) -> None:
        """Take the next event."""
        match event:
            case Stored():
                self._copies.append(event.id)
                self._roots.append(event.node if event.store == "L" else self._root(event.origin, event.node))
            case PutStarted(owner=owner) if owner:
                self._owners.setdefault(event.nid, owner)
            case Moved():
                self._times.append(event.t)
                left = self._left.setdefault(event.identity, set())
                left.add(event.src)
                left.discard(event.dst)

    def finished(self, event: GetFinished, lag: int) -> None:
        """A get was answered, with a version so far behind the newest."""
        left = self._left.get(self._owners.get(event.nid, ""))
        if left and lag > 0 and self._root(event.copy, -1) in left:
            self._ghosts.append(event.t)

    def report(self, t: float) -> dict[str, int]:
        """How many there were up to t."""
        return {"moves": bisect_right(self._times, t), "ghost_reads": bisect_right(self._ghosts, t)}

    def _root(self, copy: int, otherwise: int) -> int:
        place = bisect_left(self._copies, copy)
        return self._roots[place] if place < len(self._copies) and self._copies[place] == copy else otherwise
