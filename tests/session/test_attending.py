"""The class of running members as their windows see it, over sockets of the loopback; wishes cross from a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from p4lab.session.attending import ALONE, AWAY, Attending
from p4lab.session.classroom import Ask, Classroom, member
from tests.live.rooms import SOON, Node, Room, until


class Yes:
    """Consent of somebody who is asked."""

    def __init__(self) -> None:
        self.policy = "ask"
        self.linked: set[int] = set()
        self.asks: dict[int, None] = {}
        self.answered: list[tuple[int, bool]] = []

    def answer(self, seat: int, yes: bool) -> None:
        self.asks.pop(seat, None)
        self.answered.append((seat, yes))


@contextmanager
def attending(node: Node, consent: Yes, where: str = "") -> Iterator[Attending]:
    loop = asyncio.get_running_loop()
    made = Attending(node.place, consent, None, SOON, loop.time, loop.call_soon_threadsafe, where)
    keeping = loop.create_task(made.keep())
    try:
        yield made
    finally:
        keeping.cancel()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("p4lab.live.switchboard.FIRST_WAIT", 0.1)
    monkeypatch.setattr("p4lab.session.attending.BEAT", 0.02)


def run(main: Callable[[Room], Awaitable[None]], folder: Path) -> None:
    async def whole() -> None:
        room = Room(folder)
        await room.open()
        try:
            await main(room)
        finally:
            await room.close()

    asyncio.run(asyncio.wait_for(whole(), 20))


def test_what_teacher_and_student_see_and_what_the_teacher_does(tmp_path: Path) -> None:
    async def main(room: Room) -> None:
        ann, ben = [await room.join(name, seed) for seed, name in enumerate(("Ann", "Ben"), 1)]
        with attending(room.teacher, Yes(), room.teacher.address) as teacher, attending(ann, Yes()) as student:
            there: Classroom = teacher
            await until(lambda: [row.state for row in student.state().members] == ["here"] * 3)
            await until(lambda: [row.state for row in there.state().members] == ["here"] * 3)
            state, seen = there.state(), student.state()
            assert (state.name, state.code, state.address) == ("Physics", str(room.rules.code()), room.teacher.address)
            assert (state.me, state.authority, seen.me, seen.authority, seen.code) == (0, True, 1, False, "")
            assert [(row.name, row.teacher, row.state, row.how) for row in state.members] == [
                ("Teacher", True, "here", ""),
                ("Ann", False, "here", "direct"),
                ("Ben", False, "here", "direct"),
            ]
            assert [(row.name, row.state, row.how) for row in seen.members] == [
                ("Teacher", "here", "direct"), ("Ann", "here", ""), ("Ben", "here", "")]  # fmt: skip
            assert [row.digits for row in seen.members] == [
                room.nodes[seat].board.me.id.hex()[:8] for seat in range(3)]  # fmt: skip
            await until(lambda: member(there.state(), 1).rtt is not None)
            row = member(there.state(), 1)
            assert 0.0 <= row.uncertainty <= row.rtt and abs(row.offset) <= row.uncertainty + 0.01 and row.heard == 0.0
            await asyncio.to_thread(there.say, "Hello")
            await asyncio.to_thread(there.freeze, True)
            await until(lambda: student.state().frozen and student.state().said)
            assert student.state().said[0].endswith(" Hello") and there.state().frozen
            there.kick(2)
            await until(lambda: member(student.state(), 2).state == "out")
            assert member(there.state(), 2).state == "out" and ben.place.out
            there.propose(1, 2, True)
            there.kick(0)
            await until(lambda: there.state().log[-1].endswith("You cannot send yourself out of your own class."))
            assert there.state().log[-2].endswith("Ben is not here.")

    run(main, tmp_path)


def test_the_teachers_own_computer_was_found_by_nobody(tmp_path: Path) -> None:
    async def main(room: Room) -> None:
        with attending(room.teacher, Yes()) as teacher:
            alone = teacher.state()
            assert (alone.rung, alone.means) == ("opened here", ALONE)
            await room.join("Ann", 1)
            await until(lambda: teacher.state().rung == "opened here, members by the code")

    run(main, tmp_path)


def test_a_student_may_not_rule_but_answers_and_comes_back(tmp_path: Path) -> None:
    async def main(room: Room) -> None:
        ann, consent = await room.join("Ann", 1), Yes()
        with attending(ann, consent) as student:
            consent.asks[0] = None
            await until(lambda: student.state().asks == (Ask(0, 0, "Teacher"),))
            student.answer(0, True)
            student.policy("class")
            student.policy("nobody")
            for forbidden in (student.freeze, student.kick, student.revoke):
                forbidden(True)
            await until(lambda: len(student.state().log) == 5)
            assert (consent.answered, consent.policy, student.state().asks) == ([(0, True)], "class", ())
            assert {line[9:] for line in student.state().log[2:]} == {
                "Only the teacher, who opened the class, can do this."}  # fmt: skip
            assert student.state().log[1][9:] == "There is no policy 'nobody': it is one of ask, class, open."
            student.told("peering", "ann is asked for")
            await until(lambda: student.state().log[-1].endswith("Ann is asked for"))
            says = ("Ben asks a person whether to peer", "peers with Cleo", "peers with Ben", "peers with Ben",
                    "Cleo does not want to peer")  # fmt: skip
            for line in says:  # of who agrees without a person, and again after a cut, nothing is made
                student.told("peering", line)
            await until(lambda: len(student.state().answers) == 3)
            assert student.state().answers == (
                "Asked Ben to peer: a person there decides.", "Ben peers with you now.", "Cleo does not want to peer."
            )  # fmt: skip
            room.rules.kick(1)
            await until(lambda: student.state().out)
            assert student.state().troubles[:1] != (AWAY,)
            student.rejoin()
            await until(lambda: not student.state().out and ann.board.here(0))

    run(main, tmp_path)


def test_the_same_state_stays_the_same_object_and_a_lost_teacher_is_said(tmp_path: Path) -> None:
    async def main(room: Room) -> None:
        ann = await room.join("Ann", 1)
        with attending(ann, Yes()) as student:
            await until(lambda: ann.board.channels[0].rtt is not None)
            student.self_test()
            await until(lambda: [row.state for row in student.state().tests] == ["no", "no", "yes"])
            assert student.state().rung == "by the code"
            ann.board.channels[0]._heard = ann.board.clock() + 60.0  # nothing that could change it
            ann.board.channels[0]._measured.clear()
            await asyncio.sleep(0.05)
            states = set()
            for _ in range(10):
                states.add(id(student.state()))
                await asyncio.sleep(0.01)
            assert len(states) <= 2
            await room.teacher.close()
            await until(lambda: AWAY in student.state().troubles)
            assert (member(student.state(), 0).how, member(student.state(), 0).state) == ("", "gone")
            student.self_test()
            await until(lambda: student.state().tests[2].state == "no")

    run(main, tmp_path)
