"""Equivocation: two versions of one seq, so two providers have both said OK (protocol section 5.8).

Rules: the larger of the two wins wherever they meet, and nobody can tell the customer who lost: each provider that
meets both says so, once for each pair.
"""

from collections.abc import Iterable

from p4lab.core.contract import Effect, Emit
from p4lab.core.events import Equivocated
from p4lab.core.records import Record


class Conflicts:
    """What one provider has met. me: its node number."""

    def __init__(self, me: int) -> None:
        self._me = me
        self._met: dict[bytes, tuple[int, list[tuple[bytes, bytes]]]] = {}  # nid -> the latest seq, its pairs

    def meet(self, record: Record, others: Iterable[Record], op: int, src: int) -> list[Effect]:
        """A record from `src` meets what is known of its name."""
        effects: list[Effect] = []
        nid, (seq, digest) = record.nid, record.version
        for other in others:
            if other.version[0] == seq and other.version[1] != digest:
                loser, winner = min(digest, other.version[1]), max(digest, other.version[1])
                if self._new(nid, seq, (loser, winner)):
                    told = Equivocated(self._me, op, nid, seq, winner[:8].hex(), loser[:8].hex(), src)
                    effects.append(Emit(told))
        return effects

    def _new(self, nid: bytes, seq: int, pair: tuple[bytes, bytes]) -> bool:
        latest, pairs = self._met.get(nid, (-1, []))
        if seq < latest or (seq == latest and pair in pairs):
            return False
        self._met[nid] = seq, [*pairs, pair] if seq == latest else [pair]
        return True
