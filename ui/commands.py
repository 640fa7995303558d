"""The window's own commands of the command line: `p4lab gui`, `p4lab screenshot` and `p4lab film`.

Rules: importing this module loads no Qt, so that `--help` is quick and a missing library is answered with a sentence.
Bad input ends in one line on stderr and status 2.
"""

import importlib
import os
import re
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from p4lab import resources
from p4lab.summary import summary
from ui.display import missing_library, why_no_display

BAD_INPUT = 2
DEFAULT = "three-regimes"
OUT = Path("out")
SIZE = re.compile(r"(\d{3,5})x(\d{3,5})")
THEMES = ("light", "dark")


def gui(
    file: Annotated[Path | None, typer.Argument(help="A scenario (.toml) or a recording (.p4rec).")] = None,
) -> None:
    """Open the window: the welcome page, or FILE. Without a display, play FILE offscreen and save a picture.

    Example: p4lab gui scenarios/stale-by-ttl.toml
    """
    _load_qt()
    if file is not None and not file.exists():
        _refuse(f"{file}: there is no such file")
    why_not = why_no_display(os.environ)
    if not why_not:
        from ui.front import show  # noqa: PLC0415 loads Qt, which may be missing

        raise typer.Exit(show(file))
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    _play_offscreen(file, why_not)


def screenshot(
    file: Annotated[Path, typer.Argument(help="A scenario (.toml) or a recording (.p4rec).")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The picture to write (PNG).")],
    at: Annotated[float | None, typer.Option(help="The time to show, in s; a telling moment if left out.")] = None,
    size: Annotated[str, typer.Option(metavar="WxH", help="Pixels of the window.")] = "1440x900",
    theme: Annotated[str, typer.Option(help="light or dark.")] = "light",
) -> None:
    """Save a picture of the window at a time of the run.

    Example: p4lab screenshot scenarios/three-regimes.toml --at 12 -o picture.png
    """
    found = SIZE.fullmatch(size)
    if found is None:
        _refuse(f"--size {size}: write width x height in pixels, such as 1440x900")
    width, height = int(found[1]), int(found[2])
    if theme not in THEMES:
        _refuse(f"--theme {theme}: write light or dark")
    if out.suffix.lower() not in ("", ".png"):
        _refuse(f"-o {out}: a picture is a PNG file: write a name that ends in .png")
    _load_qt()
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from ui.offscreen import CannotShowError, picture  # noqa: PLC0415 loads Qt, which may be missing

    try:
        shown = picture(file, _target(out), at, (width, height), theme)
    except CannotShowError as fault:
        _refuse(str(fault))
    print(f"{file.name} at {shown:.3f} s: {out}")


def film(
    file: Annotated[Path, typer.Argument(help="A scenario (.toml) or a recording (.p4rec).")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The film to write (.mp4 or .gif).")],
    start: Annotated[float, typer.Option("--from", help="Where it begins, in s of the run.")] = 0.0,
    end: Annotated[
        float | None, typer.Option("--to", help="Where it ends, in s; the end of the run if left out.")
    ] = None,
    speed: Annotated[
        float | None, typer.Option(help="Simulated seconds per second; if left out as when it plays.")
    ] = None,
    fps: Annotated[float, typer.Option(help="Frames a second.")] = 25.0,
    size: Annotated[str, typer.Option(metavar="WxH", help="Pixels of the film.")] = "1280x720",
    window: Annotated[bool, typer.Option("--window", help="Film the whole window, not the map alone.")] = False,
    theme: Annotated[str, typer.Option(help="light or dark.")] = "light",
) -> None:
    """Film a stretch of the run.

    Example: p4lab film scenarios/three-regimes.toml --from 10 --to 14 -o film.mp4
    """
    found = SIZE.fullmatch(size)
    if found is None:
        _refuse(f"--size {size}: write width x height in pixels, such as 1280x720")
    if theme not in THEMES:
        _refuse(f"--theme {theme}: write light or dark")
    if (speed is not None and speed <= 0) or not 1 <= fps <= 120:
        _refuse("--speed is above 0, and --fps from 1 to 120")
    _load_qt()
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from ui.offscreen import CannotShowError  # noqa: PLC0415 loads Qt, which may be missing
    from ui.offscreen import film as make  # noqa: PLC0415 for the same reason
    from ui.presenting.reel import Film, What  # noqa: PLC0415 for the same reason

    pixels = int(found[1]), int(found[2])
    wanted = Film(_target(out), start, end or 0.0, speed, fps, pixels, What.WINDOW if window else What.MAP)
    try:
        print(make(file, wanted, end is None, theme))
    except CannotShowError as fault:
        _refuse(str(fault))


def _play_offscreen(file: Path | None, why_not: str) -> None:
    from ui.offscreen import CannotShowError, play  # noqa: PLC0415 loads Qt, which may be missing

    chosen = file or _default()
    print(f"{why_not} Playing {chosen.stem} in the window offscreen, as fast as it can.", flush=True)
    target = OUT / f"{chosen.stem}.png"
    try:
        report = play(chosen, _target(target))
    except CannotShowError as fault:
        _refuse(str(fault))
    for line in summary(report):
        print(line)
    print(f"A picture of the window: {target.resolve()}")


def _default() -> Path:
    shipped = {path.stem: path for path in resources.scenario_files()}
    if DEFAULT not in shipped:
        _refuse(f"the scenario {DEFAULT} is missing; please reinstall P4 Lab")
    return shipped[DEFAULT]


def _target(path: Path) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        _refuse(f"{path}: cannot be written: {fault.strerror}")
    return path


def _load_qt() -> None:
    try:
        importlib.import_module("PySide6.QtWidgets")
    except ImportError as problem:
        _refuse(missing_library(problem))


def _refuse(sentence: str) -> NoReturn:
    print(f"p4lab: {' '.join(sentence.split())}", file=sys.stderr)
    raise typer.Exit(BAD_INPUT)
