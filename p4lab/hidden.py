"""Characters that hide in a text or turn the writing round, and the text with them made visible.

Rules: imports nothing, since the window's first frame needs it.
"""

# Control characters, and those of Unicode's bidirectional algorithm (UAX 9): they hide or reorder what stands beside.
HIDING = (*range(0x20), 0x7F, 0x61C, 0x200E, 0x200F, 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_SEEN = dict.fromkeys(HIDING, "\ufffd")


def seen(text: str) -> str:
    """The text with every control and direction character made visible."""
    return text if text.isascii() and text.isprintable() else text.translate(_SEEN)
