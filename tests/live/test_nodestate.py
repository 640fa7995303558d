"""What a node remembers of itself: numbers that never come twice, and its peers."""

from pathlib import Path

import msgspec

from p4lab.live.nodestate import NUMBERS, Friend, NodeState

BIRCH = Friend(2, b"b" * 16, "Birch", ("10.0.0.2:4711",))


def test_a_start_uses_no_number_that_an_earlier_one_may_have_used(tmp_path: Path) -> None:
    first = NodeState(tmp_path, 1_000.0)
    crashed = NodeState(tmp_path, 900.0)  # the clock was set back
    crashed.end(5)
    clean = NodeState(tmp_path, 5_000.9)
    assert [(each.epoch, each.first) for each in (first, crashed, clean)] == [
        (1_000, 1), (1_001, NUMBERS + 1), (5_000, NUMBERS + 7),
    ]  # fmt: skip


def test_peers_are_kept_and_forgotten(tmp_path: Path) -> None:
    NodeState(tmp_path, 1.0).befriend({2: BIRCH})
    again = NodeState(tmp_path, 1.0)
    assert again.friends == {2: BIRCH}
    again.befriend({})
    assert NodeState(tmp_path, 1.0).friends == {}


def test_who_was_in_the_class_is_known_the_next_time_and_in_no_other_class(tmp_path: Path) -> None:
    state = NodeState(tmp_path, 1.0, "CLASSONE")
    state.remember([BIRCH, Friend(0, b"t" * 16, "Ms Lee", owner=b"o")])
    state.befriend({2: BIRCH})
    again = NodeState(tmp_path, 1.0, "CLASSONE")
    assert (again.members, again.friends) == ((BIRCH, Friend(0, b"t" * 16, "Ms Lee", owner=b"o")), {2: BIRCH})
    other = NodeState(tmp_path, 1.0, "CLASSTWO")
    assert (other.members, other.friends, other.epoch > again.epoch) == ((), {}, True)


def test_a_damaged_file_is_set_aside(tmp_path: Path) -> None:
    for spoilt in (b"", b"\xff", b'{"epoch": "x"}', msgspec.json.encode({"friends": {"2": 1}})):
        (tmp_path / "node.json").write_bytes(spoilt)
        state = NodeState(tmp_path, 7.0)
        assert (state.epoch, state.first, state.friends) == (7, 1, {})
        assert (tmp_path / "node.damaged").read_bytes() == spoilt
