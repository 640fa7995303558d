"""Every message survives the wire; what does not fit is told in pages; what is not ours to say is not said."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p4lab.core import messages as m
from p4lab.core.messages import Message
from p4lab.core.names import Kind, Regime
from p4lab.core.peering import in_batches
from p4lab.core.records import Record, announcement, authenticated, fault, unauthenticated
from p4lab.core.signing import identity_seed
from p4lab.core.sync import MOST_BUCKETS
from p4lab.live import frames
from p4lab.live.frames import Carried
from p4lab.live.limits import FRAME
from p4lab.live.wire import MOST, decode, encode
from p4lab.live.wire_messages import AnyWire
from tests.live.drawn import MESSAGES, SIGNER, sized
from tests.proofs.fuzz import GROWTH, fuzz

NID = b"n" * 32


@settings(max_examples=150)
@given(MESSAGES)
def test_a_message_arrives_as_it_was_sent(message: Message) -> None:
    data = encode(message)
    assert decode(data) == sized(message, len(data))


def test_every_message_of_the_core_has_its_tag() -> None:
    tags = {kind: kind.__struct_config__.tag for kind in AnyWire.__args__}
    codes = {each.__name__: next(f.default for f in msgspec.structs.fields(each) if f.name == "code") for each in
             Message.__args__}  # fmt: skip
    assert sorted(tags.values()) == sorted(codes.values())


def test_the_longest_value_fits_a_frame_with_its_signature() -> None:
    record = authenticated(SIGNER, identity_seed("Ann"), b"k" * 64, b"v" * 8192, Regime.VALUE, 1, 2000, 2**63 - 1)
    update = m.Update(2**63 - 1, record.nid, 0, record, None, tuple(range(32_512, 32_768)))
    assert len(frames.encode(Carried(2**63 - 1, encode(update)))) < FRAME


def test_a_record_tells_nothing_that_can_be_worked_out() -> None:
    """A signed put of 200 bytes under a 6-byte key: live.md counts with about 290."""
    record = authenticated(SIGNER, identity_seed("Ann"), b"news/1", b"v" * 200, Regime.VALUE, 1000, 2000, 7)
    assert len(encode(m.PutRequest(1, record.nid, 0, record, None, False, record.owner))) < 370


def entry(at: int, size: int) -> Record:
    return unauthenticated(b"set", bytes([at]) * size, Regime.GET_BROADCAST, 0, 0)


@pytest.mark.parametrize(("count", "size", "told"), [(70, 10, 64), (64, 10, 64), (30, 1000, 15), (2, 8192, 1)])
def test_a_set_that_is_too_long_is_told_to_where_it_fits(count: int, size: int, told: int) -> None:
    records = tuple(entry(at, size) for at in range(count))
    reply = decode(encode(m.GetReply(1, NID, 0, 1, m.HIT, records, tuple(map(float, range(count))), 5)))
    answer = decode(encode(m.Answer(1, NID, 0, m.HIT, "OK", "local", records)))
    assert isinstance(reply, m.GetReply) and isinstance(answer, m.Answer)
    expected = sorted(records, key=lambda each: each.entry)[:told] if told < count else list(records)
    left = tuple(float(records.index(each)) for each in expected)
    last = expected[-1].entry if told < count else b""
    assert (list(reply.records), reply.remaining, reply.placemark) == (expected, left, last)
    assert (list(answer.records), answer.placemark) == (expected, last)


def test_pages_go_on_where_the_last_one_ended() -> None:
    """A placemark that was there already stays the last entry told."""
    records = tuple(sorted((entry(at, 1000) for at in range(30)), key=lambda each: each.entry))
    answer = m.Answer(1, NID, 0, m.HIT, "OK", "local", records, placemark=records[-1].entry)
    relayed = decode(encode(m.RelayedAnswer(1, NID, 0, 9, m.HIT, answer)))
    assert isinstance(relayed, m.RelayedAnswer)
    assert relayed.answer.placemark == relayed.answer.records[-1].entry == records[14].entry


def test_what_no_peer_would_take_is_refused_before_it_is_sent() -> None:
    long = authenticated(SIGNER, identity_seed("Ann"), b"k", b"v" * 8193, Regime.VALUE, 0, 0, 1)
    for message in (
        m.Update(1, long.nid, 0, long),
        m.Update(2**63, NID, 0, entry(1, 1)),
        m.GetRequest(1, NID, 0, Kind.UNAUTHENTICATED, b"k" * 65),
        m.GetQuery(1, NID, 0, 1, path=(32_768,)),
        m.Bye(b"", 0, "<b>no</b>"),
    ):
        with pytest.raises(ValueError):
            encode(message)


@given(st.sampled_from(["value", "key", "ttl_ms", "lease_ms", "regime", "version"]))
def test_a_tampered_record_arrives_unsound(field: str) -> None:
    """The wire leaves out hashes, so whoever changes what they are of breaks the signature."""
    record = authenticated(SIGNER, identity_seed("Ann"), b"key", b"value", Regime.VALUE, 1000, 2000, 7)
    others = {"value": b"other", "key": b"kez", "ttl_ms": 1001, "lease_ms": 2001, "regime": Regime.KEY,
              "version": (8, record.version[1])}  # fmt: skip
    lie = msgspec.structs.replace(record, **{field: others[field]})
    arrived = decode(encode(m.Update(1, record.nid, 0, lie)))
    assert isinstance(arrived, m.Update)
    assert fault(arrived.record, arrived.nid, SIGNER) == "E_BAD_SIG"
    sound = decode(encode(m.Update(1, record.nid, 0, record)))
    assert isinstance(sound, m.Update) and fault(sound.record, record.nid, SIGNER) is None


def test_bytes_that_are_too_long_are_not_looked_at() -> None:
    with pytest.raises(ValueError, match="longer"):
        decode(bytes(MOST + 1))


@settings(max_examples=50)
@given(st.lists(st.sampled_from([1, 8, 9, 1024, 8192]), min_size=1, max_size=80), st.integers(0, 20))
def test_catching_up_fits_frames_whatever_is_told(sizes: list[int], hops: int) -> None:
    """The core cuts its batches so that each fits, with the longest list of buckets that were told whole."""
    path = tuple(range(32_700, 32_700 + hops))
    updates = []
    for at, size in enumerate(sizes):
        record = authenticated(
            SIGNER, identity_seed("Ann"), bytes([at]) * 64, b"v" * size, Regime.VALUE, 1, 2000, 2**40
        )
        updates.append(
            m.Update(2**55, record.nid, 0, announcement(record) if size == 8 else record, None, path, True, 1.5)
        )
    batches = in_batches(updates)
    assert [each for batch in batches for each in batch] == updates
    for batch in batches:
        assert (
            len(encode(m.SyncItems(b"", 0, tuple(batch), True, 2**20, tuple(range(1024)), 1024, 2**60, 2**20))) <= MOST
        )


def test_the_digest_of_a_large_store_fits_a_frame() -> None:
    digest = m.SyncDigest(b"", 0, (2**64 - 1,) * MOST_BUCKETS, 1)
    assert len(encode(digest)) <= MOST


def test_whatever_bytes_come_in_only_a_refusal_comes_of_it() -> None:
    """The short form of tests/proofs/fuzz.py; what decodes is taken by a provider, too."""
    found = fuzz(20_000)
    assert found.refused > 10_000 and found.taken > 1000 and found.sent > 100
    assert found.grown < GROWTH
