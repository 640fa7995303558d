"""The application: builds the objects, hands each what it needs, and answers a fault with a sentence.

Rules: the only place that knows all parts; no singletons, everything is a constructor argument.
"""

import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from p4lab.scenario.model import Scenario
from p4lab.session.base import Session
from p4lab.session.joining import Attempt, Wish
from p4lab.session.simulated import Simulated
from ui.dialogs import Dialogs
from ui.document import Document
from ui.focus import Focus
from ui.front import application
from ui.leftovers import lost
from ui.player import Player
from ui.taste import Taste
from ui.window import Window

__all__ = ["application", "build", "furnish", "offer_recovery", "report_to"]
Hook = Callable[[type[BaseException], BaseException, TracebackType | None], None]


def build(app: QApplication, settings: QSettings, theme: str = "", recovery: Path | None = None) -> Window:
    """The window with all its parts. theme: the one to start with; empty = as remembered. recovery: see `Document`."""
    window = Window(Taste(app, settings, theme), settings)
    furnish(window, settings, recovery)
    return window


def furnish(window: Window, settings: QSettings, recovery: Path | None) -> None:
    """All that the window has beside its welcome page."""
    player, focus, dialogs = Player(Simulated), Focus(), Dialogs(_attempt)
    document = Document(player, Simulated, dialogs.unsaved, dialogs.scenario_target, settings, recovery, _lab)
    window.furnish(player, focus, document, dialogs)


def offer_recovery(window: Window) -> None:
    """Say beside the file that is open what was lost before; the welcome page keeps offering it."""
    document = window.document
    if not document.recovery.left:
        return
    left = document.recovery.left[0]

    def recover() -> None:
        document.recover(left)

    window.notice.news(lost(left), "Recover", recover)


def _attempt(wish: Wish) -> Attempt:
    """To open this class, or join it."""
    from p4lab.session.folders import free_profile, usual_profile  # noqa: PLC0415 as below
    from p4lab.session.live import Joining  # noqa: PLC0415 it loads asyncio and zeroconf, which most never need

    return Joining(wish, free_profile(usual_profile()))


def _lab(scenario: Scenario) -> Session:
    """This in real time."""
    from p4lab.session.lab import LiveLab  # noqa: PLC0415 it loads asyncio, which most never need

    return LiveLab(scenario)


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
