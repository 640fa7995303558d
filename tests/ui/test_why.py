"""What became of a get in another future, said as it is."""

import msgspec
import pytest

from p4lab.world import Name, Op, World
from ui.story import Tone
from ui.why import judged

HERE = "In this future the same get"
OP = Op(op=1, verb="get", node=0, name=0, started=1.0, started_id=1, regime="get-broadcast")
STALE = msgspec.structs.replace(OP, finished=1.1, outcome="OK", source="cached", seq=2, lag=2, latency=0.003)
SLOW = msgspec.structs.replace(OP, finished=1.2, outcome="OK", source="remote", seq=4, lag=0, latency=0.2)


def ended(**fields: object) -> Op:
    return msgspec.structs.replace(SLOW, **fields)


@pytest.mark.parametrize(
    ("before", "there", "says", "tone"),
    [
        (STALE, ended(latency=0.003), "In this future the same get is fresh: v4 in 3 ms.", Tone.GOOD),
        (STALE, ended(lag=1), "It is still stale: v4, 1 behind, in 200 ms.", Tone.STALE),
        (SLOW, ended(lag=1), "In this future the same get is stale: v4, 1 behind, in 200 ms.", Tone.STALE),
        (SLOW, ended(latency=0.003), f"{HERE} is quicker: v4 in 3 ms instead of 200 ms.", Tone.GOOD),
        (SLOW, SLOW, "In this future the same get is no quicker: v4 in 200 ms, before 200 ms.", Tone.PLAIN),
        (
            STALE, ended(outcome="PARTIAL", source=""),
            "In this future the same get fails: only some answered in time, after 200 ms.", Tone.STALE,
        ),
        (
            ended(outcome="PARTIAL", source=""), ended(outcome="PARTIAL", source=""),
            "It still failed: only some answered in time, after 200 ms.", Tone.STALE,
        ),
        (STALE, ended(outcome="NOT_FOUND", source=""), f"{HERE} finds nothing, after 200 ms.", Tone.PLAIN),
        (STALE, OP, "In this future the same get has no answer yet.", Tone.WAITING),
        (STALE, None, "In this future nobody asked for it at that moment.", Tone.PLAIN),
    ],
)  # fmt: skip
def test_the_verdict(before: Op, there: Op | None, says: str, tone: Tone) -> None:
    world = World()
    world.names = [Name(0, b"n", "authenticated", "news", "Aster")]
    assert judged(before, there, world) == (says, tone)
