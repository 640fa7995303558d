"""The handshake is the published one, to the byte, in both roles, and another implementation understands it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.bindings import crypto_aead_chacha20poly1305_ietf_encrypt, crypto_scalarmult_base
from nacl.exceptions import CryptoError
from noise.connection import Keypair, NoiseConnection

from p4lab.live.frames import BAD
from p4lab.live.noise import Cipher, Handshake, seal, unseal
from tests.live.vectors import CACOPHONY, SNOW, Vector

# Of low order: whoever multiplies with them gets nothing but zeros. Source: curve25519, "small order points".
LOW_ORDER = [
    bytes(32),
    b"\1" + bytes(31),
    bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
    bytes.fromhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    bytes.fromhex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    bytes.fromhex("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
]
KEYS = [bytes([n]) * 32 for n in range(1, 5)]


def both(private: bytes) -> tuple[bytes, bytes]:
    return private, crypto_scalarmult_base(private)


def pair(prologue: bytes = b"p", other: bytes = b"p") -> tuple[Handshake, Handshake]:
    return Handshake(True, prologue, both(KEYS[0]), KEYS[1]), Handshake(False, other, both(KEYS[2]), KEYS[3])


@pytest.mark.parametrize("vector", [CACOPHONY, SNOW])
def test_the_published_vectors(vector: Vector) -> None:
    one = Handshake(True, vector.prologue, both(vector.initiator[0]), vector.initiator[1])
    two = Handshake(False, vector.prologue, both(vector.responder[0]), vector.responder[1])
    writers = [(one, two), (two, one), (one, two)]
    for (writer, reader), (payload, message) in zip(writers, vector.messages[:3], strict=True):
        assert writer.write(payload) == message
        assert reader.read(message) == payload
    assert (one.done, two.done, one.hash) == (True, True, two.hash)
    assert vector.hash in (b"", one.hash)
    ones, twos = one.split(), two.split()
    for at, (payload, message) in enumerate(vector.messages[3:]):
        sender, receiver = (twos, ones) if at % 2 == 0 else (ones, twos)  # after the third it is the responder's turn
        assert sender[0].encrypt(payload) == message
        assert receiver[1].decrypt(message) == payload


@pytest.mark.parametrize("initiator", [True, False])
def test_another_implementation_understands_it(initiator: bool) -> None:
    theirs = NoiseConnection.from_name(b"Noise_XX_25519_ChaChaPoly_BLAKE2s")
    theirs.set_prologue(b"P4LAB/1")
    theirs.set_keypair_from_private_bytes(Keypair.STATIC, KEYS[2])
    (theirs.set_as_responder if initiator else theirs.set_as_initiator)()
    theirs.start_handshake()
    ours = Handshake(initiator, b"P4LAB/1", both(KEYS[0]), KEYS[1])
    for step in range(3):
        payload = b"payload %d" % step
        if (step % 2 == 0) == initiator:
            assert theirs.read_message(ours.write(payload)) == payload
        else:
            assert ours.read(bytes(theirs.write_message(payload))) == payload
    send, receive = ours.split()
    for turn in range(4):
        assert theirs.decrypt(send.encrypt(b"from us")) == b"from us"
        assert receive.decrypt(bytes(theirs.encrypt(b"from them"))) == b"from them"
        if turn == 1:
            theirs.rekey_inbound_cipher()
            send.rekey()
        if turn == 2:
            theirs.rekey_outbound_cipher()
            receive.rekey()
    assert ours.hash == theirs.get_handshake_hash()


@pytest.mark.parametrize("point", LOW_ORDER)
def test_keys_of_low_order_are_refused(point: bytes) -> None:
    _, two = pair()
    two.read(point)
    with pytest.raises(BAD):
        two.write()


def test_another_prologue_is_another_class() -> None:
    one, two = pair(b"P4LAB/1A", b"P4LAB/1B")
    two.read(one.write())
    with pytest.raises(CryptoError):
        one.read(two.write(b"who I am"))


@settings(max_examples=30)
@given(st.data())
def test_no_byte_of_a_handshake_can_be_changed(data: st.DataObject) -> None:
    one, two = pair()
    step = data.draw(st.sampled_from([0, 1, 2]))
    for at, (writer, reader) in enumerate([(one, two), (two, one), (one, two)]):
        message = bytearray(writer.write(b"identity"))
        if at == step:
            message[data.draw(st.integers(0, len(message) - 1))] ^= data.draw(st.integers(1, 255))
        try:
            payload = reader.read(bytes(message))
        except BAD:
            return
        assert at == 0 or (payload == b"identity" and at < step)  # the first is in the clear, and bound by the second
    pytest.fail("nobody noticed")


@given(st.binary(max_size=200))
def test_garbage_raises_nothing_undeclared(garbage: bytes) -> None:
    one, two = pair()
    two.read(one.write())
    two.write()
    with pytest.raises(BAD):
        two.read(garbage)
    with pytest.raises(BAD):
        one.read(garbage)


def test_turns_are_kept() -> None:
    one, two = pair()
    with pytest.raises(ValueError, match="turn"):
        two.write()
    with pytest.raises(ValueError, match="not over"):
        one.split()
    one.write()
    with pytest.raises(ValueError, match="turn"):
        one.write()


def test_a_cipher_takes_each_message_once_and_in_order() -> None:
    sender, receiver = Cipher(KEYS[0]), Cipher(KEYS[0])
    first, second = sender.encrypt(b"1"), sender.encrypt(b"2")
    with pytest.raises(CryptoError):
        receiver.decrypt(second)
    assert (receiver.decrypt(first), receiver.decrypt(second)) == (b"1", b"2")
    with pytest.raises(CryptoError):
        receiver.decrypt(first)


def test_what_is_authenticated_beside_the_data() -> None:
    sealed = seal(KEYS[0], 5, b"data", b"head")
    assert unseal(KEYS[0], 5, sealed, b"head") == b"data"
    for key, nonce, ad in ((KEYS[1], 5, b"head"), (KEYS[0], 6, b"head"), (KEYS[0], 5, b"Head")):
        with pytest.raises(CryptoError):
            unseal(key, nonce, sealed, ad)
    with pytest.raises(ValueError, match="shorter"):
        unseal(KEYS[0], 5, sealed[:15], b"head")


@given(st.binary(max_size=300), st.binary(max_size=20), st.integers(0, 2**64 - 1))
def test_a_seal_is_that_of_the_bindings(data: bytes, ad: bytes, number: int) -> None:
    nonce = bytes(4) + number.to_bytes(8, "little")
    sealed = seal(KEYS[0], number, data, ad)
    assert sealed == crypto_aead_chacha20poly1305_ietf_encrypt(data, ad, nonce, KEYS[0])
    assert unseal(KEYS[0], number, sealed, ad) == data


@pytest.mark.parametrize("size", [0, 31, 33])
def test_no_key_is_shorter_or_longer_than_what_is_read_of_it(size: int) -> None:
    with pytest.raises(ValueError, match="a key has 32 bytes"):
        Cipher(bytes(size))
