"""Reading: a good file gives its records, anything else one helpful line."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p4lab.core.commands import Get, Note, Put
from p4lab.core.names import Kind, Regime
from p4lab.core.options import Mesh, Options, Quorum
from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import Do, Expect, Link, Peering, Provider, Scenario, Underlay, View, Workload
from p4lab.scenario.read import parse, read

GOOD = """\
format = 1
title = "Stale by TTL"
about = "A cached copy outlives the value it was copied from."
seed = 3
duration = 60.0

[options]
mesh = "strict"
authenticated_gets = { quorum = 1 }

[view]
key = "news/1"
speed = 0.5

[link]
latency = 0.02

[[provider]]
name = "Aster"
position = [0.2, 0.4]

[[provider]]
name = "New York"
geo = [-74, 40.7]
customers = 12

[[peering]]
among = "all"

[[peering]]
between = ["Aster", "New York"]
latency = 0.035

[[underlay]]
between = ["Aster", "New York"]

[[workload]]
name = "news"
owners = ["Aster"]
readers = ["New York"]
kind = "unauthenticated"
regime = "put-broadcast-key"
keys = 3
stop = 50

[[do]]
at = 5
put = { by = "Aster", key = "k42", value = "hello", as = "me", ttl = 30 }

[[do]]
at = 6
get = { by = "New York", of = "hello", kind = "immutable" }

[[do]]
at = 7
note = { text = "Look." }

[[expect]]
metric = "staleness.share"
where = { workload = "news" }
between = [0.18, 0.24]
says = "About one read in five is stale."
"""

RECORDS = Scenario(
    title="Stale by TTL",
    about="A cached copy outlives the value it was copied from.",
    seed=3,
    duration=60.0,
    options=Options(mesh=Mesh.STRICT, authenticated_gets=Quorum(1)),
    view=View(key="news/1", speed=0.5),
    link=Link(latency=0.02),
    provider=(Provider("Aster", position=(0.2, 0.4)), Provider("New York", customers=12, geo=(-74.0, 40.7))),
    peering=(Peering(among="all"), Peering(between=("Aster", "New York"), latency=0.035)),
    underlay=(Underlay(("Aster", "New York")),),
    workload=(
        Workload(
            "news",
            keys=3,
            owners=("Aster",),
            readers=("New York",),
            kind=Kind.UNAUTHENTICATED,
            regime=Regime.KEY,
            stop=50.0,
        ),
    ),
    do=(
        Do(5.0, Put(by="Aster", value="hello", key="k42", identity="me", ttl=30.0)),
        Do(6.0, Get(by="New York", of="hello", kind=Kind.IMMUTABLE)),
        Do(7.0, Note("Look.")),
    ),
    expect=(
        Expect(
            "staleness.share",
            where={"workload": "news"},
            between=(0.18, 0.24),
            says="About one read in five is stale.",
        ),
    ),
)

TOP = 'format = 1\ntitle = "x"\nduration = 9\n'
TWO = f'{TOP}[[provider]]\nname = "Aster"\n[[provider]]\nname = "Birch"\n'
WORK = f'{TWO}[[workload]]\nname = "news"\n'
PUT = f'{TWO}[[do]]\nat = 1\nput = {{ by = "Aster", value = "v", key = "k", %s }}'

ELSEWHERE = "was it moved, or is its name written otherwise?"
REFUSED = {
    # the whole file
    "": "format: format is missing; write `format = 1` at the top",
    "format = 2": "line 1, format: this version reads format 1, not 2; take a newer P4 Lab",
    "format = 1\ntitle = 'x'": "duration: duration is missing; write `duration = 60.0` at the top",
    f"{TOP}optoins = 3": 'line 4, optoins: there is no table or field "optoins"; did you mean "options"?',
    f"{TOP}x = [": "line 4: not TOML: invalid value",
    f'{TOP}about = "y': "line 4: not TOML: unterminated string",
    f'{TOP}about = "y\n': "line 4: not TOML: illegal character '\\n'; is a quote missing at its end?",
    f"{TOP}title = 3": "line 4: not TOML: cannot overwrite a value",
    f"{TOP}x = {'[' * 100_000}": "lists or tables are nested too deeply",
    f"{TOP}seed = {'9' * 5_000}": "a number of thousands of digits; none here may have more than 19",
    f"{TOP}{'a.' * 200_000}a = 1": "line 4: a key of twenty parts or more; a.b.c is as deep as a scenario goes",
    TOP.replace('"x"', f'"{"y" * 121}"'): "line 2, title: this text has 121 characters; it may have 1 to 120",
    TOP.replace("9", "inf"): (
        "line 3, duration: inf is out of range; it may be more than 0 and at most 1,000,000,000 seconds"
    ),
    f'{TOP}[[provider]]\nname = "A"\nparent = "B"': (
        "line 6, provider.A.parent: there is no provider \"B\"; known here: A"
    ),
    f"{TOP}[[do]]\nat = 1\ncrash = {{ provider = 'A' }}": (
        'line 6, do.1.crash.provider: there is no provider "A"; the file has no [[provider]]'
    ),
    # types
    f"{TOP}provider = 3": "line 4, provider: provider must be a list of tables; write [[provider]], in two brackets",
    f"{TOP}[link]\nlatency = '1'": 'line 5, link.latency: expected a number, got "1"',
    f'{TOP}[[provider]]\nname = "A"\ngeo = [1]': "line 6, provider.A.geo: expected 2 values, got 1",
    f'{TOP}[[provider]]\nname = "A"\ncustomers = true': (
        "line 6, provider.A.customers: expected a whole number, got true"
    ),
    f"{TOP}[[provider]]\ncustomers = 3": "line 4, provider.1: name is missing",
    f"{TOP}[link]\nlatency = {'9' * 400}": "line 5, link.latency: this number is too large",
    f"{TOP}[link]\nlatancy = 1": 'line 5, link.latancy: link has no field "latancy"; did you mean "latency"?',
    # ranges
    f"{TOP}[link]\nloss = 1": "line 5, link.loss: 1.0 is out of range; it may be at least 0 and less than 1",
    f"{TOP}[link]\njitter = nan": "line 5, link.jitter: nan is out of range; it may be from 0 to 86,400 seconds",
    f"{WORK}lease = 0.5": (
        "line 10, workload.news.lease: 0.5 is out of range; 0 for none, or from 1 to 604,800 seconds"
    ),
    f"{WORK}value_bytes = 2000": (
        "line 10, workload.news.value_bytes: values of 2,000 bytes are too big; options.max_value allows 1,024"
    ),
    WORK.replace("news", "n" * 61): (
        "line 9, workload.1.name: its keys would have 65 bytes; a key has at most 64: shorten the name"
    ),
    f"{TWO}[options]\nauthenticated_gets = {{ quorum = 2 }}": (
        "line 9, options.authenticated_gets.quorum: 2 is out of range; "
        "among 2 top-level providers it may be from 1 to 1"
    ),
    # names and places
    TWO.replace("Birch", "Aster"): (
        'line 7, provider.2.name: "Aster" is already the name of provider 1; each needs a name of its own'
    ),
    f'{TWO}[[peering]]\nbetween = ["Aster", "Brich"]': (
        'line 9, peering.1.between.2: there is no provider "Brich"; did you mean "Birch"?'
    ),
    f'{TWO}[[peering]]\nbetween = ["Aster", "Aster"]': (
        'line 9, peering.1.between: "Aster" stands on both sides; name two providers'
    ),
    f"{TWO}[[peering]]\nlatency = 1": (
        "line 8, peering.1: it says neither among nor between; "
        'write among = "all", or between = ["Aster", "Birch"]'
    ),
    f"{WORK}owners = 'Aster'": 'line 10, workload.news.owners: "Aster" is not a list; write ["Aster"]',
    f"{WORK}readers = ['Aster', 'Aster']": 'line 10, workload.news.readers.2: "Aster" stands here twice',
    f'{TOP}[[provider]]\nname = "A"\nposition = [0, 0]\ngeo = [0, 0]': (
        "line 4, provider.A: position and geo stand together; one place is enough"
    ),
    f'{TWO}[options]\nmesh = "strict"': (
        'line 9, options.mesh: mesh = "strict" allows no holes; '
        'Aster and Birch have no peering: add it, or write mesh = "mesh"'
    ),
    # keys with a regime of their own, and marks
    f'{WORK}regimes = {{ "news/101" = "put-broadcast-key" }}': (
        'line 10, workload.news.regimes.news/101: "news/101" is no key of this workload; they are numbered 1 to 100'
    ),
    f'{WORK}regimes = {{ "nwes/1" = "put-broadcast-key" }}': (
        'line 10, workload.news.regimes.nwes/1: "nwes/1" is no key of this workload; write "news/1" for the first'
    ),
    f'{WORK}regimes = {{ "news/1" = "put-key" }}': (
        'line 10, workload.news.regimes.news/1: "put-key" is not '
        '"get-broadcast", "put-broadcast-key" or "put-broadcast-value"; did you mean "put-broadcast-key"?'
    ),
    f"{TOP}[[mark]]\nat = 5\nuntil = 4": "line 6, mark.1.until: it ends before it begins; at is 5",
    f"{TOP}[[mark]]\nat = 99\ncolour = 'gray'": (
        'line 6, mark.1.colour: there is no colour "gray"; did you mean "grey"?'
    ),
    f"{TOP}[view]\nat = -1": "line 5, view.at: -1.0 is out of range; it may be from 0 to 1,000,000,000 seconds",
    # commands and expectations
    PUT.replace("[do]]\nat = 1", "[do]]\nat = 10") % "": (
        "line 9, do.1.at: 10.0 is not a time of this run; between 0 and the duration, 9"
    ),
    PUT % 'kind = "signed"': (
        'line 10, do.1.put.kind: "signed" is not "immutable", "authenticated" or "unauthenticated"'
    ),
    PUT % "ttl = nan": "line 10, do.1.put.ttl: nan is out of range; it may be from 0 to 1,000,000,000 seconds",
    PUT % 'kind = "immutable"': (
        'line 10, do.1.put.key: "k" is not an immutable key; 64 hex digits, the hash of the value'
    ),
    f'{TWO}[[do]]\nat = 1\nget = {{ by = "Aster" }}': (
        "line 10, do.1.get: a get has either key or of; name the key, or for an immutable value what it is `of`"
    ),
    f"{TOP}[[expect]]\nmetric = 'stale.share'\nequals = 1": (
        'line 5, expect.1.metric: there is no metric "stale"; did you mean "staleness"?'
    ),
    f"{WORK}[[expect]]\nmetric = 'gets.total'\nequals = 1\nwhere = {{ workload = 'nwes' }}": (
        'line 13, expect.1.where.workload: there is no workload "nwes"; did you mean "news"?'
    ),
}  # fmt: skip


def test_a_good_file_gives_its_records(tmp_path: Path) -> None:
    path = tmp_path / "good.toml"
    path.write_text(GOOD, encoding="utf-8-sig")
    assert read(path) == RECORDS
    assert parse(GOOD.replace("\n", "\r\n")) == RECORDS


@pytest.mark.parametrize(("text", "says"), REFUSED.items(), ids=range(len(REFUSED)))
def test_a_fault_is_said_in_one_line(text: str, says: str) -> None:
    text = text.replace(",  }", " }")  # inline tables of TOML 1.0 have no last comma
    with pytest.raises(ScenarioError) as caught:
        parse(text)
    assert str(caught.value) == says


def test_what_a_provider_refuses_for_itself_may_stand_in_a_file() -> None:
    scenario = parse(PUT.replace('"v"', f'"{"v" * 2000}"').replace('"k"', f'"{"k" * 65}"') % "ttl = 1e6")
    assert scenario.do == (Do(1.0, Put(by="Aster", value="v" * 2000, key="k" * 65, ttl=1e6)),)


def test_sizes_are_limited() -> None:
    for text, says in [
        (f"{TOP}# {'x' * 8_000_000}", "the text is larger than 8 MB"),
        (TOP + "".join(f'[[provider]]\nname = "{i}"\n' for i in range(10_001)), "at most 10,000 rows of provider"),
        (TOP + "[[do]]\nat = 1\nnote = { text = '' }\n" * 10_001, "at most 10,000 rows of do"),
        (f"{WORK}keys = 600_000\n[[workload]]\nname = 'b'\nkeys = 500_000", "at most 1,000,000 keys"),
        (
            TOP + "".join(f'[[provider]]\nname = "{i}"\n' for i in range(2_002)) + "[[peering]]\namong = 'all'",
            "at most 2,000,000 peerings are allowed, here are 2,003,001",
        ),
    ]:
        with pytest.raises(ScenarioError, match=says):
            parse(text)


def test_what_is_no_scenario_file_is_said(tmp_path: Path) -> None:
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"format = 1\n\x93NUMPY\xff\x00")
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * 8_000_001)
    secret = tmp_path / "secret.toml"
    secret.write_text(GOOD)
    secret.chmod(0)
    for path, says in [
        (binary, f"{binary}, line 2: this is not text (UTF-8); a scenario is a TOML file"),
        (large, f"{large}: the file is larger than 8 MB"),
        (tmp_path, f"{tmp_path}: this is a folder; name a file in it"),
        (tmp_path / "none.toml", f"{tmp_path / 'none.toml'}: cannot be read: No such file or directory; {ELSEWHERE}"),
        *([(secret, f"{secret}: cannot be read: Permission denied")] if os.geteuid() else []),
    ]:
        with pytest.raises(ScenarioError) as caught:
            read(path)
        assert str(caught.value) == says


VALUES = [
    "1",
    "-1",
    "1e400",
    "nan",
    "9" * 30,
    '"x"',
    "true",
    "[]",
    "[[1]]",
    "{}",
    "{ a = 1 }",
    "1979-05-27",
    "''",
    "[[",
]


@st.composite
def spoiled(draw: st.DrawFn) -> bytes:
    """A good file with bytes flipped, lines dropped, doubled or moved, values and words replaced."""
    lines = GOOD.splitlines()
    for _ in range(draw(st.integers(1, 4))):
        i = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["drop", "double", "move", "value", "word"])):
            case "drop":
                del lines[i]
            case "double":
                lines.insert(i, lines[i])
            case "move":
                lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(i))
            case "value":
                lines[i] = f"{lines[i].partition('=')[0]}= {draw(st.sampled_from(VALUES))}"
            case _:
                lines[i] = lines[i].replace("Aster", draw(st.text(max_size=3)))
    data = bytearray("\n".join(lines).encode("utf-8", "replace"))
    for _ in range(draw(st.integers(0, 2))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.integers(0, len(data) * 3))])


@given(spoiled())
@settings(max_examples=300, deadline=None)
def test_a_spoiled_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "spoiled.toml"
    path.write_bytes(data)
    try:
        assert isinstance(read(path), Scenario)
    except ScenarioError as fault:
        assert "\n" not in str(fault)
        assert len(str(fault)) < 500


def test_a_recording_is_told_from_a_scenario(tmp_path: Path) -> None:
    file = tmp_path / "run.p4rec"
    file.write_bytes(b"SQLite format 3\0\xff\xfe")
    with pytest.raises(ScenarioError, match="this is a recording; p4lab replay or p4lab gui opens it"):
        read(file)
