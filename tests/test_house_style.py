"""The rules of CONTRIBUTING.md that no tool checks for us: files stay short, and every ignore says why."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted(path for folder in ("p4lab", "ui", "bench", "tests") for path in (ROOT / folder).rglob("*.py"))
LONGEST = {"tests": 600}  # lines; 400 elsewhere
IGNORE = re.compile(
    r"#\s*(?:noqa(?::\s*[A-Z]+[0-9]+(?:,\s*[A-Z]+[0-9]+)*)?|type:\s*ignore(?:\[[^\]]*\])?|pragma: no cover)"
)


def lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


def unexplained(line: str) -> bool:
    """True where a line switches a check off and gives no reason of at least two words after it."""
    found = list(IGNORE.finditer(line))
    return bool(found) and len(re.findall(r"[^\W\d_]{2,}", line[found[-1].end() :])) < 2


def test_no_file_is_long() -> None:
    lengths = {path.relative_to(ROOT): len(lines(path)) for path in SOURCES}
    assert {str(path): n for path, n in lengths.items() if n > LONGEST.get(path.parts[0], 400)} == {}


def test_every_ignore_says_why() -> None:
    others = [path for path in SOURCES if path.name != Path(__file__).name]
    bare = [f"{path.relative_to(ROOT)}: {line.strip()}" for path in others for line in lines(path) if unexplained(line)]
    assert bare == []


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("x = 1", False),
        ("import x  # noqa: F401", True),
        ("import x  # noqa: F401 importing it is the point", False),
        ("import x  # type: ignore[import-untyped]", True),
        ("import x  # type: ignore[import-untyped]  # ships no types", False),
        ("import x  # type: ignore[attr-defined]  # noqa: F401", True),
    ],
)
def test_what_counts_as_a_reason(line: str, verdict: bool) -> None:
    assert unexplained(line) is verdict
