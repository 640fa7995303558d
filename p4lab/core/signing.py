"""Who signs and who checks: real Ed25519, and a deterministic stand-in for runs that want speed.

Rules: an identity is a 32-byte seed derived from its name, so equal scenarios give equal keys and digests.
"""

import functools
from typing import Protocol

from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair
from nacl.exceptions import BadSignatureError

from p4lab.core.names import digest

SIGNATURE_SIZE = 64


class Signer(Protocol):
    """Keys and signatures; both implementations give 32-byte public keys and 64-byte signatures."""

    def public_key(self, seed: bytes) -> bytes:
        """The public key of an identity."""

    def sign(self, seed: bytes, data: bytes) -> bytes:
        """A 64-byte signature of `data`."""

    def verify(self, pub: bytes, data: bytes, sig: bytes) -> bool:
        """Whether `sig` is `pub`'s signature of `data`; any bytes may be handed in."""


def identity_seed(name: str) -> bytes:
    """The 32-byte seed of a simulated identity, from its name alone."""
    return digest(b"p4id1" + name.encode())


@functools.lru_cache(maxsize=65_536)
def _keypair(seed: bytes) -> tuple[bytes, bytes]:
    return crypto_sign_seed_keypair(seed)


def _verified(pub: bytes, data: bytes, sig: bytes) -> bool:
    try:
        crypto_sign_open(sig + data, pub)
    except BadSignatureError:
        return False
    return True


class Ed25519:
    """RFC 8032 through libsodium.

    remembered: signatures of which it is known what they are worth. A signature is checked by every provider that
    hears of it; where they share a process, once is enough. One takes a kilobyte.
    """

    def __init__(self, remembered: int = 16_384) -> None:
        self._verified = functools.lru_cache(maxsize=remembered)(_verified)

    def public_key(self, seed: bytes) -> bytes:
        return _keypair(seed)[0]

    def sign(self, seed: bytes, data: bytes) -> bytes:
        return bytes(crypto_sign(data, _keypair(seed)[1])[:SIGNATURE_SIZE])

    def verify(self, pub: bytes, data: bytes, sig: bytes) -> bool:
        return len(sig) == SIGNATURE_SIZE and len(pub) == 32 and self._verified(pub, data, sig)


class Modelled:
    """Not a signature: a hash that anyone could make. Same sizes, same checks, some thirty times cheaper."""

    def public_key(self, seed: bytes) -> bytes:
        return digest(b"p4model" + seed)

    def sign(self, seed: bytes, data: bytes) -> bytes:
        return digest(self.public_key(seed) + data) * 2

    def verify(self, pub: bytes, data: bytes, sig: bytes) -> bool:
        return sig == digest(pub + data) * 2
