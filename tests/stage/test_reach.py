"""Who is told of what: cuts at once, partitions by silence, and a new session whenever messages may be missing."""

from __future__ import annotations

from p4lab.core.commands import Crash, Heal, Partition, Restart, SetLink, Unpeer
from p4lab.scenario.model import Do
from tests.stage.listeners import Heard

A_B = ("A", "B")


def split(at: float, *groups: str) -> Do:
    return Do(at, Partition(tuple(tuple(group) for group in groups)))


def test_a_link_taken_down_is_known_at_once_and_up_again_too() -> None:
    down, up = Do(1.0, SetLink(A_B, up=False)), Do(2.0, SetLink(("B", "A"), up=True))
    assert Heard("A B C", down, up).run() == [
        "1 0 unlinked 1 link", "1 1 unlinked 0 link", "2 0 linked 1 peer", "2 1 linked 0 peer",
    ]  # fmt: skip


def test_each_is_told_what_the_other_is_to_it() -> None:
    heard = Heard("A b<A c<<A d<b", *(Do(1.0, Crash(name)) for name in "A"), Do(2.0, Restart("A")))
    assert heard.run() == [
        "1 1 unlinked 0 crash", "1 2 unlinked 0 crash", "1 4 unlinked 0 crash",
        "2 0 starts with 0 rows, 1 child, 2 proxy",
        "2 0 linked 1 child", "2 1 linked 0 parent", "2 0 linked 2 proxy", "2 2 linked 0 parent", "2 4 linked 0",
    ]  # fmt: skip
    assert Heard("A b<A", Do(1.0, Crash("b")), Do(2.0, Restart("b"))).run()[2:4] == [
        "2 1 starts with 0 rows, 0 parent", "2 0 linked 1 child",
    ]  # fmt: skip


def test_a_partition_is_known_by_silence() -> None:
    """Customers are with their provider, wherever it is."""
    heard = Heard("A B C", split(1.0, "AB", "C"), Do(9.0, Heal()))
    assert heard.run(3.999) == []
    assert heard.run() == [
        "4 0 unlinked 2 silence", "4 2 unlinked 0 silence", "4 1 unlinked 2 silence", "4 2 unlinked 1 silence",
        "9 0 linked 2 peer", "9 2 linked 0 peer", "9 1 linked 2 peer", "9 2 linked 1 peer",
    ]  # fmt: skip


def test_whom_no_group_names_are_the_rest_together() -> None:
    assert Heard("A B C", split(1.0, "A")).run() == [
        "4 0 unlinked 1 silence", "4 1 unlinked 0 silence", "4 0 unlinked 2 silence", "4 2 unlinked 0 silence",
    ]  # fmt: skip
    assert Heard("A B C d<C", split(1.0, "B")).run() == Heard("A B C d<C", split(1.0, "B", "ACd")).run()


def test_who_heals_before_anybody_noticed_starts_a_session_anew_all_the_same() -> None:
    assert Heard("A B", split(1.0, "A"), Do(2.0, Heal())).run() == [
        "2 0 unlinked 1 silence", "2 1 unlinked 0 silence", "2 0 linked 1 peer", "2 1 linked 0 peer",
    ]  # fmt: skip


def test_silence_counts_from_the_last_cut() -> None:
    again = split(1.0, "A"), Do(2.0, Heal()), split(3.0, "A")
    assert Heard("A B", *again).run()[4:] == ["6 0 unlinked 1 silence", "6 1 unlinked 0 silence"]


def test_partitions_overlap_and_heal_together() -> None:
    heard = Heard("A B C", split(1.0, "AB"), split(2.0, "A", "BC"), Do(20.0, Heal()))
    assert heard.run(19.0) == [
        "4 0 unlinked 2 silence", "4 2 unlinked 0 silence", "4 1 unlinked 2 silence", "4 2 unlinked 1 silence",
        "5 0 unlinked 1 silence", "5 1 unlinked 0 silence",
    ]  # fmt: skip
    assert heard.run() == [f"20 {a} linked {b} peer" for a, b in ((0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1))]


def test_a_link_that_is_down_stays_down_when_a_partition_heals() -> None:
    do = split(1.0, "A"), Do(2.0, SetLink(A_B, up=False)), Do(9.0, Heal()), Do(10.0, SetLink(A_B, up=True))
    assert Heard("A B", *do).run() == [
        "2 0 unlinked 1 link", "2 1 unlinked 0 link", "10 0 linked 1 peer", "10 1 linked 0 peer",
    ]  # fmt: skip
    other = Do(1.0, SetLink(A_B, up=False)), split(2.0, "A"), Do(3.0, SetLink(A_B, up=True)), Do(9.0, Heal())
    assert Heard("A B", *other).run() == [
        "1 0 unlinked 1 link", "1 1 unlinked 0 link", "9 0 linked 1 peer", "9 1 linked 0 peer",
    ]  # fmt: skip


def test_a_crash_behind_a_partition_is_silence_too() -> None:
    """Nor does who was started in between hear of sessions that it never had."""
    do = split(1.0, "A"), Do(2.0, Crash("A")), Do(3.0, Restart("A")), Do(9.0, Heal())
    assert Heard("A B", *do).run() == [
        "2 2 unlinked 0 crash", "3 0 starts with 0 rows, 1 peer", "3 2 linked 0",
        "4 1 unlinked 0 silence", "9 0 linked 1 peer", "9 1 linked 0 peer",
    ]  # fmt: skip


def test_two_that_are_crashed_meet_when_both_are_back() -> None:
    do = [
        Do(t, kind(name))
        for t, kind, name in ((1.0, Crash, "A"), (2.0, Crash, "B"), (3.0, Restart, "A"), (4.0, Restart, "B"))
    ]
    assert [line for line in Heard("A B", *do).run() if "linked" in line] == [
        "1 1 unlinked 0 crash", "1 2 unlinked 0 crash", "2 3 unlinked 1 crash", "3 2 linked 0",
        "4 0 linked 1 peer", "4 1 linked 0 peer", "4 3 linked 1",
    ]  # fmt: skip


def test_who_is_no_neighbour_any_more_is_told_whatever_is_cut() -> None:
    for cut in (Do(1.0, SetLink(A_B, up=False)), split(1.0, "A")):
        heard = Heard("A B", cut, Do(9.0, Unpeer(A_B)))
        heard.run(8.0)
        assert heard.run() == ["9 0 unlinked 1 unpeered gone", "9 1 unlinked 0 unpeered gone"]
