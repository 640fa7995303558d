"""Maps as they are found become scenarios, and what was done to them is said."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p4lab.scenario.model import Peering, Provider, Scenario, Underlay, View, Workload
from p4lab.scenario.read import parse
from p4lab.scenario.write import dumps
from p4lab.topology import Imported, TopologyError, import_map
from p4lab.topology.globe import FIBRE

# One degree of latitude, and what light in fibre takes for it.
DEGREE = 111.19508 / FIBRE

CHAIN = """\
Creator "Topology Zoo Toolset"
graph [
  Network "Three &#233;toiles "
  DateYear "2011"
  NetworkDate "2011_04"
  Source "http://example.org/map"
  # a remark
  node [ id 0 label "Aster" Longitude 10.0 Latitude 50.0 ]
  node [ id 1 label "Birch" Longitude 10.0 Latitude 51.0 graphics [ x 1 y 2 ] ]
  node [ id 2 label "Cedar" Longitude 10.0 Latitude 53.0 ]
  edge [ source 0 target 1 id "e1" ]
  edge [ source 1 target 2 ]
]
"""

GRAPHML = """\
<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key attr.name="LinkDelay" attr.type="string" for="edge" id="d5"><default>7 ms</default></key>
  <key attr.name="label" attr.type="string" for="node" id="d4" />
  <key attr.name="Longitude" attr.type="double" for="node" id="d3" />
  <key attr.name="Latitude" attr.type="double" for="node" id="d2" />
  <key attr.name="Creator" attr.type="string" for="graph" id="d1" />
  <key attr.name="Network" attr.type="string" for="graph" id="d0" />
  <graph edgedefault="directed">
    <data key="d0">Triangle</data>
    <data key="d1">Topology Zoo Toolset</data>
    <node id="n0"><data key="d4">Aster</data><data key="d3">1.5</data><data key="d2">2.5</data></node>
    <node id="n1"><data key="d4">Birch</data><data key="d3">bad</data><data key="d2">95</data></node>
    <node id="n2"><port name="p" /></node>
    <edge source="n0" target="n1"><data key="d5">3 ms</data></edge>
    <edge source="n1" target="n0"><data key="d5">2 ms</data></edge>
    <edge source="n1" target="n2" />
    <edge source="n2" target="n9" />
    <hyperedge><endpoint node="n0" /></hyperedge>
  </graph>
</graphml>
"""


def imported(tmp_path: Path, text: str, name: str = "map.gml", **options: object) -> Imported:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    result = import_map(path, **options)  # type: ignore[arg-type]  # the tests below give it what it takes
    assert parse(dumps(result.scenario)) == result.scenario
    return result


def gml(nodes: str, edges: str, head: str = "") -> str:
    """A map of nodes "A 10 50, B" and edges "0-1 latency 3, 1-2"."""
    parts = []
    for i, node in enumerate(nodes.split(", ")):
        label, *place = node.split(" ")
        parts.append(f'node [ id {i} label "{label}" {"Longitude {} Latitude {}".format(*place) if place else ""} ]')
    for edge in edges.split(", "):
        ends, _, more = edge.partition(" ")
        parts.append("edge [ source {} target {} {} ]".format(*ends.split("-"), more))
    return f"graph [ {head} {' '.join(parts)} ]"


def test_a_small_map_becomes_a_whole_scenario(tmp_path: Path) -> None:
    result = imported(tmp_path, CHAIN)
    assert result.scenario == Scenario(
        title="Three étoiles",
        about=(
            "A map imported from `map.gml`: each node is a provider.\n\n"
            "- Network: Three étoiles\n- Date: 2011-04\n- Source: http://example.org/map\n"
        ),
        duration=60.0,
        view=View(key="place/1"),
        provider=(
            Provider("Aster", geo=(10.0, 50.0)),
            Provider("Birch", geo=(10.0, 51.0)),
            Provider("Cedar", geo=(10.0, 53.0)),
        ),
        peering=(
            Peering(between=("Aster", "Birch"), latency=round(DEGREE, 6)),
            Peering(between=("Aster", "Cedar"), latency=round(3 * DEGREE, 6)),
            Peering(between=("Birch", "Cedar"), latency=round(2 * DEGREE, 6)),
        ),
        underlay=(Underlay(("Aster", "Birch")), Underlay(("Birch", "Cedar"))),
        workload=(Workload("place", keys=3, ttl=30.0, gets_per_second=0.5),),
    )
    assert result.notes == [
        "Latency of 2 links from the great-circle distance, at two thirds of light speed.",
        "Peerings: all with all, 3, each with the latency of the shortest path over the map.",
    ]


def test_graphml_is_read_with_its_defaults_and_oddities(tmp_path: Path) -> None:
    result = imported(tmp_path, GRAPHML, "map.graphml", peerings="links", title="Mine")
    scenario = result.scenario
    assert scenario.title == "Mine"
    assert scenario.about.endswith(
        "- Creator: Topology Zoo Toolset\n"
        "- The Internet Topology Zoo publishes its maps under CC BY 4.0: Knight et al., IEEE JSAC 2011\n"
    )
    assert [(each.name, each.geo is not None) for each in scenario.provider] == [
        ("Aster", True),
        ("Birch", True),
        ("Node n2", True),
    ]
    assert scenario.peering == (
        Peering(between=("Aster", "Birch"), latency=0.002),
        Peering(between=("Birch", "Node n2"), latency=0.007),
    )
    assert result.notes == [
        "1 hyperedge passed over.",
        "1 port passed over.",
        "1 node without a label named after the id.",
        "1 link to a node that is not there dropped.",
        "2 nodes without coordinates placed at the mean of their neighbours: Birch, Node n2.",
        "Latency of 3 links as the file gives it.",
        "The map's links have a direction; they were taken to carry both ways.",
        "Peerings: along the 2 links of the map, a mesh with holes (as asked).",
    ]


def test_names_are_made_unique_and_short(tmp_path: Path) -> None:
    text = gml(f"Aster, Aster, Aster(2), {'x' * 50}, {'x' * 60}, None", "0-1")
    result = imported(tmp_path, text.replace("Aster(2)", "Aster (2)"))
    assert [each.name for each in result.scenario.provider] == [
        "Aster",
        "Aster (3)",
        "Aster (2)",
        f"{'x' * 39}…",
        f"{'x' * 36} (2)",
        "Node 5",
    ]
    assert result.notes[:3] == [
        "1 node without a label named after the id.",
        f"2 names given twice made unique: Aster (3), {'x' * 36} (2).",
        "2 names of more than 40 characters shortened.",
    ]


def test_missing_places_come_from_the_neighbours(tmp_path: Path) -> None:
    result = imported(tmp_path, gml("A 0 0, B, C 4 0, D, E, F", "0-1, 1-2, 1-3, 4-5"))
    places = [each.geo for each in result.scenario.provider]
    assert places[:3] == [(0.0, 0.0), (2.0, 0.0), (4.0, 0.0)]
    assert places[3] is not None
    assert 0.1 < abs(places[3][0] - 2) + abs(places[3][1]) < 1  # beside B, not on it
    assert places[4:] == [None, None]
    assert [(row.between, row.latency) for row in result.scenario.peering if row.between and "E" in row.between] == [
        (("E", "F"), 0.01)
    ]
    assert result.notes[:5] == [
        "2 nodes without coordinates placed at the mean of their neighbours: B, D.",
        "2 nodes without coordinates, and without a neighbour that has some, left unplaced.",
        "Latency of 3 links from the great-circle distance, at two thirds of light speed.",
        "Latency of 1 link between unplaced nodes set to 10 ms.",
        "The map falls into 2 parts; providers of different parts do not peer.",
    ]


def test_parallel_links_loops_and_close_neighbours(tmp_path: Path) -> None:
    result = imported(tmp_path, gml("A 0 0, B 0 0", "0-1 latency_ms 5, 1-0 delay 0.002, 0-0, 0-1"))
    assert result.scenario.peering == (Peering(between=("A", "B"), latency=0.0001),)
    assert result.notes[:5] == [
        "1 link from a node to itself dropped.",
        "Latency of 2 links as the file gives it, taken as seconds: they are below 1.",
        "Latency of 1 link from the great-circle distance, at two thirds of light speed.",
        "1 link of less than 0.1 ms raised to that.",
        "2 parallel links dropped; the fastest was kept.",
    ]


@pytest.mark.parametrize(
    ("attribute", "latency", "note"),
    [
        ("latency 8.4", 0.0084, ", taken as milliseconds: the nearest to what the distances take."),
        ("delay 0.009", 0.009, ", taken as seconds: the nearest to what the distances take."),
        ("propagation_delay_us 9000", 0.009, "."),
        ('Latency "9.5 ms"', 0.0095, "."),
        ("rtt_ms 20", 0.01, "; round trips were halved."),
    ],
)
def test_units_of_latency_are_found_out(tmp_path: Path, attribute: str, latency: float, note: str) -> None:
    result = imported(tmp_path, gml("A 0 0, B 15 0", f"0-1 {attribute}"))
    assert result.scenario.peering == (Peering(between=("A", "B"), latency=latency),)
    assert result.notes[0] == f"Latency of 1 link as the file gives it{note}"


def test_large_maps_peer_along_their_links(tmp_path: Path) -> None:
    ring = gml(", ".join(f"P{i}" for i in range(61)), ", ".join(f"{i}-{(i + 1) % 61}" for i in range(61)))
    result = imported(tmp_path, ring)
    assert len(result.scenario.peering) == 61
    assert result.notes[-1] == (
        "Peerings: along the 61 links of the map, a mesh with holes "
        "(more than 60 providers; --peerings all makes it all with all)."
    )
    assert len(imported(tmp_path, ring, peerings="all").scenario.peering) == 61 * 60 // 2


ENTITIES = '<!DOCTYPE g [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><graphml><graph>&b;</graph></graphml>'


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "there is no graph in it; a GML file says `graph [ node [ id 1 ] ... ]`"),
        (b"graph [\n]", "the map has no nodes"),
        (b"graph [\n node [\n id 1 ]", "line 3: the file ends in the middle; the [ of line 1 is not closed"),
        (b'graph [\n label "x', "line 2: text in quotes does not end"),
        (b"graph [ node ]", "line 1: node has no value"),
        (b"graph ]", "line 1: graph has no value"),
        (b"]", "line 1: a ] closes nothing"),
        (b"<graphml></graphml>", "there is no graph in it; a GraphML file has a <graph> with nodes and edges"),
        (b"<graphml>\n<graph>", "line 2: not XML: no element found"),
        (ENTITIES.encode(), "line 1: the file declares XML entities; take the declarations out"),
        (b"<?xml version='1.0' encoding='nix'?><graphml/>", "not XML: unknown encoding: nix"),
        (b'{"nodes": []}', "this is neither GraphML nor GML nor as-rel"),
        (b"\x89PNG\r\n\x1a\n\0\0", "this is neither GraphML nor GML nor as-rel"),
        (gml(", ".join("x" * 10_001), "0-1").encode(), "the map has 10,001 nodes, a scenario at most 10,000 providers"),
    ],
)  # fmt: skip
def test_what_is_no_map_is_said(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "map.gml"
    path.write_bytes(data)
    with pytest.raises(TopologyError) as caught:
        import_map(path)
    assert str(caught.value).removeprefix(str(path)).lstrip(",: ") == says


def test_a_full_mesh_that_no_file_holds_is_refused(tmp_path: Path) -> None:
    text = gml(", ".join(f"P{i}" for i in range(500)), "0-1")
    with pytest.raises(TopologyError, match=r"would be 124,750 peerings.*take --peerings links"):
        imported(tmp_path, text, peerings="all")


@given(
    text=st.sampled_from([CHAIN, GRAPHML]),
    cuts=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 255), st.sampled_from(["flip", "cut", "double"])), max_size=4
    ),
)
@settings(max_examples=200, deadline=None)
def test_spoiled_maps_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str, cuts: list[tuple[float, int, str]]
) -> None:
    data = bytearray(text.encode())
    for share, value, how in cuts:
        at = int(share * (len(data) - 1))
        match how:
            case "flip":
                data[at] = value
            case "cut":
                del data[at : at + value]
            case _:
                data[at:at] = data[at : at + value]
        data = data or bytearray(b"\0")
    path = tmp_path_factory.getbasetemp() / "spoiled.map"
    path.write_bytes(bytes(data))
    try:
        scenario = import_map(path).scenario
    except TopologyError as fault:
        assert "\n" not in str(fault)
    else:
        assert parse(dumps(scenario)) == scenario


def test_a_scenario_is_told_from_a_map(tmp_path: Path) -> None:
    file = tmp_path / "two.toml"
    file.write_text('# mine\nformat = 1\ntitle = "Two"\n')
    with pytest.raises(TopologyError, match="this is a scenario already; p4lab run or p4lab gui opens it"):
        import_map(file)
