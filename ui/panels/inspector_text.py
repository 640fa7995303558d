"""The words of the inspector's tables: stores, neighbours, traffic, links, keys.

Rules: pure functions, no Qt; nothing that happens after the playhead is said.
"""

from p4lab.core.events import LinkChanged
from p4lab.scenario.model import Link
from p4lab.world import Op, World
from p4lab.world.owed import CHILD, PARENT, PEER, PROXY
from p4lab.world.states import CATCHING, State
from p4lab.world.stock import Entry, Total
from p4lab.world.traffic import Answered, Way
from ui import words
from ui.panels.log_text import DROPS
from ui.story import names

STORES = {
    "L": "own", "S": "from below", "R": "copy", "P": "pointer", "C": "cached", "T": "taken back",
}  # fmt: skip
STORE_SAYS = {
    "L": "L, own data: what its own customers put",
    "S": "S, subtree: what its children have told it of their customers’ puts",
    "R": "R, replicas: copies that others sent it with a put-broadcast of value",
    "P": "P, pointers: whom to ask for the value, from a put-broadcast of key",
    "C": "C, cached: answers to get-broadcasts, kept for their TTL",
    "T": "T, tombstones and marks: what older versions may not come back over",
}
ROLES = {PEER: "peer", PARENT: "parent", CHILD: "child", PROXY: "redirect child"}
Fact = tuple[str, str]


def held(world: World, entry: Entry) -> str:
    """Which version, or how many entries."""
    name = world.names[entry.name]
    if entry.store == "T":
        return f"v{entry.seq} removed" if entry.deleted else f"fell at v{entry.seq}" if entry.seq else "taken back"
    if entry.entries:
        return words.version(len(entry.entries), name.kind)
    what = words.version(entry.seq, name.kind) or "the value"
    return f"{what} removed" if entry.deleted else what


def left(entry: Entry, t: float) -> str:
    """How long it stays, or why it went."""
    if entry.gone:
        return f"gone: {DROPS.get(entry.gone, entry.gone)}"
    return "" if entry.until is None else words.time(max(0.0, entry.until - t))


def totals(found: list[Total]) -> str:
    """All stores in a line: "4 own, 2 copies of 1 name, 1 cached; 1.2 kB of values"."""
    parts = [f"{words.grouped(each.copies)} {STORES[each.store]}" for each in found if each.copies]
    size = sum(each.size for each in found)
    if not parts:
        return "Nothing is stored here yet."
    return ", ".join(parts) + (f" · {words.size(size)} of values" if size else "")


def session(state: State, node: int, peer: int, how: str) -> str:
    """How a provider's session with a neighbour is."""
    pair = (min(node, peer), max(node, peer))
    if node in state.crashed:
        return "crashed itself"
    if pair in state.cut:
        why = state.cut[pair]
        return f"down: {words.WHYS.get(why, why)}"
    return "catching up" if how == CATCHING else "up" if not how else f"down: {words.WHYS.get(how, how)}"


def conditions(now: Link | LinkChanged, usual: Link) -> list[tuple[str, str, str, bool]]:
    """What, how it is now, how it is usually, and whether that differs."""
    rows = []
    for label, field, spell in (
        ("Latency", "latency", words.time), ("Jitter", "jitter", words.time), ("Loss", "loss", words.share),
        ("Duplication", "duplicate", words.share), ("Reordering", "reorder", words.share),
        ("Corruption", "corrupt", words.share), ("Bandwidth", "bandwidth", bandwidth),
    ):  # fmt: skip
        is_now, was = getattr(now, field), getattr(usual, field)
        rows.append((label, spell(is_now), spell(was), is_now != was))
    return rows


def bandwidth(bits: float) -> str:
    """Of a link, in bytes; 0 is no limit."""
    return f"{words.size(bits / 8)}/s" if bits else "no limit"


def faults(link: Link | LinkChanged, usual: Link) -> str:
    """A link in few words: "40 ms", "80 ms, 5 % lost"."""
    said = [words.time(link.latency)]
    for field, word in (("loss", "lost"), ("duplicate", "doubled"), ("reorder", "overtaken"), ("corrupt", "corrupted")):
        if getattr(link, field):
            said.append(f"{words.share(getattr(link, field))} {word}")
    return ", ".join(said) + ("" if link.latency == usual.latency else f" (else {words.time(usual.latency)})")


def load(way: Way, window: float) -> list[str]:
    """One direction: messages, bytes, rate, under way, lost, doubled, corrupted."""
    return [
        words.grouped(way.messages), words.size(way.size), f"{words.size(way.rate)}/s", words.grouped(way.flying),
        words.grouped(way.lost), words.grouped(way.doubled), words.grouped(way.corrupt),
    ]  # fmt: skip


def answered(found: Answered) -> str:
    """What a provider said to other providers' questions."""
    if not found.asked:
        return "nobody has asked it yet"
    said = [
        f"{words.grouped(count)} {word}"
        for count, word in (
            (found.hit, "with its data"), (found.miss, "that it has nothing"), (found.refused, "refused"),
            (found.other, "asked before"), (found.open, "not answered so far"),
        )
        if count
    ]  # fmt: skip
    return f"{words.plural(found.asked, 'question')}: {', '.join(said)}"


def owes(world: World, found: list[int]) -> str:
    """Names in a line: "3: news/1, feed/1 and mail/2"."""
    if not found:
        return ""
    some = [world.known_as(name) for name in found[:3]]
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return f"{words.grouped(len(found))}: {', '.join(some)}{more}"


def read(op: Op, world: World) -> str:
    """What a get read, in few words."""
    kind = world.names[op.name].kind
    what = words.version(len(op.values) if kind == "unauthenticated" else op.seq, kind) or "the value"
    if op.outcome != "OK":
        return words.outcome(op.outcome)
    return f"{what}, {words.behind(op.lag, kind)}" if op.lag else what


def via(world: World, entry: Entry) -> str:
    """From whom a copy came."""
    return "" if entry.via is None else names([entry.via], world)
