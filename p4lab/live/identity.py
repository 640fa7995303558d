"""Who somebody is: an Ed25519 key, the ticket by which a class's authority seats that key, and the code to join by.

Rules: pure; no file, no socket, no clock. A class is known by the hash of its authority's key, and the authority's own
channel key is that very key. Names are for people: who may do what follows from the seat and the key alone.
"""

import base64
import re
import struct
import unicodedata
from hashlib import blake2b

import msgspec
from nacl.bindings import crypto_scalarmult_base

from p4lab.core.signing import SIGNATURE_SIZE, Ed25519

KEY_SIZE = 32
ID_SIZE = 16  # BLAKE2b-128
CLASS_ID = 12  # base32 characters, 60 bits: to find a second key of the same id takes 2^60 tries
SECRET = 4  # base32 characters, 20 bits: tried only inside a channel, a few times a minute
LAST_SEAT = 32_767
AUTHORITY = 0  # its seat
GRACE = 600.0  # s after its end that a ticket is taken: laptops' clocks differ (Kerberos allows 300)
MAX_TICKET = 512
MAX_NAME = 40  # characters, as of a provider in a scenario

_ED25519 = Ed25519()
_TICKET = b"p4lab-ticket:"
_STATIC = b"p4lab-noise-static:"  # as libp2p's Noise signs "noise-libp2p-static-key:"
_HEAD = struct.Struct(">B32s32sHQB")  # format, key, authority, seat, expires, bytes of the name
_DASHES = dict.fromkeys(map(ord, "-‐‑‒–—−_"))
_LOOKALIKES = str.maketrans({"0": "O", "8": "B"})  # base32 has neither 0 nor 8, so nothing else can be meant
_ADDRESS = re.compile(r"(\[[0-9A-Fa-f:.]+(%[\w.-]+)?\]|[\w.-]+):[0-9]{1,5}")


class Keys:
    """A pair of keys made of a 32-byte seed: Ed25519 to sign, and X25519 for channels, which it vouches for."""

    def __init__(self, seed: bytes) -> None:
        if len(seed) != KEY_SIZE:
            raise ValueError("a seed has 32 bytes")
        self._seed = seed
        self.public = _ED25519.public_key(seed)
        self.id = member_id(self.public)
        self.static = blake2b(seed, digest_size=KEY_SIZE, person=b"p4lab-static").digest()  # private
        static_public: bytes = crypto_scalarmult_base(self.static)
        self.static_public = static_public
        self.vouch = self.sign(_STATIC + static_public)

    def sign(self, data: bytes) -> bytes:
        """64 bytes."""
        return _ED25519.sign(self._seed, data)


class Ticket(msgspec.Struct, frozen=True):
    """The authority's word that this key has this seat. expires: unix time. authority: its key, known by its hash."""

    key: bytes
    authority: bytes
    seat: int
    expires: int
    name: str
    sig: bytes

    @property
    def class_id(self) -> str:
        """The class it is for."""
        return class_id(self.authority)

    @property
    def id(self) -> bytes:
        """The 16 bytes by which the holder is known."""
        return member_id(self.key)


class JoinCode(msgspec.Struct, frozen=True):
    """What the teacher's screen shows: which class, the secret that admits, and where it is if that is known."""

    class_id: str
    secret: str
    address: str = ""

    def __str__(self) -> str:
        return f"{self.address}/{self.class_id}-{self.secret}" if self.address else f"{self.class_id}-{self.secret}"


def member_id(public: bytes) -> bytes:
    """The 16 bytes by which the holder of a key is known."""
    return blake2b(public, digest_size=ID_SIZE).digest()


def class_id(public: bytes) -> str:
    """The id of the class whose authority has this key: 12 characters of A-Z and 2-7."""
    return base64.b32encode(member_id(public))[:CLASS_ID].decode()


def secret(random: bytes) -> str:
    """The four characters of a join code that nobody can work out, of three random bytes."""
    return base64.b32encode(random)[:SECRET].decode()


def vouched(public: bytes, static_public: bytes, sig: bytes) -> bool:
    """Whether the holder of `public` said that this X25519 key is its own."""
    return _ED25519.verify(public, _STATIC + static_public, sig)


def issue(authority: Keys, key: bytes, name: str, seat: int, expires: int) -> Ticket:
    """A ticket, signed by the authority of a class. The authority gives itself seat 0. Raises ValueError."""
    if not clean(name):
        raise ValueError(f"a name has 1 to {MAX_NAME} printable characters")
    if not 0 <= seat <= LAST_SEAT or (seat == AUTHORITY) != (key == authority.public):
        raise ValueError("seat 0 is the authority's, and members sit at 1 to 32767")
    ticket = Ticket(key, authority.public, seat, expires, name, b"")
    return msgspec.structs.replace(ticket, sig=authority.sign(_TICKET + _body(ticket)))


def pack(ticket: Ticket) -> bytes:
    """As bytes, at most MAX_TICKET."""
    return _body(ticket) + ticket.sig


def unpack(data: bytes) -> Ticket:
    """What `pack` made; whether it is good is for `flaw` to say. Raises ValueError."""
    if not _HEAD.size + SIGNATURE_SIZE < len(data) <= MAX_TICKET:
        raise ValueError("no ticket has this length")
    form, key, authority, seat, expires, length = _HEAD.unpack_from(data)
    name, sig = data[_HEAD.size : _HEAD.size + length], data[_HEAD.size + length :]
    if form != 1 or seat > LAST_SEAT or len(sig) != SIGNATURE_SIZE or expires >= 2**53:
        raise ValueError("not a ticket")
    text = name.decode()
    if not clean(text):
        raise ValueError("not a name that can be shown")
    return Ticket(key, authority, seat, expires, text, sig)


def flaw(ticket: Ticket, class_: str, now: float) -> str:
    """What is wrong with a ticket for this class at this unix time, to stand after "the ticket"; empty if nothing."""
    if ticket.class_id != class_:
        return f"is for the class {ticket.class_id}, not {class_}"
    if (ticket.seat == AUTHORITY) != (ticket.key == ticket.authority):
        return "has a seat that is not its holder's"
    if not _ED25519.verify(ticket.authority, _TICKET + _body(ticket), ticket.sig):
        return "is not signed by the authority of its class"
    if now > ticket.expires + GRACE:
        return "has run out"
    return ""


def clean(name: str) -> bool:
    """Whether a name can be shown as it is."""
    return 0 < len(name) <= MAX_NAME and cleaned(name) == name


def cleaned(text: str) -> str:
    """What can be shown of a name that somebody gave: one line, nothing unseen, at most 40 characters; may be empty.

    Control, format and direction characters are left out (they hide or reorder what stands beside them), and of
    accents that are piled up the third and further.
    """
    kept: list[str] = []
    pile = 0
    for char in unicodedata.normalize("NFC", " ".join(text[:1_000].split())):
        pile = pile + 1 if unicodedata.category(char).startswith("M") else 0
        if char.isprintable() and pile <= 2:
            kept.append(char)
    return unicodedata.normalize("NFC", " ".join("".join(kept).split()))[:MAX_NAME].strip()


def name_fault(text: str) -> str:
    """Why nobody can be called what a person typed, in a sentence; empty where somebody can."""
    text = text.strip()
    if not text:
        return "A name is missing."
    if len(text) > MAX_NAME:
        return f"A name has up to {MAX_NAME} characters."
    return "" if cleaned(text) == text else "Some of these characters cannot be shown."


def parse_code(text: str) -> JoinCode:
    """The join code in what a person typed: lower case, spaces and missing hyphens are fine. Raises ValueError, in a
    sentence that can be shown.
    """
    text = text.strip()
    address, slash, code = text.rpartition("/")
    address = address.strip()
    if slash and (not _ADDRESS.fullmatch(address) or int(address.rpartition(":")[2]) > 65_535):
        raise ValueError(f"Before the / of a join code stands host:port, as in 192.168.1.5:4711, not {address[:80]!r}.")
    code = "".join(code.split()).translate(_DASHES).upper().translate(_LOOKALIKES)
    for char in code:
        if char in "19":
            raise ValueError(f"No join code has a {char}: 1 is the letter I or L, and 9 is none of them.")
        if not ("A" <= char <= "Z" or "2" <= char <= "7"):
            raise ValueError(f"A join code has letters and the digits 2 to 7 only, not {char!r}.")
    if len(code) != CLASS_ID + SECRET:
        raise ValueError(f"A join code has 16 characters, as in ABCDEFGHIJKL-MN23; this one has {len(code)}.")
    return JoinCode(code[:CLASS_ID], code[CLASS_ID:], address)


def _body(ticket: Ticket) -> bytes:
    name = ticket.name.encode()
    return _HEAD.pack(1, ticket.key, ticket.authority, ticket.seat, ticket.expires, len(name)) + name


def hash_of(text: str) -> bytes:
    """The bytes in hex, or none where it is something else."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
