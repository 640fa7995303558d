"""The harm of misbehaviour in the details: of a run told by hand, at the playhead, for a liar and for the run."""

import pytest
from PySide6.QtWidgets import QGridLayout, QLabel

from p4lab.core.events import Misbehaving, Noticed, Rejected
from p4lab.metrics import Metrics
from tests.streams import Run
from tests.ui.panels.tale import Told
from ui.focus import Focus
from ui.panels.details import DetailsPanel
from ui.panels.harm_text import Harm, harm
from ui.player import Player

ASTER, BIRCH, CEDAR = range(3)
NO_HARM = tuple((word, "0", "0") for word in ("Stale", "Missed", "Wrong", "Refused", "In all"))


def run() -> Run:
    """Birch misbehaves from 3 s. A customer of it reads an old version at 6 s; at 8 s one of Cedar's gets nothing."""
    made = Run(3)
    first = made.put(1.0, ASTER, "news/1", 1)
    replica = made.store(1.1, BIRCH, "news/1", "R", 1, origin=first)
    made.trace.emit(Misbehaving(node=BIRCH, switches=("drop_external_puts", "under_report=0.5")), 3.0, 0)
    made.put(5.0, ASTER, "news/1", 2)
    made.finish(6.0, made.get(6.0, BIRCH, "news/1"), "replica", 1, copy=replica)
    made.trace.emit(Rejected(node=CEDAR, op=4, nid=b"n" * 32, src=BIRCH, code="E_BAD_SIG"), 7.9, 0)
    made.trace.emit(Noticed(node=CEDAR, op=4, nid=b"n" * 32, src=BIRCH, code="E_REFUSED"), 7.9, 0)
    made.finish(8.0, made.get(7.9, CEDAR, "news/1"), outcome="PARTIAL", silent=(BIRCH,))
    return made


@pytest.fixture
def counted() -> Metrics:
    metrics = Metrics("Told", 1)
    metrics.step(run().trace[:])
    return metrics


def test_nothing_is_said_before_somebody_misbehaves_nor_of_who_does_not(counted: Metrics) -> None:
    assert (harm(counted, 2.9), harm(counted, 2.9, "Birch"), harm(counted, 20.0, "Cedar")) == (None, None, None)


def test_it_grows_with_the_playhead(counted: Metrics) -> None:
    assert harm(counted, 3.5, "Birch") == Harm(
        "What the misbehaving has cost", (), ("", "Birch’s customers", "All others"),
        (("Gets", "0", "0"), *NO_HARM), (("Caught", "nothing yet"),),
    )  # fmt: skip
    assert harm(counted, 20.0) == Harm(
        "What the misbehaving has cost",
        ("Birch: drops what others put, reports too few gets",),
        ("", "Birch’s customers", "All others"),
        (
            ("Gets", "1", "1"), ("Stale", "1 (100 %)", "0"), ("Missed", "0", "1 (100 %)"), ("Wrong", "0", "0"),
            ("Refused", "0", "0"), ("In all", "1 (100 %)", "1 (100 %)"),
        ),
        (
            ("Caught", "1 × a signature that does not fit; 1 × a question that was refused"),
            ("Reported", "0.5 of 1 get of others’ data"),
            ("Unreported", "0.5, of which the others saw 0 themselves"),
        ),
    )  # fmt: skip


def test_of_several_liars_all_is_told_together_with_who_they_are() -> None:
    made = run()
    made.trace.emit(Misbehaving(node=ASTER, switches=("refuse_own_customers",)), 9.0, 0)
    made.refused(9.5, ASTER, "news/1", "E_REFUSED")
    metrics = Metrics("Told", 1)
    metrics.step(made.trace[:])
    found = harm(metrics, 20.0, "Aster")
    assert found is not None
    assert (found.title, found.who, found.head, found.rows[-1]) == (
        "What all misbehaving has cost",
        ("Birch: drops what others put, reports too few gets", "Aster: refuses its own customers"),
        ("", "Their customers", "All others"),
        ("Puts refused", "1 of 1", "0 of 1"),
    )


def test_the_panel_shows_the_table_of_a_liar_and_of_the_run(qtbot, themes) -> None:
    session = Told(run().trace)
    player, focus = Player(lambda *_: session), Focus()
    player.open(session)
    panel = DetailsPanel(player, focus, themes)
    qtbot.addWidget(panel)

    def cells() -> list[str]:
        panel.refresh()
        grids = panel.widget().findChildren(QGridLayout)
        found = [grid.itemAt(place).widget() for grid in grids for place in range(grid.count())]
        return [cell.text() for cell in found if isinstance(cell, QLabel)]

    seen = {}
    for t, node in ((2.0, None), (20.0, None), (20.0, BIRCH), (20.0, CEDAR)):
        player.seek(t)
        panel.look(provider=node)
        qtbot.waitUntil(lambda: player.work is None)
        seen[t, node] = cells()[:9]
    table = ["", "Birch’s customers", "All others", "Gets", "1", "1", "Stale", "1 (100\u00a0%)", "0"]
    assert seen == {(2.0, None): [], (20.0, None): table, (20.0, BIRCH): table, (20.0, CEDAR): []}
    player.close()
