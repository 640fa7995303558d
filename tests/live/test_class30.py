"""The short form of tests/proofs/class30.py: three processes and a teacher, and one that is killed comes back."""

from __future__ import annotations

from pathlib import Path

from p4lab.core.names import Regime
from tests.live.nets import need
from tests.proofs.class30 import all_know_all, all_peer, back, holds, lost, put_of, put_reaches_all, room, until


def test_a_class_finds_itself_reads_what_one_puts_and_survives_a_kill(tmp_path: Path) -> None:
    need()
    with room(3, tmp_path) as class_:
        assert all_know_all(class_) <= 15.0  # 5 s on a quiet machine, which the proof asks for
        all_peer(class_)
        _, last, local = put_reaches_all(class_, class_.students[0], "greeting")
        assert (last < 15.0, local) == (True, 3)
        gone, own = class_.students[1], put_of("own", Regime.GET_BROADCAST)
        assert class_.ask(gone, own).code == "OK"
        assert max(lost(class_, gone, gone.process.kill)) < 20.0
        gone.process.wait()
        gone.start()
        until(gone.card)
        back(class_, gone)
        assert holds(class_, gone, own, "local")
        assert gone.end() < 10.0  # SIGTERM, and status 0
