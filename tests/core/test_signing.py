"""Signatures: RFC 8032's own vector, and what both signers keep."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p4lab.core.names import digest
from p4lab.core.signing import Ed25519, Modelled, Signer, identity_seed

SEED = identity_seed("Aster")
SIGNERS = [Ed25519(), Modelled()]


def test_the_first_vector_of_rfc_8032() -> None:
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    pub = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    sig = (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )
    signer = Ed25519()
    assert (signer.public_key(seed).hex(), signer.sign(seed, b"").hex()) == (pub, sig)
    assert signer.verify(bytes.fromhex(pub), b"", bytes.fromhex(sig))


def test_a_seed_comes_from_the_name_alone() -> None:
    assert (identity_seed("Aster"), identity_seed("Birch")) == (digest(b"p4id1Aster"), digest(b"p4id1Birch"))


@pytest.mark.parametrize("signer", SIGNERS)
@given(data=st.binary(max_size=80), flip=st.integers(0, 64 * 8 - 1))
def test_what_is_signed_and_nothing_else_verifies(signer: Signer, data: bytes, flip: int) -> None:
    pub, sig = signer.public_key(SEED), signer.sign(SEED, data)
    bent = bytearray(sig)
    bent[flip // 8] ^= 1 << flip % 8
    other = signer.public_key(identity_seed("Birch"))
    assert (len(pub), len(sig), signer.sign(SEED, data) == sig) == (32, 64, True)
    assert [
        signer.verify(*given) for given in ((pub, data, sig), (pub, data + b".", sig), (other, data, sig))
    ] == [True, False, False]  # fmt: skip
    assert not signer.verify(pub, data, bytes(bent))


@pytest.mark.parametrize("signer", SIGNERS)
@given(pub=st.binary(max_size=70), sig=st.binary(max_size=70), data=st.binary(max_size=70))
def test_any_bytes_may_be_handed_in(signer: Signer, pub: bytes, sig: bytes, data: bytes) -> None:
    assert not signer.verify(pub, data, sig)
    assert not signer.verify(bytes(32), data, bytes(64))
