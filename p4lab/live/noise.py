"""Noise_XX_25519_ChaChaPoly_BLAKE2s: the handshake as a state machine, and the two ciphers that it ends with.

Rules: the Noise specification, revision 34, and nothing of ours: no sockets, no lengths, no identities. What a stranger
sends raises one of `frames.BAD`. All encryption goes through `seal` and `unseal`, so that another library could do it.
They call libsodium as PyNaCl's own bindings do, without what these prepare for errors that cannot happen here: forty
calls of Python for each, a seventh of all that a message costs a node.
"""

import hmac
import struct
from hashlib import blake2s

from nacl._sodium import ffi, lib
from nacl.bindings import crypto_scalarmult, crypto_scalarmult_base
from nacl.exceptions import CryptoError

NAME = b"Noise_XX_25519_ChaChaPoly_BLAKE2s"
DH = 32  # bytes of a public key
KEY = 32  # bytes of a cipher's key
MAC = 16  # bytes that each encryption adds
LAST = 2**64 - 1  # the nonce that is kept for rekeying
PATTERN = (("e",), ("e", "ee", "s", "es"), ("s", "se"))  # XX: the initiator writes the first and the last

_ENCRYPT, _DECRYPT = lib.crypto_aead_chacha20poly1305_ietf_encrypt, lib.crypto_aead_chacha20poly1305_ietf_decrypt
_NONCE = struct.Struct("<4xQ")


def seal(key: bytes, nonce: int, data: bytes, ad: bytes) -> bytes:
    """Encrypts `data`, and authenticates it and `ad`. key: KEY bytes."""
    size, out = len(data), bytearray(len(data) + MAC)
    place = ffi.from_buffer(out)
    _ENCRYPT(place, ffi.NULL, data, size, ad, len(ad), ffi.NULL, _NONCE.pack(nonce), key)
    return bytes(out)


def unseal(key: bytes, nonce: int, data: bytes, ad: bytes) -> bytes:
    """What was sealed. Raises CryptoError where a bit of it or of `ad` is another."""
    size = len(data)
    if size < MAC:
        raise ValueError("shorter than its authentication")
    out = bytearray(size - MAC)
    place = ffi.from_buffer(out)
    if _DECRYPT(place, ffi.NULL, ffi.NULL, data, size, ad, len(ad), _NONCE.pack(nonce), key):
        raise CryptoError("this is not what was sealed")
    return bytes(out)


class Cipher:
    """One direction of a channel: a key and how often it was used."""

    __slots__ = ("_key", "_nonce")

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY:
            raise ValueError(f"a key has {KEY} bytes")  # libsodium reads as many
        self._key = key
        self._nonce = 0

    def encrypt(self, data: bytes, ad: bytes = b"") -> bytes:
        """The next message of this direction."""
        nonce = self._nonce
        self._nonce = nonce + 1
        return seal(self._key, nonce, data, ad)

    def decrypt(self, data: bytes, ad: bytes = b"") -> bytes:
        """What the next message of this direction says; any other, or one that was changed, raises CryptoError."""
        nonce = self._nonce
        opened = unseal(self._key, nonce, data, ad)
        self._nonce = nonce + 1
        return opened

    def rekey(self) -> None:
        """Forgets the key for one that follows from it (section 4.2); messages are counted on."""
        self._key = seal(self._key, LAST, bytes(KEY), b"")[:KEY]


class Handshake:
    """One side of an XX handshake. After three messages `done`, with a cipher for each direction.

    static: our private and public key. ephemeral: a private key. peer: the other side's public static key, once it is
    known. hash: names this handshake, equal at both sides.
    """

    def __init__(self, initiator: bool, prologue: bytes, static: tuple[bytes, bytes], ephemeral: bytes) -> None:
        self.peer = b""
        self._initiator = initiator
        self._step = 0
        self._private = {"s": static[0], "e": ephemeral}
        self._own = static[1]
        self._public = {"s": b"", "e": b""}  # the other side's
        self._hash = blake2s(NAME).digest()  # longer than 32 bytes, so hashed (section 5.2)
        self._chain = self._hash
        self._cipher: Cipher | None = None
        self._mix_hash(prologue)

    @property
    def done(self) -> bool:
        """Whether all three messages have passed."""
        return self._step == len(PATTERN)

    @property
    def hash(self) -> bytes:
        """32 bytes."""
        return self._hash

    def write(self, payload: bytes = b"") -> bytes:
        """The next message, ours. Raises CryptoError where the other's key is of low order."""
        out = bytearray()
        for token in self._tokens(ours=True):
            if token == "e":
                public: bytes = crypto_scalarmult_base(self._private["e"])
                self._mix_hash(public)
                out += public
            elif token == "s":
                out += self._encrypt(self._own)
            else:
                self._mix_key(token)
        return bytes(out) + self._encrypt(payload)

    def read(self, message: bytes) -> bytes:
        """The payload of the next message, the other's. Raises one of frames.BAD; the handshake is of no use then."""
        at = 0
        for token in self._tokens(ours=False):
            if token == "e":
                public = message[at : at + DH]
                if len(public) != DH:
                    raise ValueError("a handshake message that is too short")
                self._mix_hash(public)
                self._public["e"] = public
                at += DH
            elif token == "s":
                self._public["s"] = self.peer = self._decrypt(message[at : at + DH + MAC])
                at += DH + MAC
            else:
                self._mix_key(token)
        return self._decrypt(message[at:])

    def split(self) -> tuple[Cipher, Cipher]:
        """(what we send with, what we receive with)."""
        if not self.done:
            raise ValueError("the handshake is not over")
        one, two = self._derive(b"")
        return (Cipher(one), Cipher(two)) if self._initiator else (Cipher(two), Cipher(one))

    def _tokens(self, ours: bool) -> tuple[str, ...]:
        if self.done or (self._step % 2 == 0) != (self._initiator == ours):
            raise ValueError("not this side's turn")
        self._step += 1
        return PATTERN[self._step - 1]

    def _mix_hash(self, data: bytes) -> None:
        self._hash = blake2s(self._hash + data).digest()

    def _mix_key(self, token: str) -> None:
        """token: whose keys are multiplied, the initiator's first."""
        ours, theirs = (0, 1) if self._initiator else (1, 0)
        shared: bytes = crypto_scalarmult(self._private[token[ours]], self._public[token[theirs]])
        self._chain, key = self._derive(shared)
        self._cipher = Cipher(key)

    def _derive(self, material: bytes) -> tuple[bytes, bytes]:
        """HKDF of section 4.3, two outputs."""
        secret = hmac.digest(self._chain, material, "blake2s")
        one = hmac.digest(secret, b"\1", "blake2s")
        return one, hmac.digest(secret, one + b"\2", "blake2s")

    def _encrypt(self, data: bytes) -> bytes:
        sealed = data if self._cipher is None else self._cipher.encrypt(data, self._hash)
        self._mix_hash(sealed)
        return sealed

    def _decrypt(self, data: bytes) -> bytes:
        opened = data if self._cipher is None else self._cipher.decrypt(data, self._hash)
        self._mix_hash(data)
        return opened
