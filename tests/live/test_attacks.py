"""An honest client is served while a node is attacked; the whole bench of attacks is tests.proofs.attacks."""

import sys

import pytest

from tests.proofs.attackers import Told
from tests.proofs.attacks import GROWTH, Figures, measured, wrong

QUIET, SMALL = 0.004, 40.0  # s, MB


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc, and 127.0.0.2 is Linux's")
def test_who_never_reads_makes_nobody_wait_and_no_memory_grow() -> None:
    """How long the honest ones waited is for a quieter machine to say than one that runs tests."""
    for figures, _ in measured(0.6, ["flood"], attempts=1):
        assert (figures.failed, figures.requests) == ([], 27)
        assert figures.memory < SMALL + GROWTH + 20
    assert figures.told.done["gets"] > 500


@pytest.mark.parametrize(
    ("figures", "what"),
    [
        (Figures("slow", 0.0119, 270, [], 89.0, 0, Told()), ""),
        (Figures("slow", 0.0121, 270, [], 89.0, 0, Told()), "p99 12.1 ms"),
        (Figures("slow", 0.01, 270, [], 91.0, 0, Told()), "91 MB"),
        (Figures("slow", 0.01, 270, ["TIMEOUT"], 80.0, 0, Told()), "1 of its requests failed: TIMEOUT"),
        (Figures("amplify", 0.01, 0, [], 80.0, 1_600_000, Told({"asked": 0})), "1,600,000 bytes were sent"),
        (Figures("amplify", 0.01, 0, [], 80.0, 1_200_000, Told({"asked": 0})), ""),
        (Figures("hog", 0.01, 270, [], 80.0, 0, Told({"OK": 901, "E_CAP": 9})), "901 stored, 9 refused"),
        (Figures("hog", 0.01, 270, [], 80.0, 0, Told({"OK": 800})), "800 stored, 0 refused"),
        (Figures("hog", 0.01, 270, [], 80.0, 0, Told({"OK": 900, "E_CAP": 9})), ""),
    ],
)
def test_what_is_wrong_is_found(figures: Figures, what: str) -> None:
    found = wrong(figures, QUIET, SMALL, 6.0)
    assert (len(found), what in "".join(found)) == (bool(what), True)
