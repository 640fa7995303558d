"""LIVE.md says what is so: every test, proof and file that it names exists, and every threat has a test."""

import ast
import re
from functools import cache
from pathlib import Path

from p4lab.live.limits import FRAME, Limits

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "p4lab" / "LIVE.md").read_text()
NAMED = re.compile(r"`([\w/]+)::(test_\w+)`|`proofs/(\w+)`")
LEAST = 27  # threats that the design names; each has a row


@cache
def functions(file: Path) -> frozenset[str]:
    return frozenset(node.name for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef))


def missing(file: str, function: str, proof: str) -> str:
    """What of it does not exist."""
    if proof:
        return "" if (ROOT / "tests" / "proofs" / f"{proof}.py").exists() else f"proofs/{proof}"
    path = ROOT / "tests" / f"{file}.py"
    return "" if path.exists() and function in functions(path) else f"{file}::{function}"


def test_every_test_that_is_named_exists() -> None:
    named = NAMED.findall(TEXT)
    assert len(named) > 60
    assert [lost for each in named if (lost := missing(*each))] == []


def test_every_threat_has_a_defence_and_a_test() -> None:
    part = TEXT.partition("## 4.")[2].partition("## 5.")[0]
    lines = [line.strip("|") for line in part.splitlines() if line.startswith("| ")]
    head, _, *threats = [[cell.strip() for cell in line.split(" | ")] for line in lines]
    assert head == ["threat", "defence", "test"]
    assert len(threats) >= LEAST
    assert [row for row in threats if len(row) != 3 or not row[1] or not NAMED.search(row[2])] == []


def test_every_file_that_is_named_exists_and_every_file_is_named() -> None:
    table = TEXT.partition("| part |")[2].partition("**Seats.**")[0]
    named = set(re.findall(r"`(\w+\.py)`", table)) | {"lab.py", "thread.py", "run_node.py", "client.py"}
    here = {path.name for path in (ROOT / "p4lab" / "live").glob("*.py")}
    small = {"__init__.py", "tasks.py"}
    assert named - here == set()
    assert here - named - small == set()


def test_the_limits_in_words_are_the_limits() -> None:
    limits, text = Limits(), " ".join(TEXT.split())
    said = (
        f"frames of {FRAME // 1024} KiB",
        f"{limits.half_open} half-open connections, {limits.half_open_per_address} of an address",
        f"{limits.handshake:g} s each, {limits.handshakes_per_second:g} handshakes a second",
        f"{limits.channels} channels",
        f"{limits.messages_per_second:g} messages and {limits.bytes_per_second / 1e6:g} MB a second of an identity",
        f"{limits.drain:g} s for somebody who does not read",
        f"{limits.keys_per_identity:,} names and {limits.bytes_per_identity // 2**20} MiB stored for one identity",
        f"{limits.questions_per_second:g} questions to others and {limits.reply_bytes // 1000} kB of replies a second",
        f"{limits.observers} observers of {limits.observed_bytes // 2**20} MiB",
        f"heartbeat {limits.heartbeat:g} s, dead after {limits.idle:g} s",
        f"the class's seats ({limits.roster})",
        f"Tickets end after {limits.ticket_seconds / 86_400:g} days",
    )
    assert [each for each in said if each not in text] == []
