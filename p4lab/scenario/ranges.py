"""Which numbers the fields of a scenario may have, and why.

Rules: one table, all of it; what depends on another field is in `check.py`.
"""

import msgspec

from p4lab.core.commands import AddOrganisation, AddProvider, Get, Peer, Put, SetLink, SetProvider
from p4lab.core.options import Options
from p4lab.scenario.errors import Path, ScenarioError, shown
from p4lab.scenario.model import Link, Mark, Organisation, ParentLink, Peering, Provider, Scenario, View, Workload

MAX_KEYS = 1_000_000  # of all workloads together
MAX_VALUE = 65_536  # bytes, whatever `options.max_value` says (protocol 5.1)
MAX_LIFE = 604_800.0  # s, a week: the cap of RFC 8767 on TTLs
MAX_SEQ = 2**63 - 1  # BEP 44
MAX_DELAY = 86_400.0  # s; a day on a link is surely a slip of the unit
MAX_RATE = 100_000.0  # 1/s; times are kept to a microsecond
MAX_TIME = 1e9  # s, thirty years: beyond it a float no longer tells microseconds apart


class Range(msgspec.Struct, frozen=True):
    """The numbers a field may have, ends included unless `above` or `below` says otherwise."""

    low: float
    high: float
    unit: str = ""
    above: bool = False  # more than low
    below: bool = False  # less than high

    def holds(self, value: float) -> bool:
        """Whether the value lies within; never for NaN."""
        return (self.low < value if self.above else self.low <= value) and (
            value < self.high if self.below else value <= self.high
        )

    def __str__(self) -> str:
        low, high, unit = _number(self.low), _number(self.high), f" {self.unit}" if self.unit else ""
        if not self.above and not self.below:
            return f"from {low} to {high}{unit}"
        words = "more than" if self.above else "at least", "less than" if self.below else "at most"
        return f"{words[0]} {low} and {words[1]} {high}{unit}"


def _number(value: float) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.0f}" if value == round(value) and abs(value) < 1e15 else f"{value:g}"


_DELAY = Range(0, MAX_DELAY, "seconds")
_RATE = Range(0, MAX_RATE, "per second")
_LIFE = Range(0, MAX_LIFE, "seconds")
_ASKED = Range(0, MAX_TIME, "seconds")  # longer than MAX_LIFE is for the provider to refuse, with E_TTL
_SEQ = Range(0, MAX_SEQ)
_SHARE = Range(0, 1)
_PEOPLE = Range(0, 1_000_000_000)
_LINK = {
    "latency": _DELAY, "jitter": _DELAY, "loss": Range(0, 1, below=True), "bandwidth": Range(0, 1e15, "bit/s"),
    "duplicate": _SHARE, "reorder": _SHARE, "corrupt": Range(0, 1, below=True),
}  # fmt: skip
_RANGES: dict[type[msgspec.Struct], dict[str, Range]] = {
    Scenario: {"duration": Range(0, MAX_TIME, "seconds", above=True), "seed": Range(-(2**63), 2**63 - 1)},
    Options: {
        "query_timeout": Range(0, MAX_DELAY, "seconds", above=True),
        "max_value": Range(1, MAX_VALUE, "bytes"),
        "access_latency": _DELAY,
        "down_after": Range(0, 1000),
        "hold_time": _DELAY,
        "relay_hops": Range(1, 255),
        "commit_delay": _DELAY,
        "w_sync": Range(0, MAX_TIME, "seconds"),
        "max_stale": _LIFE,
        "neg_ttl": Range(0, 60, "seconds"),
        "max_entries": Range(0, 1_000_000_000),
        "max_bytes": Range(0, 1_000_000_000_000, "bytes"),
        "maxvals": Range(1, 100_000),
        "port_grace": _LIFE,
    },
    Link: _LINK,
    Peering: _LINK,
    ParentLink: _LINK,
    Provider: {"customers": _PEOPLE, "lookup_delay": _DELAY},
    Organisation: {"customers": _PEOPLE, "latency": _DELAY},
    Workload: {
        "keys": Range(1, MAX_KEYS),
        "ttl": _LIFE,
        "value_bytes": Range(0, MAX_VALUE, "bytes"),
        "gets_per_second": _RATE,
        "updates_per_second": _RATE,
        "popularity": Range(0, 100),
        "start": Range(0, MAX_TIME, "seconds"),
        "stop": Range(0, MAX_TIME, "seconds"),
    },
    View: {"at": Range(0, MAX_TIME, "seconds")},
    Mark: {"at": Range(0, MAX_TIME, "seconds"), "until": Range(0, MAX_TIME, "seconds")},
    Put: {"ttl": _ASKED, "lease": _ASKED, "seq": _SEQ, "cas": _SEQ},
    Get: {"min_version": _SEQ},
    AddProvider: {"customers": _PEOPLE, "lookup_delay": _DELAY},
    AddOrganisation: {"customers": _PEOPLE, "latency": _DELAY},
    SetProvider: {"customers": _PEOPLE, "lookup_delay": _DELAY},
    Peer: _LINK,
    SetLink: _LINK,
}


def check_position(position: tuple[float, float] | None, path: Path) -> None:
    """Raise a ScenarioError for a place off the map. None is none."""
    if position is not None and not all(Range(0, 1).holds(part) for part in position):
        raise ScenarioError("a position is out of range", "two numbers from 0 to 1, y down", path=(*path, "position"))


def check_ranges(record: msgspec.Struct, path: Path) -> None:
    """Raise a ScenarioError for the first field of this record that is out of its range. None is none."""
    for field, allowed in _RANGES.get(type(record), {}).items():
        value = getattr(record, field)
        if value is not None and not allowed.holds(value):
            raise ScenarioError(f"{shown(value)} is out of range", f"it may be {allowed}", path=(*path, field))
