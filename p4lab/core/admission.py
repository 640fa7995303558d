"""Admission: what is checked before a provider stores anything that its own customer puts (protocol section 5.5).

Rules: a rejected put changes no store and sends no message; every rejection has a code of protocol section 5.15.
"""

import msgspec

from p4lab.core.messages import PutRequest
from p4lab.core.names import Kind, digest, key_fault
from p4lab.core.options import Options
from p4lab.core.records import HARD_MAX_VALUE, MAX_LIFETIME, Record, fault
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
    code = _form(record, options) or _content(record, signer)
    if code is not None:
        return Verdict(code)
    match record.kind:
        case Kind.AUTHENTICATED:
            return _version(request, stores, now)
        case Kind.IMMUTABLE:
            held = next((copy.record for copy in stores.live(OWN, record.nid, now)), None)
        case Kind.UNAUTHENTICATED:
            same = (copy.record for copy in stores.live(OWN, record.nid, now) if copy.record.entry == record.entry)
            held = next(same, None)
    if held is None:
        return Verdict(OK)
    if record.regime.code < held.regime.code:
        return Verdict("E_REGIME")  # these two may only rise (protocol section 5.10)
    return Verdict(DUPLICATE if record.regime is held.regime else OK, held)


def _form(record: Record, options: Options) -> str | None:
    if record.value is None or record.size > min(options.max_value, HARD_MAX_VALUE):
        return "E_TOO_BIG"
    if key_fault(record.kind, record.key, record.owner) is not None:
        return "E_KEY"
    if not 0 <= record.ttl_ms <= MAX_LIFETIME * 1000:
        return "E_TTL"
    if record.lease_ms != 0 and not 1000 <= record.lease_ms <= MAX_LIFETIME * 1000:
        return "E_TTL"
    return None


def _content(record: Record, signer: Signer) -> str | None:
    if record.kind is Kind.AUTHENTICATED and digest(record.pub) != record.owner:
        return "E_BAD_HASH"
    return fault(record, record.nid, signer)


def _version(request: PutRequest, stores: Stores, now: float) -> Verdict:
    record = request.record
    known = stores.newest_known(record.nid, now)
    if known is None:
        return Verdict(OK)
    if request.cas is not None and request.cas != known.version[0]:
        return Verdict("E_CAS")
    if record.version == known.version:
        return Verdict(DUPLICATE, known)
    if record.version[0] < known.version[0]:
        return Verdict("E_SEQ_OLD")
    if record.version[0] == known.version[0]:
        return Verdict("E_SEQ_CONFLICT")
    return Verdict(OK, known)
