"""Branches: what was tried, each a recipe for a run (a scenario and commands), with where it left its parent.

Rules: no Qt. A value: who changes something makes other Branches, and undo is going back to former ones. Runs are not
part of it: `Runs` keeps them as long as there is room, and makes them anew from their recipe. A live run cannot be made
anew: the branch that shows it keeps it, and a branch that leaves it is a model of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from p4lab.core.commands import Attach, Command, Get, Move, Put, Remove, verb
from p4lab.scenario.check import check
from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import Do, Scenario
from p4lab.scenario.texts import MAX_NAME
from p4lab.session.base import Session
from ui.run import Run
from ui.words import clock

MakeSession = Callable[[Scenario, list[Do]], Session]
WORDS = ("title", "about", "view", "mark")  # what is said of all branches alike
FIRST = "A"  # the name of the first branch
ROOM = 3_000_000  # events of runs that are not shown: beyond it those looked at longest ago are let go


class Runs:
    """The runs that were made, those used last first."""

    def __init__(self, make: MakeSession) -> None:
        self._make = make
        self._runs: list[Run] = []
        self._shown: Run | None = None

    def of(self, scenario: Scenario, commands: tuple[Do, ...], until: float = 0.0) -> Run:
        """A run of this recipe: the one shown if known up to `until`, else the one known furthest, else a new one."""
        found = [run for run in self._runs if not run.happens and run.is_of(scenario, commands)]
        if not found:
            return self.fresh(scenario, commands)
        shown = [run for run in found if run is self._shown and run.known >= until]
        return self.add(shown[0] if shown else max(found, key=lambda run: run.known))

    def fresh(self, scenario: Scenario, commands: tuple[Do, ...]) -> Run:
        """A run of which nothing is known."""
        return self.add(Run(self._make(scenario, list(commands))))

    def add(self, run: Run) -> Run:
        """Keep this one too."""
        self._runs = [run, *(each for each in self._runs if each is not run)]
        room = ROOM
        for each in self._runs[1:]:
            if each is not self._shown:
                room -= len(each.trace)
                if room < 0:
                    self._runs.remove(each)
        return run

    def show(self, run: Run) -> None:
        """This one is on screen, so it stays."""
        self._shown = run
        self.add(run)

    def close(self) -> None:
        """Let go of all of them."""
        for run in self._runs:
            run.close()
        self._runs, self._shown = [], None


@dataclass(frozen=True)
class Branch:
    """number: never used twice. forked_at, why: where and why it left its parent. playhead: where it was last,

    seen: how far at most. happens: the live run that it shows. Two branches are equal however far they were looked at.
    """

    number: int
    name: str
    scenario: Scenario
    commands: tuple[Do, ...]
    runs: Runs = field(compare=False, repr=False)
    parent: int | None = None
    forked_at: float = 0.0
    why: str = ""
    playhead: float = field(default=0.0, compare=False)
    seen: float = field(default=0.0, compare=False)
    happens: Run | None = field(default=None, compare=False, repr=False)

    @property
    def run(self) -> Run:
        """Its run, as far as it is known."""
        return self.happens or self.runs.of(self.scenario, self.commands, self.playhead)


@dataclass(frozen=True)
class Branches:
    """all: in the order in which they were made. number: of the one that is shown. made: how many there ever were."""

    all: tuple[Branch, ...]
    number: int = 1
    made: int = 1

    @property
    def current(self) -> Branch:
        """The one that is shown."""
        return self.of(self.number)

    def of(self, number: int) -> Branch:
        """The branch with this number. Raises ValueError where there is none."""
        for branch in self.all:
            if branch.number == number:
                return branch
        raise ValueError("This branch is gone.")

    @property
    def live(self) -> Branch | None:
        """The one that shows a live run, ended or not."""
        return next((branch for branch in self.all if branch.happens is not None), None)

    def modelled(self, branch: Branch) -> float | None:
        """The moment of the live run up to which this one is a model of it; None: it is none."""
        while branch.happens is None and branch.parent is not None:
            at, branch = branch.forked_at, self.of(branch.parent)
            if branch.happens is not None:
                return at
        return None

    def by_now(self) -> "Branches":
        """With what was done in the live run by now: no history takes it back."""
        live = self.live
        if live is None or live.happens is None or tuple(live.happens.session.commands) == live.commands:
            return self
        return self._with(replace(live, commands=tuple(live.happens.session.commands)))

    def looked_at(self, playhead: float, seen: float) -> "Branches":
        """The same, with how far the one shown was looked at."""
        return self.changed(playhead=playhead, seen=seen)

    def changed(self, **fields: Any) -> "Branches":
        """With other fields of the one shown."""
        return self._with(replace(self.current, **fields))

    def said(self, scenario: Scenario) -> "Branches":
        """With this scenario for the one shown; what it says of itself, and places on the map, hold for all of them."""
        old = self.current.scenario
        rest = tuple(each if each.number == self.number else _said_too(each, old, scenario) for each in self.all)
        return replace(self, all=rest).changed(scenario=scenario)

    def grown(self, at: float, why: str, scenario: Scenario, commands: tuple[Do, ...], show: bool = True) -> "Branches":
        """With another branch, which leaves the one shown at this time."""
        made = self.made + 1
        taken = {branch.name for branch in self.all}
        name = next(name for name in map(_letters, range(made, made + len(taken) + 1)) if name not in taken)
        fresh = Branch(made, name, scenario, commands, self.current.runs, self.number, at, why, at, at)
        return Branches((*self.all, fresh), made if show else self.number, made)

    def showing(self, number: int) -> "Branches":
        """With another one shown."""
        return replace(self, number=self.of(number).number)

    def without(self, number: int) -> "Branches":
        """Without this one: what left it counts as having left its parent. Raises ValueError for the last there is."""
        gone = self.of(number)
        left = [branch for branch in self.all if branch is not gone]
        if not left:
            raise ValueError("This is the only branch.")
        parent = gone.parent
        rest = tuple(replace(each, parent=parent) if each.parent == number else each for each in left)
        heir = rest[0].number if parent is None else parent
        return replace(self, all=rest, number=heir if self.number == number else self.number)

    def renamed(self, number: int, name: str) -> "Branches":
        """With another name for this one. Raises ValueError where the name will not do."""
        name = " ".join(name.split())
        if not name:
            raise ValueError("A branch needs a name.")
        if len(name) > MAX_NAME:
            raise ValueError(f"This name is too long: {MAX_NAME} characters are enough.")
        if any(each.name == name and each.number != number for each in self.all):
            raise ValueError(f"There is a branch {name} already.")
        return self._with(replace(self.of(number), name=name))

    def _with(self, branch: Branch) -> "Branches":
        return replace(self, all=tuple(branch if each.number == branch.number else each for each in self.all))


def only(session: Session, runs: Runs) -> Branches:
    """Nothing but this session."""
    return Branches((Branch(1, FIRST, session.scenario, tuple(session.commands), runs),))


def fits(scenario: Scenario, commands: tuple[Do, ...]) -> None:
    """Raise an error with a sentence where the scenario will not do, by itself or with what was done by hand."""
    check(scenario)
    try:
        check(msgspec.structs.replace(scenario, do=scenario.do + commands))
    except ScenarioError as fault:
        row = next((step for step in fault.path[1:2] if isinstance(step, int)), 0) - len(scenario.do)
        which = f"“{deed(commands[row].command)}” at {clock(commands[row].at)}" if row >= 0 else "what was done by hand"
        raise ValueError(f"This does not go with {which}: {fault.what}. Undo that first.") from None


def deed(command: Command) -> str:
    """A command in a few words."""
    match command:
        case Put() | Get() | Remove():
            what = command.key or getattr(command, "of", None) or getattr(command, "value", None) or ""
            return f"{verb(command)} {what} at {command.by}"
        case Move(identity=who, to=where) | Attach(provider=who, to=where):
            return f"{verb(command)} {who} to {where}"
        case _:
            whom = getattr(command, "provider", None) or getattr(command, "organisation", None) or ""
            between = " – ".join(getattr(command, "between", ()))
            return " ".join(filter(None, [verb(command).replace("-", " "), whom, between]))


def _said_too(branch: Branch, old: Scenario, new: Scenario) -> Branch:
    """The branch with what another scenario says otherwise than before, as far as it has that too."""
    words = {name: getattr(new, name) for name in WORDS if getattr(new, name) != getattr(old, name)}
    for name in ("provider", "organisation"):
        former = {row.name: row for row in getattr(old, name)}
        moved = {
            row.name: {part: getattr(row, part) for part in ("position", "geo") if hasattr(row, part)}
            for row in getattr(new, name)
            if row is not former.get(row.name) and row.position != getattr(former.get(row.name), "position", None)
        }
        if moved:
            rows = getattr(branch.scenario, name)
            words[name] = tuple(msgspec.structs.replace(row, **moved.get(row.name, {})) for row in rows)
    return replace(branch, scenario=msgspec.structs.replace(branch.scenario, **words)) if words else branch


def _letters(number: int) -> str:
    """A, B .. Z, AA, AB and so on."""
    name = ""
    while number:
        number, digit = divmod(number - 1, 26)
        name = chr(ord("A") + digit) + name
    return name
