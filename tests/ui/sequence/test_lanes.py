"""Lanes: which, in which order."""

from itertools import pairwise

import msgspec
import numpy as np
import pytest

from p4lab.scenario.model import Organisation
from p4lab.session.simulated import Simulated
from tests.ui import runs
from ui.run import Run
from ui.sequence.lanes import BY_HAND, BY_NAME, SHORT_WAYS, Wanted, crossed, hidden, lanes, moved, short_ways


@pytest.fixture(scope="module")
def world():
    run = Run(Simulated(runs.scenario(organisation=(Organisation("Acme", at="Birch"),), workload=())))
    run.advance(0.1, 1.0)
    return run.world


def names(world, wanted=None, **more):
    return [lane.name for lane in lanes(world, wanted or Wanted(), **more)]


def test_providers_then_organisations_without_those_that_are_hidden(world):
    assert names(world) == [*runs.NAMES, "Acme"]
    assert names(world, Wanted(organisations=False)) == [*runs.NAMES]
    assert names(world, hidden(Wanted(order=BY_NAME), "Birch")) == ["Acme", "Aster", "Cedar", "Dahlia", "Elm"]


def test_customers_have_the_lane_below_that_of_whom_they_ask(world):
    shown = names(world, Wanted(customers=True, hidden=frozenset({"Cedar", "Dahlia", "Elm"})))
    assert shown == ["Aster", "Aster’s customers", "Birch", "Birch’s customers", "Acme", "Acme’s customers"]


def test_a_dragged_lane_stays_where_it_was_put(world):
    wanted = moved(Wanted(), lanes(world, Wanted()), "Elm", 1)
    assert (wanted.order, names(world, wanted)) == (BY_HAND, ["Aster", "Elm", "Birch", "Cedar", "Dahlia", "Acme"])
    assert names(world, msgspec.structs.replace(wanted, order=BY_NAME))[0] == "Acme"


def test_only_those_who_talk_to_one(world):
    acme = world.houses.rows[0].node
    assert names(world, talking=acme) == ["Birch", "Acme"]


def test_whoever_talks_to_another_lies_beside_it(world):
    chain = [3, 0, 4, 1, 2]  # each talks to the next
    weights = np.zeros((5, 5))
    for a, b in pairwise(chain):
        weights[a, b] = weights[b, a] = 7
    order = short_ways(weights)
    assert (crossed(order, weights), order in (chain, chain[::-1])) == (0, True)
    assert names(world, Wanted(order=SHORT_WAYS, organisations=False), weights=weights) == [
        runs.NAMES[each] for each in order
    ]
