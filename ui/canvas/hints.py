"""What the map says on hovering: a provider, a message or a link, in words, and what is the matter with it.

Rules: no Qt, no state; functions of the run and the playhead.
"""

import numpy as np

from p4lab.trace import CORRUPT, DUPLICATE, LOST
from p4lab.world import World
from ui import words
from ui.canvas.looks import DOWN, sentence
from ui.canvas.moment import Moment
from ui.canvas.plan import Plan
from ui.canvas.signs import letter


def provider(node: int, plan: Plan, now: Moment, world: World) -> str:
    """ "Cedar · 100 customers · 4 peers", what is the matter with it, and what it holds."""
    parts = [plan.names[node], words.plural(plan.customers[node], "customer")]
    states = world.states
    below = len(states.children(node, now.t))
    parent = states.parent(node, now.t)
    peers = len(states.neighbours(node, now.t)) - below - (parent is not None)
    parts += [words.plural(peers, "peer")] if peers or parent is None else []
    parts += [f"below {plan.names[parent]}"] if parent is not None else []
    parts += [words.plural(below, "child", "children")] if below else []
    look = now.looks[node]
    holds = "" if look is DOWN else sentence(look, now.key, now.t)
    lines = [" · ".join(parts), *trouble(node, plan, now, world), holds]
    inside = now.ground.inside.get(node)
    if inside:
        down = now.ground.down.get(node, 0)
        lines.insert(1, f"{inside} below it folded away" + (f", {down} of them crashed" if down else ""))
    return "\n".join(filter(None, lines))


def trouble(node: int, plan: Plan, now: Moment, world: World) -> list[str]:
    """What is the matter with a provider, a sentence each."""
    state = now.ground.state
    said = []
    if node in state.crashed:
        said.append("Crashed: it hears nothing until it is restarted")
    if node in state.switches:
        said.append(f"Misbehaves: {', '.join(map(words.switch, state.switches[node]))}")
    if state.groups:
        said.append(f"On side {letter(state.group(node))} of a partition")
    catching = state.catching_up(node)
    if catching:
        said.append(f"Catching up with {', '.join(plan.names[other] for other in catching)}")
    return said


def link(line: int, plan: Plan, now: Moment) -> str:
    """ "Aster – Birch · 35 ms one way", why nothing passes, and what it carried lately."""
    a, b = now.ground.lines[line].tolist()
    between = f"{plan.names[a]} – {plan.names[b]}"
    many = int((now.ground.line_of == line).sum())
    sent = zip((a, b), now.carried[:, line].tolist(), strict=True)
    ways = ", ".join(f"{words.size(carried)} from {plan.names[end]}" for end, carried in sent if carried)
    busy = f"{ways} in the last {words.time(now.loads.window)}" if ways else "nothing lately"
    if many > 1:
        return f"{between} · {words.plural(many, 'link')} to what is folded away\n{busy}"
    end, other = plan.pairs[int(np.flatnonzero(now.ground.line_of == line)[0])].tolist()
    one = plan.link(end, other, now.ground.state)
    parts = [between, f"{words.time(one.latency)} one way"]
    if one.jitter:
        parts.append(f"± {words.time(one.jitter)}")
    shares = (
        (one.loss, "lost"), (one.duplicate, "doubled"), (one.reorder, "overtaken"), (one.corrupt, "corrupted"),
    )  # fmt: skip
    parts += [f"{words.share(part)} {what}" for part, what in shares if part]
    if one.bandwidth:
        parts.append(f"{words.size(one.bandwidth / 8)}/s at most")
    why = now.ground.cut.get((a, b))
    said = f"Nothing passes: {words.WHYS.get(why, why)}" if why else ""
    catching = "They tell each other what they have" if (a, b) in now.ground.catching else ""
    return "\n".join(filter(None, (" · ".join(parts), said, catching, busy)))


def message(row: np.void, names: tuple[str, ...], world: World, t: float) -> str:
    """ "reply: hit · Birch → Elm · news/1" and when it arrives."""
    src, dst, op = int(row["src"]), int(row["dst"]), int(row["op"])
    parts = [words.message(int(row["code"]), int(row["status"])), f"{names[src]} → {names[dst]}"]
    found = world.op(op)
    if found is not None:
        parts += [world.known_as(found.name), words.regime(found.regime)]
    parts += ["doubled by the network"] if row["fate"] & DUPLICATE else []
    parts += ["corrupted by the network"] if row["fate"] & CORRUPT else []
    if row["fate"] & LOST:
        arrives = "lost on its way"
    else:
        arrives = f"sent {words.time(t - float(row['t']))} ago, arrives in {words.time(float(row['due']) - t)}"
    return " · ".join(parts) + f"\n{words.size(int(row['size']))}, {arrives}"
