"""`p4lab` and `python -m p4lab`: the command line, or, where nothing but the window is asked for, the window at once.

Rules: imports next to nothing, for somebody waits for the first frame. The window is found as an entry point, so the
engine never imports it; whatever is unusual about it is the command line's.
"""

import sys
from collections.abc import Callable
from importlib.metadata import entry_points

GROUP = "p4lab.window"
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
    from p4lab.cli import main as command_line  # noqa: PLC0415 it takes half a second that the window need not wait for

    return command_line()


def at_once() -> Callable[[list[str]], int | None] | None:
    """What opens the window; None where there is none, or it does not load: the command line says why."""
    try:
        for point in entry_points(group=GROUP):
            found: Callable[[list[str]], int | None] = point.load()
            return found
    except (ImportError, AttributeError):
        pass
    return None


if __name__ == "__main__":
    sys.exit(main())
