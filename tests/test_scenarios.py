"""The scenarios that are shipped: readable, explained, and true to what they claim."""

from math import asin, cos, radians, sin, sqrt
from pathlib import Path

import networkx
import pytest

from p4lab.metrics import Metrics
from p4lab.scenario.expect import judge
from p4lab.scenario.model import links
from p4lab.scenario.read import load, parse, read
from p4lab.scenario.write import dumps
from p4lab.session.simulated import Simulated

FOLDER = Path(__file__).parent.parent / "scenarios"
FILES = sorted(FOLDER.glob("*.toml"))
NAMED = {
    *("abilene", "an-organisation-of-its-own", "append-only", "caida-1998", "first-get-is-slow"),
    *("flat-market-does-not-scale", "forest-of-providers", "holes", "late-joiner", "moving-house", "no-latency-puts"),
    *("partition-and-heal", "resurrection", "stale-by-ttl", "the-liar-loses-customers", "three-regimes", "who-pays"),
}  # the ones that texts and menus speak of


def test_all_are_there() -> None:
    assert {path.stem for path in FILES} >= NAMED


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_explains_itself(path: Path) -> None:
    text = load(path)
    scenario = parse(text)
    assert dumps(scenario, text) == text
    assert parse(dumps(scenario)) == scenario
    assert 80 <= len(scenario.about.split()) <= 200
    assert scenario.view.key is not None
    assert all((each.position or each.geo) for each in scenario.provider)
    assert all(each.says for each in scenario.expect)
    assert len(scenario.expect) >= 4


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_shows_what_it_claims(path: Path) -> None:
    scenario = read(path)
    session = Simulated(scenario)
    while session.advance(scenario.duration) < scenario.duration:
        pass
    metrics = Metrics(scenario.title, scenario.seed)
    metrics.step(session.trace[0 : len(session.trace)])
    report = metrics.report(scenario.duration)
    verdicts = [judge(report, each) for each in scenario.expect]
    assert [each.text for each in verdicts if not each.ok] == []


def test_abilene_has_the_latencies_of_its_fourteen_links() -> None:
    scenario = read(FOLDER / "abilene.toml")
    places = {each.name: each.geo for each in scenario.provider}
    graph = networkx.Graph()
    for line in scenario.underlay:
        (lon1, lat1), (lon2, lat2) = ([radians(part) for part in places[name] or ()] for name in line.between)
        half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
        graph.add_edge(*line.between, latency=2 * 6371.0088 * asin(sqrt(half)) / (299_792.458 * 2 / 3))
    assert (len(places), graph.number_of_edges()) == (11, 14)
    far = dict(networkx.all_pairs_dijkstra_path_length(graph, weight="latency"))
    names = list(places)
    assert {(names[pair.a], names[pair.b]): pair.link.latency for pair in links(scenario)} == {
        (a, b): round(far[a][b], 6) for i, a in enumerate(names) for b in names[i + 1 :]
    }
