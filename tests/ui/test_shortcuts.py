"""Keys that a person has chosen: one action each, kept in the settings, and what is wrong there is said."""

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from ui.rows import Row
from ui.shortcuts import Shortcuts


def rows() -> list[Row]:
    return [
        Row("play", "Play", "Run", lambda: None, ("Space", ".")),
        Row("step", "Step", "Run", lambda: None, ("F4",)),
        Row("quiet", "Quiet", "View", lambda: None),
    ]


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


def of(shortcuts: Shortcuts) -> dict[str, tuple[str, ...]]:
    return {row.id: shortcuts.keys(row) for row in rows()}


def test_a_key_moves_from_one_action_to_another_and_is_kept(settings: QSettings) -> None:
    chosen = Shortcuts(rows(), settings)
    owner = chosen.owner("f4", but="play")
    assert owner is not None
    assert owner.id == "step"
    chosen.give("play", "F4", instead_of="Space")
    chosen.give("quiet", "Ctrl+Shift+Q")
    changed = {"play": ("F4", "."), "step": (), "quiet": ("Ctrl+Shift+Q",)}
    assert of(chosen) == changed
    assert (of(Shortcuts(rows(), settings)), Shortcuts(rows(), settings).faults) == (changed, [])
    chosen.drop("quiet", "Ctrl+Shift+Q")
    assert (chosen.keys(rows()[2]), chosen.is_changed(rows()[2])) == ((), False)


def test_reset_of_one_takes_its_key_back_and_of_all_everything(settings: QSettings) -> None:
    chosen = Shortcuts(rows(), settings)
    chosen.give("play", "F4", instead_of="Space")
    chosen.reset("step")
    assert of(chosen) == {"play": (".",), "step": ("F4",), "quiet": ()}
    chosen.reset_all()
    assert of(chosen) == {row.id: row.keys for row in rows()}
    assert settings.value("keys") == "{}"


@pytest.mark.parametrize("key", ["Tab", "Esc", "Left", "", "Nonsense+Q+"])
def test_some_keys_are_nobody_s(settings: QSettings, key: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        Shortcuts(rows(), settings).give("step", key)


@pytest.mark.parametrize(
    ("kept", "faults"),
    [
        ("{", ["The keys that you had chosen cannot be read; all keys are the usual ones."]),
        ('{"step": 4}', ["The keys that you had chosen cannot be read; all keys are the usual ones."]),
        ('{"gone": ["F9"]}', ["You had chosen keys for “gone”, which is no action any more."]),
        (
            '{"quiet": ["Esc"]}',
            ["The key “Esc” that you had chosen for “Quiet” is left out. Escape closes or leaves what is open."],
        ),
        ('{"quiet": ["F4"]}', ["F4 is for “Quiet”, as you chose, and no more for “Step”."]),
    ],
)
def test_bad_settings_are_left_out_with_a_sentence(settings: QSettings, kept: str, faults: list[str]) -> None:
    settings.setValue("keys", kept)
    chosen = Shortcuts(rows(), settings)
    assert chosen.faults == faults
    assert chosen.keys(rows()[0]) == ("Space", ".")
    everybody = [key for row in rows() for key in chosen.keys(row)]
    assert len(everybody) == len(set(everybody))
