"""Opening, saving and what is unsaved, on real files; the answers that a person would give are plain functions."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from p4lab import resources
from p4lab.core.commands import Get, Put
from p4lab.core.events import Joined, Peered
from p4lab.recording import Recorder
from p4lab.scenario.changes import add_provider, set_place
from p4lab.scenario.model import Do, Mark, Scenario
from p4lab.scenario.read import read
from p4lab.scenario.write import dumps, write
from p4lab.session.replay import Replayed
from p4lab.session.simulated import Simulated
from p4lab.trace import Trace
from tests.ui import runs
from ui.document import MODELLED, Answer, Document
from ui.filed import as_scenario
from ui.player import Player


class Desk:
    """A document with a person beside it who answers as told."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "small.toml"
        write(runs.scenario(), self.file)
        self.file.write_text(f"# by hand\n{self.file.read_text()}")
        self.player = Player(Simulated)
        self.answer = Answer.CANCEL
        self.target: Path | None = None
        self.asked: list[str] = []
        self.said: list[str] = []
        self.failed: list[str] = []
        settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
        self.document = Document(self.player, Simulated, self._ask, lambda _: self.target, settings)
        self.document.said.connect(self.said.append)
        self.document.failed.connect(self.failed.append)

    def _ask(self, title: str) -> Answer:
        self.asked.append(title)
        return self.answer


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.player.close()


def test_a_scenario_opens_with_nothing_to_save(desk: Desk) -> None:
    assert desk.document.open(desk.file)
    document = desk.document
    assert (document.title, document.path, document.recording, document.unsaved) == ("Small", desk.file, False, False)
    assert desk.document.recent == [desk.file.resolve()]


def test_what_is_done_by_hand_is_saved_as_commands_and_comments_stay(desk: Desk) -> None:
    desk.document.open(desk.file)
    desk.player.seek(1.0)
    desk.player.submit(Put("Cedar", "hello", "k1"))
    assert desk.document.unsaved
    assert desk.document.save()
    saved = read(desk.file)
    assert saved.do == (Do(1.000001, Put("Cedar", "hello", "k1")),)
    assert desk.file.read_text().startswith("# by hand\n")
    assert (desk.document.unsaved, desk.said) == (False, ["Saved as small.toml."])


def test_the_saved_run_is_the_run_that_was_seen(desk: Desk, qtbot: QtBot) -> None:
    desk.document.open(desk.file)
    desk.player.seek(1.0)
    desk.player.submit(Put("Cedar", "hello", "k1"))
    desk.player.seek(desk.player.duration)
    runs.settle(qtbot, desk.player)
    digest = desk.player.digest()
    desk.document.save()
    desk.document.open(desk.file)
    desk.player.seek(desk.player.duration)
    runs.settle(qtbot, desk.player)
    assert desk.player.digest() == digest != ""


def test_a_new_seed_and_a_moved_provider_are_changes(desk: Desk) -> None:
    desk.document.open(desk.file)
    desk.document.place({"Cedar": (0.25, 0.75)})
    desk.player.reset(new_seed=11)
    assert desk.document.unsaved
    desk.document.save()
    saved = read(desk.file)
    assert (saved.seed, saved.provider[2].position) == (11, (0.25, 0.75))


@pytest.mark.parametrize(
    ("answer", "left", "commands"), [(Answer.CANCEL, False, 0), (Answer.DISCARD, True, 0), (Answer.SAVE, True, 1)]
)
def test_unsaved_changes_are_asked_about(desk: Desk, tmp_path: Path, answer: Answer, left: bool, commands: int) -> None:
    other = tmp_path / "other.toml"
    write(runs.scenario(title="Other"), other)
    desk.document.open(desk.file)
    desk.player.submit(Get("Cedar", "news/1"))
    desk.answer = answer
    assert desk.document.open(other) is left
    assert (desk.asked, desk.document.title) == (["Small"], "Other" if left else "Small")
    assert len(read(desk.file).do) == commands


def _folder(path: Path) -> None:
    path.mkdir()


def _junk(path: Path) -> None:
    path.write_bytes(bytes(range(256)))


def _truncated(path: Path) -> None:
    path.write_text('format = 1\ntitle = "Trunca')


def _nothing(path: Path) -> None:
    pass


@pytest.mark.parametrize("suffix", [".toml", ".p4rec"])
@pytest.mark.parametrize("make", [_folder, _junk, _truncated, _nothing])
def test_a_file_that_cannot_be_read_gives_a_sentence(
    desk: Desk, tmp_path: Path, make: Callable[[Path], None], suffix: str
) -> None:
    desk.document.open(desk.file)
    bad = tmp_path / f"bad{suffix}"
    make(bad)
    assert not desk.document.open(bad)
    assert [sentence.startswith("This file cannot be opened. ") for sentence in desk.failed] == [True]
    assert "\n" not in desk.failed[0]
    assert desk.document.title == "Small"


def test_what_cannot_be_written_is_said(desk: Desk, tmp_path: Path) -> None:
    desk.document.open(desk.file)
    desk.target = tmp_path / "missing" / "small.toml"
    assert not desk.document.save_as()
    assert desk.failed[0].startswith("It was not saved. ")
    assert desk.document.path == desk.file


def test_a_scenario_that_came_along_is_saved_elsewhere(desk: Desk, tmp_path: Path) -> None:
    shipped = resources.scenario_files()[0]
    before = shipped.read_bytes()
    desk.document.open(shipped)
    assert (desk.document.path, desk.document.recent) == (None, [])
    desk.target = tmp_path / "mine.toml"
    assert desk.document.save()
    assert (desk.document.path, shipped.read_bytes()) == (desk.target, before)


def test_closing_goes_back_to_nothing(desk: Desk) -> None:
    desk.document.open(desk.file)
    closed: list[bool] = []
    desk.document.closed.connect(lambda: closed.append(True))
    assert desk.document.close()
    assert (closed, desk.player.empty, desk.document.title, desk.document.unsaved) == ([True], True, "", False)


MAP = """<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="undirected">
<node id="0"/><node id="1"/><node id="2"/>
<edge source="0" target="1"/><edge source="1" target="2"/></graph></graphml>"""


def test_a_map_opens_as_the_scenario_made_of_it_and_is_saved_elsewhere(desk: Desk, tmp_path: Path) -> None:
    map_file, desk.target = tmp_path / "net.graphml", tmp_path / "net.toml"
    map_file.write_text(MAP)
    assert desk.document.open(map_file)
    assert (desk.document.path, len(desk.player.world.providers), desk.failed) == (None, 3, [])
    says = (
        "A scenario was made of the map net.graphml. Save as… keeps it. 3 nodes without a label named after the id. "
        "3 nodes without coordinates, and without a neighbour that has some, left unplaced. "
        "Latency of 2 links between unplaced nodes set to 10 ms. “p4lab import” lists 1 more."
    )
    assert desk.said == [says]
    assert desk.document.save()
    assert (len(read(desk.target).provider), map_file.read_text()) == (3, MAP)


def test_a_map_that_cannot_be_read_is_said(desk: Desk, tmp_path: Path) -> None:
    bad = tmp_path / "bad.gml"
    bad.write_text("graph [ node [")
    assert not desk.document.open(bad)
    assert desk.failed[0].startswith(f"This file cannot be opened. {bad}, line 1: ")


def test_as_relationships_open_as_a_forest(desk: Desk, tmp_path: Path) -> None:
    relations = tmp_path / "small.as-rel.txt"
    relations.write_text("1|2|0\n2|3|-1\n")
    assert desk.document.open(relations)
    assert [(each.name, each.parent) for each in desk.player.world.providers] == [
        ("AS1", None),
        ("AS2", None),
        ("AS3", 1),
    ]
    notes = tmp_path / "notes.txt"
    notes.write_text("milk, bread")
    assert not desk.document.open(notes)
    assert desk.failed[-1].startswith("This file cannot be opened. ")


def test_what_is_undone_is_not_unsaved_and_what_was_saved_and_undone_is(desk: Desk) -> None:
    desk.document.open(desk.file)
    desk.player.change(set_place(desk.player.scenario, {"Cedar": (0.1, 0.1)}), "moving Cedar")
    assert desk.document.unsaved
    desk.player.history.undo()
    assert not desk.document.unsaved
    desk.player.history.redo()
    desk.document.save()
    assert not desk.document.unsaved
    desk.player.history.undo()
    assert desk.document.unsaved


def test_branches_are_saved_and_come_back(desk: Desk, qtbot: QtBot) -> None:
    desk.document.open(desk.file)
    desk.player.submit(Put("Cedar", "hello", "k1"))
    desk.player.seek(6.0)
    runs.settle(qtbot, desk.player)
    desk.player.seek(3.0)
    desk.player.submit(Get("Elm", "news/1"))
    runs.settle(qtbot, desk.player)
    desk.player.reset(new_seed=9)
    desk.player.rename(2, "another try")
    before = desk.player.branches
    desk.document.save()
    desk.document.open(desk.file)
    after = desk.player.branches
    told = [(each.name, each.parent, each.forked_at, each.why, each.scenario.seed) for each in after.all]
    assert told == [("A", None, 0.0, "", 7), ("another try", 1, 3.0, "get news/1 at Elm", 9)]
    assert [as_scenario(each) for each in after.all] == [as_scenario(each) for each in before.all]
    assert (after.current.name, desk.document.unsaved) == ("another try", False)
    desk.player.switch(1)
    assert not desk.document.unsaved, "one only looks elsewhere"


def test_what_is_said_of_one_branch_is_said_of_all(desk: Desk) -> None:
    desk.document.open(desk.file)
    desk.player.fork()
    moved = set_place(desk.player.scenario, {"Cedar": (0.1, 0.1)})
    desk.player.change(msgspec.structs.replace(moved, title="Other", mark=(Mark(1.0),)), "words")
    assert [(each.scenario.title, each.scenario.provider[2].position, each.scenario.mark) for each in
            desk.player.branches.all] == 2 * [("Other", (0.1, 0.1), (Mark(1.0),))]  # fmt: skip


def test_branches_that_cannot_be_read_are_left_out_with_a_sentence(desk: Desk) -> None:
    rows = '[[branch]]\nname = "A"\nshown = true\n[[branch]]\nname = "B"\ninstead = { seed = "x" }\n'
    desk.file.write_text(f"{desk.file.read_text()}\n{rows}")
    assert desk.document.open(desk.file)
    assert desk.said[0].startswith("Its branches cannot be read and are left out. ")
    assert len(desk.player.branches.all) == 1


def test_one_branch_is_saved_alone(desk: Desk, tmp_path: Path) -> None:
    desk.document.open(desk.file)
    desk.player.fork()
    desk.player.submit(Put("Cedar", "hello", "k1"))
    desk.target = tmp_path / "alone.toml"
    assert desk.document.save_branch_as()
    saved = read(desk.target)
    assert (len(saved.do), saved.branch, desk.document.path, desk.document.unsaved) == (1, (), desk.file, True)


def test_new_is_an_empty_network_to_draw_in(desk: Desk) -> None:
    assert desk.document.new()
    document, player = desk.document, desk.player
    assert (document.title, document.path, document.unsaved, player.empty) == ("Untitled", None, False, False)
    player.change(add_provider(add_provider(player.scenario, "Aster"), "Birch"), "drawing")
    player.submit(Get("Aster", "k"))
    assert (document.unsaved, len(player.world.providers)) == (True, 2)


def test_the_scenario_of_a_recording_goes_on_as_a_copy(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    session = Simulated(runs.scenario(duration=2.0))
    session.submit(Get("Elm", "news/1"), 1.0)
    while session.advance(2.0) < 2.0:
        pass
    recorder = Recorder(tmp_path / "small.p4rec", dumps(session.scenario), 7, "test")
    recorder.write(session.trace.slice(0, len(session.trace)), 2.0)
    recorder.commands(session.commands)
    recorder.close()
    assert desk.document.open(tmp_path / "small.p4rec")
    runs.settle(qtbot, desk.player)
    digest = desk.player.digest()
    assert desk.document.open_copy()
    desk.player.seek(2.0)
    runs.settle(qtbot, desk.player)
    assert (desk.document.recording, desk.player.digest(), desk.document.path) == (False, digest, None)


def test_of_a_recorded_class_a_model_is_made(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    """Machines have no scenario: it would open an empty map."""
    trace = Trace()
    for t, event in (
        (0.5, Joined(node=0, name="Ms Lee", customers=1)),
        (0.5, Joined(node=1, name="Ann", customers=1)),
        (1.0, Peered(node=0, peers=(1,), latency=(0.01,))),
    ):
        trace.emit(event, t, 0)
    recorder = Recorder(tmp_path / "class.p4rec", dumps(Scenario(title="Physics 4b", duration=2.0)), 7, "test")
    recorder.write(trace.slice(0, len(trace)), 2.0)
    recorder.close()
    assert desk.document.open(tmp_path / "class.p4rec")
    runs.settle(qtbot, desk.player)
    assert desk.document.open_copy()
    made = desk.player.scenario
    assert (made.title, [row.name for row in made.provider]) == ("Physics 4b, as observed", ["Ms Lee", "Ann"])
    assert desk.said[-1] == MODELLED.format("Physics 4b")


def test_the_run_is_saved_as_a_recording_behind_what_a_person_does(desk: Desk, qtbot: QtBot) -> None:
    desk.document.open(desk.file)
    desk.player.seek(5.0)
    runs.settle(qtbot, desk.player)
    path = desk.file.with_name("run.p4rec")
    desk.document.save_recording(path)
    desk.player.seek(2.0)
    desk.player.play()
    runs.settle(qtbot, desk.player)
    kept = Replayed(path)
    assert (kept.abilities.end, kept.trace.digest()) == (5.0, Replayed(path).trace.digest())
    assert desk.said == ["The run up to 5.00 s, as far as it is known, is saved as run.p4rec."]
    upto = desk.player.trace.index_at(5.0)
    assert list(kept.trace[:]) == list(desk.player.trace[:upto])
    desk.document.save_recording(desk.file)
    assert desk.failed == [
        f"It was not saved. {desk.file}: this file is there already and is no recording; give another name"
    ]


def test_saving_a_recording_can_be_given_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.works.BUDGET", 0.0)
    desk.document.open(desk.file)
    desk.player.seek(5.0)
    desk.document.save_recording(desk.file.with_name("run.p4rec"))
    assert desk.player.work is not None and desk.player.work.says == "Saving run.p4rec"
    desk.player.cancel()
    assert (desk.player.work, desk.said, desk.failed) == (None, [], [])
    assert [each.name for each in desk.file.parent.iterdir() if "p4rec" in each.name] == []


def test_a_recording_that_is_damaged_further_on_opens_and_says_so(desk: Desk, qtbot: QtBot) -> None:
    desk.document.open(desk.file)
    desk.player.seek(20.0)
    runs.settle(qtbot, desk.player)
    path = desk.file.with_name("run.p4rec")
    desk.document.save_recording(path)
    runs.settle(qtbot, desk.player)
    whole = desk.player.trace
    db = sqlite3.connect(path)
    db.execute("UPDATE events SET op = -1 WHERE n = 501")
    db.commit()
    db.close()
    desk.said.clear()
    assert desk.document.open(path)
    runs.settle(qtbot, desk.player)
    end = whole.time_of(499)
    assert (desk.player.duration, desk.player.complete, len(desk.player.trace)) == (end, True, 500)
    assert len(desk.said) == 1 and desk.said[0].startswith(f"{path}: event 501: its op is '-1'")
    assert desk.said[0].endswith(f"What stands before that is here, up to {end:.3f} s.")
