"""Which lanes the sequence chart has, and in which order.

Rules: no Qt. A choice of lanes is kept by names, so that it fits another run of the same network. Customers have the
lane below that of whom they ask.
"""

import msgspec
import numpy as np

from p4lab.world import World

AS_THEY_CAME, BY_NAME, SHORT_WAYS, BY_HAND = "came", "name", "short", "hand"
ORDERS = {
    AS_THEY_CAME: "As they came", BY_NAME: "By name", SHORT_WAYS: "Fewest crossings", BY_HAND: "As I drag them",
}  # fmt: skip
ROUNDS = 40  # of exchanging neighbours
MANY = 150  # lanes from which on the order by weights alone must do


class Lane(msgspec.Struct, frozen=True):
    """below: the lane is that of a provider's or an organisation's customers."""

    node: int
    name: str
    below: bool = False


class Wanted(msgspec.Struct, frozen=True):
    """by_hand: names in the order they were dragged to; hidden: names of lanes that are not shown."""

    order: str = AS_THEY_CAME
    by_hand: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    customers: bool = False
    organisations: bool = True


def lanes(world: World, wanted: Wanted, weights: np.ndarray | None = None, talking: int | None = None) -> list[Lane]:
    """The lanes from the top. weights: messages by (node, node), for SHORT_WAYS. talking: only those it talks to."""
    found = [Lane(each.node, each.name) for each in world.providers]
    if wanted.organisations:
        found += [Lane(house.node, house.name) for house in world.houses.rows]
    if talking is not None:
        near = _talks_to(world, talking)
        found = [lane for lane in found if lane.node in near]
    found = _ordered([lane for lane in found if lane.name not in wanted.hidden], wanted, weights)
    if not wanted.customers:
        return found
    asking: dict[int, list[int]] = {}
    for node, whom in world.provider_of.items():
        if node not in world.called:
            asking.setdefault(whom, []).append(node)
    with_customers: list[Lane] = []
    for lane in found:
        below = [Lane(node, f"{lane.name}’s customers", below=True) for node in sorted(asking.get(lane.node, ()))]
        with_customers += [lane, *(each for each in below if each.name not in wanted.hidden)]
    return with_customers


def moved(wanted: Wanted, shown: list[Lane], name: str, to: int) -> Wanted:
    """The same with the lane `name` at place `to` of those that are shown; from now on they are ordered by hand."""
    names = [lane.name for lane in shown if not lane.below]
    if name not in names:
        return wanted
    names.remove(name)
    names.insert(min(max(to, 0), len(names)), name)
    rest = [each for each in wanted.by_hand if each not in names]
    return msgspec.structs.replace(wanted, order=BY_HAND, by_hand=(*names, *rest))


def hidden(wanted: Wanted, name: str) -> Wanted:
    """The same without a lane."""
    return msgspec.structs.replace(wanted, hidden=wanted.hidden | {name})


def crossed(order: list[int], weights: np.ndarray) -> int:
    """How many lanes the messages cross that pass between others: what the order SHORT_WAYS makes small."""
    place = np.arange(len(order))
    between = np.maximum(np.abs(place[:, None] - place[None, :]) - 1, 0)
    return int((weights[np.ix_(order, order)] * between).sum())


def _talks_to(world: World, node: int) -> set[int]:
    near = {node} | {b if a == node else a for a, b in world.states.pairs() if node in (a, b)}
    near |= {house.node for house in world.houses.rows if house.at == node}
    return near | {house.at for house in world.houses.rows if house.node == node}


def _ordered(found: list[Lane], wanted: Wanted, weights: np.ndarray | None) -> list[Lane]:
    if wanted.order == BY_NAME:
        return sorted(found, key=lambda lane: lane.name.casefold())
    if wanted.order == BY_HAND:
        place = {name: number for number, name in enumerate(wanted.by_hand)}
        return sorted(found, key=lambda lane: place.get(lane.name, len(place)))
    if wanted.order == SHORT_WAYS and weights is not None and len(found) > 2:
        nodes = [lane.node for lane in found]
        small = np.zeros((max(*nodes, len(weights) - 1) + 1,) * 2)
        small[: len(weights), : len(weights)] = weights
        small = small[np.ix_(nodes, nodes)]
        return [found[place] for place in short_ways(small + small.T)]
    return found


def short_ways(weights: np.ndarray) -> list[int]:
    """An order in which messages cross few lanes: by the second eigenvector (Fiedler), then neighbours exchanged.

    Which of the two ends is on top is settled by the first lane, so that the picture does not turn over.
    """
    count = len(weights)
    laplacian = np.diag(weights.sum(axis=1)) - weights
    vector = np.linalg.eigh(laplacian)[1][:, 1].round(9)
    order: list[int] = np.argsort(vector, kind="stable").tolist()
    if order.index(0) > count / 2:
        order.reverse()
    if count > MANY:
        return order
    for _ in range(ROUNDS):
        if not sum(_exchanged(order, place, weights) for place in range(count - 1)):
            break
    return order


def _exchanged(order: list[int], place: int, weights: np.ndarray) -> bool:
    """Exchange two neighbours where that makes ways shorter: the lanes on both sides come nearer or get further."""
    a, b = order[place], order[place + 1]
    before, behind = order[:place], order[place + 2 :]
    saved = weights[a, behind].sum() - weights[b, behind].sum() + weights[b, before].sum() - weights[a, before].sum()
    if saved > 0:
        order[place], order[place + 1] = b, a
    return bool(saved > 0)
