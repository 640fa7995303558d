"""A campaign from its seed to its report: episode after episode, and what to do about a violation.

Rules: episode k of a campaign is that of seed + k, so a violation's seed alone brings it back as the first episode. A
violation is shrunk to what is needed for it and handed back as a scenario; nothing here touches a file or a screen.
"""

import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from time import perf_counter

import msgspec

from p4lab.core.commands import Note
from p4lab.scenario.model import Do, Scenario
from p4lab.torture.campaign import LENGTH, Episode, done, episode
from p4lab.torture.shrink import shrink
from p4lab.torture.violation import Violation
from p4lab.torture.watched import Watched, quiet_moments

FEWEST, MOST = 5, 8  # providers of an episode where nobody says how many
LIARS = 0.15  # share of episodes in which some misbehave
SHRINKING = 40.0  # s of wall time that are spent on making a violation small
BROKEN = 0  # the invariant that is none: the run raised an exception
HOUR = 3600.0


class Found(msgspec.Struct, frozen=True):
    """A violation, the seed of its episode, and for the first of each invariant a small scenario that shows it."""

    violation: Violation
    seed: int
    scenario: Scenario | None = None


class Report(msgspec.Struct):
    """What a campaign did. seconds: of wall time, without shrinking."""

    seed: int
    simulated: float = 0.0
    seconds: float = 0.0
    operations: int = 0
    faults: Counter[str] = Counter()
    found: list[Found] = []

    @property
    def speedup(self) -> float:
        """Simulated seconds per real second."""
        return self.simulated / self.seconds if self.seconds else 0.0


def torture(
    seed: int, hours: float, providers: int | None, tell: Callable[[Report], None] = lambda report: None
) -> Report:  # fmt: skip
    """Run a campaign of at least so many simulated hours; `tell` hears of each episode that is over."""
    report = Report(seed, faults=Counter(), found=[])
    number = seed
    while report.simulated < hours * HOUR:
        one = drawn(number, providers)
        begun = perf_counter()
        found, operations = run(one.whole())
        report.seconds += perf_counter() - begun
        report.simulated += LENGTH
        report.operations += operations
        report.faults.update(fault.kind for fault in one.faults)
        for violation in first_of_each(found):
            known = any(each.violation.invariant == violation.invariant for each in report.found)
            report.found.append(Found(violation, number, None if known else smaller(one, violation)))
        tell(report)
        number += 1
    return report


def drawn(seed: int, providers: int | None) -> Episode:
    """The episode of this seed."""
    rng = Random(f"{seed}:episode")
    size, lies = rng.randint(FEWEST, MOST), rng.random() < LIARS
    return episode(str(seed), providers or size, lies)


def run(scenario: Scenario, stop: int | None = None) -> tuple[list[Violation], int]:
    """Watch a scenario to its end, or to the first violation of `stop`: what was found, and how many operations."""
    watched: Watched | None = None
    found: list[Violation] = []
    try:
        watched = Watched(scenario)
        found = watched.found
        for at in [*quiet_moments(scenario.do), scenario.duration]:
            watched.advance(at)
            if at < scenario.duration:
                watched.quiet()
            if stop is not None and any(each.invariant == stop for each in found):
                break
    except Exception as problem:  # noqa: BLE001  # whatever it is, it is a finding, and its seed is worth knowing
        place = traceback.extract_tb(problem.__traceback__)[-1]
        said = f"{type(problem).__name__} in {place.name}: {problem}"
        found.append(Violation(BROKEN, 0.0 if watched is None else max(watched.now, 0.0), said))
    return found, 0 if watched is None else watched.told.operations


def first_of_each(found: Sequence[Violation]) -> list[Violation]:
    """The first violation of each invariant, in their order."""
    seen: dict[int, Violation] = {}
    for violation in found:
        seen.setdefault(violation.invariant, violation)
    return list(seen.values())


def smaller(one: Episode, violation: Violation, seconds: float = SHRINKING) -> Scenario:
    """A scenario with no more commands than it takes to violate the same invariant, and what it shows."""
    stop = violation.invariant

    def shows(parts: list[tuple[Do, ...]]) -> bool:
        return any(each.invariant == stop for each in run(_with(one, parts), stop)[0])

    parts = [(row,) for row in one.operations] + [fault.rows for fault in one.faults]
    early = [part for part in parts if part[0].at <= violation.t]
    kept = shrink(early if shows(early) else parts, shows, seconds)
    shown = next((each for each in run(_with(one, kept), stop)[0] if each.invariant == stop), violation)
    scenario = _with(one, kept)
    about = f"{scenario.about} It violates invariant {stop} at {shown.t:g} s: {shown.says}."
    rows = [row for row in scenario.do if row.at <= shown.t or not isinstance(row.command, Note)]
    return msgspec.structs.replace(done(scenario, rows), title=f"Invariant {stop} is violated", about=about)


def _with(one: Episode, parts: list[tuple[Do, ...]]) -> Scenario:
    return done(one.scenario, [*one.notes, *(row for part in parts for row in part)])
