"""Saves the run in the window as a recording, behind everything else that a person does.

Rules: no Qt. What is known by now is saved; what became of it is told in a sentence.
"""

from collections.abc import Callable
from pathlib import Path

from p4lab import __version__
from p4lab.session.keep import Keeping
from p4lab.session.replay import RecordingError
from ui.errands import Errand
from ui.run import Run
from ui.words import clock

Tell = Callable[[str], None]


def keep(run: Run, path: Path, said: Tell, failed: Tell) -> Errand | None:
    """What is to be done for it; None, and told, where it cannot even begin."""
    try:
        keeping = Keeping(run.session, path, run.known, __version__)
    except RecordingError as fault:
        failed(f"It was not saved. {fault}")
        return None
    upto = "" if run.complete else f" up to {clock(run.known)}, as far as it is known,"
    told: list[str] = []

    def work(budget: float) -> bool:
        try:
            return keeping.work(budget)
        except RecordingError as fault:
            told.append(str(fault))
            return True

    def tell() -> None:
        if told:
            failed(f"It was not saved. {told[0]}")
        else:
            said(f"The run{upto} is saved as {path.name}.")

    return Errand(f"Saving {path.name}", work, lambda: keeping.share, then=tell, given_up=keeping.give_up)
