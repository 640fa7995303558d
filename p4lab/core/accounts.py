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
        self._names: dict[bytes, dict[tuple[bytes, bytes], None]] = {}  # account -> what it has put

    def has_put(self, account: bytes, nid: bytes, entry: bytes) -> None:
        """Own data of this customer, among others, is kept now."""
        self._names.setdefault(account, {})[nid, entry] = None

    def restore(self) -> None:
        """What was persisted is back."""
        for nid, copies in self._stores.own.items():
            for copy in copies:
                for account in copy.accounts:
                    self._names.setdefault(account, {})[nid, copy.record.entry] = None

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
                del names[nid, entry]
        return found

    def full(self, request: PutRequest, now: float) -> bool:
        """Whether this put is more than its customer may store here. What takes something back is always welcome."""
        most, most_bytes, record = self._options.max_entries, self._options.max_bytes, request.record
        if record.deleted or not (most or most_bytes):
            return False
        others = [
            copy.record
            for copy in self.belongings(request.account, now)
            if not copy.record.deleted and (copy.record.nid, copy.record.entry) != (record.nid, record.entry)
        ]
        if most and len(others) >= most:
            return True
        return bool(most_bytes) and sum(each.size for each in others) + record.size > most_bytes
