"""What hides in a text, or turns it round, is seen; everything else stays as it is."""

import subprocess
import sys
import unicodedata

from p4lab.hidden import HIDING, seen


def test_what_hides_is_seen() -> None:
    assert seen("a\u202eb\x07c\u2066\n") == "a\ufffdb\ufffdc\ufffd\ufffd"
    assert [seen(text) for text in ("", "Aster", "Ästerchen", "日本", "שלום", "a b")] == [
        "", "Aster", "Ästerchen", "日本", "שלום", "a b"
    ]  # fmt: skip


def test_every_character_that_turns_the_writing_round_is_among_them() -> None:
    turning = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}  # of UAX 9
    assert {c for c in range(0x110000) if unicodedata.bidirectional(chr(c)) in turning} <= set(HIDING)


def test_it_needs_nothing() -> None:
    code = "import sys, p4lab.hidden; print(*sorted({'msgspec', 'numpy', 'nacl', 'p4lab.core'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"
