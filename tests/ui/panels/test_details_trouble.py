"""The details of a provider say what is the matter with it, at each time of a run in which all goes wrong once."""

from p4lab.world import World
from tests.ui import troubled
from tests.ui.troubled import ASTER, BIRCH, CEDAR, ELM
from ui.panels.details_text import about, trouble


def test_trouble_and_relations_at_each_time() -> None:
    trace, world = troubled.trace(), World()
    world.step(trace[:])
    asked = ((CEDAR, 1.0), (CEDAR, 3.0), (ASTER, 3.0), (CEDAR, 4.2), (ASTER, 5.5), (ASTER, 8.0), (BIRCH, 10.5))
    assert [trouble(node, world, t) for node, t in asked] == [
        [],
        ["Crashed at 2.00 s: what it had stored waits for its restart."],
        ["No session with Cedar: the other one crashed."],
        ["Catching up with Aster, Birch and Dahlia."],
        ["No session with Birch: the link is cut."],
        ["A partition leaves it with Aster and Birch alone."],
        ["Misbehaves: it passes nothing on and keeps copies too long (10)."],
    ]
    asked = ((ASTER, 1.0), (ASTER, 11.5), (ELM, 1.0), (ELM, 14.0))
    assert [about(world.providers[node], world, t) for node, t in asked] == [
        "100 customers, peers with Birch, Cedar and Dahlia",
        "100 customers, peers with Birch and Cedar",
        "100 customers, child of Dahlia",
        "100 customers, peers with Birch",
    ]  # fmt: skip
