"""What stands in a row of the log for what happens to providers, links and sessions: who, with whom, and what of it.

Rules: no Qt, functions of one Event. node: says a provider's name. What is about a put or a get is `log_text`'s.
"""

from collections.abc import Callable

from p4lab.core.events import (
    Adopted,
    Blurred,
    CaughtUp,
    Crashed,
    Event,
    Gone,
    Healed,
    Left,
    LinkChanged,
    Lost,
    Misbehaving,
    Moved,
    Partitioned,
    ProviderChanged,
    Restarted,
    SessionDown,
    SessionRefused,
    SessionUp,
    Unpeered,
)  # fmt: skip
from ui import words

KINDS: dict[type[Event], str] = {
    Moved: "owner moved", Left: "moved data dropped", Unpeered: "peering ended", Adopted: "parent",
    LinkChanged: "link", Partitioned: "partition", Healed: "healed", SessionUp: "session up",
    SessionDown: "session down", SessionRefused: "session refused", CaughtUp: "caught up", Crashed: "crash",
    Restarted: "restart", Gone: "left", ProviderChanged: "provider changed",
    Lost: "message lost", Misbehaving: "misbehaviour", Blurred: "seen inexactly",
}  # fmt: skip
Who = Callable[[int], str]


def between(event: Event, node: Who) -> tuple[str, str] | None:
    """From whom, to whom; None where it is about one provider alone, or no such event."""
    match event:
        case Moved(src=src, dst=dst):
            return node(src), node(dst)
        case Unpeered() | SessionUp() | SessionDown() | SessionRefused():
            return node(event.node), node(event.peer)
        case CaughtUp():
            return node(event.peer), node(event.node)
        case Adopted(parent=parent) if parent is not None:
            return node(event.node), node(parent)
        case LinkChanged(a=a, b=b):
            return node(a), node(b)
        case Lost(dst=dst):
            return "", node(dst)
        case Partitioned() | Healed():
            return "", ""
        case _:
            return None


def said(event: Event, node: Who) -> str:
    """What came of it; empty where the kind says it all."""
    match event:
        case Moved(identity=identity):
            return identity
        case Left(entries=entries, onward=onward):
            return words.plural(entries, "record") + (", keeps pointers to the new provider" if onward else "")
        case Adopted(parent=parent):
            return "a top from now on" if parent is None else ""
        case LinkChanged():
            return link(event)
        case Partitioned(groups=groups):
            return " | ".join(", ".join(map(node, group)) for group in groups)
        case SessionUp(role=role):
            return words.ROLES.get(role, role)
        case SessionDown(why=why) | SessionRefused(why=why) | Lost(why=why):
            return words.WHYS.get(why, why)
        case CaughtUp(items=items, news=news):
            return f"{words.plural(items, 'record')}, {news or 'none'} new here"
        case Gone(kept=kept):
            return "may come back" if kept else "for good"
        case Restarted(copies=copies):
            return f"{words.plural(copies, 'copy', 'copies')} in its store"
        case ProviderChanged(customers=customers, lookup_delay=delay):
            return f"{words.plural(customers, 'customer')}, {words.time(delay)} for its own lookup"
        case Misbehaving(switches=switches):
            return ", ".join(map(words.switch, switches)) or "behaves again"
        case Blurred():
            return blurred(event)
        case _:
            return ""


def blurred(event: Blurred) -> str:
    """What is not exact of what a provider told."""
    late = f"the next {words.plural(event.late, 'event')} came up to {words.time(event.by)} late"
    left_out = f"{words.plural(event.left_out, 'event')} left out, for want of room"
    refused = f"{words.plural(event.refused, 'event')} refused: not for it to tell"
    given = ((event.late, late), (event.left_out, left_out), (event.refused, refused))
    return "; ".join(text for number, text in given if number)


def link(event: LinkChanged) -> str:
    """How a link is now: "down", "40 ms one way, 5 % lost"."""
    if not event.up:
        return "down"
    return ", ".join([f"{words.time(event.latency)} one way", *faults(event)])


def faults(link: LinkChanged) -> list[str]:
    """What is wrong with a link that is up: "5 % lost", "1 % doubled"; nothing where it is as it should be."""
    shares = (
        (link.loss, "lost"), (link.duplicate, "doubled"), (link.reorder, "overtaken"), (link.corrupt, "corrupted"),
    )  # fmt: skip
    found = [f"{words.share(part)} {what}" for part, what in shares if part]
    if link.jitter:
        found.insert(0, f"± {words.time(link.jitter)}")
    if link.bandwidth:
        found.append(f"{words.size(link.bandwidth / 8)}/s at most")
    return found
