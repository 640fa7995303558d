"""What was acknowledged is there after a restart; damage is noticed, set aside and said; a full disk serves on."""

import asyncio
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p4lab.core.contract import Persist, Received
from p4lab.core.floors import Floor
from p4lab.core.messages import Leave, PutRequest, Update
from p4lab.core.names import Regime
from p4lab.core.options import Options
from p4lab.core.provider import Provider
from p4lab.core.records import unauthenticated
from p4lab.core.stores import Copy
from p4lab.live.rows import Row, Times, pack, unpack
from p4lab.live.store import Store
from p4lab.live.storefile import LOG, MAGIC, StoreError
from tests.live.drawn import RECORDS, SIGNER
from tests.proofs import kill_node
from tests.proofs.kill import kills, row_of, syncs

Rows = dict[tuple[str, bytes, bytes], object]
CLOCK = 100.0  # s since the host began


def opened(folder: Path, clock: float = CLOCK) -> Store:
    return Store.open(folder / "store.db", lambda: 1_000_000.0, lambda: clock)


async def write(store: Store, *writes: tuple[Row, ...], node: int = 1) -> list[bool]:
    """Write all of these at once; what was told of each, in order."""
    told: list[tuple[int, bool]] = []
    done = asyncio.get_running_loop().create_future()

    def tell(at: int, ok: bool) -> None:
        told.append((at, ok))
        if len(told) == len(writes):
            done.set_result(None)

    for at, rows in enumerate(writes):
        store.write(node, rows, lambda ok, at=at: tell(at, ok))
    await asyncio.wait_for(done, 10)
    assert [at for at, _ in told] == list(range(len(writes)))
    return [ok for _, ok in told]


def put(store: Store, *numbers: int, node: int = 1) -> list[bool]:
    return asyncio.run(write(store, *[(row_of(number),) for number in numbers], node=node))


def rows(*numbers: int) -> Rows:
    return {row_of(number)[:3]: row_of(number)[3] for number in numbers}


def test_what_was_acknowledged_is_there_after_a_restart(tmp_path: Path) -> None:
    store = opened(tmp_path)
    assert put(store, *range(200)) == [True] * 200
    assert put(store, 500, node=2) == [True]
    gone = (*row_of(7)[:3], None)
    assert asyncio.run(write(store, (gone, row_of(201)), (row_of(8),))) == [True, True]
    expected = rows(*range(202))
    del expected[gone[:3]]
    del expected[row_of(200)[:3]]
    assert store.load(1) == expected
    store.close()
    again = opened(tmp_path)
    assert (again.load(1), again.load(2), again.load(3), again.said) == (expected, rows(500), {}, ())
    size = sum(len(pack(1, (*key, what), Times(CLOCK, 0.0))) for key, what in [*expected.items(), *rows(500).items()])
    assert (again.keys, again.bytes, again.full, again.trouble) == (201, size, False, "")
    assert (store.keys, store.bytes) == (201, size)
    again.close()


def test_a_row_that_is_written_twice_is_there_once(tmp_path: Path) -> None:
    store = opened(tmp_path)
    first, gone = row_of(1), (*row_of(1)[:3], None)
    assert isinstance(first[3], Copy)
    newer = (*first[:3], Copy(first[3].record, 200.0, first[3].event, 9))
    assert asyncio.run(write(store, (first,), (gone,), (first, newer))) == [True] * 3
    assert (store.keys, store.load(1)) == (1, {first[:3]: newer[3]})
    assert asyncio.run(write(store, (gone,), (gone,))) == [True] * 2
    assert (store.keys, store.bytes, store.load(1)) == (0, 0, {})
    store.close()


def test_times_are_those_of_the_host_that_asks(tmp_path: Path) -> None:
    """The wall clock stands still, and the host has begun anew."""
    store = opened(tmp_path)
    row = row_of(1)
    assert isinstance(row[3], Copy)
    copy = Copy(row[3].record, CLOCK + 60, row[3].event)
    assert asyncio.run(write(store, ((*row[:3], copy),))) == [True]
    store.close()
    again = opened(tmp_path, clock=2.0)
    (found,) = again.load(1).values()
    assert isinstance(found, Copy) and found.until == 62.0
    again.close()


def test_nobody_else_gets_at_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("p4lab.live.storefile.PATIENCE", 0.2)
    store = opened(tmp_path)
    with pytest.raises(StoreError, match="in use"):
        opened(tmp_path)
    store.close()
    opened(tmp_path).close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["store.db"]


def test_a_newer_store_is_left_alone(tmp_path: Path) -> None:
    opened(tmp_path).close()
    with sqlite3.connect(tmp_path / "store.db") as connection:
        connection.execute("PRAGMA user_version = 2")
        connection.execute(f"PRAGMA application_id = {MAGIC + 2}")
    connection.close()
    with pytest.raises(StoreError, match="newer P4 Lab"):
        opened(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["store.db"]


def test_after_the_end_nothing_is_acknowledged(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.close()
    store.close()
    assert put(store, 1) == [False]
    with pytest.raises(StoreError, match="closed"):
        store.load(1)


def test_one_who_fails_does_not_silence_the_others(tmp_path: Path) -> None:
    store = opened(tmp_path)
    told: list[bool] = []
    troubles: list[str] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: troubles.append(str(context["exception"])))
        enough = asyncio.Event()

        def fail(_: bool) -> None:
            raise RuntimeError("of its own")

        def note(ok: bool) -> None:
            told.append(ok)
            enough.set()

        store.write(1, (row_of(1),), fail)
        store.write(1, (row_of(2),), note)
        await asyncio.wait_for(enough.wait(), 10)

    asyncio.run(main())
    store.close()
    assert (told, troubles) == ([True], ["of its own"])


# Damage


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mounting = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounting.returncode:
        pytest.skip(f"no small disk can be made here: {mounting.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> None:
    with pytest.raises(OSError, match="No space"), (disk / "ballast").open("wb", buffering=0) as ballast:
        while True:
            ballast.write(bytes(4096))


def damaged(path: Path, at: int, flip: int = 1) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= flip
    path.write_bytes(data)


def whole(folder: Path, count: int = 300) -> Path:
    store = opened(folder)
    assert put(store, *range(count)) == [True] * count
    store.close()
    return folder / "store.db"


# Of SQLite's file format: the magic, the schema's format, the version, the application, the table's SQL.
@pytest.mark.parametrize("at", [3, 47, 60, 63, 71, 4055])
def test_a_changed_head_is_damage_and_no_newer_version(tmp_path: Path, at: int) -> None:
    damaged(whole(tmp_path, 20), at)
    store = opened(tmp_path)
    assert (len(store.said), store.load(1)) == (1, {})
    assert "fresh one" in store.said[0] and (tmp_path / "store.db.corrupt-1").exists()
    store.close()


@pytest.mark.parametrize("keep", [0.5, 0.1, 10])
def test_a_file_that_was_cut_is_set_aside(tmp_path: Path, keep: float) -> None:
    path = whole(tmp_path)
    data = path.read_bytes()
    cut = data[: int(keep if keep > 1 else len(data) * keep)]
    path.write_bytes(cut)
    store = opened(tmp_path)
    assert (len(store.said), store.load(1)) == (1, {})
    assert "store.db.corrupt-1" in store.said[0] and "fresh one" in store.said[0]
    assert (tmp_path / "store.db.corrupt-1").read_bytes() == cut
    assert put(store, 1) == [True]
    store.close()
    again = opened(tmp_path)
    assert (again.said, again.load(1)) == ((), rows(1))
    again.close()


def test_a_second_damaged_file_does_not_replace_the_first(tmp_path: Path) -> None:
    for number in (1, 2):
        whole(tmp_path, 3)
        damaged(tmp_path / "store.db", 0, 0xFF)
        store = opened(tmp_path)
        assert f"corrupt-{number}" in store.said[0]
        store.close()


def test_a_changed_value_is_left_out_and_said(tmp_path: Path) -> None:
    """SQLite does not look into values; our checksums do."""
    path = whole(tmp_path, 20)
    value = row_of(7)[3]
    assert isinstance(value, Copy) and value.record.value is not None
    damaged(path, path.read_bytes().index(value.record.value) + 3)
    expected = rows(*range(20))
    del expected[row_of(7)[:3]]
    store = opened(tmp_path)
    assert (store.load(1), store.keys, len(store.said)) == (expected, 19, 1)
    assert store.said[0].startswith("Damaged rows") and (tmp_path / "store.db.corrupt-1").exists()
    store.close()
    assert opened_said(tmp_path) == ()


def opened_said(folder: Path) -> tuple[str, ...]:
    store = opened(folder)
    store.close()
    return store.said


def test_damage_on_a_full_disk_is_said_and_the_rest_is_served(small_disk: Path) -> None:
    path = whole(small_disk, 20)
    value = row_of(7)[3]
    assert isinstance(value, Copy) and value.record.value is not None
    damaged(path, path.read_bytes().index(value.record.value) + 3)
    fill(small_disk)
    store = opened(small_disk)
    assert len(store.load(1)) == 19
    [said] = store.said
    assert said.endswith("are left out: 1. No copy could be kept: No space left on device.")
    assert not [each for each in small_disk.iterdir() if "corrupt" in each.name]  # nor half a copy
    store.close()


def written(path: Path) -> int:
    """Bytes of a file without the room that is made for more."""
    return len(path.read_bytes().rstrip(b"\0"))


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[Path]:
    """The files as a kill leaves them: the last commits are in the log alone."""
    living, folder = tmp_path / "living", tmp_path / "killed"
    store = opened(living)
    for number in range(20):  # each a commit of its own
        assert put(store, number) == [True]
    folder.mkdir()
    for name in ("store.db", "store.db-wal"):
        shutil.copy(living / name, folder / name)
    yield folder
    store.close()


def test_what_stands_in_the_log_alone_is_there(killed: Path) -> None:
    log = killed / "store.db-wal"
    assert 20 * 4_096 < written(log) < log.stat().st_size == LOG  # room was made beforehand
    store = opened(killed)
    assert (store.load(1), store.said) == (rows(*range(20)), ())
    store.close()


def test_a_damaged_log_serves_what_came_before_and_says_so(killed: Path) -> None:
    """SQLite stops at the first damaged frame, and says nothing: what was acknowledged behind it would just be gone."""
    log = killed / "store.db-wal"
    size = log.stat().st_size
    damaged(log, written(log) // 2)
    store = opened(killed)
    found = store.load(1)
    assert found == rows(*range(len(found))) and 0 < len(found) < 20
    assert [said.startswith("The log of the store store.db was damaged") for said in store.said] == [True]
    assert (killed / "store.db.corrupt-1-wal").stat().st_size == size
    store.close()
    assert opened_said(killed) == ()


def test_a_damaged_head_of_the_log_is_noticed(killed: Path) -> None:
    damaged(killed / "store.db-wal", 17)
    store = opened(killed)
    assert len(store.said) == 1 and "damaged" in store.said[0]
    store.close()


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 7), st.booleans(), st.booleans())
def test_whatever_is_damaged_what_is_served_is_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, where: int, bit: int, log: bool, cut: bool
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    store = opened(folder / "living")
    for number in range(5):
        assert put(store, number, 100 + number) == [True, True]
    for name in ("store.db", "store.db-wal"):
        shutil.copy(folder / "living" / name, folder / name)
    store.close()
    path = folder / ("store.db-wal" if log else "store.db")
    at = where % written(path)
    if cut:
        path.write_bytes(path.read_bytes()[:at])
    else:
        damaged(path, at, 1 << bit)
    again = opened(folder)
    sound = rows(*range(5), *range(100, 105))
    found = again.load(1)
    assert found.items() <= sound.items()
    assert found == sound or again.said or cut  # a log that was cut looks as if it had ended there
    assert put(again, 999) == [True]
    again.close()


def test_a_get_does_not_wait_for_the_disk_and_the_put_after_it_does(tmp_path: Path) -> None:
    store = opened(tmp_path)
    floor: Row = ("F", b"n" * 32, b"", Floor((1, b"h" * 32), 1e9))

    def synchronous() -> int:
        assert store._connection is not None
        return int(store._connection.execute("PRAGMA synchronous").fetchone()[0])

    assert (put(store, 1), synchronous()) == ([True], 2)
    assert (asyncio.run(write(store, (floor,))), synchronous()) == ([True], 1)
    assert (put(store, 2), synchronous()) == ([True], 2)
    assert asyncio.run(write(store, (floor,), (row_of(3),))) == [True, True]
    assert synchronous() == 2  # whoever shares a commit with a put waits with it
    store.close()


# A full disk


def test_a_full_disk_refuses_puts_and_keeps_gets(small_disk: Path) -> None:
    now = [CLOCK]
    store = Store.open(small_disk / "store.db", lambda: 1_000_000.0, lambda: now[0])
    assert put(store, *range(50)) == [True] * 50
    fill(small_disk)
    refused = next(number for number in range(100, 600) if put(store, number) == [False])  # the log has room of its own
    kept = [*range(50), *range(100, refused)]
    assert store.full and "full" in store.trouble
    floor: Row = ("F", b"n" * 32, b"", Floor((1, b"h" * 32), 1e9))
    assert asyncio.run(write(store, *[(floor,)] * 3)) == [True] * 3  # a get is not refused for what it remembers
    assert store.load(1) == rows(*kept)
    now[0] += 1.0
    assert not store.full  # or nobody would try again
    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    assert put(store, 5000) == [True]
    assert (store.full, store.trouble, store.load(1)) == (False, "", rows(*kept, 5000))
    store.close()
    again = opened(small_disk)
    assert (again.load(1), again.said) == (rows(*kept, 5000), ())
    again.close()


# A provider


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[int, object]]:
    """Inputs of a provider whose peer is node 2, and node 40,000 its customers."""
    inputs: list[tuple[int, object]] = []
    for record in draw(st.lists(RECORDS, max_size=12)):
        account = draw(st.sampled_from([b"a" * 32, b"b" * 32]))
        if draw(st.integers(0, 9)) == 0:
            inputs.append((40_000, Leave(1, account, 0, account, 2)))
        elif draw(st.booleans()):
            inputs.append((40_000, PutRequest(1, record.nid, 0, record, None, False, account)))
        else:
            inputs.append((2, Update(1, record.nid, 0, record)))
    return inputs


def state(provider: Provider) -> tuple[object, ...]:
    stores, putting = provider.stores, provider._putting
    tables = [
        {nid: sorted(copies, key=lambda copy: copy.record.entry) for nid, copies in table.items() if copies}
        for table in (stores.own, stores.subtree, stores.replicas, stores.pointers)
    ]
    names = {account: set(names) for account, names in putting.accounts._names.items() if names}
    marks = stores.marks, stores.withdrawn, stores.removed, stores.floors._floors
    return tables, marks, names, putting.leaving._departures


@settings(max_examples=80, deadline=None)
@given(lives())
def test_a_provider_that_begins_again_is_as_it_was(inputs: list[tuple[int, object]]) -> None:
    def begun() -> Provider:
        return Provider(1, Options(max_value=8192), SIGNER, 0.0)

    provider, disk, times = begun(), {}, Times(CLOCK, 1000.0)
    provider.peer_with((2,))
    for src, message in inputs:
        for effect in provider.handle(Received(src, message, 0), CLOCK):  # type: ignore[arg-type]  # they are messages
            if isinstance(effect, Persist):
                for row in effect.rows:
                    disk[row[:3]] = None if row[3] is None else pack(1, row, times)
    again = begun()
    again.restore({key: unpack(1, *key, data, times) for key, data in disk.items() if data is not None}, {}, CLOCK)
    assert state(again) == state(provider)


def test_nothing_is_stored_of_a_provider_but_what_it_has(tmp_path: Path) -> None:
    """The same through the file itself."""
    provider = Provider(1, Options(), SIGNER, 0.0)
    store = opened(tmp_path)
    writes = []
    for at in range(5):
        record = unauthenticated(b"key", bytes([at]), Regime.GET_BROADCAST, 0, 0)
        request = PutRequest(1, record.nid, 0, record, account=b"a" * 32)
        effects = provider.handle(Received(40_000, request, 0), CLOCK)
        writes += [effect.rows for effect in effects if isinstance(effect, Persist)]
    assert asyncio.run(write(store, *writes)) == [True] * 5
    store.close()
    later = opened(tmp_path)
    again = Provider(1, Options(), SIGNER, 0.0)
    assert again.restore(later.load(1), {}, CLOCK) == 5
    assert state(again) == state(provider)
    later.close()


# The proofs, in short


def test_a_kill_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    figures = kills(tmp_path, 2, 100)
    assert (figures.lost, figures.acked >= 100) == (0, True)


def test_a_killed_node_serves_what_it_told_its_customers(tmp_path: Path) -> None:
    figures = kill_node.kills(tmp_path, 1, 1)
    assert (figures.kills >= 1, figures.acked > 0, figures.lost) == (True, True, 0)


def test_a_store_that_acknowledges_early_is_found_out(tmp_path: Path) -> None:
    """Else the test above could not fail. It takes some kills more at times, the quicker the store."""
    assert any(kills(tmp_path / str(seed), 1, 1, "early", seed).lost for seed in range(20))


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_the_disk_is_synced_before_each_acknowledgement(tmp_path: Path) -> None:
    try:
        full, normal = syncs(tmp_path), syncs(tmp_path, "normal")
    except subprocess.CalledProcessError:
        pytest.skip("strace may not trace here")
    assert (len(full), len(normal)) == (5, 5)
    assert min(full) >= 1
    assert normal[1:] == [0, 0, 0, 0]  # without it there is none: the test can fail
