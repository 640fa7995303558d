"""What happens now and what became of an operation, in sentences.

Rules: pure functions of (world, trace, time), no Qt. Names people know, never numbers of nodes. Short: one or two
sentences, for the status line, the put/get bar and a screen reader.
"""

from collections.abc import Iterable
from enum import Enum

import numpy as np

from p4lab.core.events import (
    Adopted,
    Crashed,
    Event,
    GetFinished,
    Gone,
    Healed,
    Housed,
    Joined,
    LinkChanged,
    Misbehaving,
    Moved,
    Partitioned,
    Peered,
    ProviderChanged,
    PutFinished,
    Restarted,
    Unpeered,
)  # fmt: skip
from p4lab.trace import Trace
from p4lab.world import Op, World, brought
from ui.words import behind, outcome, plural, staleness, switch, time, version

UPDATE, QUERY, REPLY, FETCH, FETCH_REPLY = 3, 4, 5, 6, 7  # message codes (words.MESSAGES)
HIT = 1  # status of a reply
JOINABLE = 2.0  # s: a question older than that has timed out (protocol section 5.7)
LOOK_BACK = 400  # Events searched for the last thing that was said
KEY = 2  # the regime code of put-broadcast-key
AT_HOME = {"local": "its own data", "replica": "its copy", "cached": "its cache"}  # by the source of a get


class Tone(Enum):
    """How a sentence is meant."""

    PLAIN = "plain"
    GOOD = "good"
    STALE = "stale"
    WAITING = "waiting"


def names(nodes: Iterable[int], world: World, most: int = 5) -> str:
    """Providers in a sentence: "Aster, Birch and Cedar"."""
    found = list(dict.fromkeys(world.called[world.provider_of[node]] for node in nodes if node in world.provider_of))
    if len(found) > most:
        return f"{', '.join(found[: most - 1])} and {len(found) - most + 1} others"
    return " and ".join(part for part in (", ".join(found[:-1]), found[-1] if found else "") if part)


def result(op: Op, world: World, trace: Trace, t: float, judged: bool = True) -> tuple[str, Tone]:
    """What became of a put or get by time t: "v1 in 2 ms, stale: 2 versions behind".

    judged: whether it is said what is stale and what is not.
    """
    if t < op.started:
        return f"asked at {time(op.started)}", Tone.WAITING
    if op.finished is None or t < op.finished:
        return _under_way(op, world, trace, t), Tone.WAITING
    took = time(op.latency)
    if op.outcome.startswith("E_"):
        return outcome(op.outcome), Tone.STALE
    kind = world.names[op.name].kind
    if op.removes:
        return f"removed in {took}", Tone.GOOD
    if op.verb == "put":
        if op.outcome == "OK_DUPLICATE":
            return f"already stored, renewed in {took}", Tone.GOOD
        if op.outcome == "OK_LOCAL":
            return f"stored in the organisation in {took}, to be passed on", Tone.GOOD
        return (f"stored as {version(op.seq)} in {took}" if op.seq else f"stored in {took}"), Tone.GOOD
    if op.outcome == "NOT_FOUND":
        return f"not found: nobody {'has it' if judged else 'who was asked has it'} ({took})", Tone.PLAIN
    if op.outcome == "TIMEOUT":
        return f"nobody answered in {took}", Tone.STALE
    found = _read(op, kind, took)
    if op.outcome == "PARTIAL":
        silent = f"partial: {names(op.silent, world)} did not answer"
        return (f"{silent}; {found}" if op.values else silent), Tone.STALE
    if not judged:
        return found, Tone.PLAIN
    if op.lag:
        return f"{found}, stale: {staleness(op.lag, 0.0, kind).split(',')[0]}", Tone.STALE
    return f"{found}, fresh" if kind != "immutable" else found, Tone.GOOD


def now(world: World, trace: Trace, t: float, name: int | None) -> str:
    """What happens at time t around the selected key; else what happened last."""
    if name is None or name >= len(world.names):
        return ""
    flying = _flying(world, trace, t, name)
    if len(flying):
        latest = flying[flying["op"] == flying["op"][-1]]
        return _flight(latest, world, trace, t, name)
    return _last(world, trace, t, name) or f"Nothing is under way for {world.known_as(name)}."


def elsewhere(world: World, eyes: int) -> str:
    """Instead of `now`, while the window sees with a provider's eyes."""
    return f"What happens elsewhere is hidden from {world.called.get(eyes, 'it')}."


def seen(world: World, trace: Trace, t: float, name: int | None, eyes: int | None) -> str:
    """What happens at time t, as far as it may be said to whoever looks with the eyes of a provider."""
    return now(world, trace, t, name) if eyes is None else elsewhere(world, eyes)


def _flying(world: World, trace: Trace, t: float, name: int) -> np.ndarray:
    rows, of = trace.in_flight(t), world.op_name()
    rows = rows[(rows["code"] <= FETCH_REPLY) & (rows["op"] < len(of))]
    return rows[of[rows["op"]] == name]


def _flight(rows: np.ndarray, world: World, trace: Trace, t: float, name: int) -> str:
    """The messages of one operation that fly now."""
    label = world.known_as(name)
    number = int(rows["op"][0])
    said = []
    updates = rows[rows["code"] == UPDATE]
    if len(updates):
        op = world.op(number)
        what = version(op.seq) if op is not None and op.seq else "an entry"
        to = names(updates["dst"].tolist(), world)
        source = names([int(updates["src"][0])], world)
        announces = int(world.op_regime()[number]) == KEY
        said.append(f"{source} {'announces' if announces else 'sends'} {what} of {label} to {to}.")
    for code, verb in ((QUERY, "asks {to} for {label}."), (FETCH, "fetches {label} from {to}.")):
        sent = rows[rows["code"] == code]
        if len(sent):
            who = names([int(sent["src"][0])], world)
            said.append(f"{who} " + verb.format(to=names(sent["dst"].tolist(), world), label=label))
    replies = rows[(rows["code"] == REPLY) | (rows["code"] == FETCH_REPLY)]
    hits, misses = replies[replies["status"] == HIT], replies[replies["status"] != HIT]
    if len(misses):
        who = names(misses["src"].tolist(), world)
        several = len(set(misses["src"].tolist())) > 1
        said.append(f"{who} {'have' if several else 'has'} nothing of {'their' if several else 'its'} own.")
    if len(hits):
        who = names(hits["src"].tolist(), world)
        to = names([int(hits["dst"][0])], world)
        said.append(f"{who}’s answer is on its way to {to}.")
    return " ".join(said)


def _last(world: World, trace: Trace, t: float, name: int) -> str:
    """The last put or get of this name that was over by t, or what happened to the network since."""
    stop = trace.index_at(t)
    for event in reversed(trace.slice(max(0, stop - LOOK_BACK), stop).records):
        said = network(event, world)
        if said:
            return said
        if isinstance(event, GetFinished | PutFinished):
            op = world.op(event.op)
            if op is not None and op.name == name:
                move = brought(trace, op)
                return _told(op, world) if move is None else network(move, world)
    return ""


def network(event: Event, world: World) -> str:
    """What happened to the network, in a sentence; empty for what is about a key, and at the start of a run."""

    def who(*nodes: int) -> str:
        return names(nodes, world)

    match event:
        case Crashed(node=node):
            return f"{who(node)} crashed: nobody there hears anything until it is restarted."
        case Restarted(node=node, copies=copies):
            return f"{who(node)} is back, with {plural(copies, 'copy', 'copies')} in its store."
        case LinkChanged(a=a, b=b, up=up):
            return f"The link between {who(a, b)} {'is up, or changed' if up else 'was cut'}."
        case Partitioned(groups=groups):
            return f"A partition parts {who(*groups[0])} from the others." if groups else ""
        case Healed():
            return "The partition is healed."
        case Peered(node=node, peers=peers) if event.t > 0:
            return f"{who(node, *peers)} peer from now on."
        case Unpeered(node=node, peer=peer):
            return f"{who(node, peer)} peer no more."
        case Adopted(node=node, parent=parent):
            return f"{who(node)} is " + ("a top from now on." if parent is None else f"a child of {who(parent)} now.")
        case Joined(node=node, parent=parent) if event.t > 0:
            where = "as a top-level provider" if parent is None else f"below {who(parent)}"
            return f"{who(node)} comes, {where}."
        case Housed(node=node, at=at) if event.t > 0:
            return f"{who(node)}, an organisation, comes as a customer of {who(at)}."
        case Gone(node=node, kept=kept):
            return f"{who(node)} {'leaves, and may come back' if kept else 'leaves for good'}."
        case ProviderChanged(node=node, customers=customers, lookup_delay=delay):
            return f"{who(node)} has {plural(customers, 'customer')} now, and its own lookup takes {time(delay)}."
        case Moved(identity=identity, src=src, dst=dst):
            return f"{identity} moved from {who(src)} to {who(dst)}, with all it has put."
        case Misbehaving(node=node, switches=switches):
            return f"{who(node)} " + (" and ".join(map(switch, switches)) or "behaves again") + "."
    return ""


def _told(op: Op, world: World) -> str:
    who, label = names([op.node], world), world.known_as(op.name)
    kind = world.names[op.name].kind
    if op.outcome.startswith("E_"):
        said = outcome(op.outcome)
        verb = "removal" if op.removes else op.verb
        return f"{who}’s {verb} of {label} {'was ' if said.startswith('refused') else ''}{said}."
    if op.removes:
        return f"A customer of {who} removed {label}."
    if op.verb == "put":
        return f"A customer of {who} put {_what(op, kind)} of {label}."
    if op.outcome == "NOT_FOUND":
        return f"Nobody has {label}: a customer of {who} was told so."
    if op.outcome in ("PARTIAL", "TIMEOUT"):
        return f"{who} asked for {label}, and {names(op.silent, world) or 'nobody'} did not answer in time."
    source = AT_HOME.get(op.source, "another provider’s data")
    late = f", {behind(op.lag, kind)}" if op.lag else ""
    return f"{who} answered a get of {label} from {source}: {_what(op, kind)}{late}."


def _what(op: Op, kind: str) -> str:
    if kind == "authenticated":
        return version(op.seq)
    if kind == "immutable":
        return "the value"
    return plural(len(op.values), "entry", "entries")


def _read(op: Op, kind: str, took: str) -> str:
    return f"found in {took}" if kind == "immutable" else f"{_what(op, kind)} in {took}"


def _under_way(op: Op, world: World, trace: Trace, t: float) -> str:
    """Whom its provider still waits for, on this operation's own account or on that of the one it joined."""
    rows, of = trace.rows(trace.rows_at(op.started - JOINABLE), trace.rows_at(t)), world.op_name()
    rows = rows[(rows["code"] <= FETCH_REPLY) & (rows["op"] < len(of))]
    rows = rows[of[rows["op"]] == op.name]
    asked = rows[((rows["code"] == QUERY) | (rows["code"] == FETCH)) & (rows["src"] == op.node)]
    replies = rows[((rows["code"] == REPLY) | (rows["code"] == FETCH_REPLY)) & (rows["dst"] == op.node)]
    replies = replies[replies["due"] <= t]
    heard = set(zip(replies["op"].tolist(), replies["src"].tolist(), strict=True))
    pairs = zip(asked["op"].tolist(), asked["dst"].tolist(), strict=True)
    waiting = [pair for pair in pairs if pair not in heard]
    own = [node for by, node in waiting if by == op.op]
    if own:
        return f"asking {names(own, world)} …"
    if waiting and op.verb == "get":
        return f"joining a question to {names([node for _, node in waiting], world)} …"
    return "under way …"
