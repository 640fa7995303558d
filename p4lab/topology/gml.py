"""Reading GML as it is found: repeated labels, parallel edges, comments, entities, several graphs.

Rules: a file is a tree of `key value` and `key [ ... ]`; only what a map needs is looked at, anything else may stand
there. (networkx refuses such files for labels that occur twice.)
"""

import html
import re
from typing import TypeAlias

from p4lab.topology.errors import TopologyError
from p4lab.topology.raw import RawMap

Pairs: TypeAlias = "list[tuple[str, str | Pairs]]"

_TOKEN = re.compile(r'\s+|#[^\n]*|"(?P<text>[^"]*)"|(?P<open>\[)|(?P<close>\])|(?P<word>[^\s\[\]"]+)')
_KEY = re.compile(r"[A-Za-z_][\w.-]*")


def read_gml(text: str) -> RawMap:
    """The first graph of this text."""
    graphs = [value for key, value in _pairs(text) if key.casefold() == "graph" and isinstance(value, list)]
    if not graphs:
        raise TopologyError("there is no graph in it", "a GML file says `graph [ node [ id 1 ] ... ]`")
    notes = [f"The file has {len(graphs)} graphs; the first was taken."] if len(graphs) > 1 else []
    nodes: list[tuple[str, dict[str, str]]] = []
    edges: list[tuple[str, str, dict[str, str]]] = []
    for key, value in graphs[0]:
        if isinstance(value, list):
            attributes = _words(value)
            if key.casefold() == "node":
                nodes.append((attributes.get("id", f"#{len(nodes) + 1}"), attributes))
            elif key.casefold() == "edge":
                edges.append((attributes.get("source", ""), attributes.get("target", ""), attributes))
    facts = _words(graphs[0])
    return RawMap(facts, nodes, edges, facts.get("directed", "0").strip() == "1", notes)


def _words(pairs: Pairs) -> dict[str, str]:
    return {key: value for key, value in pairs if isinstance(value, str)}


def _pairs(text: str) -> Pairs:
    """The whole file as a tree."""
    top: Pairs = []
    open_lists: list[tuple[Pairs, int]] = [(top, 0)]  # with the place where each was opened
    key: str | None = None
    at = 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            raise TopologyError("text in quotes does not end", line=_line(text, at))
        here = open_lists[-1][0]
        match token.lastgroup:
            case "open":
                if key is None:
                    raise TopologyError("a list has no name", "write `node [`", line=_line(text, at))
                inner: Pairs = []
                here.append((key, inner))
                open_lists.append((inner, at))
                key = None
            case "close":
                if key is not None or len(open_lists) == 1:
                    what = f"{key[:40]} has no value" if key is not None else "a ] closes nothing"
                    raise TopologyError(what, line=_line(text, at))
                open_lists.pop()
            case "word" | "text" as kind if key is not None:
                here.append((key, html.unescape(token[kind])))
                key = None
            case "word" if _KEY.fullmatch(token["word"]):
                key = token["word"]
            case "word" | "text" as kind:
                raise TopologyError(f"expected a name, got {token[kind][:40]!r}", line=_line(text, at))
        at = token.end()
    if len(open_lists) > 1:
        line = _line(text, open_lists[-1][1])
        raise TopologyError("the file ends in the middle", f"the [ of line {line} is not closed", line=_line(text, at))
    return top


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
