"""Harm: what misbehaving providers cost their own customers and all others, and what was caught of it (5.14).

Rules: only what is answered while somebody misbehaves counts, so a run without a liar has zeros. A get is judged when
its answer is there, against the true history. What a provider reports of gets is worked out from its switch: no message
carries a bill.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from p4lab.core.distinct import Words
from p4lab.core.events import (
    Adopted,
    Dropped,
    Event,
    GetFinished,
    Gone,
    Joined,
    Misbehaving,
    Noticed,
    Pair,
    Peered,
    PutFinished,
    PutStarted,
    Rejected,
    Stored,
    pair_of,
)  # fmt: skip
from p4lab.core.history import REGIME_WORDS
from p4lab.core.misbehaviour import E_REFUSED, measure
from p4lab.metrics.columns import Table
from p4lab.metrics.standing import Standing

KINDS = ("stale", "missed", "wrong", "refused")
_EMPTY_HANDED = ("NOT_FOUND", "PARTIAL", "TIMEOUT", "E_AGAIN")
_OP = np.dtype([("t", "<f8"), ("own", "?"), ("put", "?"), *((kind, "?") for kind in KINDS)])
_READ = np.dtype([("t", "<f8"), ("at", "<i4"), ("of", "<i4"), ("regime", "u1"), ("said", "<f8"), ("seen", "?")])
_CAUGHT = np.dtype([("t", "<f8"), ("code", "<i4")])


class Harm:
    """takes: what it wants of each kind of Event; answers come by `finished`. providers: their names, by node."""

    def __init__(self, providers: dict[int, str]) -> None:
        self.lying: dict[int, tuple[str, ...]] = {}  # who misbehaves now, and how
        self._providers = providers
        self._standing = standing = Standing()
        self._since: dict[tuple[int, str], float] = {}  # (node, switch): when it was first on
        self._liars: set[int] = set()  # whoever misbehaved once
        self._pairs: set[Pair] = set()  # who had a link with whom
        self._ops, self._reads, self._caught = Table(_OP), Table(_READ), Table(_CAUGHT)
        self._codes: Words[str] = Words()
        self.takes: dict[type[Event], Callable[[Any], None]] = {
            PutStarted: standing.asked, Stored: standing.stored, Dropped: standing.dropped, Joined: self._joined,
            Peered: self._peered, Adopted: self._joined, Misbehaving: self._switched, Gone: self._left,
            Rejected: self._caught_at, Noticed: self._caught_at,
        }  # fmt: skip

    def finished(self, event: GetFinished | PutFinished, started: float, lag: int, regime: int) -> None:
        """An operation is answered while somebody misbehaves. lag: of a get that returned something, else 0."""
        t, nid, get = event.t, event.nid, isinstance(event, GetFinished)
        values = event.values if isinstance(event, GetFinished) else ()
        missed = get and event.outcome in _EMPTY_HANDED and self._standing.existed(nid, started, t)
        wrong = any(not self._standing.ever(nid, value) for value in values)
        own, refused = event.node in self.lying, event.outcome == E_REFUSED
        self._ops.append((t, own, not get, lag > 0, missed, wrong, refused))
        unsaid = measure(self.lying.get(event.node, ()), "under_report")
        if unsaid is None or not isinstance(event, GetFinished) or not event.source:
            return
        for home in self._standing.homes(nid, event.entries):
            if home != event.node:
                seen = event.source == "remote" and pair_of(home, event.node) in self._pairs
                self._reads.append((t, event.node, home, regime, 1.0 - unsaid, seen))

    def report(self, t: float) -> dict[str, Any]:
        """The group `harm` of contracts section 3 as of time t."""
        ops, caught = self._ops.upto(t), self._caught.upto(t)
        codes = np.bincount(caught["code"], minlength=len(self._codes)).tolist()
        liars: dict[str, list[str]] = {}
        for (node, switch), since in self._since.items():
            if since <= t:
                liars.setdefault(self._providers.get(node, str(node)), []).append(switch)
        return {
            "liars": liars,
            "own": _part(ops[ops["own"]]),
            "others": _part(ops[~ops["own"]]),
            "caught": {code: n for code, n in sorted(zip(self._codes, codes, strict=True)) if n},
            "reports": self._reports(self._reads.upto(t)),
        }

    def _reports(self, reads: np.ndarray) -> dict[str, Any]:
        """By regime, summed over (reader's provider, owner's provider): what one side reports, what the other saw."""
        by = reads[["at", "of", "regime"]]
        rows = [(int(place["regime"]), reads[by == place]) for place in np.unique(by)]
        return {
            "all": _bill([some for _, some in rows]),
            **{
                REGIME_WORDS[regime]: _bill([some for number, some in rows if number == regime])
                for regime in sorted({regime for regime, _ in rows})
            },
        }

    def _joined(self, event: Joined | Adopted) -> None:
        if event.parent is not None:
            self._pairs.add(pair_of(event.node, event.parent))

    def _peered(self, event: Peered) -> None:
        self._pairs.update(pair_of(event.node, peer) for peer in event.peers)

    def _switched(self, event: Misbehaving) -> None:
        if event.switches:
            self.lying[event.node] = event.switches
            self._liars.add(event.node)
        else:
            self.lying.pop(event.node, None)
        for switch in event.switches:
            self._since.setdefault((event.node, switch.partition("=")[0]), event.t)

    def _left(self, event: Gone) -> None:
        self.lying.pop(event.node, None)
        self._standing.left(event)

    def _caught_at(self, event: Rejected | Noticed) -> None:
        if event.src in self._liars:
            self._caught.append((event.t, self._codes.number(event.code)))


def _part(ops: np.ndarray) -> dict[str, Any]:
    gets, puts = ops[~ops["put"]], ops[ops["put"]]
    counts = {kind: int(np.count_nonzero(gets[kind])) for kind in KINDS}
    harmed = np.zeros(len(gets), bool)
    for kind in KINDS:
        harmed |= gets[kind]
    counts["harmed"] = int(np.count_nonzero(harmed))
    return {
        "gets": len(gets),
        **counts,
        "shares": {kind: n / len(gets) if len(gets) else None for kind, n in counts.items()},
        "puts": len(puts),
        "puts_refused": int(np.count_nonzero(puts["refused"])),
    }


def _bill(pairs: list[np.ndarray]) -> dict[str, float]:
    """Gets, what the readers' providers report of them, what the owners' saw themselves, and what is left unsaid."""
    said = [float(reads["said"].sum()) for reads in pairs]
    seen = [int(np.count_nonzero(reads["seen"])) for reads in pairs]
    gets = [len(reads) for reads in pairs]
    return {
        "gets": sum(gets),
        "reported": round(sum(said), 6),
        "observed": sum(seen),
        "unreported": round(sum(gets) - sum(said), 6),
        "unreported_observable": round(sum(max(0.0, saw - says) for saw, says in zip(seen, said, strict=True)), 6),
    }
