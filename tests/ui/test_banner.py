"""What stays hidden from a provider, in words."""

import pytest

from p4lab.world.observed import Gap
from ui.banner import hidden

CALLED = dict(enumerate(("Aster", "Birch", "Cedar", "Dahlia")))
HIDDEN, OF = "20 of 30 events are hidden from Aster.", "of Aster’s keys that Aster cannot see."


@pytest.mark.parametrize(
    ("gap", "says"),
    [
        (Gap(10, 30, {}), HIDDEN),
        (Gap(10, 30, {1: 214}), f"{HIDDEN} Birch answered 214 reads {OF}"),
        (Gap(10, 30, {1: 1, 2: 5, 3: 3}), f"{HIDDEN} Cedar answered 5, Dahlia answered 3 and others 1 reads {OF}"),
    ],
)
def test_what_stays_hidden(gap: Gap, says: str) -> None:
    assert hidden(gap, CALLED, 0) == says
