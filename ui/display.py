"""Whether there is a screen, and what to install where Qt cannot start.

Rules: no Qt in here, because it is asked before Qt is loaded: Qt itself ends the program where it finds no screen.
"""

import ctypes
import ctypes.util
import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path

QT_PACKAGES = "libgl1 libegl1 libxkbcommon0 libdbus-1-3 libfontconfig1 libglib2.0-0"  # Debian's names
XCB_PACKAGES = (
    "libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-shape0 libxcb-xkb1 "
    "libxkbcommon-x11-0"
)
SCREENLESS = ("offscreen", "minimal", "vnc", "linuxfb")


def missing_library(problem: ImportError) -> str:
    """What to say where Qt does not load."""
    if isinstance(problem, ModuleNotFoundError):
        return f"the window needs Qt, which is not installed here: {problem}. Try: python -m pip install p4lab"
    return f"Qt does not load: {problem}. On Debian or Ubuntu: apt-get install {QT_PACKAGES}"


def why_no_display(environment: Mapping[str, str]) -> str:
    """Why no window can open here, as a sentence; empty if one can."""
    platform = environment.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if platform:
        return f"QT_QPA_PLATFORM is {platform}." if platform in SCREENLESS else ""
    if not sys.platform.startswith("linux"):
        return ""
    wayland = environment.get("WAYLAND_DISPLAY", "")
    if wayland and (Path(environment.get("XDG_RUNTIME_DIR", "/nowhere")) / wayland).exists():
        return ""
    display = environment.get("DISPLAY", "")
    if not display:
        return "There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set)."
    plugin = _xcb_plugin()
    if plugin is not None:
        try:
            ctypes.CDLL(str(plugin))
        except OSError as problem:
            return f"Qt cannot open a window here: {problem}. On Debian or Ubuntu: apt-get install {XCB_PACKAGES}"
    return "" if _answers(display) else f"The display {display} does not answer."


def _xcb_plugin() -> Path | None:
    spec = importlib.util.find_spec("PySide6")
    for folder in spec.submodule_search_locations or () if spec else ():
        found = Path(folder) / "Qt" / "plugins" / "platforms" / "libqxcb.so"
        if found.exists():
            return found
    return None


def _answers(display: str) -> bool:
    """Whether an X server is there."""
    name = ctypes.util.find_library("xcb")
    if name is None:
        return True  # then the plugin loaded without it, and Qt will say the rest
    xcb = ctypes.CDLL(name)
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(display.encode(), None)
    fault = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return fault == 0
