"""The application: builds the objects, hands each what it needs, and answers a fault with a sentence.

Rules: the only place that knows all parts; no singletons, everything is a constructor argument.
"""

import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QSettings, QStandardPaths, QTimer
from PySide6.QtWidgets import QApplication

from p4lab.session.simulated import Simulated
from ui.dialogs import Dialogs
from ui.document import Document
from ui.focus import Focus
from ui.leftovers import lost
from ui.player import Player
from ui.taste import Taste
from ui.window import Window

STOPPED = 130  # exit status after Ctrl+C (contracts section 1)
HEARTBEAT = 250  # ms
Hook = Callable[[type[BaseException], BaseException, TracebackType | None], None]


def application(arguments: list[str] | None = None) -> QApplication:
    """The one QApplication, with its names."""
    app = QApplication(["p4lab", *(arguments or [])])
    app.setApplicationName("P4 Lab")
    app.setDesktopFileName("p4lab")
    return app


def build(app: QApplication, settings: QSettings, theme: str = "", recovery: Path | None = None) -> Window:
    """The window with all its parts. theme: the one to start with; empty = as remembered. recovery: see `Document`."""
    taste = Taste(app, settings, theme)
    player, focus, dialogs = Player(Simulated), Focus(), Dialogs()
    document = Document(player, Simulated, dialogs.unsaved, dialogs.scenario_target, settings, recovery)
    return Window(player, focus, taste, document, dialogs, settings)


def show(file: Path | None) -> int:
    """Open the window and stay until it is closed; the exit status."""
    app = application()
    data = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation)
    window = build(app, QSettings("P4 Lab", "P4 Lab"), recovery=Path(data) / "recovery")
    sys.excepthook = report_to(window)
    signal.signal(signal.SIGINT, lambda *_: QApplication.exit(STOPPED))
    alive = QTimer(interval=HEARTBEAT)  # Python hears of Ctrl+C only when some of it runs
    alive.timeout.connect(lambda: None)
    alive.start()
    window.show()
    window.activateWindow()  # keys work at once, where no window manager hands out the focus too
    if file is not None:
        window.document.open(file)
        offer_recovery(window)  # without a file the welcome page does
    status = app.exec()
    alive.stop()
    window.player.close()
    sys.excepthook = sys.__excepthook__
    return status


def offer_recovery(window: Window) -> None:
    """Say beside the file that is open what was lost before; the welcome page keeps offering it."""
    document = window.document
    if not document.recovery.left:
        return
    left = document.recovery.left[0]

    def recover() -> None:
        document.recover(left)

    window.notice.news(lost(left), "Recover", recover)


def report_to(window: Window) -> Hook:
    """An excepthook that stops time, says a sentence in the window, and writes the traceback to stderr."""

    def hook(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
        traceback.print_exception(kind, fault, trace, file=sys.stderr)
        window.player.pause()
        window.player.cancel()
        window.notice.fault(
            f"Something inside P4 Lab failed ({kind.__name__}: {fault}). Time is stopped; you can save and go on. "
            "Please report what stands on the terminal."
        )

    return hook
