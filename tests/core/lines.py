"""What a log of hand-joined providers says of a record, in one line each."""

from __future__ import annotations

from collections.abc import Sequence

from p4lab.core.events import (
    CaughtUp,
    Dropped,
    Equivocated,
    Event,
    GetFinished,
    LateBetter,
    Left,
    Noticed,
    PutFinished,
    Rejected,
    SessionDown,
    SessionRefused,
    SessionUp,
    Stored,
)


def line(event: Event, names: Sequence[str]) -> str:
    """A record as one line; names: of the providers, by node."""
    match event:
        case Stored():
            until = "" if event.until is None else f" until {event.until:g}"
            via = "" if event.via is None else f" from {names[event.via]}"
            return f"{names[event.node]} keeps {event.store}{f' v{event.seq}' if event.seq else ''}{until}{via}"
        case Dropped():
            return f"{names[event.node]} drops {event.store}: {event.why}"
        case PutFinished():
            return f"{names[event.node]} put {event.outcome}"
        case GetFinished():
            found = " ".join([event.source, *event.values])
            silent = f" silent {''.join(names[peer] for peer in event.silent)}" if event.silent else ""
            return f"{names[event.node]} get {event.outcome} {found}".rstrip() + silent + " stale" * event.stale
        case SessionUp() | SessionDown():
            word = "is joined with" if isinstance(event, SessionUp) else "is cut from"
            return f"{names[event.node]} {word} {names[event.peer]}"
        case SessionRefused():
            return f"{names[event.node]} refuses {names[event.peer]}: {event.why}"
        case CaughtUp():
            return f"{names[event.node]} has caught up with {names[event.peer]}: {event.items}, {event.news} new"
        case Rejected():
            return f"{names[event.node]} rejects {names[event.src]}: {event.code}"
        case Noticed():
            return f"{names[event.node]} notices {names[event.src]}: {event.code}"
        case Left():
            return f"{names[event.node]} gives up {event.entries}{' onward' * event.onward}"
        case Equivocated():
            return f"{names[event.node]} meets two of v{event.seq}"
        case LateBetter():
            return f"{names[event.node]} hears late of v{event.seq}"
    raise AssertionError(event)
