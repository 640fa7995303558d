"""Whether there is a screen is decided before Qt is loaded."""

import sys
from pathlib import Path

import pytest

from ui.display import QT_PACKAGES, missing_library, why_no_display

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has displays by environment")


@LINUX
def test_without_a_display_it_says_so() -> None:
    assert why_no_display({}) == "There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set)."


@LINUX
def test_a_display_that_does_not_answer_is_none() -> None:
    assert why_no_display({"DISPLAY": ":97"}) != ""


@LINUX
def test_wayland_counts_where_its_socket_is(tmp_path: Path) -> None:
    (tmp_path / "wayland-0").touch()
    there = {"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": str(tmp_path)}
    gone = there | {"WAYLAND_DISPLAY": "wayland-1"}
    assert (why_no_display(there), why_no_display(gone) != "") == ("", True)


def test_who_asks_for_offscreen_gets_it() -> None:
    assert [why_no_display({"QT_QPA_PLATFORM": name}) for name in ("offscreen", "xcb")] == [
        "QT_QPA_PLATFORM is offscreen.",
        "",
    ]


def test_a_missing_library_is_answered_with_its_packages() -> None:
    fault = ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")
    said = missing_library(fault)
    assert said.endswith(f"apt-get install {QT_PACKAGES}")
    assert said.startswith("Qt does not load: libEGL.so.1")
