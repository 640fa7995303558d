"""Networks of a kind, made to measure: a full mesh, a ring, a star, random graphs of three sorts, a forest.

Rules: equal (kind, count, seed, parameters) give equal scenarios, which pass the checks and play at once. In a kind
that is not complete, peers pass on questions and updates (`mesh = "relay"`): with the paper's rule, that nobody carries
what is not its own, whoever has no peering with an owner finds nothing, and the shape of the graph could not matter.
"""

from random import Random
from typing import Any

import msgspec

from p4lab.core.options import Mesh, Options, Signatures
from p4lab.scenario.changes import POOL, set_place
from p4lab.scenario.check import check
from p4lab.scenario.errors import ScenarioError, nearest, shown
from p4lab.scenario.model import Link, Peering, Provider, Scenario, View
from p4lab.topology.arrange import MARGIN, arrange
from p4lab.topology.forest import workload
from p4lab.topology.paths import distances, neighbours

Edges = list[tuple[int, int]]

MOST = 1000  # providers: a full mesh of more would take minutes for a minute
DURATION = 60.0  # s
WORKLOAD = "news"
MODELLED = 100  # providers from which on signatures are modelled: real ones would be most of the work
HOPS = 7  # how far a question goes at least, as by default (Gnutella's TTL)
LONGEST = 30.0  # s that a provider waits for an answer at most: half of the run
SPARE = 1.2  # how much longer than there and back a question may take


class Parameter(msgspec.Struct, frozen=True):
    """A number that one kind wants to know beyond the count. usual: left out."""

    name: str
    label: str
    usual: float
    low: float
    high: float
    whole: bool = True


class Kind(msgspec.Struct, frozen=True):
    """label: for a list. says: in a sentence. least: how many providers it takes. how: as `arrange` has it."""

    label: str
    says: str
    how: str
    least: int = 1
    parameters: tuple[Parameter, ...] = ()


KINDS: dict[str, Kind] = {
    "full mesh": Kind("Full mesh", "Everybody peers with everybody, as the paper assumes.", "ring"),
    "ring": Kind("Ring", "Everybody peers with the next and the one before.", "ring", 3),
    "star": Kind("Star", "One provider in the middle peers with all others, who peer with nobody else.", "ring", 2),
    "random": Kind(
        "Random", "Every pair is as likely to peer as any other (Erdős and Rényi); parts are joined into one.",
        "force", 2, (Parameter("peers", "Peers of each, on average", 4, 1, 999, whole=False),),
    ),
    "small world": Kind(
        "Small world", "A ring of near peers, some of whose peerings lead far away instead (Watts and Strogatz).",
        "ring", 3, (Parameter("peers", "Peers of each", 4, 2, 998),
                    Parameter("rewired", "Share of far peerings", 0.1, 0, 1, whole=False)),
    ),
    "preferential attachment": Kind(
        "Preferential attachment", "Each newcomer peers with some who have many peers already (Barabási and Albert).",
        "force", 2, (Parameter("peers", "Peers of each newcomer", 2, 1, 998),),
    ),
    "forest": Kind(
        "Forest", "Top-level providers that all peer; everybody else hangs below another.",
        "forest", 1, (Parameter("tops", "Top-level providers", 4, 1, 1000),
                      Parameter("children", "Children of each, at most", 4, 1, 1000)),
    ),
}  # fmt: skip


def generate(kind: str, count: int, seed: int = 7, **parameters: float) -> Scenario:
    """A scenario with this network of `count` providers. parameters: those of `KINDS[kind]` that are not the usual."""
    if kind not in KINDS:
        raise ScenarioError(f"there is no kind {shown(kind)}", nearest(kind, KINDS) or f"one of {', '.join(KINDS)}")
    sort = KINDS[kind]
    if not sort.least <= count <= MOST:
        raise ScenarioError(f"a {kind} of {count:,} providers", f"it takes {sort.least} to {MOST:,}")
    given = _given(kind, count, parameters)
    names = POOL[:count] if count <= len(POOL) else tuple(f"P{i}" for i in range(1, count + 1))
    rows = tuple(map(Provider, names))
    edges, options = None, Options(signatures=Signatures.MODELLED if count >= MODELLED else Signatures.REAL)
    if kind == "forest":
        rows = _forest(rows, int(given["tops"]), int(given["children"]), Random(f"{seed}:forest"))
    elif kind != "full mesh":
        edges = _edges(kind, count, seed, given)
        options = _far(options, count, edges)
    peering = (
        (Peering(among="all"),)
        if edges is None
        else tuple(Peering(between=(names[a], names[b])) for a, b in sorted(edges))
    )
    scenario = Scenario(
        title=f"{sort.label} of {count:,} provider{'s' if count > 1 else ''}",
        about=_about(kind, count, seed, given, edges, options),
        duration=DURATION,
        seed=seed,
        options=options,
        view=View(key=f"{WORKLOAD}/1"),
        provider=rows,
        peering=peering,
        workload=(workload(rows, WORKLOAD),),
    )
    places = arrange(scenario, sort.how)
    if kind == "star":
        hub, *others = names
        circle = arrange(msgspec.structs.replace(scenario, provider=rows[1:], peering=()), "ring")
        places = {hub: (0.5, 0.5), **({others[0]: (1 - MARGIN, 0.5)} if len(others) == 1 else circle)}
    scenario = set_place(scenario, places)
    check(scenario)
    return scenario


def most(parameter: Parameter, count: int) -> float:
    """The largest that this can be in a network of `count`: nobody has more peers than there are others."""
    bounds = {"peers": max(parameter.low, count - 1), "tops": count}
    return min(parameter.high, bounds.get(parameter.name, parameter.high))


def _given(kind: str, count: int, parameters: dict[str, float]) -> dict[str, float]:
    known = {each.name: each for each in KINDS[kind].parameters}
    for name, value in parameters.items():
        if name not in known:
            raise ScenarioError(f"a {kind} has no parameter {shown(name)}", nearest(name, known))
        each = known[name]
        high = most(each, count)
        if not each.low <= value <= high or (each.whole and value != int(value)):
            right = f"{'a whole number' if each.whole else 'a number'} from {each.low:g} to {high:g}"
            among = "" if high == each.high else f" among {count:,} providers"
            raise ScenarioError(f"{name} = {shown(value)} is out of range", right + among)
    return {name: parameters.get(name, min(each.usual, most(each, count))) for name, each in known.items()}


def _edges(kind: str, count: int, seed: int, given: dict[str, float]) -> Edges:
    import networkx  # noqa: PLC0415 a quarter of a second, which nobody waits for who makes no network

    graph: Any
    match kind:
        case "ring":
            graph = networkx.cycle_graph(count)
        case "star":
            graph = networkx.star_graph(count - 1)
        case "random":
            links = min(round(given["peers"] * count / 2), count * (count - 1) // 2)
            graph = networkx.gnm_random_graph(count, links, seed=seed)
            parts = [sorted(part) for part in networkx.connected_components(graph)]
            rng = Random(f"{seed}:parts")
            for part in parts[1:]:
                graph.add_edge(parts[0][int(rng.random() * len(parts[0]))], part[int(rng.random() * len(part))])
        case "small world":
            near = min(int(given["peers"]), count - 1)
            graph = networkx.connected_watts_strogatz_graph(count, near, given["rewired"], tries=1000, seed=seed)
        case _:
            graph = networkx.barabasi_albert_graph(count, min(int(given["peers"]), count - 1), seed=seed)
    return [(min(a, b), max(a, b)) for a, b in graph.edges]


def _far(options: Options, count: int, edges: Edges) -> Options:
    """Questions go as far as the network reaches, and whoever asks waits for the way there and back.

    Everybody on the way waits three quarters of what the one before waits (protocol section 5.7), so patience has to
    grow with the power of the length; in a long ring not everybody can be reached.
    """
    near = neighbours(count, dict.fromkeys(edges, 1.0))
    hops = max(HOPS, int(max(max(distances(near, start)) for start in _ends(count))))
    while (waits := max(2 * (hops - at) * Link().latency * SPARE / 0.75**at for at in range(hops))) > LONGEST:
        hops -= 1
    waits = round(max(options.query_timeout, waits), 1)
    return msgspec.structs.replace(options, mesh=Mesh.RELAY, relay_hops=hops, query_timeout=waits)


def _ends(count: int) -> range:
    """Where ways are measured from: everybody of a few, of many about a hundred."""
    return range(0, count, max(1, count // 100))


def _forest(rows: tuple[Provider, ...], tops: int, most: int, rng: Random) -> tuple[Provider, ...]:
    """Everybody but the tops hangs below somebody before it who has room; who, is drawn."""
    found = list(rows[: min(tops, len(rows))])
    room = {row.name: most for row in found}
    for row in rows[len(found) :]:
        names = list(room)
        parent = names[int(rng.random() * len(names))]
        room[parent] -= 1
        if not room[parent]:
            del room[parent]
        room[row.name] = most
        found.append(msgspec.structs.replace(row, parent=parent))
    return tuple(found)


def _about(
    kind: str, count: int, seed: int, given: dict[str, float], edges: Edges | None, options: Options
) -> str:  # fmt: skip
    labels = {each.name: each.label for each in KINDS[kind].parameters}
    told = "".join(f"- {labels[name]}: {value:g}\n" for name, value in given.items())
    seeded = kind in ("random", "small world", "preferential attachment", "forest")
    drawn = f" Drawn with the seed {seed}." if seeded else ""
    lines = [f"{KINDS[kind].says}{drawn}\n", told]
    if edges is not None:
        mean = 2 * len(edges) / count
        lines.append(
            f"{len(edges):,} peerings, {mean:.2g} for each provider. Most pairs do not peer: it is a mesh with holes. "
            f'So peers pass on questions and updates here (`mesh = "relay"`), up to {options.relay_hops} times; '
            "whoever is farther from an owner finds nothing. "
            '**Try** `mesh = "mesh"`, the paper\'s rule that nobody carries what is not its own, and see who finds '
            "nothing.\n"
        )
    lines.append("A few keys, put in get-broadcast, are read at up to 24 providers.")
    if options.signatures is Signatures.MODELLED:
        lines.append(" Signatures are modelled, for speed.")
    return "\n".join(line for line in lines if line)
