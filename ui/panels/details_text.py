"""The words of the details: what became of a put or get, its facts, and what a provider holds and has done.

Rules: pure functions of (world, metrics, time), no Qt; nothing that happens after the playhead is said.
"""

import re

import numpy as np

from p4lab.core.events import Crashed
from p4lab.metrics import KLASSES, Metrics
from p4lab.world import Holding, House, Op, Provider, World, former, gone
from ui import words
from ui.panels.log_text import shown_value
from ui.story import Tone, names

HOME = [place for place, word in enumerate(KLASSES) if word in ("local", "replica", "cached")]

Fact = tuple[str, str]


def headline(op: Op, world: World, t: float) -> tuple[str, Tone]:
    """What became of an operation by t, as short as can be."""
    kind = world.names[op.name].kind
    if t < op.started:
        return "Not asked yet", Tone.WAITING
    if op.finished is None or t < op.finished:
        return f"Under way for {words.time(t - op.started)}", Tone.WAITING
    took, version = words.time(op.latency), words.version(op.seq, kind) if kind != "unauthenticated" else ""
    if op.outcome.startswith("E_"):
        return _capital(words.outcome(op.outcome)), Tone.STALE
    if op.removes:
        return f"Removed in {took}", Tone.GOOD
    if op.verb == "put":
        if op.outcome == "OK_DUPLICATE":
            return f"Already stored, renewed in {took}", Tone.GOOD
        if op.outcome == "OK_LOCAL":
            return f"Stored in the organisation in {took}, to be passed on", Tone.GOOD
        return (f"Stored as {version} in {took}" if version else f"Stored in {took}"), Tone.GOOD
    match op.outcome:
        case "NOT_FOUND":
            return "Not found", Tone.PLAIN
        case "TIMEOUT":
            return "Nobody answered in time", Tone.STALE
        case "PARTIAL":
            return f"Partial: {names(op.silent, world) or 'somebody'} did not answer", Tone.STALE
    if op.lag:
        return f"Stale: {words.staleness(op.lag, 0.0, kind).split(',')[0]}", Tone.STALE
    what = version or (words.plural(len(op.values), "entry", "entries") if kind == "unauthenticated" else "Found")
    fresh = {"immutable": "", "unauthenticated": ", complete"}.get(kind, ", fresh")
    return f"{what} in {took}{fresh}", Tone.GOOD


def asked(op: Op, world: World) -> str:
    """Who asked for what, when."""
    who, label = names([op.node], world), world.known_as(op.name)
    verb = "asked for" if op.verb == "get" else "asked to remove" if op.removes else "put"
    return f"A customer of {who} {verb} {label} at {words.clock(op.started, 0.001)}."


def facts(op: Op, world: World, t: float) -> list[Fact]:
    """What can be listed about an operation at t."""
    name = world.names[op.name]
    owner = f", owned by {name.owner}" if name.owner and name.kind == "authenticated" else ""
    found = [
        ("Key", f"{words.short(name.key, 40)}{owner}"),
        ("Kind", name.kind),
        ("Regime", words.regime(op.regime)),
    ]
    if op.verb == "put" and op.values and op.values[0]:
        found.append(("Value", f"“{shown_value(op.values[0])}”"))
    if op.finished is None or t < op.finished:
        return found
    found.append(("Outcome", "found" if (op.verb, op.outcome) == ("get", "OK") else words.outcome(op.outcome)))
    found.append(("Took", words.time(op.latency)))
    if op.verb == "put":
        return found
    if op.source:
        found.append(("Answered from", words.SOURCES.get(op.source, op.source)))
        found += _read(op, name.kind)
    move = former(world, op) if op.lag else None
    if move is not None:
        kept = f"what {names([move.src], world)} kept when {move.identity} moved to {names([move.dst], world)}"
        found.append(("Ghost read", f"of {kept}"))
    if op.silent:
        found.append(("Silent", names(op.silent, world, 12)))
    return found


def unbroken(text: str) -> str:
    """A text whose numbers stay in one line with their units."""
    return re.sub(r"(?<=\d) (?=(ms|s|min|h|%)(?!\w))", "\u00a0", text)


def _read(op: Op, kind: str) -> list[Fact]:
    """The version read and how old it was."""
    values = ", ".join(f"“{shown_value(value)}”" for value in op.values[:5])
    more = f" and {len(op.values) - 5} more" if len(op.values) > 5 else ""
    if kind == "unauthenticated":
        found = [("Entries", f"{len(op.values)}: {values}{more}" if values else str(len(op.values)))]
    elif kind == "authenticated":
        found = [("Version", f"v{op.seq}, {values}" if values else f"v{op.seq}")]
    else:
        return [("Value", values)] if values else []
    return [*found, ("Freshness", words.staleness(op.lag or 0, op.age or 0.0, kind))]


def held(world: World, node: int, name: int, t: float, judged: bool = True) -> list[tuple[str, bool]]:
    """What a provider holds of a name at t, a line per store, and whether that is behind, where that is judged."""
    kind = world.names[name].kind
    lines = []
    for one in world.holdings(name, t):
        if one.node == node:
            what = words.version(one.entries if kind == "unauthenticated" else one.seq, kind) or "the value"
            said = f"{_what(what, one)}, since {words.clock(one.since)}{_rest(one, t)}"
            said += _age(one, kind) if judged else ""
            move = gone(world, world.names[name].owner, node, t) if one.store == "L" else None
            if move is not None:
                said += f"; {move.identity} has moved to {names([move.dst], world)}"
            lines.append((said, judged and one.behind > 0))
    return lines


def _what(what: str, one: Holding) -> str:
    if one.deleted:
        return f"Removed with {what}"
    how = {
        "L": f"its own {what}", "S": f"{what} of a provider below it", "R": f"a copy of {what}, sent to it",
        "P": f"a pointer to {what}",
    }  # fmt: skip
    said = how.get(one.store)
    return f"{what}, cached" if said is None else _capital(said)


def _rest(one: Holding, t: float) -> str:
    return "" if one.until is None else f", for another {words.time(one.until - t)}"


def _age(one: Holding, kind: str) -> str:
    if kind == "immutable":
        return ""
    return (
        f": {words.behind(one.behind, kind)}"
        if one.behind
        else ": the newest"
        if kind == "authenticated"
        else ": complete"
    )


def done(metrics: Metrics, node: int, t: float, judged: bool = True) -> list[Fact]:
    """What the customers of a provider asked by t, and what they got; whether that was stale where it is judged."""
    gets, puts = metrics.gets(t), metrics.puts(t)
    gets, puts = gets[gets["node"] == node], puts[puts["node"] == node]
    found = [("Gets answered", words.grouped(len(gets))), ("Puts answered", words.grouped(len(puts)))]
    if len(gets):
        returned = gets[gets["returned"]]
        found.append(("At home", words.share(float(np.isin(gets["klass"], HOME).mean()))))
        if judged:
            found.append(("Stale", words.share(float((returned["lag"] > 0).mean()) if len(returned) else None)))
        middle, slow = np.quantile(gets["latency"], [0.5, 0.95]).tolist()
        found.append(("Latency", f"half within {words.time(middle)}, 95 % within {words.time(slow)}"))
    return found


def about(provider: Provider, world: World, t: float) -> str:
    """A provider in a line, as it is at t."""
    customers, states = words.plural(provider.customers, "customer"), world.states
    below, parent = states.children(provider.node, t), states.parent(provider.node, t)
    if parent is not None:
        how = "hands its customers' requests to" if provider.attach == "redirect" else "child of"
        text = f"{customers}, {how} {names([parent], world, 1)}"
    else:
        peers = sorted(states.neighbours(provider.node, t).difference(below))
        text = f"{customers}, peers with {names(peers, world, 6) or 'nobody'}"
    return f"{text}; it has {words.plural(len(below), 'child', 'children')}" if below else text


def trouble(node: int, world: World, t: float, judged: bool = True) -> list[str]:
    """What is the matter with a provider at t, a sentence each; judged: whether more than what it feels itself."""
    state, said = world.state(t), []
    if node in state.crashed:
        since = world.states.last(t, lambda event: isinstance(event, Crashed) and event.node == node)
        said.append(f"Crashed at {words.clock(since.t if since else 0.0)}: what it had stored waits for its restart.")
    if node in state.switches:
        said.append(f"Misbehaves: it {_and([words.switch(switch) for switch in state.switches[node]])}.")
    if state.groups and judged:
        mine = names(sorted(state.groups[state.group(node)]), world, 6)
        said.append(f"A partition leaves it with {mine} alone.")
    by_why: dict[str, list[int]] = {}
    for (a, b), why in state.cut.items():
        if node in (a, b) and (why != "partition" or not judged) and node not in state.crashed:
            by_why.setdefault(why if judged else "", []).append(b if a == node else a)
    for why, others in by_why.items():
        because = f": {words.WHYS.get(why, why)}" if why else ""
        said.append(f"No session with {names(others, world, 6)}{because}.")
    catching = state.catching_up(node)
    if catching:
        said.append(f"Catching up with {names(catching, world, 6)}.")
    return said


def about_house(house: House, world: World, t: float) -> str:
    """An organisation in a line, and whether it is cut off."""
    what = "an organisation" if house.store else "a DHT proxy without a store"
    text = f"{words.plural(house.customers, 'customer')}, {what} at {names([house.at], world, 1)}"
    why = world.cut_off(house, t)
    if house.node in world.state(t).crashed:
        return f"{text}; crashed: what it had stored waits for its restart"
    if not why:
        return text
    return f"{text}; cut off ({why})" + (", it serves what it has" if house.store else "")


def _and(parts: list[str]) -> str:
    return " and ".join(part for part in (", ".join(parts[:-1]), parts[-1]) if part)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
