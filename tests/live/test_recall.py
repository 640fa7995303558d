"""Who was in the class is known again by name and address; a disk that takes nothing is said, and nothing ends."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from p4lab.live.frames import Member, Seated
from p4lab.live.identity import Keys, issue
from p4lab.live.limits import Limits
from p4lab.live.member import Membership
from p4lab.live.nodestate import Friend, NodeState
from p4lab.live.recall import Recall
from tests.live.boards import WALL, Board, Hand, Net, near

TEACHER, ANN = Keys(b"t" * 32), Keys(b"a" * 32)


def ann(*revoked: bytes) -> Any:
    """Her place in a class, as far as it matters here. revoked: whom she knows to be."""
    ticket = issue(TEACHER, ANN.public, "Ann", 1, int(WALL) + 100)
    role = Membership(ticket, "Physics", Hand(), Limits(), near, lambda: WALL, revoked)
    role.attach(Board(Net(), ticket, role.allowed))
    return SimpleNamespace(role=role, roster=role.roster, company=role.company)


def test_who_was_here_is_known_until_the_teacher_tells_anew(tmp_path: Path) -> None:
    place, said = ann(), list[str]()
    recall = Recall(NodeState(tmp_path, 1.0, "C"), lambda cause, says: said.append(says))
    recall.keep(place)  # the teacher has told nothing: what is known is no more than was
    ben, lee = Member(2, b"b" * 16, "Ben", ("10.0.0.2:4700",), owner=b"o"), Member(0, TEACHER.id, "Ms Lee")
    place.role.take(0, Seated((lee, ben)))
    recall.befriend(place, {2})
    place.role.take(0, Seated((Member(2, ben.id, "Benjamin", ("10.0.0.3:4700",), owner=b"o"),)))
    recall.keep(place)
    again = ann()
    state = NodeState(tmp_path, 1.0, "C")
    Recall(state, lambda cause, says: None).begin(again.role)
    known = again.roster.members.values()
    assert [(each.seat, each.name, each.addresses, each.state, each.owner) for each in known] == [
        (0, "Ms Lee", (), "unmet", b""), (1, "Ann", (), "here", b""),
        (2, "Benjamin", ("10.0.0.3:4700", "10.0.0.2:4700"), "unmet", b"o"),
    ]  # fmt: skip
    assert state.friends == {2: Friend(2, b"b" * 16, "Ben", ("10.0.0.2:4700",), b"o")}
    assert said == []


def test_who_was_revoked_is_so_after_a_restart_too_and_nobody_to_dial(tmp_path: Path) -> None:
    place = ann()
    place.role.take(0, Seated((Member(2, b"b" * 16, "Ben", ("10.0.0.2:4700",)),)))
    state = NodeState(tmp_path, 1.0, "C")
    recall = Recall(state, lambda cause, says: None)
    recall.keep(place)
    dialled = []
    for revoked in ((), (b"b" * 16,)):
        again = ann(*revoked)
        recall.begin(again.role)
        again.company.want(2, "peering")
        dialled.append((again.roster.members[2].state, 2 in again.company.board.wanted))
    assert dialled == [("unmet", True), ("revoked", False)]


def test_what_cannot_be_kept_is_said(tmp_path: Path) -> None:
    place, said = ann(), list[str]()
    recall = Recall(NodeState(tmp_path, 1.0, "C"), lambda cause, says: said.append(says))
    (tmp_path / "node.json").unlink()
    (tmp_path / "node.json").mkdir()
    (tmp_path / "node.json" / "in the way").touch()
    place.role.take(0, Seated((Member(2, b"b" * 16, "Ben"),)))
    recall.keep(place)
    recall.befriend(place, {2})
    assert [line.partition(":")[0] for line in said] == [
        "who is in the class could not be kept", "whom we peer with could not be kept",
    ]  # fmt: skip
