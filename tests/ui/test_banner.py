"""What stays hidden from a provider, in words."""

import pytest

from p4lab.world.observed import Gap
from ui.banner import hidden

CALLED = dict(enumerate(("Aster", "Birch", "Cedar", "Dahlia")))


@pytest.mark.parametrize(
    ("gap", "says"),
    [
        (Gap(10, 30, {}), "20 of 30 events are hidden from Aster."),
        (
            Gap(10, 1030, {1: 214}),
            "1\u202f020 of 1\u202f030 events are hidden from Aster. Birch answered 214 reads of Aster’s keys that Aster "
            "cannot see.",
        ),
        (
            Gap(1, 2, {1: 1, 2: 5, 3: 3}),
            "1 of 2 events are hidden from Aster. Cedar answered 5, Dahlia answered 3 and others 1 reads of Aster’s keys "
            "that Aster cannot see.",
        ),
    ],
)
def test_what_stays_hidden(gap: Gap, says: str) -> None:
    assert hidden(gap, CALLED, 0) == says
