"""The form of a new live lab: what is open, a lesson or a pattern, and what it says of each."""

from pathlib import Path

import msgspec
from pytestqt.qtbot import QtBot

from tests.ui import runs
from ui.forms.lab import LabForm, describe
from ui.theme import LIGHT
from ui.welcome import shipped


def _form(qtbot: QtBot, here: bool = True) -> LabForm:
    lessons: list[tuple[Path, str]] = [(path, title) for path, (title, _) in shipped()]
    form = LabForm(LIGHT, runs.scenario() if here else None, lessons)
    qtbot.addWidget(form)
    return form


def test_what_is_open_comes_first_and_its_seed_can_be_another(qtbot: QtBot) -> None:
    form = _form(qtbot)
    assert (form.source.currentText(), form.count.value(), form.count.isEnabled()) == ("What is open: Small", 5, False)
    assert form.scenario() == runs.scenario()
    form.seed.setValue(99)
    assert form.scenario() == msgspec.structs.replace(runs.scenario(), seed=99)


def test_a_lesson_says_what_it_is_and_a_pattern_has_as_many_as_one_likes(qtbot: QtBot) -> None:
    form = _form(qtbot, here=False)
    assert form.source.currentText() == "Three regimes side by side"
    assert (form.scenario().title, form.says.text()) == ("Three regimes side by side", describe(form.scenario()))
    form.source.setCurrentText("A pattern: star")
    assert (form.count.value(), form.count.isEnabled()) == (8, True)
    form.count.setValue(1)
    assert (form.rows.may_apply(), form.rows.says("count")) == (False, "A star has at least 2.")
    form.count.setValue(12)
    assert (form.rows.may_apply(), len(form.scenario().provider)) == (True, 12)


def test_the_sentence_counts_who_asks() -> None:
    says = describe(runs.scenario())
    assert says.startswith("A small run. 5 providers on this machine, over links as slow as real ones. About 6.6 puts")
