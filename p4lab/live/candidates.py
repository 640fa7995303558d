"""Candidates: who says to be on this network, as their announcements tell it, in a table of bounded size.

Rules: pure. All of it comes from strangers: an id is a claim that whoever dials checks, a name is decoration. When the
table is full our own class goes before others, whom the caller knows (from the class's roster) before everybody, and
unknown newcomers of our class push others out slowly, so that a flood makes nobody dial in a storm. Who forges our
class can so keep the unknown out, and nobody else: they come by the code, and then by the roster.
"""

import itertools
import string
from base64 import b32encode
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import msgspec

from p4lab.live.addresses import Own, allowed, join
from p4lab.live.identity import cleaned

VERSION = b"1"  # of the TXT record (txtvers, RFC 6763 section 6.7) and of the protocol (pv)
NAME = 24  # bytes of a display name; an instance label may have 63, and a DNS message wants to be small
CLASS = 8  # characters of a class's id that are told: enough to choose by, and the channel checks all of them
ADDRESSES = 16  # of one id, as many as a channel's Open has room for
SWAPS = 4.0  # unknown newcomers of our class a second for whom a full table makes room
CLAIMS = 4  # instances that may claim one id

_HEX = string.hexdigits[:16].encode()
_BASE32 = (string.ascii_uppercase + "234567").encode()


class Candidate(msgspec.Struct, frozen=True):
    """Somebody who says to be there. id: of its identity key, a claim. class_id: the first CLASS characters of it."""

    id: bytes
    class_id: str
    name: str
    addresses: tuple[str, ...]

    def leads(self, class_id: str) -> bool:
        """Whether it claims to be this class's authority: a class is named after its authority's key."""
        return bool(class_id) and b32encode(self.id).decode().startswith(class_id)


def plain(text: str) -> str:
    """A display name as it may be told and shown: cleaned, at most NAME bytes, and without dots, for Apple's dns-sd
    does not see such instances (python-zeroconf #190)."""
    kept = cleaned(text.replace(".", "-"))
    return kept.encode()[:NAME].decode(errors="ignore").strip() or "P4 Lab"


def told(identity: bytes, class_id: str, name: str) -> dict[str, str | bytes]:
    """What an announcement's TXT record says, its version first."""
    return {"txtvers": VERSION, "pv": VERSION, "id": identity.hex(), "cls": class_id[:CLASS], "nm": plain(name)}


def read(
    says: Mapping[bytes, bytes | None], hosts: Sequence[str], port: int | None, owned: Sequence[Own]
) -> Candidate | None:
    """What an announcement says, or None where it is none of ours. Hosts that may not be dialled are left out."""
    identity, class_id, name = (says.get(key) or b"" for key in (b"id", b"cls", b"nm"))
    if says.get(b"txtvers") != VERSION or says.get(b"pv") != VERSION or not port:
        return None
    if len(identity) != 32 or identity.strip(_HEX) or len(class_id) > CLASS or class_id.strip(_BASE32):
        return None
    dialled = [host for host in hosts[: 2 * ADDRESSES] if allowed(host, owned)]
    if not dialled or len(name) > NAME:
        return None
    addresses = tuple(join(host, port) for host in dialled[:ADDRESSES])
    return Candidate(
        bytes.fromhex(identity.decode()), class_id.decode(), plain(name.decode(errors="ignore")), addresses
    )


class Table:
    """At most `most` announcements, by instance name, and the candidates they make, by id.

    on_found: a candidate is new or has changed. on_lost: nobody claims this id any more. known: whether the caller has
    this id from somebody it trusts. clock: seconds, whatever their origin.
    """

    def __init__(
        self,
        class_id: str,
        most: int,
        clock: Callable[[], float],
        on_found: Callable[[Candidate], None],
        on_lost: Callable[[bytes], None],
        known: Callable[[bytes], bool],
    ) -> None:
        self.found: dict[bytes, Candidate] = {}
        self._class, self._most, self._clock = class_id[:CLASS], most, clock
        self._on_found, self._on_lost, self._known = on_found, on_lost, known
        self._claims: dict[str, Candidate] = {}  # by instance, oldest first
        self._foreign: dict[str, None] = {}  # the instances among them that are neither known nor of our class
        self._claimed: Counter[bytes] = Counter()  # how many instances claim each id
        self._next_swap = clock()

    @property
    def ours(self) -> int:
        """How many of our class are known of."""
        return sum(candidate.class_id == self._class for candidate in self.found.values())

    def may_take(self, instance: str, says: Mapping[bytes, bytes | None]) -> bool:
        """Whether it is worth reading on: all that most announcements of a flood cost."""
        if instance in self._claims or len(self._claims) < self._most:
            return True
        if says.get(b"cls") == self._class.encode() and (self._foreign or self._clock() >= self._next_swap):
            return True
        identity = says.get(b"id") or b""
        return len(identity) == 32 and not identity.strip(_HEX) and self._known(bytes.fromhex(identity.decode()))

    def take(self, instance: str, claim: Candidate) -> None:
        """An announcement, perhaps a repeated one."""
        before = self._claims.get(instance)
        if before == claim:
            return
        if (before is None or before.id != claim.id) and self._claimed[claim.id] >= CLAIMS:
            return
        if before is None and not self._room(claim):
            return
        if before is not None and before.id != claim.id:
            self.drop(instance)
        self._claimed[claim.id] += instance not in self._claims
        self._claims[instance] = claim
        if claim.class_id == self._class or self._known(claim.id):
            self._foreign.pop(instance, None)
        else:
            self._foreign[instance] = None
        self._merge(claim.id)

    def drop(self, instance: str) -> None:
        """An announcement was taken back, or has expired."""
        self._foreign.pop(instance, None)
        gone = self._claims.pop(instance, None)
        if gone is not None:
            self._claimed[gone.id] -= 1
            if not self._claimed[gone.id]:
                del self._claimed[gone.id]
            self._merge(gone.id)

    def _room(self, newcomer: Candidate) -> bool:
        if len(self._claims) < self._most:
            return True
        known = self._known(newcomer.id)
        if newcomer.class_id != self._class and not known:
            return False
        if self._foreign:
            self.drop(next(iter(self._foreign)))
            return True
        now = self._clock()
        if not known and now < self._next_swap:
            return False
        self._next_swap = now + 1 / SWAPS
        oldest = next((name for name, claim in self._claims.items() if not self._known(claim.id)), None)
        if oldest is not None:
            self.drop(oldest)
        return oldest is not None

    def _merge(self, identity: bytes) -> None:
        """Several instances may claim one id, and only one of them be true: each has a turn among its addresses."""
        claims = [claim for claim in self._claims.values() if claim.id == identity]
        if not claims:
            if self.found.pop(identity, None) is not None:
                self._on_lost(identity)
            return
        turns = itertools.chain.from_iterable(itertools.zip_longest(*(claim.addresses for claim in claims)))
        addresses = list(dict.fromkeys(address for address in turns if address is not None))[:ADDRESSES]
        merged = msgspec.structs.replace(claims[0], addresses=tuple(addresses))
        if self.found.get(identity) != merged:
            self.found[identity] = merged
            self._on_found(merged)
