"""The verbs: what happens, and what is said where one does not apply."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from p4lab.core.commands import (
    Attach,
    Command,
    Crash,
    Detach,
    Heal,
    Move,
    Partition,
    Peer,
    Put,
    Restart,
    SetLink,
    Unpeer,
)
from p4lab.core.contract import Effect, Received, Requested, Send
from p4lab.core.events import Adopted, Healed, LinkChanged, Noted, Partitioned, Peered, Unpeered
from p4lab.core.messages import GetQuery, PutRequest
from p4lab.core.names import Regime
from p4lab.core.options import Mesh
from p4lab.core.records import immutable
from p4lab.scenario.model import Do, Link, Peering
from tests.stage.listeners import MODELLED, Heard

A_B = ("A", "B")
QUERY = GetQuery(1, b"n", 80, 1)
ASKS: dict[type, list[Effect]] = {Requested: [Send(0, PutRequest(1, b"n", 80, immutable(b"v", Regime.VALUE, 0, 0)))]}


def after(heard: Heard) -> list[Any]:
    """The events, without what the stream adds to them."""
    heard.run()
    return [msgspec.structs.replace(event, t=0.0, id=0, cause=0) for _, event in heard.events()]


def do(*commands: Command) -> list[Do]:
    return [Do(1.0 + number, command) for number, command in enumerate(commands)]


def test_two_peer_and_peer_no_more() -> None:
    heard = Heard("A B C", *do(Peer(("B", "A"), latency=2.0), Unpeer(A_B)), peering=())
    assert after(heard) == [Peered(node=0, peers=(1,), latency=(2.0,)), Unpeered(node=0, peer=1)]
    heard = Heard("A B C", *do(Peer(("B", "A"), latency=2.0), Unpeer(A_B)), peering=())
    assert heard.run() == [
        "1 0 linked 1 peer", "1 1 linked 0 peer", "2 0 unlinked 1 unpeered gone", "2 1 unlinked 0 unpeered gone",
    ]  # fmt: skip


def test_a_peering_with_faults_says_so() -> None:
    """Fields left out are those of [link]."""
    heard = Heard("A B", *do(Peer(A_B, duplicate=0.5)), peering=(), link=Link(latency=1.0, loss=0.25))
    assert after(heard) == [
        Peered(node=0, peers=(1,), latency=(1.0,)), LinkChanged(a=0, b=1, latency=1.0, loss=0.25, duplicate=0.5),
    ]  # fmt: skip
    assert heard.engine.cast.network.link(0, 1) == Link(latency=1.0, loss=0.25, duplicate=0.5)


def test_a_link_changes_and_keeps_what_is_left_out() -> None:
    changes = SetLink(("B", "A"), latency=0.5), SetLink(A_B, up=False), SetLink(A_B, jitter=0.25), SetLink(A_B, up=True)
    assert after(Heard("A B", *do(*changes))) == [
        LinkChanged(a=0, b=1, latency=0.5), LinkChanged(a=0, b=1, latency=0.5, up=False),
        LinkChanged(a=0, b=1, latency=0.5, up=False, jitter=0.25), LinkChanged(a=0, b=1, latency=0.5, jitter=0.25),
    ]  # fmt: skip


def test_what_is_sent_after_a_change_takes_the_new_way() -> None:
    """What is under way arrives as it was sent."""
    gossip: dict[type, list[Effect]] = {Received: [Send(1, QUERY)]}
    row = Do(1.0, Put("A", "v", "k")), Do(1.5, SetLink(A_B, latency=0.25)), Do(1.5, Put("A", "v", "k"))
    heard = Heard("A B", *row, answers={0: gossip, 2: ASKS})
    assert [line for line in heard.run() if " 1 " in line] == ["1.75 1 hears 0", "2 1 hears 0"]


def test_a_child_comes_and_goes() -> None:
    """Only tops peer: who becomes a child leaves its peers."""
    heard = Heard("A B C", *do(Attach("B", "A"), Detach("B")))
    assert after(heard) == [
        Unpeered(node=0, peer=1), Unpeered(node=1, peer=2), Adopted(node=1, parent=0, latency=1.0), Adopted(node=1),
    ]  # fmt: skip
    told = Heard("A B", *do(Attach("B", "A"), Detach("B"))).run()
    assert told[2:] == [
        "1 0 linked 1 child", "1 1 linked 0 parent", "2 0 unlinked 1 detached gone", "2 1 unlinked 0 detached gone",
    ]  # fmt: skip


def test_partitions_name_groups_by_number() -> None:
    rows = do(Partition((("C", "A"), (), ("B",))), Heal())
    assert after(Heard("A B C D", *rows)) == [Partitioned(groups=((2, 0), (1,))), Healed()]


NOT_SO: list[tuple[str, Command, str]] = [
    ("A B", Peer(("B", "A")), "peer B and A: they peer already"),
    ("A b<A", Unpeer(("A", "b")), "unpeer A and b: they do not peer"),
    ("A b<A", Peer(("b", "A")), "peer b and A: b is a child of A, and only top-level providers peer"),
    ("A B c<B", Peer(("A", "c")), "peer A and c: c is a child of B, and only top-level providers peer"),
    ("A B c<B", SetLink(("A", "c"), up=False), "link A and c: there is no link between them"),
    ("A B", SetLink(A_B, up=True), "link A and B: it is up already"),
    ("A B", SetLink(A_B, latency=1.0), "link A and B: it is like this already"),
    ("A B c<B", Attach("c", "A"), "attach c to A: c is a child of B already; detach it first"),
    ("A b<A c<b", Attach("A", "c"), "attach A to c: c is below A"),
    ("A B c<<B", Attach("A", "c"), "attach A to c: c is a redirect child and has no lookup service"),
    ("A B", Detach("A"), "detach A: it has no parent"),
    ("A b<<A", Detach("b"), "detach b: a redirect child has no lookup service of its own to go on with"),
    ("A B", Restart("A"), "restart A: it is up"),
    ("A B", Heal(), "heal: there is no partition"),
    ("A B", Partition((("A", "B"),)), "partition: everybody is in one group"),
    ("A B", Move("A", "A"), "move A to A: A is a customer there already"),
    ("A B", Move("X", "A"), "move X to A: X has put nothing yet"),
]


@pytest.mark.parametrize(("names", "command", "text"), NOT_SO)
def test_what_does_not_apply_is_said(names: str, command: Command, text: str) -> None:
    heard = Heard(names, Do(1.0, command))
    assert heard.run() == []
    assert [event for _, event in heard.events()] == [Noted(text=text, t=1.0, id=heard.events()[0][1].id)]


def test_once_is_enough() -> None:
    """The second time it does not apply any more."""
    twice = [
        Unpeer(A_B),
        Unpeer(A_B),
        Crash("C"),
        Crash("C"),
        SetLink(("A", "C"), up=False),
        SetLink(("A", "C"), up=False),
    ]
    heard = Heard("A B C", *do(*twice))
    assert [event.text for event in after(heard) if isinstance(event, Noted)] == [
        "unpeer A and B: they do not peer", "crash C: it is down already", "link A and C: it is down already",
    ]  # fmt: skip


def test_a_strict_mesh_has_no_holes() -> None:
    strict = msgspec.structs.replace(MODELLED, mesh=Mesh.STRICT)
    found = after(Heard("A B", *do(Unpeer(A_B), Attach("A", "B")), options=strict, peering=(Peering(among="all"),)))
    assert found == [
        Noted(text='unpeer A and B: mesh = "strict" allows no holes'),
        Noted(text='attach A to B: mesh = "strict" allows no holes, and only top-level providers peer'),
    ]  # fmt: skip
