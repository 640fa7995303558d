"""What the tests of panels share: a theme of the test application, put back afterwards."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from tests.ui import runs
from ui.theme import ThemeSwitch


@pytest.fixture
def themes(qapp: QApplication) -> Iterator[ThemeSwitch]:
    """The light theme, which the test may change."""
    font, palette = qapp.font(), qapp.palette()
    made = runs.theme()
    yield made
    qapp.styleHints().colorSchemeChanged.disconnect(made._follow)
    qapp.setStyleSheet("")
    qapp.setPalette(palette)
    qapp.setFont(font)
    made.deleteLater()
