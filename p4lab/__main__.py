"""`p4lab` and `python -m p4lab`: the command line, or, where nothing but the window is asked for, the window at once.

Rules: imports next to nothing, for somebody waits for the first frame. The window is found as an entry point, so the
engine never imports it; whatever is unusual about it is the command line's.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

GROUP = "p4lab.window"
LIVE = ("node", "put", "get")  # commands that stand by themselves
INTERRUPTED = 130  # contracts section 1


def main() -> int:
    """Run, and return the exit status."""
    words = sys.argv[1:]
    if words in ([], ["gui"]) or (len(words) == 2 and words[0] == "gui" and not words[1].startswith("-")):
        window = at_once()
        try:
            status = None if window is None else window(words[1:])
        except KeyboardInterrupt:
            return INTERRUPTED
        if status is not None:
            return status
    if words and words[0] in LIVE:
        from p4lab.live_cli import main as live  # noqa: PLC0415 it needs next to nothing of what the others need

        return live(words)
    from p4lab.cli import main as command_line  # noqa: PLC0415 it takes half a second that the window need not wait for

    return command_line()


def at_once() -> Callable[[list[str]], int | None] | None:
    """What opens the window; None where there is none, or it does not load: the command line says why."""
    try:
        module, _, name = _named().partition(":")
        found: Callable[[list[str]], int | None] | None = getattr(import_module(module), name) if name else None
    except (ImportError, AttributeError):
        return None
    return found


def _named() -> str:
    """The entry point of the group, as in "package.module:function"; empty where none is installed.

    importlib.metadata would read the same file, but takes a third of the time of a bare window to import.
    """
    for folder in map(Path, sys.path):
        try:
            for file in [each / "entry_points.txt" for each in folder.iterdir() if each.name.startswith("p4lab-")]:
                _, _, group = file.read_text(encoding="utf-8").partition(f"[{GROUP}]\n")
                if group:
                    return group.partition("\n")[0].partition("=")[2].strip()
        except (OSError, UnicodeError):
            continue  # not everything on the path is a folder, nor is each of these names an installed package
    return ""


if __name__ == "__main__":
    sys.exit(main())
