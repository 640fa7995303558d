"""A campaign's report as people and as scripts read it (contracts section 3, the end)."""

from typing import Any

from p4lab.torture.torture import BROKEN, HOUR, Report
from p4lab.torture.violation import Violation


def lines(report: Report) -> list[str]:
    """The report in a few lines."""
    crashes = report.faults["crash"]
    kinds = ", ".join(f"{kind} {number:,}" for kind, number in sorted(report.faults.items(), key=lambda each: -each[1]))
    return [
        f"{report.simulated / HOUR:,.1f} simulated hours, {report.speedup:,.0f} times as fast as they would pass",
        f"{report.operations:,} operations, {report.faults.total():,} faults, {crashes:,} of them crashes",
        f"  {kinds}" if kinds else "  no faults",
        f"{len(report.found)} invariants violated" if report.found else "no invariant violated",
    ]


def spelt(violation: Violation) -> str:
    """A violation as one line."""
    what = "the run broke" if violation.invariant == BROKEN else f"invariant {violation.invariant}"
    return f"{what} at {violation.t:.3f} s: {violation.says}"


def as_json(report: Report) -> dict[str, Any]:
    """The report as one JSON object."""
    return {
        "seed": report.seed,
        "hours": report.simulated / HOUR,
        "speedup": report.speedup,
        "operations": report.operations,
        "faults": dict(sorted(report.faults.items())),
        "violations": [
            {
                "invariant": found.violation.invariant,
                "seed": found.seed,
                "time": found.violation.t,
                "says": found.violation.says,
            }
            for found in report.found
        ],
    }
