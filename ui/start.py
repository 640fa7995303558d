"""The quick way from the shell to the window, for all that is usual: a display is there, and the file too.

Rules: imports nothing before it knows that. Everything else is for the command line to answer.
"""

import os
from pathlib import Path

from ui.display import why_no_display


def start(files: list[str]) -> int | None:
    """Open the window and stay until it is closed; the exit status. None: nothing was done, ask the command line."""
    file = Path(files[0]) if files else None
    if why_no_display(os.environ) or (file is not None and not file.exists()):
        return None
    try:
        from ui.front import show  # noqa: PLC0415 loads Qt, which may be missing
    except ImportError:
        return None
    return show(file)
