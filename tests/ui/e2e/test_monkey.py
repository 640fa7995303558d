"""Random things done to the window: no exception, no warning of Qt, no timer that goes on.

Each seed does 200 of them here; `make monkey` does a thousand with each.
"""

import os
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.desk import Desk
from tests.ui.e2e.monkey import Monkey

STEPS = int(os.environ.get("P4LAB_MONKEY", "100"))  # with each seed


@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_done_the_window_goes_on(seed: int, qtbot: QtBot, tmp_path: Path) -> None:
    desk = Desk(qtbot, tmp_path)
    monkey = Monkey(desk, seed)
    try:
        monkey.play(STEPS)
    except BaseException:
        print("the last of it:", *monkey.did[-12:], sep="\n  ")
        raise
    finally:
        desk.leave()
    assert len(monkey.did) == STEPS
