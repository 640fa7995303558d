"""The way of one message: sent, received, checked, looked up, decided, and what was sent in turn, with the reasons.

Rules: read from the events whose cause the message is, and from what its receiver held when it came. A sentence for
each stage; what has not happened by `t` is not told. Nothing is guessed: where no event says what became of a message,
that is the sentence.
"""

import msgspec

from p4lab.core import messages
from p4lab.core.events import (
    CaughtUp,
    Dropped,
    Event,
    GetFinished,
    GetStarted,
    Lost,
    Noticed,
    PutFinished,
    PutStarted,
    Rejected,
    Sent,
    SessionRefused,
    SessionUp,
    Stored,
)  # fmt: skip
from p4lab.core.names import Kind
from p4lab.world.causes import Causes
from p4lab.world.copies import Holding
from p4lab.world.fold import Name, World
from p4lab.world.traced import Trace
from p4lab.world.words import listed, span

SENT, RECEIVED, CHECKED, LOOKED_UP, DECIDED, PASSED_ON = (
    "Sent",
    "Received",
    "Checked",
    "Looked up",
    "Decided",
    "Sent on",
)
QUESTIONS = (messages.GETQ, messages.FETCH)
ANSWERS = (messages.GETR, messages.FETCHR)
TOLD = (messages.ANSWER, messages.CRESP)
LOCAL = ("L", "S")  # stores that answer a peer (P10)
MOMENT = 1e-9  # s: what a receiver held is what it held just before the message came
CALLED = {"L": "its own", "S": "from below", "R": "a copy sent to it", "C": "cached", "P": "a pointer to"}
NAMES = {
    messages.HELLO: "a greeting", messages.BYE: "a goodbye", messages.UPDATE: "an update", messages.GETQ: "a question",
    messages.GETR: "a reply", messages.FETCH: "a fetch", messages.FETCHR: "a reply to a fetch",
    messages.CREQ: "a request of its customer", messages.CRESP: "the answer for a customer",
    messages.SYNC_D: "a digest of what it has", messages.SYNC_I: "what the other had missed", messages.PUT: "a put",
    messages.GET: "a get", messages.ANSWER: "the answer", messages.LEAVE: "word that its owner has left",
}  # fmt: skip
WHYS = {
    "crash": "the receiver had crashed", "link": "the link was cut under way", "partition": "a partition came between",
    "unpeered": "they peered no more", "detached": "they had parted", "left": "it had left",
}  # fmt: skip


class Stage(msgspec.Struct, frozen=True):
    """One sentence. event: what it tells of, 0 = of no event. bad: something went wrong here."""

    name: str
    text: str
    t: float
    event: int = 0
    bad: bool = False


class Quiz(msgspec.Struct, frozen=True):
    """What the receiver will do: choices, and the place of the right one."""

    question: str
    choices: tuple[str, ...]
    right: int


class Passage:
    """One message. `effects`: what came of it, in order, messages among them."""

    def __init__(self, trace: Trace, world: World, causes: Causes, number: int) -> None:
        event = trace[number - 1]
        assert isinstance(event, Sent), "only messages have a passage"
        self.sent = event
        self._trace, self._world = trace, world
        self.effects = [trace[each - 1] for each in causes.after(number)]
        self.cause = trace[event.cause - 1] if event.cause else None
        names = world.op_name()
        place = int(names[event.op]) if event.op < len(names) else -1
        self.name: Name | None = world.names[place] if place >= 0 else None
        self._told: list[Stage] = []

    @property
    def lost(self) -> Lost | None:
        """How it was lost under way, if it was."""
        return next((event for event in self.effects if isinstance(event, Lost)), None) or next(
            (event for event in self._world.lost if event.message == self.sent.id), None
        )

    def stages(self, t: float) -> list[Stage]:
        """All that has happened to it by t."""
        sent = self.sent
        self._told = []
        self._say(SENT, self._sending(), sent.t, sent.id)
        if sent.due > t and not sent.lost:
            self._say(RECEIVED, f"it is under way, and due in {span(sent.due - t)}", t)
            return self._told
        if not self._receiving():
            return self._told
        self._checking()
        self._looking()
        self._deciding(t)
        self._sending_on(t)
        return self._told

    def quiz(self) -> Quiz | None:
        """A question about what the receiver decides; None where there is nothing to decide."""
        who, code = self._who(self.sent.dst), self.sent.code
        choices: tuple[str, ...]
        if self.sent.lost or self.lost is not None:
            return None
        if code in QUESTIONS:
            said = next((event.status for event in self._messages(ANSWERS)), 0)
            choices = ("It answers with what it has", "It says that it has nothing", "It does not answer that")
            return Quiz(f"What does {who} say?", choices, {messages.HIT: 0, messages.MISS: 1}.get(said, 2))
        if code == messages.UPDATE:
            kept, on = self._kept(), bool(self._messages((messages.UPDATE,)))
            choices = "It stores it", "It stores it and passes it on", "It changes nothing", "It drops what it had"
            right = (1 if on else 0) if kept else 3 if self._of(Dropped) else 2
            return Quiz(f"What does {who} do with it?", choices, right)
        if code in ANSWERS:
            choices = ("It answers its customer with it", "It waits for the others", "It is too late, or not needed")
            finished = self._end()
            here = bool(self._messages(TOLD))
            right = 0 if here else 1 if finished is None or finished.t > self.sent.due else 2
            return Quiz(f"What does {who} do with it?", choices, right)
        return None

    # Stages

    def _sending(self) -> str:
        sent, world = self.sent, self._world
        what = NAMES.get(sent.code, f"message {sent.code}")
        of = f" about {world.known_as(self.name.index)}" if self.name is not None else ""
        said = f"{self._who(sent.src)} sent {what}{of} to {self._who(sent.dst)}"
        match self.cause:
            case GetStarted() | PutStarted():
                why = ", as its customer had asked" if sent.code >= messages.ACCESS else ", for a customer"
            case Sent(src=src, code=code, dst=dst) if sent.duplicate and (src, dst) == (sent.src, sent.dst):
                why = ": the network made it a second time"
            case Sent(src=src, code=code):
                why = f", because of {NAMES.get(code, 'a message')} from {self._who(src)}"
            case Stored():
                why = ", because of what it had stored"
            case SessionUp():
                why = ", as their session had come up"
            case _:
                why = ""
        return said + why

    def _receiving(self) -> bool:
        sent, lost = self.sent, self.lost
        who = self._who(sent.dst)
        if sent.lost:
            self._say(RECEIVED, f"the network lost it: {who} never had it", sent.t, sent.id, True)
            return False
        if lost is not None:
            why = WHYS.get(lost.why, lost.why or "nobody says why")
            self._say(RECEIVED, f"{who} never had it: {why}", lost.t, lost.id, True)
            return False
        how = ", changed on its way" if sent.corrupt else ""
        self._say(RECEIVED, f"{who} had it after {span(sent.due - sent.t)}{how}", sent.due, sent.id, bool(how))
        return True

    def _checking(self) -> None:
        refused = self._of(Rejected)
        noticed = self._of(Noticed)
        for event in [*refused, *noticed]:
            code = getattr(event, "code", "")
            says = "it does not fit, and is thrown away" if isinstance(event, Rejected) else "something is odd about it"
            self._say(CHECKED, f"{says}: {code}", event.t, event.id, True)
        if refused or noticed:
            return
        code, kind = self.sent.code, self.name.kind if self.name is not None else ""
        if code in (messages.UPDATE, messages.FETCHR, messages.GETR, messages.SYNC_I, messages.PUT):
            if code in ANSWERS and self.sent.status != messages.HIT:
                text = "there is nothing in it to check"
            elif kind == Kind.AUTHENTICATED.value:
                text = "the key’s owner has signed it, and the signature fits"
            elif kind == Kind.IMMUTABLE.value:
                text = "the value’s hash is its key"
            else:
                text = "an unsigned entry can be anybody’s: there is nothing to check it by"
        else:
            text = "a question changes nothing: there is nothing to check" if code in QUESTIONS else ""
        if text:
            self._say(CHECKED, text, self.sent.due)

    def _looking(self) -> None:
        if self.name is None or self.sent.dst not in self._world.called:
            return
        held = self.held()
        whole = listed([self._what(each) for each in held]) if held else "nothing"
        self._say(LOOKED_UP, f"{self._who(self.sent.dst)} had {whole} of {self.name.label}", self.sent.due)

    def held(self) -> list[Holding]:
        """What the receiver had of the name just before the message came."""
        if self.name is None:
            return []
        at = max(0.0, self.sent.due - MOMENT)
        return [each for each in self._world.holdings(self.name.index, at) if each.node == self.sent.dst]

    def _deciding(self, t: float) -> None:
        sent, done = self.sent, [event for event in self.effects if event.t <= t]
        for event in done:
            if (told := self._decision(event)) is not None:
                self._say(DECIDED, told[0], event.t, event.id, told[1])
        if any(stage.name == DECIDED for stage in self._told):
            return
        if sent.code in QUESTIONS and not self._messages(ANSWERS):
            self._say(DECIDED, "no answer was sent so far", sent.due, bad=True)
        elif sent.code == messages.UPDATE:
            text = "it is no news: the same or a newer version is here already, so nothing changes and nothing goes on"
            self._say(DECIDED, text, sent.due)
        elif sent.code in ANSWERS:
            finished = self._end()
            if finished is not None and finished.t <= sent.due:
                self._say(DECIDED, "it came too late: the customer had been answered", sent.due)
            else:
                self._say(DECIDED, "it waits for what the others say", sent.due)

    def _decision(self, event: Event) -> tuple[str, bool] | None:
        """What was decided by an event, and whether it is bad."""
        match event:
            case Sent(code=code, status=status) if code in ANSWERS and self.sent.code in QUESTIONS:
                return self._answering(status)
            case Sent(code=code) if code in TOLD and self.sent.code in ANSWERS:
                finished = self._end()
                what = "" if finished is None or finished.outcome != "OK" else f": {self._version(finished.seq)}"
                return f"it answered {'its customer' if code == messages.ANSWER else 'whom it asked for'}{what}", False
            case Stored(store=store):
                lasts = "" if event.until is None else f", for {span(event.until - event.t)}"
                word = {"C": "kept it in its cache", "P": "keeps a pointer to it", "R": "stored a copy of it"}
                return f"it {word.get(store, 'stored it')}{lasts}: {self._version(event.seq)}", False
            case Dropped(store=store, why=why):
                return f"it dropped what was {CALLED.get(store, store)}: {why}", False
            case GetFinished():
                fine = event.outcome in ("OK", "NOT_FOUND")
                what = self._version(event.seq) if event.outcome == "OK" else event.outcome
                return f"it answered its customer: {what}", not fine
            case PutFinished():
                return f"it answered its customer: {event.outcome}", not event.outcome.startswith("OK")
            case CaughtUp():
                return f"it has caught up: {event.news} of {event.items} were news", False
            case SessionUp():
                return "the session is up", False
            case SessionRefused():
                return f"it refused the session: {event.why}", True
        return None

    def _answering(self, status: int) -> tuple[str, bool]:
        held = self.held()
        local = [each for each in held if each.store in LOCAL]
        if status == messages.HIT:
            if local:
                return "it answers: this is data of its own customers, or of those below it", False
            return "it answers with what it has", False
        if status == messages.REFUSED:
            return "it will not answer what others ask", True
        if status == messages.MISS and held:
            return "it has a copy, but answers others from its own data alone: nothing of its own", False
        return ("it had been asked this before" if status == messages.DUP else "it has nothing of its own"), False

    def _sending_on(self, t: float) -> None:
        on = [event for event in self.effects if isinstance(event, Sent) and event.t <= t and not event.duplicate]
        for code in dict.fromkeys(event.code for event in on):
            some = [event for event in on if event.code == code]
            whom = listed([self._who(node) for node in dict.fromkeys(event.dst for event in some)])
            said = f": {messages.STATUS_NAMES[some[0].status]}" if some[0].status else ""
            what = NAMES.get(code, f"message {code}")
            self._say(PASSED_ON, f"{self._who(some[0].src)} sent {what}{said} to {whom}", some[0].t, some[0].id)
        if not on:
            self._say(PASSED_ON, "nothing", self.sent.due)

    # Helpers

    def _say(self, name: str, text: str, t: float, event: int = 0, bad: bool = False) -> None:
        self._told.append(Stage(name, text, t, event, bad))

    def _end(self) -> GetFinished | None:
        """How the get ended that it serves."""
        op = self._world.op(self.sent.op) if self.sent.op else None
        event = self._trace[op.finished_id - 1] if op is not None and op.finished_id else None
        return event if isinstance(event, GetFinished) else None

    def _messages(self, codes: tuple[int, ...]) -> list[Sent]:
        return [event for event in self.effects if isinstance(event, Sent) and event.code in codes]

    def _of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.effects if isinstance(event, kind)]

    def _kept(self) -> bool:
        return bool(self._of(Stored))

    def _who(self, node: int) -> str:
        world = self._world
        if node in world.called:
            return world.called[node]
        provider = world.provider_of.get(node, -1)
        return f"a customer of {world.called[provider]}" if provider in world.called else f"node {node}"

    def _version(self, seq: int) -> str:
        kind = self.name.kind if self.name is not None else ""
        if kind == Kind.IMMUTABLE.value:
            return "the value"
        return f"v{seq}" if kind == Kind.AUTHENTICATED.value else "the entry"

    def _what(self, one: Holding) -> str:
        what = f"{one.entries} entries" if one.entries > 1 else self._version(one.seq)
        if one.deleted:
            return f"the removal {what}"
        return f"{CALLED[one.store]} {what}" if one.store in "LP" else f"{what}, {CALLED[one.store]},"
