"""The window with a person before it, for every test that wants one: closed (`new_desk`), or with a scenario open."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.desk import Desk


@pytest.fixture
def new_desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    """Nothing is open yet."""
    made = Desk(qtbot, tmp_path)
    yield made
    made.leave()


@pytest.fixture
def desk(new_desk: Desk) -> Desk:
    """Its scenario is open, paused at the start."""
    new_desk.open()
    return new_desk
