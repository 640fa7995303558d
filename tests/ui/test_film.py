"""A film of a stretch: frame by frame beside the window, which stays as it is; no file unless it is whole."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from p4lab.session.simulated import Simulated
from tests.ui import runs
from ui.canvas.scene import MapView
from ui.film import Filming
from ui.focus import Focus
from ui.player import Player
from ui.presenting.reel import Film, What


class Studio:
    """A player with a run, a map of it in a window, and what films; said: what became of it."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.player = Player(Simulated)
        self.player.open(Simulated(runs.scenario()))
        self.focus = Focus()
        self.focus.select_name(0)
        self.player.watch(0)
        self.window = QWidget()
        self.window.resize(320, 200)
        theme = runs.theme()
        self.map = MapView(self.player, self.focus, theme, parent=self.window)
        self.map.resize(320, 200)
        self.filming = Filming(self.player, self.focus, theme, self.window, self.map, QLabel(self.window))
        self.said: list[str] = []
        self.filming.finished.connect(self.said.append)
        self.filming.failed.connect(self.said.append)
        self.filming.cancelled.connect(lambda: self.said.append("cancelled"))
        qtbot.addWidget(self.window)
        self.window.show()

    def film(self, film: Film) -> str:
        self.filming.start(film)
        self.qtbot.waitUntil(lambda: bool(self.said), timeout=20_000)
        return self.said.pop()


@pytest.fixture
def studio(qtbot: QtBot) -> Iterator[Studio]:
    made = Studio(qtbot)
    yield made
    made.player.close()


def decoded(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as file:
        return [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]


def test_a_film_of_the_map_leaves_the_window_as_it_is(studio: Studio, tmp_path: Path) -> None:
    studio.player.seek(1.0)
    runs.settle(studio.qtbot, studio.player)
    path = tmp_path / "film.mp4"
    said = studio.film(Film(path, 4.0, 5.0, 0.5, 5.0, (480, 270)))
    assert said == "The film is in film.mp4: 2.2 s, 11 frames."
    assert (studio.player.playhead, studio.player.speed, studio.filming.why_not()) == (1.0, None, "")
    shown = decoded(path)
    assert {frame.shape for frame in shown} == {(270, 480, 3)}
    assert len(shown) == 11
    changed = [float((np.abs(a.astype(int) - b) > 24).any(axis=2).sum()) for a, b in pairwise(shown)]
    assert all(pixels > 10 for pixels in changed), "the time in the strip moves on in each frame"
    assert max(changed) > 100, "and so does the map"
    with av.open(str(path)) as file:
        assert file.metadata["title"] == "Small"
        assert file.metadata["comment"].startswith("4 s to 5 s of the run. P4 Lab ")
        assert "seed 7" in file.metadata["comment"]


def test_a_film_is_a_function_of_the_run_alone(studio: Studio, tmp_path: Path) -> None:
    for name in ("one.gif", "two.gif"):
        studio.film(Film(tmp_path / name, 4.0, 4.4, 0.5, 5.0, (480, 270)))
        studio.player.seek(9.0)
        runs.settle(studio.qtbot, studio.player)
    assert (tmp_path / "one.gif").read_bytes() == (tmp_path / "two.gif").read_bytes()


def test_a_film_of_the_window_puts_the_playhead_back(studio: Studio, tmp_path: Path) -> None:
    studio.player.seek(6.0)
    runs.settle(studio.qtbot, studio.player)
    path = tmp_path / "window.mp4"
    studio.film(Film(path, 2.0, 3.0, 1.0, 5.0, what=What.WINDOW))
    shown = decoded(path)
    assert (len(shown), shown[0].shape[1]) == (6, 320)
    assert (studio.player.playhead, studio.player.speed) == (6.0, None)


def test_what_is_given_up_or_fails_leaves_no_file(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    studio.filming.made.connect(lambda done, _: studio.filming.cancel() if done == 3 else None)
    assert studio.film(Film(path, 0.0, 4.0, 1.0, 10.0, (240, 240))) == "cancelled"
    studio.filming.made.disconnect()
    studio.filming.made.connect(lambda done, _: studio.player.open(Simulated(runs.scenario())) if done == 3 else None)
    said = studio.film(Film(path, 0.0, 4.0, 1.0, 10.0, (240, 240)))
    assert said == "The film was given up, since another run is shown now."
    studio.filming.made.disconnect()
    said = studio.film(Film(tmp_path / "missing" / "film.mp4", 0.0, 1.0, 1.0, 10.0, (240, 240)))
    assert said.endswith("film.mp4 cannot be written: No such file or directory.")
    assert list(tmp_path.iterdir()) == []
