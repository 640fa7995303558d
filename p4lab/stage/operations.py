"""Operations: what workloads and people ask of customers, and whose customer an identity is.

Rules: operations are numbered here, in the order in which they begin. A workload's puts go through the provider that
their owner is a customer of now; what a person asks goes where the person says.
"""

from collections.abc import Collection
from typing import Protocol

import msgspec

from p4lab.core.commands import BY_HAND, Command, Get, Move, Note, Put, Remove, Renew
from p4lab.core.contract import Input, Requested
from p4lab.core.events import Event, Moved, Noted
from p4lab.core.wallet import Wallet
from p4lab.stage.houses import Houses
from p4lab.stage.workload import Keys


class Desk(Protocol):
    """What a run does for operations."""

    def emit(self, event: Event, t: float) -> int:
        """Append an Event, and return its id."""

    def tell(self, node: int, data: Input, cause: int, t: float) -> None:
        """Hand an input to a node, and do what it asks for."""


class Operations:
    """houses: the nodes of providers and organisations, by name. away: those who are not there; nobody asks there."""

    def __init__(self, desk: Desk, houses: Houses, wallet: Wallet, away: Collection[int] = ()) -> None:
        self._away = away
        self._desk = desk
        self._index = houses.index
        self._houses = houses
        self._wallet = wallet
        self._home = dict(self._index)  # whose customer an identity is; unknown until it puts something
        self._keys: dict[str, Keys] = {}  # by workload
        self._last_op = 0

    def know(self, keys: Keys) -> None:
        """There is this workload."""
        self._keys[keys.row.name] = keys

    def expect(self, name: str, node: int) -> None:
        """Somebody of whom nobody knew at the start: an identity of this name is a customer there."""
        self._home.setdefault(name, node)

    def request(self, command: Put | Get | Renew, workload: str, t: float) -> None:
        """What a workload asks for."""
        owner = None if isinstance(command, Get) else command.identity
        self._request(command, self._index[command.by] if owner is None else self._home[owner], workload, t)

    def do(self, command: Command, t: float) -> None:
        """What a person asks of customers; and remarks."""
        if isinstance(command, Put | Remove):
            self._home.setdefault(command.identity or command.by, self._index[command.by])
            self._request(command, self._index[command.by], BY_HAND, t)
        elif isinstance(command, Get):
            self._request(self._spelt_out(command), self._index[command.by], BY_HAND, t)
        elif isinstance(command, Move):
            self._move(command, t)
        elif isinstance(command, Note):
            self._desk.emit(Noted(text=command.text), t)

    def _move(self, command: Move, t: float) -> None:
        identity, dst = command.identity, self._index[command.to]
        src = self._home.get(identity)
        if src is None or src == dst:
            why = "is a customer there already" if src == dst else "has put nothing yet"
            self._desk.emit(Noted(text=f"move {identity} to {command.to}: {identity} {why}"), t)
            return
        self._home[identity] = dst
        event = self._desk.emit(Moved(identity=identity, owner=self._wallet.owner(identity), src=src, dst=dst), t)
        first = self._last_op + 1
        self._last_op += len(self._wallet.belongings(identity, t))  # each is put again, as an operation of its own
        old, new = self._houses.customers(src), self._houses.customers(dst)
        self._desk.tell(new, Requested(command, first, BY_HAND, event), event, t)
        self._desk.tell(old, Requested(command, 0, BY_HAND, event, dst), event, t)

    def _request(self, command: Put | Get | Remove | Renew, provider: int, workload: str, t: float) -> None:
        if provider in self._away:
            return
        self._last_op += 1
        self._desk.tell(self._houses.customers(provider), Requested(command, self._last_op, workload), 0, t)

    def _spelt_out(self, command: Get) -> Get:
        """A get of a workload's key without an owner asks for that of the workload (contracts section 2)."""
        if command.owner is None and command.key is not None:
            keys = self._keys.get(command.key.rpartition("/")[0])
            index = None if keys is None else keys.index(command.key)
            if keys is not None and index is not None:
                return msgspec.structs.replace(command, owner=keys.owner(index))
        return command
