"""Whatever a customer may be told has words, read from the sources of all that answers."""

from __future__ import annotations

import re
from pathlib import Path

from p4lab.core.outcomes import OUTCOMES, said

SOURCES = Path(__file__).parent.parent.parent / "p4lab"
NOTICED = {"E_OLD"}  # what a provider notices of a neighbour, and tells no customer


def test_every_code_has_a_sentence() -> None:
    texts = [path.read_text() for part in ("core", "live", "stage") for path in (SOURCES / part).rglob("*.py")]
    used = {code for text in texts for code in re.findall(r'"(E_[A-Z_]+)"', text)}
    assert len(used) > 15
    assert used - NOTICED <= set(OUTCOMES)


def test_what_has_no_words_is_its_own() -> None:
    assert [said(code) for code in ("E_SEQ_OLD", "E_NEW")] == ["refused: a newer version is stored", "E_NEW"]
