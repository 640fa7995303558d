"""What a person is asked in a dialog: the few questions that need one.

Rules: no common act opens a dialog. Everything here is handed to others as plain functions, so that tests can answer.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtWidgets import QDialog, QFileDialog, QInputDialog, QMessageBox, QWidget

from p4lab import __version__
from p4lab.scenario.model import Link, Scenario
from p4lab.session.base import Session
from ui.document import Answer
from ui.forms.lab import LabForm
from ui.forms.organisation import OrganisationForm, OrganisationWish
from ui.forms.pattern import PatternForm
from ui.forms.provider import ProviderForm, ProviderWish
from ui.forms.rows import Question
from ui.forms.schooling import ClassForm, Try
from ui.keysheet import KeySheet
from ui.linkform import LinkForm
from ui.plain import as_tip, plain_box
from ui.presenting.filmform import FilmForm
from ui.presenting.reel import Film
from ui.rows import Row
from ui.shortcuts import Shortcuts
from ui.theme import Theme

FILES = "Scenarios, recordings and maps (*.toml *.p4rec *.graphml *.gml *.as-rel*.txt);;All files (*)"


class Dialogs:
    """window: whose dialogs they are, once it is there. folder: where the last file was. attempt: opens and joins

    classes; None: there are none.
    """

    def __init__(self, attempt: Try | None = None) -> None:
        self.window: QWidget | None = None
        self.attempt = attempt
        self.folder = Path.home()

    def unsaved(self, title: str) -> Answer:
        """Save, discard or cancel?"""
        says = "What you did by hand is part of it: saved, it happens again in each run."
        box = plain_box(self.window, "Unsaved changes", f"Keep what you changed in “{title}”?", says)
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        chosen = box.exec()
        return {int(buttons.Save): Answer.SAVE, int(buttons.Discard): Answer.DISCARD}.get(chosen, Answer.CANCEL)

    def sure(self, question: str, says: str, yes: str) -> bool:
        """Whether to do what cannot be taken back. yes: the word on its button."""
        box = plain_box(self.window, "P4 Lab", question, says)
        do = box.addButton(yes, QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.exec()
        return box.clickedButton() is do

    def file_to_open(self) -> Path | None:
        """A scenario, a recording or a map."""
        name, _ = QFileDialog.getOpenFileName(
            self.window, "Open a scenario, a recording or a map", str(self.folder), FILES
        )
        return self._remember(name)

    def scenario_target(self, suggestion: str) -> Path | None:
        """Where to save a scenario."""
        start = str(self.folder / suggestion)
        name, _ = QFileDialog.getSaveFileName(self.window, "Save the scenario", start, "Scenarios (*.toml)")
        return self._remember(name if not name or Path(name).suffix else f"{name}.toml")

    def picture_target(self, suggestion: str) -> Path | None:
        """Where to save a picture."""
        start = str(self.folder / suggestion)
        name, _ = QFileDialog.getSaveFileName(self.window, "Export a picture", start, "Pictures (*.png)")
        return self._remember(name if not name or Path(name).suffix else f"{name}.png")

    def target(self, title: str, suggestion: str, kind: str) -> Path | None:
        """Where to write a file of this kind, such as "Tables (*.csv)"; without a suffix it gets the suggestion's."""
        name, _ = QFileDialog.getSaveFileName(self.window, title, str(self.folder / suggestion), kind)
        return self._remember(name if not name or Path(name).suffix else f"{name}{Path(suggestion).suffix}")

    def drawing_target(self, suggestion: str) -> Path | None:
        """Where to save a drawing."""
        start = str(self.folder / suggestion)
        name, _ = QFileDialog.getSaveFileName(self.window, "Save the map as a drawing", start, "Drawings (*.svg)")
        return self._remember(name if not name or Path(name).suffix else f"{name}.svg")

    def one_of(self, title: str, says: str, names: list[str]) -> str | None:
        """One of these names."""
        if not names:
            return None
        name, chosen = QInputDialog.getItem(self.window, title, as_tip(says), names, 0, False)
        return name if chosen else None

    def link(self, title: str, now: Link, usual: Link) -> Link | None:
        """The conditions of a link."""
        form = LinkForm(title, now, usual, self.window)
        return form.link() if form.exec() == QDialog.DialogCode.Accepted else None

    def film(self, duration: float, start: float, end: float, pace: float | None, title: str) -> Film | None:
        """What is to be filmed, and where to."""
        form = FilmForm(duration, start, end, pace, self.window)
        if form.exec() != QDialog.DialogCode.Accepted:
            return None
        kind = form.kind.currentData()
        start_at = str(self.folder / f"{'-'.join(title.lower().split()) or 'film'}{kind}")
        name, _ = QFileDialog.getSaveFileName(self.window, "Record a film", start_at, f"Films (*{kind})")
        path = self._remember(name if not name or Path(name).suffix == kind else f"{name}{kind}")
        return None if path is None else form.film(path)

    def number(self, title: str, says: str, now: int, most: int) -> int | None:
        """A whole number from 0 to `most`."""
        number, chosen = QInputDialog.getInt(self.window, title, as_tip(says), now, 0, most)
        return number if chosen else None

    def provider(
        self, wish: ProviderWish, question: Question, check: Callable[[ProviderWish], Mapping[str, str]]
    ) -> ProviderWish | None:
        """What a provider is to be."""
        form = ProviderForm(wish, question.choices, check, question.says, question.fixed, self.window)
        return form.wish() if form.rows.ask() else None

    def organisation(
        self, wish: OrganisationWish, question: Question, check: Callable[[OrganisationWish], Mapping[str, str]]
    ) -> OrganisationWish | None:
        """What an organisation is to be."""
        form = OrganisationForm(
            wish, question.choices, question.usual, check, question.says, question.fixed, self.window
        )
        return form.wish() if form.rows.ask() else None

    def pattern(self, theme: Theme) -> Scenario | None:
        """A network of a kind."""
        form = PatternForm(theme, self.window)
        return form.scenario() if form.rows.ask() else None

    def lab(self, theme: Theme, here: Scenario | None, lessons: list[tuple[Path, str]]) -> Scenario | None:
        """What is to happen in real time."""
        form = LabForm(theme, here, lessons, self.window)
        return form.scenario() if form.rows.ask() else None

    def school(self, opens: bool, person: str) -> tuple[Session, str] | None:
        """A class that was opened, or joined, and the name that the person gave."""
        assert self.attempt is not None, "whoever has none offers nothing"
        form = ClassForm(opens, person, self.attempt, self.window)
        if form.exec() != QDialog.DialogCode.Accepted or form.session is None:
            return None
        return form.session, form.wish().person

    def keys(self, rows: list[Row], shortcuts: Shortcuts) -> None:
        """The sheet of keys, made from the action table."""
        KeySheet(rows, shortcuts, self.window).exec()

    def about(self) -> None:
        """What this is."""
        QMessageBox.about(
            self.window,
            "About P4 Lab",
            f"<b>P4 Lab {__version__}</b><p>A testbed for peering peer-to-peer providers, after the 2004 paper "
            "“Peering Peer-to-Peer Providers”.</p><p>MIT licence.</p>",
        )

    def _remember(self, name: str) -> Path | None:
        if not name:
            return None
        self.folder = Path(name).parent
        return Path(name)
