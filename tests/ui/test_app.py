"""A fault inside stops time and is answered with a sentence; the traceback goes to stderr alone."""

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from p4lab.session.simulated import Simulated
from tests.ui import runs
from ui.app import build, report_to


def test_a_fault_becomes_a_sentence(qtbot: QtBot, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    window = build(application, QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat), "light")
    window.player.open(Simulated(runs.scenario()))
    window.player.play()
    try:
        raise KeyError("lost")
    except KeyError:
        kind, fault, trace = sys.exc_info()
    assert kind is not None
    assert fault is not None
    report_to(window)(kind, fault, trace)
    assert not window.player.playing
    assert window.notice.text.startswith("Something inside P4 Lab failed (KeyError: 'lost'). Time is stopped;")
    assert "Traceback" in capsys.readouterr().err
    window.close()
    window.deleteLater()
