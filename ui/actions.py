"""The one table of actions. Menus, buttons, shortcuts and the `?` sheet all read it.

Rules: an action is a row: id, label, keys, whether it is possible now (else why not, as a sentence for its tooltip),
and what it does. Rows know the player, the document and the view; nothing else in the window makes a QAction.
"""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from ui.deeds import Asks, Deeds
from ui.document import Document
from ui.focus import Focus
from ui.operations import operations
from ui.player import Player
from ui.rows import Row, always
from ui.taste import SCALES, Taste
from ui.theme import DARK_ONLY, LIGHT_ONLY, SYSTEM

MENUS = ("File", "Run", "Network", "View", "Help")


class View(Protocol):
    """What the window itself does. `map` and `bar` are looked up when they are asked for: the table is made first."""

    map: "Shows"
    bar: "TakesKeys"

    def inspect(self) -> None: ...
    def tell_fault(self, text: str) -> None: ...
    def choose_file(self) -> None: ...
    def export_picture(self) -> None: ...
    def reset_layout(self) -> None: ...
    def new_seed(self) -> None: ...
    def close(self) -> bool: ...


class Shows(Protocol):
    """The map."""

    def fold(self) -> None: ...
    def why_not_fold(self) -> str: ...
    def fit(self) -> None: ...
    def actual_size(self) -> None: ...
    def zoom_in(self) -> None: ...
    def zoom_out(self) -> None: ...


class TakesKeys(Protocol):
    """The put/get bar."""

    def focus_key(self) -> None: ...
    def prepare(self, verb: str, provider: int) -> None: ...


class Sheets(Asks, Protocol):
    """The dialogs that show, and those that ask before a deed."""

    def keys(self, rows: "list[Row]") -> None: ...
    def about(self) -> None: ...


def table(player: Player, focus: Focus, document: Document, taste: Taste, sheets: Sheets, view: View) -> list[Row]:
    """All actions, in the order of the menus."""

    def nothing_open() -> str:
        return "Open a scenario first." if player.empty else ""

    def not_playing() -> str:
        return nothing_open() or ("" if player.playing else "It is paused already.")

    def at_end() -> str:
        return nothing_open() or ("The run ends here." if player.playhead >= player.duration else "")

    def at_start() -> str:
        return nothing_open() or ("The run begins here." if player.playhead <= 0 else "")

    def no_seed() -> str:
        return nothing_open() or ("A recording is one run with one seed." if document.recording else "")

    def nothing_kept() -> str:
        return nothing_open() or ("" if player.can_bring_back else "Nothing was given up.")

    def nothing_done() -> str:
        return nothing_open() or no_seed() or ("" if player.session.commands else "Nothing was done by hand.")

    def nothing_new() -> str:
        if document.recording:
            return "A recording is saved already. Save as… keeps the scenario that it was made from."
        return nothing_open() or ("" if document.unsaved or document.path is None else "Everything is saved.")

    def is_theme(choice: str) -> bool:
        return taste.switch.choice == choice

    def is_scale(percent: int) -> bool:
        return round(taste.switch.scale * 100) == percent

    def seek(t: Callable[[], float]) -> Callable[[], None]:
        return lambda: player.seek(t())

    def ask() -> None:
        view.bar.focus_key()

    def look(how: str) -> None:
        getattr(view.map, how)()

    rows = [
        Row("open", "Open…", "File", view.choose_file, ("Ctrl+O",)),
        Row("save", "Save", "File", lambda: _ignore(document.save()), ("Ctrl+S",), nothing_new, line=True),
        Row("save-as", "Save as…", "File", lambda: _ignore(document.save_as()), ("Ctrl+Shift+S",), nothing_open),
        Row("picture", "Export picture…", "File", view.export_picture, ("Ctrl+E",), nothing_open),
        Row("close", "Close", "File", lambda: _ignore(document.close()), ("Ctrl+W",), nothing_open, line=True,
            says="Back to the welcome page"),
        Row("quit", "Quit", "File", lambda: _ignore(view.close()), ("Ctrl+Q",)),
        Row("toggle", "Play or pause", "Run", player.toggle, ("Space", "."), nothing_open),
        Row("run", "Play", "Run", player.play, ("F5",), nothing_open),
        Row("stop", "Pause", "Run", player.pause, ("F8",), not_playing),
        Row("step", "Step forward", "Run", lambda: player.step(1), ("F4",), at_end, line=True,
            says="To the next event"),
        Row("step-back", "Step back", "Run", lambda: player.step(-1), ("Shift+F4",), at_start,
            says="To the event before"),
        Row("start", "Go to the start", "Run", seek(lambda: 0.0), ("Home",), at_start),
        Row("end", "Go to the end", "Run", seek(lambda: player.duration), ("End",), at_end),
        Row("auto", "Pace: auto", "Run", lambda: player.setSpeed(None if player.speed is not None else player.factor),
            ("A",), nothing_open, lambda: player.speed is None, line=True,
            says="Slow while messages of the selected key fly, quick in between"),
        Row("slower", "Slower", "Run", lambda: player.setSpeed(player.factor / 2), ("-",), nothing_open),
        Row("faster", "Faster", "Run", lambda: player.setSpeed(player.factor * 2), ("+", "="), nothing_open),
        Row("reset", "Start again, same seed", "Run", player.reset, ("Ctrl+Shift+R",), nothing_open, line=True),
        Row("new-seed", "Start again, new seed", "Run", view.new_seed, ("Ctrl+Shift+N",), no_seed),
        Row("take-back", "Start again without what was done by hand", "Run",
            lambda: player.reset(keep_commands=False), (), nothing_done),
        Row("bring-back", "Bring the former future back", "Run", player.bring_back, ("Ctrl+Z",), nothing_kept,
            says="Undo the last change of the past, or the last start again"),
        Row("ask", "Put or get…", "Run", ask, ("G",), nothing_open, line=True,
            says="To the bar below the map"),
        *operations(Deeds(player, focus, sheets, view.tell_fault), focus, view),
        Row("fit", "Fit the map", "View", partial(look, "fit"), ("Ctrl+1",), nothing_open),
        Row("actual", "Actual size", "View", partial(look, "actual_size"), ("Ctrl+0",), nothing_open),
        Row("nearer", "Zoom in", "View", partial(look, "zoom_in"), ("Ctrl++", "Ctrl+="), nothing_open),
        Row("further", "Zoom out", "View", partial(look, "zoom_out"), ("Ctrl+-",), nothing_open),
        Row("layout", "Reset layout", "View", view.reset_layout, (), nothing_open),
    ]  # fmt: skip
    for choice, label in ((SYSTEM, "Like the system"), (LIGHT_ONLY, "Light"), (DARK_ONLY, "Dark")):
        rows.append(
            Row(f"theme-{choice}", label, "View", partial(taste.choose_theme, choice), (), always,
                partial(is_theme, choice), submenu="Theme", line=choice == SYSTEM, one_of=True)
        )  # fmt: skip
    for number, percent in enumerate(SCALES, 1):
        rows.append(
            Row(f"text-{percent}", f"{percent} %", "View", partial(taste.choose_scale, percent),
                (f"Ctrl+Alt+{number}",), ticked=partial(is_scale, percent), submenu="Text size", one_of=True,
                says=f"Text size {percent} %")
        )  # fmt: skip
    rows.append(Row("keys", "Keys", "Help", lambda: sheets.keys(rows), ("?", "F1")))
    rows.append(Row("about", "About P4 Lab", "Help", sheets.about))
    return rows


class Actions(QObject):
    """The table as QActions of one window. `refresh` after anything that decides what is possible."""

    def __init__(self, rows: list[Row], window: QWidget) -> None:
        super().__init__(window)
        self.rows = rows
        self._actions: dict[str, QAction] = {}
        groups: dict[str, QActionGroup] = {}
        for row in rows:
            action = QAction(row.label, window)
            action.setObjectName(row.id)
            action.setShortcuts([QKeySequence(key) for key in row.keys])
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            action.triggered.connect(lambda _=False, do=row.do: do())
            if row.ticked is not None:
                action.setCheckable(True)
                if row.one_of:
                    groups.setdefault(row.submenu, QActionGroup(window)).addAction(action)
            window.addAction(action)
            self._actions[row.id] = action
        self.refresh()

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def refresh(self) -> None:
        """Say anew what is possible and what is ticked."""
        for row in self.rows:
            action = self._actions[row.id]
            why_not = row.why_not()
            action.setEnabled(not why_not)
            keys = ", ".join(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in row.keys)
            tip = row.says or row.label.removesuffix("…")
            action.setToolTip(why_not or (f"{tip} ({keys})" if keys else tip))
            if row.ticked is not None:
                action.setChecked(row.ticked())

    def fill(self, bar: QMenuBar) -> dict[str, QMenu]:
        """Make the menus; returns them by name."""
        menus = {name: bar.addMenu(name) for name in MENUS}
        for row in self.rows:
            menu = menus[row.menu]
            if row.line:
                menu.addSeparator()
            if row.submenu:
                if row.submenu not in menus:
                    menus[row.submenu] = menu.addMenu(row.submenu)
                menu = menus[row.submenu]
            menu.addAction(self._actions[row.id])
        for menu in menus.values():
            menu.setToolTipsVisible(True)
            menu.aboutToShow.connect(self.refresh)
        return menus


def _ignore(_: bool) -> None:
    """What follows is told by the document's signals."""
