"""A name stands for the key of whoever has shown it, for nobody's where several do, and never for another member's."""

import pytest

from p4lab.core.events import Identified
from p4lab.session.signers import Signers

PEOPLE = ["Ann", "Ben", "Cleo"]
ANN, BEN, CLEO = range(3)
KEYS = [bytes([seat]) * 32 for seat in range(3)]


def test_whose_key_a_name_is() -> None:
    signers = Signers(PEOPLE)
    for seat, name in ((BEN, "Ben"), (BEN, "me"), (CLEO, "me"), (ANN, "me too"), (CLEO, "Ann"), (CLEO, "shop")):
        signers.learn(Identified(node=seat, name=name, owner=KEYS[seat]))
    assert signers.key_of("Ben", ANN) == KEYS[BEN]
    assert signers.key_of("shop", ANN) == KEYS[CLEO]
    assert signers.key_of("me too", ANN) is None  # our own
    assert signers.key_of("Ann", ANN) is None  # though it was not used yet
    assert signers.key_of("me", CLEO) is None  # what we call me is ours
    assert signers.key_of("ab" * 32, ANN) == bytes.fromhex("ab" * 32)
    for name, why in (
        ("Ann", "Nobody here has signed as “Ann” yet, so it is not known whose key that is."),
        ("x" * 64, f"Nobody here has signed as “{'x' * 64}” yet, so it is not known whose key that is."),
        ("me", "Ben and Cleo all sign as “me”: say whose by the hash of the key, " + " or ".join(
            KEYS[seat].hex() for seat in (BEN, CLEO)) + "."),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="sign") as fault:
            signers.key_of(name, BEN if name == "Ann" else ANN)
        assert str(fault.value) == why
