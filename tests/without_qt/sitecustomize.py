"""Makes importing Qt, pyqtgraph or the window fail, as on a machine that has none of them.

Python imports a `sitecustomize` that it finds on its path at start: with this folder on PYTHONPATH, programs that tests
start have no Qt either. tests/conftest.py puts it there when P4LAB_NO_QT is set.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

ABSENT = ("PySide6", "shiboken6", "pyqtgraph", "ui")


class QtIsAbsent:
    """A finder that is asked first and refuses what is said to be absent."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Nothing to say about a module, unless it is absent."""
        if name.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"No module named {name!r} (P4LAB_NO_QT is set)", name=name)
        return None


sys.meta_path.insert(0, QtIsAbsent())
