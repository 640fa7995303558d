"""Where the network keeps students apart (client isolation), two of them peer through the teacher's hub."""

from __future__ import annotations

import asyncio
from pathlib import Path

from p4lab.core.commands import Get, Put
from p4lab.core.events import GetFinished
from p4lab.core.names import Kind, Regime
from p4lab.live.limits import Limits
from p4lab.live.run_node import Plan, Running
from p4lab.session.attending import Attending
from p4lab.session.classroom import ClassState
from tests.live.far import Far
from tests.live.nets import Host, Net, need

LIMITS = Limits(heartbeat=0.5, idle=5.0)


def plan(host: Host, name: str, folder: Path, **more: object) -> Plan:
    return Plan(name, folder / name, listen=f"{host.address}:0", interfaces=(), **more)


def seen(far: Far) -> tuple[str, list[str]]:
    """What its window would say: the rung in use, and how each member is reached."""

    def look(node: Running) -> ClassState:
        called = asyncio.get_running_loop().call_soon
        return Attending(node.place, node.node.peerings, node.discovery, LIMITS, node.clock, called).state()

    state = far.ask(look)
    return state.rung, [row.how for row in state.members]


def test_students_that_are_kept_apart_peer_through_the_hub(tmp_path: Path) -> None:
    need()
    with (
        Net(3, isolated=(1, 2)) as net,
        Far(net[0], plan(net[0], "Teacher", tmp_path, new_class="P"), LIMITS) as teacher,
    ):
        code = teacher.card.code
        with (
            Far(net[1], plan(net[1], "Ann", tmp_path, join=code), LIMITS) as ann,
            Far(net[2], plan(net[2], "Ben", tmp_path, join=code, policy="ask"), LIMITS) as ben,
        ):
            teacher.until(lambda node: set(node.board.channels) == {1, 2})
            teacher.ask(lambda node: node.place.rules and node.place.rules.propose(1, 2, True))
            ben.until(lambda node: list(node.node.peerings.asks) == [1])  # its policy is to ask
            assert not ann.ask(lambda node: node.node.peerings.linked)
            ben.ask(lambda node: node.node.peerings.answer(1, True))
            ann.until(lambda node: node.node.provider.peers == (2,))
            ben.until(lambda node: node.node.provider.peers == (1,))
            assert ann.ask(lambda node: node.place.relayed(2)) and teacher.ask(lambda node: node.place.relayed(1))
            assert seen(ann) == ("through the teacher's hub", ["direct", "", "hub"])
            assert seen(teacher) == ("opened here, the hub for some", ["", "direct", "direct"])
            assert ann.do(Put("Ann", "through the wall", "k", Kind.UNAUTHENTICATED, Regime.VALUE)).outcome == "OK"
            ben.until(lambda node: node.node.provider.stores.replicas)
            got = ben.do(Get("Ben", "k", kind=Kind.UNAUTHENTICATED))
            assert isinstance(got, GetFinished) and got.values == ("through the wall",)
            teacher.ask(lambda node: node.place.rules and node.place.rules.propose(1, 2, False))
            ann.until(lambda node: not node.node.provider.peers)
            ben.until(lambda node: not node.node.provider.peers)
