"""Which messages the sequence chart shows: by kind, key, provider and request.

Rules: no Qt; by numpy over columns of message rows, never row by row.
"""

import msgspec
import numpy as np

from p4lab.core.events import Event
from p4lab.world import World
from ui.words import SESSION

GROUPS = {  # what can be left out, by message codes
    "queries": (4,),
    "answers": (5,),
    "updates": (3,),
    "fetches": (6, 7),
    "up and down": (8, 9),
    "sessions": SESSION,
    "customers": (20, 21, 22, 23),
}
MARKS = "marks"  # likewise what is no message: asked, answered, stored
CODES = 256


class Choice(msgspec.Struct, frozen=True):
    """hidden: of GROUPS and MARKS. key: a name, None = all. node: only what it sends or gets; op: only this request."""

    hidden: frozenset[str] = frozenset()
    key: int | None = None
    node: int | None = None
    op: int | None = None

    @property
    def all(self) -> bool:
        return self == Choice()


def kept(rows: np.ndarray, world: World, choice: Choice, lane_of: np.ndarray) -> np.ndarray:
    """Which rows are shown. lane_of: by node, -1 = it has no lane."""
    last = len(lane_of) - 1
    src, dst = lane_of[np.minimum(rows["src"], last)], lane_of[np.minimum(rows["dst"], last)]
    mask: np.ndarray = (src >= 0) & (dst >= 0) & (src != dst)
    codes = [code for group in choice.hidden & GROUPS.keys() for code in GROUPS[group]]
    if codes:
        hidden = np.zeros(CODES, bool)
        hidden[codes] = True
        mask &= ~hidden[rows["code"]]
    if choice.node is not None:
        mask &= (rows["src"] == choice.node) | (rows["dst"] == choice.node)
    if choice.op is not None:
        mask &= rows["op"] == choice.op
    elif choice.key is not None:
        of = world.op_name()
        op = rows["op"]
        known = op < len(of)
        mask &= (known & (of[np.where(known, op, 0)] == choice.key)) | np.isin(rows["code"], SESSION)
    return mask


def marked(event: Event, world: World, choice: Choice, lane_of: np.ndarray) -> int:
    """The lane on which an Event that is no message is marked, -1 if it is not."""
    node, op = getattr(event, "node", -1), getattr(event, "op", 0)
    if MARKS in choice.hidden or not 0 <= node < len(lane_of):
        return -1
    if choice.node is not None and node != choice.node:
        return -1
    if choice.op is not None:
        return int(lane_of[node]) if op == choice.op else -1
    of = world.op_name()
    if choice.key is not None and not (0 < op < len(of) and of[op] == choice.key):
        return -1
    return int(lane_of[node])


def in_words(choice: Choice, world: World) -> str:
    """What is left out, for the line below the chart; empty where nothing is."""
    said = []
    if choice.op is not None:
        said.append(f"request {choice.op} alone")
    elif choice.key is not None and choice.key < len(world.names):
        said.append(f"{world.known_as(choice.key)} alone")
    if choice.node is not None:
        said.append(f"messages of {world.called.get(choice.node, f'node {choice.node}')} alone")
    groups = [group for group in (*GROUPS, MARKS) if group in choice.hidden]
    if groups:
        said.append(f"no {', '.join(groups)}")
    return " · ".join(said)
