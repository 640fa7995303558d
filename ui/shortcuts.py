"""Which keys each action has: those of the table, or what the person has put in their place.

Rules: a key belongs to one action at a time. What the person chose is kept in the settings, as far as it differs from
the table; what there is no use for (an action that is gone, a key that does not exist) is left out with a sentence.
"""

import msgspec
from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtGui import QKeySequence

from ui.rows import Row

SETTING = "keys"
TAKEN = {  # keys that widgets need for themselves wherever they are
    "Tab": "Tab goes from one part of the window to the next.",
    "Shift+Tab": "Shift+Tab goes back from one part of the window to the one before.",
    "Return": "Enter takes what is chosen.",
    "Enter": "Enter takes what is chosen.",
    "Esc": "Escape closes or leaves what is open.",
    "Left": "The arrow keys move within what has the focus.",
    "Right": "The arrow keys move within what has the focus.",
    "Up": "The arrow keys move within what has the focus.",
    "Down": "The arrow keys move within what has the focus.",
}
PORTABLE, NATIVE = QKeySequence.SequenceFormat.PortableText, QKeySequence.SequenceFormat.NativeText


def native(key: str) -> str:
    """A key as it is written on this computer's keyboard."""
    return QKeySequence(key).toString(NATIVE)


def portable(key: str) -> str:
    """A key as the table and the settings write it; empty for what is none."""
    return QKeySequence(key).toString(PORTABLE)


class Shortcuts(QObject):
    """faults: what was wrong in the settings, a sentence each."""

    changed = Signal()

    def __init__(self, rows: list[Row], settings: QSettings | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows = {row.id: row for row in rows}
        self._settings = settings
        self._chosen: dict[str, tuple[str, ...]] = {}
        self.faults: list[str] = []
        self._read()

    def keys(self, row: Row) -> tuple[str, ...]:
        """Those that do it now, the first one shown in menus."""
        return self._chosen.get(row.id, row.keys)

    def is_changed(self, row: Row) -> bool:
        """Whether the person chose other keys than the table's."""
        return row.id in self._chosen

    def why_not(self, key: str) -> str:
        """Why a key cannot be anybody's, as a sentence; empty if it can."""
        name = portable(key)
        if not name or "Unknown" in name:
            return "This key has no name that could be kept."
        return TAKEN.get(name, "")

    def owner(self, key: str, but: str = "") -> Row | None:
        """The action that has this key, other than `but`."""
        wanted = portable(key)
        return next(
            (row for row in self._rows.values() if row.id != but and wanted in map(portable, self.keys(row))), None
        )

    def give(self, name: str, key: str, instead_of: str = "") -> None:
        """The action gets this key, in the place of one of its own or beside them; another that had it loses it.

        Raises ValueError with a sentence for a key that cannot be given.
        """
        why_not = self.why_not(key)
        if why_not:
            raise ValueError(why_not)
        self._take_away((key,), but=name)
        new, old = portable(key), portable(instead_of) if instead_of else ""
        own = [portable(each) for each in self.keys(self._rows[name])]
        if old in own:
            own[own.index(old)] = new
        else:
            own.append(new)
        self._set(name, tuple(dict.fromkeys(own)))
        self._write()

    def drop(self, name: str, key: str) -> None:
        """The action has this key no more."""
        left = tuple(each for each in self.keys(self._rows[name]) if portable(each) != portable(key))
        self._set(name, left)
        self._write()

    def reset(self, name: str) -> None:
        """The action has the table's keys again; who had got one of them loses it."""
        self._take_away(self._rows[name].keys, but=name)
        self._chosen.pop(name, None)
        self._write()

    def reset_all(self) -> None:
        """Everything as in the table."""
        self._chosen.clear()
        self._write()

    def _set(self, name: str, keys: tuple[str, ...]) -> None:
        if keys == tuple(map(portable, self._rows[name].keys)):
            self._chosen.pop(name, None)
        else:
            self._chosen[name] = keys

    def _take_away(self, keys: tuple[str, ...], but: str) -> None:
        for key in keys:
            other = self.owner(key, but)
            if other is not None:
                self._set(other.id, tuple(each for each in self.keys(other) if portable(each) != portable(key)))

    def _read(self) -> None:
        text = "" if self._settings is None else str(self._settings.value(SETTING, ""))
        if not text:
            return
        try:
            kept = msgspec.json.decode(text, type=dict[str, list[str]])
        except msgspec.DecodeError:
            self.faults.append("The keys that you had chosen cannot be read; all keys are the usual ones.")
            return
        for name, keys in kept.items():
            if name not in self._rows:
                self.faults.append(f"You had chosen keys for “{name}”, which is no action any more.")
                continue
            self._chosen[name] = tuple(portable(key) for key in keys if self._usable(name, key))
        for name in [name for name in self._chosen if self._chosen[name] == self._rows[name].keys]:
            del self._chosen[name]
        self._part()

    def _usable(self, name: str, key: str) -> bool:
        why_not = self.why_not(key)
        if why_not:
            label = self._rows[name].label
            self.faults.append(f"The key “{key}” that you had chosen for “{label}” is left out. {why_not}")
        return not why_not

    def _part(self) -> None:
        """A key that two have, as a newer table may bring it about, stays with whom the person gave it."""
        for name, keys in list(self._chosen.items()):
            for key in keys:
                other = self.owner(key, but=name)
                if other is not None:
                    mine = self._rows[name].label
                    self.faults.append(f"{native(key)} is for “{mine}”, as you chose, and no more for “{other.label}”.")
                    self._take_away((key,), but=name)

    def _write(self) -> None:
        if self._settings is not None:
            self._settings.setValue(SETTING, msgspec.json.encode(self._chosen).decode())
        self.changed.emit()
