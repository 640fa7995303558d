"""The invariants of protocol section 7 that a mesh without children can break, under any order of events.

Numbers in the comments are those of section 7. Name "a" is put at one provider alone, "r" by its owner at any; "u" is a
set, "x" and "y" are immutable values; nothing has a lease here. Sessions are reliable: an UPDATE may be late, overtaken
or doubled, but not lost.
"""

from __future__ import annotations

from copy import deepcopy
from itertools import count
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from p4lab.core.events import GetFinished, GetStarted, Stored
from p4lab.core.messages import FETCH, FETCHR, GETQ, GETR, HIT, UPDATE, GetReply
from p4lab.core.names import Kind, Regime
from p4lab.core.options import Options, Quorum, Signatures, UnauthenticatedGets
from p4lab.core.records import UNVERSIONED, Record, fault
from p4lab.core.stores import Stores
from tests.core.mesh import AUTH, GB, IMM, KV, UNAUTH, Flight, K, Mesh

LETTER = st.sampled_from("ABC")
REGIME = st.sampled_from(Regime)
TTL = st.sampled_from((0.0, 1.0, 5.0))
VALUE = st.sampled_from(("x", "y"))
TIMEOUT = 2.0
LONGEST = 3 * TIMEOUT  # a pointer that fails, then everybody, then a joiner once more
BENT: list[dict[str, Any]] = [
    {"value": b"bent"}, {"sig": bytes(64)}, {"ttl_ms": 604_800_001}, {"ttl_ms": 1}, {"version": (99, b"x")},
    {"regime": GB}, {"regime": KV}, {"entry": b"beside"}, {"key": b""}, {"lease_ms": -1},
]  # fmt: skip


class Meshes(RuleBasedStateMachine):
    """Three providers in full mesh, driven by hand."""

    @initialize(
        mode=st.sampled_from(UnauthenticatedGets),
        parallel=st.booleans(),
        rule=st.sampled_from(("first", "all", Quorum(2))),
    )
    def begin(self, mode: UnauthenticatedGets, parallel: bool, rule: str | Quorum) -> None:
        options = Options(
            unauthenticated_gets=mode, parallel=parallel, authenticated_gets=rule, signatures=Signatures.MODELLED
        )
        self.mesh = Mesh(3, options)
        self.acked: dict[tuple[int, bytes], dict[bytes, int]] = {}  # what each provider acknowledged: entry -> seq
        self.owed: dict[int, dict[bytes, int]] = {}  # what the answer to a get must have at least
        self.highest: dict[tuple[int, str, bytes], tuple[int, bytes]] = {}
        self.judged: set[int] = set()
        self.values = count(1)

    # Customers

    @rule(regime=REGIME, ttl=TTL)
    def put_at_home(self, regime: Regime, ttl: float) -> None:
        self.put("A", key="a", value=str(next(self.values)), regime=regime, ttl=ttl)

    @rule(by=LETTER, seq=st.integers(1, 4), value=VALUE, regime=REGIME)
    def put_anywhere(self, by: str, seq: int, value: str, regime: Regime) -> None:
        self.put(by, key="r", value=value, regime=regime, seq=seq, identity="A")

    @rule(by=LETTER, value=VALUE, kind=st.sampled_from((IMM, UNAUTH)), regime=REGIME, ttl=TTL)
    def put_unsigned(self, by: str, value: str, kind: Kind, regime: Regime, ttl: float) -> None:
        self.put(by, key=None if kind is IMM else "u", value=value, kind=kind, regime=regime, ttl=ttl)

    @rule(by=LETTER, fault=st.sampled_from(({"value": "v" * 1025}, {"key": ""}, {"lease": 0.5}, {"cas": 77, "seq": 9})))
    def put_badly(self, by: str, fault: dict[str, Any]) -> None:
        stores = self.mesh.providers["ABC".index(by)].stores
        if "cas" in fault and stores.newest_known(self.nid("r"), self.mesh.now) is None:
            return  # compare-and-set is for what is there
        self.put(by, **{"key": "r", "value": "bad", "identity": "A", "seq": 9, **fault})

    def put(self, by: str, **fields: Any) -> None:
        provider = self.mesh.providers["ABC".index(by)]
        before, flights = self.known(provider.stores), len(self.mesh.flights)
        code = self.mesh.put(by, **fields)
        started = list(self.mesh.asked.values())[-1]
        if code.startswith("OK"):
            kept = next(event for event in self.mesh.events if isinstance(event, Stored) and event.op == started.op)
            copy = next(c for c in provider.stores.own[kept.nid] if c.event is kept)
            self.acked.setdefault((provider.me, kept.nid), {})[copy.record.entry] = copy.record.version[0]
        else:  # 12
            assert (self.known(provider.stores), len(self.mesh.flights)) == (before, flights)
            assert code in ("E_TOO_BIG", "E_KEY", "E_TTL", "E_CAS", "E_SEQ_OLD", "E_SEQ_CONFLICT", "E_REGIME")

    @rule(by=LETTER, name=st.sampled_from("aaruxy"), token=st.integers(0, 3))
    def get(self, by: str, name: str, token: int) -> None:
        node = "ABC".index(by)
        if name == "u":
            op = self.mesh.get(by, "u", kind=UNAUTH)
        elif name in "xy":
            op = self.mesh.get(by, None, of=name, kind=IMM)
        else:
            op = self.mesh.get(by, name, min_version=token)
        self.owed[op] = dict(self.acked.get((node, self.mesh.asked[op].nid), {}))

    # The network

    @precondition(lambda self: self.mesh.flights)
    @rule(data=st.data())
    def deliver(self, data: st.DataObject) -> None:
        self.arrive(self.mesh.flights.pop(self.one(data)))

    @precondition(lambda self: self.mesh.flights)
    @rule(most=st.integers(1, 12))
    def deliver_in_order(self, most: int) -> None:
        for _ in range(min(most, len(self.mesh.flights))):
            self.arrive(self.mesh.flights.pop(0))

    @precondition(lambda self: self.mesh.flights)
    @rule(data=st.data())
    def drop(self, data: st.DataObject) -> None:
        which = self.one(data)
        if self.mesh.flights[which].message.code != UPDATE:
            self.mesh.flights.pop(which)

    @precondition(lambda self: self.mesh.flights)
    @rule(data=st.data())
    def double(self, data: st.DataObject) -> None:
        self.mesh.flights.append(deepcopy(self.mesh.flights[self.one(data)]))

    @precondition(lambda self: any(_record(flight) for flight in self.mesh.flights))
    @rule(data=st.data(), change=st.sampled_from(BENT))
    def bend(self, data: st.DataObject, change: dict[str, Any]) -> None:
        """A peer sends something else than it should; what it should comes later."""
        flight = deepcopy(data.draw(st.sampled_from([each for each in self.mesh.flights if _record(each)])))
        sound = _record(flight)
        assert sound is not None
        record = msgspec.structs.replace(sound, **change)
        if flight.message.code == UPDATE:
            flight.message.record = record
        else:
            flight.message.records = (record,)
        self.mesh.arrive(flight)

    @rule(data=st.data(), at=LETTER, src=st.integers(0, 2))
    def say_unasked(self, data: st.DataObject, at: str, src: int) -> None:  # 10
        provider = self.mesh.providers["ABC".index(at)]
        questions = provider._resolution.asking.questions
        qid = data.draw(st.sampled_from([0, *questions]))
        if src == provider.me or (qid in questions and src in questions[qid].waiting):
            return
        before, log = self.known(provider.stores), len(self.mesh.log)
        self.mesh.arrive(Flight(src, provider.me, GetReply(1, self.nid("r"), 48, qid, HIT), 0))
        assert (self.known(provider.stores), len(self.mesh.log)) == (before, log)

    @rule(seconds=st.sampled_from((0.5, 1.0, 2.0, 5.0)))
    def wait(self, seconds: float) -> None:
        self.mesh.wait(seconds)

    def one(self, data: st.DataObject) -> int:
        return data.draw(st.integers(0, len(self.mesh.flights) - 1))

    def arrive(self, flight: Flight) -> None:
        """Deliver; a question has exactly one answer, from own data alone (9, 13), but for what a mark hides (5.3)."""
        before = len(self.mesh.flights)
        self.mesh.arrive(flight)
        if flight.message.code in (GETQ, FETCH):
            (reply,) = self.mesh.flights[before:]
            assert (reply.src, reply.dst, reply.message.qid) == (flight.dst, flight.src, flight.message.qid)
            assert reply.message.code == {GETQ: GETR, FETCH: FETCHR}[flight.message.code]
            stores, nid = self.mesh.providers[flight.dst].stores, flight.message.nid
            mark = stores.withdrawn.get(nid, UNVERSIONED)
            own = [copy for copy in stores.own.get(nid, []) if copy.record.version >= mark]
            assert list(reply.message.records) == [copy.record for copy in own]
            assert (reply.message.status == HIT) is bool(own)

    # What always holds

    @invariant()
    def stores_are_sound(self) -> None:
        for provider in self.mesh.providers:
            for store, table in _tables(provider.stores):
                for nid, copies in table.items():
                    assert all(fault(c.record, nid, self.mesh.signer) is None for c in copies)  # 1
                    assert store == "P" or all(c.record.value is not None for c in copies)
                    assert len({c.record.entry for c in copies}) == len(copies)
                    if store == "L":
                        assert {c.record.entry for c in copies} <= set(self.acked[provider.me, nid])  # 13
                    first = copies[0].record
                    if first.kind is AUTH and (store != "C" or first.key != b"r"):
                        key = provider.me, store, nid
                        assert first.version >= self.highest.get(key, UNVERSIONED)  # 2
                        self.highest[key] = first.version

    @invariant()
    def what_is_older_is_gone(self) -> None:
        """Section 5.3: L drops older copies, R drops C and P, P drops R; what is withdrawn stays away."""
        for provider in self.mesh.providers:
            copies = dict(_tables(provider.stores))
            for store, table in copies.items():
                for nid, held in table.items():
                    versions = [c.record.version for c in copies["L"].get(nid, [])]
                    versions += [c.record.version for c in copies["R"].get(nid, []) if store == "C"]
                    versions += [provider.stores.withdrawn.get(nid, UNVERSIONED)] if store != "L" else []
                    assert all(c.record.version >= version for c in held for version in versions)
            both = copies["R"].keys() & copies["P"].keys()
            told = [{c.record.entry for c in copies[store][nid]} for nid in both for store in "RP"]
            assert all(r.isdisjoint(p) for r, p in zip(told[::2], told[1::2], strict=True))

    @invariant()
    def questions_are_few(self) -> None:
        for flight in self.mesh.flights:
            if flight.message.code in (UPDATE, GETQ, FETCH):
                assert self.mesh.asked[flight.message.op].node == flight.src  # 8
        for provider in self.mesh.providers:
            still = [q.request.nid for q in provider._resolution.asking.questions.values() if not q.answered]
            assert len(still) == len(set(still))  # 14

    @invariant()
    def answers_are_right(self) -> None:
        for op, answer in self.mesh.answers.items():
            if op not in self.judged and isinstance(answer, GetFinished):
                self.judge(op, answer)
            self.judged.add(op)
        for op in self.owed.keys() - self.mesh.answers.keys():
            assert self.mesh.now - self.mesh.asked[op].t <= LONGEST  # 23

    def judge(self, op: int, answer: GetFinished) -> None:
        owed, started = self.owed[op], self.mesh.asked[op]
        assert answer.latency <= LONGEST
        if answer.outcome != "OK":
            assert not owed  # 3, 4
            return
        assert isinstance(started, GetStarted)
        if started.kind == UNAUTH.value:
            assert {entry[:8].hex() for entry in owed} <= set(answer.entries)
        elif owed:
            assert answer.seq >= max(owed.values())
        copy = next(event for event in self.mesh.events if event.id == answer.copy)
        assert isinstance(copy, Stored)
        if answer.source == "cached":
            assert copy.until is not None and copy.until > started.t  # 7

    def teardown(self) -> None:
        """All that is under way arrives, and everybody is answered: 16, 17, 18, 20."""
        if not hasattr(self, "mesh"):
            return
        while self.mesh.flights:
            self.deliver_in_order(1)
        self.mesh.wait(LONGEST)
        while self.mesh.flights:
            self.deliver_in_order(1)
        self.answers_are_right()
        assert self.owed.keys() <= self.mesh.answers.keys()
        stores = [provider.stores for provider in self.mesh.providers]
        for nid in {nid for each in stores for nid in each.own}:
            own = [copy.record for each in stores for copy in each.own.get(nid, [])]
            if own[0].kind is AUTH:
                self.settled(nid, max(own, key=lambda record: record.version), stores)
                continue
            for record in own:
                for each in stores:
                    here = {copy.record.entry for _, copy in each.readable(nid, self.mesh.now)}
                    told = {copy.record.entry for copy in each.live("P", nid, self.mesh.now)}
                    assert record.regime is not KV or record.entry in here
                    assert record.regime is not K or record.entry in here | told

    def settled(self, nid: bytes, newest: Record, stores: list[Stores]) -> None:
        for each in stores:
            known = each.newest_known(nid, self.mesh.now)
            best = each.best(nid, self.mesh.now)
            if newest.regime is KV:
                assert best is not None and best[1].record.version == newest.version
            elif newest.regime is K:
                assert known is not None and known.version == newest.version
            elif newest.key != b"r":
                assert nid not in each.replicas and nid not in each.pointers

    def nid(self, name: str) -> bytes:
        return self.mesh.wallet.name(AUTH, name, None, "A")[0]

    def known(self, stores: Stores) -> list[Any]:
        return [deepcopy(table) for _, table in _tables(stores)] + [dict(stores.withdrawn)]


def _tables(stores: Stores) -> list[tuple[str, dict[bytes, list[Any]]]]:
    return [("L", stores.own), ("R", stores.replicas), ("P", stores.pointers), ("C", stores.cache)]


def _record(flight: Flight) -> Record | None:
    """The first record that a message carries."""
    message = flight.message
    if message.code == UPDATE:
        return message.record  # type: ignore[no-any-return]  # messages of flights are not typed
    return next(iter(message.records), None) if message.code in (GETR, FETCHR) else None


Meshes.TestCase.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
TestMeshes = Meshes.TestCase


DEEDS = st.lists(st.tuples(st.sampled_from("kl"), st.sampled_from(("x", "y")), st.sampled_from(Regime)), max_size=20)


@given(DEEDS, st.booleans())
def test_one_provider_is_a_dictionary(deeds: list[tuple[str, str, Regime]], parallel: bool) -> None:  # 25
    """Whatever the regime, with nobody to tell and nobody to ask."""
    mesh = Mesh(1, Options(parallel=parallel, signatures=Signatures.MODELLED))
    signed: dict[str, str] = {}
    free: dict[str, list[str]] = {}
    for key, value, regime in deeds:
        assert mesh.put("A", key, value, regime) == "OK"
        signed[key] = value
        mesh.put("A", key, value, KV, kind=UNAUTH)
        free[key] = [each for each in free.get(key, []) if each != value] + [value]
        mesh.wait(1.0)
    for key in "klm":
        one, many = mesh.answer(mesh.get("A", key)), mesh.answer(mesh.get("A", key, kind=UNAUTH))
        assert one == (f"A get OK local {signed[key]}" if key in signed else "A get NOT_FOUND")
        assert many == (f"A get OK local {' '.join(free[key])}" if key in free else "A get NOT_FOUND")
    assert mesh.flights == []
