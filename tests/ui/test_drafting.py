"""Edits: at the start they change how the network begins, later they are commands, and both in one place."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from p4lab.core.commands import Attach, Detach, Leave, Peer, Put, SetLink, SetProvider, Unpeer
from p4lab.scenario.model import Link, Organisation, Peering, Provider, Scenario, every_link
from p4lab.session.simulated import Simulated
from tests.ui.runs import settle
from ui.drafting import Drafting
from ui.player import Player
from ui.toolbox import CHILD, Toolbox

THREE = Scenario(
    title="Three",
    duration=20.0,
    provider=tuple(Provider(name) for name in ("Aster", "Birch", "Cedar")),
    organisation=(Organisation("House", "Cedar"),),
    peering=(Peering(between=("Aster", "Birch")),),
)
ASTER, BIRCH, CEDAR = range(3)


class Board:
    """A player with that network, and what was told."""

    def __init__(self, qtbot: QtBot, scenario: Scenario) -> None:
        self.bot, self.player, self.tools = qtbot, Player(Simulated), Toolbox()
        self.player.open(Simulated(scenario))
        self.faults: list[str] = []
        self.told: list[str] = []
        self.added: list[list[str]] = []
        self.draft = Drafting(self.player, self.tools, self.faults.append, self.told.append)
        self.draft.added = self.added.append

    def at(self, t: float) -> Drafting:
        self.player.seek(t)
        settle(self.bot, self.player)
        return self.draft

    @property
    def commands(self) -> list[object]:
        settle(self.bot, self.player)
        return [done.command for done in self.player.branches.current.commands]


@pytest.fixture
def board(qtbot: QtBot) -> Iterator[Board]:
    made = Board(qtbot, THREE)
    yield made
    made.player.close()


def test_at_the_start_links_are_of_the_scenario_and_later_commands(board: Board) -> None:
    draft, slow = board.draft, Link(latency=0.1, loss=0.2)
    draft.peer(ASTER, CEDAR)
    draft.unpeer(ASTER, BIRCH)
    draft.set_link(ASTER, CEDAR, Link(), slow)
    assert {pair: link.loss for pair, link in every_link(board.player.scenario).items()} == {(0, 2): 0.2}
    draft.attach(BIRCH, ASTER)
    assert board.player.scenario.provider[1].parent == "Aster"
    assert board.commands == []
    draft = board.at(2.0)
    draft.detach(BIRCH)
    draft.peer(BIRCH, CEDAR)
    draft.set_link(ASTER, CEDAR, slow, Link(latency=0.1))
    draft.unpeer(BIRCH, CEDAR)
    draft.attach(BIRCH, CEDAR)
    draft.set_provider("Cedar", customers=5)
    draft.remove(["House"])
    assert board.commands == [
        Detach("Birch"), Peer(("Birch", "Cedar")), SetLink(("Aster", "Cedar"), loss=0.0), Unpeer(("Birch", "Cedar")),
        Attach("Birch", "Cedar"), SetProvider("Cedar", customers=5), Leave("House"),
    ]  # fmt: skip
    assert board.faults == []


def test_what_cannot_be_is_said_before_it_is_tried(board: Board) -> None:
    draft = board.draft
    draft.attach(CEDAR, BIRCH)
    house = next(node for node, name in board.player.world.called.items() if name == "House")
    assert [
        draft.why_not_peer(ASTER, BIRCH), draft.why_not_peer(ASTER, CEDAR), draft.why_not_peer(ASTER, house),
        draft.why_not_attach(BIRCH, CEDAR), draft.why_not_attach(CEDAR, ASTER), draft.why_not_attach(ASTER, CEDAR),
        draft.why_not_begin(CHILD, house),
    ] == [
        "Aster and Birch peer already.", "Cedar is a child, and only top-level providers peer.",
        "House is an organisation: only providers peer.", "Cedar is below Birch itself.",
        "Cedar is below Birch already: detach it first.", "", "House is an organisation: only providers hang.",
    ]  # fmt: skip
    draft.unpeer(ASTER, CEDAR)
    assert board.faults == ['"Aster" and "Cedar" do not peer']
    board.at(20.0)
    assert draft.why_not() == "The run is over here: go back a little, or start again."


def test_an_edit_of_the_start_keeps_what_was_done_by_hand(board: Board) -> None:
    board.at(3.0)
    board.player.submit(Put("Cedar", "hello", "k1"))
    board.player.submit(Put("Aster", "hello", "k2"))
    board.at(0.0).rename("Aster", "Zinnia")
    assert [each.by for each in board.commands if isinstance(each, Put)] == ["Cedar", "Zinnia"]
    board.draft.remove(["Cedar"])
    assert [each.by for each in board.commands if isinstance(each, Put)] == ["Zinnia"]
    assert board.told == ["House was a customer of Cedar and is gone too. 1 command that named it is gone."]
    board.player.history.undo()
    settle(board.bot, board.player)
    assert [each.by for each in board.commands if isinstance(each, Put)] == ["Cedar", "Zinnia"]


def test_whoever_had_no_place_stands_where_it_stood_when_somebody_comes(board: Board) -> None:
    board.draft.pins = lambda: {"Aster": (0.1, 0.2), "Cedar": (0.7, 0.4)}
    board.tools.toggle("meshed")
    board.draft.add_provider((0.5, 0.5))
    rows = {row.name: row.position for row in board.player.scenario.provider}
    assert rows == {"Aster": (0.1, 0.2), "Birch": None, "Cedar": (0.7, 0.4), "Dahlia": (0.5, 0.5)}
    assert (3, 0) not in every_link(board.player.scenario)
    assert board.added == [["Dahlia"]]
    assert board.player.history.undo_text == "adding Dahlia"


def test_several_at_once_are_one_step(board: Board) -> None:
    board.at(4.0).set_customers(["Aster", "Birch"], 7)
    assert board.commands == [SetProvider("Aster", customers=7), SetProvider("Birch", customers=7)]
    board.at(2.0).reset_faults([(0, 1)])  # in the past: another branch
    clean = {"loss": 0.0, "duplicate": 0.0, "reorder": 0.0, "corrupt": 0.0}
    assert board.commands == [SetLink(("Aster", "Birch"), **clean)]
    assert [branch.name for branch in board.player.branches.all] == ["A", "B"]
    assert board.player.history.undo_text.startswith("link")
    board.at(3.0).remove([f"P{i}" for i in range(501)])
    assert board.faults == ["501 commands are too many for one moment. Go to the start: there it is one edit."]
