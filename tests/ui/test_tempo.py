"""The pace follows the messages of the watched name, and those that open and fill sessions."""

from p4lab.core.messages import GETQ
from tests.ui import troubled
from tests.ui.panels.tale import Told
from ui.run import Run
from ui.tempo import Tempo


def told() -> Run:
    trace = troubled.trace()
    trace.sent(15.0, 15.08, 0, 9, 112, 0, 1, GETQ, 0, 0)  # of an operation that nobody knows
    made = Run(Told(trace))
    made.advance(troubled.DURATION, 1.0)
    return made


def test_a_hello_slows_time_whatever_name_is_watched() -> None:
    run, tempo = told(), Tempo()
    assert tempo.hop(run, 4.02) is None
    tempo.watched = 0
    assert (tempo.hop(run, 4.02), tempo.hop(run, 4.5), tempo.hop(run, 15.04)) == (4.04 - 4.0, None, None)


def test_quiet_ends_where_something_watched_leaves() -> None:
    run, tempo = told(), Tempo()
    tempo.watched = 0
    assert tempo.until_leaving(run, 3.0, 10.0, 0.01) == 4.0
    assert tempo.until_leaving(run, 5.0, 10.0, 0.01) == 10.0


def test_looking_for_it_ends_with_its_time() -> None:
    run, tempo = told(), Tempo()
    tempo.watched = 0
    assert tempo.until_leaving(run, 5.0, 10.0, 0.0) == 5.0
