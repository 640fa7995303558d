"""A row of the action table.

Rules: data alone; who makes rows is `actions.table`, who reads them are menus, buttons, shortcuts and the `?` sheet.
"""

from collections.abc import Callable
from dataclasses import dataclass


def always() -> str:
    """Why an action is not possible that always is."""
    return ""


@dataclass(frozen=True)
class Row:
    """why_not: empty while the action is possible. ticked: for an action that is on or off; one_of: its submenu is one

    choice. line: a line before it. says: for the sheet and the tooltip, where the label is not enough. now: the label
    at this moment, where it changes.
    """

    id: str
    label: str
    menu: str
    do: Callable[[], None]
    keys: tuple[str, ...] = ()
    why_not: Callable[[], str] = always
    ticked: Callable[[], bool] | None = None
    submenu: str = ""
    line: bool = False
    says: str = ""
    one_of: bool = False
    now: Callable[[], str] | None = None
