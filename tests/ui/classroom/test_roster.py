"""The roster's cells."""

from msgspec.structs import replace

from tests.session import classes
from ui.classroom import roster


def test_each_member_is_told_in_words() -> None:
    members = classes.as_teacher().members
    assert [[column.text(member) for column in roster.COLUMNS] for member in members] == [
        ["Teacher", "teacher", "here", "", "now", "", "", "1", "c0ff ee00"],
        ["Ann", "", "here", "directly", "now", "4 ms", "± 2 ms", "2", "1a2b 3c4d"],
        ["Ben", "", "late", "through the hub", "12 s ago", "18 ms", "± 9 ms", "0", "99aa 00ff"],
        ["Cleo", "no provider", "left", "", "", "", "", "", "0bad cafe"],
        ["Dan", "", "vanished", "", "31 s ago", "", "", "0", "dead beef"],
    ]


def test_nobody_is_shown_as_the_teacher_for_being_called_so() -> None:
    impostors = [replace(classes.ANN, name=name) for name in ("Teacher", "Ann (teacher)", "teacher")]
    shown = [[column.text(one) for column in roster.COLUMNS] for one in (classes.TEACHER, *impostors)]
    assert [roster.COLUMNS[1].title, *(cells[1] for cells in shown)] == ["role", "teacher", "", "", ""]
    assert len({cells[-1] for cells in shown}) == 2  # the digits tell them apart
