"""Where the command palette can go: to a key, a provider, a time, a scenario, a branch.

Rules: made anew for what was typed; asks player, focus and document, shows nothing. What cannot be says why.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from p4lab import resources
from ui.document import Document
from ui.focus import Focus
from ui.player import Player
from ui.words import clock

TIME = re.compile(r"(?:go\s+to\s+|to\s+)?(\d+(?:[.,]\d+)?)\s*(ms|s|min|)\s*", re.IGNORECASE)
UNITS = {"ms": 1e-3, "s": 1.0, "": 1.0, "min": 60.0}
MOST = 2000  # keys looked through: a run may have a hundred thousand, and typing must not wait for them


@dataclass(frozen=True)
class Jump:
    """why_not: empty where it can be done."""

    label: str
    says: str
    do: Callable[[], None]
    why_not: str = ""


def jumps(typed: str, player: Player, focus: Focus, document: Document) -> list[Jump]:
    """All that could be meant; who shows them chooses by how well they fit."""
    if not typed.strip():
        return []
    found = _times(typed, player) + _scenarios(document)
    return found if player.empty else found + _providers(player, focus) + _keys(typed, player, focus)


def _times(typed: str, player: Player) -> list[Jump]:
    read = TIME.fullmatch(typed.strip())
    if read is None:
        return []
    t = float(read[1].replace(",", ".")) * UNITS[read[2].lower()]
    why_not = "Open a scenario first." if player.empty else ""
    if not why_not and t > player.run.edge:
        why_not = (
            f"It is {clock(player.run.edge)} now." if player.run.live else f"The run ends at {clock(player.duration)}."
        )
    return [Jump(f"Go to {t:g} s", "Move the playhead", partial(player.seek, t), why_not)]


def _scenarios(document: Document) -> list[Jump]:
    shipped = resources.scenario_files()
    others = [path for path in document.recent if path not in shipped]
    says = dict.fromkeys(shipped, "A scenario that comes with P4 Lab") | {path: str(path.parent) for path in others}
    return [
        Jump(f"Open scenario {path.stem.replace('-', ' ')}", says[path], partial(_open, document, path))
        for path in (*others, *shipped)
    ]


def _open(document: Document, path: Path) -> None:
    document.open(path)  # what follows is told by the document's signals


def _providers(player: Player, focus: Focus) -> list[Jump]:
    return [
        Jump(f"Select provider {name}", "Show it on the map and in the details", partial(focus.choose, (node,)))
        for node, name in player.world.called.items()
    ]


def _keys(typed: str, player: Player, focus: Focus) -> list[Jump]:
    world = player.world
    last = typed.rsplit(maxsplit=1)[-1].lower()
    found = (name for name in range(len(world.names)) if last in world.known_as(name).lower() or "key".startswith(last))
    return [
        Jump(f"Go to key {world.known_as(name)}", "Show its copies", partial(focus.select_name, name))
        for name in islice(found, MOST)
    ]
