"""The file in the window: opening, saving, what is unsaved, what was open before.

Rules: shows nothing itself. What a person must be asked or told leaves by `ask`, `said` and `failed`, so that a test
can answer. The text a scenario came from is kept, so that saving leaves a person's comments where they are. A scenario
that comes with P4 Lab is never overwritten; a map opens as the scenario that `p4lab import` makes of it.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QSettings, Signal

from p4lab import resources
from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import Do, Scenario
from p4lab.scenario.read import load, parse
from p4lab.scenario.write import write
from p4lab.session.base import Session
from p4lab.session.replay import RecordingError, Replayed
from p4lab.topology import TopologyError, import_map
from ui.branches import MakeSession
from ui.keeping import keep
from ui.places import Place, placed
from ui.player import Player
from ui.run import Nothing

RECORDING = ".p4rec"
MAPS = (".graphml", ".gml", ".txt")  # the last: AS relationships, as CAIDA names them
RECENT = 8  # files remembered
State = tuple[Scenario, tuple[Do, ...]]  # how it begins, and what was done by hand
CANNOT_OPEN = "This file cannot be opened."


class Answer(Enum):
    """To "There are unsaved changes"."""

    SAVE = "save"
    DISCARD = "discard"
    CANCEL = "cancel"


class Document(QObject):
    """path: where it is saved, None where it never was."""

    changed = Signal()  # title, path or whether there is something to save
    opened = Signal()
    closed = Signal()
    said = Signal(str)  # a sentence
    failed = Signal(str)  # a sentence about what could not be done

    def __init__(
        self,
        player: Player,
        make: MakeSession,
        ask: Callable[[str], Answer],
        choose_target: Callable[[str], Path | None],
        settings: QSettings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.path: Path | None = None
        self._player = player
        self._make = make
        self._ask = ask
        self._choose_target = choose_target
        self._settings = settings
        self._text: str | None = None  # what the scenario was read from
        self._saved: State | None = None
        self._short = ""  # what was said last of a recording that is not whole
        player.branchesChanged.connect(self.changed)
        player.workChanged.connect(self._tell_short)

    @property
    def title(self) -> str:
        return self._player.scenario.title

    @property
    def recording(self) -> bool:
        """Whether it is a recording, which only plays."""
        return not self._player.empty and self._player.session.abilities.known

    @property
    def unsaved(self) -> bool:
        """Whether something was changed or done by hand since it was opened or saved."""
        return self._saved is not None and self._state() != self._saved

    @property
    def recent(self) -> list[Path]:
        """Files opened or saved before, the last first, as far as they are still there."""
        kept = self._settings.value("recent", [])
        names = [kept] if isinstance(kept, str) else kept if isinstance(kept, list) else []
        return [path for path in map(Path, names) if path.is_file()]

    def scenario(self) -> Scenario:
        """The run in the window as a scenario: what was done by hand becomes `[[do]]` rows."""
        branch = self._player.branches.current
        return msgspec.structs.replace(branch.scenario, do=branch.scenario.do + branch.commands)

    def place(self, places: Mapping[str, Place]) -> None:
        """These were moved on the map."""
        branch = self._player.branches.current
        try:
            self._player.change(*placed(branch.scenario, branch.commands, places))
        except (ScenarioError, ValueError) as fault:
            self.failed.emit(f"Nobody was moved. {fault}")

    def open(self, path: Path) -> bool:
        """Open a scenario or a recording, asking about what is unsaved. False: nothing has changed."""
        try:
            text, session = self._read(path)
        except (ScenarioError, RecordingError, TopologyError) as fault:
            self.failed.emit(f"{CANNOT_OPEN} {fault}")
            return False
        if not self.may_leave():
            session.close()
            return False
        shipped = path.resolve() in {file.resolve() for file in resources.scenario_files()}
        imported = path.suffix.lower() in MAPS
        self.path = None if shipped or imported else path
        self._text = text
        self._saved = None
        self._player.open(session)
        self._saved = self._state()
        if not shipped:
            self._remember(path)
        self.opened.emit()
        self.changed.emit()
        if imported:
            self.said.emit(f"A scenario was made of the map {path.name}. Save as… keeps it.")
        return True

    def read(self, path: Path) -> Session | None:
        """The run of another file, to look at beside this one; None and a sentence where it cannot be read."""
        try:
            return self._read(path)[1]
        except (ScenarioError, RecordingError, TopologyError) as fault:
            self.failed.emit(f"{CANNOT_OPEN} {fault}")
            return None

    def save(self) -> bool:
        """Write it where it came from; where it never was saved, ask where to."""
        if self.path is None or self.recording:
            return self.save_as()
        return self._write(self.path)

    def save_as(self) -> bool:
        """Ask where to, and write it there."""
        target = self._choose_target(f"{slug(self.title)}.toml")
        return target is not None and self._write(target)

    def save_recording(self, path: Path) -> None:
        """Write the run, as far as it is known, behind what a person goes on to do."""
        errand = keep(self._player.run, path, self.said.emit, self.failed.emit)
        if errand is not None:
            self._player.behind(errand)

    def may_leave(self) -> bool:
        """Whether what is open may be left: nothing is unsaved, or the person has decided."""
        if not self.unsaved:
            return True
        answer = self._ask(self.title)
        return self.save() if answer is Answer.SAVE else answer is Answer.DISCARD

    def close(self) -> bool:
        """Back to nothing being open. False: the person would rather not."""
        if not self.may_leave():
            return False
        self._saved = None
        self.path = None
        self._player.open(Nothing())
        self.closed.emit()
        self.changed.emit()
        return True

    def forget(self) -> None:
        """What was changed need not be kept."""
        self._saved = None

    def _tell_short(self) -> None:
        """That a recording is not whole, once it has been read as far as it goes."""
        short, self._short = self._short, self._player.session.abilities.short
        if self._short and self._short != short:
            self.said.emit(self._short)

    def _state(self) -> State:
        """All that can change of an open scenario."""
        branch = self._player.branches.current
        return branch.scenario, branch.commands

    def _read(self, path: Path) -> tuple[str | None, Session]:
        if path.suffix.lower() == RECORDING:
            return None, Replayed(path)
        if path.suffix.lower() in MAPS:
            return None, self._make(import_map(path).scenario, [])
        text = load(path)
        return text, self._make(parse(text, str(path)), [])

    def _write(self, path: Path) -> bool:
        scenario = self.scenario()
        try:
            write(scenario, path, self._text)
            self._text = load(path)
        except ScenarioError as fault:
            self.failed.emit(f"It was not saved. {fault}")
            return False
        self._saved = self._state()
        if not self.recording:
            self.path = path
        self._remember(path)
        self.said.emit(f"Saved as {path.name}.")
        self.changed.emit()
        return True

    def _remember(self, path: Path) -> None:
        path = path.resolve()
        kept = [path, *(each for each in self.recent if each != path)][:RECENT]
        self._settings.setValue("recent", [str(each) for each in kept])


def slug(title: str) -> str:
    """A title as the name of a file."""
    words = "".join(c.lower() if c.isalnum() else " " for c in title).split()
    return "-".join(words) or "scenario"
