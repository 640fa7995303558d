"""The way in: the window with its welcome page, painted before anything else is loaded; then all the rest of it.

Rules: imports Qt and the welcome page alone, for somebody waits. What is built afterwards is built by app.py.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSettings, QStandardPaths, QTimer
from PySide6.QtWidgets import QApplication

from ui.taste import Taste
from ui.window import Window

STOPPED = 130  # exit status after Ctrl+C (contracts section 1)
HEARTBEAT = 250  # ms


def application(arguments: list[str] | None = None) -> QApplication:
    """The one QApplication, with its names."""
    app = QApplication(["p4lab", *(arguments or [])])
    app.setApplicationName("P4 Lab")
    app.setDesktopFileName("p4lab")
    return app


def show(file: Path | None, painted: Callable[[], None] | None = None) -> int:
    """Open the window and stay until it is closed; the exit status. painted: called after the first frame instead of

    furnishing the window.
    """
    app = application()
    settings = QSettings("P4 Lab", "P4 Lab")
    window = Window(Taste(app, settings), settings)
    start = QTimer(interval=0, singleShot=True)  # after the whole frame
    start.timeout.connect(painted or (lambda: _furnish(window, settings, file)))
    window.painted.connect(start.start)
    alive = QTimer(interval=HEARTBEAT)  # Python hears of Ctrl+C only when some of it runs
    alive.timeout.connect(lambda: None if window.furnished else start.start())  # nor is a hidden window painted
    alive.start()
    window.show()
    window.activateWindow()  # keys work at once, where no window manager hands out the focus too
    status = app.exec()
    alive.stop()
    start.stop()
    if window.furnished:
        window.player.close()
    sys.excepthook = sys.__excepthook__
    return status


def _furnish(window: Window, settings: QSettings, file: Path | None) -> None:
    """The engine, pyqtgraph and all panels are loaded here: this is what the first frame does not wait for."""
    import signal  # noqa: PLC0415 the reason stands above

    from ui import app  # noqa: PLC0415 the reason stands above

    if window.furnished:
        return
    signal.signal(signal.SIGINT, lambda *_: QApplication.exit(STOPPED))
    data = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation)
    app.furnish(window, settings, Path(data) / "recovery")
    sys.excepthook = app.report_to(window)
    if file is not None:
        window.document.open(file)
        app.offer_recovery(window)  # without a file the welcome page does
