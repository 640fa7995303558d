"""What an inspector tells of: nothing, an answer, a provider, a link, a key or a message, by its number.

Rules: a value; `title` spells it. A number that the run does not have is nothing.
"""

from dataclasses import dataclass
from enum import Enum
from typing import cast

from p4lab.core.events import Sent
from p4lab.trace import Trace
from p4lab.world import World
from ui import words


class What(Enum):
    """The page that tells of it."""

    NOTHING = "nothing"
    ANSWER = "answer"  # a put or a get
    PROVIDER = "provider"  # or an organisation
    LINK = "link"
    KEY = "key"
    MESSAGE = "message"


@dataclass(frozen=True)
class Subject:
    """a: an operation, a node, an end of a link, a place in the world's names, an Event; b: the other end."""

    what: What = What.NOTHING
    a: int = -1
    b: int = -1

    def known(self, world: World, trace: Trace) -> bool:
        """Whether the run has it, by now."""
        match self.what:
            case What.ANSWER:
                return world.op(self.a) is not None
            case What.PROVIDER:
                return self.a in world.called
            case What.LINK:
                return self.a in world.called and self.b in world.called
            case What.KEY:
                return 0 <= self.a < len(world.names)
            case What.MESSAGE:
                return 0 < self.a <= len(trace) and isinstance(trace[self.a - 1], Sent)
            case _:
                return True

    def title(self, world: World, trace: Trace) -> str:
        """In a few words: "get of news/1 at Cedar", "Aster – Birch"."""
        if not self.known(world, trace):
            return ""
        match self.what:
            case What.ANSWER:
                op = world.op(self.a)
                assert op is not None, "it is known"
                return f"{op.verb} of {world.known_as(op.name)} at {world.called.get(op.node, '')}"
            case What.PROVIDER:
                return world.called[self.a]
            case What.LINK:
                return f"{world.called[self.a]} – {world.called[self.b]}"
            case What.KEY:
                return world.known_as(self.a)
            case What.MESSAGE:
                sent = cast("Sent", trace[self.a - 1])
                return f"{words.message(sent.code, sent.status)}, {who(world, sent.src)} → {who(world, sent.dst)}"
            case _:
                return ""


NOTHING = Subject()


def who(world: World, node: int) -> str:
    """A provider, or "customers of Aster"."""
    if node in world.called:
        return world.called[node]
    at = world.provider_of.get(node, -1)
    return f"customers of {world.called[at]}" if at in world.called else f"node {node}"
