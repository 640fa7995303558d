"""The mutants of `make mutants` still apply: the text that each replaces stands in its file exactly once."""

from __future__ import annotations

import pytest

from tests.mutants import MUTANTS, ROOT, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_applies(mutant: Mutant) -> None:
    text = (ROOT / "p4lab" / mutant.file).read_text("utf-8")
    assert (text.count(mutant.old), mutant.old != mutant.new) == (1, True)
    assert all((ROOT / "tests" / name).is_file() for name in mutant.tests.split())
