"""Who is let in, who knows it, and what the teacher may do; without sockets."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from p4lab.live.authority import CROWD, WRONG
from p4lab.live.frames import Frozen, Join, Open, Propose, Refused, Said, Seated, Welcome, encode
from p4lab.live.identity import Keys, flaw, unpack
from p4lab.live.limits import Limits
from tests.live.boards import WALL, Class


def names(room: Class, seat: int) -> dict[int, tuple[str, str]]:
    return {member.seat: (member.name, member.state) for member in room.members[seat].roster.members.values()}


def test_the_right_code_gives_a_ticket_and_a_wrong_one_a_sentence(tmp_path: Path) -> None:
    room = Class(tmp_path)
    teacher, key = room.teacher, Keys(b"a" * 32)
    assert teacher.admit(key.public, "10.0.0.9", Join("AAAA", "Ann")) == Refused(WRONG)
    answer = teacher.admit(key.public, "10.0.0.9", Join(teacher.own.secret, "Ann"))
    assert isinstance(answer, Welcome)
    ticket = unpack(answer.ticket)
    assert (ticket.key, ticket.seat, ticket.name, answer.class_name) == (key.public, 1, "Ann", "Physics")
    assert flaw(ticket, teacher.ticket.class_id, WALL) == ""
    assert flaw(ticket, teacher.ticket.class_id, WALL + 121 * 86_400) == "has run out"
    assert str(teacher.code("10.0.0.1:4700")) == f"10.0.0.1:4700/{teacher.ticket.class_id}-{teacher.own.secret}"


def test_five_wrong_codes_are_answered_and_then_there_is_silence_for_the_rest_of_the_minute(tmp_path: Path) -> None:
    room = Class(tmp_path)
    teacher, key = room.teacher, Keys(b"a" * 32).public
    for second in range(5):
        room.net.now = float(second)
        assert teacher.admit(key, "10.0.0.9", Join("AAAA", "Ann")) == Refused(WRONG)
    right = Join(teacher.own.secret, "Ann")
    for second in (5, 30, 59):
        room.net.now = float(second)
        assert teacher.admit(key, "10.0.0.9", right) is None  # else guessing could go on
        assert teacher.admit(key, "10.0.0.9", Join("AAAB", "Ann")) is None
    assert isinstance(teacher.admit(key, "10.0.0.8", right), Welcome)  # another address is not held up
    room.net.now = 60.0
    assert teacher.admit(key, "10.0.0.9", Join("AAAA", "Ann")) == Refused(WRONG)  # the first try is a minute ago
    assert teacher.admit(key, "10.0.0.9", right) is None
    room.net.now = 120.1
    assert isinstance(teacher.admit(key, "10.0.0.9", right), Welcome)


def test_a_computer_with_many_addresses_of_ipv6_guesses_no_faster(tmp_path: Path) -> None:
    room = Class(tmp_path)
    wrong, key = Join("AAAA", "Ann"), Keys(b"a" * 32).public
    answers = [room.teacher.admit(key, f"fe80::{number:x}%2", wrong) for number in range(1, 9)]
    assert answers == [Refused(WRONG)] * 5 + [None] * 3
    assert room.teacher.admit(key, "fd00::1", wrong) == Refused(WRONG)


def test_right_codes_are_not_counted(tmp_path: Path) -> None:
    """A class may sit behind one address."""
    room = Class(tmp_path)
    right = Join(room.teacher.own.secret, "Ann")
    answers = [room.teacher.admit(Keys(bytes([n]) * 32).public, "10.0.0.9", right) for n in range(30)]
    tickets = [unpack(answer.ticket) for answer in answers if isinstance(answer, Welcome)]
    assert [(ticket.seat, ticket.name) for ticket in tickets] == [(1, "Ann")] + [(n, f"Ann {n}") for n in range(2, 31)]


def test_a_class_behind_one_address_comes_in_and_whoever_fills_the_seats_does_not(tmp_path: Path) -> None:
    room = Class(tmp_path)
    right = Join(room.teacher.own.secret, "Ann")
    answers = []
    for n in range(256):
        room.net.now = n / 5
        answers.append(room.teacher.admit(Keys(n.to_bytes(32, "big")).public, "10.0.0.9", right))
    assert [isinstance(answer, Welcome) for answer in answers[:40]] == [True] * 40
    assert sum(isinstance(answer, Welcome) for answer in answers) == 40 + 6  # 51 s of eight a minute
    assert set(answers[-5:]) == {Refused(CROWD)}
    assert isinstance(room.teacher.admit(Keys(bytes(32)).public, "10.0.0.9", right), Welcome)  # it has a seat
    assert isinstance(room.teacher.admit(Keys(b"z" * 32).public, "10.0.0.8", right), Welcome)
    room.net.now = 200.0
    refused = [room.teacher.admit(Keys(n.to_bytes(32, "little")).public, "10.0.0.9", right) for n in range(30, 60)]
    assert Refused(CROWD) in refused
    assert [line[9:] for line in room.teacher.notes.log] == [
        "Ann at 10.0.0.9 not let in: too many newcomers from there.",
        "Ann and 209 more at 10.0.0.9 not let in: too many newcomers from there.",
    ]


def test_a_hostile_name_is_plain_text_and_nobody_is_called_as_the_teacher(tmp_path: Path) -> None:
    room = Class(tmp_path)
    hostile = ["teacher", "<b>Ann</b>", "\u202eAnn\n", "\u200b\u200b", "x" * 40, "x" * 40]
    seats = [room.join(name) for name in hostile]
    assert [room.teacher.roster.members[seat].name for seat in seats] == [
        "teacher 2", "<b>Ann</b>", "Ann", "Somebody", "x" * 40, "x" * 38 + " 2"]  # fmt: skip
    assert all("\n" not in line and "\u202e" not in line for line in room.teacher.notes.log)


def test_the_same_key_has_the_same_seat_and_may_change_its_name(tmp_path: Path) -> None:
    room = Class(tmp_path)
    assert [room.join("Ann", 7), room.join("Ben", 8), room.join("Anna", 7)] == [1, 2, 1]
    assert room.teacher.roster.members[1].name == "Anna"
    answer = room.teacher.admit(room.teacher.keys.public, "10.0.0.9", Join(room.teacher.own.secret, "Me"))
    assert answer == Refused("This is the class's own key.")


def test_a_full_class_says_so_but_knows_its_members(tmp_path: Path) -> None:
    room = Class(tmp_path, Limits(roster=3))
    assert [room.join("Ann", 7), room.join("Ben", 8)] == [1, 2]
    right = Join(room.teacher.own.secret, "Cleo")
    assert room.teacher.admit(Keys(b"c" * 32).public, "10.0.0.9", right) == Refused("The class is full.")
    assert isinstance(room.teacher.admit(room.keys[1].public, "10.0.0.9", right), Welcome)


def test_everybody_hears_who_came_and_who_left_and_many_changes_are_one_frame(tmp_path: Path) -> None:
    room = Class(tmp_path)
    for name in ("Ann", "Ben", "Cleo"):
        room.join(name)
    everybody = {0: ("Teacher", "here"), 1: ("Ann", "here"), 2: ("Ben", "here"), 3: ("Cleo", "here")}
    assert [names(room, seat) for seat in (1, 2, 3)] == [everybody] * 3
    assert room.members[1].roster.members[3].addresses == ("10.0.0.3:4700",)
    before = len(room.net.boards[1].got)
    room.net.boards[2].cut(0, "closed")
    room.net.boards[3].cut(0, "nothing was heard", clean=False)
    room.net.boards[2].wanted.clear()
    room.net.boards[3].wanted.clear()
    room.net.wait(0.1)
    assert len(room.net.boards[1].got) == before  # gathered for 0.2 s
    room.net.wait(0.2)
    assert [len(frame.members) for _, frame in room.net.boards[1].got[before:] if isinstance(frame, Seated)] == [2]
    assert (names(room, 1)[2], names(room, 1)[3]) == (("Ben", "gone"), ("Cleo", "dead"))
    assert [line[9:] for line in room.teacher.notes.log][-2:] == ["Ben left.", "Cleo was lost: nothing was heard."]


def test_revoked_is_cut_everywhere_at_once_and_refused_with_its_valid_ticket(tmp_path: Path) -> None:
    room = Class(tmp_path)
    ann, ben, cleo = (room.join(name) for name in ("Ann", "Ben", "Cleo"))
    for a, b in ((ann, ben), (ben, cleo)):
        room.members[a].company.want(b, "peering")
    room.net.settle()
    assert set(room.net.boards[ben].channels) == {0, ann, cleo}
    room.teacher.revoke(ben)
    assert set(room.net.boards[ben].channels) == set()  # no time has passed: nothing waits for a heartbeat
    assert ben not in room.net.boards[ann].channels and ben not in room.net.boards[0].channels
    assert room.members[ben].out.startswith("The teacher revoked")
    assert names(room, ann)[ben] == ("Ben", "revoked")
    room.members[ben].rejoin()
    room.net.wait(60.0)
    assert not any(room.net.connect(ben, seat) for seat in (0, ann, cleo))
    assert {why for _, _, why in room.net.refused} == {"the teacher revoked this member's ticket"}
    answer = room.teacher.admit(room.keys[ben].public, "10.0.0.9", Join(room.teacher.own.secret, "Ben"))
    assert answer == Refused("The teacher has revoked this computer's ticket to the class.")
    room.close()
    room.open()
    room.net.wait(5.0)
    assert set(room.net.boards[0].channels) == {ann, cleo}
    assert not room.net.connect(ben, 0)
    assert isinstance(room.teacher.admit(room.keys[ben].public, "10.0.0.9", Join("AAAA", "B")), Refused)
    assert room.join("Dan") == 4  # a seat is never given twice
    assert names(room, 4)[ben] == ("Ben", "revoked")  # late joiners know


def test_sent_out_may_come_back_when_its_person_asks(tmp_path: Path) -> None:
    room = Class(tmp_path)
    ann, ben = room.join("Ann"), room.join("Ben")
    room.members[ann].company.want(ben, "peering")
    room.net.settle()
    room.teacher.kick(ben)
    room.net.wait(60.0)
    assert (set(room.net.boards[ben].channels), names(room, ann)[ben]) == (set(), ("Ben", "out"))
    assert room.members[ben].out == "The teacher sent you out of the class. You may come back."
    assert not room.net.connect(ann, ben)
    room.members[ben].rejoin()
    room.net.wait(1.0)
    assert (set(room.net.boards[ben].channels), names(room, ann)[ben]) == ({0, ann}, ("Ben", "here"))
    assert room.members[ben].out == ""


def test_a_teacher_that_starts_again_is_the_same_authority_with_the_same_seats(tmp_path: Path) -> None:
    room = Class(tmp_path)
    ann, ben = room.join("Ann", 7), room.join("Ben", 8)
    code = str(room.teacher.code())
    room.close()
    assert room.members[ann].notes.log[-1][9:] == "The connection to the teacher is lost: reset."
    assert names(room, ann)[0] == ("Teacher", "dead")
    room.open()
    assert {member.seat: member.state for member in room.teacher.roster.members.values()} == {
        0: "here",
        1: "gone",
        2: "gone",
    }
    room.net.wait(1.0)  # they dial by themselves
    assert str(room.teacher.code()) == code
    assert names(room, ben) == {0: ("Teacher", "here"), ann: ("Ann", "here"), ben: ("Ben", "here")}
    assert room.join("Ann", 7) == ann


def test_holding_reaches_late_comers_and_so_does_going_on(tmp_path: Path) -> None:
    room = Class(tmp_path)
    ann = room.join("Ann")
    room.teacher.freeze(True)
    room.teacher.freeze(True)
    ben = room.join("Ben")
    assert [room.hands[seat].asked for seat in (0, ann, ben)] == [[("freeze", True)]] * 3
    room.teacher.freeze(False)
    room.net.settle()
    assert [room.hands[seat].asked[-1] for seat in (0, ann, ben)] == [("freeze", False)] * 3
    cleo = room.join("Cleo")
    assert room.hands[cleo].asked == []


def test_what_was_missed_while_away_is_caught_up(tmp_path: Path) -> None:
    """Somebody who lost the teacher while all held goes on when it is back, if all go on."""
    room = Class(tmp_path)
    ann = room.join("Ann")
    room.teacher.freeze(True)
    room.net.settle()
    room.close()
    room.open()  # which holds nobody
    room.net.wait(1.0)
    assert room.hands[ann].asked == [("freeze", True), ("freeze", False)]


def test_what_is_said_reaches_everybody_as_one_line(tmp_path: Path) -> None:
    room = Class(tmp_path)
    ann = room.join("Ann")
    room.teacher.say("Look\nhere \u202enow" + "!" * 10_000)
    room.teacher.say("\n")
    room.net.settle()
    said = room.members[ann].notes.said
    assert list(said) == list(room.teacher.notes.said)
    assert len(said) == 1
    assert said[0][9:].startswith("Look here now!!!") and len(said[0]) <= 509


def test_a_drawn_line_is_proposed_to_both_ends(tmp_path: Path) -> None:
    room = Class(tmp_path)
    ann, ben = room.join("Ann"), room.join("Ben")
    room.teacher.propose(ann, ben, True)
    room.teacher.propose(0, ben, True)
    room.teacher.propose(ann, ben, False)
    room.teacher.propose(ann, ann, True)
    room.teacher.propose(ann, 9, True)
    room.net.settle()
    assert room.hands[ann].asked == [("propose", ben, True), ("propose", ben, False)]
    assert room.hands[ben].asked == [("propose", ann, True), ("propose", 0, True), ("propose", ann, False)]
    assert room.hands[0].asked == [("propose", ben, True)]
    assert [line[9:] for line in room.teacher.notes.log][-2:] == [
        "Nothing was proposed: seat 1 cannot peer now.",
        "Nothing was proposed: seat 9 cannot peer now.",
    ]


@pytest.mark.parametrize("frame", [Frozen(True), Said("hi"), Propose(2, True), Seated(())])
def test_only_seat_0_is_obeyed(tmp_path: Path, frame: Frozen | Said | Propose | Seated) -> None:
    room = Class(tmp_path)
    ann, ben = room.join("Ann"), room.join("Ben")
    room.members[ann].company.want(ben, "peering")
    room.net.settle()
    if isinstance(frame, Seated):
        mine = room.members[ben].roster.members[ben]
        frame = Seated((replace(mine, state="revoked"), replace(room.members[ben].roster.members[0], name="Me")))
    before = names(room, ben)
    room.net.boards[ann].post(ben, frame)
    room.net.settle_frames()
    member = room.members[ben]
    assert (names(room, ben), list(member.notes.said), member.frozen, member.out) == (before, [], False, "")
    assert room.hands[ben].asked == []
    assert room.net.boards[ben].cuts == [(ann, "only the teacher may say this")]


def test_a_lie_in_a_listen_address_sends_nobody_outside(tmp_path: Path) -> None:
    room = Class(tmp_path)
    ann = room.join("Ann")
    room.teacher.up(ann, Open("member", ("8.8.8.8:53", "127.0.0.1:22", "10.0.0.5:4700")))
    assert room.teacher.roster.members[ann].addresses == ("10.0.0.5:4700",)
    assert len(encode(Seated((room.teacher.roster.members[ann],)))) < 200
