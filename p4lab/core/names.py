"""What things are called: the three kinds of put, the three regimes, and the 32-byte id of a name.

Rules: nothing here depends on a provider (flat names, paper section 2.1); a name's id never changes.
"""

import enum
import hashlib
import struct

MAX_KEY = 64  # bytes of an authenticated or unauthenticated key; BEP 44 limits its salt to the same
ID_SIZE = 32  # SHA-256


class Kind(enum.Enum):
    """How a put is guarded (paper section 3.1). The value is the word used in files and on screen."""

    IMMUTABLE = "immutable"  # key = hash of the value
    AUTHENTICATED = "authenticated"  # signed and versioned, named by (key, hash of public key)
    UNAUTHENTICATED = "unauthenticated"  # append-only set under a free key

    code: int

    def __init__(self, word: str) -> None:
        self.code = {"immutable": 1, "authenticated": 2, "unauthenticated": 3}[word]


class Regime(enum.Enum):
    """How a put travels (paper section 2.2). `code` is the scope order: get-broadcast < key < value."""

    GET_BROADCAST = "get-broadcast"
    KEY = "put-broadcast-key"
    VALUE = "put-broadcast-value"

    code: int

    def __init__(self, word: str) -> None:
        self.code = {"get-broadcast": 1, "put-broadcast-key": 2, "put-broadcast-value": 3}[word]


class Scope(enum.Enum):
    """How far a put may go: to everybody, or no farther than the organisation of the customer who put it."""

    GLOBAL = "global"
    ORGANISATION = "organisation"


KINDS = {kind.code: kind for kind in Kind}
REGIMES = {regime.code: regime for regime in Regime}


def digest(data: bytes) -> bytes:
    """H of the protocol: SHA-256, 32 bytes."""
    return hashlib.sha256(data).digest()


def name_id(kind: Kind, key: bytes, owner: bytes = b"") -> bytes:
    """The canonical 32-byte id (nid) of a name.

    key: the user's key, or H(value) for an immutable name. owner: H(public key) of an authenticated name, else empty.
    Source: protocol section 5.1, nid = H("p4n1" | kind | u16 length | key | owner). A key too long for that has an id
    too: somebody may ask for it, to be told E_KEY.
    """
    return digest(b"p4n1" + struct.pack(">BH", kind.code, min(len(key), 0xFFFF)) + key + owner)


def key_fault(kind: Kind, key: bytes, owner: bytes) -> str | None:
    """Why this cannot be a name of this kind, or None. BEP 44 answers 207 ("salt too big") in the same place."""
    if kind is Kind.IMMUTABLE:
        if len(key) != ID_SIZE:
            return f"an immutable key is {ID_SIZE} bytes, this one has {len(key)}"
    elif not 1 <= len(key) <= MAX_KEY:
        return f"a key has 1 to {MAX_KEY} bytes, this one has {len(key)}"
    if kind is not Kind.AUTHENTICATED:
        return "only an authenticated name has an owner" if owner else None
    if len(owner) != ID_SIZE:
        return f"an owner is {ID_SIZE} bytes (the hash of a public key), this one has {len(owner)}"
    return None
