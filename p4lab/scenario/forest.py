"""What the parents in a scenario must satisfy: they exist, form a forest, and only tops peer (protocol section 5.2).

Rules: as in `check.py`, which calls this; provider names are known to be unique.
"""

from collections.abc import Iterable

from p4lab.core.options import Attach
from p4lab.scenario.errors import Path, ScenarioError, nearest, shown
from p4lab.scenario.model import ParentLink, Scenario
from p4lab.scenario.ranges import check_ranges

NAMED = 5  # providers of a cycle that a message names


def check_forest(scenario: Scenario, index: dict[str, int]) -> None:
    """Raise a ScenarioError for the first fault of a parent, or return."""
    for i, row in enumerate(scenario.provider):
        path: Path = ("provider", i)
        check_ranges(row.link, (*path, "link"))
        if row.parent is None:
            for field, given in (("attach", row.attach is not Attach.LOCAL), ("link", row.link != ParentLink())):
                if given:
                    right = "name its parent, or leave it out"
                    raise ScenarioError(f"{field} is for a child", right, path=(*path, field))
        elif row.parent not in index:
            found = f"there is no provider {shown(row.parent)}"
            raise ScenarioError(found, nearest(row.parent, index), path=(*path, "parent"))
        elif row.parent == row.name:
            right = "name another, or leave it out"
            raise ScenarioError(f"{shown(row.name)} is its own parent", right, path=(*path, "parent"))
    _no_cycle(scenario, index)
    for i, row in enumerate(scenario.provider):
        if row.parent is not None and row.attach is Attach.LOCAL:
            parent = scenario.provider[index[row.parent]]
            if parent.parent is not None and parent.attach is Attach.REDIRECT:
                found = f"{shown(parent.name)} is a redirect child and has no lookup service to exchange updates with"
                right = f'write attach = "redirect" here, or attach = "local" at {parent.name}'
                raise ScenarioError(found, right, path=("provider", i, "parent"))


def check_tops(names: Iterable[str], scenario: Scenario, index: dict[str, int], path: Path) -> None:
    """Raise a ScenarioError if a child stands among those that peer."""
    for i, name in enumerate(names):
        parent = scenario.provider[index[name]].parent
        if parent is not None:
            found = f"{shown(name)} is a child of {shown(parent)}, and only top-level providers peer"
            raise ScenarioError(found, f"name {shown(parent)}, or give {shown(name)} no parent", path=(*path, i))


def _no_cycle(scenario: Scenario, index: dict[str, int]) -> None:
    rows = scenario.provider
    sound: set[int] = set()  # those from which a top has been reached
    for start in range(len(rows)):
        chain: dict[int, None] = {}
        at = start
        while at not in sound and at not in chain:
            chain[at] = None
            parent = rows[at].parent
            if parent is None:
                break
            at = index[parent]
        else:
            if at in chain:
                order = list(chain)
                raise _cycle([rows[i].name for i in order[order.index(at) :]], ("provider", at, "parent"))
        sound.update(chain)


def _cycle(names: list[str], path: Path) -> ScenarioError:
    """The parents that go round, in a sentence."""
    steps = [f"{child} is below {parent}" for child, parent in zip(names, [*names[1:], names[0]], strict=True)]
    if len(steps) > NAMED:
        steps = [*steps[: NAMED - 2], f"... and so on, {len(steps)} in all, until", steps[-1]]
    right = "one of them must be a top, without a parent"
    return ScenarioError(f"parents in a circle: {', '.join(steps)}", right, path=path)
