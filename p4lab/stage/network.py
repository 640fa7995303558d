"""Links of the network: which are there and open, when a message sent now arrives, and what happens to it.

Rules: every draw comes from the stream of its own link and direction, made on first use, and is rounded to a
microsecond; a link without a fault draws nothing for it. Sessions are reliable: loss and corruption delay what belongs
to them (RELIABLE), they lose and change questions and answers (protocol section 5.12).
"""

from math import log
from random import Random

from p4lab.core.events import Pair, pair_of
from p4lab.core.messages import RELIABLE, Message
from p4lab.scenario.model import Link, Scenario, links, parent_links
from p4lab.stage.faults import corrupted
from p4lab.stage.houses import Houses
from p4lab.trace import CORRUPT, DUPLICATE, LOST

RESEND_ROUND_TRIPS = 2  # protocol section 5.12: a lost UPDATE comes again two round trips later
MICRO = 6  # decimals of a second
LONGEST = 1e9  # s that one message may keep a link busy: as long as any run, and finite

Arrival = tuple[float, int, Message]  # when, its fate in the trace, and what arrives


class Network:
    """rows[src][dst]: one-way latency in seconds of every link that is open. shut: those that are there and are not.

    uneven[src]: the open links that need `transit`. even[src] is rows[src] where none of `src` does, else empty.
    pairs, parents: the peerings, and of each child its parent and their link, as the scenario has them.
    """

    def __init__(self, scenario: Scenario, seed: int, houses: Houses) -> None:
        self.pairs = links(scenario)
        self.parents = {child: (parent, link) for child, parent, link in parent_links(scenario)}
        self.rows: list[dict[int, float]] = [{} for _ in range(houses.total)]
        self.uneven: list[dict[int, Link]] = [{} for _ in range(houses.total)]
        self.even: list[dict[int, float]] = list(self.rows)
        self.shut: dict[Pair, Link] = {}
        self._names = houses.names
        self._seed = seed
        self._usual = scenario.link.latency
        self._streams: dict[tuple[int, int], Random] = {}
        self._busy_until: dict[tuple[int, int], float] = {}
        for pair in self.pairs:
            self._lay(pair.a, pair.b, pair.link)
        for child, (parent, link) in self.parents.items():
            self._lay(child, parent, link)
        for above, below, link in houses.links():
            self._lay(above, below, link)

    # Which links there are

    def link(self, a: int, b: int) -> Link | None:
        """The link between two nodes, open or shut."""
        if b in self.rows[a]:
            return self.uneven[a].get(b) or Link(latency=self.rows[a][b])
        return self.shut.get(pair_of(a, b))

    def around(self, node: int) -> list[int]:
        """Everybody whom it has a link to, open or shut, in order."""
        there = [a if b == node else b for a, b in self.shut if node in (a, b)]
        return sorted([*self.rows[node], *there])

    def add(self, a: int, b: int, link: Link) -> None:
        """A link that was not there; it is shut until it is opened."""
        self.shut[pair_of(a, b)] = link

    def remove(self, a: int, b: int) -> None:
        """The link is there no more."""
        self.close(a, b)
        del self.shut[pair_of(a, b)]

    def change(self, a: int, b: int, link: Link) -> None:
        """The link is like this from now on, for messages that are sent from now on."""
        if b in self.rows[a]:
            self._lay(a, b, link)
        else:
            self.shut[pair_of(a, b)] = link

    def open(self, a: int, b: int) -> None:
        """Messages pass from now on."""
        self._lay(a, b, self.shut.pop(pair_of(a, b)))

    def close(self, a: int, b: int) -> None:
        """Nothing that is sent from now on arrives."""
        link = self.link(a, b)
        if link is not None:
            self.shut[pair_of(a, b)] = link
            for src, dst in ((a, b), (b, a)):
                self.rows[src].pop(dst, None)
                self.uneven[src].pop(dst, None)
                self._level(src)

    def _lay(self, a: int, b: int, link: Link) -> None:
        faults = link.jitter or link.loss or link.bandwidth or link.duplicate or link.reorder or link.corrupt
        for src, dst in ((a, b), (b, a)):
            self.rows[src][dst] = link.latency
            if faults:
                self.uneven[src][dst] = link
            else:
                self.uneven[src].pop(dst, None)
            self._level(src)

    def _level(self, src: int) -> None:
        self.even[src] = {} if self.uneven[src] else self.rows[src]

    # What happens to a message

    def transit(self, src: int, dst: int, message: Message, t: float) -> list[Arrival]:
        """What arrives of a message sent at t over any link: the message, and behind it what the network made of it.

        One that is LOST has the time at which it would have arrived.
        """
        latency = self.rows[src].get(dst)
        if latency is None:  # the link is shut, or there is none
            shut = self.shut.get(pair_of(src, dst))
            return [(t + (self._usual if shut is None else shut.latency), LOST, message)]
        link = self.uneven[src].get(dst)
        if link is None:
            return [(t + latency, 0, message)]
        start, sending = t, 0.0
        if link.bandwidth:
            start = max(t, self._busy_until.get((src, dst), 0.0))
            sending = min(round(message.size * 8 / link.bandwidth, MICRO), LONGEST)
            self._busy_until[src, dst] = start + sending
        if not (link.jitter or link.loss or link.corrupt or link.reorder or link.duplicate):
            return [(start + sending + latency, 0, message)]
        rng, reliable, fate = self._stream(src, dst), message.code in RELIABLE, 0
        if link.jitter:
            latency = max(0.0, round(rng.gauss(link.latency, link.jitter), MICRO))
        if link.loss:
            if reliable:
                latency += _resent(link.loss, link, rng)
            elif rng.random() < link.loss:
                return [(start + sending + latency, LOST, message)]
        if link.corrupt:
            if reliable:
                latency += _resent(link.corrupt, link, rng)  # a checksum finds it
            elif rng.random() < link.corrupt:
                message, fate = corrupted(message, rng), CORRUPT
        if link.reorder and rng.random() < link.reorder:
            latency += round(rng.random() * link.latency, MICRO)
        due = start + sending + latency
        if link.duplicate and rng.random() < link.duplicate:
            again = due + round(rng.random() * link.latency, MICRO)
            return [(due, fate, message), (again, fate | DUPLICATE, message)]
        return [(due, fate, message)]

    def _stream(self, src: int, dst: int) -> Random:
        rng = self._streams.get((src, dst))
        if rng is None:
            rng = Random(f"{self._seed}:link:{self._names[src]}>{self._names[dst]}")
            self._streams[src, dst] = rng
        return rng


def _resent(share: float, link: Link, rng: Random) -> float:
    """How much later a reliable message comes, where each try fails with this probability.

    Geometric, in one draw: a link that loses nearly all would keep a loop of draws for ever.
    """
    failures = int(log(1.0 - rng.random()) / log(share))
    return failures * RESEND_ROUND_TRIPS * 2 * link.latency
