"""Commands: the fields of `[[do]]` rows, by the names of contracts section 2."""

from __future__ import annotations

import msgspec
import pytest

from p4lab.core.commands import VERBS, Get, Note, Put, SetLink, verb
from p4lab.core.names import Kind, Regime


def test_verbs_are_the_words_of_files() -> None:
    assert [verb(each) for each in (Put("A", "v"), SetLink(("A", "B")), Note("n"))] == ["put", "link", "note"]
    assert " ".join(VERBS) == (
        "put get remove move peer unpeer link attach detach crash restart partition heal misbehave "
        "add-provider add-organisation leave provider note"
    )


def test_a_put_reads_as_it_is_written() -> None:
    row = {"by": "Aster", "key": "k42", "value": "hello", "kind": "unauthenticated", "as": "Eve", "secret": "s"}
    put = msgspec.convert(row, Put)
    assert put == Put(
        "Aster", "hello", "k42", Kind.UNAUTHENTICATED, Regime.GET_BROADCAST, 60.0, identity="Eve", secret="s"
    )
    assert row.items() <= msgspec.to_builtins(put).items()


@pytest.mark.parametrize(("kind", "row"), [(Put, {"by": "A"}), (Get, {"by": "A", "kye": "k"}), (Note, {"text": 1})])
def test_what_is_missing_unknown_or_of_another_type(kind: type, row: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(row, kind)
