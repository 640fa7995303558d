"""What is said when a scenario cannot be read, written or changed: one helpful line.

Rules: every fault names the place as `--set` would (`provider.Birch.latency`; rows without a name by number, from 1),
says what is wrong and, where it can, what would be right. Foreign text is shortened and made printable.
"""

import difflib
from collections.abc import Iterable

Path = tuple[str | int, ...]  # names of tables and fields, and 0-based numbers of rows

SHOWN = 40  # characters of a foreign value that a message repeats


class ScenarioError(Exception):
    """Why a scenario is refused. `file`, `line` and `where` are empty or None where they are not known."""

    def __init__(
        self, what: str, right: str = "", *, path: Path = (), where: str = "", line: int | None = None, file: str = ""
    ) -> None:
        super().__init__(what)
        self.what = what
        self.right = right
        self.path = path
        self.where = where
        self.line = line
        self.file = file

    def __str__(self) -> str:
        line = f"line {self.line}" if self.line else ""
        place = ", ".join(part for part in (self.file, line, self.where) if part)
        what = f"{self.what}; {self.right}" if self.right else self.what
        return one_line(f"{place}: {what}" if place else what)


def one_line(text: str) -> str:
    """The text without line breaks and control characters."""
    return "".join(c if c.isprintable() else " " for c in text)


def shown(value: object) -> str:
    """A value as a message repeats it: text in quotes, everything short."""
    try:
        text = f'"{value}"' if isinstance(value, str) else str(value)
    except ValueError:  # Python refuses to print whole numbers of thousands of digits
        return "a number of thousands of digits"
    text = {"True": "true", "False": "false"}.get(text, text)
    return one_line(text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…")


def nearest(name: str, known: Iterable[str]) -> str:
    """A sentence that names the nearest of the known names, or all of a few, or nothing."""
    names = list(known)
    close = difflib.get_close_matches(name[:100], names, n=1, cutoff=0.5)
    if not close:
        folded = {each.casefold(): each for each in reversed(names)}
        close = [folded[name.casefold()]] if name.casefold() in folded else []
    if close:
        return f"did you mean {shown(close[0])}?"
    if 0 < len(names) <= 16:
        return f"known here: {', '.join(names)}"
    return ""
