"""What is said when a map cannot be read: one helpful line."""

from p4lab.scenario.errors import one_line


class TopologyError(Exception):
    """Why a map is refused: what is wrong, and what would be right. `file` and `line` where they are known."""

    def __init__(self, what: str, right: str = "", *, line: int | None = None, file: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.right = right
        self.line = line
        self.file = file

    def __str__(self) -> str:
        place = ", ".join(part for part in (self.file, f"line {self.line}" if self.line else "") if part)
        what = f"{self.what}; {self.right}" if self.right else self.what
        return one_line(f"{place}: {what}" if place else what)
