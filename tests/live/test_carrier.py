"""What passes between neighbours: in pieces that fit, within a bound, and never what is not theirs to say."""

from pathlib import Path

import msgspec
import pytest

from p4lab.core.commands import Put
from p4lab.core.contract import Received
from p4lab.core.events import CaughtUp, Rejected, Stored
from p4lab.core.messages import (
    SYNC_D,
    SYNC_I,
    UPDATE,
    Answer,
    GetRequest,
    Leave,
    Message,
    PutRequest,
    Relayed,
    Update,
    greeting,
    update_size,
)
from p4lab.core.names import Kind, Regime
from p4lab.core.neighbours import Role
from p4lab.core.records import unauthenticated
from p4lab.live.frames import Carried
from p4lab.live.limits import Limits
from p4lab.live.wire import encode
from tests.live.nodes import Class, done, hello, listen, peers, story, until, up

RECORD = unauthenticated(b"k", b"v", Regime.VALUE, 60_000, 0)
PUT = PutRequest(1, RECORD.nid, 100, RECORD)


def update(value: bytes, key: bytes = b"k") -> Update:
    record = unauthenticated(key, value, Regime.VALUE, 60_000, 0)
    return Update(1, record.nid, update_size(record), record)


def test_neighbours_catch_up_with_more_than_a_frame_holds(tmp_path: Path) -> None:
    async def tell(room: Class) -> None:
        teacher = await room.start("Teacher", new_class="Networks", join="")
        aster = await room.start("Aster")
        for number in range(100):
            put = Put("Aster", f"{number:03d}" + "x" * 1_000, f"k{number}", Kind.UNAUTHENTICATED, Regime.VALUE)
            assert (await done(aster, put)).outcome == "OK"
        happened = listen(teacher)
        aster.node.peerings.peer(0)
        await until(lambda: any(isinstance(each, CaughtUp) for each in happened))
        (caught,) = [each for each in happened if isinstance(each, CaughtUp)]
        assert (caught.items, caught.news) == (100, 100)
        assert len(teacher.node.provider.stores.replicas) == 100

    story(tmp_path, tell)


@pytest.mark.parametrize(
    "message",
    [
        PUT,
        GetRequest(1, RECORD.nid, 80, Kind.UNAUTHENTICATED, b"k"),
        Leave(1, b"o" * 32, 80, b"o" * 32, 1),
        Answer(1, RECORD.nid, 48, 1, "OK"),
        Relayed(1, RECORD.nid, 100, 1, PUT),
    ],
)
def test_a_peer_is_no_customer(tmp_path: Path, message: Message) -> None:
    async def tell(room: Class) -> None:
        teacher, aster = await peers(room)
        told: list[object] = []
        handle = teacher.node.provider.handle
        teacher.node.provider.handle = lambda data, now: told.append(data) or handle(data, now)  # type: ignore[method-assign, func-returns-value, assignment, arg-type, return-value]  # a plain ear
        aster.board.post(0, Carried(1 << 40, encode(message)))
        await done(aster, hello())
        await until(lambda: any(isinstance(data, Received) and data.message.code == UPDATE for data in told))
        codes = {data.message.code for data in told if isinstance(data, Received)}
        assert UPDATE in codes and codes <= {UPDATE, SYNC_D, SYNC_I}  # of the put, and of catching up

    story(tmp_path, tell)


def test_a_peer_that_sends_what_cannot_be_read_is_cut_off_and_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("p4lab.live.switchboard.FIRST_WAIT", 0.05)
    monkeypatch.setattr("p4lab.live.peerings.PAUSE", 0.0)

    async def tell(room: Class) -> None:
        teacher, aster = await peers(room)
        downs: list[tuple[int, str, bool]] = []
        teacher.board.watch(lambda seat: None, lambda *down: downs.append(down))
        data = encode(update(b"x"))
        for spoilt in (data[:-1], msgspec.msgpack.encode(["HELLO", 1])):
            aster.board.post(0, Carried(1 << 40, spoilt))
            await until(lambda: (1, "sent what cannot be read", False) in downs)
            downs.clear()  # both dial anew, and one of two channels may be given up
            await until(up(aster, 0))
            await until(up(teacher, 1))

    story(tmp_path, tell)


def test_of_one_neighbour_only_so_much_is_kept(tmp_path: Path) -> None:
    async def tell(room: Class) -> None:
        teacher, aster = await peers(room)
        happened = listen(teacher)
        for number in range(8):
            aster.board.post(0, Carried(1 << 40 | number, encode(update(b"x", b"k%d" % number))))
        await until(lambda: sum(isinstance(each, Rejected) for each in happened) == 3)
        await until(lambda: sum(isinstance(each, Stored) for each in happened) == 5)
        assert {each.code for each in happened if isinstance(each, Rejected)} == {"E_CAP"}
        assert len(teacher.node.provider.stores.replicas) == 5

    story(tmp_path, tell, Limits(keys_per_identity=5))


def test_nobody_tells_that_anothers_message_arrived(tmp_path: Path) -> None:
    async def tell(room: Class) -> None:
        teacher, aster = await peers(room)
        arrived: list[int] = []
        teacher.stream.arrived = lambda event, t: arrived.append(event)  # type: ignore[method-assign]  # a plain ear
        data = encode(update(b"x"))
        for event in (7 << 40 | 1, 1 << 40 | 5):
            aster.board.post(0, Carried(event, data))
        await until(lambda: 1 << 40 | 5 in arrived)
        assert 7 << 40 | 1 not in arrived

    story(tmp_path, tell)


def test_whoever_begins_sessions_too_often_is_cut_off(tmp_path: Path) -> None:
    async def tell(room: Class) -> None:
        teacher, aster = await peers(room)
        downs: list[str] = []
        teacher.board.watch(lambda seat: None, lambda seat, why, clean: downs.append(why))
        greetings = encode(greeting(Role.PEER, (), 1))
        for _ in range(40):
            aster.board.post(0, Carried(0, greetings))
        await until(lambda: downs)
        assert downs == ["begins sessions too often"]

    story(tmp_path, tell)
