"""A run told by hand in which everything goes wrong once, for the tests of what the map shows of it.

Aster, Birch, Cedar and Dahlia peer 40 ms apart; Elm is a child of Dahlia. At 2 s Cedar crashes, a query on its way to
it is lost; 4 s it restarts, 4.1 s its sessions are up, 4.3 s caught up. 5 s the link Aster - Birch is cut, 6 s it is up
again and loses a tenth. 7 to 9 s Aster and Birch are parted from the others. 10 s Birch misbehaves. 11 s Aster and
Dahlia peer no more. 12 s Birch and Elm peer. 13 s Elm leaves Dahlia.
"""

from p4lab.core.events import (
    Adopted,
    Attached,
    CaughtUp,
    Crashed,
    Event,
    Healed,
    Joined,
    LinkChanged,
    Lost,
    Misbehaving,
    Partitioned,
    Peered,
    Restarted,
    SessionDown,
    SessionUp,
    Unpeered,
)  # fmt: skip
from p4lab.core.messages import GETQ, HELLO
from p4lab.scenario.model import Peering, Provider, Scenario
from p4lab.trace import Trace
from tests.ui.panels.tale import Told
from ui.player import Player

ASTER, BIRCH, CEDAR, DAHLIA, ELM = range(5)
NAMES = ("Aster", "Birch", "Cedar", "Dahlia", "Elm")
PLACES = ((0.15, 0.2), (0.15, 0.85), (0.55, 0.2), (0.6, 0.6), (0.85, 0.85))
DURATION = 20.0


def trace() -> Trace:
    """The run."""
    made = Trace()
    for node, name in enumerate(NAMES):
        parent = DAHLIA if node == ELM else None
        made.emit(Joined(node=node, name=name, customers=100, parent=parent, attach="local", latency=0.02), 0.0, 0)
        made.emit(Attached(node=len(NAMES) + node, provider=node), 0.0, 0)
    for node in (ASTER, BIRCH, CEDAR):
        peers = tuple(range(node + 1, ELM))
        made.emit(Peered(node=node, peers=peers, latency=(0.04,) * len(peers)), 0.0, 0)
    query = made.sent(1.98, 2.02, 0, 1, 112, ASTER, CEDAR, GETQ, 0, 0)
    around = (ASTER, BIRCH, DAHLIA)
    steps: list[tuple[float, Event]] = [(2.0, Crashed(node=CEDAR))]
    steps += [(2.0, SessionDown(node=node, peer=CEDAR, why="crash")) for node in around]
    steps += [(2.02, Lost(message=query, dst=CEDAR, why="crash")), (4.0, Restarted(node=CEDAR, copies=3))]
    for t, event in steps:
        made.emit(event, t, 0)
    for node in around:
        made.sent(4.0, 4.04, 0, 0, 80, CEDAR, node, HELLO, 0, 0)
    steps = [(4.1, SessionUp(node=node, peer=CEDAR, role="peer")) for node in around]
    steps += [(4.3, CaughtUp(node=node, peer=CEDAR, items=2, news=0)) for node in around]
    steps += [
        (5.0, LinkChanged(a=ASTER, b=BIRCH, latency=0.04, up=False)),
        (6.0, LinkChanged(a=ASTER, b=BIRCH, latency=0.04, loss=0.1)),
        (7.0, Partitioned(groups=((ASTER, BIRCH), (CEDAR, DAHLIA, ELM)))),
        (9.0, Healed()),
        (10.0, Misbehaving(node=BIRCH, switches=("no_forward", "stretch_ttl=10"))),
        (11.0, Unpeered(node=ASTER, peer=DAHLIA)),
        (12.0, Peered(node=BIRCH, peers=(ELM,), latency=(0.03,))),
        (13.0, Adopted(node=ELM)),
    ]
    for t, event in steps:
        made.emit(event, t, 0)
    return made


def scenario() -> Scenario:
    """What it began with."""
    rows = [Provider(name, position=at) for name, at in zip(NAMES[:ELM], PLACES, strict=False)]
    rows.append(Provider(NAMES[ELM], position=PLACES[ELM], parent="Dahlia"))
    return Scenario(title="Trouble", duration=DURATION, provider=tuple(rows), peering=(Peering(among="all"),))


def player() -> Player:
    """A player with it open, at its end."""
    told = scenario()
    fields = {name: getattr(told, name) for name in told.__struct_fields__ if name not in ("title", "duration")}
    session = Told(trace(), **fields)
    made = Player(lambda *_: session)
    made.open(session)
    made.seek(DURATION)
    return made
