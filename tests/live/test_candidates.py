"""The table of candidates: what an announcement must say, whose places are kept, and that none of it grows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from p4lab.live import identity
from p4lab.live.addresses import Own
from p4lab.live.candidates import ADDRESSES, CLAIMS, NAME, Candidate, Table, plain, read, told

OURS, THEIRS = "ABCDEFGH", "ZZZZZZZZ"
WIRE = (Own("10.0.0.1", 24, "eth0", 2),)


def says(identity: bytes, class_id: str = OURS, name: str = "Ann") -> dict[bytes, bytes | None]:
    """A TXT record as it arrives."""
    return {
        key.encode(): text if isinstance(text, bytes) else text.encode()
        for key, text in told(identity, class_id, name).items()
    }


def claim(number: int, class_id: str = OURS, *addresses: str) -> Candidate:
    return Candidate(number.to_bytes(16, "big"), class_id, f"n{number}", addresses or (f"10.0.0.{number % 250}:1",))


class Heard:
    """A table with a clock to set, and what it told."""

    def __init__(self, most: int = 4, known: tuple[int, ...] = ()) -> None:
        self.now = 0.0
        self.told: list[object] = []
        kept = {number.to_bytes(16, "big") for number in known}
        self.table = Table(OURS, most, lambda: self.now, self.told.append, self.told.append, kept.__contains__)

    def ids(self) -> list[int]:
        return sorted(int.from_bytes(identity, "big") for identity in self.table.found)


def test_what_is_told_is_what_is_read() -> None:
    identity = bytes(range(16))
    hosts = ["10.0.0.7", "8.8.8.8", "fe80::7%2", "fe80::7"]
    assert read(says(identity, OURS + "IJKL", "Zoë P. Ånn"), hosts, 4040, WIRE) == Candidate(
        identity, OURS, "Zoë P- Ånn", ("10.0.0.7:4040", "[fe80::7%2]:4040")
    )


def test_what_is_none_of_ours_is_not_read() -> None:
    good = says(bytes(16))
    bad: list[dict[bytes, bytes | None]] = [
        {},
        {**good, b"txtvers": b"2"},
        {**good, b"pv": None},
        {**good, b"id": b"0" * 31},
        {**good, b"id": b"G" * 32},
        {**good, b"id": b" " + b"0" * 31},
        {**good, b"cls": b"ABCDEFGHI"},
        {**good, b"cls": b"abc"},
        {**good, b"nm": b"x" * (NAME + 1)},
    ]
    assert [read(told, ["10.0.0.7"], 1, WIRE) for told in bad] == [None] * len(bad)
    assert [read(good, hosts, port, WIRE) for hosts, port in ((["10.0.0.7"], 0), ([], 1), (["1.1.1.1"], 1))] == [
        None
    ] * 3


@given(st.text(max_size=60))
def test_names_are_plain(text: str) -> None:
    name = plain(text)
    assert 0 < len(name.encode()) <= NAME
    assert name.isprintable()
    assert "." not in name
    assert plain(name) == name


@given(st.dictionaries(st.sampled_from([b"txtvers", b"pv", b"id", b"cls", b"nm"]), st.none() | st.binary(max_size=40)))
def test_reading_never_raises(txt: dict[bytes, bytes | None]) -> None:
    read({**says(bytes(16)), **txt}, ["10.0.0.7"], 1, WIRE)


def test_the_authority_of_a_class_is_known_by_its_id() -> None:
    keys = identity.Keys(bytes(32))
    made = identity.class_id(keys.public)
    assert [claimed.leads(made) for claimed in (Candidate(identity.member_id(keys.public), "", "", ()), claim(1))] == [
        True,
        False,
    ]
    assert not claim(1).leads("")


def test_found_changed_and_lost_are_told_once() -> None:
    heard = Heard()
    first, moved = claim(1), claim(1, OURS, "10.0.0.99:1")
    for each in (first, first, moved):
        heard.table.take("a", each)
    heard.table.drop("a")
    heard.table.drop("a")
    assert heard.told == [first, moved, first.id]


def test_a_full_table_makes_room_for_our_class_alone() -> None:
    heard = Heard(most=3)
    for number, class_id in ((1, THEIRS), (2, OURS), (3, THEIRS), (4, THEIRS), (5, OURS), (6, OURS)):
        heard.table.take(f"i{number}", claim(number, class_id))
    assert heard.ids() == [2, 5, 6]  # 4 found no room, 5 and 6 took the places of 1 and 3
    assert heard.table.ours == 3


def test_among_our_own_newcomers_come_slowly_and_the_known_stay() -> None:
    heard = Heard(most=3, known=(1,))
    for number in range(1, 10):
        heard.table.take(f"i{number}", claim(number))
    assert heard.ids() == [1, 3, 4]  # 4 pushed out 2, the oldest that nobody knows; the others came too soon
    heard.now += 0.25
    heard.table.take("i9", claim(9))
    assert heard.ids() == [1, 4, 9]


def test_whom_we_know_gets_a_place_at_once_and_of_any_class() -> None:
    heard = Heard(most=2, known=(7, 8))
    for number, class_id in ((1, OURS), (2, OURS), (3, OURS), (7, OURS), (8, THEIRS), (9, OURS)):
        heard.table.take(f"i{number}", claim(number, class_id))
    assert heard.ids() == [7, 8]


def test_few_may_claim_one_id() -> None:
    heard = Heard(most=9, known=(1,))
    for number in range(9):
        heard.table.take(f"i{number}", claim(1, OURS, f"10.0.0.{number + 1}:1"))
    heard.table.take("other", claim(2))
    heard.table.take("other", claim(1))  # it changes its mind: that makes a fifth
    assert heard.table.found[claim(1).id].addresses == tuple(f"10.0.0.{number + 1}:1" for number in range(CLAIMS))
    assert heard.ids() == [1, 2]


def test_when_all_are_known_nobody_goes() -> None:
    heard = Heard(most=2, known=(1, 2))
    for number in (1, 2, 3):
        heard.table.take(f"i{number}", claim(number))
    assert heard.ids() == [1, 2]


def test_a_forged_claim_to_an_id_does_not_hide_the_true_one() -> None:
    heard = Heard(most=8)
    forged = tuple(f"10.0.0.66:{port}" for port in range(1, ADDRESSES + 1))
    heard.table.take("forged", claim(1, OURS, *forged))
    heard.table.take("true", claim(1, OURS, "10.0.0.1:1"))
    assert heard.table.found[claim(1).id].addresses == (forged[0], "10.0.0.1:1", *forged[1:-1])
    heard.table.drop("forged")
    assert heard.table.found == {claim(1).id: claim(1, OURS, "10.0.0.1:1")}


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.sampled_from([OURS, THEIRS]), st.booleans())))
def test_the_table_is_bounded_and_told_as_it_is(steps: list[tuple[int, int, str, bool]]) -> None:
    heard = Heard(most=4)
    mirror: dict[bytes, Candidate] = {}
    for instance, number, class_id, there in steps:
        heard.now += 0.1
        if there:
            made = claim(number, class_id)
            worth = heard.table.may_take(str(instance), says(made.id, class_id))
            before = dict(heard.table.found)
            heard.table.take(str(instance), made)
            assert worth or heard.table.found == before
        else:
            heard.table.drop(str(instance))
        assert len(heard.table.found) <= 4
    for event in heard.told:
        if isinstance(event, Candidate):
            mirror[event.id] = event
        elif isinstance(event, bytes):
            del mirror[event]
    assert mirror == heard.table.found
