"""How somebody comes into a class: what is listened at, which class it is, and where a ticket comes from."""

import asyncio
from pathlib import Path

import pytest

from p4lab.live.addresses import Own
from p4lab.live.entry import admitted, class_of, listening, owned
from p4lab.live.identity import JoinCode, parse_code
from p4lab.live.limits import Limits
from p4lab.live.meeting import NotAdmitted
from p4lab.live.profile import Profile
from tests.live.nodes import Class, story, wall


@pytest.mark.parametrize(
    ("text", "means"),
    [("", ("", 0)), ("127.0.0.1:0", ("127.0.0.1", 0)), ("[fe80::1%2]:4711", ("fe80::1%2", 4711))],
)
def test_where_to_listen(text: str, means: tuple[str, int]) -> None:
    assert listening(text) == means


@pytest.mark.parametrize("text", ["4711", "host:", ":4711", "host:port", "host:70000", "host:-1"])
def test_where_nobody_can_listen(text: str) -> None:
    with pytest.raises(ValueError, match="--listen takes HOST:PORT"):
        listening(text)


def test_an_address_that_is_typed_is_our_own() -> None:
    assert [own.address for own in owned("127.0.0.1")] == ["127.0.0.1"]
    assert owned("192.0.2.7") == (Own("192.0.2.7", 32, ""),)


def test_a_class_is_opened_once_and_its_authority_known_by_either_flag(tmp_path: Path) -> None:
    profile = Profile(tmp_path)
    own, code = class_of("Networks", "", profile)
    assert own is not None
    assert class_of("Networks", "", profile) == class_of("", str(code), profile) == (own, code)
    assert class_of("", "AAAABBBBCCCC-DDDD", profile) == (None, JoinCode("AAAABBBBCCCC", "DDDD"))
    for words in (("", ""), ("Networks", str(code))):
        with pytest.raises(ValueError, match="either open a class"):
            class_of(*words, profile)


def test_a_ticket_comes_from_the_profile_or_from_the_authority(tmp_path: Path) -> None:
    async def tell(room: Class) -> None:
        teacher = await room.start("Teacher", new_class="Networks", join="")
        aster = await room.start("Aster")
        code, limits = parse_code(room.code), Limits()
        bare = JoinCode(code.class_id, code.secret)
        profile = Profile(tmp_path / "customer")

        async def come(code: JoinCode, node: str) -> int:
            party = await admitted(profile, code, node, "Ann", limits, wall)
            assert party.ticket is not None
            return party.ticket.seat

        with pytest.raises(NotAdmitted, match="look at the teacher's screen"):
            await come(JoinCode(code.class_id, "ABCD" if code.secret != "ABCD" else "DCBA", code.address), "")
        assert await come(bare, teacher.card.listen) == 2  # the node is the authority
        await room.stop("Teacher")
        assert await come(bare, aster.card.listen) == 2  # by the ticket that is kept
        member = teacher.place.roster.members[2]
        assert (member.name, len(member.owner)) == ("Ann", 32)

    story(tmp_path, tell)


def test_who_is_asked_for_a_ticket_has_to_be_the_authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def nobody(class_id: str, node: str, limits: Limits) -> list[str]:
        asked.append(class_id)
        await asyncio.sleep(0)
        return []

    monkeypatch.setattr("p4lab.live.entry.seen", nobody)

    async def tell(room: Class) -> None:
        await room.start("Teacher", new_class="Networks", join="")
        aster = await room.start("Aster")
        code = parse_code(room.code)
        bare = JoinCode(code.class_id, code.secret)
        with pytest.raises(NotAdmitted, match="let in by that one alone, which was not found on this network"):
            await admitted(Profile(tmp_path / "c"), bare, aster.card.listen, "Ann", Limits(), wall)
        assert asked == [code.class_id]

    story(tmp_path, tell)
