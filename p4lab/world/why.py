"""Why an operation ended as it did, in sentences: who asked whom, who answered what, and what made the answer stale.

Rules: a walk up the causes that the events carry (the copy served, its origin, the puts since); nothing is guessed:
what the events do not say is not said. Sentences name providers and versions; times are in the steps.
"""

from collections.abc import Iterable

import msgspec
import numpy as np

from p4lab.core import messages
from p4lab.core.events import GetFinished, Lost, Moved, Noticed, Rejected, Stored
from p4lab.core.history import Ack
from p4lab.core.names import Kind, Regime
from p4lab.world.blame import blame
from p4lab.world.fold import World
from p4lab.world.ops import Op
from p4lab.world.traced import Slice, Trace
from p4lab.world.words import listed, span, versions_behind

LOST, DUPLICATE = 1, 2  # fates of a row, as a trace writes them
FULL = 4  # later puts that are told one by one
AFTER = 5_000  # events after a put's answer in which its updates leave: they leave at once
KEPT = ("L", "R")  # stores that do not run out
SLOW = 0.25  # s: from there on a get says what it waited for; a tenth of a second is the limit of "at once" (Nielsen)
BACK = 65_536  # messages before a get among which the question that it joined is looked for

NOTICES = {  # what somebody saw a neighbour do; that it would not answer is told with the answers
    "E_TTL": "gave it a longer TTL than was signed",
    "E_OLD": "told an older version than was known",
}


class Step(msgspec.Struct, frozen=True):
    """One sentence. event_id: the event it tells of. bad: it is part of why the answer is stale, late or missing."""

    t: float
    event_id: int
    text: str
    bad: bool = False


def story(trace: Trace, world: World, op: int) -> list[Step]:
    """The steps of an operation, by time; none of an operation unknown."""
    found = world.op(op)
    if found is None:
        return []
    teller = _Teller(trace, world, found)
    steps = teller.put() if found.verb == "put" else teller.get()
    return sorted(steps, key=lambda step: (step.t, step.event_id))


def brought(trace: Trace, op: Op) -> Moved | None:
    """The move that a put was a part of: the owner brought along what it had put before."""
    start = trace[op.started_id - 1]
    cause = trace[start.cause - 1] if op.verb == "put" and start.cause else None
    return cause if isinstance(cause, Moved) else None


class _Teller:
    """Collects the steps of one operation."""

    def __init__(self, trace: Trace, world: World, op: Op) -> None:
        self.trace, self.world, self.op = trace, world, op
        self.name = world.names[op.name]
        self.names = world.called
        self.me = self.who(op.node)
        self.steps: list[Step] = []

    def who(self, node: int) -> str:
        return self.names.get(node, f"node {node}")

    def all(self, nodes: Iterable[int]) -> str:
        return listed([self.who(node) for node in dict.fromkeys(nodes)])

    def say(self, t: float, event: int, text: str, bad: bool = False) -> None:
        self.steps.append(Step(t, event, text, bad))

    def version(self, seq: int) -> str:
        """A version as it is spoken of."""
        if self.name.kind == Kind.IMMUTABLE.value:
            return "the value"
        return f"v{seq}" if self.name.kind == Kind.AUTHENTICATED.value else "an entry"

    # Puts

    def put(self) -> list[Step]:
        op = self.op
        move = brought(self.trace, op)
        did = "asked to remove" if op.removes else f"put {self.version(op.seq)} of"
        if move is not None:
            self.say(move.t, move.id, f"{move.identity} moved from {self.who(move.src)} to {self.who(move.dst)}")
            self.say(
                op.started, op.started_id, f"{move.identity} put {self.version(op.seq)} of {self.name.label} again"
            )
        else:
            self.say(op.started, op.started_id, f"a customer of {self.me} {did} {self.name.label}")
        stop = min(len(self.trace), (op.finished_id or op.started_id) + AFTER)
        events = self.trace.slice(op.started_id, stop)
        for event in events.records:
            if isinstance(event, Stored) and event.op == op.op and event.store == "L":
                self.accepted(event)
        rows = sent_for(op.op, events)
        updates = rows[rows["code"] == messages.UPDATE]
        passed = updates[updates["src"] != op.node]
        for node in dict.fromkeys(passed["src"].tolist()):
            some = passed[passed["src"] == node]
            text = f"{self.who(node)} passed {self.version(op.seq)} on to {self.all(some['dst'].tolist())}"
            self.say(float(some["t"][0]), int(some["id"][0]), text)
        if len(passed) < len(updates):
            updates = updates[updates["src"] == op.node]
            did = "sent" if op.regime == Regime.VALUE.value else "announced"
            text = f"{self.me} {did} {self.version(op.seq)} to {self.all(updates['dst'].tolist())}"
            self.say(float(updates["t"][0]), int(updates["id"][0]), text)
            for row in updates[(updates["fate"] & LOST) > 0]:
                text = f"the update to {self.who(int(row['dst']))} got lost: it follows with their next session"
                self.say(float(row["t"]), int(row["id"]), text, True)
            updates = updates[(updates["fate"] & LOST) == 0]
            if len(updates):
                last = updates[int(np.argmax(updates["due"]))]
                self.say(float(last["due"]), int(last["id"]), f"{self.who(int(last['dst']))} had it, the last of them")
        if op.finished is not None and op.latency is not None:
            fine = op.outcome.startswith("OK")
            text = (
                f"told its customer that it is {'removed' if op.removes else 'stored'}"
                if fine
                else f"refused it: {op.outcome}"
            )
            if op.outcome == "OK_LOCAL":
                text += " in the organisation, and is to be passed on"
            self.say(op.finished, op.finished_id, f"{self.me} {text}, after {span(op.latency)}", not fine)
        return self.steps

    def accepted(self, event: Stored) -> None:
        lease = "" if event.until is None else f", with a lease of {span(event.until - event.t)}"
        what = self.version(event.seq)
        if event.deleted:
            what = f"the removal, {what}"
            lease = lease.replace("with a lease of", "and remembers it for")
        self.say(event.t, event.id, f"{self.who(event.node)} accepted {what}{lease}")

    # Gets

    def get(self) -> list[Step]:
        op = self.op
        self.say(op.started, op.started_id, f"a customer of {self.me} asked for {self.name.label}")
        stop = op.finished_id or len(self.trace)
        events = self.trace.slice(op.started_id, stop)
        mine = sent_for(op.op, events)
        mine = mine[mine["code"] < messages.ACCESS]
        for event in events.records:
            if isinstance(event, Rejected) and event.op == op.op:
                text = f"{self.who(event.node)} threw away what {self.who(event.src)} sent: {event.code}"
                self.say(event.t, event.id, text, True)
            elif isinstance(event, Noticed) and event.op == op.op and event.code in NOTICES:
                text = f"{self.who(event.node)} saw that {self.who(event.src)} {NOTICES[event.code]}"
                self.say(event.t, event.id, text, True)
            elif isinstance(event, Stored) and (event.op, event.node) == (op.op, op.node):
                self.kept(event)
        asked = self.questions(mine[mine["src"] == op.node])
        self.answers(mine[mine["dst"] == op.node], asked)
        self.on_behalf(mine[mine["src"] != op.node])
        self.waited(mine[mine["dst"] == op.node])
        if not asked and op.source not in ("local", "replica", "cached"):
            self.joined(stop)
        finished = self.trace[op.finished_id - 1] if op.finished is not None else None
        if isinstance(finished, GetFinished):
            self.provenance(finished)
            self.missed(finished)
            self.unreached(finished)
            for finding in blame(self.world, finished, asked, self.who):
                self.say(finding.event.t, finding.event.id, finding.text, finding.bad)
            heard = {e.src for e in events.records if isinstance(e, Rejected | Noticed) and e.op == op.op}
            if silent := [node for node in finished.silent if node not in heard]:
                self.say(finished.t, finished.id, f"{self.all(silent)} did not answer in time", True)
            self.say(finished.t, finished.id, *self.outcome(finished))
        late = self.world.late.get(op.op)
        if late is not None:
            self.say(late.t, late.id, f"{self.me} was told of {self.version(late.seq)}, too late for this get")
        return self.steps

    def questions(self, rows: np.ndarray, whose: str = "") -> dict[int, float]:
        """Who was asked, a step per round; returns when each was."""
        asked: dict[int, float] = {}
        for code in (messages.CREQ, messages.FETCH, messages.GETQ):
            sent = rows[rows["code"] == code]
            for t in np.unique(sent["t"]).tolist():
                some = sent[sent["t"] == t]
                again = " again" if not asked.keys().isdisjoint(some["dst"].tolist()) else ""
                whom = self.all(some["dst"].tolist())
                did = {messages.GETQ: "asked", messages.FETCH: "followed its pointer to"}
                text = f"{did.get(code, 'handed it to')} {whom}{again}"
                self.say(t, int(some["id"][0]), f"{self.me} {text}{whose}")
                asked |= dict.fromkeys(some["dst"].tolist(), t)
                lost = some[(some["fate"] & LOST) > 0]
                if len(lost):
                    what = "the question" if len(lost) == 1 else "the questions"
                    text = f"{what} to {self.all(lost['dst'].tolist())} got lost"
                    self.say(t, int(lost["id"][0]), text, True)
        return asked

    def on_behalf(self, rows: np.ndarray) -> None:
        """What a parent, or whoever else was asked, asked others in turn."""
        asked = rows[np.isin(rows["code"], (messages.GETQ, messages.FETCH, messages.CREQ))]
        for node in dict.fromkeys(asked["src"].tolist()):
            some = asked[asked["src"] == node]
            text = f"{self.who(node)} asked {self.all(some['dst'].tolist())} in turn"
            self.say(float(some["t"][0]), int(some["id"][0]), text)

    def answers(self, rows: np.ndarray, asked: dict[int, float]) -> None:
        """Who said what: misses in one sentence, and those that came too late in another."""
        end = self.op.finished if self.op.finished is not None else np.inf
        lost = (rows["fate"] & LOST) > 0
        for row in rows[lost]:
            self.say(float(row["t"]), int(row["id"]), f"the answer of {self.who(int(row['src']))} got lost", True)
        came = rows[~lost & (rows["due"] <= end)]
        for status, text in (
            (
                messages.MISS,
                "had nothing of their own" if (came["status"] == messages.MISS).sum() > 1 else "had nothing of its own",
            ),
            (messages.REFUSED, "refused"),
        ):
            some = came[came["status"] == status]
            if len(some):
                last = some[int(np.argmax(some["due"]))]
                self.say(float(last["due"]), int(last["id"]), f"{self.all(some['src'].tolist())} {text}")
        holder = self.trace[self.op.copy - 1] if 0 < self.op.copy <= len(self.trace) else None
        for row in came[came["status"] == messages.HIT]:
            node, due = int(row["src"]), float(row["due"])
            what = f" {self.version(holder.seq)}" if isinstance(holder, Stored) and holder.node == node else ""
            self.say(due, int(row["id"]), f"{self.who(node)} answered{what} after {span(due - asked.get(node, due))}")
        late = rows[~lost & (rows["due"] > end)]
        if len(late):
            whom, were = self.all(late["src"].tolist()), "was" if len(late) == 1 else "were"
            text = f"{'the answer' if len(late) == 1 else 'the answers'} of {whom} {were} still on the way"
            self.say(float(late["t"][0]), int(late["id"][0]), text)

    def waited(self, rows: np.ndarray) -> None:
        """Whose answer a slow get waited for in the end, and how long that was under way."""
        op = self.op
        if op.finished is None or op.latency is None or op.latency < SLOW or op.outcome not in ("OK", "NOT_FOUND"):
            return
        came = rows[(rows["fate"] & LOST == 0) & (rows["due"] <= op.finished)]
        if len(came):
            last = came[int(np.argmax(came["due"]))]
            way = span(float(last["due"] - last["t"]))
            text = f"{self.me} waited for the answer of {self.who(int(last['src']))}, which was {way} on its way"
            self.say(float(last["t"]), int(last["id"]), text, True)

    def kept(self, event: Stored) -> None:
        held = "" if event.until is None else f" for {span(event.until - event.t)} (TTL)"
        self.say(event.t, event.id, f"{self.who(event.node)} kept {self.version(event.seq)}{held}")

    def joined(self, stop: int) -> None:
        """The questions and answers of an earlier get, which this one waited for."""
        op, names = self.op, self.world.op_name()
        upto = self.trace.rows_at(op.started)
        rows = self.trace.rows(max(0, upto - BACK), upto)
        rows = rows[(rows["src"] == op.node) & np.isin(rows["code"], (messages.GETQ, messages.FETCH))]
        rows = rows[(rows["id"] < op.started_id) & (rows["op"] < len(names))]
        rows = rows[names[rows["op"]] == op.name]
        earlier = self.world.op(int(rows["op"][-1])) if len(rows) else None
        if earlier is not None:
            rows = self.trace.slice(earlier.started_id, stop).rows
            rows = rows[(rows["op"] == earlier.op) & (rows["code"] < messages.ACCESS)]
            asked = self.questions(rows[rows["src"] == op.node], ", for an earlier get")
            self.answers(rows[rows["dst"] == op.node], asked)

    def provenance(self, finished: GetFinished) -> None:
        """Where the copy that was served came from, up to the put."""
        number, told = finished.copy, {step.event_id for step in self.steps}
        while 0 < number <= len(self.trace):
            event = self.trace[number - 1]
            if not isinstance(event, Stored) or number in told:
                break
            told.add(number)
            if event.store == "L":
                self.accepted(event)
            elif event.store == "C":
                self.kept(event)
            else:
                source = "" if event.via is None else f" from {self.who(event.via)}"
                what = "a pointer to " if event.store == "P" else ""
                self.say(event.t, event.id, f"{self.who(event.node)} got {what}{self.version(event.seq)}{source}")
            number = event.origin

    def missed(self, finished: GetFinished) -> None:
        """The puts that made what was read old, and their word that had not come yet."""
        if not finished.source:
            return
        later = self.world.history.newer(finished.nid, finished.seq, finished.digest, finished.entries, finished.t)
        later.sort(key=lambda ack: (ack.t, ack.event))
        for ack in later if len(later) <= FULL else [*later[: FULL - 2], later[-1]]:
            another = "another entry" if ack.entry else self.version(ack.seq)
            if getattr(self.trace[ack.event - 1], "deleted", False):
                another = f"the removal, {another}"
            self.say(ack.t, ack.event, f"{self.who(ack.node)} accepted {another}", True)
            self.under_way(ack, finished)
        if len(later) > FULL:
            middle = later[FULL - 2]
            self.say(middle.t, middle.event, f"and {len(later) - FULL + 1} more were accepted", True)

    def unreached(self, finished: GetFinished) -> None:
        """Who has what was not found, and is no peer of the one who was asked."""
        if finished.outcome != "NOT_FOUND":
            return
        peers = self.world.states.neighbours(finished.node, finished.t)
        holders = {held.node for held in self.world.holdings(self.op.name, finished.t) if held.store in KEPT}
        far = sorted(holders - peers - {finished.node})
        if far:
            text = f"{'has it, but does' if len(far) == 1 else 'have it, but do'} not peer with {self.me}"
            self.say(finished.t, finished.id, f"{self.all(far)} {text}", True)

    def under_way(self, ack: Ack, finished: GetFinished) -> None:
        """An update that had left and not arrived when the answer was given."""
        stored = self.trace[ack.event - 1]
        rows = self.trace.slice(ack.event, min(finished.id, ack.event + AFTER)).rows
        rows = rows[(rows["code"] == messages.UPDATE) & (rows["dst"] == finished.node) & (rows["due"] > finished.t)]
        for row in rows[rows["op"] == getattr(stored, "op", 0)]:
            text = f"{self.who(ack.node)}'s word of it was on its way to {self.me} until {float(row['due']):.3f} s"
            self.say(float(row["t"]), int(row["id"]), text, True)

    def outcome(self, finished: GetFinished) -> tuple[str, bool]:
        """The last sentence, and whether it is bad."""
        after = f", after {span(finished.latency)}"
        match finished.outcome:
            case "NOT_FOUND":
                return f"{self.me} found it nowhere{after}", False
            case "PARTIAL" if not finished.source:
                return f"{self.me} could not tell whether it exists{after}", True
            case "TIMEOUT":
                return f"{self.me} gave up{after}", True
            case "E_AGAIN" if finished.node in self.world.state(finished.t).crashed:
                return f"{self.me} was not there to answer{after}", True
            case code if code.startswith("E_"):
                return f"{self.me} refused: {code}", True
        lag = self.op.lag or 0
        how = {
            "local": "answered from its own data",
            "replica": "answered from its replica",
            "cached": "answered from its cache",
            "joined": "passed on what the earlier get brought",
            "remote": "passed it on",
        }.get(finished.source, "answered")
        what = f"{len(finished.entries)} of its entries" if finished.entries else self.version(finished.seq)
        flag = ", and said that it knows of a newer one" if finished.stale else ""
        entries = self.name.kind == Kind.UNAUTHENTICATED.value
        return f"{self.me} {how}: {what}, {versions_behind(lag, entries)}{flag}{after}", lag > 0


def sent_for(op: int, events: Slice) -> np.ndarray:
    """What was sent for an operation, LOST where it was lost under way too; what the network doubled is there once."""
    rows = events.rows
    mine: np.ndarray = rows[(rows["op"] == op) & (rows["fate"] & DUPLICATE == 0)]
    gone = [event.message for event in events.records if isinstance(event, Lost)]
    mine["fate"] |= np.where(np.isin(mine["id"], gone), LOST, 0).astype(mine["fate"].dtype)
    return mine
