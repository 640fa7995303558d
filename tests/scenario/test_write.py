"""Writing: what is written reads back, what a person wrote stays, and the file on disk is always whole."""

import stat
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings

from p4lab.core.commands import Note, Put
from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import Do, Link, Options, Peering, Provider, Scenario, View
from p4lab.scenario.read import load, parse, read
from p4lab.scenario.write import dumps, write
from tests.scenario.strategies import scenarios

BY_HAND = """\
# Two providers and a remark.
format = 1
title = "Mine"     # a good one
duration = 60

# --- who ---
[[provider]]
name = "Aster"     # the old one
customers = 1_000
[[provider]]
# Birch is new.
name = "Birch"

[[peering]]
among = "all"
latency = 0.035    # measured

# what happens
[[do]]
at = 5
put = { by = "Aster", key = "k", value = "v" }   # first
"""

TIDY = '''\
format = 1
title = "Two"
about = """
A "quoted" \\\\ line.

Another.\\""""
duration = 10.0

[options]
query_timeout = 1.0

[[provider]]
name = "Aster"

[[provider]]
name = "Birch"
customers = 5
geo = [1.5, -2.0]

[[peering]]
among = "all"

[[do]]
at = 1.0
put = { by = "Aster", value = "v", key = "k", as = "me" }
'''


def changed(**fields: object) -> Scenario:
    return msgspec.structs.replace(parse(BY_HAND), **fields)


@given(scenarios())
@settings(max_examples=30, deadline=None)
def test_a_scenario_reads_back_as_it_was_written(scenario: Scenario) -> None:
    text = dumps(scenario)
    assert parse(text) == scenario
    assert dumps(parse(text)) == text


@given(scenarios(), scenarios())
@settings(max_examples=30, deadline=None)
def test_any_file_can_be_edited_into_any_scenario(old: Scenario, new: Scenario) -> None:
    text = dumps(old)
    assert dumps(old, text) == text
    assert parse(dumps(new, text)) == new


def test_only_what_differs_from_a_default_is_written() -> None:
    scenario = Scenario(
        title="Two",
        duration=10.0,
        about='A "quoted" \\ line.\n\nAnother."',
        options=Options(query_timeout=1.0),
        provider=(Provider("Aster"), Provider("Birch", customers=5, geo=(1.5, -2.0))),
        peering=(Peering(among="all"),),
        do=(Do(1.0, Put(by="Aster", value="v", key="k", identity="me")),),
    )
    assert dumps(scenario) == TIDY
    assert parse(TIDY) == scenario


def test_an_unchanged_file_is_left_to_the_letter() -> None:
    assert dumps(parse(BY_HAND), BY_HAND) == BY_HAND


def test_a_changed_field_is_changed_in_its_place() -> None:
    scenario = changed(title="Ours", seed=9, link=Link(jitter=0.01), view=View(key="k"))
    provider = msgspec.structs.replace(scenario.provider[1], customers=7)
    scenario = msgspec.structs.replace(scenario, provider=(scenario.provider[0], provider))
    text = BY_HAND.replace('"Mine"', '"Ours"').replace("duration = 60\n", "duration = 60\nseed = 9\n")
    text = text.replace("\n# --- who", '\n[view]\nkey = "k"\n\n[link]\njitter = 0.01\n\n# --- who').replace(
        'name = "Birch"\n', 'name = "Birch"\ncustomers = 7\n'
    )
    assert dumps(scenario, BY_HAND) == text
    assert parse(text) == scenario


def test_rows_are_added_and_taken_out_where_they_belong() -> None:
    first = parse(BY_HAND).do[0]
    note = Do(2.0, Note("ready"))
    scenario = changed(do=(note, first), peering=())
    assert dumps(scenario, BY_HAND) == BY_HAND.replace(
        '[[peering]]\namong = "all"\nlatency = 0.035    # measured\n\n', ""
    ).replace("# what happens\n", '[[do]]\nat = 2.0\nnote = { text = "ready" }\n\n# what happens\n')
    later = changed(do=(first, note))
    assert dumps(later, BY_HAND) == f'{BY_HAND}\n[[do]]\nat = 2.0\nnote = {{ text = "ready" }}\n'


@pytest.mark.parametrize(
    "text",
    [
        'format = 1\ntitle = "x"\nduration = 5\nview.key = "a"\nprovider = [{ name = "Aster" }, { name = "Birch" }]',
        'format = 1\r\ntitle = "x"\r\nduration = 5\r\n[[provider]]\r\nname = "Aster"\r\n[[provider]]\r\nname = "Birch"',
        (
            'format=1\ntitle="x"\nduration=5\nview={key="a"}\n[[do]]\nat=1\n[do.note]\ntext="b"\n'
            '[[provider]]\nname="Aster"\n[[do]]\nat=2\nnote.text="c"\n[[provider]]\nname="Birch"\n'
        ),
        (
            'format = 1\ntitle = "x"\nduration = 5\n"provider" = [ # a ] in a comment\n { name = "Aster" },\n'
            " {name='Birch'} ]\nabout='''\n[[provider]]'''\n"
        ),
    ],
    ids=["inline", "windows", "subtables", "quoted"],
)
def test_unusual_layouts_can_be_edited_too(text: str) -> None:
    old = parse(text)
    new = msgspec.structs.replace(
        old,
        view=View(key="b", speed=2.0),
        about="two\nlines",
        provider=(Provider("Cedar"), msgspec.structs.replace(old.provider[0], customers=3)),
        do=(*old.do[:1], Do(3.0, Note("d"))),
    )
    edited = dumps(new, text)
    assert parse(edited) == new
    assert ("\r\n" in text) == ("\r\n" in edited)
    assert edited.startswith(text[:22])


def test_the_file_before_is_kept_and_its_mode_stays(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    write(parse(BY_HAND), path, BY_HAND)
    path.chmod(0o640)
    write(changed(title="Ours"), path, load(path))
    write(changed(title="Theirs"), path, load(path))
    assert read(path).title == "Theirs"
    assert read(tmp_path / "mine.toml~").title == "Ours"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["mine.toml", "mine.toml~"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert "# a good one" in load(path)


def test_what_cannot_be_written_is_said_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    write(parse(BY_HAND), path, BY_HAND)
    before = path.read_bytes()
    for scenario, target, says in [
        (changed(duration=-1.0), path, "duration: -1.0 is out of range"),
        (parse(BY_HAND), tmp_path, "this is a folder"),
        (parse(BY_HAND), tmp_path / "no" / "folder.toml", "cannot be written: No such file"),
        (parse(BY_HAND), tmp_path / "nul\0.toml", "cannot be written"),
    ]:
        with pytest.raises(ScenarioError) as caught:
            write(scenario, target)
        assert says in str(caught.value)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == before
