"""The outbox: what neighbours that are down are told later."""

from __future__ import annotations

from p4lab.core.contract import Effect, Send, SendAll
from p4lab.core.messages import NEGATIVE, Answer, Update
from p4lab.core.names import Regime
from p4lab.core.neighbours import Neighbours, Role
from p4lab.core.outbox import Outbox
from p4lab.core.records import Record, announcement, authenticated
from p4lab.core.signing import Modelled

SEED = bytes(32)


def record(seq: int, regime: Regime = Regime.VALUE, key: bytes = b"k", lease: int = 0) -> Record:
    return authenticated(Modelled(), SEED, key, b"v%d" % seq, regime, 0, lease, seq)


def told(what: Record, *dsts: int) -> SendAll:
    return SendAll(dsts, Update(1, what.nid, 0, what))


def box() -> Outbox:
    near = Neighbours(0)
    near.add(Role.PEER, (1, 2))
    near.lower(2)
    return Outbox(near)


def test_those_who_are_there_are_told_and_the_others_later() -> None:
    outbox = box()
    answer: list[Effect] = [Send(9, Answer(1, b"", NEGATIVE, 1, "OK"))]
    both = told(record(1), 1, 2)
    assert outbox.post([*answer, both]) == [*answer, told(record(1), 1)]
    assert outbox.post([told(record(1, key=b"other"), 2)]) == []
    assert [update.record for update in outbox.flush(2)] == [record(1), record(1, key=b"other")]
    assert (outbox.flush(2), len(outbox)) == ([], 0)


def test_the_newest_of_each_name_is_kept() -> None:
    outbox = box()
    for what in (record(1), record(2, key=b"x"), record(2), announcement(record(3, Regime.GET_BROADCAST))):
        outbox.post([told(what, 2)])
    kept = [update.record for update in outbox.flush(2)]
    assert kept == [announcement(record(3, Regime.GET_BROADCAST)), record(2, key=b"x")]


def test_a_renewal_does_not_take_the_place_of_the_value() -> None:
    outbox = box()
    outbox.post([told(record(1, lease=5000), 2)])
    outbox.post([told(announcement(record(1, lease=5000)), 2)])
    assert [update.record for update in outbox.flush(2)] == [record(1, lease=5000)]


def test_who_is_no_neighbour_any_more_is_told_nothing() -> None:
    outbox = box()
    outbox.post([told(record(1), 2)])
    outbox.forget(2)
    assert outbox.flush(2) == []
