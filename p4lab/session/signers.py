"""Who signs as what in a class, as far as they have shown it: a key is found by its owner's name, or by the hash of it.

Rules: nobody is known by the name of another member: such a claim counts only at the member's own provider. A name that
several use is nobody's.
"""

from p4lab.core.events import Identified
from p4lab.core.names import ID_SIZE

MOST = 10_000  # claims
UNKNOWN = "Nobody here has signed as “{name}” yet, so it is not known whose key that is."
SEVERAL = "{people} all sign as “{name}”: say whose by the hash of the key, {keys}."


class Signers:
    """Fed with what members tell of themselves. people: their names, by seat, as they come to be known."""

    def __init__(self, people: list[str]) -> None:
        self._owners: dict[str, dict[int, bytes]] = {}  # by name, then by seat
        self._people = people
        self._count = 0

    def learn(self, event: Identified) -> None:
        """A member says who signs there."""
        people = self._people
        if event.name in people and people.index(event.name) != event.node:
            return
        claims = self._owners.setdefault(event.name, {}) if self._count < MOST else {}
        self._count += event.node not in claims
        claims[event.node] = event.owner

    def key_of(self, name: str, me: int) -> bytes | None:
        """H(public key) of whoever signs as this; None where that is an identity of our own. Raises ValueError."""
        claims = self._owners.get(name, {})
        if me in claims or self._people[me : me + 1] == [name]:
            return None
        if len(set(claims.values())) == 1:
            return next(iter(claims.values()))
        if claims:
            who = [self._people[seat] if seat < len(self._people) else f"Seat {seat}" for seat in claims]
            keys = [key.hex() for key in claims.values()]
            raise ValueError(SEVERAL.format(people=" and ".join(who), name=name, keys=" or ".join(keys)))
        if len(name) == 2 * ID_SIZE:
            try:
                return bytes.fromhex(name)
            except ValueError:
                pass
        raise ValueError(UNKNOWN.format(name=name))
