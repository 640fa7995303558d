"""The ladder and its self-test: which rung is in use, what is wrong, and what a person is told to do about it."""

from __future__ import annotations

import asyncio
import socket

import pytest

from p4lab.live import ladder
from p4lab.live.ladder import Check, Facts, Heard, Reach, Rung, SelfTest, checks, how, reach, rung, troubles
from p4lab.live.troubles import FIREWALLD, ISOLATION, NO_MULTICAST, TEACHER_REFUSES, TEACHER_SILENT, UNKNOWN_TEACHER
from p4lab.session import classroom

ALONE, ALL, DEAF = Heard(5.0, True, 0, 0), Heard(5.0, True, 3, 3), Heard(5.0, False, 0, 0, (FIREWALLD,))
TEACHER = Reach(0, connected=True)
HEARD_TEACHER = Reach(0, connected=True, heard=True, dialled=True)
TOLD = Reach(3, connected=True)
APART = Reach(3, connected=True, relayed=True)


def student(heard: Heard | None, *members: Reach) -> Facts:
    return Facts(False, heard, members, True)


def teacher(heard: Heard | None, *members: Reach) -> Facts:
    return Facts(True, heard, members)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (teacher(ALONE), Rung.MDNS),
        (teacher(DEAF), Rung.CODE),
        (teacher(None), Rung.CODE),
        (teacher(ALL, Reach(3, connected=True, heard=True)), Rung.MDNS),
        (teacher(ALONE, TOLD), Rung.CODE),
        (student(ALL, HEARD_TEACHER, Reach(3, heard=True)), Rung.MDNS),
        (student(ALONE, TEACHER), Rung.CODE),
        (student(ALONE, TEACHER, TOLD), Rung.ROSTER),
        (student(ALL, HEARD_TEACHER, TOLD), Rung.ROSTER),
        (student(ALL, HEARD_TEACHER, APART), Rung.HUB),
    ],
)
def test_the_lowest_rung_that_anybody_needs_is_in_use(facts: Facts, expected: Rung) -> None:
    assert rung(facts) is expected


def test_every_rung_has_its_sentence() -> None:
    assert set(ladder.MEANS) == set(Rung)
    assert [how(member) for member in (Reach(1, heard=True), TEACHER, HEARD_TEACHER, APART)] == [
        "", classroom.DIRECT, classroom.MDNS, classroom.HUB
    ]  # fmt: skip
    assert (ladder.WAITING, ladder.YES, ladder.NO) == (classroom.WAITING, classroom.YES, classroom.NO)
    assert Check.__struct_fields__ == classroom.CheckRow.__struct_fields__


@pytest.mark.parametrize(
    ("facts", "states", "wrong"),
    [
        (student(ALL, HEARD_TEACHER), "yes yes yes", ()),
        (student(Heard(0.5, False, 0, 0)), "waiting waiting yes", ()),
        (student(ALONE), "yes waiting yes", ()),  # alone in an empty room nothing is wrong
        (student(Heard(0.5, True, 0, 0), TEACHER), "yes waiting yes", ()),  # mDNS has its two seconds
        (student(ALONE, TEACHER), "yes no yes", (NO_MULTICAST,)),
        (student(Heard(5.0, True, 2, 0)), "yes waiting yes", ()),
        (student(DEAF, TEACHER), "no no yes", (FIREWALLD,)),
        (student(None, TEACHER), "no no yes", ()),
        (student(Heard(5.0, True, 1, 1), HEARD_TEACHER, APART), "yes yes yes", (ISOLATION,)),
        (teacher(Heard(5.0, None, 1, 1)), "no yes yes", ()),
        (Facts(False, ALONE), "yes waiting waiting", ()),
        (Facts(False, ALONE, (), TEACHER_SILENT), "yes waiting no", (TEACHER_SILENT,)),
    ],
)
def test_what_is_wrong_is_said(facts: Facts, states: str, wrong: tuple[object, ...]) -> None:
    rows = checks(facts)
    assert " ".join(row.state for row in rows) == states
    assert troubles(facts) == wrong
    assert all(row.says and (row.remedy or row.state != "no") for row in rows)


def test_the_self_test_knocks_at_the_teachers_door() -> None:
    async def run() -> list[object]:
        door = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
        port = door.sockets[0].getsockname()[1]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            shut = free.getsockname()[1]
        test = SelfTest(lambda: Facts(False, ALONE), lambda: [f"127.0.0.1:{port}"])
        before, after = test.rows[2], (await test.run())[2]
        found = [
            before,
            after,
            await reach([f"127.0.0.1:{shut}", f"127.0.0.1:{port}"]),
            await reach([f"127.0.0.1:{shut}", "no address"]),
            await reach([]),
        ]
        door.close()
        await door.wait_closed()
        return found

    assert asyncio.run(run()) == [
        Check("TCP to the teacher", "waiting", "Not tried yet."),
        Check("TCP to the teacher", "yes", "The teacher's computer answers."),
        None,
        TEACHER_REFUSES,
        UNKNOWN_TEACHER,
    ]
