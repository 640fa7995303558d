"""What is selected when a run opens: its key from the start, and after a change of the past what was selected before.

Rules: chooses once per opening, as soon as there is something to choose from; what a person selects afterwards stays.
A put or get that is selected brings its key along, so that map, lanes and details tell of the same.
"""

from PySide6.QtCore import QObject

from p4lab.world import Name
from ui.focus import Focus
from ui.player import Player

WAIT = 5.0  # s that a live run may take to bring the key that its scenario shows


class Opening(QObject):
    """Selects; `begin` after another file was opened."""

    def __init__(self, player: Player, focus: Focus, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._player = player
        self._focus = focus
        self._waiting = False
        player.sampled.connect(self._choose)
        player.sessionChanged.connect(self._keep)
        focus.nameChanged.connect(self._watch)
        focus.opChanged.connect(self._bring_key)

    def begin(self) -> None:
        """Another file: nothing of the last one is meant any more."""
        self._focus.clear()
        self._waiting = True
        self._choose()
        at = self._player.scenario.view.at
        if at is not None and not self._player.run.live:
            self._player.seek(at)

    def _choose(self) -> None:
        if not self._waiting or self._focus.name is not None:
            return
        found = self._wanted()
        if found is not None:
            self._waiting = False
            self._focus.select_name(found.index)

    def _wanted(self) -> Name | None:
        world, view = self._player.world, self._player.session.scenario.view
        if view.key is None:
            return world.busiest()
        found = world.find(view.key)
        # A key that only a command brings in later is waited for; one that nothing names gives way to the busiest.
        gone_by = self._player.run.live and self._player.known > WAIT
        return found or (world.busiest() if self._player.complete or gone_by else None)

    def _keep(self) -> None:
        """The same past in another run has the same numbers, as far as it goes."""
        world, focus = self._player.world, self._focus
        if focus.name is not None and focus.name >= len(world.names):
            focus.select_name(None)
            self._waiting = True
        if focus.op is not None and world.op(focus.op) is None:
            focus.select_op(None)
        if focus.event_id is not None and focus.event_id > len(self._player.trace):
            focus.select_event(None)

    def _bring_key(self) -> None:
        op = None if self._focus.op is None else self._player.world.op(self._focus.op)
        if op is not None and op.name >= 0:
            self._focus.select_name(op.name)

    def _watch(self) -> None:
        self._player.watch(self._focus.name)
