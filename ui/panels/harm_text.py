"""The words of harm: what misbehaving has cost own customers and all others, what was caught, what was left unsaid.

Rules: pure functions of the metrics' group `harm` (contracts section 3), no Qt; empty where nobody has misbehaved.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from p4lab.metrics import Metrics
from ui import words

KINDS = {"stale": "Stale", "missed": "Missed", "wrong": "Wrong", "refused": "Refused", "harmed": "In all"}
MEANS = (
    "Missed: not found although it was there. Wrong: a value that nobody has put. Counted while somebody misbehaves."
)


class Harm(msgspec.Struct, frozen=True):
    """who: a line each for who misbehaves or did. head, rows: the table. facts: what was caught, what is reported."""

    title: str
    who: tuple[str, ...]
    head: tuple[str, str, str]
    rows: tuple[tuple[str, str, str], ...]
    facts: tuple[tuple[str, str], ...]


def harm(metrics: Metrics, t: float, name: str = "") -> Harm | None:
    """Up to t. name: the provider that it is shown for, or empty for the run; None if it does not concern that."""
    found = metrics.harm(t)
    liars = found["liars"]
    if not liars or (name and name not in liars):
        return None
    several = len(liars) > 1
    whose = "Their customers" if several else f"{next(iter(liars))}’s customers"
    own, others = found["own"], found["others"]
    rows = [("Gets", words.grouped(own["gets"]), words.grouped(others["gets"]))]
    rows += [(word, _part(own, kind), _part(others, kind)) for kind, word in KINDS.items()]
    if own["puts_refused"] or others["puts_refused"]:
        rows.append(("Puts refused", _puts(own), _puts(others)))
    who = () if name and not several else tuple(
        f"{liar}: {', '.join(words.SWITCHES.get(switch, switch) for switch in switches)}"
        for liar, switches in liars.items()
    )  # fmt: skip
    return Harm(
        title="What all misbehaving has cost" if several else "What the misbehaving has cost",
        who=who,
        head=("", whose, "All others"),
        rows=tuple(rows),
        facts=(("Caught", _caught(found["caught"])), *_reports(found["reports"]["all"])),
    )


def _part(part: Mapping[str, Any], kind: str) -> str:
    count = part[kind]
    return f"{words.grouped(count)} ({words.share(part['shares'][kind])})" if count else "0"


def _puts(part: Mapping[str, Any]) -> str:
    return f"{words.grouped(part['puts_refused'])} of {words.grouped(part['puts'])}"


def _caught(codes: Mapping[str, int]) -> str:
    said = [f"{words.grouped(count)} × {words.caught(code)}" for code, count in codes.items()]
    return "; ".join(said) or "nothing yet"


def _reports(bill: Mapping[str, float]) -> list[tuple[str, str]]:
    """Of reads of what others' customers put, at providers that under-report: what settlements would rest on."""
    if not bill["gets"]:
        return []
    said = f"{_number(bill['reported'])} of {words.plural(int(bill['gets']), 'get')} of others’ data"
    hidden = (
        f"{_number(bill['unreported'])}, of which the others saw {_number(bill['unreported_observable'])} themselves"
    )
    return [("Reported", said), ("Unreported", hidden)]


def _number(value: float) -> str:
    return words.grouped(value, 0 if value == round(value) else 1)
