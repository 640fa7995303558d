"""Frames become a file: MP4 (H.264, by PyAV) or GIF (by Pillow), one frame at a time.

Rules: no Qt; a frame is an array of height x width x 3 bytes. What is written lies under another name until it is
whole, so a film that is cancelled or fails leaves no file. The libraries are loaded when a film is made.
"""

from collections.abc import Callable
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np

if TYPE_CHECKING:
    from av.video.stream import VideoStream

CODECS = ("libx264", "libopenh264", "mpeg4")  # the best first; which there are depends on how FFmpeg was built
SHARP = {"libx264": {"crf": "18", "preset": "veryfast"}}  # 18: no loss that is seen (FFmpeg's H.264 guide)
BT709, LIMITED = 1, 1  # colours as players expect them of such a film (ITU-T H.273), and said to be so
LOOP = b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"  # for ever
GIF_FPS = (50.0, 25.0, 20.0, 10.0)  # a GIF counts in hundredths of a second, and browsers slow down what is below two


class CannotFilmError(Exception):
    """A film cannot be made or written; the sentence says why."""


class Encoder(Protocol):
    """What takes frames."""

    def add(self, frame: np.ndarray) -> None: ...
    def finish(self) -> None: ...
    def drop(self) -> None: ...


def encoder(path: Path, size: tuple[int, int], fps: float, title: str, comment: str) -> Encoder:
    """By the ending of `path`. Raises CannotFilmError."""
    kinds: dict[str, Callable[[], Encoder]] = {
        ".mp4": lambda: Mp4(path, size, fps, title, comment),
        ".gif": lambda: Gif(path, size, fps, f"{title}. {comment}"),
    }
    make = kinds.get(path.suffix.lower())
    if make is None:
        raise CannotFilmError(f"A film is written as .mp4 or .gif, not as {path.suffix or 'a file without an ending'}.")
    try:
        return make()
    except OSError as fault:
        raise CannotFilmError(f"{path} cannot be written: {fault.strerror or fault}.") from fault
    except ImportError as fault:
        raise CannotFilmError(
            f"What writes {path.suffix} is not installed here ({fault.name}). Try: make setup"
        ) from fault


class Mp4:
    """size: even numbers, as H.264 wants them."""

    def __init__(self, path: Path, size: tuple[int, int], fps: float, title: str, comment: str) -> None:
        import av  # noqa: PLC0415 40 MB that nobody needs who makes no film

        self._path, self._part = path, _part(path)
        self._part.write_bytes(b"")  # FFmpeg's own message for a folder that is not there would help nobody
        self._frame = av.VideoFrame
        self._file = av.open(str(self._part), "w", format="mp4", options={"movflags": "faststart"})
        self._file.metadata.update({"title": title, "comment": comment})
        known = [name for name in CODECS if name in av.codecs_available]
        if not known:
            self.drop()
            raise CannotFilmError("The FFmpeg that is installed here can write no video that others could show.")
        rate = Fraction(fps).limit_denominator(1000)
        stream = self._file.add_stream(known[0], rate=rate, options=SHARP.get(known[0], {}))
        self._stream = cast("VideoStream", stream)  # PyAV tells its kind from the name of the codec
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = "yuv420p"
        context = self._stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = BT709
        context.color_range = LIMITED

    def add(self, frame: np.ndarray) -> None:
        """The next one."""
        picture = self._frame.from_ndarray(frame, format="rgb24")
        picture = picture.reformat(format="yuv420p", dst_colorspace=BT709, dst_color_range=LIMITED)
        for packet in self._stream.encode(picture):
            self._file.mux(packet)

    def finish(self) -> None:
        """Write what is left, and give the file its name."""
        for packet in self._stream.encode():
            self._file.mux(packet)
        self._file.close()
        self._part.replace(self._path)

    def drop(self) -> None:
        """There will be no film."""
        self._file.close()
        self._part.unlink(missing_ok=True)


class Gif:
    """Each frame has the colours it needs, and only what changed since the one before."""

    def __init__(self, path: Path, size: tuple[int, int], fps: float, comment: str) -> None:
        from PIL import Image  # noqa: PLC0415 nobody needs it who makes no GIF

        self._image = Image
        self._path, self._part = path, _part(path)
        self._size, self._fps = size, fps
        self._count = 0
        self._before: np.ndarray | None = None
        self._file = self._part.open("wb")
        width, height = (side.to_bytes(2, "little") for side in size)
        self._file.write(b"GIF89a" + width + height + b"\x70\x00\x00" + LOOP + b"!\xfe" + _blocks(comment.encode()))

    def add(self, frame: np.ndarray) -> None:
        """The next one."""
        left, top, right, bottom = _changed(self._before, frame)
        self._before = frame.copy()
        part = self._image.fromarray(np.ascontiguousarray(frame[top:bottom, left:right]))
        alone = BytesIO()
        few = part.quantize(256, method=self._image.Quantize.FASTOCTREE, dither=self._image.Dither.NONE)
        few.save(alone, "GIF")
        first, last = (round(100 * count / self._fps) for count in (self._count, self._count + 1))
        self._count += 1
        self._file.write(b"!\xf9\x04\x04" + (last - first).to_bytes(2, "little") + b"\x00\x00")
        self._file.write(_moved(alone.getvalue(), left, top))

    def finish(self) -> None:
        """Write the end, and give the file its name."""
        self._file.write(b";")
        self._file.close()
        self._part.replace(self._path)

    def drop(self) -> None:
        """There will be no film."""
        self._file.close()
        self._part.unlink(missing_ok=True)


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


def _changed(before: np.ndarray | None, frame: np.ndarray) -> tuple[int, int, int, int]:
    """The box of what is not as it was; a pixel where nothing changed, since a frame needs one."""
    if before is None:
        return 0, 0, frame.shape[1], frame.shape[0]
    differs = (before != frame).any(axis=2)
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if not len(rows):
        return 0, 0, 1, 1
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _blocks(data: bytes) -> bytes:
    """Data as a GIF has it: in blocks of at most 255 bytes."""
    parts = [data[at : at + 255] for at in range(0, len(data), 255)]
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\x00"


def _moved(alone: bytes, left: int, top: int) -> bytes:
    """The picture of a GIF that has only this one, to stand at (left, top) of another, with its colours."""
    depth = alone[10] & 7
    at = 13 + 3 * (2 << depth)
    colours = alone[13:at]
    while alone[at] == 0x21:  # extensions: nothing that is needed
        at += 2
        while alone[at]:
            at += alone[at] + 1
        at += 1
    size, flags = alone[at + 5 : at + 9], alone[at + 9]
    assert alone[at] == 0x2C and not flags & 0x80, "Pillow writes a palette for the whole file"
    place = left.to_bytes(2, "little") + top.to_bytes(2, "little")
    return b"," + place + size + bytes([flags & 0x40 | 0x80 | depth]) + colours + alone[at + 10 : -1]
