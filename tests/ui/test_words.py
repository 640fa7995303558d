"""Numbers and codes read as a person would say them."""

import math

from p4lab.core import messages, names
from p4lab.core.commands import Misbehave
from p4lab.core.neighbours import Role
from ui import words


def test_times():
    lengths = [0, 0.0004, 0.0382, 0.9996, 5.0249, 99.96, 125.2, 12_000, 7_200, -0.04, math.inf, None]
    assert [words.time(t) for t in lengths] == [
        "0 ms", "0.4 ms", "38 ms", "1.00 s", "5.02 s", "1 min 40 s", "2 min 5 s", "3 h 20 min", "2 h",
        "−40 ms", "–", "–",
    ]  # fmt: skip
    assert [words.clock(5), words.clock(5.0219, 0.001), words.clock(4321.5, 1)] == ["5.00 s", "5.022 s", "4\u202f322 s"]


def test_sizes_and_shares():
    assert [words.size(n) for n in (0, 999, 1_200, 12_345, 1_234_567, 5e9, 7.25e15, None)] == [
        "0 B", "999 B", "1.2 kB", "12.3 kB", "1.2 MB", "5.0 GB", "7250 TB", "–",
    ]  # fmt: skip
    assert [words.share(p) for p in (0, 0.004, 0.2149, 1, math.nan)] == ["0 %", "0.4 %", "21 %", "100 %", "–"]
    assert [words.plural(1, "entry", "entries"), words.plural(1200, "message")] == ["1 entry", "1\u202f200 messages"]


def test_speeds():
    assert [words.speed(f) for f in (0.0213, 0.05, 0.4, 1, 3.5, 20, 1000, 0, None)] == [
        "1/47", "1/20", "1/2.5", "1×", "3.5×", "20×", "1\u202f000×", "–", "–",
    ]  # fmt: skip
    assert [words.pace(0.05, True), words.pace(1.0, False), words.pace(20, False)] == [
        "auto · 1/20 speed", "real speed", "20× speed",
    ]  # fmt: skip


def test_versions_by_kind():
    kinds = ("authenticated", "unauthenticated", "immutable")
    assert [words.version(3, kind) for kind in kinds] == ["v3", "3 entries", ""]
    assert [words.behind(2, kind) for kind in kinds[:2]] + [words.behind(0)] == ["2 behind", "2 missing", ""]
    assert words.staleness(2, 1.92) == "2 versions behind, out of date for 1.92 s"


def test_every_code_of_the_engine_has_words():
    assert set(words.MESSAGES) == set(messages.CODE_NAMES)
    assert set(words.STATUSES) == set(messages.STATUS_NAMES)
    assert set(words.REGIMES) == {regime.value for regime in names.Regime} | {"none", "mixed"}
    assert [words.message(messages.UPDATE), words.message(messages.GETR, messages.HIT)] == ["update", "reply: hit"]


def test_every_misbehaviour_and_role_has_words():
    assert set(words.SWITCHES) == set(Misbehave.__struct_fields__) - {"provider"}
    assert set(words.ROLES) == {role.value for role in Role}
    assert [words.switch("no_forward"), words.switch("stretch_ttl=10")] == [
        "passes nothing on", "keeps copies too long (10)",
    ]  # fmt: skip


def test_a_long_text_keeps_both_ends():
    assert [words.short("news/1"), words.short("0123456789abcdef", 7)] == ["news/1", "012…def"]
