"""What the pages of an inspector ask the run: folds made when they are first asked, and anew for another run.

Rules: one for each inspector; nothing is kept but the folds.
"""

from p4lab.core.events import Pair, pair_of
from p4lab.scenario.model import Link, every_link
from p4lab.trace import Trace
from p4lab.world import World
from p4lab.world.causes import Causes
from p4lab.world.owed import Owing
from p4lab.world.stock import Stock
from p4lab.world.traffic import Traffic
from ui.player import Player

RELAY = "relay"  # the option `mesh` under which peers pass on what peers tell


class Reads:
    """Of the run that the player shows."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self._of: tuple[World, Trace] | None = None
        self._scenario: object = None
        self._usual: dict[Pair, Link] = {}
        self._make()

    @property
    def stock(self) -> Stock:
        """Who has what."""
        self._make()
        return self._stock

    @property
    def traffic(self) -> Traffic:
        """Who sent what."""
        self._make()
        return self._traffic

    @property
    def owing(self) -> Owing:
        """Who owes whom what."""
        self._make()
        return self._owing

    @property
    def causes(self) -> Causes:
        """What goes back to what."""
        self._make()
        return self._causes

    def usual(self, a: int, b: int) -> Link:
        """How the scenario makes the link between two nodes."""
        self._make()
        scenario = self._player.session.scenario
        link = self._usual.get(pair_of(a, b))
        if link is None:
            latency = self._player.world.links.get(pair_of(a, b), scenario.link.latency)
            return Link(latency=latency)
        return link

    def moment(self) -> float:
        """When the last Event up to the playhead happened."""
        trace = self._player.trace
        count = trace.index_at(self._player.playhead)
        return trace.time_of(count - 1) if count else -1.0

    def _make(self) -> None:
        player = self._player
        scenario = player.session.scenario
        if self._scenario is not scenario:
            self._scenario = scenario
            self._usual = every_link(scenario)
        if self._of is not None and self._of[0] is player.world and self._of[1] is player.trace:
            return
        self._of = player.world, player.trace
        self._stock = Stock(player.world)
        self._traffic = Traffic(player.trace, player.world)
        self._owing = Owing(player.world, scenario.options.mesh.value == RELAY)
        self._causes = Causes(player.trace)
