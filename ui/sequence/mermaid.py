"""A Sight as the text of a Mermaid sequence diagram, for documents and web pages that draw such texts.

Rules: no Qt. What the text can hold is limited, and it says so in a comment of its own: Mermaid draws no more than some
hundred messages readably, and refuses texts of more than 50,000 characters (its maxTextSize).
"""

import numpy as np

from p4lab.trace import LOST
from p4lab.world import World
from ui import words
from ui.panels.log_text import LogText
from ui.sequence.lanes import Lane
from ui.sequence.sight import Sight

MOST = 300  # messages and notes
LONGEST = 50_000  # characters
REPLIES = (5, 7, 9, 22)


def mermaid(sight: Sight, lanes: tuple[Lane, ...], text: LogText, world: World, title: str) -> str:
    """The diagram, in the order of sending."""
    places = np.argsort(sight.rows["id"], kind="stable").tolist()
    lines = [(int(sight.rows["id"][place]), _message(sight, place, world)) for place in places]
    for mark in sight.marks:
        row = text.row(mark.event - 1)
        said = ", ".join(filter(None, (row.kind, row.key, row.result)))
        lines.append((mark.event, f"Note over p{mark.lane}: {_text(said)}"))
    head = ["sequenceDiagram"]
    if title:
        head = ["---", f'title: "{_title(title)}"', "---", *head]
    used = {int(lane) for ends in (sight.a, sight.b) for lane in ends.tolist()} | {each.lane for each in sight.marks}
    head += [f"    participant p{at} as {_text(lane.name)}" for at, lane in enumerate(lanes) if at in used]
    body = [line for _, line in sorted(lines)]
    kept = body[:MOST]
    while sum(map(len, kept)) + 6 * len(kept) + sum(map(len, head)) + 200 > LONGEST:
        kept.pop()
    note = []
    if len(kept) < len(body):
        note = [f"    %% {len(kept)} of {len(body)} messages and notes: a longer diagram would not be drawn"]
    return "\n".join([*head, *note, *(f"    {line}" for line in kept)]) + "\n"


def _message(sight: Sight, place: int, world: World) -> str:
    row = sight.rows[place]
    code, fate = int(row["code"]), int(row["fate"])
    lost = bool(fate & LOST) or sight.cut[place] < 1.0
    arrow = "-x" if lost else "-->>" if code in REPLIES else "->>"
    said = [words.message(code, int(row["status"]) if code in REPLIES else 0)]
    op = world.op(int(row["op"]))
    if op is not None:
        said.append(world.known_as(op.name))
    said.append("lost" if lost else words.time(float(row["due"] - row["t"])))
    if sight.stale[place]:
        said.append("stale")
    at = words.clock(float(row["t"]), 0.001).replace(words.THIN, " ")
    return f"p{sight.a[place]}{arrow}p{sight.b[place]}: {_text(', '.join(said))} (at {_text(at)})"


def _text(text: str) -> str:
    """What Mermaid would read as the end of a statement or the start of an entity is spelled as an entity."""
    plain = " ".join(text.replace("#", "\0").split())
    return plain.replace(";", "#59;").replace("\0", "#35;")


def _title(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
