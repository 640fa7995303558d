"""AS relationships become a forest, and what was dropped or chosen is said."""

from pathlib import Path

import pytest

from p4lab.scenario.model import Peering, tops
from p4lab.scenario.read import parse
from p4lab.scenario.write import dumps
from p4lab.session.simulated import Simulated
from p4lab.topology import Imported, TopologyError, import_map

# 1, 2 and 3 are the clique. 10 to 13 are below them; 13 and 20 have three providers; 30 and 31 are a world of their
# own; 40 and 41 are each other's providers and 10's customers.
SMALL = """\
# source:topology|BGP|20260101
# inferred clique: 1 2 3
1|2|0
1|3|0
2|3|0
1|10|-1
1|10|-1
2|11|-1
2|12|-1
11|13|-1
3|13|-1
2|13|-1
12|20|-1
11|20|-1
11|21|-1
13|20|-1
10|11|0
30|31|-1
12|40|-1
41|40|-1
40|41|-1
11|1|-1
"""


def imported(tmp_path: Path, text: str, **options: object) -> Imported:
    path = tmp_path / "19980101.as-rel.txt"
    path.write_text(text)
    return import_map(path, **options)  # type: ignore[arg-type]  # the options of the test


def family(found: Imported) -> dict[str, str | None]:
    return {
        row.name.removeprefix("AS"): row.parent and row.parent.removeprefix("AS") for row in found.scenario.provider
    }


@pytest.mark.parametrize(
    ("rule", "of_13", "of_20", "of_40"),
    [(None, "2", "11", "12"), ("nearest", "2", "11", "12"), ("largest", "11", "11", "12"), ("first", "11", "12", "12")],
)
def test_a_multi_homed_child_keeps_one_parent(tmp_path, rule, of_13, of_20, of_40) -> None:
    found = imported(tmp_path, SMALL, parents=rule)
    assert family(found) == {
        "1": None, "2": None, "3": None, "10": "1", "11": "2", "12": "2", "13": of_13, "20": of_20, "21": "11",
        "40": of_40, "41": "40",
    }  # fmt: skip
    assert parse(dumps(found.scenario)) == found.scenario
    assert found.scenario.peering == (Peering(among="all"),)
    assert [found.scenario.provider[i].name for i in tops(found.scenario)] == ["AS1", "AS2", "AS3"]


def test_what_was_done_is_said(tmp_path: Path) -> None:
    assert imported(tmp_path, SMALL).notes == [
        "Top-level providers: the clique of 3 (as its comments say), peering all with all.",
        "Children: 8, attached local, to a depth of 3: 4 at 1, 3 at 2, 1 at 3.",
        (
            "3 with several providers keep one, the one nearest the top, then with the most customers, then with the "
            "lowest number (--parents nearest); 5 links to the others dropped."
        ),
        "1 link that makes one of the clique a customer dropped.",
        "1 peer link outside the clique dropped: only top-level providers peer.",
        "2 ASes that no way leads to from the clique dropped: AS30, AS31.",
        "The file has no latencies: every link has that of [link].",
    ]


def test_who_is_below_itself_goes_nearest_the_top(tmp_path: Path) -> None:
    around = "# inferred clique: 1\n1|5|-1\n7|6|-1\n6|7|-1\n5|6|-1\n"
    assert family(imported(tmp_path, around, parents="first")) == {"1": None, "5": "1", "6": "5", "7": "6"}


def test_without_the_comment_the_clique_is_those_without_providers_that_peer(tmp_path: Path) -> None:
    assert family(imported(tmp_path, "1|2|0\n2|3|-1\n4|3|-1\n")) == {"1": None, "2": None, "3": "2"}
    assert family(imported(tmp_path, "1|2|-1\n")) == {"1": None, "2": "1"}


def test_it_plays(tmp_path: Path) -> None:
    scenario = imported(tmp_path, SMALL).scenario
    session = Simulated(scenario)
    while session.advance(scenario.duration) < scenario.duration:
        pass
    assert session.trace.messages > 100
    assert {row.position for row in scenario.provider} == {None}  # the window lays out what is unfolded


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("1|2|-1\n1|x|-1\n", {}, "line 2: this is no relationship; write provider|customer|-1 or peer|peer|0"),
        ("1|2|-1\n3|3|0\n", {}, "line 2: AS 3 is related to itself; take the line out"),
        ("1|2|-1\n", {"peerings": "all"}, "--peerings is for maps; an as-rel file says itself who peers: the clique"),
        ("1|2|-1\n2|1|-1\n", {}, "nobody is at the top; an as-rel file has providers that are nobody's customers"),
        ("graph [ node [ id 1 ] ]", {"parents": "first"}, "--parents is for as-rel files; leave it out"),
    ],
)  # fmt: skip
def test_what_is_refused(tmp_path: Path, text: str, options: dict[str, str], says: str) -> None:
    with pytest.raises(TopologyError) as fault:
        imported(tmp_path, text, **options)
    assert (
        str(fault.value).removeprefix(f"{tmp_path}/19980101.as-rel.txt").removeprefix(", ").removeprefix(": ") == says
    )
