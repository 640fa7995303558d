"""Both themes are readable, cover the application, and are the only place that names a colour."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QVBoxLayout, QWidget

from p4lab.core import messages, names
from ui import theme
from ui.stylesheet import stylesheet

THEMES = [theme.LIGHT, theme.DARK]
UI = Path(theme.__file__).parent


@pytest.fixture
def switch(qapp: QApplication):
    """A switch, and the application as it was afterwards."""
    font, palette = qapp.font(), qapp.palette()
    made = theme.ThemeSwitch(qapp)
    yield made
    qapp.setStyleSheet("")
    qapp.setPalette(palette)
    qapp.setFont(font)
    qapp.styleHints().colorSchemeChanged.disconnect(made._follow)
    made.deleteLater()


@pytest.mark.parametrize("look", THEMES, ids=lambda look: look.name)
def test_text_is_readable_on_every_surface(look):
    surfaces = [look.window, look.field, look.map, look.node, look.plot, look.hover, look.accent_soft]
    texts = {
        "text": (look.text, 10.0),
        "muted": (look.muted, 4.5),
        "stale_text": (look.stale_text, 4.5),
        "accent_text": (look.accent_text, 4.5),
        **{regime.word: (regime.ink, 4.5) for regime in look.regimes.values()},
    }
    faults = [
        (name, surface.name(), round(theme.contrast(colour, surface), 2))
        for name, (colour, least) in texts.items()
        for surface in surfaces
        if theme.contrast(colour, surface) < least
    ]
    assert faults == []
    assert theme.contrast(look.on_accent, look.accent) > 4
    assert theme.contrast(look.on_stale, look.stale) > 3.5


@pytest.mark.parametrize("look", THEMES, ids=lambda look: look.name)
def test_every_regime_is_told_by_its_border_too(look):
    by_code = {regime.code: look.regimes[regime.code].word for regime in names.Regime}
    assert by_code == {regime.code: regime.value for regime in names.Regime}
    assert [look.regimes[code].border for code in (1, 2, 3)] == ["solid", "dashed", "double"]
    assert [look.regimes[code].colour.name() for code in (1, 2, 3)] == ["#e69f00", "#56b4e9", "#009e73"]
    assert min(theme.contrast(regime.edge, look.map) for regime in look.regimes.values()) > 3
    assert look.regime(77) is look.regimes[0]
    assert look.regime_named("put-broadcast-key") is look.regimes[2]
    assert look.regime_pen(2, 3.0).style() == Qt.PenStyle.DashLine


@pytest.mark.parametrize("look", THEMES, ids=lambda look: look.name)
def test_what_texts_call_amber_and_deep_orange_looks_so(look):
    assert 35 <= look.regimes[1].colour.hue() <= 50, "amber"
    assert 18 <= look.stale.hue() <= 30, "deep orange, and not red"
    texts = [UI.parent / "README.md", *sorted((UI.parent / "scenarios").glob("*.toml"))]
    wrong = re.compile(r"turns? red|red triangle|turn orange|green again")
    called = {path.name: wrong.findall(path.read_text()) for path in texts}
    assert {name: found for name, found in called.items() if found} == {}


def test_shapes_are_those_of_the_message_kinds():
    between_providers = {code for code in messages.CODE_NAMES if code < messages.ACCESS}
    assert set(theme.SHAPES) == between_providers
    assert set(theme.LIGHT.kinds) == set(theme.DARK.kinds) == between_providers
    assert theme.SHAPES[messages.UPDATE] == "triangle"
    assert theme.SHAPES[messages.GETQ] == theme.SHAPES[messages.FETCH] == "circle"
    assert theme.SHAPES[messages.GETR] == theme.SHAPES[messages.FETCHR] == "square"


def test_no_other_file_names_a_colour():
    literal = re.compile(
        r"""["']#[0-9a-fA-F]{3,8}["']|QColor\(\s*["'\d]|GlobalColor\.|Qt\.(red|white|black|gr[ae]y)\b"""
    )
    found = {
        f"{path.relative_to(UI)}:{number}": line.strip()
        for path in sorted(UI.rglob("*.py"))
        if path.name != "theme.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if literal.search(line.replace("GlobalColor.transparent", ""))
    }
    assert found == {}


def test_the_stylesheet_uses_only_colours_of_the_theme():
    for look in THEMES:
        used = set(re.findall(r"#[0-9a-f]{6}", stylesheet(look.colours())))
        assert used <= {colour.name() for colour in look.colours().values()}


def test_the_switch_overrides_the_system_and_says_so(switch, qapp, qtbot):
    assert switch.current is theme.LIGHT  # no desktop here to ask for dark
    with qtbot.waitSignal(switch.changed):
        switch.choose("dark")
    assert switch.current is theme.DARK
    assert qapp.palette().window().color() == theme.DARK.window
    with qtbot.assertNotEmitted(switch.changed):
        switch.choose("dark")
    with qtbot.waitSignal(switch.changed):
        switch.choose("system")
    assert switch.current is theme.LIGHT


def test_the_switch_scales_all_text(switch, qtbot):
    before = theme.font("title").pointSizeF()
    with qtbot.waitSignal(switch.changed):
        switch.set_scale(1.5)
    assert theme.font("title").pointSizeF() == pytest.approx(before * 1.5)


def test_dark_reaches_the_pixels_of_plain_widgets(switch, qtbot):
    switch.choose("dark")
    box = QWidget()
    qtbot.addWidget(box)
    rows = QVBoxLayout(box)
    rows.addWidget(QLabel("text"))
    rows.addWidget(QComboBox())
    box.resize(200, 120)
    picture = box.grab().toImage()
    light = [picture.pixelColor(x, y).lightness() > 128 for x in range(200) for y in range(120)]
    assert picture.pixelColor(1, 1) == theme.DARK.window
    assert 0 < sum(light) < len(light) / 20  # the text alone
