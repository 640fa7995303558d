"""`p4lab gui`, `screenshot` and `film` as a terminal sees them: in processes of their own, without a display."""

import functools
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtGui import QImage

from p4lab import resources
from p4lab.scenario.write import write
from tests.ui import runs
from ui.display import QT_PACKAGES


def _p4lab(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run it in `folder`. The environment has no display and no wish for a platform."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, [environment.pop("PYTHONPATH", ""), root, kept.get("PYTHONPATH", "")]))
    command = [sys.executable, "-m", "p4lab", *arguments]
    whole = kept | {"PYTHONPATH": path} | environment
    return subprocess.run(command, cwd=folder, env=whole, capture_output=True, text=True, timeout=100, check=False)


def test_without_a_display_gui_plays_prints_and_takes_a_picture(tmp_path: Path) -> None:
    done = _p4lab(tmp_path, "gui")
    lines = done.stdout.splitlines()
    picture = Path(lines[-1].split()[-1])
    assert (done.returncode, done.stderr) == (0, "")
    assert lines[0].startswith("There is no display here")
    assert lines[1].startswith("Three regimes side by side: 60 s, seed ")
    assert (picture.parent, QImage(str(picture)).size().toTuple()) == (tmp_path / "out", (1440, 900))


def test_a_screenshot_has_its_size_and_theme_and_comes_from_a_recording_too(tmp_path: Path) -> None:
    write(runs.scenario(), tmp_path / "small.toml")
    recorded = _p4lab(tmp_path, "run", "small.toml", "--record", "small.p4rec")
    assert recorded.returncode == 0, recorded.stderr
    lightness = []
    for source, theme in (("small.toml", "light"), ("small.p4rec", "dark")):
        done = _p4lab(
            tmp_path, "screenshot", source, "--at", "3", "--size", "1000x640", "--theme", theme, "-o", "a.png"
        )
        image = QImage(str(tmp_path / "a.png"))
        assert (done.returncode, done.stdout, done.stderr) == (0, f"{source} at 3.000 s: a.png\n", "")
        assert image.size().toTuple() == (1000, 640)
        lightness.append(image.pixelColor(300, 4).lightness())
    assert lightness[0] > 200 > 60 > lightness[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--size", "huge"], "p4lab: --size huge: write width x height in pixels, such as 1440x900"),
        (["-o", "a.jpg2"], "p4lab: -o a.jpg2: a picture is a PNG file: write a name that ends in .png"),
        (["--theme", "pink"], "p4lab: --theme pink: write light or dark"),
        (["--at", "99"], "p4lab: small.toml: the run lasts from 0 to 20 s; 99 s is not in it"),
    ],
)
def test_bad_usage_is_one_line(tmp_path: Path, arguments: list[str], said: str) -> None:
    write(runs.scenario(), tmp_path / "small.toml")
    done = _p4lab(tmp_path, "screenshot", "small.toml", "-o", "a.png", *arguments)
    assert (done.returncode, done.stderr.splitlines()) == (2, [said])


def test_a_film_of_a_stretch(tmp_path: Path) -> None:
    write(runs.scenario(), tmp_path / "small.toml")
    stretch = ("film", "small.toml", "--from", "4", "--speed", "0.5", "--fps", "5", "--size", "480x270", "-o", "a.gif")
    done = _p4lab(tmp_path, *stretch, "--to", "5")
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "The film is in a.gif: 2.2 s, 11 frames.\n")
    with Image.open(tmp_path / "a.gif") as shown:
        assert (shown.n_frames, shown.size) == (11, (480, 270))


@pytest.mark.parametrize(("file", "out"), [("missing.toml", "a.png"), ("small.toml", "small.toml/a.png")])
def test_what_cannot_be_read_or_written_is_one_line(tmp_path: Path, file: str, out: str) -> None:
    write(runs.scenario(), tmp_path / "small.toml")
    done = _p4lab(tmp_path, "screenshot", file, "-o", out)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert done.stderr.startswith("p4lab: ")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send")
def test_ctrl_c_stops_it_cleanly(tmp_path: Path) -> None:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    command = [sys.executable, "-m", "p4lab", "gui"]
    pipe, root = subprocess.PIPE, Path(__file__).parents[2]
    # A test run in the background was started to ignore Ctrl+C, and what it starts would inherit that.
    heed = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(
        command,
        cwd=root,
        env=environment,
        stdout=pipe,
        stderr=pipe,
        text=True,
        preexec_fn=heed,  # noqa: PLW1509 it only sets a signal, and no thread of ours runs
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline().endswith("as fast as it can.\n")
        running.send_signal(signal.SIGINT)
        said = running.communicate(timeout=30)
    assert (running.returncode, "Traceback" in said[1]) == (130, False)


def test_a_missing_library_is_named_with_its_packages(tmp_path: Path) -> None:
    (tmp_path / "PySide6").mkdir()
    (tmp_path / "PySide6" / "__init__.py").touch()
    fault = "libEGL.so.1: cannot open shared object file"
    (tmp_path / "PySide6" / "QtWidgets.py").write_text(f"raise ImportError({fault!r})")
    scenario = str(resources.scenario_files()[0])
    done = _p4lab(tmp_path, "gui", scenario, PYTHONPATH=str(tmp_path))
    assert done.returncode == 2
    assert done.stderr == (f"p4lab: Qt does not load: {fault}. On Debian or Ubuntu: apt-get install {QT_PACKAGES}\n")


def test_help_loads_no_qt(tmp_path: Path) -> None:
    code = "import sys, ui.commands; sys.exit(any(name.startswith('PySide6') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0
