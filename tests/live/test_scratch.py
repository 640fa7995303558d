"""The disk of a lab: what comes back has its Events' numbers, and nothing is left of it."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest

from p4lab.core.events import Stored
from p4lab.core.names import Regime
from p4lab.core.records import immutable
from p4lab.core.stores import Copy
from p4lab.live.scratch import Scratch

RECORD = immutable(b"value", Regime.VALUE, 60_000, 0)


def copy(number: int, store: str = "L") -> Copy:
    event = Stored(7, 3, RECORD.nid, store, *RECORD.version[:1], RECORD.version[1][:8].hex(), id=number, t=1.5, cause=2)
    return Copy(RECORD, 100.0, event, -1)


def test_what_comes_back_has_the_numbers_of_its_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    async def main() -> None:
        loop, told = asyncio.get_running_loop(), []
        scratch = Scratch(loop.time)
        row, done = ("L", RECORD.nid, RECORD.entry), loop.create_future()
        scratch.write(7, ((*row, copy(11)),), told.append)
        scratch.write(7, ((*row, copy(12)), ("S", RECORD.nid, RECORD.entry, copy(13, "S"))), told.append)
        scratch.write(8, ((*row, copy(14)),), told.append)
        scratch.write(8, ((*row, None),), done.set_result)
        assert await asyncio.wait_for(done, 10.0)
        assert (told, scratch.trouble) == ([True, True, True], "")
        back = scratch.load(7)
        assert {key: (what.event.id, what.event.t, what.event.cause) for key, what in back.items()} == {
            row: (12, 1.5, 2), ("S", RECORD.nid, RECORD.entry): (13, 1.5, 2),
        }  # fmt: skip
        assert back[row].record == RECORD and back[row].until == pytest.approx(100.0)
        assert scratch.load(8) == {}
        assert len(list(tmp_path.iterdir())) == 1
        scratch.close()

    asyncio.run(main())
    assert list(tmp_path.iterdir()) == []
