"""What the commands of a scenario must satisfy together: times of the run, names of their own, nobody before they come.

Rules: as in `check.py`, which calls this. Who has left is named in vain: the run notes it, and goes on.
"""

from collections.abc import Iterable, Mapping

from p4lab.core.commands import AddOrganisation, AddProvider, Command, Leave, Unpeer, verb
from p4lab.core.options import Mesh
from p4lab.scenario import verbs
from p4lab.scenario.errors import Path, ScenarioError, shown
from p4lab.scenario.mentions import made_by, needed
from p4lab.scenario.model import Organisation, Scenario
from p4lab.scenario.shape import MAX_ROWS


def check_commands(scenario: Scenario) -> None:
    """Raise a ScenarioError for the first fault of the `[[do]]` rows, or return."""
    if len(scenario.do) > MAX_ROWS["do"]:
        raise ScenarioError(
            f"at most {MAX_ROWS['do']:,} commands are allowed, here are {len(scenario.do):,}", path=("do",)
        )
    index, houses = verbs.everybody(scenario)
    if len(index) > MAX_ROWS["provider"]:
        most = MAX_ROWS["provider"]
        raise ScenarioError(f"with those who join there are {len(index):,} providers, at most {most:,}", path=("do",))
    for i, row in enumerate(scenario.do):
        if not 0 <= row.at <= scenario.duration:
            right = f"between 0 and the duration, {scenario.duration:g}"
            raise ScenarioError(f"{shown(row.at)} is not a time of this run", right, path=("do", i, "at"))
        path: Path = ("do", i, verb(row.command))
        verbs.check_command(row.command, index, path, houses)
        _whole(row.command, scenario, path)
    _in_order(scenario)


def check_command(command: Command, scenario: Scenario, also: Iterable[Command] = ()) -> None:
    """The same for one command, as a person is about to give it to a run of this scenario.

    also: what was given by hand so far, and may have brought somebody in.
    """
    index, houses = verbs.everybody(scenario, *also)
    _free(command, index, houses, ())
    made = [command] if made_by(command) is not None else []
    verbs.check_command(command, index | dict.fromkeys(map(_name, made), -1), (), houses)
    _whole(command, scenario, ())


def in_vain(scenario: Scenario) -> list[str]:
    """The commands that name somebody who has left by then, a sentence each: the run will note them."""
    found: list[str] = []
    gone: dict[str, float] = {}
    for i in sorted(range(len(scenario.do)), key=lambda i: scenario.do[i].at):
        row = scenario.do[i]
        late = sorted(name for name in needed(row.command) if name in gone)
        if late:
            found.append(f"do.{i + 1}: {late[0]} has left at {gone[late[0]]:g} s, so {verb(row.command)} does nothing")
        elif isinstance(row.command, Leave):
            gone[row.command.provider] = row.at
    return found


def _in_order(scenario: Scenario) -> None:
    """Nobody comes twice, and nobody is named before they come."""
    later = {name for row in scenario.do if (name := made_by(row.command)) is not None}
    if not later:
        return
    index = {row.name: i for i, row in enumerate(scenario.provider)}
    houses = {row.name: row for row in scenario.organisation}
    for i in sorted(range(len(scenario.do)), key=lambda i: scenario.do[i].at):
        command = scenario.do[i].command
        path: Path = ("do", i, verb(command))
        missing = sorted(name for name in needed(command) & later if name not in index and name not in houses)
        if missing:
            right = "name it later, or let it come before"
            raise ScenarioError(f"{shown(missing[0])} is not there yet", right, path=path)
        _free(command, index, houses, path)
        match command:
            case AddProvider(provider=name):
                index[name] = len(index)
            case AddOrganisation(organisation=name):
                houses[name] = verbs.as_row(command)


def _free(command: Command, index: Mapping[str, int], houses: Mapping[str, Organisation], path: Path) -> None:
    name = made_by(command)
    if name in index or name in houses:
        what = "a provider" if name in index else "an organisation"
        raise ScenarioError(f"{shown(name)} is already the name of {what}", "each needs a name of its own", path=path)


def _whole(command: Command, scenario: Scenario, path: Path) -> None:
    """A strict mesh has no holes, whatever is done."""
    holes = isinstance(command, Unpeer) or (isinstance(command, AddProvider) and command.peers != "all")
    if holes and scenario.options.mesh is Mesh.STRICT:
        raise ScenarioError('mesh = "strict" allows no holes', 'write mesh = "mesh"', path=path)


def _name(command: Command) -> str:
    return made_by(command) or ""
