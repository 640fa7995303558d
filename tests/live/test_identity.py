"""Tickets cannot be made or changed by anybody else, and whatever people type is read kindly."""

import base64
import unicodedata
from hashlib import blake2b

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from p4lab.live.identity import (
    GRACE,
    MAX_NAME,
    MAX_TICKET,
    JoinCode,
    Keys,
    Ticket,
    class_id,
    clean,
    cleaned,
    flaw,
    issue,
    member_id,
    pack,
    parse_code,
    secret,
    unpack,
    vouched,
)

TEACHER, ANN, EVE = (Keys(bytes([n]) * 32) for n in (1, 2, 3))
CLASS = class_id(TEACHER.public)
ENDS = 1_800_000_000
TICKET = issue(TEACHER, ANN.public, "Ann", 1, ENDS)


def test_ids_are_hashes_of_the_key() -> None:
    expected = blake2b(TEACHER.public, digest_size=16).digest()
    assert (member_id(TEACHER.public), CLASS) == (expected, base64.b32encode(expected).decode()[:12])


def test_keys_vouch_for_the_key_of_their_channels() -> None:
    other = bytes(reversed(ANN.static_public))
    assert vouched(ANN.public, ANN.static_public, ANN.vouch)
    assert not vouched(ANN.public, other, ANN.vouch)
    assert not vouched(EVE.public, ANN.static_public, ANN.vouch)
    assert not vouched(ANN.public, ANN.static_public, ANN.sign(ANN.static_public))  # signed for something else
    assert Keys(bytes([2]) * 32).static_public == ANN.static_public


def test_keys_do_not_show_their_seed() -> None:
    assert bytes([2]).hex() * 4 not in repr(ANN) + str(vars(ANN).keys())


def test_a_ticket_survives_packing() -> None:
    longest = issue(TEACHER, ANN.public, "\U0001f426" * MAX_NAME, 32_767, ENDS)
    assert (unpack(pack(TICKET)), unpack(pack(longest))) == (TICKET, longest)
    assert len(pack(longest)) <= MAX_TICKET


def test_when_a_ticket_is_good() -> None:
    assert [flaw(TICKET, CLASS, at) for at in (0, ENDS, ENDS + GRACE, ENDS + GRACE + 1)] == ["", "", "", "has run out"]
    assert flaw(issue(TEACHER, TEACHER.public, "Teacher", 0, ENDS), CLASS, 0) == ""
    assert flaw(TICKET, class_id(EVE.public), 0) == f"is for the class {CLASS}, not {class_id(EVE.public)}"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": "Anna"}, "is not signed by the authority of its class"),
        ({"seat": 2}, "is not signed by the authority of its class"),
        ({"expires": ENDS + 1}, "is not signed by the authority of its class"),
        ({"key": EVE.public}, "is not signed by the authority of its class"),
        ({"sig": ANN.sign(b"p4lab-ticket:")}, "is not signed by the authority of its class"),
        ({"seat": 0}, "has a seat that is not its holder's"),
        ({"authority": EVE.public}, f"is for the class {class_id(EVE.public)}, not {CLASS}"),
    ],
)
def test_a_ticket_that_was_changed_is_not_good(change: dict[str, object], says: str) -> None:
    assert flaw(msgspec.structs.replace(TICKET, **change), CLASS, 0) == says


def test_nobody_signs_a_ticket_for_itself() -> None:
    own = Ticket(EVE.public, TEACHER.public, 1, ENDS, "Eve", b"")
    body = pack(own)
    assert flaw(msgspec.structs.replace(own, sig=EVE.sign(b"p4lab-ticket:" + body)), CLASS, 0) != ""


@pytest.mark.parametrize(
    ("key", "name", "seat"),
    [(ANN, "Ann", 0), (TEACHER, "Teacher", 1), (ANN, "", 1), (ANN, "a\nb", 1), (ANN, "Ann", 32_768)],
)
def test_no_such_ticket_is_issued(key: Keys, name: str, seat: int) -> None:
    with pytest.raises(ValueError, match=r"seat 0|printable"):
        issue(TEACHER, key.public, name, seat, ENDS)


@given(st.integers(0, len(pack(TICKET)) - 1), st.integers(1, 255))
def test_no_byte_of_a_ticket_can_be_changed(place: int, change: int) -> None:
    data = bytearray(pack(TICKET))
    data[place] ^= change
    try:
        bad = flaw(unpack(bytes(data)), CLASS, 0)
    except ValueError:
        return
    assert bad


@given(st.binary(max_size=MAX_TICKET + 10))
def test_any_bytes_are_a_ticket_or_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        unpack(data)
    with pytest.raises(ValueError, match=r".+"):
        unpack(pack(TICKET)[: len(data)] + data)


@given(st.text())
def test_a_cleaned_name_is_clean_or_nothing(text: str) -> None:
    name = cleaned(text)
    assert clean(name) or name == ""
    assert all(unicodedata.category(char) not in ("Cc", "Cf", "Zl", "Zp", "Co", "Cs") for char in name)


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("  Ann \n\t Lee ", "Ann Lee"),
        ("\u202eannA", "annA"),
        ("a\x00b\x1b[31mc", "ab[31mc"),
        ("<b>Ann</b>", "<b>Ann</b>"),  # shown as plain text
        ("Zoe\u0301", "Zoé"),
        ("e" + "\u0316" * 50, "e\u0316\u0316"),
        ("x" * 10_000, "x" * 40),
        ("\u200b\u200f", ""),
        ("שרה", "שרה"),
    ],
)
def test_names_are_cleaned(given_name: str, shown: str) -> None:
    assert cleaned(given_name) == shown


def test_a_join_code_survives_the_screen() -> None:
    code = JoinCode(CLASS, secret(b"\x00\xff\x7f"), "192.168.1.5:4711")
    assert (str(code), parse_code(str(code))) == (f"192.168.1.5:4711/{CLASS}-AD7X", code)


@pytest.mark.parametrize(
    "typed",
    ["ABCDEFGHIJKO-BN23", "abcdefghijko bn23", " ABCD EFGH IJKO\tBN23 ", "abcdefghijk08n23", "ABCDEFGHIJKO–BN23"],
)
def test_a_join_code_as_people_type_it(typed: str) -> None:
    assert parse_code(typed) == JoinCode("ABCDEFGHIJKO", "BN23")
    assert parse_code("[fe80::1%eth0]:80 / " + typed) == JoinCode("ABCDEFGHIJKO", "BN23", "[fe80::1%eth0]:80")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "has 16 characters, as in ABCDEFGHIJKL-MN23; this one has 0"),
        ("ABCDEFGHIJKL-MN2", "this one has 15"),
        ("ABCDEFGHIJK1-MN23", "1 is the letter I or L"),
        ("ABCDEFGHIJKß-MN23", "letters and the digits 2 to 7 only|this one has 17"),
        ("somewhere/ABCDEFGHIJKL-MN23", "Before the / of a join code stands host:port"),
        ("host:99999/ABCDEFGHIJKL-MN23", "stands host:port"),
        ("a b:1/ABCDEFGHIJKL-MN23", "stands host:port"),
    ],
)
def test_what_is_no_join_code_is_said_in_a_sentence(typed: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_code(typed)


@given(st.text())
@example("0000000000000000")
def test_no_typed_text_raises_anything_else(typed: str) -> None:
    try:
        code = parse_code(typed)
    except ValueError as fault:
        assert "join code" in str(fault)
    else:
        assert parse_code(str(code)) == code
