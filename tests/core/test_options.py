"""Options: the names and defaults of contracts section 2."""

from __future__ import annotations

import msgspec

from p4lab.core.options import Options, Quorum


def test_defaults() -> None:
    assert msgspec.to_builtins(Options()) == {
        "mesh": "mesh", "query_timeout": 2.0, "max_value": 1024, "coalesce": True, "parallel": False,
        "unauthenticated_gets": "background_merge", "authenticated_gets": "first", "pointer_fallback": True,
        "child_up": "value", "access_latency": 0.0, "signatures": "real",
    }  # fmt: skip


def test_a_quorum_reads_from_a_table() -> None:
    read = msgspec.convert({"authenticated_gets": {"quorum": 3}}, Options)
    assert read == Options(authenticated_gets=Quorum(3))
