"""A class of thirty: `p4lab node` on every host of a bridge, a teacher's window, and what may befall them.

Rules: run it with `python -m tests.proofs.class30`, as root on Linux; it prints what it measured and ends with 1 if a
bound did not hold. Thirty processes with default options, each in a network namespace and told the bare code alone; the
teacher's node runs as in the window, with its observer, in a thread of this process. So few at a time are started that
two cores keep up. The short form, with three students, is in tests/live/test_class30.py.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import re
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import combinations
from pathlib import Path
from types import TracebackType

import msgspec

from p4lab.core.commands import Get, Put
from p4lab.core.events import Event, PutStarted, SessionDown, SessionUp, Stored
from p4lab.core.names import Kind, Regime
from p4lab.core.stores import REPLICA
from p4lab.live.client import Client, Result
from p4lab.live.doors import dial
from p4lab.live.entry import admitted
from p4lab.live.identity import AUTHORITY, parse_code
from p4lab.live.limits import Limits
from p4lab.live.observer import Observer
from p4lab.live.profile import Profile
from p4lab.live.roster import DEAD, HERE
from p4lab.live.run_node import Card, Plan
from tests.live.far import Far
from tests.live.nets import Host, Net, why_not

STUDENTS = 30
KNOWN = 5.0  # s from the last one's card until all know all
DEAD_BY = 30.5  # s after which who is gone is known to be gone: 30 of silence, and what looking for it here takes
STARTING = 4  # processes without a card at a time: a start takes most of a second of a core
PATIENCE = 120.0  # s for anything
LINE = re.compile(r'time=(\S+) cause=(\w+) says=("(?:[^"\\]|\\.)*")')

wall: Callable[[], float] = time.time  # noqa: TID251 logs are dated by the wall clock, and nodes get it handed in


class Student:
    """A `p4lab node` on a host, with a profile and a log of its own."""

    def __init__(self, host: Host, name: str, folder: Path, code: str) -> None:
        self.host, self.name = host, name
        self._files = folder / f"{name}.out", folder / f"{name}.log"
        self._argv = ["-m", "p4lab", "node", "--name", name, "--join", code, "--profile", str(folder / name), "--json"]
        self.start()

    def start(self) -> None:
        """Anew, or again."""
        with self._files[0].open("w") as out, self._files[1].open("w") as log:
            self.process = self.host.popen(sys.executable, *self._argv, stdout=out, stderr=log)

    def card(self) -> Card | None:
        """Who it is, once it says so."""
        assert self.process.poll() in (None, -signal.SIGKILL), f"{self.name}: {self._files[1].read_text()}"
        first = self._files[0].read_text()
        return msgspec.json.decode(first, type=Card) if first.endswith("\n") else None

    def lines(self, cause: str, says: str) -> list[tuple[float, re.Match[str]]]:
        """When it logged what matches, by the wall clock."""
        logged = LINE.finditer(self._files[1].read_text())
        told = [
            (at, re.fullmatch(says, json.loads(text))) for at, why, text in map(re.Match.groups, logged) if why == cause
        ]
        return [(datetime.fromisoformat(at).timestamp(), match) for at, match in told if match is not None]

    def memory(self) -> float:
        """Resident, in MB."""
        return int(Path(f"/proc/{self.process.pid}/status").read_text().partition("VmRSS:")[2].split()[0]) / 1024

    def end(self) -> float:
        """How long a clean end took."""
        began = time.perf_counter()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(PATIENCE) == 0
        return time.perf_counter() - began


class Room:
    """A class: `teacher` on the first host, `students` on the others. events: what the teacher's window sees of all."""

    def __init__(self, net: Net, folder: Path) -> None:
        self.net, self.folder = net, folder
        self.students: list[Student] = []
        self.events: list[Event] = []
        plan = Plan("Teacher", folder / "Teacher", new_class="Networks")
        self.teacher = Far(net[0], plan, Limits())

    def __enter__(self) -> Room:
        self.teacher.__enter__()
        self._observer = self.teacher.ask(
            lambda node: Observer(
                node.stream, node.board, lambda seat: node.place.roster.members[seat].name, asyncio.get_running_loop()
            )
        )
        self.code = self.teacher.card.code.rpartition("/")[2]  # without the address: it is found
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.teacher.ask(lambda _: self._observer.close())
        self.teacher.__exit__(kind, fault, trace)

    def begin(self) -> None:
        """Start all students, so many at a time."""
        for number, host in enumerate(self.net.hosts[1:], 1):
            until(lambda: sum(student.card() is None for student in self.students) < STARTING)
            self.students.append(Student(host, f"Student {number}", self.folder, self.code))
        until(lambda: all(student.card() for student in self.students))
        until(lambda: all(self.state(student) == HERE for student in self.students))  # a card is there a moment before

    def seat(self, student: Student) -> int:
        """Where it sits."""
        seat = self.teacher.ask(lambda node: node.place.roster.named(student.name))
        assert seat is not None
        return seat

    def state(self, student: Student) -> str:
        """How it is, in the teacher's roster."""
        seat = self.seat(student)
        return self.teacher.ask(lambda node: node.place.roster.members[seat].state)

    def told(self) -> list[Event]:
        """All that was observed so far."""
        ready = self._observer.ready
        while ready:
            self.events += [out for out in ready.popleft().out if isinstance(out, Event)]
        return self.events

    def propose(self, pairs: Sequence[tuple[int, int]]) -> None:
        """The teacher suggests to each two that they peer."""
        for a, b in pairs:
            self.teacher.ask(lambda node, a=a, b=b: node.place.rules and node.place.rules.propose(a, b, True))  # type: ignore[misc]  # both bound now
        assert [says for _, says in self.teacher.lines if says.startswith("Nothing was proposed")] == []

    def sessions(self) -> set[tuple[int, int]]:
        """Which sessions there are, each way."""
        up: set[tuple[int, int]] = set()
        for event in self.told():
            if isinstance(event, SessionUp):
                up.add((event.node, event.peer))
            elif isinstance(event, SessionDown):
                up.discard((event.node, event.peer))
        return up

    def ask(self, student: Student | None, what: Put | Get) -> Result:
        """A customer on the teacher's host puts or gets, at a student or at the teacher."""
        card = self.teacher.card if student is None else student.card()
        assert card is not None

        async def talk() -> Result:
            purse = Profile(self.folder / "customer")
            code = parse_code(self.teacher.card.code)
            party = await admitted(purse, code, card.listen, "Kay", Limits(), wall)
            client = Client(await dial([card.listen], party), purse)
            try:
                await client.begin()
                return await (client.put(what) if isinstance(what, Put) else client.get(what))
            finally:
                await client.end()

        results: list[Result] = []

        def inside() -> None:
            with self.net[0].inside():
                results.append(asyncio.run(talk()))

        thread = threading.Thread(target=inside)  # the namespace is the thread's
        thread.start()
        thread.join()
        [result] = results
        return result


def until(true: Callable[[], object], within: float = PATIENCE) -> float:
    """Wait until it is so; how long that took."""
    began = time.perf_counter()
    while not true():
        assert time.perf_counter() - began < within, "it did not come"
        threading.Event().wait(0.05)
    return time.perf_counter() - began


@contextlib.contextmanager
def room(students: int, folder: Path, isolated: Sequence[int] = ()) -> Iterator[Room]:
    """A class that has begun."""
    with Net(students + 1, isolated=isolated) as net, Room(net, folder) as room:
        room.begin()
        yield room


def all_know_all(room: Room) -> float:
    """How long after the last one's card everybody has found everybody by discovery, to half a second."""
    others = len(room.students)

    def found(student: Student) -> float | None:
        lines = room_lines(student)
        return next((at for at, match in lines if int(match[1]) >= others), None)

    def room_lines(student: Student) -> list[tuple[float, re.Match[str]]]:
        return student.lines("class", r"members found on this network: (\d+)")

    until(lambda: all(found(student) for student in room.students))
    until(lambda: room.teacher.ask(lambda node: node.discovery and node.discovery.heard.ours) == others)
    cards = [student.lines("store", r"\d+ copies and marks were stored here")[0][0] for student in room.students]
    return max(found(student) or 0.0 for student in room.students) - max(cards)


def all_peer(room: Room) -> float:
    """The teacher proposes every pair; how long until all sessions are up, at both ends."""
    seats = [AUTHORITY, *(room.seat(student) for student in room.students)]
    began = time.perf_counter()
    room.propose(list(combinations(seats, 2)))
    wanted = {pair for a, b in combinations(seats, 2) for pair in ((a, b), (b, a))}
    until(lambda: room.sessions() >= wanted)
    return time.perf_counter() - began


def put_of(key: str, regime: Regime) -> Put:
    """The first version of this key."""
    return Put("me", f"the value of {key}", key, Kind.AUTHENTICATED, regime, identity="me", seq=1)


def put_reaches_all(room: Room, at: Student, key: str) -> tuple[float, float, int]:
    """A put-broadcast of a value at one student: when the first and the last other one hold it, in s after it began,

    and how many of them answer a get with it from what they hold themselves.
    """
    put = put_of(key, Regime.VALUE)
    assert room.ask(at, put).code == "OK"
    others = len(room.students)

    def stored() -> dict[int, float]:
        return {
            each.node: each.t
            for each in room.told()
            if isinstance(each, Stored) and each.store == REPLICA and each.nid == began.nid
        }

    until(lambda: any(isinstance(event, PutStarted) and event.key == key for event in room.told()))
    began = next(event for event in room.told() if isinstance(event, PutStarted) and event.key == key)
    until(lambda: len(stored()) == others)
    times = sorted(at - began.t for at in stored().values())
    return (
        times[0],
        times[-1],
        sum(holds(room, student, put, "replica") for student in (None, *room.students) if student is not at),
    )


def holds(room: Room, student: Student | None, put: Put, source: str) -> bool:
    """Whether a get of what was put is answered by what this node holds itself."""
    got = room.ask(student, Get("me", put.key or "", kind=put.kind, owner="me"))
    return (got.code, got.source, got.values) == ("OK", source, (put.value,))


def lost(room: Room, gone: Student, do: Callable[[], None]) -> tuple[float, float]:
    """Somebody goes without a word: how long until the teacher's roster says dead, and until all peers have noticed."""
    others = [student for student in room.students if student is not gone]
    began, counted = wall(), {student: len(missed(student, gone)) for student in others}
    do()
    dead = until(lambda: room.state(gone) == DEAD)
    until(lambda: all(len(missed(student, gone)) > counted[student] for student in others))
    return dead, max(missed(student, gone)[-1] for student in others) - began


def missed(student: Student, gone: Student) -> list[float]:
    """When it noticed that its peer was gone."""
    return [at for at, _ in student.lines("peering", rf"{gone.name} is out of reach: .*")]


def back(room: Room, student: Student) -> float:
    """How long until it is in the class again, and has sessions with all."""
    seat = room.seat(student)
    began = time.perf_counter()
    until(lambda: room.state(student) == HERE)
    until(lambda: sum(seat in pair for pair in room.sessions()) == 2 * len(room.students))
    return time.perf_counter() - began


def prove_class(students: int, folder: Path) -> list[bool]:
    began = time.perf_counter()
    with room(students, folder) as class_:
        print(f"{students} nodes and a teacher's window, at most {STARTING} starting at a time:")
        print(f"  all joined with the code alone, {time.perf_counter() - began:.1f} s after the first was started")
        known = all_know_all(class_)
        print(f"  all had found all others {known:.2f} s after the last one's card")
        print(f"  all {students * (students + 1) // 2} peerings were up {all_peer(class_):.1f} s after being proposed")
        at, gone, cut = class_.students[0], class_.students[1], class_.students[2]
        first, last, local = put_reaches_all(class_, at, "greeting")
        print(f"  a put-broadcast of a value was held by the first other after {first * 1000:.0f} ms, by all after")
        print(f"  {last * 1000:.0f} ms, and {local} of {students} others answered a get with it from their own store")
        memory = [student.memory() for student in class_.students]
        print(f"  memory of a node: {sum(memory) / len(memory):.0f} MB resident, {max(memory):.0f} MB at most")
        own = put_of("own", Regime.GET_BROADCAST)  # nobody else has it
        assert class_.ask(gone, own).code == "OK"
        dead, noticed = lost(class_, gone, gone.process.kill)
        print(
            f"  kill -9 of one: dead in the roster after {dead:.2f} s, noticed by all its peers after {noticed:.2f} s"
        )
        gone.process.wait()
        gone.start()
        until(gone.card)
        print(f"  started again: in the class with all its peers {back(class_, gone):.1f} s after its card")
        kept = holds(class_, gone, own, "local") and holds(class_, gone, put_of("greeting", Regime.VALUE), "replica")
        print(f"  and what was put at it, and reached it, is answered by itself: {kept}")
        pulled, apart = lost(class_, cut, lambda: cut.host.cable(False))
        print(f"  a cable pulled: dead in the roster after {pulled:.1f} s, to all its peers after {apart:.1f} s")
        cut.host.cable(True)
        print(f"  plugged in again: back with all its peers after {back(class_, cut):.1f} s")
        slowest = max(student.end() for student in class_.students)
        print(f"  SIGTERM: each ended with status 0 within {slowest:.2f} s, one after the other")
    return [known <= KNOWN, local == students, max(dead, noticed, pulled, apart) <= DEAD_BY, kept, slowest < 3.0]


def prove_isolation(folder: Path) -> list[bool]:
    with room(4, folder, isolated=range(1, 5)) as class_:
        took = all_peer(class_)
        seats = [class_.seat(student) for student in class_.students]
        relayed = class_.teacher.ask(lambda node: [node.place.relayed(seat) for seat in seats])
        first, last, local = put_reaches_all(class_, class_.students[0], "greeting")
        print(f"4 students that the network keeps apart: all peer after {took:.1f} s, through the hub: {all(relayed)}")
        print(f"  a put-broadcast reached the first after {first * 1000:.0f} ms, the last after {last * 1000:.0f} ms,")
        print(f"  and {local} of 4 others answered a get with it from their own store")
    return [all(relayed), local == 4]


def main() -> int:
    """The whole proof; the exit status is 1 where a bound did not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=STUDENTS)
    students = parser.parse_args().students
    if why_not():
        print(why_not())
        return 0
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        held = [*prove_class(students, Path(one)), *prove_isolation(Path(two))]
    print("all bounds held" if all(held) else f"{held.count(False)} bounds did not hold")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
