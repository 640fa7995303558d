"""Frames become files that players understand: decoded again, they are what went in."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from ui.presenting.encode import CannotFilmError, Encoder, encoder

SIZE = (64, 48)
COUNT = 12


def frames() -> list[np.ndarray]:
    """A square goes to the right over a ground of one colour; two frames are alike."""
    found = []
    for number in range(COUNT):
        frame = np.full((SIZE[1], SIZE[0], 3), (244, 244, 242), np.uint8)
        left = 4 * min(number, COUNT - 2)
        frame[16:32, left : left + 16] = (0, 158, 115)
        found.append(frame)
    return found


def write(path: Path, fps: float) -> Encoder:
    made = encoder(path, SIZE, fps, "Three regimes", "2 s to 3 s. P4 Lab, seed 7")
    for frame in frames():
        made.add(frame)
    return made


def test_mp4(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    made = write(path, 25)
    assert not path.exists()
    made.finish()
    with av.open(str(path)) as file:
        video = file.streams.video[0]
        shown = [frame.to_ndarray(format="rgb24") for frame in file.decode(video)]
        assert (video.codec_context.name, video.width, video.height, video.average_rate) == ("h264", 64, 48, 25)
        assert video.duration is not None
        assert video.time_base is not None
        assert float(video.duration * video.time_base) == pytest.approx(COUNT / 25)
        assert (file.metadata["title"], file.metadata["comment"]) == ("Three regimes", "2 s to 3 s. P4 Lab, seed 7")
    assert len(shown) == COUNT
    off = [float(np.abs(a.astype(int) - b).mean()) for a, b in zip(shown, frames(), strict=True)]
    assert max(off) < 4, "as near as halved colours allow"
    assert list(tmp_path.iterdir()) == [path]


def test_gif(tmp_path: Path) -> None:
    path = tmp_path / "film.GIF"
    write(path, 10).finish()
    with Image.open(path) as file:
        assert (file.n_frames, file.size, file.info["loop"]) == (COUNT, SIZE, 0)
        assert file.info["comment"] == b"Three regimes. 2 s to 3 s. P4 Lab, seed 7"
        for number, frame in enumerate(frames()):
            file.seek(number)
            assert file.info["duration"] == 100
            assert (np.asarray(file.convert("RGB")) == frame).all()


@pytest.mark.parametrize("name", ["film.mp4", "film.gif"])
def test_what_is_given_up_leaves_no_file(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, 25).drop()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["missing/film.mp4", "missing/film.gif", "film.avi"])
def test_what_cannot_be_written_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(CannotFilmError, match=r"(No such file or directory\.|not as \.avi\.)$"):
        write(tmp_path / name, 25)
