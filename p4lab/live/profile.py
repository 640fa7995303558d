"""A profile: the folder where somebody's keys, tickets and signing identities are kept, and an authority's class.

Rules: files are readable by their owner alone and replaced whole, so that a crash leaves the old or the new. One node
runs on a profile at a time; puts and gets may share it meanwhile, so each change reads the file anew under a lock.
"""

import contextlib
import os
import secrets
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Annotated, TypeVar

import msgspec

from p4lab.live.identity import AUTHORITY, KEY_SIZE, LAST_SEAT, Keys, Ticket, class_id, pack, secret, unpack

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

FORMAT = 1
FILES = ("profile.json", "seqs.json", "change.lock", "node.lock")

Seed = Annotated[bytes, msgspec.Meta(min_length=KEY_SIZE, max_length=KEY_SIZE)]

T = TypeVar("T")


class ProfileError(Exception):
    """Why a profile cannot be used, in a sentence that names the remedy."""


class ProfileTakenError(ProfileError):
    """A node runs on it."""


class Seating(msgspec.Struct, forbid_unknown_fields=False):
    """Whom an authority has given a seat. revoked: it may not come back. owner: as whom it signs by default."""

    seat: int
    name: str
    revoked: bool = False
    owner: bytes = b""


class OwnClass(msgspec.Struct):
    """A class whose authority this profile is. secret: the end of its join code. seats: by the holder's key in hex.

    serial: how often the list of who was revoked has changed.
    """

    name: str
    seed: Seed
    secret: str
    seats: dict[str, Seating] = {}
    serial: int = 0

    @property
    def keys(self) -> Keys:
        """The class key, by which the authority is known on channels too."""
        return Keys(self.seed)


class _Admission(msgspec.Struct):
    """A ticket to somebody's class, and what the class calls itself. revoked: ids, in hex, of who may not come in.

    word: the authority's, for that (outlaws.py).
    """

    ticket: bytes
    name: str
    revoked: list[str] = []
    word: bytes = b""


class _Head(msgspec.Struct):
    """All that is read of a file before it is known to be of this format."""

    format: int


class _Kept(msgspec.Struct):
    """What the file holds, as JSON."""

    format: int
    channel: Seed  # seed of the key that channels know
    admissions: dict[str, _Admission] = {}  # by class id
    identities: dict[str, Seed] = {}  # name -> seed of a signing key
    classes: dict[str, OwnClass] = {}  # by class id


class Profile:
    """An open profile. Raises ProfileError where something cannot be read or written."""

    def __init__(self, folder: Path, node: bool = False) -> None:
        """node: nobody else runs a node on it until `close`."""
        self.folder = folder
        self._made = not folder.exists()
        self._file = folder / "profile.json"
        self._node: IO[bytes] | None = None
        self._thread = threading.Lock()
        with self._explained():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if node:
                self._node = self._claimed(folder / "node.lock")
        try:
            self._kept = self._change(lambda kept: kept)
        except ProfileError:
            self.close()
            raise
        self.keys = Keys(self._kept.channel)

    def ticket(self, class_: str) -> Ticket | None:
        """The ticket to this class, if one was ever given."""
        admission = self._read().admissions.get(class_)
        return unpack(admission.ticket) if admission else None

    def class_name(self, class_: str) -> str:
        """What a class that this profile was admitted to calls itself."""
        admission = self._read().admissions.get(class_)
        return admission.name if admission else ""

    def admit(self, ticket: Ticket, class_name: str) -> None:
        """Keeps a ticket."""

        def change(kept: _Kept) -> None:
            known = kept.admissions.get(ticket.class_id)
            made = kept.admissions[ticket.class_id] = _Admission(pack(ticket), class_name)
            if known is not None:
                made.revoked, made.word = known.revoked, known.word

        self._change(change)

    def outlaws(self, class_: str) -> frozenset[bytes]:
        """Ids of whose tickets to somebody's class are known to be revoked."""
        admission = self._read().admissions.get(class_)
        return frozenset(map(bytes.fromhex, admission.revoked)) if admission else frozenset()

    def word(self, class_: str) -> bytes:
        """The authority's word for that, as `outlaw` was given it; empty where there is none."""
        admission = self._read().admissions.get(class_)
        return admission.word if admission else b""

    def outlaw(self, class_: str, ids: Iterable[bytes], word: bytes = b"") -> None:
        """These are, and no others: kept, since the teacher may be away when one of them knocks."""

        def change(kept: _Kept) -> None:
            if class_ in kept.admissions:
                kept.admissions[class_].revoked = sorted(each.hex() for each in ids)
                kept.admissions[class_].word = word

        self._change(change)

    def identities(self) -> Mapping[str, bytes]:
        """Public keys of the signing identities, by name."""
        return {name: Keys(seed).public for name, seed in self._read().identities.items()}

    def seed_of(self, name: str) -> bytes:
        """The seed of a signing identity; made, at random, when first asked for."""
        known = self._kept.identities.get(name)
        if known is not None:  # a seed never changes
            return known
        return self._change(lambda kept: kept.identities.setdefault(name, secrets.token_bytes(KEY_SIZE)))

    def own_class(self, class_: str) -> OwnClass | None:
        """The class of this id, if this profile is its authority."""
        return self._read().classes.get(class_)

    def open_class(self, name: str) -> OwnClass:
        """The class of this name that this profile is the authority of; a new one where there is none."""

        def change(kept: _Kept) -> OwnClass:
            for known in kept.classes.values():
                if known.name == name:
                    return known
            made = OwnClass(name, secrets.token_bytes(KEY_SIZE), secret(secrets.token_bytes(3)))
            kept.classes[class_id(made.keys.public)] = made
            return made

        return self._change(change)

    def seat(self, class_: str, key: bytes, name: str, owner: bytes = b"") -> Seating:
        """The seat of this key in a class of ours: the one it had, with the name it has now, or the next free one."""

        def change(kept: _Kept) -> Seating:
            own = kept.classes[class_]
            seating = own.seats.get(key.hex())
            if seating is None:
                last = max((each.seat for each in own.seats.values()), default=AUTHORITY)
                if last >= LAST_SEAT:
                    raise ProfileError(f"The class {own.name} has given out all its {LAST_SEAT} seats: open a new one.")
                seating = own.seats[key.hex()] = Seating(last + 1, name)
            seating.name = name
            seating.owner = owner or seating.owner
            return seating

        return self._change(change)

    def revoke(self, class_: str, key: bytes, on: bool = True) -> None:
        """The holder of this key may not come back to a class of ours, or (off) may again."""

        def change(kept: _Kept) -> None:
            seating = kept.classes[class_].seats.get(key.hex())
            if seating is not None:
                seating.revoked = on
                kept.classes[class_].serial += 1

        self._change(change)

    def seq(self, nid: bytes) -> int:
        """The highest seq signed here under a name; 0 if none."""
        return self._seqs().get(nid.hex(), 0)

    def signed(self, nid: bytes, seq: int) -> None:
        """Remembers that a put of this seq was signed."""
        with self._explained(), self._alone():
            seqs = self._seqs()
            if seq > seqs.get(nid.hex(), 0):
                _replace(self.folder / "seqs.json", msgspec.json.encode(seqs | {nid.hex(): seq}))

    def close(self) -> None:
        """Others may run a node on it now."""
        if self._node is not None:
            self._node.close()  # which unlocks it
            self._node = None

    def leave(self) -> None:
        """Close it: nothing came of it. A folder that it made goes, unless something else is in there."""
        self.close()
        if not self._made:
            return
        for name in FILES:
            (self.folder / name).unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # something else is in there
            self.folder.rmdir()

    def _read(self) -> _Kept:
        with self._explained(), self._alone():
            self._kept = self._load()
        return self._kept

    def _change(self, change: Callable[[_Kept], T]) -> T:
        with self._explained(), self._alone():
            kept = self._load()
            before = msgspec.json.encode(kept) if self._file.exists() else b""
            result = change(kept)
            after = msgspec.json.encode(kept)
            if after != before:
                _replace(self._file, after)
            self._kept = kept
        return result

    def _load(self) -> _Kept:
        if not self._file.exists():
            return _Kept(FORMAT, secrets.token_bytes(KEY_SIZE))
        _guard(self._file)
        try:
            data = self._file.read_bytes()
            if msgspec.json.decode(data, type=_Head).format > FORMAT:
                raise ProfileError(f"{self._file} is of a newer version: update this one, or name another --profile.")
            return msgspec.json.decode(data, type=_Kept)
        except (msgspec.DecodeError, ValueError) as problem:
            raise ProfileError(
                f"{self._file} is damaged ({problem}): move it away to begin with new keys, or name another --profile."
            ) from problem

    def _seqs(self) -> dict[str, int]:
        try:
            return msgspec.json.decode((self.folder / "seqs.json").read_bytes(), type=dict[str, int])
        except FileNotFoundError:
            return {}
        except msgspec.DecodeError as problem:
            raise ProfileError(f"{self.folder / 'seqs.json'} is damaged ({problem}): move it away.") from problem

    def _claimed(self, path: Path) -> IO[bytes]:
        handle = _opened(path)
        try:
            _lock(handle, wait=False)
        except OSError:
            handle.seek(1)  # the first byte is what is locked, and Windows lets nobody read that
            who = handle.read(20).decode("ascii", "replace").strip() or "unknown"
            handle.close()
            raise ProfileTakenError(
                f"The profile {self.folder} is in use by process {who}: stop that node, or name another with --profile."
            ) from None
        handle.truncate(0)
        handle.seek(0)
        handle.write(f" {os.getpid()}\n".encode())
        handle.flush()
        return handle

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with self._thread, _opened(self.folder / "change.lock") as handle:
            _lock(handle, wait=True)
            yield

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as problem:
            why = problem.strerror or str(problem)
            raise ProfileError(
                f"The profile {self.folder} cannot be used ({why}): name another --profile."
            ) from problem


def default_folder(platform: str, environment: Mapping[str, str], home: Path) -> Path:
    """Where programs of this platform keep what is a person's own."""
    if platform == "darwin":
        return home / "Library" / "Application Support" / "p4lab"
    if platform == "win32":
        return Path(environment.get("APPDATA") or home / "AppData" / "Roaming") / "p4lab"
    base = environment.get("XDG_DATA_HOME", "")
    return Path(base if base.startswith("/") else home / ".local" / "share") / "p4lab"  # the XDG rule: else ignored


def _replace(path: Path, data: bytes) -> None:
    """Writes a file whole: a reader, and a crash, see the old or the new."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)  # left by a crash, perhaps of other rights
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(path)
    if sys.platform != "win32":  # where a folder cannot be opened
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _guard(path: Path) -> None:
    """Takes away what others may do with a file that holds keys, should a copy have given it to them."""
    if sys.platform != "win32" and path.stat().st_mode & 0o077:
        path.chmod(0o600)


def _opened(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")


def _lock(handle: IO[bytes], wait: bool) -> None:
    """Locks a file until it is closed, whoever dies. Raises OSError where somebody else has it and we do not wait."""
    if sys.platform == "win32":
        handle.seek(0)
        msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
