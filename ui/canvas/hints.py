"""What the map says on hovering: a provider, a message or a peering, in words.

Rules: no Qt, no state; functions of the run and the playhead.
"""

import numpy as np

from p4lab.scenario.model import Link
from p4lab.trace import LOST
from p4lab.world import World
from ui import words
from ui.canvas.looks import Look, sentence


def provider(name: str, customers: int, peers: int, look: Look, key: str, t: float) -> str:
    """ "Cedar · 100 customers · 4 peers" and what it holds."""
    parts = [name, words.plural(customers, "customer"), words.plural(peers, "peer")]
    holds = sentence(look, key, t)
    return " · ".join(parts) + (f"\n{holds}" if holds else "")


def peering(one: str, other: str, link: Link, carried: float, window: float) -> str:
    """ "Aster – Birch · 35 ms one way" and what it carried lately."""
    parts = [f"{one} – {other}", f"{words.time(link.latency)} one way"]
    if link.jitter:
        parts.append(f"± {words.time(link.jitter)}")
    if link.loss:
        parts.append(f"{words.share(link.loss)} lost")
    if link.bandwidth:
        parts.append(f"{words.size(link.bandwidth / 8)}/s at most")
    busy = f"{words.size(carried)} in the last {words.time(window)}" if carried else "nothing lately"
    return " · ".join(parts) + f"\n{busy}"


def message(row: np.void, names: tuple[str, ...], world: World, t: float) -> str:
    """ "reply: hit · Birch → Elm · news/1" and when it arrives."""
    src, dst, op = int(row["src"]), int(row["dst"]), int(row["op"])
    parts = [words.message(int(row["code"]), int(row["status"])), f"{names[src]} → {names[dst]}"]
    found = world.op(op)
    if found is not None:
        parts += [world.known_as(found.name), words.regime(found.regime)]
    if row["fate"] & LOST:
        arrives = "lost on its way"
    else:
        arrives = f"sent {words.time(t - float(row['t']))} ago, arrives in {words.time(float(row['due']) - t)}"
    return " · ".join(parts) + f"\n{words.size(int(row['size']))}, {arrives}"
