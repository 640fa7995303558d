"""Customers from outside: an answer for each request, their share and no more, and nothing that others have to say."""

import asyncio
from pathlib import Path

import pytest

from p4lab.core.commands import Get
from p4lab.core.contract import Received
from p4lab.core.events import GetFinished, GetStarted, PutFinished, PutStarted
from p4lab.core.messages import Answer, GetQuery, GetRequest, Leave, Message, PutRequest, Update, update_size
from p4lab.core.names import Kind, Regime, digest, name_id
from p4lab.core.records import Record, unauthenticated
from p4lab.live.channel import Channel, ChannelClosed
from p4lab.live.client import Client
from p4lab.live.frames import CUSTOMER, AskPeering, Carried, Frame, Open
from p4lab.live.identity import Keys
from p4lab.live.limits import Limits
from p4lab.live.profile import Profile
from p4lab.live.run_node import Running
from p4lab.live.wire import decode, encode
from tests.live.nodes import Class, done, hello, listen, peers, story, until


def entry(value: str, key: str = "k") -> Record:
    return unauthenticated(key.encode(), value.encode(), Regime.GET_BROADCAST, 60_000, 0)


def put(op: int, record: Record) -> PutRequest:
    return PutRequest(op, record.nid, update_size(record), record, account=digest(b"somebody else"))


def get(op: int, key: str = "k", after: bytes = b"") -> GetRequest:
    nid = name_id(Kind.UNAUTHENTICATED, key.encode())
    return GetRequest(op, nid, 80, Kind.UNAUTHENTICATED, key.encode(), after=after)


async def customer(room: Class, node: Running, seed: int = 7) -> Channel:
    channel = await room.stranger(node, seed)
    channel.post(Open(CUSTOMER, provider=False))
    assert isinstance(await channel.receive(), Open)
    return channel


async def ask(channel: Channel, *messages: Message) -> list[Answer]:
    """The answers to these, by their numbers."""
    for message in messages:
        channel.post(Carried(1, encode(message)))
    answers: list[Answer] = []
    while len(answers) < len(messages):
        frame = await channel.receive()
        assert isinstance(frame, Carried)
        answer = decode(frame.message)
        assert isinstance(answer, Answer)
        answers.append(answer)
    return sorted(answers, key=lambda answer: answer.op)


def test_a_customer_is_answered_and_its_operations_are_told(tmp_path: Path) -> None:
    async def tell(room: Class) -> None:
        node = await room.start("Teacher", new_class="Networks", join="")
        happened = listen(node)
        channel = await customer(room, node)
        record = entry("hello")
        (kept,) = await ask(channel, put(5, record))
        (read,) = await ask(channel, get(5))
        assert (kept.op, kept.outcome, read.op, read.outcome, read.source) == (5, "OK", 5, "OK", "local")
        assert read.records == (record,)
        told = [each for each in happened if isinstance(each, PutStarted | PutFinished | GetStarted | GetFinished)]
        assert [type(each) for each in told] == [PutStarted, PutFinished, GetStarted, GetFinished]
        started, stored, asked, got = told
        assert isinstance(started, PutStarted) and isinstance(got, GetFinished)
        assert (started.node, started.key, started.value, started.kind) == (0, "k", "hello", "unauthenticated")
        assert (started.op, asked.op) == (stored.op, got.op) and got.values == ("hello",)
        assert started.op not in (5, asked.op)
        channel.close("done")
        await until(lambda: not len(node.node.desk))

    story(tmp_path, tell)


def test_a_customer_is_told_who_sits_at_the_seats_it_heard_of(tmp_path: Path) -> None:
    async def tell(room: Class) -> None:
        teacher, _ = await peers(room)
        client = Client(await room.stranger(teacher), Profile(tmp_path / "c"))
        await client.begin()
        asked = await asyncio.gather(client.called((1, 9)), client.called(()), client.called((0,)))
        assert asked == [{1: "Aster"}, {}, {0: "Teacher"}]
        await room.stop("Aster")
        assert await client.called((1,)) == {1: "Aster"}
        await client.end()
        assert await client.called((1,)) == {}

    story(tmp_path, tell)


@pytest.mark.parametrize(
    "sent",
    [
        AskPeering(),
        Carried(1, encode(Update(1, entry("x").nid, 100, entry("x")))),
        Carried(1, b"\xc1 no message"),
    ],
)
def test_a_customer_that_says_anything_else_is_let_go(tmp_path: Path, sent: Frame) -> None:
    async def tell(room: Class) -> None:
        node = await room.start("Teacher", new_class="Networks", join="")
        told: list[object] = []
        node.node.provider.handle = lambda data, now: told.append(data) or []  # type: ignore[method-assign, func-returns-value]  # a plain ear
        channel = await customer(room, node)
        channel.post(sent)
        with pytest.raises(ChannelClosed):
            await channel.receive()
        assert told == []
        await until(lambda: not len(node.node.desk))

    story(tmp_path, tell)


def test_the_account_is_the_channels_key_and_has_its_share_alone(tmp_path: Path) -> None:
    async def tell(room: Class) -> None:
        node = await room.start("Teacher", new_class="Networks", join="")
        greedy, modest = await customer(room, node), await customer(room, node, 8)
        for op in range(3):
            (answer,) = await ask(greedy, put(op, entry("x", f"k{op}")))
            assert answer.outcome == "OK"
        (full,) = await ask(greedy, put(9, entry("x", "k9")))
        (other,) = await ask(modest, put(9, entry("x", "k9")))
        assert (full.outcome, other.outcome) == ("E_CAP", "OK")
        copies = node.node.provider.stores.own[entry("x", "k0").nid]
        assert [copy.accounts for copy in copies] == [(digest(Keys(bytes([7]) * 32).public),)]
        # Nobody leaves for another
        node.node.provider._putting.leaving.leave = lambda *given: left.append(given)  # type: ignore[method-assign]  # a plain ear
        left: list[object] = []
        account = copies[0].accounts[0]
        modest.post(Carried(1, encode(Leave(1, account, 80, account, 1))))
        await ask(modest, get(2))
        assert left == []
        greedy.post(Carried(1, encode(Leave(1, account, 80, account, 1))))
        await ask(greedy, get(2))
        assert len(left) == 1

    story(tmp_path, tell, Limits(keys_per_identity=3))


def test_all_hold_while_it_is_frozen(tmp_path: Path) -> None:
    async def tell(room: Class) -> None:
        teacher, aster = await peers(room)
        channel = await customer(room, aster)
        rules = teacher.place.rules
        assert rules is not None
        rules.freeze(True)
        await until(lambda: aster.node.frozen)
        first, second = await ask(channel, put(1, entry("x")), get(2))
        assert (first.outcome, second.outcome) == ("E_AGAIN", "E_AGAIN")
        assert (await done(aster, hello())).outcome == "E_AGAIN"
        rules.freeze(False)
        await until(lambda: not aster.node.frozen)
        first, second = await ask(channel, put(1, entry("x")), get(2))
        assert (first.outcome, second.outcome) == ("OK", "OK")
        assert (await done(aster, hello())).outcome == "OK"

    story(tmp_path, tell)


def test_what_cannot_be_kept_is_not_acknowledged_and_gets_go_on(tmp_path: Path) -> None:
    async def tell(room: Class) -> None:
        teacher, aster = await peers(room)
        channel = await customer(room, aster)
        (kept,) = await ask(channel, put(1, entry("before")))
        write = aster.node._shelf.write
        aster.node._shelf.write = lambda node, rows, done: asyncio.get_running_loop().call_soon(done, False)  # type: ignore[method-assign]  # a full disk
        lost, read = await ask(channel, put(2, entry("lost")), get(3))
        mine = await done(aster, hello())
        assert (kept.outcome, lost.outcome, mine.outcome, read.outcome) == ("OK", "E_AGAIN", "E_AGAIN", "OK")
        assert not teacher.node.provider.stores.replicas  # nobody heard of what is not kept
        aster.node._shelf.write = write  # type: ignore[method-assign]  # there is room again
        (again,) = await ask(channel, put(4, entry("lost")))
        assert again.outcome == "OK_DUPLICATE"  # now it is kept
        await room.stop("Aster")
        aster = await room.start("Aster")
        got = await done(aster, Get("Aster", "k", kind=Kind.UNAUTHENTICATED))
        assert isinstance(got, GetFinished)
        assert sorted(got.values) == ["before", "lost"]

    story(tmp_path, tell)


def test_whoever_makes_a_provider_ask_too_often_waits(tmp_path: Path) -> None:
    async def tell(room: Class) -> None:
        teacher, aster = await peers(room)
        asked: list[Received] = []
        handle = teacher.node.provider.handle
        teacher.node.provider.handle = lambda data, now: asked.append(data) or handle(data, now)  # type: ignore[method-assign, func-returns-value, assignment, arg-type, return-value]  # a plain ear
        eager, other = await customer(room, aster), await customer(room, aster, 8)
        answers = await ask(eager, *(get(op, f"nothing {op}") for op in range(12)))
        codes = [answer.outcome for answer in answers]
        assert codes == ["NOT_FOUND"] * 2 + ["E_AGAIN"] * 10  # one at once, and one on credit
        assert [type(each.message) for each in asked if isinstance(each, Received)].count(GetQuery) == 2
        (answer,) = await ask(other, get(1, "nothing"))
        assert answer.outcome == "NOT_FOUND"

    story(tmp_path, tell, Limits(questions_per_second=0.5))


def test_a_long_set_comes_in_pages(tmp_path: Path) -> None:
    async def tell(room: Class) -> None:
        node = await room.start("Teacher", new_class="Networks", join="")
        channel = await customer(room, node)
        values = [f"{number:03d}" + "x" * 900 for number in range(40)]
        await ask(channel, *(put(op, entry(value)) for op, value in enumerate(values)))
        after, got, pages = b"", [], 0
        while True:
            (page,) = await ask(channel, get(100, after=after))
            got += [record.value for record in page.records]
            pages += 1
            if not page.placemark:
                break
            after = page.placemark
        assert sorted(got) == sorted(value.encode() for value in values)
        assert pages >= 3  # 40 kB in frames of 16

    story(tmp_path, tell)
