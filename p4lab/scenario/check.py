"""What a scenario must satisfy beyond its types: ranges, names that exist, peerings that make sense, sizes.

Rules: works on the records, so that a file, `--set` and an edit in a window are judged alike; the first fault is raised
with its path. What a provider answers for itself (a value too big, a key too long, a TTL out of range in a `[[do]]`) is
left to it: those codes are part of what a run may show.
"""

import math
from collections.abc import Iterable
from typing import Any

from p4lab.core.commands import BY_HAND
from p4lab.core.names import MAX_KEY, Kind, Regime
from p4lab.core.options import Mesh, Options, Quorum
from p4lab.scenario.errors import Path, ScenarioError, nearest, shown
from p4lab.scenario.forest import check_forest, check_tops
from p4lab.scenario.model import COLOURS, Branch, Expect, Mark, Provider, Scenario, View, Workload, links, tops
from p4lab.scenario.organisations import NO_HOUSES, Houses, check_organisations
from p4lab.scenario.ranges import MAX_KEYS, MAX_LIFE, MAX_RATE, Range, check_position, check_ranges
from p4lab.scenario.shape import MAX_ROWS
from p4lab.scenario.texts import MAX_NAME, MAX_TITLE, check_text
from p4lab.scenario.timeline import check_command, check_commands
from p4lab.scenario.verbs import everybody, known, two_providers

__all__ = ["check", "check_command"]

MAX_PEERINGS = 2_000_000  # about what a run can hold; 2,000 providers in full mesh

GROUPED = ("gets", "puts", "latency", "staleness", "messages", "bytes")  # what each group of section 3 has
METRICS = (
    *("scenario", "seed", "time", "digest", *GROUPED, "access"),
    *("by_regime", "by_workload", "by_provider", "by_organisation", "by_kind", "coherence", "moves", "ghost_reads"),
    *("harm", "commands"),
)


def check(scenario: Scenario) -> None:
    """Raise a ScenarioError with the path of the first fault, or return."""
    check_text(scenario.title, ("title",), MAX_TITLE)
    check_ranges(scenario, ())
    _options(scenario.options, len(tops(scenario)))
    _view(scenario.view)
    check_ranges(scenario.link, ("link",))
    index = _providers(scenario.provider)
    check_forest(scenario, index)
    houses = check_organisations(scenario, index)
    _peerings(scenario, index)
    for i, line in enumerate(scenario.underlay):
        two_providers(line.between, index, ("underlay", i, "between"))
    _workloads(scenario, index, houses)
    check_commands(scenario)
    for i, mark in enumerate(scenario.mark):
        _mark(mark, ("mark", i))
    for i, expect in enumerate(scenario.expect):
        _expect(expect, scenario, ("expect", i))
    _branches(scenario.branch)


def _options(options: Options, providers: int) -> None:
    check_ranges(options, ("options",))
    gets = options.authenticated_gets
    path: Path = ("options", "authenticated_gets")
    if isinstance(gets, Quorum):
        allowed = Range(1, max(1, providers - 1))
        if not allowed.holds(gets.quorum):
            right = f"among {providers} top-level providers it may be {allowed}"
            raise ScenarioError(f"{shown(gets.quorum)} is out of range", right, path=(*path, "quorum"))
    elif gets not in ("first", "all"):
        raise ScenarioError(f"{shown(gets)} is unknown", 'known here: "first", "all", { quorum = 3 }', path=path)


def _view(view: View) -> None:
    check_ranges(view, ("view",))
    if isinstance(view.speed, str):
        if view.speed != "auto":
            raise ScenarioError(f"{shown(view.speed)} is unknown", '"auto" or a factor', path=("view", "speed"))
    elif not Range(0, 1e9, above=True).holds(view.speed):
        raise ScenarioError(f"{shown(view.speed)} is out of range", "it must be more than 0", path=("view", "speed"))
    if view.key is not None and not 1 <= len(view.key.encode()) <= MAX_KEY:
        raise ScenarioError(f"a key has 1 to {MAX_KEY} bytes, this one {len(view.key.encode())}", path=("view", "key"))


def _providers(providers: tuple[Provider, ...]) -> dict[str, int]:
    if len(providers) > MAX_ROWS["provider"]:
        found = f"at most {MAX_ROWS['provider']:,} providers are allowed, here are {len(providers):,}"
        raise ScenarioError(found, path=("provider",))
    index: dict[str, int] = {}
    for i, provider in enumerate(providers):
        path: Path = ("provider", i)
        check_text(provider.name, (*path, "name"), MAX_NAME)
        first = index.setdefault(provider.name, i)
        if first != i:
            found = f"{shown(provider.name)} is already the name of provider {first + 1}"
            raise ScenarioError(found, "each needs a name of its own", path=(*path, "name"))
        check_ranges(provider, path)
        if provider.position is not None and provider.geo is not None:
            raise ScenarioError("position and geo stand together", "one place is enough", path=path)
        check_position(provider.position, path)
        if provider.geo is not None and not (
            Range(-180, 180).holds(provider.geo[0]) and Range(-90, 90).holds(provider.geo[1])
        ):
            right = "[longitude, latitude] in degrees, -180 to 180 and -90 to 90"
            raise ScenarioError("this is no place on Earth", right, path=(*path, "geo"))
    return index


def _peerings(scenario: Scenario, index: dict[str, int]) -> None:
    pairs, every = 0, len(tops(scenario))
    for i, row in enumerate(scenario.peering):
        path: Path = ("peering", i)
        if (row.among is None) == (row.between is None):
            found = "among and between stand together" if row.among is not None else "it says neither among nor between"
            raise ScenarioError(found, 'write among = "all", or between = ["Aster", "Birch"]', path=path)
        if row.between is not None:
            two_providers(row.between, index, (*path, "between"))
            check_tops(row.between, scenario, index, (*path, "between"))
            pairs += 1
        else:
            count = _names(row.among, index, (*path, "among"))
            if row.among != "all" and count < 2:
                raise ScenarioError("a peering needs two providers", path=(*path, "among"))
            if row.among != "all":
                check_tops(row.among or (), scenario, index, (*path, "among"))
            else:
                count = every
            pairs += count * (count - 1) // 2
        check_ranges(row, path)
        if pairs > MAX_PEERINGS:
            right = "take fewer providers, or peer only some of them"
            raise ScenarioError(f"at most {MAX_PEERINGS:,} peerings are allowed, here are {pairs:,}", right, path=path)
    if scenario.options.mesh is Mesh.STRICT:
        _no_holes(scenario)


def _no_holes(scenario: Scenario) -> None:
    have = {(link.a, link.b) for link in links(scenario)}
    every = tops(scenario)
    for i, a in enumerate(every):
        for b in every[i + 1 :]:
            if (a, b) not in have:
                names = " and ".join(scenario.provider[each].name for each in (a, b))
                right = f'{names} have no peering: add it, or write mesh = "mesh"'
                raise ScenarioError('mesh = "strict" allows no holes', right, path=("options", "mesh"))


def _names(names: str | Iterable[str] | None, index: dict[str, int], path: Path, houses: Houses = NO_HOUSES) -> int:
    """How many "all" (providers) or a list of names, of organisations too where they may stand, stands for."""
    if isinstance(names, str) or names is None:
        if names != "all":
            right = f"write [{shown(names)}]" if names in index or names in houses else 'write "all" or a list of names'
            raise ScenarioError(f"{shown(names)} is not a list", right, path=path)
        return len(index)
    seen: set[str] = set()
    for i, name in enumerate(names):
        known(name, index, (*path, i), houses)
        if name in seen:
            raise ScenarioError(f"{shown(name)} stands here twice", path=(*path, i))
        seen.add(name)
    return len(seen)


def _workloads(scenario: Scenario, index: dict[str, int], houses: Houses) -> None:
    keys = 0
    seen: dict[str, int] = {}
    for i, workload in enumerate(scenario.workload):
        path: Path = ("workload", i)
        check_text(workload.name, (*path, "name"), MAX_KEY)
        if workload.name == BY_HAND or seen.setdefault(workload.name, i) != i:
            found = f"{shown(workload.name)} is already the name of "
            found += "what people do" if workload.name == BY_HAND else f"workload {seen[workload.name] + 1}"
            raise ScenarioError(found, "each needs a name of its own", path=(*path, "name"))
        check_ranges(workload, path)
        longest = len(f"{workload.name}/{workload.keys}".encode())
        if longest > MAX_KEY:
            right = f"a key has at most {MAX_KEY}: shorten the name"
            raise ScenarioError(f"its keys would have {longest} bytes", right, path=(*path, "name"))
        owners = _names(workload.owners, index, (*path, "owners"), houses)
        if not owners:
            raise ScenarioError("no provider owns its keys", "name at least one", path=(*path, "owners"))
        most = MAX_RATE / math.ceil(workload.keys / owners)  # one provider's updates are one stream of the summed rate
        if workload.updates_per_second > most:
            right = f"with {workload.keys:,} keys of {owners:,} owners it may be up to {most:g} of each key"
            raise ScenarioError(
                f"{shown(workload.updates_per_second)} is too often", right, path=(*path, "updates_per_second")
            )
        _names(workload.readers, index, (*path, "readers"), houses)
        if workload.lease != 0 and not Range(1, MAX_LIFE).holds(workload.lease):
            right = f"0 for none, or {Range(1, MAX_LIFE, 'seconds')}"
            raise ScenarioError(f"{shown(workload.lease)} is out of range", right, path=(*path, "lease"))
        if workload.value_bytes > scenario.options.max_value:
            right = f"options.max_value allows {scenario.options.max_value:,}"
            raise ScenarioError(
                f"values of {workload.value_bytes:,} bytes are too big", right, path=(*path, "value_bytes")
            )
        if workload.stop is not None and workload.stop < workload.start:
            raise ScenarioError("it stops before it starts", f"start is {workload.start:g}", path=(*path, "stop"))
        _regimes(workload, (*path, "regimes"))
        keys += workload.keys
        if keys > MAX_KEYS:
            found = f"at most {MAX_KEYS:,} keys are allowed, here are {keys:,}"
            raise ScenarioError(found, path=(*path, "keys"))


def _regimes(workload: Workload, path: Path) -> None:
    """Whether each key with a regime of its own is one of the workload's."""
    for key in workload.regimes:
        name, _, number = key.rpartition("/")
        if name != workload.name or not (number.isascii() and number.isdecimal() and len(number) <= len(str(MAX_KEYS))):
            right = f"write {shown(f'{workload.name}/1')} for the first"
        elif not 1 <= int(number) <= workload.keys or number[0] == "0":
            right = f"they are numbered 1 to {workload.keys}"
        else:
            continue
        raise ScenarioError(f"{shown(key)} is no key of this workload", right, path=(*path, key))


def _mark(mark: Mark, path: Path) -> None:
    """A mark may lie behind the end: the run was made shorter, and nothing depends on it."""
    check_ranges(mark, path)
    if mark.until is not None and mark.until < mark.at:
        raise ScenarioError("it ends before it begins", f"at is {mark.at:g}", path=(*path, "until"))
    if mark.colour and mark.colour not in COLOURS:
        raise ScenarioError(
            f"there is no colour {shown(mark.colour)}", nearest(mark.colour, COLOURS), path=(*path, "colour")
        )


def _branches(rows: tuple[Branch, ...]) -> None:
    """Their names; what they do is judged by who makes runs of them."""
    names: list[str] = []
    for i, row in enumerate(rows):
        path: Path = ("branch", i)
        check_text(row.name, (*path, "name"), MAX_NAME)
        if row.name in names:
            raise ScenarioError(f"there is a branch {shown(row.name)} already", path=(*path, "name"))
        if row.parent is not None and row.parent not in names:
            right = "name a branch that stands above it"
            raise ScenarioError(f"there is no branch {shown(row.parent)} yet", right, path=(*path, "parent"))
        if not 0 <= row.at < math.inf:
            raise ScenarioError(f"{shown(row.at)} is no time", "seconds from the start", path=(*path, "at"))
        if row.shown and any(each.shown for each in rows[:i]):
            raise ScenarioError("two branches are shown", "the file's own rows are one branch", path=(*path, "shown"))
        names.append(row.name)
    if rows and not any(row.shown for row in rows):
        raise ScenarioError(
            "no branch is shown", "write shown = true for the one that the file's rows are", path=("branch",)
        )


def _expect(expect: Expect, scenario: Scenario, path: Path) -> None:
    head = expect.metric.replace("[", ".").partition(".")[0]
    known = GROUPED if expect.where else METRICS
    if head not in known:
        found = f"there is no metric {shown(head)}{' of a group' if expect.where else ''}"
        raise ScenarioError(found, nearest(head, known), path=(*path, "metric"))
    if (expect.between is None) == (expect.equals is None):
        found = "between and equals stand together" if expect.between else "it says neither between nor equals"
        raise ScenarioError(found, "write between = [0.18, 0.24], or equals = 3", path=path)
    if expect.between and not -math.inf < expect.between[0] <= expect.between[1] < math.inf:
        raise ScenarioError("this is no range", "two finite numbers, the smaller first", path=(*path, "between"))
    if not _comparable(expect.equals):
        right = "a number, a text, true or false, or a list of these"
        raise ScenarioError("nothing can be equal to this", right, path=(*path, "equals"))
    _where(expect.where, scenario, (*path, "where"))


def _comparable(value: Any) -> bool:
    if isinstance(value, list):
        return all(_comparable(each) and not isinstance(each, list) for each in value)
    return value is None or isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value))


def _where(where: dict[str, str], scenario: Scenario, path: Path) -> None:
    index, houses = everybody(scenario)
    groups: dict[str, list[str]] = {
        "workload": [*(workload.name for workload in scenario.workload), BY_HAND],
        "provider": list(index),
        "organisation": list(houses),
        "regime": [*(regime.value for regime in Regime), "none", "mixed"],
        "kind": [kind.value for kind in Kind],
    }
    if len(where) > 1:
        raise ScenarioError(f"one group at a time, here are {len(where)}", f"one of {', '.join(groups)}", path=path)
    for group, name in where.items():
        if group not in groups:
            raise ScenarioError(f"there is no group {shown(group)}", nearest(group, groups), path=(*path, group))
        if name not in groups[group]:
            raise ScenarioError(f"there is no {group} {shown(name)}", nearest(name, groups[group]), path=(*path, group))
