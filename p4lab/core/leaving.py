"""Customers who move away: what the old provider does with their data (protocol section 5.13).

Rules: after LEAVE it is kept for `port_grace` and then given up; what several have put stays with the others. Who puts
something again meanwhile is back, with that name. With `onward` the old provider keeps pointers to the new one, if that
is a neighbour, and answers FETCH and GETQ along them.
"""

from collections.abc import Mapping
from math import inf

import msgspec

from p4lab.core.accounts import Accounts
from p4lab.core.contract import Effect, Emit
from p4lab.core.events import Left
from p4lab.core.messages import Leave
from p4lab.core.names import Kind
from p4lab.core.neighbours import Neighbours
from p4lab.core.options import Options
from p4lab.core.records import announcement
from p4lab.core.stores import OWN, POINTER, REPLICA, Stores

LEAVING = "O"  # the rows' store


class Departure(msgspec.Struct, gc=False):
    """Who leaves, where to, when the data goes, seconds, and which: (nid, entry). via: as of own data."""

    owner: bytes
    to: int
    due: float
    via: int
    names: dict[tuple[bytes, bytes], None]


class Leaving:
    """Of one provider. wake_at: when something is to be given up."""

    def __init__(self, near: Neighbours, stores: Stores, accounts: Accounts, options: Options) -> None:
        self.wake_at = inf
        self._near = near
        self._stores = stores
        self._accounts = accounts
        self._options = options
        self._departures: dict[tuple[bytes, int], Departure] = {}

    def leave(self, message: Leave, via: int, now: float) -> None:
        """LEAVE: the data that this customer has put by this way is given up in a while."""
        mine = [copy for copy in self._accounts.belongings(message.owner, now) if copy.via == via]
        names = dict.fromkeys((copy.record.nid, copy.record.entry) for copy in mine)
        self._set(Departure(message.owner, message.to, now + self._options.port_grace, via, names))

    def has_put(self, account: bytes, via: int, nid: bytes, entry: bytes) -> None:
        """A customer who was about to leave is back with this name."""
        departure = self._departures.get((account, via))
        if departure is not None and (nid, entry) in departure.names:
            names = {name: None for name in departure.names if name != (nid, entry)}
            self._set(msgspec.structs.replace(departure, names=names))

    def restore(self, rows: Mapping[tuple[str, bytes, bytes], object]) -> None:
        """Take back what was persisted."""
        for what in rows.values():
            if isinstance(what, Departure):
                self._departures[what.owner, what.via] = what
        self._arm()

    def wake(self, now: float) -> list[Effect]:
        """Give up what is due."""
        due = [each for each in self._departures.values() if each.due <= now]
        effects: list[Effect] = []
        for departure in sorted(due, key=_due):
            effects += self._give_up(departure, now)
            del self._departures[departure.owner, departure.via]
            self._row(departure, None)
        self._arm()
        return effects

    def _give_up(self, departure: Departure, now: float) -> list[Effect]:
        owner, stores = departure.owner, self._stores
        onward = self._options.onward and self._near.roles.get(departure.to) is not None
        effects: list[Effect] = []
        entries = 0
        for copy in self._accounts.belongings(owner, now):
            record = copy.record
            nid, entry = record.nid, record.entry
            if (nid, entry) not in departure.names or copy.via != departure.via:
                continue
            others = tuple([each for each in copy.accounts if each != owner])
            if others:
                copy.accounts = others
                stores.journal.append((OWN, nid, entry, copy))
                continue
            entries += 1
            if record.kind is Kind.AUTHENTICATED:
                stores.floors.answered(nid, record.version, now)
            effects += stores.drop(OWN, nid, entry, None, 0, "its owner has moved")
            if onward and not self._points(nid, entry, now):
                to, known = departure.to, announcement(record)
                kept = stores.keep(POINTER, known, copy.until, 0, to, copy.event.id, accounts=(owner,))
                effects.append(Emit(kept))
        return [*effects, Emit(Left(self._near.me, owner, entries, onward))]

    def _points(self, nid: bytes, entry: bytes, now: float) -> bool:
        """Whether there is another copy or pointer, since the new provider has told of it."""
        live = self._stores.live
        return any(copy.record.entry == entry for store in (REPLICA, POINTER) for copy in live(store, nid, now))

    def _set(self, departure: Departure) -> None:
        self._departures[departure.owner, departure.via] = departure
        self._row(departure, departure)
        self._arm()

    def _row(self, departure: Departure, what: Departure | None) -> None:
        self._stores.journal.append((LEAVING, departure.owner, str(departure.via).encode(), what))

    def _arm(self) -> None:
        self.wake_at = min([each.due for each in self._departures.values()], default=inf)


def _due(departure: Departure) -> float:
    return departure.due
