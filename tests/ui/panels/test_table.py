"""A table of many rows: asked for what is seen alone, in the order that a person wants, keeping what is selected."""

from collections import Counter
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStyledItemDelegate

from ui.panels.table import SHARE, Column, Rows, Table


@dataclass(frozen=True)
class Name:
    key: str
    seq: int
    changed: bool = False


def made(asked: Counter[str], themes) -> Table:
    def spell(row: Name) -> str:
        asked[row.key] += 1
        return row.key

    columns = (
        Column("Name", spell),
        Column("Version", lambda row: f"v{row.seq}", lambda row: row.seq, right=True, bad=lambda row: row.seq == 9),
        Column("Left", lambda row: "1 s", share=lambda row: 0.5),
    )
    return Table(Rows(columns, lambda row: row.key, lambda row: row.changed), themes, "Names")


def test_only_rows_in_sight_are_spelled(qtbot, themes) -> None:
    asked: Counter[str] = Counter()
    table = made(asked, themes)
    qtbot.addWidget(table)
    table.resize(300, 240)
    table.show_rows([Name(f"k{number}", number) for number in range(5000)])
    table.show()
    qtbot.waitExposed(table)
    table.grab()
    assert 10 < len(asked) < 100
    assert isinstance(table.itemDelegate(), QStyledItemDelegate)


def test_rows_are_sorted_by_value_and_what_is_selected_stays_so(qtbot, themes) -> None:
    table = made(Counter(), themes)
    qtbot.addWidget(table)
    model = table.model()
    rows = [Name("b", 10), Name("a", 9), Name("c", 2)]

    def shown() -> list[str]:
        return [model.data(model.index(row, 1)) for row in range(model.rowCount())]

    table.show_rows(rows)
    table.selectRow(1)
    table.horizontalHeader().setSortIndicator(1, Qt.SortOrder.AscendingOrder)
    assert shown() == ["v2", "v9", "v10"]
    table.show_rows([*rows, Name("d", 3)])
    assert (shown(), table.currentIndex().row()) == (["v2", "v3", "v9", "v10"], 2)
    theme = themes.current
    ink = [model.data(model.index(row, 1), Qt.ItemDataRole.ForegroundRole) for row in (1, 2)]
    assert ink == [theme.muted, theme.stale_text]
    assert model.data(model.index(0, 2), SHARE) == 0.5


def test_what_has_changed_is_told_by_more_than_its_colour(qtbot, themes) -> None:
    table = made(Counter(), themes)
    qtbot.addWidget(table)
    table.show_rows([Name("a", 1), Name("b", 2, changed=True)])
    model = table.model()
    at = [model.index(row, 0) for row in (0, 1)]
    assert [model.data(each, Qt.ItemDataRole.FontRole).bold() for each in at] == [False, True]
    assert [model.data(each, Qt.ItemDataRole.AccessibleTextRole) for each in at] == ["Name: a", "Name: b, changed"]


def test_a_row_is_picked_with_the_mouse_and_with_enter(qtbot, themes) -> None:
    table, picked = made(Counter(), themes), []
    qtbot.addWidget(table)
    table.picked.connect(lambda row: picked.append(row.key))
    table.show_rows([Name("a", 1), Name("b", 2)])
    table.resize(300, 200)
    table.show()
    qtbot.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(table.model().index(1, 0)).center()
    )
    qtbot.keyClick(table, Qt.Key.Key_Up)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert picked == ["b", "a"]


def test_a_column_is_made_wide_for_what_has_become_longer(qtbot, themes) -> None:
    table = made(Counter(), themes)
    qtbot.addWidget(table)
    table.show_rows([Name("a", 1)])
    narrow = table.columnWidth(1)
    table.show_rows([Name("a", 10**14)])
    wide = table.columnWidth(1)
    assert narrow < table.fontMetrics().horizontalAdvance(f"v{10**14}") < wide
    table.show_rows([Name("a", 1)])
    assert table.columnWidth(1) == wide  # what shrinks with each figure cannot be read
