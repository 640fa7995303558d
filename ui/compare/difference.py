"""What is different on two maps at one time: who holds what of the selected key, and what is under way.

Rules: no Qt. A function of two moments; providers are the same where their names are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ui.canvas.looks import Look

ABSENT = "not there"


@dataclass(frozen=True)
class Apart:
    """A provider that holds something else in the other run. stale: whether that is behind."""

    node: int
    here: str
    there: str
    stale: bool


def apart(here: Sequence[Look], names: Sequence[str], there: Sequence[Look], others: Sequence[str]) -> list[Apart]:
    """The providers whose copies differ, by their number in the first run."""
    found = dict(zip(others, there, strict=False))
    result = []
    for node, (name, look) in enumerate(zip(names, here, strict=False)):
        other = found.get(name)
        one, two = _said(look), ABSENT if other is None else _said(other)
        if one != two:
            result.append(Apart(node, one, two, other is not None and other.stale))
    return result


def _said(look: Look) -> str:
    return look.texts[0] if look.texts else ""
