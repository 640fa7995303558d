"""Who peers with whom: by consent of both, told once, kept over a lost channel, ended by either."""

from pathlib import Path

import pytest

from p4lab.core.contract import Input, Linked, Received, Unlinked
from p4lab.core.events import CaughtUp, LinkChanged, Peered, SessionUp, Unpeered
from p4lab.core.messages import GetQuery
from p4lab.core.names import Kind
from p4lab.live.frames import AnswerPeering, AskPeering, Carried, EndPeering
from p4lab.live.run_node import Running
from p4lab.live.wire import encode
from tests.live.nodes import Class, done, hello, listen, peers, story, until, up


def inputs(node: Running) -> list[Input]:
    """What a provider is told from now on, but for messages."""
    told: list[Input] = []
    handle = node.node.provider.handle

    def hear(data: Input, now: float) -> object:
        if not isinstance(data, Received):
            told.append(data)
        return handle(data, now)

    node.node.provider.handle = hear  # type: ignore[method-assign, assignment]  # a plain ear
    return told


def test_a_lost_channel_is_told_once_each_way_and_got_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("p4lab.live.switchboard.FIRST_WAIT", 0.05)
    monkeypatch.setattr("p4lab.live.peerings.PAUSE", 0.0)

    async def tell(room: Class) -> None:
        teacher, aster = await peers(room)
        told, happened = inputs(aster), listen(aster)
        teacher.board.cut(1, "a cable was pulled")
        await until(lambda: told and up(aster, 0)() and up(teacher, 1)())
        # Both dial anew; where they do so at once, one of the two channels is given up, and that is told as well
        times = len(told) // 2
        assert [(type(each), each.node) for each in told] == [(Unlinked, 0), (Linked, 0)] * times  # type: ignore[union-attr]  # both have a node
        kinds = (LinkChanged, Peered)
        assert [(type(each), each.up) for each in happened if isinstance(each, kinds)] == [  # type: ignore[union-attr]  # a Peered has none, and fails
            (LinkChanged, False), (LinkChanged, True),
        ] * times  # fmt: skip
        assert isinstance(happened[-1], SessionUp | CaughtUp)
        said = [says for cause, says in room.lines if cause == "peering"]
        assert set(said[:2]) == set(said[-2:]) == {"peers with Aster", "peers with Teacher"}
        assert "Aster is out of reach: a cable was pulled" in said[2:-2]
        assert any(says.startswith("Teacher is out of reach: ") for says in said[2:-2])  # its word may be lost with it

    story(tmp_path, tell)


def test_a_person_is_asked_where_the_policy_is_to_ask(tmp_path: Path) -> None:
    async def tell(room: Class) -> None:
        teacher = await room.start("Teacher", new_class="Networks", join="", policy="ask")
        aster = await room.start("Aster", peers=(teacher.card.listen,))
        birch = await room.start("Birch")
        await until(lambda: list(teacher.node.peerings.asks) == [1])
        assert not teacher.node.peerings.linked | aster.node.peerings.linked
        teacher.node.peerings.answer(1, False)
        await until(lambda: ("peering", "Teacher does not want to peer") in room.lines)
        aster.node.peerings.peer(0)
        await until(lambda: list(teacher.node.peerings.asks) == [1])
        teacher.node.peerings.answer(1, True)
        await until(up(aster, 0))
        await until(up(teacher, 1))
        assert teacher.node.peerings.agreed == {1}
        # An answer that nobody asked for is none
        birch.board.post(0, AnswerPeering(True))
        await done(birch, hello())
        assert teacher.node.peerings.agreed == {1}

    story(tmp_path, tell)


def test_either_ends_a_peering_and_what_came_by_it_goes(tmp_path: Path) -> None:
    async def tell(room: Class) -> None:
        teacher, aster = await peers(room)
        await done(aster, hello())
        await until(lambda: teacher.node.provider.stores.replicas)
        happened = listen(aster)
        teacher.node.peerings.part(1)
        assert not teacher.node.provider.stores.replicas
        await until(lambda: not aster.node.peerings.agreed)
        assert [type(each) for each in happened if isinstance(each, Unpeered)] == [Unpeered]
        assert (aster.node.provider.peers, teacher.node.provider.peers) == ((), ())
        await room.stop("Aster")
        aster = await room.start("Aster")
        assert aster.node.peerings.agreed == set()

    story(tmp_path, tell)


def test_the_teacher_proposes_and_each_policy_decides(tmp_path: Path) -> None:
    async def tell(room: Class) -> None:
        teacher = await room.start("Teacher", new_class="Networks", join="")
        aster = await room.start("Aster")
        birch = await room.start("Birch", policy="ask")
        rules = teacher.place.rules
        assert rules is not None
        await until(lambda: len(teacher.board.channels) == 2)
        rules.propose(1, 2, True)
        await until(lambda: list(birch.node.peerings.asks) == [1])
        birch.node.peerings.answer(1, True)
        await until(up(aster, 2))
        await until(up(birch, 1))
        rules.propose(1, 2, False)
        await until(up(aster))
        await until(up(birch))

    story(tmp_path, tell)


def test_a_member_that_is_no_peer_is_not_answered(tmp_path: Path) -> None:
    async def tell(room: Class) -> None:
        teacher = await room.start("Teacher", new_class="Networks", join="")
        aster = await room.start("Aster")
        nid = b"n" * 32
        asked: list[object] = []
        teacher.node.provider.handle = lambda data, now: asked.append(data) or []  # type: ignore[method-assign, func-returns-value]  # a plain ear
        await until(lambda: aster.board.here(0))
        aster.board.post(0, Carried(1 << 40 | 1, encode(GetQuery(1, nid, 80, 1, kind=Kind.UNAUTHENTICATED))))
        aster.board.post(0, AnswerPeering(True))
        await done(aster, hello())
        await room.stop("Aster")
        await until(lambda: not teacher.board.channels)
        assert asked == []

    story(tmp_path, tell)


def test_whoever_ends_and_begins_at_once_waits_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("p4lab.live.peerings.PAUSE", 0.3)

    async def tell(room: Class) -> None:
        teacher, aster = await peers(room)
        told = inputs(teacher)
        began = teacher.clock()
        for _ in range(50):
            aster.board.post(0, EndPeering())
            aster.board.post(0, AskPeering())
        await until(lambda: any(isinstance(each, Linked) for each in told))
        assert [type(each) for each in told] == [Unlinked, Linked]
        assert teacher.clock() - began > 0.1

    story(tmp_path, tell)


def test_peers_find_each_other_again_without_the_teacher(tmp_path: Path) -> None:
    async def tell(room: Class) -> None:
        await room.start("Teacher", new_class="Networks", join="")
        birch = await room.start("Birch")
        aster = await room.start("Aster", peers=(birch.card.listen,))
        await until(up(aster, 1))
        await room.stop("Teacher")
        await room.stop("Aster")
        aster = await room.start("Aster")
        await until(up(aster, 1))
        await until(up(birch, 2))

    story(tmp_path, tell)
