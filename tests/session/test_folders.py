"""A second window on one machine is a member of its own; what is wrong with a folder is for its user to say."""

from __future__ import annotations

from pathlib import Path

from p4lab.live.profile import Profile
from p4lab.session.folders import free_profile


def test_the_first_free_profile_is_taken(tmp_path: Path) -> None:
    usual = tmp_path / "p4lab"
    assert free_profile(usual) == usual
    first = Profile(usual, node=True)
    second = Profile(free_profile(usual), node=True)
    assert (second.folder, free_profile(usual)) == (tmp_path / "p4lab-2", tmp_path / "p4lab-3")
    first.close()
    assert free_profile(usual) == usual
    second.close()


def test_a_folder_that_cannot_be_one_is_kept(tmp_path: Path) -> None:
    usual = tmp_path / "file"
    usual.write_text("not a folder", encoding="utf-8")
    assert free_profile(usual) == usual
