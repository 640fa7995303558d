"""The map, and beside it or on it the map of the other run while two are compared.

Rules: lays out and paints differences; both maps are looked at from one camera, and only the first is edited.
"""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from ui.buttons import SignButton
from ui.canvas.scene import MapView
from ui.compare.comparison import Comparison
from ui.compare.ghost import Differences
from ui.elided import ElidedLabel
from ui.plain import as_tip, plain_label
from ui.theme import ThemeSwitch, font
from ui.toolbox import Toolbox

GIVES = 22  # px that a map gives of its least height to its caption, or a window of 640 would cut it at the bottom
LINE = 36  # px, of a caption: with buttons or without


class Maps(QWidget):
    """side_by_side: two maps; else one, with the differences. asked: Swap was pressed, or the end."""

    swapAsked = Signal()
    endAsked = Signal()

    def __init__(self, first: MapView, comparison: Comparison, tools: Toolbox, themes: ThemeSwitch) -> None:
        super().__init__()
        self.first = first
        self.side_by_side = True
        self._comparison, self._themes = comparison, themes
        looks = Toolbox(self)  # the tools are those of the first map; what is shown of links is shown on both
        tools.changed.connect(lambda: looks.look_like(tools))
        self.second = MapView(comparison.follower, comparison.focus, themes, looks)
        self.second.setAccessibleName("Map of the other run")
        self._least = first.minimumHeight(), self.second.minimumHeight()
        self._differences = Differences(first, comparison, themes)
        self._captions = (Caption(first, themes), Caption(self.second, themes))
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setChildrenCollapsible(False)
        for caption in self._captions:
            self._split.addWidget(caption)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._split)
        self.one_map = QPushButton("One map")
        self.one_map.setCheckable(True)
        self.one_map.setProperty("role", "chip")
        self.one_map.setToolTip("Show the differences on one map, the other run's messages pale")
        self.one_map.toggled.connect(lambda on: self.show_side_by_side(not on))
        swap = QPushButton("Swap")
        swap.setProperty("role", "chip")
        swap.setToolTip("The other branch becomes the one that you work on")
        swap.clicked.connect(self.swapAsked)
        close = SignButton("close", 24, themes)
        close.setAccessibleName("End the comparison")
        close.setToolTip("End the comparison")
        close.clicked.connect(self.endAsked)
        self._captions[0].add(self.one_map, swap, close)
        self._swap = swap
        for here, there in ((first, self.second), (self.second, first)):
            here.cameraChanged.connect(partial(self._look_too, here, there))
        comparison.changed.connect(self._show)
        themes.changed.connect(self._show)
        self._show()

    def show_side_by_side(self, on: bool) -> None:
        """Two maps, or one with what differs."""
        self.side_by_side = on
        self.one_map.setChecked(not on)
        self._show()

    def _show(self) -> None:
        on = self._comparison.on
        names, says = (self._comparison.names, self._comparison.says) if on else (("", ""), ("", ""))
        for caption, name, why in zip(self._captions, names, says, strict=True):
            caption.say(name, why, on)
        if on and not self.side_by_side:
            pale = f"{says[0]}; pale: what is different in {names[1]} ({says[1]})"
            seer = self._comparison.seer
            self._captions[0].say(
                names[0], f"what is different elsewhere is hidden from {seer}" if seer else pale, True
            )
        self._swap.setVisible(self._comparison.number is not None)
        two = on and self.side_by_side
        fresh = two and not self._captions[1].isVisibleTo(self._split)
        self._split.insertWidget(0, self._captions[1 if self._comparison.other_first else 0])
        self._captions[1].setVisible(two)
        high = max(caption.line_height() for caption in self._captions)
        for caption in self._captions:  # or the two maps would begin at two heights
            caption.set_line_height(high)
        for view, least in zip((self.first, self.second), self._least, strict=True):
            view.setMinimumHeight(least - GIVES if on else least)
        if fresh:
            self._split.setSizes([1000, 1000])
        self._differences.setVisible(on and not two and not self._comparison.seer)
        if two:
            self._look_too(self.first, self.second)
        self.first.refresh()

    def _look_too(self, here: MapView, there: MapView) -> None:
        """One camera for both maps, each in its own size."""
        if not self._comparison.on or there.camera == here.camera:
            return
        there.look_from(replace(here.camera, width=there.camera.width, height=there.camera.height), quietly=True)


class Caption(QWidget):
    """A map with a line above it that says which run it is."""

    def __init__(self, view: MapView, themes: ThemeSwitch) -> None:
        super().__init__()
        self._themes = themes
        self._name, self._why = plain_label(), ElidedLabel(60)
        self._why.setProperty("role", "muted")
        self._line = QWidget()
        self._row = QHBoxLayout(self._line)
        self._row.setContentsMargins(14, 4, 8, 4)
        self._row.setSpacing(8)
        self._row.addWidget(self._name)
        self._row.addWidget(self._why, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._line)
        column.addWidget(view, 1)

    def add(self, *widgets: QWidget) -> None:
        """To the right of the words."""
        for widget in widgets:
            self._row.addWidget(widget)

    def line_height(self) -> int:
        """What the line needs."""
        return max(LINE, self._row.sizeHint().height())

    def set_line_height(self, high: int) -> None:
        """As high as this."""
        self._line.setFixedHeight(high)

    def say(self, name: str, why: str, shown: bool) -> None:
        """Which run this is."""
        self._name.setText(name)
        self._name.setFont(font("heading"))
        self._why.set_text(why)
        self._why.setToolTip(as_tip(why))
        self._line.setVisible(shown)
