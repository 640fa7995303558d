"""The tool in the hand: what a click, a line or Enter means with it, and what is said at the pointer before it is done.

Rules: knows nodes and points; who may be joined to whom, and doing it, is the drafter's. Nothing is painted here: what
is to be seen goes to the map as a Sketch.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np
from PySide6.QtCore import QPointF, SignalInstance

from ui.canvas.camera import Camera
from ui.canvas.figures import FULL, Figures
from ui.canvas.sketch import Sketch
from ui.toolbox import CHILD, ORGANISATION, PEER, PROVIDER, SELECT, Toolbox

Point = tuple[float, float]  # of the box, 0..1
RIM = 0.72  # of the radius: from there outwards a drag begins a line
REACH = 7.0  # pixels outside the rim that still mean it
STEP = 0.025  # of the box: the grid, 40 by 40
CORE = 0.6  # of the radius: who is dropped within it is attached below, or peers where nobody can be
SHORT = {PEER: "Click the first of two", CHILD: "Click the child", ORGANISATION: "Click its provider"}
GUIDE = "Draw a frame to choose, with Ctrl beside the others; from rim to rim to peer; Shift or the right button pans."
MEET = "Draw a frame to choose; from rim to rim, or one upon another, to peer; Shift or the right button pans."
FIRST = {
    PROVIDER: "Click where the provider is to stand, or press Enter",
    PEER: "Click the first of two providers, or draw a line between them",
    CHILD: "Click the provider that becomes a child, or draw a line from it to its parent",
    ORGANISATION: "Click the provider that the organisation joins",
}


class Drafter(Protocol):
    """Who edits. Each `why_not` is empty where it can be done."""

    @property
    def peers_only(self) -> bool: ...
    def why_not(self) -> str: ...
    def why_not_tool(self, tool: str) -> str: ...
    def called(self, node: int) -> str: ...
    def why_not_begin(self, tool: str, node: int) -> str: ...
    def next_name(self) -> str: ...
    def add_provider(self, at: Point | None) -> None: ...
    def why_not_peer(self, a: int, b: int) -> str: ...
    def peer(self, a: int, b: int) -> None: ...
    def why_not_attach(self, child: int, parent: int) -> str: ...
    def attach(self, child: int, parent: int) -> None: ...
    def why_not_join(self, node: int) -> str: ...
    def add_organisation(self, node: int, at: Point | None) -> None: ...


class Stage(Protocol):
    """What drawing needs of the map."""

    camera: Camera
    began: SignalInstance

    def figures(self) -> Figures: ...
    def grasp(self, x: float, y: float) -> tuple[int, float, float] | None: ...
    def show_sketch(self, sketch: Sketch | None) -> None: ...
    def scale(self) -> float: ...


class Drawing:
    """source: the first of two that are to be joined, None before there is one."""

    def __init__(self, stage: Stage, tools: Toolbox, drafter: Drafter) -> None:
        self.source: int | None = None
        self._stage, self._tools, self._drafter = stage, tools, drafter
        self._acts: dict[str, tuple[Callable[[int, int], str], Callable[[int, int], None], str]] = {
            PEER: (drafter.why_not_peer, drafter.peer, "Peer {} – {}"),
            CHILD: (drafter.why_not_attach, drafter.attach, "Attach {} below {}"),
        }

    @property
    def clicks(self) -> bool:
        """Whether a click is the tool's, and not the hand's."""
        return self._tools.tool != SELECT

    def line_from(self, x: float, y: float) -> tuple[str, int] | None:
        """The tool and the beginning of a line that a drag from there draws."""
        found = self._stage.grasp(x, y)
        if found is None:
            return None
        tool, node = self._tools.tool, found[0]
        if tool in self._acts:
            return None if self._drafter.why_not() or self._drafter.why_not_begin(tool, node) else (tool, node)
        if tool == ORGANISATION and node < len(self._stage.figures().names) and not self._drafter.why_not_join(node):
            return tool, node
        if tool != SELECT or not self._tools.editing or self._drafter.why_not():
            return None
        return (PEER, node) if self.at_rim(x, y) else None

    def at_rim(self, x: float, y: float) -> bool:
        """Whether a point is at the rim of a provider that is large enough to have one."""
        shown = self._stage.figures()
        node = shown.at(x, y)
        if node is None or shown.radii[node] < 3 * REACH:
            return False
        return float(np.hypot(*(shown.centres[node] - (x, y)))) > RIM * float(shown.radii[node])

    def hover(self, x: float, y: float) -> None:
        """The pointer is there, no button down."""
        if self.clicks:
            self._stage.show_sketch(self._preview(QPointF(x, y)))
        elif self._tools.editing and self.at_rim(x, y) and not self._drafter.why_not():
            self._stage.show_sketch(Sketch((x, y), "Draw a line from here to peer"))
        else:
            self._stage.show_sketch(None)

    def click(self, x: float, y: float) -> None:
        """The tool is used at a point."""
        found = self._stage.grasp(x, y)
        if found is not None:
            self.pick(found[0])
        elif self._tools.tool == PROVIDER and not self._drafter.why_not_tool(PROVIDER):
            self._drafter.add_provider(self._free(x, y))
            self._stage.show_sketch(None)  # until the pointer moves on
            return
        self.hover(x, y)

    def pick(self, node: int | None) -> None:
        """The tool is used on somebody, or, by key, where there is room."""
        tool = self._tools.tool
        if tool == PROVIDER and node is None:
            if not self._drafter.why_not_tool(PROVIDER):
                self._drafter.add_provider(None)
        elif tool == ORGANISATION and node is not None:
            if not self._drafter.why_not_join(node):
                self._drafter.add_organisation(node, None)
        elif tool in self._acts and node is not None and not self._drafter.why_not():
            if self.source is None:
                self.source = None if self._drafter.why_not_begin(tool, node) else node
            elif node == self.source:
                self.source = None
            else:
                self._join(tool, self.source, node)
            self._stage.began.emit()

    def say_next(self) -> str:
        """What is to be done next with the tool, in words."""
        tool = self._tools.tool
        if tool == SELECT:
            return (MEET if self._drafter.peers_only else GUIDE) if self._tools.editing else ""
        if self.source is None:
            return f"{FIRST[tool]}. Esc ends it."
        first = self._drafter.called(self.source)
        what = f"Now the provider that {first} peers with" if tool == PEER else f"Now the parent of {first}"
        return f"{what}. Esc begins again."

    def stretch(self, tool: str, source: int, at: QPointF) -> None:
        """A line is being drawn."""
        self._stage.show_sketch(self._line(tool, source, at))

    def let_go(self, tool: str, source: int, at: QPointF) -> None:
        """It ends there."""
        self.drop_source()
        found = self._stage.grasp(at.x(), at.y())
        if tool == ORGANISATION:
            self._drafter.add_organisation(source, self._free(at.x(), at.y()) if found is None else None)
        elif found is not None and found[0] != source:
            self._join(tool, source, found[0])

    def drop_source(self) -> bool:
        """Begin again. False: nothing had been begun."""
        had, self.source = self.source is not None, None
        self._stage.show_sketch(None)
        if had:
            self._stage.began.emit()
        return had

    def over(self, nodes: tuple[int, ...], at: QPointF, grid: float) -> Sketch:
        """What is seen while somebody is carried: the grid, and whom letting go would join it to."""
        target = self._upon(nodes, at)
        if target is None:
            return Sketch((at.x(), at.y()), grid=grid)
        why, text = self._would(self._drops, nodes[0], target)
        return Sketch((at.x(), at.y()), why or text, bool(why), grid=grid)

    def drop_on(self, nodes: tuple[int, ...], at: QPointF) -> bool:
        """Whoever is carried is let go there. True: it was joined to somebody, and stays where it was."""
        target = self._upon(nodes, at)
        if target is None or self._would(self._drops, nodes[0], target)[0]:
            return False
        self._acts[self._drops][1](nodes[0], target)
        return True

    @property
    def _drops(self) -> str:
        """What it means to drop somebody upon another."""
        return PEER if self._drafter.peers_only else CHILD

    def _upon(self, nodes: tuple[int, ...], at: QPointF) -> int | None:
        """Upon whom the one that is carried lies."""
        if len(nodes) != 1 or not self._tools.editing or nodes[0] >= len(self._stage.figures().names):
            return None
        shown = self._stage.figures()
        away = np.hypot(shown.centres[:, 0] - at.x(), shown.centres[:, 1] - at.y())
        away[nodes[0]] = np.inf
        target = int(np.argmin(away))
        return int(shown.hosts[target]) if away[target] < CORE * shown.radii[target] else None

    def _would(self, tool: str, a: int, b: int) -> tuple[str, str]:
        """Why two cannot be joined, and what joining them would be."""
        why_not, _, says = self._acts[tool]
        return why_not(a, b), says.format(self._drafter.called(a), self._drafter.called(b))

    def _join(self, tool: str, a: int, b: int) -> None:
        if not self._would(tool, a, b)[0]:
            self._acts[tool][1](a, b)
            self.source = None

    def _preview(self, at: QPointF) -> Sketch:
        """What a click would do."""
        place, tool = (at.x(), at.y()), self._tools.tool
        found, why = self._stage.grasp(*place), self._drafter.why_not_tool(tool)
        if why:
            return Sketch(place, why, bad=True)
        if self.source is not None:
            return self._line(tool, self.source, at)
        if tool == PROVIDER:
            if found is not None:
                taken = f"{self._drafter.called(found[0])} is here: click where there is room"
                return Sketch(place, taken, bad=True)
            x, y = self._stage.camera.to_window(np.array([self._free(*place)]))[0].tolist()
            radius = self._radius()
            return Sketch(place, f"Add {self._drafter.next_name()}", ghost=(x, y, radius), grid=self._grid())
        if tool == ORGANISATION and found is not None:
            why = self._drafter.why_not_join(found[0])
            return Sketch(place, why or f"Add an organisation at {self._drafter.called(found[0])}", bool(why))
        if found is None:
            return Sketch(place, SHORT[tool])
        name, why = self._drafter.called(found[0]), self._drafter.why_not_begin(tool, found[0])
        return Sketch(place, why or (f"Peer {name} with …" if tool == PEER else f"Attach {name} below …"), bool(why))

    def _line(self, tool: str, source: int, at: QPointF) -> Sketch:
        """The rubber line from somebody to the pointer, or to who is there."""
        shown, place = self._stage.figures(), (at.x(), at.y())
        found = self._stage.grasp(*place)
        start = shown.centres[shown.hosts[source]].tolist()
        if tool == ORGANISATION and found is None:
            line = (*_from_rim(start, place, self._rim(shown, source)), *place)
            return Sketch(place, f"An organisation at {self._drafter.called(source)}, here", line=line)
        if tool == ORGANISATION:
            return Sketch(place, f"Add an organisation at {self._drafter.called(source)}")
        if found is None or found[0] == source:
            line = (*_from_rim(start, place, self._rim(shown, source)), *place)
            return Sketch(place, f"{self._drafter.called(source)} – …" if found is None else "", line=line)
        why, text = self._would(tool, source, found[0])
        end = (found[1], found[2])
        line = (*_from_rim(start, end, self._rim(shown, source)), *_from_rim(end, start, self._rim(shown, found[0])))
        return Sketch(place, why or text, bool(why), line)

    def _rim(self, shown: Figures, node: int) -> float:
        return float(shown.rims[node]) if node < len(shown.names) else 0.0

    def _grid(self) -> float:
        return STEP if self._tools.snap else 0.0

    def _radius(self) -> float:
        radii = self._stage.figures().radii
        return float(np.median(radii)) if len(radii) else FULL * self._stage.scale()

    def _free(self, x: float, y: float) -> Point:
        """The point of the box, on the grid where it is on."""
        across, down = self._stage.camera.to_box(x, y)
        if self._tools.snap:
            across, down = round(across / STEP) * STEP, round(down / STEP) * STEP
        return min(1.0, max(0.0, across)), min(1.0, max(0.0, down))


def _from_rim(start: Point, towards: Point, rim: float) -> Point:
    way = np.array(towards) - start
    length = float(np.hypot(*way))
    if length <= rim:
        return start
    x, y = (np.array(start) + way / length * rim).tolist()
    return x, y


class LookOnly:
    """Drafts nothing: for a map that is only looked at."""

    def __init__(self, called: Mapping[int, str]) -> None:
        self._called = called

    peers_only = False

    def why_not(self) -> str:
        return "This map is only looked at."

    def why_not_tool(self, tool: str) -> str:
        return self.why_not()

    def called(self, node: int) -> str:
        return self._called.get(node, "")

    def next_name(self) -> str:
        return ""

    def why_not_begin(self, tool: str, node: int) -> str:
        return self.why_not()

    def add_provider(self, at: Point | None) -> None:
        """Not here."""

    def why_not_peer(self, a: int, b: int) -> str:
        return self.why_not()

    def peer(self, a: int, b: int) -> None:
        """Not here."""

    def why_not_attach(self, child: int, parent: int) -> str:
        return self.why_not()

    def attach(self, child: int, parent: int) -> None:
        """Not here."""

    def why_not_join(self, node: int) -> str:
        return self.why_not()

    def add_organisation(self, node: int, at: Point | None) -> None:
        """Not here."""
