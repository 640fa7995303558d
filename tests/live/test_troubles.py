"""Troubles: every error that a network is known for becomes a sentence that says what to do."""

from __future__ import annotations

import errno

import pytest

from p4lab.live import troubles
from p4lab.live.troubles import Trouble, of_multicast, of_silence, of_teacher, of_zeroconf


@pytest.mark.parametrize(
    ("number", "platform", "expected"),
    [
        (errno.EHOSTUNREACH, "darwin", troubles.LOCAL_NETWORK),
        (errno.EHOSTUNREACH, "linux", troubles.NO_NETWORK),
        (errno.ENETUNREACH, "darwin", troubles.NO_NETWORK),
        (errno.EADDRINUSE, "win32", troubles.PORT_TAKEN),
        (errno.EPERM, "linux", troubles.NOT_PERMITTED),
        (
            errno.EIO,
            "linux",
            Trouble("Multicast fails here: Input/output error.", "Join with the code; it needs none."),
        ),
    ],
)
def test_an_error_of_multicast_is_explained(number: int, platform: str, expected: Trouble) -> None:
    assert of_multicast(OSError(number, "as the system says"), platform) == expected


def test_silence_is_explained_by_platform() -> None:
    found = [of_silence(platform) for platform in ("win32", "darwin", "linux", "freebsd14")]
    assert found == [troubles.PUBLIC_PROFILE, troubles.MAC_FIREWALL, troubles.FIREWALLD, troubles.FIREWALLD]


def test_why_the_teacher_cannot_be_reached() -> None:
    found = [
        of_teacher(problem)
        for problem in (ConnectionRefusedError(), TimeoutError(), OSError(errno.EHOSTUNREACH, "away"), OSError("odd"))
    ]
    assert found == [
        troubles.TEACHER_REFUSES,
        troubles.TEACHER_SILENT,
        troubles.TEACHER_AWAY,
        Trouble("The connection to the teacher's computer fails: odd.", troubles.TEACHER_AWAY.remedy),
    ]
    assert of_zeroconf(KeyError()).says == "Discovery does not work: KeyError."


def test_a_trouble_says_what_was_seen_and_then_what_helps() -> None:
    known = [each for each in vars(troubles).values() if isinstance(each, Trouble)]
    assert len(known) >= 14
    for each in known:
        assert str(each) == f"{each.says} {each.remedy}"
        assert each.says.endswith(".")
        assert each.remedy.endswith(".")
