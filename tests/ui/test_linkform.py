"""The form of a link's conditions speaks in ms and per cent, and leaves alone what was left alone."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from p4lab.scenario.model import Link
from ui.linkform import FIELDS, LinkForm


def test_it_has_every_field_of_a_link() -> None:
    assert {field.name for field in FIELDS} == set(Link.__struct_fields__)


def test_what_is_left_alone_stays_to_the_last_digit(qtbot: QtBot) -> None:
    now = Link(latency=0.0412345678, jitter=1e-7, loss=0.123456789, bandwidth=123_456_789.0)
    form = LinkForm("Aster – Birch", now, Link())
    qtbot.addWidget(form)
    assert form.link() == now
    assert form.fields["latency"].text() == "41.235 ms"
    form.fields["loss"].setValue(25.0)
    form.fields["bandwidth"].setValue(1.0)
    assert form.link() == Link(latency=0.0412345678, jitter=1e-7, loss=0.25, bandwidth=8000.0)


def test_reset_fills_in_what_is_usual(qtbot: QtBot) -> None:
    form = LinkForm("Aster – Birch", Link(latency=0.2, loss=0.5), Link(latency=0.01))
    qtbot.addWidget(form)
    buttons = form.findChild(QDialogButtonBox)
    assert isinstance(buttons, QDialogButtonBox)
    buttons.button(QDialogButtonBox.StandardButton.Reset).click()
    assert (form.link(), form.fields["latency"].text()) == (Link(latency=0.01), "10 ms")
    buttons.button(QDialogButtonBox.StandardButton.Apply).click()
    assert form.result() == form.DialogCode.Accepted


def test_return_applies_what_was_typed(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    form = LinkForm("Aster – Birch", Link(latency=0.04), Link(latency=0.04), window)
    form.show()
    taking = [each.text() for each in form.findChildren(QPushButton) if each.isDefault() or each.autoDefault()]
    assert taking == ["Apply"], "on some desktops Reset stands first, and would take Return"
    field = form.fields["latency"]
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "200")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert (form.result(), form.link().latency) == (form.DialogCode.Accepted, 0.2)
    assert form.fields["bandwidth"].text() == "no limit"
