"""The lesson and its expectations."""

import pytest

from p4lab.scenario.model import Expect
from tests.ui.panels import tale
from ui.panels.lesson import LessonPanel

EXPECTS = (
    Expect("gets.total", equals=4, says="Four gets in all."),
    Expect("staleness.share", between=(0.0, 0.1), says="Hardly any is stale."),
    Expect("puts.total", equals=8),
)


@pytest.fixture
def make(qtbot, themes):
    players = []

    def made(**scenario):
        player, _ = tale.opened(qtbot, **scenario)
        players.append(player)
        panel = LessonPanel(player, themes)
        qtbot.addWidget(panel)
        panel.show()
        qtbot.wait(40)
        panel.refresh()
        return panel, player

    yield made
    for player in players:
        player.close()


def lines(panel):
    return [line.replace("\xa0", " ") for line in panel.page.toPlainText().splitlines()]


def test_the_lesson_is_markdown_and_a_run_known_to_its_end_is_judged(make):
    panel, _ = make(about="# Tale\nAll of it is **true**.", expect=EXPECTS)
    assert lines(panel) == [
        "Tale", "All of it is true.", "What this run must show", "It does in 2 of 3.",
        "✓  Four gets in all.", "gets.total is 4, as expected 4",
        "✗  Hardly any is stale.", "staleness.share is 0.666667, not expected between 0 and 0.1",
        "✓  puts.total equals 8", "puts.total is 8, as expected 8",
    ]  # fmt: skip


def test_before_the_end_nothing_is_judged(make, qtbot):
    panel, player = make(expect=EXPECTS)
    player.open(tale.Told(tale.tale(), expect=EXPECTS))
    panel.refresh()
    assert lines(panel)[-7:] == [
        "What this run must show", "Play to the end to see whether it does.",
        "○  Four gets in all.", "gets.total equals 4",
        "○  Hardly any is stale.", "staleness.share between 0 and 0.1",
        "○  puts.total equals 8",
    ]  # fmt: skip


def test_no_lesson_says_what_would_be_here(make):
    panel, _ = make()
    assert lines(panel) == ["This scenario tells no lesson. What its file says under about is shown here, as Markdown."]


def test_nothing_is_loaded_from_anywhere(make, tmp_path):
    picture = tmp_path / "secret.png"
    picture.write_bytes(b"x")
    panel, _ = make(
        about=f"![here]({picture.as_uri()}) ![there](https://example.org/x.png) [link](https://example.org)"
    )
    assert panel.page.loadResource(2, picture.as_uri()).isEmpty()
    assert not panel.page.openLinks()
    assert not panel.page.openExternalLinks()
