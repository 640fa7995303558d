"""Admission: what is checked before a provider stores anything that its own customer puts (protocol section 5.5).

Rules: a rejected put changes no store and sends no message; every rejection has a code of protocol section 5.15.
"""

import msgspec

from p4lab.core.messages import PutRequest
from p4lab.core.names import Kind
from p4lab.core.options import Options
from p4lab.core.records import UNVERSIONED, Record, fault
from p4lab.core.signing import Signer
from p4lab.core.stores import OWN, Stores

OK, DUPLICATE = "OK", "OK_DUPLICATE"


class Verdict(msgspec.Struct, frozen=True):
    """The code told to the customer; `previous` is the newest record known before, for a put that was accepted."""

    code: str
    previous: Record | None = None

    @property
    def accepted(self) -> bool:
        """Whether the record is to be stored."""
        return self.code in (OK, DUPLICATE)


def admit(request: PutRequest, stores: Stores, options: Options, signer: Signer, now: float) -> Verdict:
    """Judge a put against what this provider knows at `now` (seconds)."""
    record = request.record
    if request.scoped:
        return Verdict("E_SCOPE")  # no organisation stands between: whoever put it counts on its not going farther
    removes = record.deleted and record.kind is not Kind.AUTHENTICATED
    if (record.value is None and not removes) or record.size > options.max_value:
        return Verdict("E_TOO_BIG")
    code = fault(record, record.nid, signer)
    if code is not None:
        return Verdict(code)
    if removes:
        return _removal(record, stores, now)
    match record.kind:
        case Kind.AUTHENTICATED:
            return _version(request, stores, now)
        case Kind.IMMUTABLE:
            held = next((copy.record for copy in stores.live(OWN, record.nid, now)), None)
        case Kind.UNAUTHENTICATED:
            if stores.buried(record.nid, record.entry, now):
                return Verdict("E_REMOVED")
            same = (copy.record for copy in stores.live(OWN, record.nid, now) if copy.record.entry == record.entry)
            held = next(same, None)
    if held is None:
        return Verdict(OK)
    if record.regime.code < held.regime.code:
        return Verdict("E_REGIME")  # these two may only rise (protocol section 5.10)
    return Verdict(DUPLICATE if record.regime is held.regime else OK, held)


def _removal(record: Record, stores: Stores, now: float) -> Verdict:
    """Whether an entry may be taken back: it is known here, and the secret is the one that it was put with."""
    if stores.buried(record.nid, record.entry, now):
        return Verdict(DUPLICATE)
    held = [copy.record for copy in stores.every(record.nid, now) if copy.record.value_hash == record.value_hash]
    if not held:
        return Verdict("NOT_FOUND")
    same = [each for each in held if each.entry == record.entry]
    return Verdict(OK, max(same, key=_scope)) if same else Verdict("E_SECRET")


def _scope(record: Record) -> int:
    return record.regime.code


def _version(request: PutRequest, stores: Stores, now: float) -> Verdict:
    record = request.record
    known = stores.newest_known(record.nid, now)
    newest = UNVERSIONED if known is None else known.version
    withdrawn = stores.withdrawn.get(record.nid)
    if withdrawn is not None and withdrawn > newest:
        known, newest = None, withdrawn  # of which only the version is known, and that it is get-broadcast
    elif known is None:
        return Verdict(OK)
    if request.cas is not None and request.cas != newest[0]:
        return Verdict("E_CAS")
    if record.version == newest:
        return Verdict(DUPLICATE, known)
    if record.version[0] < newest[0]:
        return Verdict("E_SEQ_OLD")
    if record.version[0] == newest[0]:
        return Verdict("E_SEQ_CONFLICT")
    return Verdict(OK, known)
