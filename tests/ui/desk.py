"""A window with a person before it, whose dialogs are answered by the test."""

from pathlib import Path

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from p4lab.scenario.model import Link, Scenario
from p4lab.scenario.write import write
from p4lab.session.base import Session
from p4lab.session.joining import Attempt, Wish
from p4lab.session.lab import LiveLab
from p4lab.session.simulated import Simulated
from tests.ui import runs
from ui.dialogs import Dialogs
from ui.document import Answer, Document
from ui.focus import Focus
from ui.player import Player
from ui.presenting.reel import Film
from ui.taste import Taste
from ui.theme import LIGHT_ONLY, Theme
from ui.window import Window


def shown_tabs(window: QWidget) -> QTabBar:
    """The tabs of the panels beside the map."""
    return next(tabs for tabs in window.findChildren(QTabBar) if tabs.count() > 1 and tabs.isVisible())


def _never(wish: Wish) -> Attempt:
    raise AssertionError("a person at a desk is asked")


class Person(Dialogs):
    """Answers what a dialog would ask."""

    def __init__(self) -> None:
        super().__init__(attempt=_never)
        self.school_made: tuple[Session, str] | None = None  # what opening or joining a class comes to
        self.schools: list[tuple[bool, str]] = []
        self.answer = Answer.CANCEL
        self.path: Path | None = None
        self.offered: list[str] = []  # what there was to choose from last
        self.takes = ""  # which of it
        self.film_wanted: Film | None = None
        self.wants = Link()  # what is put into a link's form
        self.yes = False  # what is answered where something cannot be taken back
        self.questions: list[str] = []
        self.lively: Scenario | None = None  # what is let happen live
        self.count: int | None = None  # the number that is written where one is asked for

    def unsaved(self, title: str) -> Answer:
        return self.answer

    def school(self, opens: bool, person: str) -> tuple[Session, str] | None:
        self.schools.append((opens, person))
        return self.school_made

    def sure(self, question: str, says: str, yes: str) -> bool:
        self.questions.append(question)
        return self.yes

    def scenario_target(self, suggestion: str) -> Path | None:
        return self.path

    def one_of(self, title: str, says: str, names: list[str]) -> str | None:
        self.offered = names
        return self.takes or None

    def link(self, title: str, now: Link, usual: Link) -> Link | None:
        return self.wants

    def number(self, title: str, says: str, now: int, most: int) -> int | None:
        return self.count

    def lab(self, theme: Theme, here: Scenario | None, lessons: list[tuple[Path, str]]) -> Scenario | None:
        return self.lively

    def target(self, title: str, suggestion: str, kind: str) -> Path | None:
        return self.path

    def film(self, duration: float, start: float, end: float, pace: float | None, title: str) -> Film | None:
        return self.film_wanted

    def drawing_target(self, suggestion: str) -> Path | None:
        return self.path

    def picture_target(self, suggestion: str) -> Path | None:
        return self.path

    def file_to_open(self) -> Path | None:
        return self.path


class Desk:
    """A window with a person before it."""

    def __init__(self, qtbot: QtBot, folder: Path, scenario: Scenario | None = None) -> None:
        self.qtbot = qtbot
        self.folder = folder
        self.file = folder / "small.toml"
        write(scenario or runs.scenario(), self.file)
        self.person = Person()
        self.settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self.taste = Taste(application, self.settings, LIGHT_ONLY)
        self.window = self.build()

    def build(self) -> Window:
        player, person = Player(Simulated), self.person
        recovery = self.folder / "recovery"
        document = Document(player, Simulated, person.unsaved, person.scenario_target, self.settings, recovery, LiveLab)
        window = Window(self.taste, self.settings)
        window.furnish(player, Focus(), document, person)
        window.resize(1200, 760)
        window.show()
        return window

    @property
    def player(self) -> Player:
        return self.window.player

    def open(self) -> None:
        assert self.window.document.open(self.file)

    def seek(self, t: float) -> None:
        self.player.seek(t)
        runs.settle(self.qtbot, self.player)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.keyClick(self.window.focusWidget() or self.window, key, modifier)

    def leave(self) -> None:
        """Close it, changes or not."""
        self.person.yes = True
        self.window.document.forget()
        self.window.close()
        self.taste.choose_theme(LIGHT_ONLY)
        self.taste.choose_scale(100)
        self.window.deleteLater()
