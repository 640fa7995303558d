"""A class on real sockets: joining, impostors, revocation, restarts, and the hub for whom others cannot reach."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from p4lab.live.admission import UNHEARD, join
from p4lab.live.authority import WRONG
from p4lab.live.candidates import Candidate
from p4lab.live.channel import Channel, ChannelClosed
from p4lab.live.doors import dial
from p4lab.live.frames import Carried, Join, Open, Relay, Welcome
from p4lab.live.identity import Keys, issue, pack, parse_code, unpack
from p4lab.live.ladder import Heard, Rung, rung
from p4lab.live.limits import Limits
from p4lab.live.meeting import NotAdmitted, Party, initiate
from p4lab.live.relay import RelayStream
from p4lab.live.roster import standing
from tests.live.rooms import SOON, Room, refused, until

WALL = 1_800_000_000.0


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is lost is dialled again after 0.1 s, not after 1."""
    monkeypatch.setattr("p4lab.live.switchboard.FIRST_WAIT", 0.1)


def run(main: Callable[[Room], Awaitable[None]], folder: Path, limits: Limits = SOON) -> None:
    async def whole() -> None:
        room = Room(folder, limits)
        await room.open()
        try:
            await main(room)
        finally:
            await room.close()

    asyncio.run(asyncio.wait_for(whole(), 20))


async def opened(room: Room, seat: int, keys: Keys, where: str) -> bool:
    """Whether whoever has these keys and the ticket of this seat is let in there. Raises what it meets."""
    ticket, of = room.tickets[seat], room.teacher.party
    channel = await dial([where], Party(keys, ticket.class_id, ticket, SOON, of.clock, of.wall))
    try:
        channel.post(Open("member"))
        return isinstance(await channel.receive(), Open)
    finally:
        channel.close("seen")
        await channel.finished()


def test_a_code_as_typed_admits_and_a_wrong_one_is_refused_in_a_sentence_then_in_silence(tmp_path: Path) -> None:
    async def main(room: Room) -> None:
        typed = parse_code(str(room.code).lower().replace("-", " "))
        ticket, class_name = await room.guest(typed)
        assert (ticket.seat, ticket.name, class_name) == (1, "Ann", "Physics")
        wrong = replace(room.code, secret="AAAA")
        assert [await refused(room.guest(wrong)) for _ in range(5)] == [WRONG] * 5
        assert [await refused(room.guest(code)) for code in (wrong, room.code)] == [UNHEARD] * 2

    run(main, tmp_path)


def test_a_hostile_name_ends_as_plain_text_or_at_the_door(tmp_path: Path) -> None:
    async def main(room: Room) -> None:
        names = ["<script>", "\u202egnp.exe", "a\nb\x00", "x" * 10_000]
        tickets = [(await room.guest(room.code, seed, name))[0] for seed, name in enumerate(names, 1)]
        assert [ticket.name for ticket in tickets] == ["<script>", "gnp.exe", "a b", "x" * 40]
        raw = "\u202e" + "<b>\n" * 9  # by a node of somebody's own making, which does not clean it
        assert await _join_as(room, raw, 9) == room.rules.roster.members[5].name == " ".join(["<b>"] * 9)

    run(main, tmp_path)


async def _join_as(room: Room, name: str, seed: int) -> str:
    clock, keys = room.teacher.party.clock, Keys(bytes([seed]) * 32)
    party = Party(keys, room.code.class_id, None, SOON, clock, room.teacher.party.wall)
    channel = await dial([room.teacher.address], party)
    channel.post(Join(room.code.secret, name))
    answer = await channel.receive()
    channel.close("joined")
    await channel.finished()
    assert isinstance(answer, Welcome)
    return unpack(answer.ticket).name


def test_a_fake_teacher_of_the_same_name_gets_neither_secret_nor_student(tmp_path: Path) -> None:
    async def main(room: Room) -> None:
        fake = Room(tmp_path / "fake")
        await fake.open()
        try:
            before = len(fake.rules.notes.log)
            lured = replace(room.code, address=fake.teacher.address)
            assert (
                await refused(room.guest(lured))
                == f"{lured.address}: Something else than a node of this class is there."
            )
            ann = await room.join("Ann", 1)
            with pytest.raises(NotAdmitted):
                await dial([fake.teacher.address], ann.party)
            assert len(fake.rules.notes.log) == before  # no Join was heard, right or wrong
            assert list(fake.rules.roster.members) == [0]
        finally:
            await fake.close()

    run(main, tmp_path / "real")


def test_of_a_hundred_keys_that_show_one_ticket_its_owner_is_admitted(tmp_path: Path) -> None:
    async def main(room: Room) -> None:
        _, ben = [await room.join(name, seed) for seed, name in enumerate(("Ann", "Ben"), 1)]

        async def admitted(keys: Keys, where: str) -> bool:
            try:
                return await opened(room, 1, keys, where)
            except (NotAdmitted, ChannelClosed):  # the authority hears guests too, but only for a Join
                return False

        keys = [room.keys[1] if number == 57 else Keys(number.to_bytes(32, "big")) for number in range(100)]
        for where in (room.teacher.address, ben.address):
            assert [number for number in range(100) if await admitted(keys[number], where)] == [57]

    run(main, tmp_path, replace(SOON, handshakes_per_second=1_000.0))


def test_a_ticket_that_its_holder_signed_is_worth_nothing(tmp_path: Path) -> None:
    async def main(room: Room) -> None:
        keys = Keys(b"m" * 32)
        other = issue(keys, keys.public, "Me", 0, int(WALL) * 2)
        ann = await room.join("Ann", 1)
        for class_id in (room.code.class_id, other.class_id):
            with pytest.raises(NotAdmitted):
                await dial([ann.address], Party(keys, class_id, other, SOON, ann.party.clock, ann.party.wall))

    run(main, tmp_path)


def test_revoked_is_cut_at_every_member_within_a_heartbeat_and_never_let_in_again(tmp_path: Path) -> None:
    async def main(room: Room) -> None:
        ann, ben, cleo = [await room.join(name, seed) for seed, name in enumerate(("Ann", "Ben", "Cleo"), 1)]
        ann.place.company.want(2, "peering")
        ben.place.company.want(3, "peering")
        await until(lambda: set(ben.board.channels) == {0, 1, 3})
        room.rules.revoke(2)
        others = (room.teacher, ann, cleo)
        took = await until(lambda: not ben.board.channels and not any(node.board.here(2) for node in others))
        assert took < SOON.heartbeat
        assert ben.place.out.startswith("The teacher revoked")
        port = room.teacher.listener.port
        await room.teacher.close()
        await room.open(port)
        await until(lambda: all(room.teacher.board.here(seat) for seat in (1, 3)))
        for node in (room.teacher, ann, cleo):
            with pytest.raises(ChannelClosed, match="the teacher revoked this member's ticket"):
                await opened(room, 2, room.keys[2], node.address)  # its ticket is still valid
        party = replace(ben.party, ticket=None)
        assert await refused(join([room.teacher.address], party, room.code, "Ben")) == (
            "The teacher has revoked this computer's ticket to the class."
        )

    run(main, tmp_path)


def test_revoked_means_its_puts_and_gets_too(tmp_path: Path) -> None:
    async def main(room: Room) -> None:
        ann, _ = [await room.join(name, seed) for seed, name in enumerate(("Ann", "Ben"), 1)]
        ended: list[str] = []

        async def serve(channel: Channel, first: Open) -> None:
            try:
                await channel.receive()
            except ChannelClosed as closed:
                ended.append(closed.why)

        ann.board.on_customer = serve
        ticket, of = room.tickets[2], room.teacher.party
        customer = await dial([ann.address], Party(room.keys[2], ticket.class_id, ticket, SOON, of.clock, of.wall))
        customer.post(Open("customer"))
        assert isinstance(await customer.receive(), Open)
        room.rules.revoke(2)
        await until(lambda: ended)
        assert ended == ["the teacher revoked this member's ticket"]
        await customer.finished()

    run(main, tmp_path)


def test_a_teacher_that_starts_again_is_found_again(tmp_path: Path) -> None:
    async def main(room: Room) -> None:
        ann, _ = [await room.join(name, seed) for seed, name in enumerate(("Ann", "Ben"), 1)]
        code, port = str(room.code), room.teacher.listener.port
        room.rules.freeze(True)
        await until(lambda: ann.place.frozen)
        await room.teacher.close()
        await room.open(port)
        await until(lambda: set(room.teacher.board.channels) == {1, 2})
        assert str(room.code) == code
        assert (await room.guest(room.code, 1, "Ann"))[0].seat == 1
        await until(lambda: not ann.place.frozen)
        assert ann.hand.asked == [("freeze", True), ("freeze", False)]

    run(main, tmp_path)


def test_who_vanishes_is_late_and_then_dead_and_who_leaves_is_gone(tmp_path: Path) -> None:
    async def main(room: Room) -> None:
        ann, ben, cleo = [await room.join(name, seed) for seed, name in enumerate(("Ann", "Ben", "Cleo"), 1)]
        await until(lambda: len(ann.place.roster.members) == 4)
        await cleo.close()
        await until(lambda: ann.place.roster.members[3].state == "gone")
        del room.nodes[3]
        ben.board._wanted[0].task.cancel()
        for channel in ben.board.channels.values():
            channel._beat.cancel()  # it sends nothing any more, but its socket stays open
            channel._own = lambda frame: None
        board, seen = room.teacher.board, ["here"]

        def dead() -> bool:
            channel = board.channels.get(2)
            heard = None if channel is None else board.clock() - channel.heard
            state = standing(room.rules.roster.members[2].state, heard, limits.heartbeat, limits.idle)
            seen.extend([state] if state != seen[-1] else [])
            return state == "dead"

        took = await until(lambda: dead() and not board.here(2))
        assert (limits.idle / 2 < took, seen) == (True, ["here", "late", "dead"])  # it was last heard a little before
        await until(lambda: ann.place.roster.members[2].state == "dead")
        assert room.rules.notes.log[-1].endswith("Ben was lost: was silent for 0.8 s.")

    limits = Limits(heartbeat=0.2, idle=0.8)
    run(main, tmp_path, limits)


def test_members_that_cannot_reach_each_other_meet_through_the_hub_which_reads_nothing(tmp_path: Path) -> None:
    async def main(room: Room) -> None:
        ann, ben = [await room.join(name, seed) for seed, name in enumerate(("Ann", "Ben"), 1)]
        for node in (ann, ben):
            node.apart = lambda address: address != room.teacher.address
        carried: list[bytes] = []
        hub = room.teacher.place.hub
        assert hub is not None
        take = hub.take

        def watched(seat: int, frame: Relay) -> None:
            carried.append(frame.data)
            take(seat, frame)

        room.teacher.place.hub.take = watched
        ann.place.company.want(2, "peering")
        ben.place.company.want(1, "peering")
        await until(lambda: ann.board.here(2) and ben.board.here(1))
        assert ann.board.channels[2].peer == room.tickets[2]
        secret = b"nobody else may read this" * 400
        for number in range(20):
            ann.board.post(2, Carried(number, secret))
        ben.board.post(1, Carried(1, b"and back"))
        await until(lambda: len(ben.got) == 20 and len(ann.got) == 1)
        assert ben.got == [(1, secret)] * 20 and ann.got == [(2, b"and back")]
        whole = b"".join(carried)
        assert len(whole) > 20 * len(secret) and b"nobody else" not in whole
        assert (ann.place.relayed(2), room.teacher.place.relayed(2), len(hub)) == (True, True, 1)
        facts = ann.place.facts(Heard(9.0, True, 0, 0), {})
        assert rung(facts) is Rung.HUB
        await until(lambda: ann.board.channels[2].rtt is not None)
        ben.board.unwant(1)
        ann.board.unwant(2)
        ben.board.cut(1, "enough")
        await until(lambda: not ann.board.here(2) and len(hub) == 0)
        assert (len(ann.place.relays), len(ben.place.relays)) == (0, 0)

    run(main, tmp_path)


def test_the_end_of_one_side_or_of_the_hub_ends_what_it_carried(tmp_path: Path) -> None:
    async def main(room: Room) -> None:
        ann, ben = [await room.join(name, seed) for seed, name in enumerate(("Ann", "Ben"), 1)]
        for node in (ann, ben):
            node.apart = lambda address: address != room.teacher.address
        ann.place.company.want(2, "peering")
        await until(lambda: ann.board.here(2) and ben.board.here(1))
        hub, left = room.teacher.place.hub, []
        ann.board.watch(lambda _: None, lambda seat, why, clean: left.append((seat, len(ann.place.relays))))
        room.teacher.board.cut(1, "as a network does")
        assert hub is not None and len(hub) == 0  # at once, and not when somebody speaks next
        await until(lambda: not ben.board.here(1) and not ann.board.here(2))
        assert (0, 0) in left
        await until(lambda: ann.board.here(2) and ben.board.here(1))  # by itself, once the teacher is there again
        ann.board.unwant(0)
        ben.board.unwant(0)
        await room.teacher.close()
        await until(lambda: not ben.board.channels and not ann.board.channels)
        assert (len(ann.place.relays), len(ben.place.relays)) == (0, 0)

    run(main, tmp_path, Limits())  # nothing waits for a heartbeat


def test_the_hub_cannot_pass_one_member_off_as_another(tmp_path: Path) -> None:
    async def main(room: Room) -> None:
        ann, ben, _ = [await room.join(name, seed) for seed, name in enumerate(("Ann", "Ben", "Cleo"), 1)]

        def across(to: list[RelayStream], seat: int) -> Callable[[Relay], bool]:
            return lambda frame: to[0].take(replace(frame, seat=seat)) is None

        left: list[RelayStream] = []
        right: list[RelayStream] = []
        left.append(RelayStream(across(right, 3), 2, 2, 65_536, opens=True))
        right.append(RelayStream(across(left, 2), 3, 2, 65_536, opens=False))  # Ben is told that this is Cleo
        admitting = asyncio.get_running_loop().create_task(ben.place._admit(right[0]))
        with pytest.raises(ChannelClosed, match="this is not who the hub says"):
            await (await initiate(left[0], ann.party)).receive()
        await admitting
        assert not ben.board.here(1) and not ben.board.here(3)

    run(main, tmp_path)


def test_whoever_knocks_through_the_hub_without_end_costs_no_more_than_at_the_door(tmp_path: Path) -> None:
    async def main(room: Room) -> None:
        ann, ben = [await room.join(name, seed) for seed, name in enumerate(("Ann", "Ben"), 1)]
        place, before = ben.place, len(ben.place._tasks)
        for number in range(0, 200, 2):
            place.relays.take(Relay(1, number, b"x", opens=True))
            place.relays.take(Relay(1, number, end=True))
        assert len(place._tasks) - before == SOON.handshakes_per_second
        await until(lambda: len(place._tasks) == before)
        assert (len(place.relays), ann.board.here(0), ben.board.here(0)) == (0, True, True)

    run(main, tmp_path)


def test_a_ticket_for_somebody_else_is_not_taken(tmp_path: Path) -> None:
    async def main(room: Room) -> None:
        theirs = pack((await room.guest(room.code, 7, "Eve"))[0])

        given = [theirs, b"nonsense" * 30]

        async def greet(channel: Channel, asked: Join) -> None:
            channel.post(Welcome(given.pop(0), "Physics"))
            channel.close("that was all")

        room.teacher.board.on_join = greet
        for why in ("that is not good", "that cannot be read"):
            assert await refused(room.guest(room.code)) == f"The teacher's computer gave a ticket {why}."

    run(main, tmp_path)


def test_what_discovery_says_is_a_hint(tmp_path: Path) -> None:
    async def main(room: Room) -> None:
        ann, ben = [await room.join(name, seed) for seed, name in enumerate(("Ann", "Ben"), 1)]
        await until(lambda: len(ann.place.roster.members) == 3)
        ben_id, class_id = ben.board.me.id, ben.board.me.class_id
        ann.place.found(Candidate(ben_id, class_id[:8], "Ben", (room.teacher.address,)))  # a lie
        ann.place.found(Candidate(b"x" * 16, class_id[:8], "Teacher", (ben.address,)))
        ann.place.company.want(2, "peering")
        await until(lambda: ann.board.here(2))
        assert ann.board.channels[2].peer == room.tickets[2]
        found = {ben_id: Candidate(ben_id, class_id[:8], "Ben", (ben.address,))}
        assert rung(ann.place.facts(Heard(9.0, True, 1, 1), found)) is Rung.CODE  # of the teacher mDNS tells nothing
        for seat in (0, 2):
            ann.place.lost(ann.place.roster.members[seat].id)
        assert [member.state for member in ann.place.roster.members.values()] == ["here"] * 3
        assert ann.place.company.addresses(2) == (ben.address,)

    run(main, tmp_path)
