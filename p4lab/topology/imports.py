"""Maps of other people's making as scenarios: `import_map` reads GraphML, GML and CAIDA as-rel (contracts section 2).

Rules: each node becomes a provider; what was dropped, guessed or chosen is noted; whatever the bytes are, the answer is
an Imported or a TopologyError.
"""

import math
import re
from pathlib import Path
from typing import Literal

import msgspec

from p4lab.scenario.check import check
from p4lab.scenario.errors import ScenarioError, one_line
from p4lab.scenario.model import Peering, Provider, Scenario, Underlay, View, Workload
from p4lab.scenario.read import load_bytes
from p4lab.scenario.shape import MAX_ROWS
from p4lab.scenario.texts import MAX_TITLE
from p4lab.topology.as_rel import Relations, is_as_rel, read_as_rel
from p4lab.topology.errors import TopologyError
from p4lab.topology.forest import Parents, forest, providers, workload
from p4lab.topology.gml import read_gml
from p4lab.topology.graphml import read_graphml
from p4lab.topology.network import Network, network
from p4lab.topology.paths import distances, neighbours
from p4lab.topology.raw import RawMap, attribute

Peerings = Literal["all", "links"]

MAX_FILE = 32_000_000  # bytes; the largest map of the Topology Zoo has 0.4 MB
MAX_FULL = 60  # providers that all peer with all unless asked (contracts section 2)
MAX_PAIRS = 90_000  # about what a scenario file of 8 MB holds
DURATION = 60.0  # s
GETS = 0.5  # 1/s
TTL = 30.0  # s
WORKLOAD = "place"


class Imported(msgspec.Struct, frozen=True):
    """A scenario made of a map, and what was dropped, guessed or chosen on the way, a sentence each."""

    scenario: Scenario
    notes: list[str]


def import_map(
    path: Path | str, *, peerings: Peerings | None = None, title: str | None = None, parents: Parents | None = None
) -> Imported:  # fmt: skip
    """The map in this file as a scenario. `peerings`: "all" with all, or along the "links"; None chooses by size.

    `parents`: which provider a multi-homed AS of an as-rel file keeps; None is "nearest".
    """
    try:
        data = load_bytes(path, MAX_FILE)
        if is_as_rel(_start(data)):
            if peerings is not None:
                raise TopologyError("--peerings is for maps", "an as-rel file says itself who peers: the clique")
            return _market(read_as_rel(data), Path(path).name, title, parents or "nearest")
        if parents is not None:
            raise TopologyError("--parents is for as-rel files", "leave it out")
        raw = _read(data)
        found = network(raw)
        if not found.names:
            raise TopologyError("the map has no nodes")
        if len(found.names) > MAX_ROWS["provider"]:
            most = MAX_ROWS["provider"]
            raise TopologyError(f"the map has {len(found.names):,} nodes, a scenario at most {most:,} providers")
        return _scenario(raw, found, Path(path).name, peerings, title)
    except ScenarioError as fault:
        raise TopologyError(fault.what, fault.right, file=str(path)) from None
    except TopologyError as fault:
        raise TopologyError(fault.what, fault.right, line=fault.line, file=str(path)) from None


def _read(data: bytes) -> RawMap:
    """The map in these bytes, whatever the file is called."""
    start = _start(data)
    if start.startswith(b"<"):
        return read_graphml(data)
    if b"\0" in start or start.startswith((b"{", b"\x1f\x8b", b"PK")):
        raise TopologyError("this is neither GraphML nor GML nor as-rel")
    if re.search(rb"^(format\s*=|\[\[?(provider|options|peering|workload)\]?\])", start, re.MULTILINE):
        raise TopologyError("this is a scenario already", "p4lab run or p4lab gui opens it")
    try:
        return read_gml(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raw = read_gml(data.decode("latin-1"))
        return msgspec.structs.replace(raw, notes=[*raw.notes, "The file is not UTF-8; it was read as Latin-1."])


def _start(data: bytes) -> bytes:
    return data.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:4096]


def _market(relations: Relations, file: str, title: str | None, rule: Parents) -> Imported:
    """A forest of autonomous systems."""
    found = forest(relations, rule)
    if not found.parents:
        raise TopologyError("nobody is at the top", "an as-rel file has providers that are nobody's customers")
    if len(found.parents) > MAX_ROWS["provider"]:
        most = MAX_ROWS["provider"]
        raise TopologyError(f"the map has {len(found.parents):,} ASes, a scenario at most {most:,} providers")
    rows = providers(found)
    scenario = Scenario(
        title=title if title is not None else _line(Path(file).stem)[:MAX_TITLE].strip() or "Imported map",
        about=f"Autonomous systems imported from `{_line(file)}`, CAIDA's AS relationships: the clique at the top "
        "peers, each customer hangs below one provider.\n\n" + "".join(f"- {note}\n" for note in found.notes),
        duration=DURATION,
        view=View(key=f"{WORKLOAD}/1"),
        provider=rows,
        peering=(Peering(among="all"),),
        workload=(workload(rows, WORKLOAD),),
    )
    check(scenario)
    return Imported(scenario, found.notes)


def _scenario(raw: RawMap, found: Network, file: str, peerings: Peerings | None, title: str | None) -> Imported:
    names, notes = found.names, list(found.notes)
    count = len(names)
    chosen: Peerings = peerings or ("all" if count <= MAX_FULL else "links")
    pairs = _all_pairs(found) if chosen == "all" else found.links
    rows = tuple(
        Peering(between=(names[a], names[b]), latency=round(latency, 6)) for (a, b), latency in sorted(pairs.items())
    )
    if chosen == "all":
        notes.append(f"Peerings: all with all, {len(rows):,}, each with the latency of the shortest path over the map.")
    else:
        why = "as asked" if peerings else f"more than {MAX_FULL} providers; --peerings all makes it all with all"
        notes.append(f"Peerings: along the {len(rows):,} links of the map, a mesh with holes ({why}).")
    name = _line(attribute(raw.facts, "network", "label", "name") or Path(file).stem)[:MAX_TITLE].strip()
    scenario = Scenario(
        title=title if title is not None else name or "Imported map",
        about=_about(raw.facts, file),
        duration=DURATION,
        view=View(key=f"{WORKLOAD}/1"),
        provider=tuple(Provider(name=names[i], geo=found.places.get(i)) for i in range(count)),
        peering=rows,
        underlay=tuple(Underlay((names[a], names[b])) for a, b in sorted(found.links)),
        workload=(Workload(WORKLOAD, keys=count, ttl=TTL, gets_per_second=GETS),),
    )
    check(scenario)
    return Imported(scenario, notes)


def _all_pairs(found: Network) -> dict[tuple[int, int], float]:
    count = len(found.names)
    if count * (count - 1) // 2 > MAX_PAIRS:
        what = f"all with all would be {count * (count - 1) // 2:,} peerings, more than a scenario file holds"
        raise TopologyError(what, "take --peerings links")
    near = neighbours(count, found.links)
    pairs: dict[tuple[int, int], float] = {}
    for a in range(count):
        far = distances(near, a)
        pairs |= {(a, b): far[b] for b in range(a + 1, count) if far[b] < math.inf}
    return pairs


def _about(facts: dict[str, str], file: str) -> str:
    """Where the map comes from, as far as its file says."""
    date = attribute(facts, "networkdate", "date") or attribute(facts, "dateyear", "year")
    creator = attribute(facts, "creator", "author", "generator")
    lines = [
        ("Network", attribute(facts, "network", "label", "name")),
        ("Region", attribute(facts, "geolocation", "region")),
        ("Date", date.replace("_", "-")),
        ("Source", attribute(facts, "source", "url")),
        ("Creator", creator),
        ("Licence", attribute(facts, "licence", "license", "copyright", "rights")),
        ("Note", attribute(facts, "note", "comment")),
    ]
    said = "".join(f"- {what}: {_line(value)[:300]}\n" for what, value in lines if value)
    if "topology zoo" in creator.casefold():
        said += "- The Internet Topology Zoo publishes its maps under CC BY 4.0: Knight et al., IEEE JSAC 2011\n"
    head = f"A map imported from `{_line(file)}`: each node is a provider."
    return f"{head}\n\n{said}" if said else head


def _line(text: str) -> str:
    clean = one_line(text.encode("utf-8", "replace").decode())  # file names may hold bytes that are no text
    return " ".join(clean.split())
