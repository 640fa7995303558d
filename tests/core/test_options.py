"""Options: the names and defaults of contracts section 2."""

from __future__ import annotations

import msgspec

from p4lab.core.options import Options, Quorum


def test_defaults() -> None:
    assert msgspec.to_builtins(Options()) == {
        "mesh": "mesh", "query_timeout": 2.0, "max_value": 1024, "coalesce": True, "parallel": False,
        "unauthenticated_gets": "background_merge", "authenticated_gets": "first", "pointer_fallback": True,
        "child_up": "value", "access_latency": 0.0, "signatures": "real", "down_after": 3, "hold_time": 3.0,
        "relay_hops": 7, "commit_delay": 0.0, "w_sync": 86_400.0, "max_stale": 0.0, "neg_ttl": 0.0, "max_entries": 0,
        "max_bytes": 0, "maxvals": 100, "port_grace": 30.0, "onward": False,
    }  # fmt: skip


def test_a_quorum_reads_from_a_table() -> None:
    read = msgspec.convert({"authenticated_gets": {"quorum": 3}}, Options)
    assert read == Options(authenticated_gets=Quorum(3))
