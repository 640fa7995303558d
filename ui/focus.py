"""What the person is looking at: one key, provider, operation, Event, message, shared by every part of the window.

More providers, or a link, may be chosen beside the one, for what is done to several. A chain of Events is lit up
wherever Events are shown, while something is explained.

Rules: numbers only (a name's place in World, a node, an op, an Event's id), None = nothing. A signal is given once per
real change, so parts may select into each other without going round in circles; `pointed` each time, so that what was
looked at before can be looked at again.
"""

from PySide6.QtCore import QObject, Signal

from p4lab.core.events import pair_of
from ui.eyes import Eyes
from ui.span import Span
from ui.subject import Subject, What


class Focus(QObject):
    """Each field is set by its `select_...` and announces itself by its own signal."""

    nameChanged = Signal()
    providerChanged = Signal()
    opChanged = Signal()
    eventChanged = Signal()
    choiceChanged = Signal()  # which providers or which link are chosen
    messageChanged = Signal()
    pointed = Signal(object)  # a Subject was pointed at, be it the selected one already
    chainChanged = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.name: int | None = None
        self.provider: int | None = None
        self.kept: tuple[int, ...] = ()  # providers chosen before the one
        self.link: tuple[int, int] | None = None  # the lower end first
        self.op: int | None = None
        self.event_id: int | None = None  # not `event`: that is a method of QObject, which Qt calls
        self.message: int | None = None  # the Event of a message row
        self.eyes = Eyes(self)
        self.chain: frozenset[int] = frozenset()  # the Events that explain something together
        self.span = Span(self)  # the interval that is selected; it announces itself

    def select_name(self, name: int | None) -> None:
        """The key whose copies the map and the lanes show."""
        if name != self.name:
            self.name = name
            self.nameChanged.emit()

    def select_provider(self, node: int | None) -> None:
        """The provider whose particulars are shown."""
        if node != self.provider:
            self.provider = node
            self.providerChanged.emit()
            self.choiceChanged.emit()
        self._point(What.PROVIDER, node)

    @property
    def chosen(self) -> tuple[int, ...]:
        """All providers that are chosen, the one last."""
        others = tuple(node for node in self.kept if node != self.provider)
        return others if self.provider is None else (*others, self.provider)

    def choose(self, nodes: tuple[int, ...]) -> None:
        """These providers and no others; the last is the one. No link is chosen any more."""
        self._set_choice(nodes[:-1], None)
        self.select_provider(nodes[-1] if nodes else None)

    def also(self, node: int) -> None:
        """One more provider, or one less."""
        chosen = self.chosen
        self.choose(tuple(each for each in chosen if each != node) if node in chosen else (*chosen, node))

    def keep(self) -> None:
        """The one stays chosen while others are selected; kept already, it does so no more."""
        if self.provider is not None:
            others = tuple(node for node in self.kept if node != self.provider)
            self._set_choice(others if self.provider in self.kept else (*others, self.provider), None)

    def choose_link(self, a: int, b: int) -> None:
        """A link and no provider."""
        self._set_choice((), pair_of(a, b))
        self.pointed.emit(Subject(What.LINK, *pair_of(a, b)))
        self.select_provider(None)

    def _set_choice(self, kept: tuple[int, ...], link: tuple[int, int] | None) -> None:
        if (kept, link) != (self.kept, self.link):
            self.kept, self.link = kept, link
            self.choiceChanged.emit()

    def select_op(self, op: int | None) -> None:
        """The put or get that is explained."""
        if op != self.op:
            self.op = op
            self.opChanged.emit()
        self._point(What.ANSWER, op)

    def select_event(self, event: int | None) -> None:
        """The Event that the log points at."""
        if event != self.event_id:
            self.event_id = event
            self.eventChanged.emit()

    def select_message(self, event: int | None) -> None:
        """The message whose story is told."""
        if event != self.message:
            self.message = event
            self.messageChanged.emit()
        self._point(What.MESSAGE, event)

    def light(self, chain: frozenset[int]) -> None:
        """The Events to light up in map, chart and log; none: nothing is explained."""
        if chain != self.chain:
            self.chain = chain
            self.chainChanged.emit()

    def clear(self) -> None:
        """Look at nothing: another run has other numbers."""
        self.light(frozenset())
        self.eyes.see_as(None)
        self.select_message(None)
        self.span.clear()
        self.select_event(None)
        self.select_op(None)
        self.choose(())
        self.select_name(None)

    def _point(self, what: What, number: int | None) -> None:
        if number is not None:
            self.pointed.emit(Subject(what, number))
