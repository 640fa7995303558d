"""The sequence chart with its bar: what is shown, which lanes, which axis; a menu for an Event and one for a lane.

Rules: choices are kept in the settings it is given and put back when it is made. Files are written by rows of the
action table, offered here too; the chart itself is `ui.sequence`.
"""

from collections.abc import Callable
from functools import partial

import msgspec
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtWidgets import QComboBox, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from ui.actions import Actions
from ui.elided import ElidedLabel
from ui.flow import FlowLayout
from ui.focus import Focus
from ui.menus import passing_menu
from ui.plain import as_entry, as_tip
from ui.player import Player
from ui.sequence.axis import EVENTS, TIME
from ui.sequence.chart import SequenceChart
from ui.sequence.choice import GROUPS, MARKS
from ui.sequence.export import FORMS, PARTS
from ui.sequence.lanes import BY_HAND, ORDERS, hidden, moved
from ui.sequence.model import Chosen, Model
from ui.theme import ThemeSwitch, font

LOW = 174  # px at 100 %: the buttons in a line, the times, and five lanes
SETTING = "sequence"
AXES = {EVENTS: "Event numbers", TIME: "Time"}
Fill = Callable[[QMenu], None]
MANY = 60  # lanes that a menu can hold
MARKED = "asked, answered, stored"  # what MARKS are, in words


class SequencePanel(QWidget):
    """The panel."""

    def __init__(self, player: Player, focus: Focus, themes: ThemeSwitch, settings: QSettings, acts: Actions) -> None:
        super().__init__()
        self._acts = acts
        self._player, self._focus, self._themes, self._settings = player, focus, themes, settings
        self.model = Model(player, focus, self)
        self.model.choose(**_remembered(settings))
        self.chart = SequenceChart(self.model, themes)
        self._axis = QComboBox()
        for mode, word in AXES.items():
            self._axis.addItem(word, mode)
        self._axis.setAccessibleName("What the axis counts")
        self._axis.setToolTip(
            "Event numbers give each event the same room, grey where time stands still; or time itself"
        )
        self._show = _menu_button("Show", "Which messages are shown", self._offer_kinds)
        self._lanes = _menu_button("Lanes", "Which lanes there are, and in which order", self._offer_lanes)
        self._export = _menu_button("Export", "Write the chart to a file", self._fill_exports)
        self._only = _menu_button("Only", "Only what belongs to what is selected", self._offer_only)
        self._fit = QToolButton()
        self._fit.setText("Fit")
        self._fit.setToolTip("Show the selected request, or without one all that is known")
        self._fit.clicked.connect(self.chart.fit)
        self._says = ElidedLabel(least=60)
        self._says.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar = FlowLayout(6)
        for widget in (
            self._axis, self._show, self._only, self._lanes, self._fit, self._export, self._says,
        ):  # fmt: skip
            bar.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 6, 6, 2)
        layout.setSpacing(6)
        layout.addLayout(bar)
        layout.addWidget(self.chart, 1)
        self.setFocusProxy(self.chart)
        self._axis.currentIndexChanged.connect(lambda _: self.model.choose(mode=self._axis.currentData()))
        self.model.changed.connect(self._keep)
        self.chart.said.connect(self._tell)
        self.chart.menuAsked.connect(self.open_menu)
        themes.changed.connect(self._restyle)
        self._restyle()
        self._refresh()

    def turn(self) -> None:
        """The other axis."""
        self.model.choose(mode=TIME if self.model.axis.mode == EVENTS else EVENTS)

    def toggle(self, what: str) -> None:
        """only_key, only_talking or only_request."""
        self.model.choose(**{what: not getattr(self.model.chosen, what)})

    def hide_lane(self, name: str) -> None:
        """Not this lane."""
        self.model.choose(lanes=hidden(self.model.chosen.lanes, name))

    def show_all(self) -> None:
        """Every lane and every message again."""
        lanes = msgspec.structs.replace(self.model.chosen.lanes, hidden=frozenset())
        self.model.choose(hidden=frozenset(), only_key=False, only_talking=False, only_request=False, lanes=lanes)

    def open_menu(self, place: QPoint, lane: str, event: int | None) -> None:
        """What can be done with a lane or an Event."""
        menu = self.lane_menu(lane) if lane else self.event_menu(event)
        menu.popup(place)

    def lane_menu(self, name: str, within: QMenu | None = None) -> QMenu:
        """The menu of a lane. within: another menu, which it is a part of."""
        menu = passing_menu(self) if within is None else within.addMenu(as_entry(name))
        lane = next(each for each in self.model.lanes if each.name == name)
        place = [each.name for each in self.model.lanes if not each.below]
        if not lane.below:
            talking = menu.addAction(
                f"Only those talking to {as_entry(name)}", partial(self._only_talking_to, lane.node)
            )
            talking.setEnabled(lane.node in self.model.world.called)
            menu.addSeparator()
            at = place.index(name)
            menu.addAction("Move up", partial(self._move, name, at - 1)).setEnabled(at > 0)
            menu.addAction("Move down", partial(self._move, name, at + 1)).setEnabled(at + 1 < len(place))
        menu.addAction(f"Hide {as_entry(name)}", partial(self.hide_lane, name))
        every = menu.addAction("Show all lanes", self._show_lanes)
        every.setEnabled(bool(self.model.chosen.lanes.hidden))
        return menu

    def event_menu(self, event: int | None) -> QMenu:
        """The menu of an Event, or of none."""
        menu = passing_menu(self)
        if event is not None:
            op = int(getattr(self.model.trace[event - 1], "op", 0))
            menu.addAction("Select this event", partial(self.chart.select, event))
            menu.addAction("Go to its moment", partial(self.chart.seek, self.model.trace.time_of(event - 1)))
            follow = menu.addAction("Follow this request", partial(self._follow, event, op))
            follow.setEnabled(op > 0)
            menu.addSeparator()
        self._fill_exports(menu)
        menu.addSeparator()
        menu.addAction("Show everything", self.show_all)
        return menu

    def _follow(self, event: int, op: int) -> None:
        self.chart.select(event)
        self._focus.select_op(op)
        self.model.choose(only_request=True)
        self.model.show_request()

    def _only_talking_to(self, node: int) -> None:
        self._focus.select_provider(node)
        self.model.choose(only_talking=True)

    def _move(self, name: str, to: int) -> None:
        self.model.choose(lanes=moved(self.model.chosen.lanes, list(self.model.lanes), name, to))

    def _show_lanes(self) -> None:
        self.model.choose(lanes=msgspec.structs.replace(self.model.chosen.lanes, hidden=frozenset()))

    def _offer_kinds(self, menu: QMenu) -> None:
        for word in (*GROUPS, MARKS):
            action = menu.addAction(MARKED if word == MARKS else word)
            action.setCheckable(True)
            action.setChecked(word not in self.model.chosen.hidden)
            action.toggled.connect(partial(self._show_kind, word))
        menu.addSeparator()
        menu.addAction("Show everything", self.show_all)

    def _show_kind(self, word: str, shown: bool) -> None:
        hidden_ = self.model.chosen.hidden
        self.model.choose(hidden=hidden_ - {word} if shown else hidden_ | {word})

    def _offer_lanes(self, menu: QMenu) -> None:
        wanted = self.model.chosen.lanes
        for order, word in ORDERS.items():
            action = menu.addAction(word, partial(self._set_lanes, "order", order))
            action.setCheckable(True)
            action.setChecked(order == wanted.order)
            action.setEnabled(order != BY_HAND or bool(wanted.by_hand))
            if order == BY_HAND:
                action.setToolTip("Drag a lane by its name, or move it with its menu")
        menu.addSeparator()
        for field, word in (("customers", "Customers’ lanes"), ("organisations", "Organisations’ lanes")):
            action = menu.addAction(word)
            action.setCheckable(True)
            action.setChecked(getattr(wanted, field))
            action.toggled.connect(partial(self._set_lanes, field))
        menu.addSeparator()
        for name in sorted(wanted.hidden):
            menu.addAction(f"Show {as_entry(name)}", partial(self._set_lanes, "hidden", wanted.hidden - {name}))
        menu.addAction("Show all lanes", self._show_lanes).setEnabled(bool(wanted.hidden))
        one = menu.addMenu("One lane")  # what a lane's name offers, for the keyboard
        for lane in self.model.lanes[:MANY]:
            self.lane_menu(lane.name, one)
        one.setEnabled(bool(self.model.lanes))

    def _set_lanes(self, field: str, value: object) -> None:
        self.model.choose(lanes=msgspec.structs.replace(self.model.chosen.lanes, **{field: value}))

    def _fill_exports(self, menu: QMenu) -> None:
        self._acts.refresh()
        for form, word in FORMS.items():
            part = menu.addMenu(f"Export as {word}")
            part.setToolTipsVisible(True)
            part.addActions([self._acts[f"sequence-{form}-{each}"] for each in PARTS])

    def _offer_only(self, menu: QMenu) -> None:
        """Restrictions to what is selected; each says what that is, or how to select."""
        focus, chosen, world = self._focus, self.model.chosen, self._player.world
        key = world.known_as(focus.name) if focus.name is not None and focus.name < len(world.names) else ""
        who = world.called.get(focus.provider, "") if focus.provider is not None else ""
        request = "" if focus.op is None else f"request {focus.op}"
        for field, word, what, how in (
            ("only_key", "Only {}", key or "the selected key", "Select a key first: the header has them"),
            ("only_talking", "Only those talking to {}", who or "the selected provider", "Select a provider first"),
            ("only_request", "Only {}", request or "the selected request", "Select a request first: click one twice"),
        ):  # fmt: skip
            action = menu.addAction(word.format(as_entry(what)))
            action.setCheckable(True)
            action.setChecked(getattr(chosen, field))
            possible = bool({"only_key": key, "only_talking": who, "only_request": request}[field])
            action.setEnabled(possible or getattr(chosen, field))
            action.setToolTip(as_tip("" if possible else how))
            action.toggled.connect(partial(self._restrict, field))

    def _restrict(self, field: str, on: bool) -> None:
        self.model.choose(**{field: on})

    def _refresh(self) -> None:
        chosen = self.model.chosen
        restricted = chosen.only_key or chosen.only_talking or chosen.only_request
        for button, on in (
            (self._only, restricted), (self._show, bool(chosen.hidden)), (self._lanes, bool(chosen.lanes.hidden)),
        ):  # fmt: skip
            button.setCheckable(on)  # what is left out is seen on the button
            button.setChecked(on)
        self._axis.blockSignals(True)
        self._axis.setCurrentIndex(self._axis.findData(self.model.axis.mode))
        self._axis.blockSignals(False)

    def _keep(self) -> None:
        text = msgspec.json.encode(self.model.chosen).decode()
        if text != self._settings.value(SETTING):
            self._settings.setValue(SETTING, text)
            self._refresh()

    def _tell(self) -> None:
        self._says.set_text(self.model.summary())

    def _restyle(self) -> None:
        small = font("small")
        for widget in self.findChildren(QToolButton):
            widget.setFont(small)
        self._axis.setFont(small)
        self._says.setFont(small)
        self._says.setStyleSheet(f"color: {self._themes.current.muted.name()};")
        self.setMinimumHeight(round(LOW * self._themes.scale))


def _remembered(settings: QSettings) -> dict[str, object]:
    """What was chosen the last time; nothing where that cannot be read."""
    try:
        chosen = msgspec.json.decode(str(settings.value(SETTING, "{}")).encode(), type=Chosen)
    except msgspec.MsgspecError:
        chosen = Chosen()
    return {name: getattr(chosen, name) for name in chosen.__struct_fields__}


def _menu_button(text: str, tip: str, fill: Fill) -> QToolButton:
    button = QToolButton()
    button.setText(f"{text} ▾")
    button.setAccessibleName(text)
    button.setToolTip(as_tip(tip))
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    menu = QMenu(button)
    menu.setToolTipsVisible(True)

    def refill() -> None:
        for part in menu.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly):
            part.deleteLater()
        menu.clear()
        fill(menu)

    menu.aboutToShow.connect(refill)
    button.setMenu(menu)
    return button
