"""From what a map's file says to a network: providers with unique names, links with latencies, places where known.

Rules: nothing is dropped, guessed or chosen without a note; the order of the file is kept.
"""

import math
from collections import Counter

import msgspec

from p4lab.scenario.errors import one_line
from p4lab.scenario.texts import MAX_NAME
from p4lab.topology import delays
from p4lab.topology.globe import Place, flight, guess
from p4lab.topology.raw import RawMap, attribute

SHOWN = 4  # names that a note gives as examples


class Network(msgspec.Struct, frozen=True):
    """Names and places by node; each link once, as (a, b) with a < b, with its latency in seconds."""

    names: list[str]
    places: dict[int, Place]
    links: dict[tuple[int, int], float]
    notes: list[str]


def network(raw: RawMap) -> Network:
    """The network of this map."""
    notes = list(raw.notes)
    nodes = _unique_ids(raw, notes)
    names = _names([attributes for _, attributes in nodes], [name for name, _ in nodes], notes)
    edges = _ends(raw, {name: i for i, (name, _) in enumerate(nodes)}, notes)
    neighbours: list[list[int]] = [[] for _ in nodes]
    for a, b, _ in edges:
        neighbours[a].append(b)
        neighbours[b].append(a)
    places = {i: place for i, (_, each) in enumerate(nodes) if (place := _place(each)) is not None}
    guessed = guess(places, neighbours)
    _note_places(names, places, guessed, notes)
    places = {**places, **guessed}
    links = _links(edges, places, raw.directed, notes)
    _note_parts(len(nodes), links, notes)
    return Network(names, places, links, notes)


def _unique_ids(raw: RawMap, notes: list[str]) -> list[tuple[str, dict[str, str]]]:
    nodes: dict[str, dict[str, str]] = {}
    for name, attributes in raw.nodes:
        nodes.setdefault(name, attributes)
    if len(nodes) < len(raw.nodes):
        notes.append(f"{_count(len(raw.nodes) - len(nodes), 'node')} with the id of another dropped.")
    return list(nodes.items())


def _names(nodes: list[dict[str, str]], ids: list[str], notes: list[str]) -> list[str]:
    """A name for each, unique and not too long."""
    names: list[str] = []
    wanted = [_label(each) for each in nodes]
    taken = set(wanted)
    used: set[str] = set()
    changed: Counter[str] = Counter()
    examples: list[str] = []
    following: Counter[str] = Counter()
    for i, label in enumerate(wanted):
        base = label or f"Node {_clean(ids[i])}".strip()
        name = base if len(base) <= MAX_NAME else f"{base[: MAX_NAME - 1].rstrip()}…"
        changed["blank"] += not label
        changed["long"] += name != base
        repeated = name in used or (name != label and name in taken)
        while name in used or (name != label and name in taken):
            following[base] += 1
            mark = f" ({following[base] + 1})"
            name = f"{base[: MAX_NAME - len(mark)].rstrip()}{mark}"
        if repeated:
            changed["repeated"] += 1
            examples.append(name)
        used.add(name)
        names.append(name)
    if changed["blank"]:
        notes.append(f"{_count(changed['blank'], 'node')} without a label named after the id.")
    if changed["repeated"]:
        notes.append(f"{_count(changed['repeated'], 'name')} given twice made unique: {_some(examples)}.")
    if changed["long"]:
        notes.append(f"{_count(changed['long'], 'name')} of more than {MAX_NAME} characters shortened.")
    return names


def _label(attributes: dict[str, str]) -> str:
    label = _clean(attribute(attributes, "label", "name", "city"))
    return "" if label == "None" else label  # the Topology Zoo's tools write Python's word for nothing


def _clean(text: str) -> str:
    return " ".join(one_line(text).split())


def _ends(raw: RawMap, index: dict[str, int], notes: list[str]) -> list[tuple[int, int, dict[str, str]]]:
    edges: list[tuple[int, int, dict[str, str]]] = []
    loops = strays = 0
    for a, b, attributes in raw.edges:
        if a not in index or b not in index:
            strays += 1
        elif a == b:
            loops += 1
        else:
            low, high = sorted((index[a], index[b]))
            edges.append((low, high, attributes))
    if strays:
        notes.append(f"{_count(strays, 'link')} to a node that is not there dropped.")
    if loops:
        notes.append(f"{_count(loops, 'link')} from a node to itself dropped.")
    return edges


def _place(attributes: dict[str, str]) -> Place | None:
    try:
        lon = float(attribute(attributes, "longitude", "lon", "long", "lng"))
        lat = float(attribute(attributes, "latitude", "lat"))
    except ValueError:
        return None
    return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None


def _note_places(names: list[str], places: dict[int, Place], guessed: dict[int, Place], notes: list[str]) -> None:
    lost = len(names) - len(places) - len(guessed)
    if guessed:
        found = f"{_count(len(guessed), 'node')} without coordinates placed at the mean of their neighbours: "
        notes.append(f"{found}{_some([names[i] for i in sorted(guessed)])}.")
    if lost:
        notes.append(
            f"{_count(lost, 'node')} without coordinates, and without a neighbour that has some, left unplaced."
        )


def _links(
    edges: list[tuple[int, int, dict[str, str]]], places: dict[int, Place], directed: bool, notes: list[str]
) -> dict[tuple[int, int], float]:
    far = [flight(places[a], places[b]) if a in places and b in places else None for a, b, _ in edges]
    givens = [delays.given(attributes) for _, _, attributes in edges]
    unit = _note_delays(givens, far, notes)
    links: dict[tuple[int, int], float] = {}
    for (a, b, _), given, distance in zip(edges, givens, far, strict=True):
        if given is not None:
            latency = delays.seconds(given, unit)
        else:
            latency = delays.UNKNOWN if distance is None else distance
        links[a, b] = min(links.get((a, b), math.inf), max(delays.LEAST, latency))
    if directed:
        notes.append("The map's links have a direction; they were taken to carry both ways.")
    elif len(links) < len(edges):
        notes.append(f"{_count(len(edges) - len(links), 'parallel link')} dropped; the fastest was kept.")
    return links


def _note_delays(givens: list[delays.Given | None], far: list[float | None], notes: list[str]) -> str:
    """Say where the latencies come from; the unit of those without one comes out."""
    read = [(each, distance) for each, distance in zip(givens, far, strict=True) if each is not None]
    unit, why = delays.meant([each for each, _ in read], [distance for _, distance in read])
    measured = sum(each is None and distance is not None for each, distance in zip(givens, far, strict=True))
    unknown = len(givens) - len(read) - measured
    if read:
        bare = any(not each.unit for each, _ in read)
        taken = f", taken as {delays.WORDS[unit]}: {why}" if bare else ""
        halved = "; round trips were halved" if any(each.rtt for each, _ in read) else ""
        notes.append(f"Latency of {_count(len(read), 'link')} as the file gives it{taken}{halved}.")
    if measured:
        notes.append(
            f"Latency of {_count(measured, 'link')} from the great-circle distance, at two thirds of light speed."
        )
    if unknown:
        notes.append(
            f"Latency of {_count(unknown, 'link')} between unplaced nodes set to {delays.UNKNOWN * 1000:g} ms."
        )
    short = sum(
        (delays.seconds(each, unit) if each is not None else distance or 0) < delays.LEAST
        for each, distance in zip(givens, far, strict=True)
        if each is not None or distance is not None
    )
    if short:
        notes.append(f"{_count(short, 'link')} of less than {delays.LEAST * 1000:g} ms raised to that.")
    return unit


def _note_parts(count: int, links: dict[tuple[int, int], float], notes: list[str]) -> None:
    part = list(range(count))

    def root(node: int) -> int:
        while part[node] != node:
            part[node] = node = part[part[node]]
        return node

    for a, b in links:
        part[root(a)] = root(b)
    parts = len({root(node) for node in range(count)})
    if parts > 1:
        notes.append(f"The map falls into {parts} parts; providers of different parts do not peer.")


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _some(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN])}{more}"
