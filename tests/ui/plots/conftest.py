"""The theme that the tests of panels share."""

from tests.ui.panels.conftest import themes

__all__ = ["themes"]
