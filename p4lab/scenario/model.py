"""A scenario in memory: one record per table of the TOML file, field by field (contracts section 2).

Rules: plain frozen records, no file access, no checks beyond types (those are in `check.py`). Seconds, bytes, bit/s.
"""

from typing import Any

import msgspec

from p4lab.core.commands import Command, Peer, SetLink
from p4lab.core.events import Pair, pair_of
from p4lab.core.names import Kind, Regime
from p4lab.core.options import Attach, Options

COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "grey")  # of marks, as words: themes have the rest


class View(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the window opens it."""

    key: str | None = None  # the key selected at start; None: the busiest
    speed: str | float = "auto"
    at: float | None = None  # the moment it opens at, stopped; None: at the start


class Link(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The defaults of every link."""

    latency: float = 0.040  # one way
    jitter: float = 0.0  # standard deviation, truncated at 0
    loss: float = 0.0  # 0 <= loss < 1
    bandwidth: float = 0  # 0 = unlimited
    duplicate: float = 0.0  # 0..1: that the network delivers a message twice
    reorder: float = 0.0  # 0..1: that a message is overtaken, arriving up to one latency later
    corrupt: float = 0.0  # 0..1: that its content arrives changed


class ParentLink(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The link of a child to its parent; a field left out falls back to `[link]`."""

    latency: float | None = None
    jitter: float | None = None
    loss: float | None = None
    bandwidth: float | None = None
    duplicate: float | None = None
    reorder: float | None = None
    corrupt: float | None = None


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One provider. At most one of position (0..1, y down) and geo (longitude, latitude in degrees).

    With a parent it is a child; attach and link say how it hangs there.
    """

    name: str
    customers: int = 100
    position: tuple[float, float] | None = None
    geo: tuple[float, float] | None = None
    lookup_delay: float = 0.002
    parent: str | None = None
    attach: Attach = Attach.LOCAL
    link: ParentLink = ParentLink()


class Organisation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A DHT proxy between customers and `at`, a provider or another organisation (paper section 2).

    With a store it keeps and serves what it can by itself; without, it passes everything on.
    """

    name: str
    at: str
    customers: int = 20
    store: bool = True
    latency: float | None = None  # to `at`, one way; None: options.access_latency
    position: tuple[float, float] | None = None  # None: beside `at`


class Peering(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Peerings among many ("all" or names) or between two; a link field left out falls back to `[link]`."""

    among: str | tuple[str, ...] | None = None
    between: tuple[str, str] | None = None
    latency: float | None = None
    jitter: float | None = None
    loss: float | None = None
    bandwidth: float | None = None
    duplicate: float | None = None
    reorder: float | None = None
    corrupt: float | None = None


class Underlay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of the imported map: drawn, it carries nothing."""

    between: tuple[str, str]


class Workload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Keys `name/1` .. `name/keys`, put and read by Poisson customers. Rates per second."""

    name: str
    keys: int = 100
    owners: str | tuple[str, ...] = "all"
    readers: str | tuple[str, ...] = "all"
    kind: Kind = Kind.AUTHENTICATED
    regime: Regime = Regime.GET_BROADCAST
    ttl: float = 60.0
    lease: float = 0.0
    value_bytes: int = 100
    gets_per_second: float = 0.5  # at each reader provider, over all keys
    updates_per_second: float = 0.01  # of each key; the first put is at `start`
    popularity: float = 0.0  # Zipf exponent over keys
    start: float = 0.0
    stop: float | None = None  # None: the duration
    regimes: dict[str, Regime] = {}  # of single keys ("news/3"), where it is another than `regime`


class Do(msgspec.Struct, frozen=True):
    """One command at one time (`[[do]]`)."""

    at: float
    command: Command


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A remark on the time line: at one moment, or from `at` until `until`. It has no effect on the run."""

    at: float
    until: float | None = None
    text: str = ""
    colour: str = ""  # one of COLOURS; empty: the window's usual one


class Branch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another future of the scenario, or (shown) the place of the file's own rows among them; no run knows of it.

    parent, at, why: which branch it left, where, and what for. It does what the file's rows do up to `since` (None:
    none of it) and then what `do` says; `instead` has the tables that it begins with in place of the file's.
    """

    name: str
    parent: str | None = None
    at: float = 0.0
    why: str = ""
    shown: bool = False
    since: float | None = None
    do: tuple[Do, ...] = ()
    instead: dict[str, Any] = {}


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the run must show: a metric path, an optional group, and a range or a value."""

    metric: str
    where: dict[str, str] = {}  # at most one of workload, provider, regime, kind
    between: tuple[float, float] | None = None
    equals: Any = None
    says: str = ""


class Scenario(msgspec.Struct, frozen=True):
    """The whole file. Names of the tuples are those of the TOML tables."""

    title: str
    duration: float
    about: str = ""
    seed: int = 7
    options: Options = Options()
    view: View = View()
    link: Link = Link()
    provider: tuple[Provider, ...] = ()
    organisation: tuple[Organisation, ...] = ()
    peering: tuple[Peering, ...] = ()
    underlay: tuple[Underlay, ...] = ()
    workload: tuple[Workload, ...] = ()
    do: tuple[Do, ...] = ()
    mark: tuple[Mark, ...] = ()
    expect: tuple[Expect, ...] = ()
    branch: tuple[Branch, ...] = ()


class PairLink(msgspec.Struct, frozen=True):
    """One peering as it resolves: indices into `Scenario.provider` with a < b, and its link."""

    a: int
    b: int
    link: Link


def tops(scenario: Scenario) -> list[int]:
    """The providers without a parent, those that may peer."""
    return [i for i, provider in enumerate(scenario.provider) if provider.parent is None]


def links(scenario: Scenario) -> list[PairLink]:
    """Every peering of the scenario, later rows winning, in order of (a, b)."""
    index = {provider.name: i for i, provider in enumerate(scenario.provider)}
    every = tops(scenario)
    found: dict[Pair, Link] = {}
    for row in scenario.peering:
        link = filled(row, scenario.link)
        for a, b in _pairs(row, index, every):
            found[pair_of(a, b)] = link
    return [PairLink(a, b, link) for (a, b), link in sorted(found.items())]


def parent_links(scenario: Scenario) -> list[tuple[int, int, Link]]:
    """(child, parent, its link) of every child, in order of the children."""
    index = {provider.name: i for i, provider in enumerate(scenario.provider)}
    return [
        (child, index[row.parent], filled(row.link, scenario.link))
        for child, row in enumerate(scenario.provider)
        if row.parent is not None
    ]


def every_link(scenario: Scenario) -> dict[Pair, Link]:
    """All links between providers, peerings and those to parents."""
    found = {(each.a, each.b): each.link for each in links(scenario)}
    return found | {pair_of(child, parent): link for child, parent, link in parent_links(scenario)}


def filled(given: Peering | ParentLink | Peer | SetLink, link: Link) -> Link:
    """`link` with the fields that are given."""
    fields = {name: value for name in link.__struct_fields__ if (value := getattr(given, name)) is not None}
    return msgspec.structs.replace(link, **fields)


def _pairs(row: Peering, index: dict[str, int], every: list[int]) -> list[tuple[int, int]]:
    if row.between is not None:
        return [(index[row.between[0]], index[row.between[1]])]
    members = every if row.among in ("all", None) else [index[name] for name in row.among or ()]
    return [(a, b) for i, a in enumerate(members) for b in members[i + 1 :]]
