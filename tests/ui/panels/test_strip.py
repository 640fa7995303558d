"""The strip in each mode: the next event while one watches, rates while the run hurries."""

import re

import pytest

from tests.ui import runs
from tests.ui.desk import Desk
from ui.modes import EXPRESS, FAST
from ui.panels.strip import Strip, rounded


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0.1234, "0.12"), (3.456, "3.5"), (74.9, "75"), (152_345.0, "150\u202f000"), (0.0, "0")],
)
def test_rates_have_two_figures(value: float | None, text: str) -> None:
    assert rounded(value) == text


def test_it_says_what_a_step_will_bring(desk: Desk) -> None:
    strip: Strip = desk.window.transport.strip
    desk.seek(8.0)
    desk.seek(4.0)
    said = re.fullmatch(r"Next: (.+) · at (.+) s, in (.+)", strip.text)
    assert said is not None
    desk.window.acts["step"].trigger()
    runs.settle(desk.qtbot, desk.player)
    assert f"{desk.player.playhead:.3f}" == said[2]
    shown = [chip.isChecked() for chip in strip.chips.values()]
    assert (shown, strip.update_button.isVisible()) == ([True, False, False], False)


def test_it_counts_what_is_passed_in_fast_and_what_is_made_in_express(desk: Desk) -> None:
    strip, player = desk.window.transport.strip, desk.player
    desk.seek(20.0)  # known to its end: Fast passes events that were made before
    desk.seek(1.0)
    player.setMode(FAST)
    player.setSpeed(8.0)
    player.play()
    desk.qtbot.waitUntil(lambda: "to go" in strip.text)
    assert re.fullmatch(
        r"[\d\u202f.]+ events/s · [\d.]+ simulated s per s · [\d\u202f.]+ events per simulated s · .+", strip.text
    )
    assert (strip.update_button.isVisible(), strip.chips["fast"].isChecked()) == (False, True)
    player.pause()
    assert strip.text.startswith("Next: ")
    player.setMode(EXPRESS)
    assert not strip.update_button.isVisible()


def test_seen_as_a_provider_it_tells_nothing_of_what_comes(desk: Desk) -> None:
    desk.window._focus.eyes.see_as(0)
    assert desk.window.transport.strip.text == "Aster does not know what happens next."
