"""A class of nodes on loopback: joining, peering, putting across, restarting from the store."""

from pathlib import Path

from p4lab.core.commands import Get
from p4lab.core.events import GetFinished
from p4lab.core.names import Kind
from tests.live.nodes import Class, done, hello, peers, story, until, up


def test_a_put_at_one_is_read_at_another_and_outlives_a_restart(tmp_path: Path) -> None:
    async def tell(room: Class) -> None:
        teacher, aster = await peers(room)
        assert room.code.startswith(teacher.card.listen + "/")
        assert (aster.card.class_, aster.board.me.seat, aster.card.name) == ("Networks", 1, "Aster")
        finished = await done(aster, hello())
        assert (finished.outcome, finished.seq) == ("OK", 1)
        await until(lambda: teacher.node.provider.stores.replicas)
        teacher.place.rules.say("Look at the map")
        await until(lambda: room.lines.count(("class", "The teacher says: Look at the map")) == 2)  # both told of it
        await room.stop("Aster")
        await until(lambda: not teacher.node.provider.peers)
        gone = [says for cause, says in room.lines if cause in ("class", "peering") and "Look at" not in says][-2:]
        assert gone == ["Aster is out of reach: goodbye", "Aster left."]  # and not that the teacher has gone
        aster = await room.start("Aster")  # without --peer: it remembers
        await until(up(aster, 0))
        got = await done(aster, Get("Aster", "k", kind=Kind.AUTHENTICATED, owner="me"))
        assert isinstance(got, GetFinished)
        assert (got.outcome, got.source, got.values, got.seq) == ("OK", "local", ("hello",), 1)
        again = await done(aster, hello(value="bye"))
        assert (again.outcome, again.seq) == ("OK", 2)

    story(tmp_path, tell)


def test_an_authority_comes_back_by_either_flag_and_members_without_it(tmp_path: Path) -> None:
    async def tell(room: Class) -> None:
        teacher, aster = await peers(room)
        card = teacher.card
        await room.stop("Teacher")
        await room.stop("Aster")
        aster = await room.start("Aster")  # by the ticket it has
        assert (aster.board.me.seat, aster.card.class_) == (1, "Networks")
        code = card.code.rpartition("/")[2]
        teacher = await room.start("Teacher", join=code, listen=card.listen)  # where it was, so that Aster finds it
        assert (teacher.board.me.seat, teacher.card) == (0, card)
        await until(up(teacher, 1))
        await room.stop("Teacher")
        teacher = await room.start("Teacher", new_class="Networks", join="")
        assert teacher.card.id == card.id

    story(tmp_path, tell)


def test_event_ids_and_epochs_are_new_after_each_start(tmp_path: Path) -> None:
    async def tell(room: Class) -> None:
        first = await room.start("Teacher", new_class="Networks", join="")
        used = first.stream.number()
        epoch = first.node.provider._peering._epoch
        await room.stop("Teacher")
        second = await room.start("Teacher", new_class="Networks", join="")
        assert second.stream.number() > used
        assert second.node.provider._peering._epoch > epoch

    story(tmp_path, tell)
