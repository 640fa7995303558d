"""Who may pass, and who not: a stranger hears nothing but who we are, and is told nothing of why."""

import asyncio
import copy
from collections.abc import Coroutine
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p4lab.live.channel import Channel
from p4lab.live.frames import Join, Said, Welcome
from p4lab.live.identity import GRACE, Keys, class_id, issue, pack
from p4lab.live.meeting import NotAdmitted, Party, _Meeting, initiate, respond
from tests.live.people import ANN, BEN, CLASS, EVE, FREE, NOW, TEACHER, Wire, party, run, ticket, until_closed, wires
from tests.live.test_noise import LOW_ORDER

REPLACE = msgspec.structs.replace
QUICK = REPLACE(FREE, handshake=0.05)


async def meet(one: Party, two: Party, expect: bytes | None = None) -> tuple[list[Channel | str], Wire, Wire]:
    """What each side has then, a channel or why not; `one` dials."""
    here, there = wires()
    results = await asyncio.gather(initiate(here, one, expect), respond(there, two), return_exceptions=True)
    out: list[Channel | str] = []
    for result in results:
        assert isinstance(result, Channel | NotAdmitted)
        out.append(result if isinstance(result, Channel) else str(result))
    return out, here, there


def ended(talk: Coroutine[Any, Any, Channel]) -> str:
    """Why there is no channel."""
    with pytest.raises(NotAdmitted) as caught:
        run(talk)
    return str(caught.value)


def test_two_members_meet() -> None:
    async def talk() -> None:
        out, _, _ = await meet(party(ANN), party(BEN), BEN.id)
        one, two = out
        assert isinstance(one, Channel) and isinstance(two, Channel)
        assert (one.peer, one.peer_key, one.peer_id) == (ticket(BEN), BEN.public, BEN.id)
        assert (two.peer, two.peer_key, two.peer_id) == (ticket(ANN), ANN.public, ANN.id)
        one.post(Said("hello"))
        one.close("bye")
        assert (await until_closed(two))[0] == [Said("hello")]

    run(talk())


def test_a_put_may_use_the_profile_of_the_node_it_asks() -> None:
    async def talk() -> None:
        (one, two), _, _ = await meet(party(ANN), party(ANN))
        assert isinstance(one, Channel) and isinstance(two, Channel)
        assert one.peer == two.peer == ticket(ANN)
        one.close("bye")
        await until_closed(two)

    run(talk())


def test_whoever_wants_to_join_reaches_the_authority() -> None:
    async def talk() -> None:
        (one, two), _, _ = await meet(party(EVE, shown=ticket(ANN), ticket=None), party(TEACHER))
        assert isinstance(one, Channel) and isinstance(two, Channel)
        assert (one.peer, two.peer, two.peer_key) == (ticket(TEACHER), None, EVE.public)
        one.post(Join("ABCD", "Eve"))
        assert await two.receive() == Join("ABCD", "Eve")
        two.post(Welcome(pack(issue(TEACHER, EVE.public, "Eve", 3, NOW)), "Nets"))
        two.close("welcome")
        got, closed = await until_closed(one)
        assert (len(got), closed.clean) == (1, True)

    run(talk())


def forged(name: str) -> dict[str, Any]:
    """What somebody shows who should not get in."""
    if name == "none":
        return {"ticket": None}
    if name == "expired":
        return {"ticket": ticket(ANN, NOW - int(GRACE) - 1)}
    if name == "somebody else's":
        return {"ticket": ticket(BEN)}
    if name == "self-signed":
        return {"ticket": REPLACE(ticket(ANN), sig=ANN.sign(b"p4lab-ticket:" + pack(ticket(ANN))[:-64]))}
    own = Keys(b"o" * 32)  # of another class
    other = issue(own, ANN.public, "Ann", 1, NOW + 1_000)
    return {"ticket": other, "class_id": class_id(own.public)} if name == "of another class" else {"ticket": other}


async def pushed(one: Party, two: Party) -> tuple[str, list[bytes], bytes]:
    """What becomes of somebody who minds nothing that it hears: why, and all the bytes that it was sent."""
    here, there = wires()
    answering = asyncio.get_running_loop().create_task(respond(there, two))
    pushing = _Meeting(here, one, initiator=True)
    pushing.send(b"")
    await pushing.hear()
    pushing.send(pushing.own)
    with pytest.raises(NotAdmitted) as caught:
        await answering
    return str(caught.value), there.sent, await here.read()


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        ("none", "Who knocked has no ticket."),
        ("expired", "Who knocked has a ticket that has run out."),
        ("somebody else's", "Who knocked shows somebody else's ticket."),
        ("self-signed", "Who knocked has a ticket that is not signed by the authority of its class."),
        ("of another class, shown here", "Who knocked has a ticket of another authority."),
    ],
)
def test_who_is_refused_gets_no_byte_of_data(shown: str, why: str) -> None:
    async def talk() -> None:
        said, sent, came = await pushed(party(ANN, **forged(shown)), party(BEN))
        assert (said, len(sent), came) == (why, 1, b"")  # a handshake message, and nothing after it

    run(talk())


def test_classes_do_not_even_understand_each_other() -> None:
    async def talk() -> None:
        out, _, there = await meet(party(ANN, **forged("of another class")), party(BEN))
        assert out == ["Something else than a node of this class is there.", "Who answers there does not admit us."]
        assert (len(there.sent), there.over) == (1, True)

    run(talk())


@pytest.mark.parametrize("shown", ["expired", "somebody else's", "self-signed"])
def test_at_an_authority_a_bad_ticket_is_none(shown: str) -> None:
    async def talk() -> None:
        (one, two), _, _ = await meet(party(ANN, **forged(shown)), party(TEACHER))
        assert isinstance(one, Channel) and isinstance(two, Channel) and two.peer is None
        one.post(Said("I am a member"))
        got, closed = await until_closed(two)
        assert (got, closed.why) == ([], "sent what is no frame")
        one.close("x")

    run(talk())


@pytest.mark.parametrize("shown", ["expired", "somebody else's", "self-signed", "of another class, shown here"])
def test_who_dials_shows_itself_to_no_impostor(shown: str) -> None:
    async def talk() -> None:
        out, here, _ = await meet(party(BEN), party(ANN, **forged(shown)))
        assert isinstance(out[0], str) and out[0].startswith("Who answers there ")
        assert len(here.sent) == 1

    run(talk())


def test_somebody_elses_key_and_ticket_do_not_help() -> None:
    stolen = copy.copy(EVE)  # all that Ann ever shows, and Eve's own key of the channel
    stolen.public = ANN.public

    async def talk() -> None:
        why, sent, came = await pushed(party(stolen, shown=ticket(ANN)), party(BEN))
        assert (why, len(sent), came) == ("Something else than a node of this class is there.", 1, b"")
        stolen.vouch = ANN.vouch  # which is for another key
        why, _, came = await pushed(party(stolen, shown=ticket(ANN)), party(TEACHER))
        assert (why, came) == ("Something else than a node of this class is there.", b"")
        out, here, _ = await meet(party(BEN), party(stolen, shown=ticket(ANN)))
        assert (out[0], len(here.sent)) == ("Something else than a node of this class is there.", 1)

    run(talk())


def test_a_fake_teacher_is_found_out() -> None:
    fake = Keys(b"f" * 32)

    async def talk() -> None:
        lying = party(fake, shown=issue(fake, fake.public, "Teacher", 0, NOW + 1_000))
        joining = party(EVE, shown=ticket(ANN), ticket=None)
        out, here, _ = await meet(joining, lying)
        assert out[0] == f"Who answers there has a ticket that is for the class {class_id(fake.public)}, not {CLASS}."
        assert len(here.sent) == 1
        out, here, _ = await meet(joining, party(BEN))
        assert out[0] == "A member answers there, and only the authority of the class admits."
        out, here, _ = await meet(party(ANN), party(BEN), expect=TEACHER.id)
        assert (out[0], len(here.sent)) == ("Somebody else answers there.", 1)

    run(talk())


def test_clocks_may_differ() -> None:
    async def talk() -> None:
        out, _, _ = await meet(party(ANN, shown=ticket(ANN, NOW - int(GRACE))), party(BEN))
        one, two = out
        assert isinstance(one, Channel) and isinstance(two, Channel)
        one.close("bye")
        await until_closed(two)

    run(talk())


def test_without_a_ticket_nobody_is_let_in() -> None:
    async def talk() -> Channel:
        return await respond(Wire(), party(ANN, ticket=None))

    assert ended(talk()) == "Who has no ticket lets nobody in."


def test_silence_and_half_a_message_take_no_longer_than_a_handshake_may() -> None:
    async def answer(data: bytes) -> Channel:
        wire = Wire()
        wire.feed(data)
        try:
            return await respond(wire, party(BEN, QUICK))
        finally:
            assert wire.over and wire.sent == []

    for data in (b"", b"\0", b"\0\0\0\x20", b"\0\0\0\x20" + b"x" * 31):
        assert ended(answer(data)) == "No handshake within 0.05 s."

    assert ended(answer(b"\x7f\xff\xff\xff")) == "Something else than a node of this class is there."  # and no wait

    async def ask() -> Channel:
        return await initiate(Wire(), party(BEN, QUICK))

    assert ended(ask()) == "No handshake within 0.05 s."


@settings(max_examples=60)
@given(st.binary(max_size=300), st.booleans())
def test_garbage_is_refused(data: bytes, framed: bool) -> None:
    async def answer() -> Channel:
        wire = Wire()
        wire.feed((len(data).to_bytes(4, "big") if framed else b"") + data, end=True)
        try:
            return await respond(wire, party(BEN))
        finally:
            assert wire.over and len(wire.sent) <= 1  # an ephemeral key may be any 32 bytes

    assert ended(answer()) in (
        "Who answers there does not admit us.",
        "Something else than a node of this class is there.",
    )


@pytest.mark.parametrize("point", LOW_ORDER)
def test_keys_of_low_order_are_refused(point: bytes) -> None:
    async def answer() -> Channel:
        wire = Wire()
        wire.feed(b"\0\0\0\x20" + point)
        return await respond(wire, party(BEN))

    assert ended(answer()) == "Something else than a node of this class is there."


def test_a_recording_opens_no_door() -> None:
    async def talk() -> None:
        (one, two), here, _ = await meet(party(ANN), party(BEN))
        assert isinstance(one, Channel) and isinstance(two, Channel)
        one.post(Said("to be overheard"))
        one.close("bye")
        await until_closed(two)
        for again in (BEN, TEACHER):  # the same node, and another
            wire = Wire()
            wire.feed(b"".join(here.sent), end=True)
            with pytest.raises(NotAdmitted, match="Something else"):
                await respond(wire, party(again))
            assert len(wire.sent) == 1

    run(talk())


def test_no_byte_of_a_handshake_can_be_changed() -> None:
    async def talk() -> None:
        out, here, there = await meet(party(ANN), party(BEN))
        for channel in out:
            assert isinstance(channel, Channel)
            channel.close("x")
        lengths = [len(here.sent[0]), len(there.sent[0]), len(here.sent[1])]
        for message, length in enumerate(lengths):
            for place in range(0, length, 7):
                here, there = wires()
                wire, at = (there, 0) if message == 1 else (here, message // 2)
                told = 0

                def change(data: bytes, place: int = place, at: int = at) -> bytes:
                    nonlocal told
                    told += 1
                    return data if told - 1 != at else data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :]

                wire.change = change
                limits = REPLACE(FREE, handshake=0.02)
                pair = await asyncio.gather(
                    initiate(here, party(ANN, limits)), respond(there, party(BEN, limits)), return_exceptions=True
                )
                assert all(isinstance(each, NotAdmitted) for each in pair)

    run(talk())
