"""The forms of a provider and of an organisation: what is wrong is said beside the field while one types."""

from pytestqt.qtbot import QtBot

from ui.forms.organisation import OrganisationForm, OrganisationWish
from ui.forms.provider import ProviderForm, ProviderWish


def check(wish: ProviderWish) -> dict[str, str]:
    return {"name": "It needs a name."} if not wish.name else {}


def test_a_wish_is_what_stands_there_and_numbers_left_alone_stay(qtbot: QtBot) -> None:
    was = ProviderWish("Aster", 120, 0.0012345678, "", "local")
    form = ProviderForm(was, ["Birch"], check, "Now.", {"attach": "Go to the start."})
    qtbot.addWidget(form)
    assert form.wish() == was
    assert (form.mode.isEnabled(), form.mode.toolTip()) == (False, "Go to the start.")
    form.name.setText("")
    assert form.rows.says("name") == "It needs a name."
    assert not form.rows.may_apply()
    form.name.setText(" Fern ")
    form.delay.setValue(5.0)
    form.above.setCurrentIndex(1)
    assert form.rows.may_apply()
    assert form.wish() == ProviderWish("Fern", 120, 0.005, "Birch", "local")


def test_an_organisation_keeps_the_latency_that_it_shares(qtbot: QtBot) -> None:
    was = OrganisationWish("House", "Aster")
    form = OrganisationForm(was, ["Aster", "Birch"], 0.01, lambda _: {}, "Now.", {})
    qtbot.addWidget(form)
    assert (form.latency.value(), form.wish()) == (10.0, was)
    form.at.setCurrentText("Birch")
    form.latency.setValue(25.0)
    form.store.setChecked(False)
    assert form.wish() == OrganisationWish("House", "Birch", 20, False, 0.025)
