"""Reading CAIDA's serial-1 AS relationships: who is whose customer, and who peers (`provider|customer|-1`, `a|b|0`).

Rules: the file is judged line by line; comments may name the inferred clique, the networks at the top that all peer.
"""

import re

import msgspec

from p4lab.core.events import pair_of
from p4lab.topology.errors import TopologyError

_LINE = re.compile(r"(\d{1,10})\|(\d{1,10})\|(-1|0)(?:\|.*)?")
_CLIQUE = re.compile(r"#\s*(?:inferred )?clique:\s*([\d ]*)")
_START = re.compile(rb"\s*(?:#[^\n]*\n\s*)*\d+\|\d+\|-?\d")


class Relations(msgspec.Struct, frozen=True):
    """providers: of each AS that has some, in the order of the file. customers: how many an AS has. peers: a < b.

    clique: as the comments say, else the ASes without a provider that peer with another such.
    """

    providers: dict[int, list[int]]
    customers: dict[int, int]
    peers: list[tuple[int, int]]
    clique: list[int]
    named: bool  # whether the comments say who the clique is

    @property
    def everybody(self) -> list[int]:
        """Every AS of the file, by number."""
        return sorted({*self.providers, *self.customers, *(a for pair in self.peers for a in pair), *self.clique})


def is_as_rel(start: bytes) -> bool:
    """Whether a file that begins like this is one."""
    return _START.match(start) is not None


def read_as_rel(data: bytes) -> Relations:
    """The relations that the file states; a line twice counts once."""
    providers: dict[int, dict[int, None]] = {}
    peers: dict[tuple[int, int], None] = {}
    clique: list[int] = []
    for number, text in enumerate(data.decode("utf-8-sig", "replace").splitlines(), 1):
        line = text.strip()
        if line.startswith("#"):
            if said := _CLIQUE.match(line):
                clique = sorted(set(map(int, said[1].split())))
            continue
        if not line:
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            raise TopologyError("this is no relationship", "write provider|customer|-1 or peer|peer|0", line=number)
        a, b = int(found[1]), int(found[2])
        if a == b:
            raise TopologyError(f"AS {a} is related to itself", "take the line out", line=number)
        if found[3] == "-1":
            providers.setdefault(b, {})[a] = None
        else:
            peers[pair_of(a, b)] = None
    customers: dict[int, int] = {}
    for above in providers.values():
        for provider in above:
            customers[provider] = customers.get(provider, 0) + 1
    named = bool(clique)
    if not named:
        clique = sorted({a for pair in peers for a in pair if not any(each in providers for each in pair)})
    if not clique:
        clique = sorted(a for a in customers if a not in providers)
    return Relations({a: list(above) for a, above in providers.items()}, customers, list(peers), clique, named)
