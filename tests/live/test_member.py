"""Whom a member dials and where; and that it believes a class only so far."""

from __future__ import annotations

from pathlib import Path

from p4lab.live.frames import Member, Seated
from p4lab.live.identity import Keys, Ticket, issue, member_id
from p4lab.live.limits import Limits
from p4lab.live.member import NOT_YOURS, Membership
from p4lab.live.outlaws import signed
from p4lab.live.profile import Profile
from tests.live.boards import WALL, Board, Class, Hand, Net, near

TEACHER, ANN, BEN = (Keys(bytes([n]) * 32) for n in (1, 2, 3))


def ticket(keys: Keys, seat: int) -> Ticket:
    return issue(TEACHER, keys.public, f"seat {seat}", seat, int(WALL) + 100)


def anns() -> tuple[Membership, Board]:
    net = Net()
    me = Membership(ticket(ANN, 1), "Physics", Hand(), Limits(roster=4), near, lambda: WALL)
    board = Board(net, me.me, me.allowed)
    board.take = me.take
    net.add(board)
    return me, board


def test_the_teacher_is_dialled_where_somebody_typed_it_or_announced_it() -> None:
    me, board = anns()
    me.company.typed(member_id(TEACHER.public), "10.0.0.1:4700")
    me.attach(board)
    assert board.wanted == {0: ("10.0.0.1:4700",)}
    for number in range(600):  # a flood, also in the teacher's name
        me.company.heard(number.to_bytes(16, "big"), ("10.9.9.9:1",))
    me.company.heard(member_id(TEACHER.public), tuple(f"10.0.0.{n}:4701" for n in range(50, 90)))
    assert board.wanted == {0: ("10.0.0.1:4700", *(f"10.0.0.{n}:4701" for n in range(50, 58)))}
    assert me.company.was_heard(member_id(TEACHER.public), "10.0.0.50:4701")
    assert not me.company.was_heard(member_id(TEACHER.public), "10.0.0.1:4700")


def test_somebody_is_dialled_while_anybody_wants_it_and_where_it_moved() -> None:
    me, board = anns()
    me.attach(board)
    ben = Member(2, member_id(BEN.public), "Ben", ("10.0.0.2:4700", "8.8.8.8:1", "127.0.0.1:22"))
    me.take(0, Seated((ben,)))
    assert board.wanted == {0: ()}
    me.company.want(2, "peering")
    me.company.want(2, "watching")
    assert board.wanted[2] == ("10.0.0.2:4700",)
    me.take(0, Seated((Member(2, ben.id, "Ben", ("10.0.0.99:4700",)),)))
    assert board.wanted[2] == ("10.0.0.99:4700",)
    me.company.unwant(2, "peering")
    assert me.company.purposes(2) == {"watching"}
    me.company.unwant(2, "watching")
    me.company.unwant(2, "watching")
    assert board.wanted == {0: ()}


def test_a_seat_that_is_not_known_yet_is_dialled_when_it_is() -> None:
    me, board = anns()
    me.attach(board)
    me.company.want(2, "peering")
    me.company.heard(member_id(BEN.public), ("10.0.0.2:4700",))
    assert board.wanted[2] == ()
    me.take(0, Seated((Member(2, member_id(BEN.public), "Ben"),)))
    assert board.wanted[2] == ("10.0.0.2:4700",)


def test_who_is_out_is_not_dialled_until_it_is_back() -> None:
    me, board = anns()
    me.attach(board)
    me.company.want(2, "peering")
    for state, dialled in (("here", True), ("out", False), ("here", True), ("gone", True), ("revoked", False)):
        me.take(0, Seated((Member(2, member_id(BEN.public), "Ben", state=state),)))
        me.company.heard(member_id(BEN.public), ("10.0.0.2:4700",))
        assert (2 in board.wanted) is dialled


def test_who_was_revoked_stays_so_while_the_teacher_is_away(tmp_path: Path) -> None:
    profile, ben = Profile(tmp_path), ticket(BEN, 2)
    profile.admit(ticket(ANN, 1), "Physics")
    class_id = ben.class_id

    def start() -> Membership:
        me = Membership(ticket(ANN, 1), "Physics", Hand(), Limits(), near, lambda: WALL, profile.outlaws(class_id),
                        lambda ids, word: profile.outlaw(class_id, ids, word), profile.word(class_id))  # fmt: skip
        me.attach(Board(Net(), me.me, me.allowed))
        return me

    me = start()
    me.take(0, Seated((Member(2, ben.id, "Ben", state="revoked"), Member(3, b"c" * 16, "Cleo", state="out"))))
    profile.admit(ticket(ANN, 1), "Physics")  # a ticket that is renewed forgets nothing
    again = start()  # and nobody has told it anything yet
    assert again.allowed(ben) == "the teacher revoked this member's ticket"
    again.take(0, Seated((Member(2, ben.id, "Ben"),)))  # the teacher has thought better of it
    assert (again.allowed(ben), start().allowed(ben), profile.outlaws(class_id)) == (None, None, frozenset())


def test_who_was_away_hears_of_a_revocation_from_whoever_it_meets(tmp_path: Path) -> None:
    """Cleo is not there when Ben is revoked, and then the teacher goes; of Ann, and of nobody else, she hears of it."""
    room = Class(tmp_path)
    ann, ben, cleo, dan = (room.join(name) for name in ("Ann", "Ben", "Cleo", "Dan"))
    for seat in (cleo, dan):
        room.net.boards[seat].cut(0, "asleep")
        room.net.boards[seat].unwant(0)
    room.teacher.revoke(ben)
    assert room.teacher.outlawed is not None and room.teacher.outlawed.ids == (room.net.boards[ben].me.id,)
    room.close()
    assert room.net.connect(cleo, dan) and room.net.connect(cleo, ben)  # nobody has told them
    assert room.net.connect(ann, cleo)
    room.net.settle_frames()
    refuse = "the teacher revoked this member's ticket"
    assert [room.members[seat].allowed(room.net.boards[ben].me) for seat in (ann, cleo, dan)] == [refuse] * 3
    assert room.net.boards[cleo].cuts[-1] == (ben, refuse) and set(room.net.boards[cleo].channels) == {ann, dan}
    assert room.members[ben].out  # it has heard it too
    posted = len(room.net.boards[dan].got)
    room.net.boards[ann].cut(cleo, "again")
    assert room.net.connect(ann, cleo)
    room.net.settle_frames()
    assert len(room.net.boards[dan].got) == posted  # what is known is not passed on once more


def test_a_list_that_the_teacher_has_not_signed_ends_the_channel(tmp_path: Path) -> None:
    room = Class(tmp_path)
    ann, ben = room.join("Ann"), room.join("Ben")
    assert room.net.connect(ann, ben)
    forged = signed(room.keys[ben], room.teacher.ticket.class_id, 7, [room.net.boards[ann].me.id])
    room.net.boards[ben].post(ann, forged)
    room.net.settle_frames()
    assert (room.members[ann].out, room.net.boards[ann].cuts) == ("", [(ben, NOT_YOURS)])


def test_while_the_teacher_is_away_a_ticket_says_who_is_here(tmp_path: Path) -> None:
    me, board = anns()
    me.attach(board)
    cleo = ticket(Keys(b"c" * 32), 3)

    def seen() -> list[tuple[int, str, str]]:
        return [(each.seat, each.name, each.state) for each in me.roster.members.values()]

    me.up(2, ticket(BEN, 2))
    me.up(3, cleo)
    assert seen() == [(0, "Teacher", "unmet"), (1, "seat 1", "here"), (2, "seat 2", "here"), (3, "seat 3", "here")]
    me.down(2, "bed time", True)
    me.down(3, "the connection was cut", False)
    assert [state for _, _, state in seen()] == ["unmet", "here", "gone", "dead"]
    me.up(3, cleo)
    lee = issue(TEACHER, TEACHER.public, "Ms Lee", 0, int(WALL) + 100)
    board.channels[0] = board
    me.up(0, lee)
    me.take(0, Seated((Member(2, member_id(BEN.public), "Benjamin"),)))
    me.down(2, "bed time", True)  # of which the teacher will tell
    told = [(0, "Ms Lee", "here"), (1, "seat 1", "here"), (2, "Benjamin", "here"), (3, "seat 3", "here")]
    assert (seen(), me.listed) == (told, True)
    me.leaving = True
    me.down(0, "goodbye", True)
    assert seen() == told
    assert [line[9:] for line in me.notes.log] == ["Connected to the teacher."]


def test_a_roster_takes_no_more_than_its_limit_and_a_seat_keeps_its_key() -> None:
    me, board = anns()
    me.attach(board)
    me.take(0, Seated(tuple(Member(n, bytes([n]) * 16, "\u202ex") for n in range(2, 60))))
    assert [(seat, member.name) for seat, member in me.roster.members.items()] == [
        (0, "Teacher"), (1, "seat 1"), (2, "x"), (3, "x")]  # fmt: skip
    assert me.allowed(ticket(BEN, 2)) == "this seat is another member's"
    assert me.allowed(ticket(BEN, 9)) is None  # its ticket is good, and we may not have heard yet
