"""Whatever bytes come in, a node refuses them in one way or takes them: `python -m tests.proofs.fuzz`.

Rules: a million seeded mutations of sound frames and messages. Decoding raises `frames.BAD` alone; what decodes is
handed to a provider, as of a peer, of a child and of a customer, which must not raise at all; what it says can be sent;
memory does not grow. Where atheris is installed, it searches for a minute as well, led by coverage.
"""

import argparse
import importlib.util
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from p4lab.core import messages as m
from p4lab.core.contract import Received, Send, SendAll, Woke
from p4lab.core.events import Stored
from p4lab.core.messages import Message
from p4lab.core.names import Kind, Regime
from p4lab.core.neighbours import Role
from p4lab.core.options import Options
from p4lab.core.provider import Provider
from p4lab.core.records import TOMBSTONE, Record, announcement, authenticated, immutable, removal, unauthenticated
from p4lab.core.signing import Ed25519, Modelled, Signer, identity_seed
from p4lab.live import frames, wire
from p4lab.live.frames import BAD
from p4lab.live.limits import FRAME

SEED = 11
MUTATIONS = 1_000_000
GROWTH = 32  # MB that memory may grow by, which a leak of 40 bytes each would exceed
AGE = 1000  # messages that one provider takes: then it is replaced, as what it stores is meant to grow
REAL = 4  # one provider in so many checks real signatures
SEARCH = 60  # s that atheris searches

NID, SIGNED, HASH = b"n" * 32, identity_seed("Ann"), b"h" * 32
INTERESTING = (
    0x00,
    0x7F,
    0x80,
    0x90,
    0xC0,
    0xC1,
    0xC4,
    0xC6,
    0xC7,
    0xCB,
    0xCF,
    0xD3,
    0xD9,
    0xDB,
    0xDC,
    0xDD,
    0xDF,
    0xFF,
)


class Figures(NamedTuple):
    """What came of the mutations. refused: not decoded. taken: handed to a provider. sent: what it said to others."""

    mutations: int
    refused: int
    taken: int
    sent: int
    grown: float  # MB


def records(signer: Signer) -> list[Record]:
    """One of each form."""
    signed = authenticated(signer, SIGNED, b"news/1", b"hello", Regime.VALUE, 30_000, 60_000, 3)
    return [
        signed, announcement(signed), authenticated(signer, SIGNED, b"old", b"", Regime.KEY, 0, 0, 4, TOMBSTONE),
        immutable(b"immutable", Regime.KEY, 1000, 0), unauthenticated(b"set", b"one", Regime.GET_BROADCAST, 1000, 2000),
        unauthenticated(b"set", b"two", Regime.VALUE, 1000, 0, HASH), removal(b"set", b"two", Regime.VALUE, b"secret"),
        unauthenticated(b"set", b"v" * 1024, Regime.VALUE, 0, 0),
    ]  # fmt: skip


def corpus(signer: Signer) -> list[Message]:
    """Sound messages of every kind."""
    some = records(signer)
    updates = [
        m.Update(7, each.nid, 0, each, Stored(2, 7, each.nid, "L", id=9) if each.value else None, (2, 3), True, 4.5)
        for each in some
    ]
    puts = [m.PutRequest(8, each.nid, 0, each, None, False, HASH) for each in some]
    gets = [m.GetRequest(9, each.nid, 0, each.kind, each.key, each.owner) for each in some]
    sets = tuple(each for each in some if each.kind is Kind.UNAUTHENTICATED and each.value)
    answers = [
        m.Answer(10, NID, 0, m.HIT, "OK", "remote", sets, (3, HASH), False, (4, 5), 99, 1.5, HASH),
        m.Answer(10, NID, 0, m.MISS, "NOT_FOUND"),
    ]
    others: list[Message] = [
        m.GetQuery(1, some[0].nid, 0, 2, 3, Kind.AUTHENTICATED, 2.0, 0, 4, 5, 6, (7, 8), b""),
        m.GetQuery(1, some[4].nid, 0, 3, 0, Kind.UNAUTHENTICATED, 2.0, after=HASH),
        m.Fetch(1, some[0].nid, 0, 4, 3, Kind.AUTHENTICATED, 2.0, b"", 0, (7,)),
        m.GetReply(1, some[0].nid, 0, 1, m.HIT, (some[0],), (30.0,), 12, (), False, b""),
        m.FetchReply(1, some[4].nid, 0, 1, m.HIT, sets, (1.0,) * len(sets), 12, (3,), True, HASH),
        m.Hello(b"", 0, Role.PEER, (), 1), m.Hello(b"", 0, Role.CHILD, (1, 9), 2), m.Bye(b"", 0, "CYCLE"),
        m.SyncDigest(b"", 0, (1, 2**64 - 1, 3, 4), 1), m.SyncDigest(b"", 0, (0,), 1),
        m.SyncItems(b"", 0, tuple(updates[:3]), True, 1, (0, 1), 4, 1, 0), m.Leave(1, HASH, 0, HASH, 4),
        m.Relayed(puts[0].op, puts[0].nid, 0, 5, puts[0], 2.0), m.Relayed(9, gets[0].nid, 0, 6, gets[0], 2.0),
        m.RelayedAnswer(10, NID, 0, 5, m.HIT, answers[0]),
    ]  # fmt: skip
    return [*updates, *puts, *gets, *answers, *others]


def letters() -> list[bytes]:
    """Sound frames that carry no message."""
    member = frames.Member(3, b"i" * 16, "Ann", ("10.0.0.7:4700",))
    plain = [
        frames.Ping(1.5), frames.Pong(1.5, 2.5), frames.Bye("done"), frames.Open("member", ("10.0.0.7:4700",)),
        frames.Join("ABCD", "Ann"), frames.Welcome(b"t" * 300, "P4"), frames.Refused("no"), frames.AskPeering(),
        frames.AnswerPeering(True), frames.EndPeering(), frames.Watch(True), frames.Seen(b"e" * 50, 3),
        frames.Seated((member, member)), frames.Said("hello"), frames.Frozen(True), frames.Propose(3, True),
        frames.Relay(3, 1, b"d" * 50), frames.Echo(5),
    ]  # fmt: skip
    return [frames.encode(each) for each in plain]


def hostile() -> list[bytes]:
    """What is known to have broken decoders: deep nesting, lengths of 4 GB, extensions, strings that are no text."""
    return [
        b"\x91" * 16_000, b"\x92\x08" + b"\x91" * 15_000, b"\xdd\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff",
        b"\x93\x08\x01\xc6\xff\xff\xff\xff", b"\xc7\x08\x05" + bytes(8), b"\xd6\xff" + bytes(4),
        b"\x92\x03\xa2\xff\xfe", b"\xdf\xff\xff\xff\xff", b"", bytes(FRAME + 1),
    ]  # fmt: skip


def mutated(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """Somewhat other bytes."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        at = rng.randrange(len(changed) + 1)
        match rng.randrange(8):
            case 0 if at < len(changed):
                changed[at] ^= 1 << rng.randrange(8)
            case 1 if at < len(changed):
                changed[at] = rng.choice(INTERESTING)
            case 2:
                del changed[at : at + rng.randrange(1, 9)]
            case 3:
                changed[at:at] = changed[at : at + rng.randrange(1, 40)]
            case 4:
                changed[at:at] = rng.randbytes(rng.randrange(1, 9))
            case 5:
                del changed[at:]
            case 6:
                changed[at:] = other[rng.randrange(len(other) + 1) :]
            case _ if at < len(changed):
                changed[at] = (changed[at] + rng.choice((1, -1))) % 256
    return bytes(changed)


class Target:
    """What the bytes are thrown at."""

    def __init__(self) -> None:
        self.refused = self.taken = self.sent = self._count = 0
        self._modelled, self._real = Modelled(), Ed25519()
        self._provider = self._begun()

    def frame(self, data: bytes) -> None:
        """Bytes of a channel."""
        try:
            frame = frames.decode(data)
        except BAD:
            self.refused += 1
            return
        frames.encode(frame)
        if isinstance(frame, frames.Carried):
            self.message(frame.message)

    def message(self, data: bytes) -> None:
        """Bytes of a message."""
        try:
            message = wire.decode(data)
        except BAD:
            self.refused += 1
            return
        self._count += 1
        if self._count % AGE == 0:
            self._provider = self._begun()
        self.taken += 1
        src = (2, 3, 5, 40_000)[self._count % 4]
        effects = self._provider.handle(Received(src, message, 1), self._count / 100)
        if self._count % 10 == 0:
            effects = [*effects, *self._provider.handle(Woke(), self._count / 100)]
        for effect in effects:
            if isinstance(effect, Send | SendAll):
                wire.encode(effect.message)
                self.sent += 1

    def _begun(self) -> Provider:
        """Peers 2 and 5, a child 3, and the records of the corpus at hand."""
        real = self._count // AGE % REAL == REAL - 1
        provider = Provider(1, Options(max_value=1024), self._real if real else self._modelled, 0.0)
        provider.peer_with((2, 5))
        provider.adopt((3,), ())
        return provider


def resident() -> float:
    """MB of memory that this process has had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def fuzz(mutations: int, seed: int = SEED) -> Figures:
    """Throw so many mutations."""
    rng, target = random.Random(seed), Target()
    sound = [wire.encode(message) for signer in (Modelled(), Ed25519()) for message in corpus(signer)]
    carried = [frames.encode(frames.Carried(5 << 40 | 7, data)) for data in sound] + letters()
    for data in hostile():
        target.frame(data)
        target.message(data)
    before = 0.0
    for number in range(mutations):
        if number == mutations // 10:
            before = resident()  # by then all is there that stays
        if number % 4:
            target.message(mutated(rng.choice(sound), rng.choice(sound), rng))
        else:
            target.frame(mutated(rng.choice(carried), rng.choice(carried), rng))
    return Figures(mutations, target.refused, target.taken, target.sent, resident() - before)


def search(seconds: int) -> None:
    """Let atheris search; it ends the process that it runs in."""
    import atheris  # noqa: PLC0415  whoever has not installed it goes without

    target = Target()

    def one(data: bytes) -> None:
        target.message(data)
        target.frame(data)

    atheris.instrument_all()
    options = [f"-max_total_time={seconds}", "-max_len=2048", "-rss_limit_mb=1024", "-print_final_stats=1"]
    with tempfile.TemporaryDirectory() as folder:
        for number, message in enumerate(corpus(Modelled())):
            (Path(folder) / str(number)).write_bytes(wire.encode(message))
        atheris.Setup([sys.argv[0], folder, *options], one)
        atheris.Fuzz()


def main() -> int:
    """The whole proof; the exit status is 1 where memory grew. Anything that is raised ends it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutations", type=int, default=MUTATIONS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--search", type=int, default=SEARCH, help="seconds that atheris searches, 0 = not at all")
    parser.add_argument("--only-search", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only_search:
        search(given.search)
        return 0
    began = time.perf_counter()
    found = fuzz(given.mutations, given.seed)
    print(
        f"seed {given.seed}: {found.mutations:,} mutations in {time.perf_counter() - began:.0f} s: {found.refused:,} "
        f"refused, {found.taken:,} taken by a provider, which said {found.sent:,} things; memory grew by "
        f"{found.grown:.1f} MB",
        flush=True,
    )
    good = found.grown <= GROWTH
    if given.search and importlib.util.find_spec("atheris") is None:
        print("atheris is not installed (pip install atheris): no search led by coverage")
    elif given.search:
        command = [sys.executable, "-m", "tests.proofs.fuzz", "--only-search", "--search", str(given.search)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        stats = [line.removeprefix("stat::") for line in ended.stderr.splitlines() if line.startswith("stat::number")]
        print(f"atheris, {given.search} s: {' '.join(stats) or ended.stderr[-2000:]}, exit status {ended.returncode}")
        good = good and ended.returncode == 0
    print("Nothing but a refusal came of it." if good else "FAILED")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
