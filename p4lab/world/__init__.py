"""The picture: who is there, who holds what, what became of each operation, and why a get ended as it did.

Rules: a fold over events that knows no Qt; every answer is a function of the time that is asked about, read from
columns and never folded again, so scrubbing costs nothing.
"""

from p4lab.world.blame import former, gone
from p4lab.world.copies import Holding, Segment
from p4lab.world.fold import Name, Provider, World
from p4lab.world.houses import House
from p4lab.world.ops import Op
from p4lab.world.states import State
from p4lab.world.why import Step, brought, story

__all__ = [
    "Holding",
    "House",
    "Name",
    "Op",
    "Provider",
    "Segment",
    "State",
    "Step",
    "World",
    "brought",
    "former",
    "gone",
    "story",
]
