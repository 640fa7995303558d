"""A live provider's own customers: whose keys are meant, how versions count, what is said behind a failed commit."""

from pathlib import Path

import pytest

from p4lab.core.commands import Get, Put, Remove
from p4lab.core.events import GetFinished, Joined, Noted, Peered, PutStarted, SessionUp, Stored
from p4lab.core.messages import Answer, GetReply, Message, SyncItems, Update, update_size
from p4lab.core.names import Kind, Regime
from p4lab.core.records import unauthenticated
from p4lab.live.limits import Limits
from p4lab.live.provider_node import options_of, refused
from tests.live.nodes import Class, done, hello, listen, peers, story, until

RECORD = unauthenticated(b"k", b"v", Regime.VALUE, 60_000, 0)
NID = RECORD.nid


def test_the_options_are_those_of_the_limits() -> None:
    options = options_of(Limits(keys_per_identity=7, bytes_per_identity=70), 100_000)
    assert (options.max_value, options.max_entries, options.max_bytes, options.maxvals) == (8_192, 7, 70, 64)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (Answer(1, NID, 48, 1, "OK", version=(3, b"v")), Answer(1, NID, 48, 2, "E_AGAIN", version=(3, b"v"))),
        (Answer(1, NID, 48, 1, "OK_DUPLICATE"), Answer(1, NID, 48, 2, "E_AGAIN")),
        (Update(1, NID, update_size(RECORD), RECORD), None),
        (SyncItems(b"", 48, ()), None),
    ],
)
def test_behind_a_failed_commit_nothing_is_promised(message: Message, said: Message | None) -> None:
    assert refused(message) == said


@pytest.mark.parametrize(
    "message",
    [
        Answer(1, NID, 48, 1, "OK", "local", (RECORD,)),
        Answer(1, NID, 48, 2, "NOT_FOUND"),
        Answer(1, NID, 48, 2, "E_CAP"),
        GetReply(1, NID, 48, 1, 1, (RECORD,)),
    ],
)
def test_behind_a_failed_commit_gets_go_on(message: Message) -> None:
    assert refused(message) is message


def test_a_members_name_means_its_key(tmp_path: Path) -> None:
    async def tell(room: Class) -> None:
        teacher, aster = await peers(room)
        happened = listen(aster)
        put = Put("Aster", "hello", "k", Kind.AUTHENTICATED, Regime.VALUE)  # signed as Aster, who is `me`
        await done(aster, put)
        (started,) = [each for each in happened if isinstance(each, PutStarted)]
        assert started.owner == "Aster"
        await until(lambda: teacher.node.provider.stores.replicas)
        await until(lambda: teacher.place.roster.members[1].owner)
        for owner in ("Aster", aster.node.wallet.owner("me").hex()):
            got = await done(teacher, Get("Teacher", "k", kind=Kind.AUTHENTICATED, owner=owner))
            assert isinstance(got, GetFinished) and got.values == ("hello",)
        happened = listen(teacher)
        teacher.node.submit(Get("Teacher", "k", kind=Kind.AUTHENTICATED, owner="Nobody"))
        assert [each.text for each in happened if isinstance(each, Noted)] == [
            "get k: neither this computer nor the class knows Nobody"
        ]
        assert set(teacher.node._purse.identities()) == {"me"}  # nobody's key was made up

    story(tmp_path, tell)


def test_versions_count_on_over_starts_and_removals(tmp_path: Path) -> None:
    async def tell(room: Class) -> None:
        await room.start("Teacher", new_class="Networks", join="")
        aster = await room.start("Aster")
        assert (await done(aster, hello())).seq == 1
        assert (await done(aster, hello(value="bye"))).seq == 2
        await room.stop("Aster")
        aster = await room.start("Aster", store=tmp_path / "another")  # the data is elsewhere, the profile is not
        assert (await done(aster, hello())).seq == 3
        removed = await done(aster, Remove("Aster", "k", identity="me"))
        assert (removed.outcome, removed.seq) == ("OK", 4)

    story(tmp_path, tell)


def test_whoever_begins_to_look_is_shown_how_things_are(tmp_path: Path) -> None:
    async def tell(room: Class) -> None:
        _, aster = await peers(room)
        await done(aster, hello())
        shown = [type(each) for each in aster.node.shown()]
        assert [kind for kind in shown if kind in (Joined, Peered, SessionUp, Stored)] == [
            Joined, Peered, SessionUp, Stored,
        ]  # fmt: skip
        assert all(each.id for each in aster.node.shown() if isinstance(each, Stored | Joined))
        (copy,) = [each for each in aster.node.shown() if isinstance(each, Stored)]
        assert copy.spelt == ("authenticated", "k", "Aster", "hello")

    story(tmp_path, tell)
