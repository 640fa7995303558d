"""A map as its file says it: words for everything, nothing judged yet."""

import msgspec


class RawMap(msgspec.Struct, frozen=True):
    """The attributes of the graph, its nodes by id and its edges by the ids of their ends, in the order of the file."""

    facts: dict[str, str]
    nodes: list[tuple[str, dict[str, str]]]
    edges: list[tuple[str, str, dict[str, str]]]
    directed: bool
    notes: list[str]  # what the reader passed over


def attribute(attributes: dict[str, str], *names: str) -> str:
    """The first of these attributes that says something. Case, spaces and underscores do not matter."""
    known = {_folded(name): value for name, value in attributes.items()}
    return next((value for name in names if (value := " ".join(known.get(_folded(name), "").split()))), "")


def _folded(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())
