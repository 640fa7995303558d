"""Sessions: HELLO, catching up, what goes when a neighbour goes; two and more providers joined by hand."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p4lab.core.contract import Linked, Received, Unlinked
from p4lab.core.events import GetFinished
from p4lab.core.messages import Hello, SyncItems
from p4lab.core.neighbours import Role
from p4lab.core.options import Mesh as MeshMode
from p4lab.core.provider import Provider
from p4lab.core.records import announcement, unauthenticated
from p4lab.core.redirect import Redirect
from p4lab.core.signing import Modelled
from tests.core.forest import Forest
from tests.core.mesh import AUTH, GB, IMM, KV, QUIET, UNAUTH, K, Mesh

INF = float("inf")


def test_a_link_that_comes_back_brings_what_was_missed() -> None:
    mesh = Mesh(3)
    mesh.put("A", "x", "1", KV)
    mesh.put("A", "y", "1", K)
    mesh.deliver()
    assert mesh.cut("AB") == ["A is cut from B", "B is cut from A"]
    mesh.put("A", "x", "2", KV)
    mesh.put("A", "x", "3", KV)
    mesh.put("A", "y", "2", GB)
    mesh.put("B", "z", "b", KV)
    mesh.deliver()
    assert mesh.stores("B") == {"L": [("v1", INF)], "R": [("v1", INF)], "P": [("v1", INF)]}
    mesh.join("AB")
    assert mesh.deliver() == [
        "B is joined with A",
        "B>A UPDATE V v1",
        "B>A SYNC_D",
        "A is joined with B",
        "A>B UPDATE V v3",  # the newest of each name, once
        "A>B UPDATE W v2",
        "A>B SYNC_D",
        "A keeps R v1 from B",
        "A>B SYNC_I",
        "B keeps R v3 from A",
        "B drops P: withdrawn: the name is get-broadcast now",
        "B>A SYNC_I",
        "B has caught up with A: 0, 0 new",
        "A has caught up with B: 0, 0 new",
    ]
    assert mesh.stores("B") == {"L": [("v1", INF)], "R": [("v3", INF)]}


def test_a_get_does_not_wait_for_who_is_cut_off_and_says_so() -> None:
    """Golden trace 6 of protocol section 5.17."""
    mesh = Mesh(3)
    mesh.put("B", "k", "b", GB, kind=UNAUTH)
    mesh.cut("AB")
    op = mesh.get("A", "k", kind=UNAUTH)
    assert mesh.deliver() == ["C>A GETR miss", "A get PARTIAL silent B"]
    assert mesh.answers[op].outcome == "PARTIAL"


def test_a_question_under_way_ends_when_its_last_link_is_cut() -> None:
    mesh = Mesh(2)
    mesh.get("A", owner="B")
    assert mesh.cut("AB") == ["A is cut from B", "A get PARTIAL silent B", "B is cut from A"]


def test_a_late_joiner_receives_the_put_broadcast_table_and_no_more() -> None:
    mesh = Mesh(4, holes=("AD", "BD", "CD"))
    mesh.put("A", "x", "1", KV)
    mesh.put("B", "y", "1", K)
    mesh.put("C", "z", "1", GB)
    mesh.put("A", None, "blob", KV, kind=IMM)
    mesh.put("B", "log", "one", KV, kind=UNAUTH)
    mesh.deliver()
    mesh.join("AD", "BD", "CD")
    log = mesh.deliver()
    assert [line for line in log if line.startswith("D ") and ":" in line] == [
        "D has caught up with A: 2, 2 new",
        "D has caught up with B: 2, 2 new",
        "D has caught up with C: 0, 0 new",
    ]
    assert mesh.stores("D") == {"R": [("v1", INF), ("blob", INF), ("one", INF)], "P": [("v1", INF)]}


def test_what_was_stored_survives_a_crash_and_nothing_else_does() -> None:
    mesh = Mesh(3)
    mesh.put("A", "x", "1", KV)
    mesh.put("B", "own", "1", GB)
    mesh.put("C", "y", "1", GB)
    mesh.deliver()
    mesh.get("B", "y", owner="C")
    mesh.deliver()
    assert mesh.stores("B") == {"L": [("v1", INF)], "R": [("v1", INF)], "C": [("v1", 60.0)]}
    mesh.crash("B")
    mesh.put("A", "x", "2", KV)
    mesh.deliver()
    assert mesh.restart("B") == 2
    assert mesh.stores("B") == {"L": [("v1", INF)], "R": [("v1", INF)]}
    mesh.deliver()
    assert mesh.stores("B") == {"L": [("v1", INF)], "R": [("v2", INF)]}


def test_depeering_drops_what_came_that_way() -> None:
    mesh = Mesh(3)
    mesh.put("A", "x", "1", KV)
    mesh.put("A", "y", "1", K)
    mesh.put("C", "z", "1", KV)
    mesh.deliver()
    mesh.cut("AB", "unpeered", gone=True)
    mesh.deliver()
    assert (mesh.stores("B"), mesh.stores("A")) == ({"R": [("v1", INF)]}, {"L": [("v1", INF)] * 2, "R": [("v1", INF)]})
    mesh.get("B", "x")
    mesh.deliver()
    assert mesh.log[-1] == "B get NOT_FOUND"  # a hole, as if they had never peered


def test_what_two_tell_of_survives_the_depeering_of_one() -> None:
    """An owner who moved is told of by both; the copy that came through one comes again from the other."""
    mesh = Mesh(3)
    mesh.put("A", "x", "1", KV, identity="me")
    mesh.put("B", "x", "1", KV, identity="me", seq=1)  # the same record at the new provider
    mesh.deliver()
    mesh.cut("BC", "unpeered", gone=True)
    mesh.deliver()
    assert mesh.stores("C") == {"R": [("v1", INF)]}


def test_a_child_that_is_out_of_reach_answers_no_more_through_its_parent() -> None:
    forest = Forest()
    forest.put("a", "g", "1")
    forest.put("a", "v", "1", KV)
    forest.cut("Aa")
    assert forest.held("A") == {"S": ["1"]}  # what nobody would be told of changes to is dropped
    assert forest.get("B", "g")[-1] == "B get PARTIAL silent a"
    forest.put("a", "g", "2")
    assert forest.get("a", "elsewhere")[-1] == "a get PARTIAL silent A"
    forest.join("Aa")
    assert forest.held("A") == {"S": ["1", "2"]}
    assert forest.get("B", "g")[-1] == "B get OK remote 2"


def test_an_older_copy_than_that_of_a_child_out_of_reach_is_called_stale() -> None:
    forest = Forest()
    forest.put("A", "k", "old")
    forest.put("a", "k", "new")
    assert forest.get("A", "k")[-1] == "A get OK local new"
    forest.cut("Aa")
    assert forest.get("A", "k")[-1] == "A get OK remote old silent a"
    assert [event.stale for event in forest.events if isinstance(event, GetFinished)] == [False, True]


def test_what_a_whole_subtree_missed_comes_down() -> None:
    forest = Forest({"A": "", "B": "", "a": "A", "aa": "a", "ab": "a"})
    forest.cut("Aa")
    forest.put("B", "k", "1", KV)
    forest.put("aa", "up", "1", KV)
    assert (forest.held("aa"), forest.held("B")) == ({"L": ["1"]}, {"L": ["1"]})
    forest.join("Aa")
    assert [forest.held(name) for name in ("A", "a", "aa", "ab", "B")] == [
        {"S": ["1"], "R": ["1"]},
        {"S": ["1"], "R": ["1"]},
        {"L": ["1"], "R": ["1"]},
        {"R": ["1", "1"]},
        {"L": ["1"], "R": ["1"]},
    ]


def test_depeering_reaches_the_children() -> None:
    forest = Forest()
    forest.put("C", "k", "1", KV)
    assert forest.held("a") == {"R": ["1"]}
    forest.cut("AC", why="unpeered", gone=True)
    assert (forest.held("A"), forest.held("a"), forest.held("B")) == ({}, {}, {"R": ["1"]})


def test_what_came_from_below_goes_with_the_child_for_everybody() -> None:
    """Or a version that was put-broadcast would stay where nobody can withdraw it; older marks change nothing."""
    forest = Forest({"A": "", "B": "", "b": "B", "a": "A"})
    for value, regime in (("1", K), ("2", GB), ("3", KV)):
        forest.put("a", "k", value, regime)
    assert (forest.held("B"), forest.held("b")) == ({"R": ["3"]}, {"R": ["3"]})
    forest.cut("Aa", why="detached", gone=True)
    assert [forest.held(name) for name in "ABb"] == [{}, {}, {}]
    forest.put("a", "k", "4")
    forest.join("Aa", roles=(Role.CHILD, Role.PARENT))
    assert [forest.held(name) for name in "ABb"] == [{"S": ["4"]}, {}, {}]


def test_roles_must_fit() -> None:
    forest = Forest()
    # a is a child: it does not peer, and A is no child of what it peers with
    assert forest.join("aB", roles=(Role.PEER, Role.PEER)) == ["a refuses B: ROLE_MISMATCH", "B>a HELLO"]
    assert forest.join("AB", roles=(Role.PARENT, Role.CHILD))[0] == "A refuses B: ROLE_MISMATCH"
    # c has a parent already; a cannot be above the A that it hangs below
    lone = Forest({"A": "", "a": "A", "b": "a", "X": ""})
    lone.cut("AX", why="unpeered", gone=True)
    assert lone.join("bX", roles=(Role.PARENT, Role.CHILD))[0] == "b refuses X: HAS_PARENT"


def test_a_circle_of_parents_is_refused() -> None:
    forest = Forest({"A": "", "a": "A", "b": "a"})
    log = forest.join("Ab", roles=(Role.PARENT, Role.CHILD))
    assert [line for line in log if "refuses" in line] == ["b refuses A: CYCLE", "A refuses b: CYCLE"]


def test_a_circle_that_nobody_could_see_is_undone() -> None:
    """b does not know who stands above its parent; the news of A's ancestors comes round and shows it."""
    forest = Forest({"A": "", "a": "A", "b": "a"}, tells_ancestors=False)
    log = forest.join("Ab", roles=(Role.PARENT, Role.CHILD))
    assert [line for line in log if "refuses" in line] == ["a refuses A: CYCLE", "A refuses a: CYCLE"]


def test_a_role_that_the_other_does_not_see_is_refused() -> None:
    node = Provider(0, QUIET, Modelled(), 0.0)
    (hello,) = node.handle(Linked(1, Role.PEER), 0.0)
    assert (hello.dst, hello.message) == (1, Hello(b"", 48, Role.PEER))
    refused, bye = node.handle(Received(1, Hello(b"", 48, Role.CHILD), 1), 0.0)
    assert (refused.event.why, bye.message.why) == ("ROLE_MISMATCH", "ROLE_MISMATCH")
    assert node.handle(Received(1, Hello(b"", 48, Role.PEER), 2), 0.0) == []


def test_a_neighbour_that_came_back_unnoticed_is_greeted_again() -> None:
    node = Provider(0, QUIET, Modelled(), 0.0)
    node.handle(Linked(1, Role.PEER), 0.0)
    node.handle(Received(1, Hello(b"", 48, Role.PEER), 1), 0.0)
    again = node.handle(Received(1, Hello(b"", 48, Role.PEER, epoch=1), 2), 0.0)
    assert [type(each.message).__name__ for each in again if hasattr(each, "message")] == ["Hello", "SyncDigest"]


def test_items_that_nobody_asked_for_change_nothing() -> None:
    mesh = Mesh(2)
    mesh.put("A", "x", "1", KV)
    (flight,) = mesh.flights
    mesh.drop("A>B")
    mesh.send("A>B", SyncItems(b"", 0, (flight.message,)))
    assert (mesh.stores("B"), mesh.log[-1]) == ({}, "A>B UPDATE V v1")


def test_three_silent_questions_and_nobody_waits_any_more() -> None:
    mesh = Mesh(3, msgspec.structs.replace(QUIET, down_after=3))
    for attempt in range(3):
        mesh.get("A", f"k{attempt}")
        mesh.deliver("A>B", "B>A")
        mesh.drop("A>C")
        mesh.wait(2.0)
        assert mesh.log[-1] == "A get PARTIAL silent C"
    mesh.get("A", "k")
    mesh.drop("A>C")
    assert mesh.deliver()[-1] == "A get PARTIAL silent C"  # at once
    mesh.get("A", "other")
    mesh.deliver()  # C answers: it is back
    mesh.get("A", "again")
    assert mesh.deliver()[-1] == "A get NOT_FOUND"


def test_a_redirect_child_without_its_parent_says_so_at_once() -> None:
    forest = Forest()
    forest.put("b", "k", "1")
    assert forest.cut("Bb") == ["B is cut from b", "b is cut from B"]
    assert (forest.get("b", "k"), forest.put("b", "k", "2")) == (["b get E_AGAIN"], ["b put E_AGAIN"])
    assert forest.join("Bb")[-2:] == ["b is joined with B", "B is joined with b"]
    assert forest.get("b", "k") == ["b>B CREQ", "B>b CRESP hit", "b get OK remote 1"]


def test_a_redirect_childs_request_under_way_ends_with_the_link() -> None:
    node = Redirect(0, QUIET, 1)
    forest = Forest({"A": "", "b": "!A"})
    forest.silent = {"Ab"}
    forest.get("b", "k")
    assert forest.cut("Ab")[-1] == "b get E_AGAIN silent A"
    assert node.handle(Unlinked(1, "link"), 0.0)[0].event.why == "link"


# Relay mode (section 5.11): A - B - C - D in a row, and rings


def relayed(*holes: str, size: int = 4, **more: object) -> Mesh:
    return Mesh(size, msgspec.structs.replace(QUIET, mesh=MeshMode.RELAY, **more), holes=holes)


def test_a_question_is_passed_on_and_its_answer_comes_back() -> None:
    mesh = relayed("AC", "AD", "BD")
    mesh.put("D", "k", "far")
    mesh.get("A", "k", owner="D")
    assert mesh.deliver() == [
        "B>C GETQ",
        "C>D GETQ",
        "D>C GETR hit",
        "C>B GETR hit",
        "B>A GETR hit",
        "A keeps C v1 until 60",
        "A get OK remote far",
    ]


def test_a_question_that_comes_by_two_ways_is_answered_with_dup() -> None:
    """A ring of four: B and D both pass A's question on to C, and C to D: five questions, each answered once."""
    mesh = relayed("AC", "BD")
    mesh.get("A", "k", owner="C")
    log = mesh.deliver()
    assert (sum("GETQ" in line for line in log) + 2, sum("GETR" in line for line in log)) == (5, 5)
    assert "C>D GETR duplicate" in log and log[-1] == "A get NOT_FOUND"


def test_hops_end() -> None:
    mesh = relayed("AC", "AD", "BD", relay_hops=2)
    mesh.put("D", "k", "far")
    mesh.get("A", "k", owner="D")
    assert mesh.deliver()[-1] == "A get NOT_FOUND"


@pytest.mark.parametrize("regime", [K, KV])
def test_updates_are_passed_on_and_pointers_lead_from_hop_to_hop(regime: object) -> None:
    mesh = relayed("AC", "AD", "BD")
    mesh.put("D", "k", "far", regime)  # type: ignore[arg-type]  # one of the two
    mesh.deliver()
    op = mesh.get("A", "k", owner="D")
    mesh.deliver()
    answer = mesh.answers[op]
    assert isinstance(answer, GetFinished)
    assert (answer.values, answer.source) == (("far",), "replica" if regime is KV else "remote")


@given(st.integers(2, 6).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n * (n - 1) // 2 - 1)))))
@settings(deadline=None, max_examples=40)
def test_a_put_broadcast_takes_no_more_than_two_copies_per_link(drawn: tuple[int, set[int]]) -> None:
    """At most 2E - (N - 1) copies in relay mode, and everybody who can be reached has it (invariant 18)."""
    size, missing = drawn
    pairs = ["ABCDEF"[a] + "ABCDEF"[b] for a in range(size) for b in range(a + 1, size)]
    holes = tuple(pairs[i] for i in missing)
    links = [pair for pair in pairs if pair not in holes]
    mesh = relayed(*holes, size=size)
    mesh.put("A", "k", "v", KV)
    mesh.deliver()
    reached = {"A"}
    for _ in range(size):
        reached |= {end for pair in links if set(pair) & reached for end in pair}
    inside = sum(set(pair) <= reached for pair in links)
    copies = sum("UPDATE" in line for line in mesh.log)
    assert copies <= 2 * inside - (len(reached) - 1)
    assert {letter for letter in "ABCDEF"[:size] if mesh.stores(letter)} == reached


# Any pattern of outages (invariants 16, 17 and 21)

steps = st.one_of(
    st.tuples(st.just("cut"), st.sampled_from(["AB", "AC", "BC"])),
    st.tuples(st.just("join"), st.sampled_from(["AB", "AC", "BC"])),
    st.tuples(st.just("crash"), st.sampled_from("ABC")),
    st.tuples(st.just("put"), st.sampled_from("ABC"), st.sampled_from("xy"), st.sampled_from([GB, K, KV])),
    st.tuples(st.just("some"), st.integers(1, 5)),
)


@given(st.lists(steps, max_size=25), st.sampled_from(MeshMode))
@settings(deadline=None, max_examples=150)
def test_after_any_outages_all_know_the_newest_put_broadcast_version(script: list[tuple], mode: MeshMode) -> None:  # type: ignore[type-arg]  # of several shapes
    mesh = Mesh(3, msgspec.structs.replace(QUIET, mesh=mode))
    cut: set[str] = set()
    for number, step in enumerate(script):
        match step:
            case ("cut", pair) if pair not in cut:
                mesh.cut(pair)
                cut.add(pair)
            case ("join", pair) if pair in cut:
                mesh.join(pair)
                cut.remove(pair)
            case ("crash", letter):
                mesh.crash(letter)
                cut -= {pair for pair in cut if letter in pair}
                mesh.restart(letter)
            case ("put", letter, key, regime):
                mesh.put(letter, key, f"{number}", regime, identity="me")
            case ("some", count):
                for flight in mesh.flights[:count]:
                    mesh.flights.remove(flight)
                    mesh.arrive(flight)
    mesh.join(*sorted(cut))
    mesh.deliver()
    for key in "xy":
        seq = mesh.wallet.seqs.get(mesh.wallet.name(AUTH, key, None, "me")[0], 0)
        held = [provider_knows(mesh, letter, key) for letter in "ABC"]
        if max(held)[1]:  # put-broadcast, so all are to know it
            assert held == [(seq, True)] * 3 or max(held)[0] < seq, (key, held)
            assert len({version for version, _ in held}) == 1, (key, held)


def provider_knows(mesh: Mesh, letter: str, key: str) -> tuple[int, bool]:
    """The newest seq known there, and whether it is put-broadcast."""
    stores = mesh.providers["ABC".index(letter)].stores
    record = stores.newest_known(mesh.wallet.name(AUTH, key, None, "me")[0], mesh.now)
    return (0, False) if record is None else (record.version[0], record.regime is not GB)


def test_pointers_that_end_in_each_other_are_followed_once_round() -> None:
    """Found by a fault campaign: three providers passed one FETCH round until nobody had patience left."""
    mesh = relayed()
    told = announcement(unauthenticated(b"k", b"v", K, 60_000, 0))
    for node, via in ((0, 1), (1, 2), (2, 0)):
        mesh.providers[node].stores.keep("P", told, INF, 0, via)
    mesh.get("A", "k", kind=UNAUTH)
    log = mesh.deliver()
    # B asks C, which asks nobody; and again for the question that follows the pointer that led nowhere
    assert [line for line in log if line.endswith("FETCH")] == ["B>C FETCH", "B>C FETCH"]
    assert "NOT_FOUND" in log[-1]
