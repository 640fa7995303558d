"""The inspector: what was pointed at last, the way back, the pin, and what it lets go of."""

import pytest

from p4lab.scenario.model import Link
from p4lab.world.stock import Total
from tests.ui.panels import tale
from ui.panels.inspector import Inspector
from ui.panels.inspector_text import bandwidth, conditions, faults, owes, totals
from ui.subject import NOTHING, Subject, What

NEWS_AT_CEDAR = Subject(What.ANSWER, 5)
ASTER, CEDAR = Subject(What.PROVIDER, tale.ASTER), Subject(What.PROVIDER, tale.CEDAR)


@pytest.fixture
def told(qtbot, themes):
    player, focus = tale.opened(qtbot)
    made = Inspector(player, focus, themes)
    qtbot.addWidget(made)
    yield made, focus, player
    player.close()


def test_titles(told) -> None:
    made, _, player = told
    spelled = {
        subject: subject.title(player.world, player.trace)
        for subject in (NEWS_AT_CEDAR, ASTER, Subject(What.LINK, 0, 2), Subject(What.KEY, 0), Subject(What.MESSAGE, 19))
    }
    assert list(spelled.values())[:4] == ["get of news/1 at Cedar", "Aster", "Aster – Cedar", "news/1"]
    assert Subject(What.MESSAGE, 1).title(player.world, player.trace) == ""  # no message
    assert made.subject == NOTHING


def test_it_follows_goes_back_and_forward_and_holds(told) -> None:
    made, focus, _ = told
    focus.select_op(5)
    focus.select_provider(tale.ASTER)
    focus.choose_link(2, 0)
    assert made.subject == Subject(What.LINK, 0, 2)
    made.back()
    made.back()
    assert (made.subject, made.can_step(-1), made.can_step(1)) == (NEWS_AT_CEDAR, True, True)
    made.forward()
    assert made.subject == ASTER
    focus.select_provider(tale.CEDAR)  # another way: what was forward is forgotten
    assert (made.subject, made.can_step(1)) == (CEDAR, False)
    made.pinned = True
    focus.select_op(2)
    assert made.subject == CEDAR


def test_what_is_selected_no_more_is_told_no_more(told) -> None:
    made, focus, _ = told
    focus.select_provider(tale.ASTER)
    focus.select_op(5)
    focus.select_op(None)
    assert made.subject == ASTER
    focus.choose(())
    assert made.subject == NOTHING


def test_a_key_page_follows_the_key(told) -> None:
    made, focus, player = told
    made.look(Subject(What.KEY, 0))
    wiki = player.world.find("wiki/1")
    focus.select_name(wiki.index)
    assert made.subject == Subject(What.KEY, wiki.index)


def test_words() -> None:
    usual, bad = Link(latency=0.04), Link(latency=0.08, loss=0.05, bandwidth=8000.0)
    assert (faults(usual, usual), faults(bad, usual)) == ("40 ms", "80 ms, 5 % lost (else 40 ms)")
    assert [row for row in conditions(bad, usual) if row[3]] == [
        ("Latency", "80 ms", "40 ms", True), ("Loss", "5 %", "0 %", True), ("Bandwidth", "1.0 kB/s", "no limit", True),
    ]  # fmt: skip
    assert bandwidth(0) == "no limit"
    assert totals([Total("L", 2, 3, 1200), Total("C", 1, 1, 0)]) == "3 own, 1 cached · 1.2 kB of values"
    assert totals([Total("L", 0, 0, 0)]) == "Nothing is stored here yet."


def test_names_that_are_owed(told) -> None:
    world = told[2].world
    assert [owes(world, found) for found in ([], [0], [0, 1, 2, 3])] == [
        "",
        "1: news/1",
        "4: news/1, nothing, wiki/1 and 1 more",
    ]
