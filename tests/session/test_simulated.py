"""A simulated run is (scenario, seed, commands): commands at the playhead, forks, and saving what was done by hand."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from p4lab.core.commands import Get, Note, Put
from p4lab.core.events import GetStarted
from p4lab.core.names import Regime
from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import Do
from p4lab.scenario.read import parse
from p4lab.scenario.write import dumps
from p4lab.session.simulated import Simulated
from tests.session.runs import TEXT, finish

# Of TEXT with real signatures, whatever the platform and the Python. It changes only where the protocol, the order of
# events or their fields change, on purpose.
DIGEST = "0ded1ed9b685c7862e0af617627f075ffca41a06963b4fe7c34c6edee891870f"


def to(session: Simulated, t: float) -> None:
    """Advance to t, however many calls it takes."""
    while session.advance(t) < t:
        pass


def test_the_digest_is_the_same_everywhere() -> None:
    session = Simulated(parse(TEXT))
    finish(session)
    assert session.trace.digest() == DIGEST


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_the_digest_does_not_hang_on_hashing(hash_seed: str) -> None:
    code = (
        "from tests.session.runs import TEXT, finish\n"
        "from p4lab.scenario.read import parse\n"
        "from p4lab.session.simulated import Simulated\n"
        "session = Simulated(parse(TEXT)); finish(session); print(session.trace.digest())"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(root)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == DIGEST


def test_a_command_takes_effect_at_the_playhead() -> None:
    session = Simulated(parse(TEXT))
    to(session, 7.0)
    at = session.submit(Get("Cedar", "news/1"), 7.0)
    assert at == 7.000001
    to(session, 7.5)
    by_hand = [e for e in session.trace.slice(0, len(session.trace)) if isinstance(e, GetStarted) and e.t == at]
    assert [(e.node, e.key, e.owner, e.workload) for e in by_hand] == [(2, "news/1", "Aster", "by hand")]


def test_a_command_at_an_events_very_time_comes_after_it_in_every_run() -> None:
    session = Simulated(parse(TEXT))
    to(session, 6.0)  # where the scenario has a command of its own
    session.submit(Note("same time"), 6.0)
    session.submit(Note("and another"), 6.0)
    finish(session)
    again = Simulated(session.scenario, session.commands)
    finish(again)
    assert again.trace.digest() == session.trace.digest()


def test_what_was_done_by_hand_is_saved_and_runs_again() -> None:
    session = Simulated(parse(TEXT))
    to(session, 3.0)
    session.submit(Put("Birch", "by hand", "k43", regime=Regime.VALUE), 3.0)
    to(session, 9.9)
    session.submit(Get("Aster", "k43", owner="Birch"), 9.9)
    finish(session)
    scenario = session.scenario
    saved = msgspec.structs.replace(scenario, do=(*scenario.do, *session.commands))
    again = Simulated(parse(dumps(saved)))
    finish(again)
    assert again.trace.digest() == session.trace.digest()


def test_a_fork_shares_the_past_and_not_the_future() -> None:
    session = Simulated(parse(TEXT))
    to(session, 5.5)
    session.submit(Note("kept"), 5.5)
    to(session, 12.0)
    session.submit(Note("not in the fork"), 12.0)
    finish(session)
    fork = session.fork(8.0)
    to(fork, 8.0)
    assert fork.commands == [Do(5.500001, Note("kept"))]
    assert list(fork.trace.slice(0, len(fork.trace))) == list(session.trace.slice(0, session.trace.index_at(8.0)))
    fork.submit(Put("Cedar", "x", "k44"), 8.0)
    finish(fork)
    assert fork.trace.digest() != session.trace.digest()


def test_what_cannot_be_done_is_refused_in_a_sentence() -> None:
    session = Simulated(parse(TEXT))
    to(session, 5.0)
    with pytest.raises(ValueError, match=r"4\.000000 s is in the past of this run, which is known to 5\.000000 s"):
        session.submit(Note("too late"), 4.0)
    with pytest.raises(ValueError, match="the run ends at 20 s"):
        session.submit(Note("too far"), 20.0)
    with pytest.raises(ScenarioError, match='did you mean "Aster"'):
        session.submit(Get("Astre", "k"), 5.0)
    assert session.commands == []


def test_another_seed_is_another_run_of_the_same_plan() -> None:
    session = Simulated(parse(TEXT))
    to(session, 5.0)
    session.submit(Note("stays"), 5.0)
    other, same = session.with_seed(12), session.with_seed(11)
    for each in (session, other, same):
        finish(each)
    assert other.commands == same.commands == session.commands
    assert same.trace.digest() == session.trace.digest() != other.trace.digest()
