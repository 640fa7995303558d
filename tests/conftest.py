"""How all tests run: without a screen, reproducibly, and (with P4LAB_NO_QT=1) where importing Qt fails.

Rules: nothing here knows P4 Lab. Tests that need the window live in tests/ui; `make test` runs all others without Qt,
as `P4LAB_NO_QT=1 python -m pytest -p no:pytest-qt` does, and the window's with P4LAB_WINDOW_ONLY=1.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

HERE = Path(__file__).parent
NO_QT = bool(os.environ.get("P4LAB_NO_QT"))
# The window's tests, and those that are about the whole repository rather than the engine.
WINDOW = ["ui", "bench", "test_rings.py", "test_packaging.py", "test_house_style.py"]
PYTEST_QT_OPTIONS = ("qt_api", "qt_log_level_fail", "qt_log_ignore")
QT_PACKAGES = "libgl1 libegl1 libxkbcommon0 libdbus-1-3 libfontconfig1 libglib2.0-0"  # Debian's names

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

hypothesis.settings.register_profile("local", deadline=None, max_examples=50)
hypothesis.settings.register_profile("ci", deadline=None, max_examples=50, derandomize=True, database=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "local")

if NO_QT:
    collect_ignore = WINDOW
    _path = str(HERE / "without_qt")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [_path, os.environ.get("PYTHONPATH")]))
    if "sitecustomize" in sys.modules:  # the interpreter's own; ours replaces it in programs that tests start
        del sys.modules["sitecustomize"]
    sys.path.insert(0, _path)
    import sitecustomize  # noqa: F401 importing it is what makes Qt absent

    sys.path.remove(_path)
else:
    if os.environ.get("P4LAB_WINDOW_ONLY"):  # the engine's tests have their own run, without Qt
        collect_ignore = [path.name for path in HERE.iterdir() if path.name not in (*WINDOW, "conftest.py")]
    try:
        import PySide6.QtWidgets  # noqa: F401 a missing system library shows here, and is better said once
        from PySide6.QtCore import QCoreApplication, QEvent, QTimer
        from shiboken6 import isValid
    except ImportError as problem:
        pytest.exit(f"Qt does not load: {problem}. On Debian or Ubuntu: apt-get install {QT_PACKAGES}", returncode=3)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Without Qt there is no pytest-qt to know its options in pyproject.toml."""
    if NO_QT:
        for name in PYTEST_QT_OPTIONS:
            parser.addini(name, "pytest-qt's, unused without Qt")


def pytest_collection_finish() -> None:
    """What the imports made stays: without it the collector after each test has a tenth of the work."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _no_timer_left_running(request: pytest.FixtureRequest) -> Iterator[None]:
    """A window that is closed stops its timers: one that still runs after its test fails that test."""
    if HERE / "ui" not in request.path.parents:
        yield
        return
    before = {id(timer) for timer in _running_timers()}
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # what was closed is gone now, as in a real run
    gc.collect()
    left = [timer for timer in _running_timers() if id(timer) not in before]
    names = [f"{timer.objectName() or 'a QTimer'} every {timer.interval()} ms of {timer.parent()}" for timer in left]
    for timer in left:
        timer.stop()
    assert names == [], "timers still run after the test"


def _running_timers() -> list[QTimer]:
    return [item for item in gc.get_objects() if issubclass(type(item), QTimer) and isValid(item) and item.isActive()]
