"""The file in the window: opening, saving, what is unsaved, what was open before.

Rules: shows nothing itself. What a person must be asked or told leaves by `ask`, `said` and `failed`, so that a test
can answer. The text a scenario came from is kept, so that saving leaves a person's comments where they are. A scenario
that comes with P4 Lab is never overwritten; a map opens as the scenario that `p4lab import` makes of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QSettings, Signal

from p4lab import resources
from p4lab.scenario.branches import branches_of
from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import Branch as Row
from p4lab.scenario.model import Scenario
from p4lab.scenario.read import load, parse
from p4lab.scenario.write import dumps, write
from p4lab.session.base import Session
from p4lab.session.observed import observed
from p4lab.session.replay import RecordingError, Replayed
from p4lab.topology import TopologyError, import_map
from ui.branches import Branch, MakeSession
from ui.filed import as_scenario, saved
from ui.keeping import keep
from ui.places import Place, placed
from ui.player import Player
from ui.recovery import Left, Recovery
from ui.run import Nothing
from ui.words import clock

RECORDING = ".p4rec"
MAPS = (".graphml", ".gml", ".txt")  # the last: AS relationships, as CAIDA names them
RECENT = 8  # files remembered
State = tuple[Branch, ...]
LiveLab = Callable[[Scenario], Session]
NEVER: State = ()  # of what was never saved
UNTITLED, DURATION = "Untitled", 60.0  # of an empty network
MODELLED = "A model of the recording “{}”: those who were seen in it, with the same puts and gets."
CANNOT_OPEN = "This file cannot be opened."
NOTES = 3  # of a map that are said, those of nodes and links first; the command line lists them all


class Answer(Enum):
    """To "There are unsaved changes"."""

    SAVE = "save"
    DISCARD = "discard"
    CANCEL = "cancel"


@dataclass
class _Found:
    """What a file has."""

    session: Session
    text: str | None = None
    branches: list[tuple[Row, Scenario]] = field(default_factory=list)
    says: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # of a map: what was dropped, guessed or chosen


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
        recovery: Path | None = None,
        lab: LiveLab | None = None,
        parent: QObject | None = None,
    ) -> None:
        """recovery: the folder for what a crash would lose; None: nothing is kept. lab: makes a live run."""
        super().__init__(parent)
        self.path: Path | None = None
        self._player = player
        self._make, self._lab = make, lab
        self._ask = ask
        self.asks_too: list[Callable[[], bool]] = []  # others who have to agree before what is open is left
        self._choose_target = choose_target
        self._settings = settings
        self._text: str | None = None  # what the scenario was read from
        self._saved: State | None = None
        self._source: Path | None = None  # where that text is
        self.recovery = Recovery(recovery, self._content, self)
        self.recovery.failed.connect(self.failed)
        player.branchesChanged.connect(self.changed)
        self.changed.connect(self._keep)
        self._short = ""  # what was said last of a recording that is not whole
        player.workChanged.connect(self._tell_short)

    @property
    def title(self) -> str:
        return self._player.scenario.title

    @property
    def recording(self) -> bool:
        """Whether it is a recording, which only plays."""
        return not self._player.empty and self._player.session.abilities.known and not self._player.run.happens

    @property
    def has_lab(self) -> bool:
        """Whether a network can be let happen in real time."""
        return self._lab is not None

    @property
    def live(self) -> bool:
        """Whether it is a live run, ended or not, perhaps with models of it."""
        return self._player.branches.live is not None

    @property
    def model(self) -> str:
        """What the branch shown is made from, where it is a model of a live run; else empty."""
        upto = self._player.branches.modelled(self._player.branches.current)
        return "" if upto is None else f"a model made from what was seen up to {clock(upto)}"

    @property
    def kind(self) -> str:
        """What kind of thing is shown, in a word or two."""
        run = self._player.run
        if run.happens:
            return "live" if run.live else "live run, ended"
        return "model" if self.model else "recording" if self.recording else "scenario"

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
        """All branches in the window as the scenario of a file."""
        return saved(self._player.branches)

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
            found = self._read(path)
        except (ScenarioError, RecordingError, TopologyError) as fault:
            self.failed.emit(f"{CANNOT_OPEN} {fault}")
            return False
        if not self.may_leave():
            found.session.close()
            return False
        shipped = path.resolve() in {file.resolve() for file in resources.scenario_files()}
        imported = path.suffix.lower() in MAPS
        self._show(found, None if shipped or imported else path, None if imported else path)
        if not shipped:
            self._remember(path)
        if imported:
            found.says += [f"A scenario was made of the map {path.name}. Save as… keeps it.", *noted(found.notes)]
        self._say(found.says)
        return True

    def open_scenario(self, scenario: Scenario, says: str = "") -> bool:
        """Open a scenario that is in no file yet, asking about what is unsaved. False: nothing has changed."""
        if not self.may_leave():
            return False
        self._show(_Found(self._make(scenario, [])), None, None)
        self._say([says])
        return True

    def open_live(self, scenario: Scenario, says: str = "") -> bool:
        """Let this scenario happen in real time. False: nothing has changed."""
        if self._lab is None or not self.may_leave():
            return False
        return self._open_session(self._lab, scenario, says)

    def open_session(self, session: Session, says: str = "") -> None:
        """Show a run that is there already; what is open has been left (`may_leave`)."""
        self._show(_Found(session), None, None)
        self._say([says])

    def new(self) -> bool:
        """An empty network to draw in."""
        return self.open_scenario(Scenario(title=UNTITLED, duration=DURATION))

    def open_copy(self) -> bool:
        """The scenario that the recording shown was made from, with all that was done in it, to go on with.

        A class has none: of what was seen of it a model is made.
        """
        player, title = self._player, self.title
        made = as_scenario(player.branches.current)
        if made.provider or not player.world.providers:
            return self.open_scenario(made, f"This is the scenario of the recording “{title}”.")
        return self.open_scenario(observed(player.trace, player.known, title), MODELLED.format(title))

    def recover(self, left: Left) -> bool:
        """Go on with what a window that ended without a word had not saved. False: nothing has changed."""
        try:
            found = self._parsed(left.text, None)
        except ScenarioError as fault:
            self.failed.emit(f"This cannot be recovered. {fault}")
            return False
        if not self.may_leave():
            return False
        if left.source is not None:
            found.text = _text_of(left.source)  # with its comments
        self._show(found, left.path, left.source)
        self._saved = NEVER
        self.recovery.replace(left)
        self.changed.emit()
        self._say([*found.says, f"“{self.title}” is as it was. It is not saved yet."])
        return True

    def read(self, path: Path) -> Session | None:
        """The run of another file, to look at beside this one; None and a sentence where it cannot be read."""
        try:
            return self._read(path).session
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

    def save_branch_as(self) -> bool:
        """Write the branch shown alone into a file of its own; the file that is open stays the one that is open."""
        branch = self._player.branches.current
        target = self._choose_target(f"{slug(f'{self.title} {branch.name}')}.toml")
        if target is None:
            return False
        try:
            write(as_scenario(branch), target)
        except ScenarioError as fault:
            self.failed.emit(f"It was not saved. {fault}")
            return False
        self._remember(target)
        self.said.emit(f"Branch {branch.name} is saved as {target.name}.")
        return True

    def save_recording(self, path: Path) -> None:
        """Write the run, as far as it is known, behind what a person goes on to do."""
        errand = keep(self._player.run, path, self.said.emit, self.failed.emit)
        if errand is not None:
            self._player.behind(errand)

    def may_leave(self) -> bool:
        """Whether what is open may be left: nothing is unsaved and `asks_too` agree, or the person has decided."""
        if not all(ask() for ask in self.asks_too):
            return False
        if not self.unsaved:
            return True
        answer = self._ask(self.title)
        return self.save() if answer is Answer.SAVE else answer is Answer.DISCARD

    def close(self) -> bool:
        """Back to nothing being open. False: the person would rather not."""
        if not self.may_leave():
            return False
        self._saved = None
        self.path = self._text = self._source = None
        self._player.open(Nothing())
        self.closed.emit()
        self.changed.emit()
        return True

    def forget(self) -> None:
        """What was changed need not be kept."""
        self._saved = None
        self.changed.emit()

    def _tell_short(self) -> None:
        """That a recording is not whole, once it has been read as far as it goes."""
        short, self._short = self._short, self._player.session.abilities.short
        if self._short and self._short != short:
            self.said.emit(self._short)

    def _open_session(self, make: LiveLab, scenario: Scenario, says: str) -> bool:
        try:
            session = make(scenario)
        except (OSError, ValueError) as fault:
            self.failed.emit(f"It cannot be let happen. {fault}")
            return False
        self._show(_Found(session), None, None)
        self._say([says])
        return True

    def _state(self) -> State:
        """All that can change of an open file; which branch is shown is only where one looks.

        Not what happened live: nothing writes it but a recording.
        """
        return tuple(branch for branch in self._player.branches.all if branch.happens is None)

    def _read(self, path: Path) -> "_Found":
        if path.suffix.lower() == RECORDING:
            return _Found(Replayed(path))
        if path.suffix.lower() in MAPS:
            made = import_map(path)
            return _Found(self._make(made.scenario, []), notes=made.notes)
        return self._parsed(load(path), path)

    def _parsed(self, text: str, path: Path | None) -> "_Found":
        scenario = parse(text, "" if path is None else str(path))
        found = _Found(self._make(msgspec.structs.replace(scenario, branch=()), []), text)
        try:
            found.branches = branches_of(scenario)
        except ScenarioError as fault:
            found.says.append(f"Its branches cannot be read and are left out. {fault}")
        return found

    def _show(self, found: "_Found", path: Path | None, source: Path | None) -> None:
        self.path, self._text, self._source = path, found.text, source
        self._saved = None
        self._player.open(found.session, found.branches)
        self._saved = self._state()
        self.opened.emit()
        self.changed.emit()

    def _say(self, says: list[str]) -> None:
        told = " ".join(each for each in says if each)
        if told:
            self.said.emit(told)

    def _keep(self) -> None:
        self.recovery.keep(self.unsaved and not self.recording)

    def _content(self) -> Left:
        """What would be lost now."""
        return Left(self.title, dumps(self.scenario()), self.path, self._source)

    def _write(self, path: Path) -> bool:
        scenario = self.scenario()
        try:
            write(scenario, path, self._text)
            self._text = load(path)
        except ScenarioError as fault:
            self.failed.emit(f"It was not saved. {fault}")
            return False
        if not self.recording:
            self._saved = self._state()
            self.path = self._source = path
        self._remember(path)
        self.said.emit(f"Saved as {path.name}.")
        self.changed.emit()
        return True

    def _remember(self, path: Path) -> None:
        path = path.resolve()
        kept = [path, *(each for each in self.recent if each != path)][:RECENT]
        self._settings.setValue("recent", [str(each) for each in kept])


def _text_of(path: Path) -> str | None:
    try:
        return load(path)
    except ScenarioError:
        return None


def noted(notes: list[str]) -> list[str]:
    """What was made of a map otherwise than it stands there, shortly."""
    more = len(notes) - NOTES
    return [*notes[:NOTES], *([f"“p4lab import” lists {more} more."] if more > 0 else [])]


def slug(title: str) -> str:
    """A title as the name of a file."""
    words = "".join(c.lower() if c.isalnum() else " " for c in title).split()
    return "-".join(words) or "scenario"
