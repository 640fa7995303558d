"""Reading GraphML: keys, nodes, edges and their data, in whatever namespace; nested graphs are flattened.

Rules: entity declarations are refused (a short file can grow without end through them), nothing outside the file is
fetched; hyperedges and ports are passed over and noted.
"""

from collections import Counter
from xml.parsers import expat

from p4lab.topology.errors import TopologyError
from p4lab.topology.raw import RawMap


def read_graphml(data: bytes) -> RawMap:
    """The first graph of this file."""
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.EntityDeclHandler = _refuse_entity
    try:
        parser.Parse(data, True)
    except expat.ExpatError as fault:
        raise TopologyError(f"not XML: {expat.ErrorString(fault.code)}", line=fault.lineno) from None
    except (LookupError, ValueError) as fault:  # an encoding that is unknown, or of several bytes
        raise TopologyError(f"not XML: {fault}") from None
    except TopologyError as fault:
        raise TopologyError(fault.what, fault.right, line=parser.CurrentLineNumber) from None
    return reader.result()


def _refuse_entity(*_: object) -> None:
    raise TopologyError("the file declares XML entities", "take the declarations out")


class _Reader:
    """What the elements seen so far say."""

    def __init__(self) -> None:
        self._facts: dict[str, str] = {}
        self._nodes: list[tuple[str, dict[str, str]]] = []
        self._edges: list[tuple[str, str, dict[str, str]]] = []
        self._names: dict[str, str] = {}  # of attributes, by the id of their key
        self._for: dict[str, str] = {}
        self._defaults: dict[str, dict[str, str]] = {"node": {}, "edge": {}}
        self._directed = False
        self._graphs = 0
        self._passed: Counter[str] = Counter()
        self._owners: list[dict[str, str]] = []  # whose data comes next
        self._open: list[str] = []
        self._key = ""
        self._text: list[str] = []

    def result(self) -> RawMap:
        if not self._graphs:
            raise TopologyError("there is no graph in it", "a GraphML file has a <graph> with nodes and edges")
        nodes = [(name, {**self._defaults["node"], **attributes}) for name, attributes in self._nodes]
        edges = [(a, b, {**self._defaults["edge"], **attributes}) for a, b, attributes in self._edges]
        notes = [
            f"{count:,} {what}{'' if count == 1 else 's'} passed over." for what, count in sorted(self._passed.items())
        ]
        if self._graphs > 1:
            notes.append(f"The file has {self._graphs} graphs; the first was taken.")
        return RawMap(self._facts, nodes, edges, self._directed, notes)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name in ("default", "data", "NodeLabel"):
            self._text = []
        match name:
            case "key":
                self._key = attributes.get("id", "")
                self._names[self._key] = attributes.get("attr.name", self._key)
                self._for[self._key] = attributes.get("for", "all")
            case "data":
                self._key = attributes.get("key", "")
            case "graph":
                self._graphs += "graph" not in self._open
                if not self._owners and not self._skips():
                    self._directed = attributes.get("edgedefault") == "directed"
                self._owners.append({} if self._skips() or self._owners else self._facts)
            case "node" | "edge" | "hyperedge" | "port":
                self._owners.append({})
                self._add(name, attributes, self._owners[-1])
        self._open.append(name)

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        self._open.pop()
        said = "".join(self._text).strip()
        match name:
            case "default":
                kind = self._for.get(self._key, "all")
                for each in ("node", "edge") if kind == "all" else (kind,):
                    self._defaults.get(each, {})[self._names.get(self._key, self._key)] = said
            case "data" if self._owners and said:
                self._owners[-1][self._names.get(self._key, self._key)] = said
                self._text = []
            case "NodeLabel" if self._owners and said:  # as yEd writes it
                self._owners[-1].setdefault("label", said)
                self._text = []
            case "graph" | "node" | "edge" | "hyperedge" | "port":
                self._owners.pop()

    def text(self, text: str) -> None:
        self._text.append(text)

    def _skips(self) -> bool:
        return self._graphs > 1

    def _add(self, name: str, attributes: dict[str, str], data: dict[str, str]) -> None:
        if self._skips():
            return
        if name == "node":
            self._nodes.append((attributes.get("id", f"#{len(self._nodes) + 1}"), data))
        elif name == "edge":
            self._edges.append((attributes.get("source", ""), attributes.get("target", ""), data))
        else:
            self._passed[name] += 1
