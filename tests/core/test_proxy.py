"""DHT proxies: an organisation E between its customers and provider A, which peers with B; and one more, F, at E.

Node numbers: providers 0 and 1, their customers 2 and 3, the proxies 4 (E) and 5 (F), their customers 6 and 7.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p4lab.core.commands import Get, Put, Remove
from p4lab.core.contract import NEVER, Effect, Emit, Linked, Persist, Received, Requested, Send, Unlinked, Woke
from p4lab.core.customer import Customer
from p4lab.core.events import GetFinished, PutFinished, Rejected, Stored
from p4lab.core.messages import HIT, MISS, NEGATIVE, Answer, GetRequest, Leave, PutRequest, query_size
from p4lab.core.names import Scope
from p4lab.core.options import Options, Signatures, UnauthenticatedGets
from p4lab.core.proxy import Proxy
from p4lab.core.records import Record, authenticated, unauthenticated
from p4lab.core.signing import Modelled, identity_seed
from tests.core.mesh import AUTH, GB, IMM, KV, QUIET, UNAUTH, K, Mesh

SIGNER = Modelled()
E, F = 4, 5
INSIDE = {"scope": Scope.ORGANISATION}


class Town:
    """The nodes above, joined by hand. by: A, B, E or F."""

    def __init__(self, options: Options = QUIET, stores: tuple[bool, bool] = (True, False)) -> None:
        self.mesh = Mesh(2, options)
        wallet = self.mesh.wallet
        self.proxies = [Proxy(E, 0, options, SIGNER, stores[0]), Proxy(F, E, options, SIGNER, stores[1], 1)]
        self.mesh.disks += [{} for _ in range(4)]
        self.mesh.nodes += [*self.proxies, Customer(6, E, "E", wallet), Customer(7, F, "F", wallet)]
        self._ops = 0

    def put(self, by: str, value: str = "v", **more: Any) -> str:
        """Its code, and what else happened up to the answer."""
        return self._ask(by, Put(by, value, **{"key": "k", **more}))

    def get(self, by: str, owner: str = "E", **more: Any) -> str:
        """The line of its answer."""
        named = owner if more.get("kind", AUTH) is AUTH else None
        return self._ask(by, Get(by, **{"key": "k", "owner": named, **more}))

    def remove(self, by: str, key: str = "k", **more: Any) -> str:
        """Its code."""
        return self._ask(by, Remove(by, key, **more))

    def cut(self, node: int = E, above: int = 0) -> list[str]:
        return self.mesh.tell(node, Unlinked(above, "link", event=99))

    def join(self, node: int = E, above: int = 0) -> list[str]:
        return self.mesh.tell(node, Linked(above, event=99))

    def restart(self) -> int:
        """E has crashed and is back with what it had stored; how many copies it found."""
        self.proxies[0] = self.mesh.nodes[E] = proxy = Proxy(E, 0, self.mesh.options, SIGNER)
        return proxy.restore(self.mesh.disks[E], {}, self.mesh.now)

    def held(self, which: int = 0) -> dict[str, list[str]]:
        """What a proxy's stores hold, by their letter."""
        stores = self.proxies[which]._own.stores  # type: ignore[union-attr]  # asked of those that have them
        tables = {"L": stores.own, "C": stores.cache}
        return {
            letter: [(copy.record.value or b"").decode() for copies in table.values() for copy in copies]
            for letter, table in tables.items()
            if table
        }

    def _ask(self, by: str, command: Put | Get | Remove) -> str:
        self._ops += 1
        customer = {"A": 2, "B": 3, "E": 6, "F": 7}[by]
        self.mesh.tell(customer, Requested(command, self._ops, "w"))
        self.mesh.deliver()
        answer = self.mesh.answers[self._ops]
        return answer.outcome if isinstance(answer, PutFinished) else self.mesh.answer(self._ops)


def test_a_put_goes_through_both_proxies_and_is_kept_at_the_organisation() -> None:
    town = Town()
    assert town.put("F", regime=KV) == "OK"
    assert town.mesh.log == [
        "A keeps L v1", "E keeps L v1", "F put OK", "A>B UPDATE V v1", "B keeps R v1 from A",
    ]  # fmt: skip
    assert [town.get("B", "F"), town.get("E", "F")] == ["B get OK replica v", "E get OK local v"]
    assert town.get("F", "F") == "F get OK local v"  # what E says, passed on by a proxy without a store


def test_a_refused_put_is_kept_nowhere_and_the_verdict_is_the_providers() -> None:
    town = Town()
    town.put("A", identity="E", seq=5)
    town.mesh.log.clear()
    assert town.put("E", seq=4) == "E_SEQ_OLD"
    assert town.put("E", "x" * 1025) == "E_TOO_BIG"
    assert (town.mesh.log, town.held()) == (["E put E_SEQ_OLD", "E put E_TOO_BIG"], {})


def test_cut_off_own_data_stays_readable_and_a_put_is_passed_on_later() -> None:
    town = Town()
    town.put("E", "one")
    assert town.cut() == []
    assert [town.get("E"), town.get("F"), town.get("A")] == [
        "E get OK local one", "F get OK local one", "A get OK local one",
    ]  # fmt: skip
    assert [town.put("E", "two"), town.put("E", "three"), town.get("E"), town.get("A")] == [
        "OK_LOCAL", "OK_LOCAL", "E get OK local three", "A get OK local one",
    ]  # fmt: skip
    assert town.get("E", "A") == "E get E_AGAIN silent A"
    assert town.put("E", "four", cas=3) == "E_AGAIN"  # what is stored there cannot be known
    assert town.join() == ["A keeps L v3"]  # the newest alone
    assert [town.get("A"), town.put("E", "four")] == ["A get OK local three", "OK"]


def test_what_the_provider_refuses_later_hides_nothing_newer() -> None:
    town = Town()
    town.cut()
    assert town.put("E", "mine", seq=3) == "OK_LOCAL"
    town.put("A", "newer", identity="E", seq=7)
    assert town.join() == ["A rejects E: E_SEQ_OLD", "E drops L: superseded"]
    assert town.get("E") == "E get OK remote newer"


@pytest.mark.parametrize("kind", [AUTH, IMM, UNAUTH])
def test_a_scoped_put_never_leaves(kind: Any) -> None:
    town = Town()
    named: dict[str, Any] = {"kind": kind, "of": "v", "key": None} if kind is IMM else {"kind": kind}
    key = {"key": None} if kind is IMM else {}
    assert town.put("E", kind=kind, regime=KV, **key, **INSIDE) == "OK"
    assert town.mesh.log == [f"E keeps L{' v1' if kind is AUTH else ''}", "E put OK"]
    assert [town.get("E", **named), town.get("F", **named)] == ["E get OK local v", "F get OK local v"]
    assert [town.get(by, **named).split()[2] for by in "AB"] == ["NOT_FOUND", "NOT_FOUND"]
    town.cut()
    assert town.join() == []


def test_scope_may_only_rise_and_no_provider_takes_what_is_scoped() -> None:
    town = Town(stores=(False, False))
    assert town.put("E", **INSIDE) == "E_SCOPE"
    assert town.put("A", **INSIDE) == "E_SCOPE"
    town = Town()
    assert [town.put("E"), town.put("E", **INSIDE)] == ["OK", "E_SCOPE"]
    assert [town.put("E", key="p", **INSIDE), town.put("E", key="p"), town.get("B", key="p")] == [
        "OK", "OK", "B get OK remote v",
    ]  # fmt: skip


def test_a_hot_key_is_served_inside_for_what_is_left_of_its_ttl() -> None:
    town = Town()
    town.put("B", ttl=60)
    assert town.get("A", "B") == "A get OK remote v"  # A caches until 60
    town.mesh.wait(20)
    assert town.get("E", "B") == "E get OK remote v"
    assert town.mesh.log[-2:] == ["E keeps C v1 until 60", "E get OK remote v"]
    town.put("B", "new")
    town.mesh.wait(39)
    assert [town.get("E", "B"), town.get("F", "B")] == ["E get OK cached v", "F get OK cached v"]
    assert town.get("E", "B", min_version=2) == "E get OK remote new"
    town.cut()
    assert town.get("E", "B") == "E get OK cached new"
    town.mesh.wait(60)
    assert town.get("E", "B") == "E get E_AGAIN silent A"  # never beyond


def test_a_put_broadcast_name_is_asked_for_each_time() -> None:
    town = Town()
    town.put("B", regime=KV)
    town.put("B", regime=K, key="p")
    for _ in range(2):
        assert [town.get("E", "B"), town.get("E", "B", key="p")] == ["E get OK remote v"] * 2
    assert town.held() == {}


def test_a_set_holds_own_entries_and_those_of_outside() -> None:
    town = Town()
    town.put("B", "far", kind=UNAUTH, ttl=10)
    town.put("E", "own", kind=UNAUTH)
    town.put("E", "secret", kind=UNAUTH, **INSIDE)
    found = town.get("E", kind=UNAUTH)
    assert (found.split()[:4], set(found.split()[4:])) == (
        ["E", "get", "OK", "remote"], {"own", "secret"},
    )  # fmt: skip  # A answers from what it has and asks B behind the answer's back
    assert set(town.get("E", kind=UNAUTH).split()[4:]) == {"far", "own", "secret"}
    before = len(town.mesh.log)
    assert set(town.get("E", kind=UNAUTH).split()[4:]) == {"far", "own", "secret"}
    assert len(town.mesh.log) == before + 1  # for its TTL the set is whole here
    town.cut()
    town.mesh.wait(11)
    assert town.get("E", kind=UNAUTH) == "E get OK local own secret silent A"


def test_after_a_crash_own_data_the_scope_and_what_is_to_be_told_are_back() -> None:
    town = Town()
    town.put("E", "far", key="far")
    town.put("E", "secret", key="p", **INSIDE)
    town.put("B", "hot")
    town.get("E", "B")
    town.cut()
    town.put("E", "late", key="late")
    town.put("E", "mine", lease=5)
    town.mesh.wait(6)
    assert town.restart() == 3  # the lease of one has ended, and what was cached is lost
    assert town.held() == {"L": ["far", "secret", "late"]}
    assert (town.get("E", "B"), town.put("E", "v2", key="p", **INSIDE)) == ("E get E_AGAIN silent A", "OK")
    assert town.join() == ["A keeps L v1", "A keeps L v1 until 11"]  # its lease begins when the provider hears of it
    assert [town.get("A", key=key) for key in ("late", "p")] == ["A get OK local late", "A get NOT_FOUND"]
    assert town.restart() == 3
    assert town.join() == []


def test_the_papers_letter_answers_a_set_from_own_entries() -> None:
    town = Town(msgspec.structs.replace(QUIET, unauthenticated_gets=UnauthenticatedGets.LOCAL_ONLY))
    town.put("B", "far", kind=UNAUTH)
    town.put("E", "own", kind=UNAUTH)
    assert town.get("E", kind=UNAUTH) == "E get OK local own"


def test_an_identity_that_leaves_takes_its_data_along_but_not_what_never_leaves() -> None:
    town = Town()
    town.put("E")
    town.put("E", key="p", **INSIDE)
    owner = town.mesh.wallet.owner("E")
    town.mesh.send("F>E", Leave(9, b"n" * 32, NEGATIVE, owner, 1))
    assert (town.held(), town.mesh.log[-1]) == ({"L": ["v"]}, "E drops L: moved")
    assert [town.get("E"), town.get("E", key="p")] == ["E get OK remote v", "E get OK local v"]
    stubs = town.mesh.wallet.belongings("E", town.mesh.now)
    assert [stub.key for stub in stubs] == ["k"]  # what it puts again elsewhere


def test_a_quota_counts_inside_too() -> None:
    town = Town(msgspec.structs.replace(QUIET, max_entries=1))
    town.cut()
    assert [town.put("E"), town.put("E", key="p"), town.put("F", key="p"), town.put("E", "w")] == [
        "OK_LOCAL", "E_CAP", "OK_LOCAL", "OK_LOCAL",
    ]  # fmt: skip


def test_what_is_taken_back_is_gone_inside_and_outside_and_stays_inside_where_it_was() -> None:
    town = Town()
    town.put("E")
    town.put("E", key="p", **INSIDE)
    town.put("E", "one", kind=UNAUTH, secret="s")
    town.put("E", "two", kind=UNAUTH, secret="s")
    assert town.remove("E", value="one", kind=UNAUTH, secret="wrong") == "E_SECRET"
    assert town.remove("E", value="one", kind=UNAUTH, secret="s") == "OK"
    assert (town.remove("E"), town.get("E"), town.get("B")) == ("OK", "E get NOT_FOUND local", "B get NOT_FOUND remote")
    sent = len(town.mesh.log)
    assert (town.remove("E", key="p"), town.get("F", key="p")) == ("OK", "F get NOT_FOUND local")
    assert not any(line.startswith("A") for line in town.mesh.log[sent:])
    town.cut()
    assert town.remove("E", value="two", kind=UNAUTH, secret="s") == "OK_LOCAL"
    assert town.get("E", kind=UNAUTH) == "E get E_AGAIN silent A"
    town.join()
    assert town.get("A", kind=UNAUTH) == "A get NOT_FOUND"


def test_what_a_lying_provider_says_is_found_out() -> None:
    proxy = Proxy(E, 0, QUIET, SIGNER)
    proxy.handle(Received(6, GET, 1), 0.0)
    lie = msgspec.structs.replace(V1, value=b"x")
    found, told = proxy.handle(Received(0, Answer(9, V1.nid, 0, HIT, "OK", "remote", (lie,), V1.version), 2), 0.0)
    assert found == Emit(Rejected(node=E, op=9, nid=V1.nid, src=0, code="E_BAD_HASH"))
    assert told == Send(6, Answer(9, V1.nid, NEGATIVE, MISS, "PARTIAL", silent=(0,)))


def test_a_long_set_comes_page_by_page_with_what_nobody_outside_knows_at_its_end() -> None:
    town = Town()
    town.put("E", "own", kind=UNAUTH)
    town.put("E", "secret", kind=UNAUTH, **INSIDE)
    proxy = town.proxies[0]
    ask = GetRequest(50, FREE.nid, 80, UNAUTH, b"k")
    page = Answer(50, FREE.nid, 0, HIT, "OK", "remote", (FREE,), remaining=60.0, placemark=FREE.entry)
    proxy.handle(Received(6, ask, 1), 0.0)
    (first,) = proxy.handle(Received(0, page, 2), 0.0)
    assert isinstance(first, Send) and first.message == page
    proxy.handle(Received(6, msgspec.structs.replace(ask, after=FREE.entry), 3), 0.0)
    (last,) = proxy.handle(Received(0, msgspec.structs.replace(page, records=(OTHER,), placemark=b""), 4), 0.0)
    assert isinstance(last, Send) and isinstance(last.message, Answer)
    assert [record.value for record in last.message.records] == [b"b", b"secret"]


# One proxy alone, input by input


def done(effects: list[Effect]) -> list[Effect]:
    """What follows once everything is persisted."""
    return [effect for effect in effects if not isinstance(effect, Persist)]


V1 = authenticated(SIGNER, identity_seed("E"), b"k", b"v", GB, 60_000, 0, 1)
FREE, OTHER = (unauthenticated(b"k", value, GB, 60_000, 0) for value in (b"a", b"b"))
PUT = PutRequest(8, V1.nid, 0, V1)
GET = GetRequest(9, V1.nid, query_size(AUTH), AUTH, b"k", V1.owner)


def verdict(code: str, done: int = HIT, op: int = 8) -> Answer:
    return Answer(op, V1.nid, NEGATIVE, done, code, version=V1.version)


def test_nothing_is_kept_before_the_verdict_and_all_is_as_it_says() -> None:
    proxy = Proxy(E, 0, QUIET, SIGNER)
    assert proxy.handle(Received(6, PUT, 1), 0.0) == [Send(0, PUT)]
    assert proxy.handle(Received(6, GET, 2), 0.0) == [Send(0, GET)]
    kept = Stored(node=E, op=8, nid=V1.nid, store="L", seq=1, digest=V1.version[1][:8].hex(), regime="get-broadcast")
    assert done(proxy.handle(Received(0, verdict("OK"), 3), 1.0)) == [Emit(kept, leads=True), Send(6, verdict("OK"))]
    missed = Answer(9, V1.nid, NEGATIVE, MISS, "NOT_FOUND")
    (answer,) = proxy.handle(Received(0, missed, 4), 1.0)
    assert isinstance(answer, Send) and isinstance(answer.message, Answer)
    assert (answer.dst, answer.message.outcome, answer.message.source) == (6, "OK", "local")  # put meanwhile
    assert proxy.handle(Received(0, missed, 5), 1.0) == []
    assert proxy.wake_at == NEVER


@pytest.mark.parametrize("keeps", [True, False])
def test_every_request_ends_when_the_way_is_cut_or_time_runs_out(keeps: bool) -> None:
    told = "OK_LOCAL" if keeps else "E_AGAIN"
    cut, silent = Proxy(E, 0, QUIET, SIGNER, keeps), Proxy(E, 0, QUIET, SIGNER, keeps)
    for proxy in (cut, silent):
        proxy.handle(Received(6, GET, 1), 0.0)
        proxy.handle(Received(6, PUT, 2), 1.0)
    lost = Answer(9, V1.nid, NEGATIVE, MISS, "E_AGAIN", silent=(0,))
    sent = [effect for effect in cut.handle(Unlinked(0, "link", event=3), 2.0) if isinstance(effect, Send)]
    assert sent == [Send(6, lost), Send(6, verdict(told, HIT if keeps else MISS))]
    assert silent.wake_at == 8.0
    late = msgspec.structs.replace(lost, outcome="TIMEOUT")
    assert silent.handle(Woke(), 8.0) == [Send(6, late, cause=1)]
    ended = [effect for effect in silent.handle(Woke(), 9.0) if isinstance(effect, Send)]
    assert ended[0] == Send(6, verdict(told, HIT if keeps else MISS), cause=2)
    assert ended[1:] == ([Send(0, PUT)] if keeps else [])  # once more: it may have been lost


def test_a_put_is_told_again_until_the_provider_has_answered() -> None:
    proxy = Proxy(E, 0, QUIET, SIGNER)
    proxy.handle(Unlinked(0, "link"), 0.0)
    proxy.handle(Received(6, PUT, 2), 0.0)
    assert proxy.handle(Linked(0), 1.0) == [Send(0, PUT)]
    assert (proxy.handle(Woke(), 9.0), proxy.wake_at) == ([Send(0, PUT)], 17.0)
    assert proxy.handle(Received(0, verdict("E_AGAIN", MISS), 3), 10.0) == []
    assert (proxy.handle(Woke(), 18.0), proxy.wake_at) == ([Send(0, PUT)], 26.0)
    refused = Rejected(node=0, op=8, nid=V1.nid, src=E, code="E_CAP")
    assert done(proxy.handle(Received(0, verdict("E_CAP", MISS), 4), 19.0)) == [Emit(refused)]
    assert (proxy.wake_at, proxy.handle(Linked(0), 20.0)) == (NEVER, [])
    (answer,) = proxy.handle(Received(6, GET, 5), 20.0)  # own data stays own data
    assert isinstance(answer, Send) and isinstance(answer.message, Answer) and answer.message.source == "local"


def test_who_is_not_above_says_no_answers_and_who_is_asks_nothing() -> None:
    proxy = Proxy(E, 0, QUIET, SIGNER)
    proxy.handle(Received(6, GET, 1), 0.0)
    hit = Answer(9, V1.nid, 0, HIT, "OK", "local", (V1,), V1.version)
    assert proxy.handle(Received(6, hit, 2), 0.0) == []
    assert proxy.handle(Received(0, PUT, 3), 0.0) == []
    assert (proxy.handle(Unlinked(3, "link"), 0.0), proxy.handle(Linked(3), 0.0)) == ([], [])
    assert proxy.handle(Received(0, hit, 4), 0.0) == [Send(6, msgspec.structs.replace(hit, source="remote"))]


def test_a_further_proxy_is_the_more_patient_one() -> None:
    near, far = (
        Proxy(E, 0, Options(query_timeout=1.5, signatures=Signatures.MODELLED), SIGNER, True, n) for n in (0, 1)
    )
    for proxy in (near, far):
        proxy.handle(Received(6, GET, 1), 0.0)
    assert (near.wake_at, far.wake_at) == (6.0, 7.5)


# Always

RECORDS = [V1, FREE, OTHER]
steps = st.one_of(
    st.tuples(st.just("put"), st.sampled_from(RECORDS), st.booleans()),
    st.tuples(st.just("get"), st.sampled_from(RECORDS), st.booleans()),
    st.sampled_from([("cut",), ("join",), ("wait",), ("OK",), ("E_SEQ_OLD",), ("NOT_FOUND",)]),
)


@settings(deadline=None)
@given(st.lists(steps, max_size=25), st.booleans())
def test_every_request_is_answered_once_and_nothing_scoped_goes_up(script: list[Any], keeps: bool) -> None:
    proxy, now, op = Proxy(E, 0, QUIET, SIGNER, keeps), 0.0, 0
    above: list[Any] = []
    asked: list[int] = []
    answered: list[int] = []

    def perform(effects: list[Any]) -> None:
        for effect in effects:
            if isinstance(effect, Send) and effect.dst == 0:
                assert not (keeps and getattr(effect.message, "scoped", False))
                above.append(effect.message)
            elif isinstance(effect, Send):
                answered.append(effect.message.op)

    for step in [*script, ("join",), ("wait",), ("wait",)]:
        match step:
            case ("put", Record() as record, scoped):
                op += 1
                asked.append(op)
                perform(proxy.handle(Received(6, PutRequest(op, record.nid, 0, record, None, scoped), 1), now))
            case ("get", Record() as record, _):
                op += 1
                asked.append(op)
                perform(
                    proxy.handle(Received(6, GetRequest(op, record.nid, 0, record.kind, b"k", record.owner), 1), now)
                )
            case ("cut",):
                above.clear()
                perform(proxy.handle(Unlinked(0, "link"), now))
            case ("join",):
                perform(proxy.handle(Linked(0), now))
            case ("wait",):
                now = max(now, proxy.wake_at) if proxy.wake_at < NEVER else now
                perform(proxy.handle(Woke(), now))
            case (code,) if above:
                message = above.pop(0)
                perform(proxy.handle(Received(0, Answer(message.op, message.nid, 0, MISS, code), 1), now))
    while len(answered) < len(asked):
        now = proxy.wake_at
        assert now < NEVER, "somebody waits for ever"
        perform(proxy.handle(Woke(), now))
    assert sorted(answered) == asked


def test_gets_and_puts_of_customers_are_told_as_theirs() -> None:
    town = Town()
    town.put("E")
    town.get("F")
    finished = [event for event in town.mesh.events if isinstance(event, PutFinished | GetFinished)]
    assert [event.node for event in finished] == [E, F]
