"""The form for a film: it says how long the film will be, and refuses what makes no sense."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from ui.presenting.filmform import FilmForm
from ui.presenting.reel import Film, What


def test_it_offers_what_suits_the_kind_and_says_how_long_it_will_be(qtbot: QtBot) -> None:
    form = FilmForm(20.0, 2.0, 8.0, 0.52)
    qtbot.addWidget(form)
    assert form.film(Path("a.mp4")) == Film(Path("a.mp4"), 2.0, 8.0, 0.5, 25.0, (1280, 720), What.MAP)
    assert form.says.text() == "It will be 12.0 s long, 301 frames."
    form.kind.setCurrentIndex(1)
    form.what.setCurrentIndex(1)
    assert form.film(Path("a.gif")) == Film(Path("a.gif"), 2.0, 8.0, 0.5, 10.0, (640, 360), What.WINDOW)
    assert (form.pixels.isEnabled(), form.pixels.toolTip()) == (False, "The window is filmed as large as it is")


def test_what_makes_no_sense_is_refused_with_a_sentence(qtbot: QtBot) -> None:
    form = FilmForm(20.0, 0.0, 20.0, None)
    qtbot.addWidget(form)
    assert (form.film(Path("a.mp4")).speed, form.record.isEnabled()) == (None, True)
    form.start.setValue(20.0)
    assert (form.record.isEnabled(), form.record.toolTip()) == (False, "The end must be later than the start.")
    form.start.setValue(0.0)
    form.speed.setCurrentIndex(1)
    assert (form.record.isEnabled(), form.says.text()[:26]) == (False, "50\u202f001 frames are too many")
