"""A remedy carried out: the recipe with that one change, or None where there is nothing to change."""

import msgspec

from p4lab.core.commands import Crash, Move, Put, Restart, SetLink
from p4lab.core.events import Crashed, LinkChanged, Moved
from p4lab.core.names import Regime
from p4lab.scenario.model import Do, Link, Peering
from p4lab.world import World
from p4lab.world.remedy import Broadcast, Lifetime, Option, Sound, Without
from p4lab.world.remedy import Peering as Peer
from tests.ui import runs
from ui.remedying import applied


def world() -> World:
    made = World()
    made.called = dict(enumerate(runs.NAMES))
    return made


def test_regime_and_ttl_of_a_workloads_key_and_of_what_was_put_by_hand() -> None:
    scenario = runs.scenario()
    hand = (Do(1.0, Put("Aster", "x", "news/1", ttl=60.0)),)
    told = applied(Broadcast("news/1", Regime.VALUE), (scenario, hand), world())
    assert told is not None
    assert (told[0].workload[0].regimes, told[1][0].command.regime) == ({"news/1": Regime.VALUE}, Regime.VALUE)
    told = applied(Lifetime("news/1", 1.0), (scenario, hand), world())
    assert told is not None
    assert [row.ttl for row in told[0].workload] == [1.0, 5.0, 5.0]
    assert told[1][0].command.ttl == 1.0
    assert applied(Lifetime("nobody's/1", 1.0), (scenario, ()), world()) is None


def test_without_a_crash_there_is_no_restart_and_of_two_cuts_the_right_one_goes() -> None:
    rows = (
        Do(2.0, Crash("Birch")), Do(3.0, Crash("Cedar")), Do(4.0, Restart("Birch")), Do(9.0, Restart("Cedar")),
        Do(5.0, SetLink(("Aster", "Elm"), up=False)), Do(5.0, SetLink(("Aster", "Birch"), up=False)),
    )  # fmt: skip
    scenario = runs.scenario(do=rows[:4])
    recipe = (scenario, rows[4:])
    crash, cut = Crashed(node=1, t=2.0, id=7), LinkChanged(a=0, b=1, latency=0.04, up=False, t=5.0, id=9)
    found = applied(Without(7), recipe, world(), crash)
    assert found == (msgspec.structs.replace(scenario, do=(rows[1], rows[3])), rows[4:])
    assert applied(Without(9), recipe, world(), cut) == (scenario, (rows[4],))
    assert applied(Without(9), (scenario, ()), world(), cut) is None


def test_a_link_without_faults_a_peering_and_an_option() -> None:
    faulty = runs.scenario(link=Link(latency=0.03, loss=0.2), peering=(Peering(between=("Aster", "Birch")),))
    found = applied(Sound("Aster", "Birch"), (faulty, (Do(1.0, SetLink(("Birch", "Aster"), loss=0.5)),)), world())
    assert found is not None
    assert (found[0].peering[0].loss, found[1][0].command.loss) == (0.0, 0.0)
    found = applied(Peer("Aster", "Cedar"), (faulty, ()), world())
    assert found is not None
    assert found[0].peering[-1].between == ("Aster", "Cedar")
    found = applied(Option("query_timeout", 4.0), (faulty, ()), world())
    assert found is not None
    assert found[0].options.query_timeout == 4.0
    assert applied(Peer("Aster", "Birch"), (faulty, ()), world()) is None


def test_who_does_not_move_goes_on_putting_where_they_were() -> None:
    rows = (
        Do(2.0, Move("Olive", "Cedar")), Do(3.0, Put("Cedar", "x", "blog", identity="Olive")),
        Do(4.0, Put("Cedar", "x", "page")), Do(5.0, Move("Olive", "Elm")),
        Do(6.0, Put("Elm", "x", "blog", identity="Olive")),
    )  # fmt: skip
    moved = Moved(identity="Olive", owner=b"o", src=0, dst=2, t=2.0, id=3)
    found = applied(Without(3), (runs.scenario(), rows), world(), moved)
    stays = Do(3.0, Put("Aster", "x", "blog", identity="Olive"))
    assert found == (runs.scenario(), (stays, *rows[2:]))
