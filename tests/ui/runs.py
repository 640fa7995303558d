"""Small real runs for the tests of the window: five providers, three keys, one in each regime."""

import msgspec
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from p4lab.core.names import Regime
from p4lab.scenario.model import Peering, Provider, Scenario, View, Workload
from p4lab.session.simulated import Simulated
from ui.player import Player
from ui.theme import LIGHT_ONLY, ThemeSwitch

NAMES = ("Aster", "Birch", "Cedar", "Dahlia", "Elm")


def scenario(**changes: object) -> Scenario:
    """20 s; a get-broadcast key of Aster's, a key-broadcast of Birch's, a value-broadcast of Elm's."""
    rows = (("news", "Aster", Regime.GET_BROADCAST), ("mail", "Birch", Regime.KEY), ("feed", "Elm", Regime.VALUE))
    made = Scenario(
        title="Small",
        about="A small run. It is for tests.",
        duration=20.0,
        view=View(key="news/1"),
        provider=tuple(Provider(name) for name in NAMES),
        peering=(Peering(among="all"),),
        workload=tuple(
            Workload(name, keys=1, owners=(owner,), regime=way, ttl=5.0, gets_per_second=0.4, updates_per_second=0.2)
            for name, owner, way in rows
        ),
    )
    return msgspec.structs.replace(made, **changes)


def player(**changes: object) -> Player:
    """A player with that run open."""
    made = Player(Simulated)
    made.open(Simulated(scenario(**changes)))
    return made


def theme() -> ThemeSwitch:
    """The light theme of the test application."""
    application = QApplication.instance()
    assert isinstance(application, QApplication), "the qtbot fixture makes one"
    return ThemeSwitch(application, LIGHT_ONLY)


def settle(qtbot: QtBot, made: Player) -> None:
    """Let the event loop run until the player has no work and every panel has seen where it is."""
    qtbot.waitUntil(lambda: made.work is None and not made._stale, timeout=10_000)
