"""Who of a provider's customers has put what: for quotas (protocol section 5.5) and for those who move away (5.13).

Rules: an account is H(public key) of the customer's identity, whichever kind of name is put. An entry that several have
put is everybody's, and stays until the last of them leaves. Tombstones count for no quota.
"""

from p4lab.core.messages import PutRequest
from p4lab.core.options import Options
from p4lab.core.stores import OWN, Copy, Stores


class Accounts:
    """Of one provider."""

    def __init__(self, stores: Stores, options: Options) -> None:
        self._stores = stores
        self._options = options
        self._names: dict[bytes, dict[tuple[bytes, bytes], int]] = {}  # account -> what it has put, and its bytes
        self._volumes: dict[bytes, int] = {}  # of all these, some of which may be gone by now

    def has_put(self, account: bytes, nid: bytes, entry: bytes, size: int) -> None:
        """Own data of this customer, among others, is kept now: so many bytes."""
        names = self._names.setdefault(account, {})
        self._volumes[account] = self._volumes.get(account, 0) + size - names.get((nid, entry), 0)
        names[nid, entry] = size

    def restore(self) -> None:
        """What was persisted is back."""
        for nid, copies in self._stores.own.items():
            for copy in copies:
                for account in copy.accounts:
                    self.has_put(account, nid, copy.record.entry, copy.record.size)

    def belongings(self, account: bytes, now: float) -> list[Copy]:
        """The own data that a customer has put and that is still here."""
        names = self._names.get(account, {})
        found: list[Copy] = []
        for nid, entry in list(names):
            mine = [
                copy
                for copy in self._stores.live(OWN, nid, now)
                if copy.record.entry == entry and account in copy.accounts
            ]
            if mine:
                found += mine
            else:
                self._volumes[account] -= names.pop((nid, entry))
        return found

    def full(self, request: PutRequest, now: float) -> bool:
        """Whether this put is more than its customer may store here. What takes something back is always welcome."""
        most, most_bytes, record = self._options.max_entries, self._options.max_bytes, request.record
        if record.deleted or not (most or most_bytes):
            return False
        names, volume = self._names.get(request.account, {}), self._volumes.get(request.account, 0)
        if (not most or len(names) < most) and (not most_bytes or volume + record.size <= most_bytes):
            return False  # even if all of it were here still; to look at each would make ten thousand puts take minutes
        others = [
            copy.record
            for copy in self.belongings(request.account, now)
            if not copy.record.deleted and (copy.record.nid, copy.record.entry) != (record.nid, record.entry)
        ]
        if most and len(others) >= most:
            return True
        return bool(most_bytes) and sum(each.size for each in others) + record.size > most_bytes
