"""Names become one printable line and stay apart; addresses stay within the class; the roster is bounded."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p4lab.live.addresses import Own, allowed
from p4lab.live.frames import FRAME, Member, encode
from p4lab.live.roster import Roster, dialable, line, pages, printable, standing, unique
from p4lab.session import classroom

ID = b"i" * 16


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ann", "Ann"),
        ("  Ann \n\t Lee\r\n", "Ann Lee"),
        ("<b>Ann</b><img src=x>", "<b>Ann</b><img src=x>"),  # shown as plain text, so it stays what it is
        ("\u202enimdA", "nimdA"),  # would turn the line around
        ("A\u200bnn\u2066", "Ann"),
        ("Ann\x00\x1b[31m", "Ann[31m"),
        ("Nguye\u0302\u0303n", "Nguye\u0302\u0303n".replace("e\u0302\u0303", "\u1ec5")),
        ("Z" + "\u0301" * 50 + "o", unicodedata.normalize("NFC", "Z\u0301") + "\u0301" * 2 + "o"),
        ("x" * 10_000, "x" * 40),
        ("\u202e\n\u200b", "Somebody"),
        ("", "Somebody"),
    ],
)
def test_a_name_is_one_line_that_can_be_shown(name: str, shown: str) -> None:
    assert printable(name) == shown


@given(st.text(st.characters(exclude_categories=[]), max_size=60))
def test_whatever_came_nothing_hides_or_turns(name: str) -> None:
    shown = printable(name)
    assert 1 <= len(shown) <= 40
    assert shown == " ".join(shown.split()) == printable(shown)
    assert {unicodedata.category(char)[0] for char in shown.replace(" ", "")} <= set("LMNPS")
    assert len(line(name)) <= 500
    assert {unicodedata.category(char)[0] for char in line(name).replace(" ", "")} <= set("LMNPS")


@given(st.lists(st.sampled_from(["Ann", "ann", "ＡＮＮ", "Ann 2", "Ben", "x" * 40, "x" * 39 + "y"]), max_size=12))
def test_no_two_members_look_alike(names: list[str]) -> None:
    given_out: list[str] = []
    for name in names:
        given_out.append(unique(name, given_out))
    assert all(len(name) <= 40 for name in given_out)
    looks = [unicodedata.normalize("NFKC", name).casefold() for name in given_out]
    assert len(set(looks)) == len(looks)


def test_the_second_of_a_name_is_numbered() -> None:
    assert [unique("Ann", taken) for taken in ([], ["ANN"], ["Ann", "Ann 2"], ["Ben"])] == [
        "Ann",
        "Ann 2",
        "Ann 3",
        "Ann",
    ]


def test_addresses_stay_within_the_network() -> None:
    own = [Own("10.0.0.1", 24, "wlan0", 2)]
    listen = ("10.0.0.7:4700", "8.8.8.8:53", "[fe80::1%2]:4700", "[fd00::7]:4700", "school.example:80", "127.0.0.1:22",
              "224.0.0.251:5353", "10.0.0.7:0", "10.0.0.7:4700", "0.0.0.0:4700", "nonsense")  # fmt: skip
    assert dialable(listen, lambda host: allowed(host, own)) == ("10.0.0.7:4700", "[fd00::7]:4700")
    alone = [Own("127.0.0.1", 8, "lo", 1)]
    assert dialable(("127.0.0.1:4700",), lambda host: allowed(host, alone)) == ("127.0.0.1:4700",)
    assert len(dialable([f"10.0.0.{n}:1" for n in range(1, 60)], lambda host: allowed(host, own))) == 8


def test_a_roster_is_bounded_and_says_what_changed() -> None:
    told: list[Member] = []
    roster = Roster(2, told.append)
    ann = Member(1, ID, "Ann\n")
    assert [
        roster.put(ann),
        roster.put(ann),
        roster.put(Member(2, b"j" * 16, "Ben")),
        roster.put(Member(3, ID, "C")),
    ] == [
        True,
        False,
        True,
        False,
    ]
    assert told == [Member(1, ID, "Ann"), Member(2, b"j" * 16, "Ben")]
    assert (roster.seat_of(ID), roster.named("ANN"), roster.named("Cleo")) == (1, 1, None)


def test_who_is_barred_is_so_at_any_seat() -> None:
    roster = Roster(9)
    roster.put(Member(1, ID, "Ann", state="revoked"))
    roster.put(Member(2, b"j" * 16, "Ben", state="out"))
    assert [
        roster.barred(seat, key) for seat, key in ((1, ID), (5, ID), (2, b"j" * 16), (2, b"k" * 16), (7, b"l" * 16))
    ] == [
        "the teacher revoked this member's ticket",
        "the teacher revoked this member's ticket",
        "the teacher sent this member out of the class",
        "this seat is another member's",
        None,
    ]


def test_pages_fit_a_frame_and_leave_nobody_out() -> None:
    members = [Member(n, ID, "名" * 40, tuple(f"[fe80::{n}:{k}%wlan0]:4700" for k in range(8))) for n in range(256)]
    frames = list(pages(members))
    assert [member for frame in frames for member in frame.members] == members
    assert all(len(encode(frame)) <= FRAME for frame in frames)
    assert len(frames) <= 11  # 256 members of less than 450 bytes each, 12 kB a page
    assert list(pages([])) == []


def test_how_somebody_is_comes_from_what_we_hear() -> None:
    assert [standing("here", heard, 10.0, 30.0) for heard in (None, 0.0, 14.0, 16.0, 29.0, 30.0)] == [
        "here", "here", "here", "late", "late", "dead"]  # fmt: skip
    assert (standing("gone", None, 10.0, 30.0), standing("revoked", 1.0, 10.0, 30.0)) == ("gone", "revoked")
    assert {"here", "late", "dead", "gone", "out", "revoked", "unmet"} == set(classroom.STATES)
