"""A simulator whose nodes only write down what they are told, for tests of who is told what, and when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from p4lab.core.contract import NEVER, NOTHING, Effect, Input, Linked, Received, Unlinked
from p4lab.core.events import Event, Lost, Sent
from p4lab.core.neighbours import Role
from p4lab.core.options import Attach, Options, Signatures
from p4lab.scenario.model import Do, Link, Peering, Provider, Scenario
from p4lab.sim.engine import Engine
from p4lab.trace import Trace

MODELLED = Options(signatures=Signatures.MODELLED)


class Listener:
    """A node. said: lines of what it was told, shared by all. answers: what it does, by the type of the input."""

    def __init__(self, me: int, said: list[str], answers: dict[type, list[Effect]] | None = None) -> None:
        self.me = me
        self.wake_at = NEVER
        self._said = said
        self._answers = answers or {}

    def restore(self, rows: Mapping[Any, object], roles: Mapping[int, Role], now: float) -> int:
        """Write that down too."""
        near = "".join(f", {node} {role.value}" for node, role in roles.items())
        self._said.append(f"{now:g} {self.me} starts with {len(rows)} rows{near}")
        return len(rows)

    def handle(self, data: Input, now: float) -> list[Effect]:
        """Write it down."""
        match data:
            case Linked():
                what = f"linked {data.node}" + (f" {data.role.value}" if data.role else "")
            case Unlinked():
                what = f"unlinked {data.node} {data.why}" + (" gone" if data.gone else "")
            case Received():
                what = f"hears {data.src}"
            case _:
                what = type(data).__name__
        self._said.append(f"{now:g} {self.me} {what}")
        return self._answers.get(type(data), NOTHING)


class Heard:
    """A run of providers A, B, C, ... (below a parent: "b<A", redirect: "b<<A") and their customers, all Listeners."""

    def __init__(self, names: str, *do: Do, answers: dict[int, dict[type, list[Effect]]] | None = None, **more: Any):
        rows = []
        for name in names.split():
            child, _, parent = name.partition("<")
            attach = Attach.REDIRECT if parent.startswith("<") else Attach.LOCAL
            rows.append(Provider(child, parent=parent.lstrip("<") or None, attach=attach))
        fields: dict[str, Any] = {"options": MODELLED, "link": Link(latency=1.0), **more}
        fields.setdefault("peering", (Peering(among="all"),))
        self.scenario = Scenario("t", 100.0, provider=tuple(rows), do=do, **fields)
        self.said: list[str] = []
        self.trace = Trace()
        self.engine = Engine(self.scenario, self.trace)

        def made(number: int, epoch: int = 0) -> Listener:
            """A node, also the one that a restart makes."""
            return Listener(number, self.said, (answers or {}).get(number))

        self.engine.cast.made = made  # type: ignore[method-assign]  # restarts make Listeners too
        for number in range(2 * len(rows)):
            self.engine.cast.swap(number, made(number))

    def run(self, until: float = 100.0) -> list[str]:
        """What was said since the last call."""
        self.engine.run(until)
        said = self.said[:]
        self.said.clear()
        return said

    def events(self, *kinds: type[Event]) -> list[tuple[float, Event]]:
        """When, and what, of these kinds, after the start."""
        found = [event for event in self.trace.slice(0, len(self.trace)) if event.t > 0]
        return [(event.t, event) for event in found if not kinds or isinstance(event, kinds)]

    def lines(self) -> list[str]:
        """All that happened after the start, in short."""
        lines = []
        for t, event in self.events():
            if isinstance(event, Sent):
                text = f"sent {event.src}>{event.dst}" + (" lost" if event.lost else "")
            elif isinstance(event, Lost):
                text = f"lost {event.src}>{event.dst} {event.why}"
            else:
                fields = {name: getattr(event, name) for name in event.__struct_fields__ if name not in ("t", "id")}
                text = f"{type(event).__name__} {' '.join(str(each) for each in fields.values())}"
            lines.append(f"{t:g} {text}")
        return lines
