"""A network from a pattern: the form makes what the generator makes, and shows it while one chooses."""

from pytestqt.qtbot import QtBot

from p4lab.topology.generate import KINDS, generate
from ui.forms.pattern import PREVIEW, PatternForm
from ui.theme import LIGHT


def test_the_form_gives_the_network_that_it_shows(qtbot: QtBot) -> None:
    form = PatternForm(LIGHT)
    qtbot.addWidget(form)
    assert form.kind.count() == len(KINDS)
    form.kind.setCurrentIndex(form.kind.findData("small world"))
    form.count.setValue(20)
    form.seed.setValue(3)
    form.numbers["rewired"].setValue(0.3)
    assert form.scenario() == generate("small world", 20, 3, peers=4, rewired=0.3)
    qtbot.waitUntil(lambda: form.picture.accessibleName() == "Picture of the network: 20 providers", timeout=2000)
    form.count.setValue(PREVIEW + 80)
    qtbot.waitUntil(lambda: f"{PREVIEW} providers" in form.picture.accessibleName(), timeout=2000)
    assert form.picture.note == f"the picture shows {PREVIEW} of {PREVIEW + 80}"
    form.kind.setCurrentIndex(form.kind.findData("ring"))
    form.count.setValue(1)
    assert form.rows.says("count") == "A ring has at least 3."
    assert not form.rows.may_apply()
