"""What an attacker would try that belongs to no single part: rows of the threat model (p4lab/LIVE.md) seen as a whole.

The other rows are tested beside the part that defends; LIVE.md names them, and a test checks that they exist.
"""

import random
import tomllib
from pathlib import Path

import pytest

from p4lab.core.commands import Get
from p4lab.core.contract import Effect, Input, Linked, Persist, Received, Send, SendAll
from p4lab.core.events import GetFinished, PutFinished
from p4lab.core.messages import MISS, Answer, GetQuery, GetReply, Message, PutRequest, Update, update_size
from p4lab.core.names import Regime, digest
from p4lab.core.neighbours import Role
from p4lab.core.provider import Provider
from p4lab.core.records import Record, authenticated
from p4lab.core.signing import Ed25519
from p4lab.core.stores import OWN, POINTER, REPLICA, SUBTREE
from p4lab.live import wire
from p4lab.live.carrier import STRANGERS
from p4lab.live.frames import Carried
from p4lab.live.limits import Limits
from p4lab.live.provider_node import options_of
from p4lab.live.run_node import Running
from tests.live.nodes import Class, done, hello, peers, story, until, up
from tests.live.test_desk import ask, customer, entry, get, put

ROOT = Path(__file__).parents[2]
SIGNER = Ed25519()
NAMES, VERSIONS = 200, 5


def signed(name: int, seq: int) -> Record:
    seed, key, value = bytes([1]) * 32, f"k{name}".encode(), f"{name} {seq}".encode()
    return authenticated(SIGNER, seed, key, value, Regime.VALUE, 60_000, 0, seq)


def sent(message: Message) -> bytes:
    """What an eavesdropper who has a ticket may have kept."""
    return wire.encode(message)


def told(provider: Provider, data: bytes, src: int, now: float) -> list[object]:
    return list(provider.handle(Received(src, wire.decode(data), 0), now))


def state(provider: Provider, now: float) -> set[tuple[str, bytes, int, bytes | None]]:
    stores = provider.stores.all(OWN + SUBTREE + REPLICA + POINTER, now)
    return {(store, copy.record.nid, copy.record.version[0], copy.record.value) for store, copy in stores}


def provider() -> Provider:
    made = Provider(1, options_of(Limits()), SIGNER, 0.0)
    made.handle(Linked(2, Role.PEER), 0.0)
    return made


@pytest.mark.parametrize("by_a_peer", [False, True])
def test_a_thousand_signed_puts_told_again_in_any_order_leave_the_same_state(by_a_peer: bool) -> None:
    """Whoever kept them puts them again as a customer, or tells them as a neighbour."""
    records = [signed(name, seq) for seq in range(1, VERSIONS + 1) for name in range(NAMES)]
    every = [
        sent(Update(7, record.nid, update_size(record), record) if by_a_peer
             else PutRequest(7, record.nid, update_size(record), record, account=digest(b"eve")))
        for record in records
    ]  # fmt: skip
    first, second = (2, 2) if by_a_peer else (STRANGERS + 1, STRANGERS + 2)
    once, shuffled = provider(), provider()
    for data in every:
        told(once, data, first, 1.0)
    before = state(once, 2.0)
    assert {(seq, value) for _, _, seq, value in before} == {
        (VERSIONS, f"{name} {VERSIONS}".encode()) for name in range(NAMES)
    }
    random.Random(5).shuffle(every)
    effects = [effect for data in every for effect in told(once, data, second, 2.0)]
    assert state(once, 2.0) == before
    assert [effect for effect in effects if isinstance(effect, SendAll)] == []  # nobody hears of it again
    kept = [effect for effect in effects if isinstance(effect, Persist)]
    assert len(kept) == (0 if by_a_peer else NAMES)  # that this customer, too, is charged for what it put
    codes = {each.message.outcome for each in effects if isinstance(each, Send) and isinstance(each.message, Answer)}
    assert codes == (set() if by_a_peer else {"OK_DUPLICATE", "E_SEQ_OLD"})
    for data in every:
        told(shuffled, data, first, 2.0)
    assert state(shuffled, 2.0) == before


def test_a_signed_put_serves_nobody_elses_name() -> None:
    record = signed(1, 1)
    node = provider()
    other = authenticated(SIGNER, bytes([2]) * 32, b"k1", b"mine", Regime.VALUE, 60_000, 0, 1)
    told(node, sent(PutRequest(1, other.nid, update_size(other), other)), STRANGERS + 1, 0.0)
    told(node, sent(PutRequest(2, record.nid, update_size(record), record)), STRANGERS + 2, 0.0)
    assert {(nid, value) for _, nid, _, value in state(node, 0.0)} == {(other.nid, b"mine"), (record.nid, b"1 1")}


@pytest.mark.parametrize("ahead", [0.0, 86_400.0, 1e7])
def test_lifetimes_do_not_depend_on_anybodys_clock(ahead: float) -> None:
    """What crosses are durations; each counts them by its own monotonic clock, however far those are apart."""
    record = authenticated(SIGNER, bytes([1]) * 32, b"k", b"v", Regime.VALUE, 60_000, 5_000, 1)
    node = Provider(1, options_of(Limits()), SIGNER, 0.0)
    node.handle(Linked(2, Role.PEER), ahead)
    told(node, sent(Update(1, record.nid, update_size(record), record)), 2, ahead)
    assert len(state(node, ahead + 4.9)) == 1
    assert state(node, ahead + 5.1) == set()


def test_a_question_is_answered_from_what_is_here_and_goes_no_further(tmp_path: Path) -> None:
    """Amplification ends after one step, and many who ask for one name at once are one question."""

    async def tell(room: Class) -> None:
        teacher, aster = await peers(room)
        birch = await room.start("Birch", peers=(teacher.card.listen,))
        await until(up(birch, 0))
        assert (await done(birch, hello("there"))).outcome == "OK"
        asked: list[Received] = []
        for node in (teacher, birch):
            listen_to(node, asked)
        eve = await customer(room, aster)
        answers = await ask(eve, *(get(op) for op in range(40)))
        assert {answer.outcome for answer in answers} == {"NOT_FOUND"}
        assert 1 <= len(questions(asked)) <= 4  # of forty; and all from Aster's to the teacher
        assert {each.src for each in questions(asked)} == {aster.board.me.seat}

    story(tmp_path, tell)


def listen_to(node: Running, heard: list[Received]) -> None:
    """Keep what neighbours and customers send to this provider from now on."""
    handle = node.node.provider.handle

    def hear(data: Input, now: float) -> list[Effect]:
        if isinstance(data, Received):
            heard.append(data)
        return handle(data, now)

    node.node.provider.handle = hear  # type: ignore[method-assign, assignment]  # a plain ear


def questions(heard: list[Received]) -> list[Received]:
    return [each for each in heard if isinstance(each.message, GetQuery)]


def test_a_share_of_questions_is_the_identitys_and_a_new_channel_brings_no_new_one(tmp_path: Path) -> None:
    async def tell(room: Class) -> None:
        teacher, aster = await peers(room)
        asked: list[Received] = []
        listen_to(teacher, asked)
        for turn in range(4):
            eve = await customer(room, aster)
            await ask(eve, *(get(op, f"nothing {turn} {op}") for op in range(10)))
            eve.close("and again")
        assert (
            5 <= len(questions(asked)) <= 10
        )  # of forty: five at once and what the time brings, not five for each channel

    story(tmp_path, tell, Limits(questions_per_second=5.0))


def test_large_replies_use_up_the_share_of_whoever_asked(tmp_path: Path) -> None:
    """A small question that is answered with much is what an amplifier looks for."""

    async def tell(room: Class) -> None:
        teacher, aster = await peers(room)
        other = await customer(room, teacher, 9)
        for number in range(10):
            assert [a.outcome for a in await ask(other, put(number, entry("x" * 1_000, f"k{number}")))] == ["OK"]
        eve = await customer(room, aster)
        codes = [(await ask(eve, get(op, f"k{op}")))[0].outcome for op in range(10)]
        ann = await customer(room, aster, 8)
        (answer,) = await ask(ann, get(1, "k9"))
        assert answer.outcome == "OK"
        assert codes == ["OK"] * codes.count("OK") + ["E_AGAIN"] * codes.count("E_AGAIN")
        assert 3 <= codes.count("OK") <= 7  # 3 kB at once and 1 kB a question, and what the time brings

    story(tmp_path, tell, Limits(reply_bytes=3_000))


def test_nobody_uses_up_anothers_share_by_replying_without_end(tmp_path: Path) -> None:
    async def tell(room: Class) -> None:
        teacher, aster = await peers(room)
        eve = await customer(room, aster)
        await ask(eve, get(1, "nothing"))
        desk = aster.node.desk
        (op,) = desk._caused
        heard: list[Received] = []
        listen_to(aster, heard)
        reply = Carried(0, wire.encode(GetReply(op, get(1, "nothing").nid, 100, 1, MISS)))
        for _ in range(50):
            teacher.board.post(aster.board.me.seat, reply)
        await until(lambda: sum(isinstance(each.message, GetReply) for each in heard) == 50)
        (answer,) = await ask(eve, get(2, "nothing else"))
        assert answer.outcome == "NOT_FOUND"

    story(tmp_path, tell, Limits(reply_bytes=1_000))


def test_put_and_get_across_a_class_need_a_ticket_and_nothing_else(tmp_path: Path) -> None:
    """The honest case beside all those refusals: it works."""

    async def tell(room: Class) -> None:
        teacher, aster = await peers(room)
        assert isinstance(await done(aster, hello()), PutFinished)
        got = await done(teacher, Get("Teacher", "k", owner="me"))
        assert isinstance(got, GetFinished)

    story(tmp_path, tell)


def test_what_strangers_talk_to_is_new_enough() -> None:
    """Lower bounds with a security reason; the check script prints what it ran with."""
    wanted = {"zeroconf": ">=0.150", "pynacl": ">=1.6.2", "msgspec": ">=0.22", "PySide6-Essentials": "<6.12"}
    needs = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    for name, bound in wanted.items():
        (need,) = [each for each in needs if each.startswith(name)]
        assert bound in need
    printed = (ROOT / ".ci" / "run").read_text()
    assert [name for name in wanted if name not in printed] == []
