"""Links of the simulated network: when a message that is sent now arrives, and whether it does.

Rules: every draw comes from the stream of its own link and direction, made on first use, and is rounded to a
microsecond. Sessions are reliable: loss delays an UPDATE, it loses questions and answers (protocol section 5.12).
"""

from math import log
from random import Random

from p4lab.core.messages import UPDATE, Message
from p4lab.scenario.model import Link, Scenario, links, parent_links

RESEND_ROUND_TRIPS = 2  # protocol section 5.12: a lost UPDATE comes again two round trips later
MICRO = 6  # decimals of a second
LONGEST = 1e9  # s that one message may keep a link busy: as long as any run, and finite


class Network:
    """rows[src][dst]: one-way latency in seconds of every link. parents: of each child its parent and their link.

    uneven[src]: the links that need `transit`. even[src] is rows[src] where none of `src` does, else empty.
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        count = len(scenario.provider)
        self.pairs = links(scenario)
        self.parents = {child: (parent, link) for child, parent, link in parent_links(scenario)}
        self.rows: list[dict[int, float]] = [{} for _ in range(2 * count)]
        self.uneven: list[dict[int, Link]] = [{} for _ in range(2 * count)]
        self._names = [provider.name for provider in scenario.provider]
        self._seed = seed
        self._streams: dict[tuple[int, int], Random] = {}
        self._busy_until: dict[tuple[int, int], float] = {}
        every = [(pair.a, pair.b, pair.link) for pair in self.pairs]
        for a, b, link in [*every, *((child, *above) for child, above in self.parents.items())]:
            for src, dst in ((a, b), (b, a)):
                self.rows[src][dst] = link.latency
                if link.jitter or link.loss or link.bandwidth:
                    self.uneven[src][dst] = link
        for node in range(count):  # customers of provider i are node count + i
            self.rows[node][count + node] = self.rows[count + node][node] = scenario.options.access_latency
        self.even = [{} if uneven else row for row, uneven in zip(self.rows, self.uneven, strict=True)]

    def transit(self, src: int, dst: int, message: Message, t: float) -> tuple[float, bool]:
        """(when it arrives, whether it is lost) for a message sent at t over any link."""
        link = self.uneven[src].get(dst)
        if link is None:
            return t + self.rows[src][dst], False
        start, sending = t, 0.0
        if link.bandwidth:
            start = max(t, self._busy_until.get((src, dst), 0.0))
            sending = min(round(message.size * 8 / link.bandwidth, MICRO), LONGEST)
            self._busy_until[src, dst] = start + sending
        latency, lost = link.latency, False
        if link.jitter or link.loss:
            rng = self._stream(src, dst)
            if link.jitter:
                latency = max(0.0, round(rng.gauss(link.latency, link.jitter), MICRO))
            if link.loss:
                if message.code == UPDATE:
                    # Geometric, in one draw: a link that loses nearly all would keep a loop of draws for ever.
                    losses = int(log(1.0 - rng.random()) / log(link.loss))
                    latency += losses * RESEND_ROUND_TRIPS * 2 * link.latency
                else:
                    lost = rng.random() < link.loss
        return start + sending + latency, lost

    def _stream(self, src: int, dst: int) -> Random:
        rng = self._streams.get((src, dst))
        if rng is None:
            rng = Random(f"{self._seed}:link:{self._names[src]}>{self._names[dst]}")
            self._streams[src, dst] = rng
        return rng
