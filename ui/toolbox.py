"""The tools for drawing on the map: which is in the hand, and how it draws.

Rules: choices alone, nothing drawn and nothing edited; whoever shows or uses them listens to `changed`. Drawing is
legal while time runs: the mode only says what the left button does on the map and which tools the palette shows.
"""

from PySide6.QtCore import QObject, Signal

RUN, EDIT = "run", "edit"
SELECT, PROVIDER, PEER, CHILD, ORGANISATION = "select", "provider", "peer", "child", "organisation"
TOOLS = (SELECT, PROVIDER, PEER, CHILD, ORGANISATION)
PEERINGS, PARENTS, UNDERLAY = "peerings", "parents", "underlay"
CLASSES = (PEERINGS, PARENTS, UNDERLAY)  # of links, that can be hidden


class Toolbox(QObject):
    """mode: RUN or EDIT. tool: of TOOLS. snap: dragged providers keep to a grid. locked: nobody can be dragged.

    meshed: a new provider peers with all others. hidden: of CLASSES. faults_only: links without faults are hidden too.

    rates: each link has the figure of what it carries.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.mode = RUN
        self.tool = SELECT
        self.snap = True
        self.locked = False
        self.meshed = True
        self.hidden: frozenset[str] = frozenset()
        self.faults_only = False
        self.rates = False

    @property
    def editing(self) -> bool:
        return self.mode == EDIT

    def take(self, tool: str) -> None:
        """Take a tool into the hand. Any but the hand itself means to edit."""
        self._set(tool=tool, mode=self.mode if tool == SELECT else EDIT)

    def turn(self, mode: str) -> None:
        """RUN or EDIT, with the hand alone."""
        self._set(mode=mode, tool=SELECT)

    def toggle(self, choice: str) -> None:
        """Switch `snap`, `locked`, `meshed`, `faults_only` or `rates`."""
        self._set(**{choice: not getattr(self, choice)})

    def hide(self, kind: str) -> None:
        """Hide a class of links, or show it again."""
        self._set(hidden=self.hidden ^ {kind})

    def look_like(self, other: "Toolbox") -> None:
        """Show of the links what another map shows of them."""
        self._set(hidden=other.hidden, faults_only=other.faults_only, rates=other.rates)

    def show_all(self) -> None:
        """No link is hidden."""
        self._set(hidden=frozenset(), faults_only=False)

    def _set(self, **choices: object) -> None:
        if any(getattr(self, name) != value for name, value in choices.items()):
            for name, value in choices.items():
                setattr(self, name, value)
            self.changed.emit()
