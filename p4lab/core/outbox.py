"""What neighbours without a session are to be told once they are back: the newest UPDATE per name (protocol 5.12).

Rules: lost in a crash, and given up where it grows too long; catching up (`sync.py`) makes good for both.
"""

import msgspec

from p4lab.core.contract import Effect, SendAll
from p4lab.core.messages import UPDATE, Update
from p4lab.core.neighbours import Neighbours
from p4lab.core.records import Record

MOST = 10_000  # updates kept for one neighbour: beyond it catching up by digests is cheaper than telling all


class Outbox:
    """Kept per neighbour, by (nid, entry)."""

    def __init__(self, near: Neighbours) -> None:
        self._near = near
        self._kept: dict[int, dict[tuple[bytes, bytes], Update]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._kept.values()))

    def post(self, effects: list[Effect]) -> list[Effect]:
        """These effects without the updates for neighbours that are down: those are kept."""
        down = self._near.down
        if not down:
            return effects
        sent: list[Effect] = []
        for effect in effects:
            if isinstance(effect, SendAll) and effect.message.code == UPDATE:
                update: Update = effect.message  # type: ignore[assignment]  # its code says so
                for dst in effect.dsts:
                    if dst in down:
                        self._keep(dst, update)
                dsts = tuple([dst for dst in effect.dsts if dst not in down])
                if not dsts:
                    continue
                effect = SendAll(dsts, update, effect.after, effect.cause)
            sent.append(effect)
        return sent

    def flush(self, node: int) -> list[Update]:
        """What was kept for a neighbour, in the order of the first news of each name; no more is kept then."""
        return list(self._kept.pop(node, {}).values())

    def forget(self, node: int) -> None:
        """It is no neighbour any more."""
        self._kept.pop(node, None)

    def _keep(self, node: int, update: Update) -> None:
        kept = self._kept.setdefault(node, {})
        name = update.nid, update.record.entry
        old = kept.get(name)
        if old is not None and _renews(update.record, old.record):
            update = msgspec.structs.replace(update, record=old.record, size=old.size)
        kept[name] = update
        if len(kept) > MOST:
            kept.clear()


def _renews(record: Record, told: Record) -> bool:
    """Whether this is the same without its value, which the neighbour has yet to hear."""
    same = told.version == record.version and told.regime is record.regime
    return same and told.value is not None and record.value is None
