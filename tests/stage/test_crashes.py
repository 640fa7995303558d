"""Crashes: what was persisted is there afterwards, all else is gone, and nothing of the old node acts any more."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from p4lab.core.commands import Attach, Crash, Detach, Peer, Put, Restart, Unpeer
from p4lab.core.contract import Effect, Emit, Persist, Received, Requested, Send, Unlinked
from p4lab.core.events import Noted
from p4lab.core.messages import GetQuery, PutRequest
from p4lab.core.names import Regime
from p4lab.core.records import immutable
from p4lab.scenario.model import Do
from p4lab.stage.crashes import Disk
from tests.stage.listeners import MODELLED, Heard

QUERY = GetQuery(1, b"n", 80, 1)
PUT = PutRequest(1, b"n", 80, immutable(b"v", Regime.VALUE, 0, 0))
ASKS: dict[type, list[Effect]] = {Requested: [Send(0, PUT)]}


def stores(rows: tuple[tuple[str, bytes, bytes, Any], ...], *then: Effect) -> dict[type, list[Effect]]:
    return {Received: [Persist(rows), Emit(Noted(text="stored")), *then]}


def test_a_disk_keeps_the_last_of_each() -> None:
    disk = Disk()
    disk.write((("L", b"a", b"", 1), ("L", b"b", b"", 2), ("R", b"a", b"", 3)))
    disk.write((("L", b"a", b"", 4), ("L", b"b", b"", None), ("P", b"x", b"", None)))
    assert disk.rows == {("L", b"a", b""): 4, ("R", b"a", b""): 3}


def test_what_follows_is_done_when_it_is_stored() -> None:
    slow = msgspec.structs.replace(MODELLED, commit_delay=0.5)
    for options, when in ((MODELLED, 1.0), (slow, 1.5)):
        answers = {0: stores((("L", b"n", b"", "v"),), Send(1, QUERY)), 2: ASKS}
        heard = Heard("A B", Do(1.0, Put("A", "v", "k")), answers=answers, options=options)
        assert heard.run() == ["1 2 Requested", "1 0 hears 2", f"{when + 1:g} 1 hears 0"]
        assert [t for t, _ in heard.events(Noted)] == [when]
        assert heard.engine.disks[0].rows == {("L", b"n", b""): "v"}


@pytest.mark.parametrize(("crash", "kept"), [(1.4, {}), (1.6, {("L", b"n", b""): "v"})])
def test_a_crash_before_that_undoes_it(crash: float, kept: dict[Any, Any]) -> None:
    slow = msgspec.structs.replace(MODELLED, commit_delay=0.5)
    do = Do(1.0, Put("A", "v", "k")), Do(crash, Crash("A"))
    heard = Heard("A B", *do, answers={0: stores((("L", b"n", b"", "v"),)), 2: ASKS}, options=slow)
    heard.run()
    assert heard.engine.disks[0].rows == kept
    assert len(heard.events(Noted)) == len(kept)


def test_a_node_that_is_down_does_nothing_that_it_meant_to() -> None:
    """Not even what it had in hand: an answer that still took its time, a wish to be woken."""
    late: dict[type, list[Effect]] = {Received: [Send(1, QUERY, after=3.0)]}
    heard = Heard("A B", Do(1.0, Put("A", "v", "k")), Do(2.0, Crash("A")), answers={0: late, 2: ASKS})
    node: Any = heard.engine.cast.nodes[0]
    node.wake_at = 2.5
    assert heard.run() == ["1 2 Requested", "1 0 hears 2", "2 1 unlinked 0 crash", "2 2 unlinked 0 crash"]


def test_what_is_on_its_way_to_it_or_from_it_is_lost_when_it_would_arrive() -> None:
    """And what is sent to it meanwhile at once; nothing of it comes when the node is back by then."""
    gossip: dict[type, list[Effect]] = {Requested: [Send(0, PUT)], Received: [Send(1, QUERY), Send(2, QUERY)]}
    rude: dict[type, list[Effect]] = {Received: [Send(0, QUERY)], Unlinked: [Send(0, QUERY)]}
    answers = {0: gossip, 3: ASKS, 2: rude}
    do = Do(1.0, Put("A", "v", "k")), Do(1.5, Crash("A")), Do(1.75, Restart("A"))
    heard = Heard("A B C", *do, answers=answers)
    heard.run()
    assert heard.lines() == [
        "1 sent 3>0", "1 sent 0>1", "1 sent 0>2", "1.5 Crashed 0 0", "1.5 sent 2>0 lost", "1.75 Restarted 0 0 0",
        "2 lost 0>1 crash", "2 lost 0>2 crash",
    ]  # fmt: skip
    first = heard.events()[0][1].id
    lost = [event for _, event in heard.events() if type(event).__name__ == "Lost"]
    assert [(event.cause - first, event.message - first, event.op, event.code) for event in lost] == [  # type: ignore[attr-defined]  # they are Lost
        (1, 1, 1, QUERY.code), (2, 2, 1, QUERY.code),
    ]  # fmt: skip


def test_who_comes_back_hears_first_who_left_meanwhile() -> None:
    do = [
        Do(1.0, Crash("A")), Do(2.0, Unpeer(("A", "B"))), Do(2.0, Detach("d")), Do(3.0, Peer(("B", "A"))),
        Do(4.0, Attach("C", "A")), Do(5.0, Restart("A")),
    ]  # fmt: skip
    heard = Heard("A B C d<A", *do)
    assert [line for line in heard.run() if line.startswith("5 0")] == [
        "5 0 starts with 0 rows, 1 peer, 2 peer, 3 child",
        "5 0 unlinked 1 unpeered gone", "5 0 unlinked 3 detached gone", "5 0 unlinked 2 unpeered gone",
        "5 0 linked 1 peer", "5 0 linked 2 child",
    ]  # fmt: skip
