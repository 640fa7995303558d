"""What a title or a name may be: a line of text that stands in lists and on the map.

Rules: as in `check.py`, which calls this.
"""

from p4lab.scenario.errors import Path, ScenarioError, shown

MAX_TITLE = 120  # characters
MAX_NAME = 40  # characters of the name of a provider or an organisation


def check_text(text: str, path: Path, limit: int) -> None:
    """Raise a ScenarioError unless this is one line of 1 to `limit` plain characters."""
    if not 1 <= len(text) <= limit:
        raise ScenarioError(f"this text has {len(text):,} characters", f"it may have 1 to {limit}", path=path)
    if not text.isprintable() or text != text.strip():
        right = "no line break, no control character, no space at its ends"
        raise ScenarioError(f"{shown(text)} is not plain text in one line", right, path=path)
