"""A profile is private, survives whatever happens, and is nobody else's."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from p4lab.live.identity import Keys, class_id, issue
from p4lab.live.profile import OwnClass, Profile, ProfileError, Seating, default_folder

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}


@POSIX
def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "profile"
    before = os.umask(0)  # the most careless of users
    try:
        profile = Profile(folder, node=True)
        profile.signed(b"n" * 32, 1)
        profile.open_class("Nets")
        profile.close()
    finally:
        os.umask(before)
    files = {"profile.json": 0o600, "node.lock": 0o600, "change.lock": 0o600, "seqs.json": 0o600}
    assert modes(folder) == {"profile": 0o700, **files}


@POSIX
def test_a_file_that_others_may_read_is_closed_to_them(tmp_path: Path) -> None:
    Profile(tmp_path)
    (tmp_path / "profile.json").chmod(0o644)
    Profile(tmp_path)
    assert modes(tmp_path)["profile.json"] == 0o600


def test_what_it_keeps(tmp_path: Path) -> None:
    profile, teacher = Profile(tmp_path), Keys(b"t" * 32)
    ticket = issue(teacher, profile.keys.public, "Ann", 1, 2_000_000_000)
    profile.admit(ticket, "Nets")
    me, you = profile.seed_of("me"), profile.seed_of("you")
    profile.signed(b"n" * 32, 7)
    profile.signed(b"n" * 32, 5)
    again = Profile(tmp_path)
    assert again.keys.public == profile.keys.public
    assert (again.ticket(ticket.class_id), again.class_name(ticket.class_id)) == (ticket, "Nets")
    assert (again.ticket("A" * 12), again.class_name("A" * 12)) == (None, "")
    assert (again.seed_of("me"), again.seed_of("you")) == (me, you)
    assert again.identities() == {"me": Keys(me).public, "you": Keys(you).public}
    assert (again.seq(b"n" * 32), again.seq(b"m" * 32)) == (7, 0)


def test_seeds_are_random(tmp_path: Path) -> None:
    one, two = Profile(tmp_path / "1"), Profile(tmp_path / "2")
    assert len({one.seed_of("me"), two.seed_of("me"), one.seed_of("Ann"), one.keys.public, two.keys.public}) == 5


def test_two_openings_see_what_the_other_did(tmp_path: Path) -> None:
    node, put = Profile(tmp_path, node=True), Profile(tmp_path)
    seeds = [put.seed_of("me"), node.seed_of("you")]
    assert [node.seed_of("me"), put.seed_of("you")] == seeds
    node.close()


def test_an_authority_is_it_again(tmp_path: Path) -> None:
    profile = Profile(tmp_path)
    own = profile.open_class("Nets")
    id_ = class_id(own.keys.public)
    ann, ben = Keys(b"a" * 32).public, Keys(b"b" * 32).public
    first = [profile.seat(id_, ann, "Ann"), profile.seat(id_, ben, "Ben"), profile.seat(id_, ann, "Anna")]
    profile.revoke(id_, ben)
    seats = {ann.hex(): Seating(1, "Anna"), ben.hex(): Seating(2, "Ben", revoked=True)}
    again = Profile(tmp_path)
    assert first == [Seating(1, "Ann"), Seating(2, "Ben"), Seating(1, "Anna")]
    assert again.open_class("Nets") == again.own_class(id_) == OwnClass("Nets", own.seed, own.secret, seats, 1)
    assert again.open_class("Others").seed != own.seed
    assert (again.own_class("A" * 12), len(own.secret)) == (None, 4)
    again.revoke(id_, ben, on=False)
    assert again.seat(id_, ben, "Ben") == Seating(2, "Ben")


HOLD = """
import sys
from pathlib import Path
from p4lab.live.profile import Profile
profile = Profile(Path(sys.argv[1]), node=True)
print("held", flush=True)
sys.stdin.read()
"""


def test_one_node_at_a_time(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin is not None and other.stdout is not None and other.stdout.readline() == "held\n"
        with pytest.raises(ProfileError, match=rf"in use by process {other.pid}: .* --profile"):
            Profile(tmp_path, node=True)
        Profile(tmp_path).seed_of("me")  # a put may
        other.kill()
    Profile(tmp_path, node=True).close()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "is damaged"),
        (b'{"format": 1', "is damaged"),
        (b"\xff\xfe", "is damaged"),
        (b'{"format": 2, "channel": ""}', "a newer version"),
        (b'{"format": 1, "channel": 5}', "is damaged"),
        (b'{"format": 1, "channel": "AAAA"}', "is damaged"),
    ],
)
def test_a_file_that_is_none_of_ours_is_left_alone(tmp_path: Path, text: bytes, says: str) -> None:
    (tmp_path / "profile.json").write_bytes(text)
    with pytest.raises(ProfileError, match=says):
        Profile(tmp_path, node=True)
    assert (tmp_path / "profile.json").read_bytes() == text


def test_what_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ProfileError, match="name another --profile"):
        Profile(tmp_path / "file" / "profile")


def test_where_profiles_are() -> None:
    home = Path("/home/ann")
    assert default_folder("linux", {}, home) == home / ".local/share/p4lab"
    assert default_folder("linux", {"XDG_DATA_HOME": "/data"}, home) == Path("/data/p4lab")
    assert default_folder("linux", {"XDG_DATA_HOME": "data"}, home) == home / ".local/share/p4lab"
    assert default_folder("darwin", {}, home) == home / "Library/Application Support/p4lab"
    assert default_folder("win32", {"APPDATA": "/roaming"}, home) == Path("/roaming/p4lab")


def test_the_authoritys_word_is_kept_with_who_was_revoked(tmp_path: Path) -> None:
    profile, teacher = Profile(tmp_path), Keys(b"t" * 32)
    ticket = issue(teacher, profile.keys.public, "Ann", 1, 10**10)
    profile.outlaw(ticket.class_id, [b"b" * 16], b"word")  # before there is a ticket nothing is kept
    profile.admit(ticket, "Nets")
    before = profile.word(ticket.class_id), profile.outlaws(ticket.class_id)
    profile.outlaw(ticket.class_id, [b"b" * 16], b"word")
    profile.admit(ticket, "Nets")
    again = Profile(tmp_path)
    after = again.word(ticket.class_id), again.outlaws(ticket.class_id)
    assert (before, after) == ((b"", frozenset()), (b"word", frozenset({b"b" * 16})))
