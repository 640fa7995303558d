"""The put/get bar: one line that says who puts or gets what, and what became of it.

Rules: makes a Command and hands it to the player; everything it refuses is said beside the bar, never in a dialog.
Fields that do not apply are hidden. It speaks of the last command given here, as the playhead sees it.
"""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from p4lab.core.commands import DEFAULT_TTL, Get, Put
from p4lab.core.events import GetStarted, PutStarted
from p4lab.core.names import Kind, Regime
from p4lab.core.records import MAX_LIFETIME
from p4lab.scenario.check import check_command
from p4lab.scenario.errors import ScenarioError
from ui.flow import FlowLayout
from ui.focus import Focus
from ui.player import Player
from ui.story import Tone, result
from ui.theme import ThemeSwitch, font
from ui.words import clock, regime

KINDS = tuple(Kind)
REGIMES = tuple(Regime)
DEFAULT_KIND = Kind.AUTHENTICATED
WAITING = "the answer will stand here"


class PutGetBar(QFrame):
    """asked: a command was given (for the window to remember that there is something to save)."""

    def __init__(self, player: Player, focus: Focus, theme: ThemeSwitch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self._player = player
        self._focus = focus
        self._op: int | None = None  # of the last command given here
        self._asked: tuple[Put | Get, float] | None = None
        self._names_seen = -1
        self._who = _combo("Who asks: a customer of this provider")
        self._verb = _combo("Put or get", ("get", "put"))
        self._key = _KeyBox()
        self._value = QLineEdit(placeholderText="value")
        self._kind = _combo("How the put is guarded", [kind.value for kind in KINDS])
        self._regime = _combo("How the put travels", [regime(each.value) for each in REGIMES])
        self._ttl = _Ttl()
        self._owner = _combo("Whose signed key it is")
        self._go = QPushButton("Go")
        self._fields = (
            self._who, self._verb, self._key, self._value, self._kind, self._regime, self._ttl, self._owner, self._go,
        )  # fmt: skip
        self._outcome = Outcome(theme)
        self._lay_out()
        self._verb.currentIndexChanged.connect(self._fit)
        self._kind.currentIndexChanged.connect(self._fit)
        self._who.currentIndexChanged.connect(self._fit)
        self._key.currentTextChanged.connect(self._key_changed)
        self._go.clicked.connect(self.go)
        for field in (self._value, self._key.field, self._ttl.lineEdit()):
            field.returnPressed.connect(self.go)
        self._outcome.clicked.connect(self._select)
        focus.nameChanged.connect(self._take_name)
        focus.providerChanged.connect(self._take_provider)
        player.sessionChanged.connect(self._begin)
        player.sampled.connect(self._show)
        player.submitted.connect(self._accepted)
        self._begin()

    def go(self) -> None:
        """Do what the bar says, at the playhead."""
        self._asked, self._op = None, None
        try:
            command = self.command()
            check_command(command, self._player.session.scenario)
            self._player.submit(command)
        except ScenarioError as fault:
            self._outcome.say(_beside(fault), Tone.STALE)
        except ValueError as fault:
            self._outcome.say(str(fault), Tone.STALE)

    def command(self) -> Put | Get:
        """What the fields say. Raises ValueError with a sentence where something is missing."""
        kind, by = self._kind_now(), self._who.currentText()
        text = self._key.currentText().strip()
        key: str | None = self._key.hash_of(text) if kind is Kind.IMMUTABLE else text
        owner = self._owner.currentData() if kind is Kind.AUTHENTICATED else None
        if self._verb.currentText() == "put":
            if kind is not Kind.IMMUTABLE and not text:
                raise ValueError("Which key? Write one, such as k1.")
            return Put(
                by, self._value.text(), None if kind is Kind.IMMUTABLE else key, kind,
                REGIMES[self._regime.currentIndex()], self._ttl.value(), identity=owner if owner != by else None,
            )  # fmt: skip
        if not text:
            raise ValueError("Which key? Choose one, or write it.")
        return Get(by, key, None, kind, owner)

    def prepare(self, verb: str, provider: int) -> None:
        """Begin a put or a get at this provider."""
        self._verb.setCurrentIndex(self._verb.findText(verb))
        self._who.setCurrentIndex(provider)
        self.focus_key()

    def focus_key(self) -> None:
        """Type right away."""
        self._key.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._key.field.selectAll()

    def _lay_out(self) -> None:
        flow = FlowLayout(8)
        flow.setContentsMargins(14, 9, 14, 9)
        self._go.setProperty("role", "primary")
        self._go.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._value.setAccessibleName("Value")
        self._value.setMinimumWidth(90)
        self._value.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for widget in (*self._fields, self._outcome):
            flow.addWidget(widget)
        self.setLayout(flow)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _kind_now(self) -> Kind:
        return KINDS[self._kind.currentIndex()]

    # The run

    def _begin(self) -> None:
        world = self._player.world
        self._names_seen = -1
        if [provider.name for provider in world.providers] != [self._who.itemText(i) for i in range(self._who.count())]:
            self._asked, self._op = None, None
            self._outcome.say("", Tone.PLAIN)
            self._who.clear()
            self._who.addItems([provider.name for provider in world.providers])
            self._kind.setCurrentIndex(KINDS.index(DEFAULT_KIND))
            self._verb.setCurrentIndex(0)
            self._value.clear()
        why_not = "" if self._player.session.abilities.submit else self._player.session.abilities.why_not
        for widget in self._fields:
            widget.setEnabled(not why_not)
        self.setToolTip(why_not)
        self._outcome.idle(why_not or WAITING)
        self._go.setToolTip(why_not or "Do it at the playhead (Enter)")
        self._fit()
        self._show()

    def _show(self) -> None:
        if len(self._player.world.names) != self._names_seen:
            self._names_seen = len(self._player.world.names)
            self._offer_keys()
        if self._asked is None:
            return
        if self._op is None:
            self._op = self._find()
        if self._op is None:
            return
        op = self._player.world.op(self._op)
        if op is None:
            return
        text, tone = result(op, self._player.world, self._player.trace, self._player.playhead)
        if tone is Tone.WAITING and not self._player.playing:
            text += "  Space lets time run."
        self._outcome.say(text, tone)

    def _accepted(self, command: Put | Get, at: float) -> None:
        if isinstance(command, Put | Get):
            self._asked, self._op = (command, at), None
            self._outcome.say(f"asked at {clock(at)}", Tone.WAITING)
            self._show()

    def _find(self) -> int | None:
        """The operation that the last command became: the first of its provider at its time."""
        assert self._asked is not None, "only looked for after a command"
        command, at = self._asked
        trace = self._player.trace
        first = trace.index_at(at - 1e-9)
        wanted = PutStarted if isinstance(command, Put) else GetStarted
        for event in trace.slice(first, trace.index_at(at)).records:
            if isinstance(event, wanted) and self._player.world.providers[event.node].name == command.by:
                return int(event.op)
        return None

    def _select(self) -> None:
        if self._op is not None:
            self._focus.select_op(self._op)

    # The fields

    def _fit(self) -> None:
        """Show what applies to this verb and kind."""
        put, kind = self._verb.currentText() == "put", self._kind_now()
        for widget in (self._value, self._regime, self._ttl):
            widget.setVisible(put)
        self._key.setVisible(not (put and kind is Kind.IMMUTABLE))
        self._owner.setVisible(kind is Kind.AUTHENTICATED)
        self._offer_keys()
        self._offer_owners()

    def _offer_keys(self) -> None:
        kind = self._kind_now().value
        found = [(name.label, name.key) for name in self._player.world.names if name.kind == kind]
        self._key.offer(list(dict.fromkeys(found)))

    def _offer_owners(self) -> None:
        """In a get whose signed key it is; in a put who signs."""
        put, by = self._verb.currentText() == "put", self._who.currentText()
        world, key = self._player.world, self._key.currentText().strip()
        owners = [name.owner for name in world.names if name.key == key and name.owner]
        everybody = list(dict.fromkeys([*owners, by, *(provider.name for provider in world.providers)]))
        wanted = by if put else (owners[0] if owners else by)
        self._owner.blockSignals(True)
        self._owner.clear()
        for name in everybody:
            self._owner.addItem(f"{'signed by' if put else 'of'} {name}", name)
        self._owner.setCurrentIndex(max(0, self._owner.findData(wanted)))
        self._owner.blockSignals(False)
        self._owner.setToolTip("Whose key signs it" if put else "Whose signed key it is")

    def _key_changed(self) -> None:
        self._offer_owners()

    def _take_name(self) -> None:
        """The key selected elsewhere is the one most likely meant here."""
        index = self._focus.name
        if index is None or index >= len(self._player.world.names):
            return
        name = self._player.world.names[index]
        self._kind.setCurrentIndex([kind.value for kind in KINDS].index(name.kind))
        self._offer_keys()
        self._key.setCurrentText(name.label)
        self._offer_owners()
        if self._verb.currentText() == "get":
            self._owner.setCurrentIndex(max(0, self._owner.findData(name.owner)))

    def _take_provider(self) -> None:
        if self._focus.provider is not None and self._focus.provider < self._who.count():
            self._who.setCurrentIndex(self._focus.provider)


class Outcome(QAbstractButton):
    """What became of it; a click on it asks for the details."""

    shown = Signal(str)

    def __init__(self, theme: ThemeSwitch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tone = Tone.PLAIN
        self._idle = WAITING
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(150)
        theme.changed.connect(self.update)

    def idle(self, text: str) -> None:
        """What stands there while there is no answer."""
        self._idle = text
        self.update()

    def say(self, text: str, tone: Tone) -> None:
        """Another sentence."""
        if (text, tone) != (self.text(), self._tone):
            self._tone = tone
            self.setText(text)
            self.setToolTip(text)
            self.setAccessibleName(text or "No answer yet")
            self.setCursor(Qt.CursorShape.PointingHandCursor if text else Qt.CursorShape.ArrowCursor)
            self.update()
            self.shown.emit(text)

    def sizeHint(self) -> QSize:
        return QSize(220, self.fontMetrics().height() + 10)

    def minimumSizeHint(self) -> QSize:
        return QSize(150, self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme.current
        ink = {Tone.GOOD: theme.good, Tone.STALE: theme.stale_text, Tone.WAITING: theme.muted}.get(
            self._tone, theme.text
        )
        painter = QPainter(self)
        painter.setPen(ink)
        face = font("body")
        face.setUnderline(self.underMouse() or self.hasFocus())
        painter.setFont(face)
        shown = self.text()
        if not shown:
            shown = self._idle
            painter.setPen(theme.faint)
        text = painter.fontMetrics().elidedText(shown, Qt.TextElideMode.ElideRight, self.width() - 6)
        painter.drawText(self.rect().adjusted(6, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()


class _KeyBox(QComboBox):
    """An editable list of keys; an immutable one shows short and means its whole hash."""

    def __init__(self) -> None:
        super().__init__()
        self.setEditable(True)
        field = self.lineEdit()
        assert field is not None, "an editable box has one"
        self.field = field
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(84)
        self.setAccessibleName("Key")
        self.setToolTip("The key: choose one, or write a new one")
        self.field.setPlaceholderText("key")

    def offer(self, keys: list[tuple[str, str]]) -> None:
        """Known keys, label and key, leaving what is written as it is."""
        if keys == [(self.itemText(i), self.itemData(i)) for i in range(self.count())]:
            return
        text = self.currentText()
        self.blockSignals(True)
        self.clear()
        for label, key in keys:
            self.addItem(label, key)
        self.setEditText(text)
        self.blockSignals(False)

    def hash_of(self, text: str) -> str:
        """The whole key of a label."""
        place = self.findText(text)
        return str(self.itemData(place)) if place >= 0 else text


class _Ttl(QDoubleSpinBox):
    """Seconds that others may keep a copy."""

    def __init__(self) -> None:
        super().__init__()
        self.setRange(0.0, float(MAX_LIFETIME))
        self.setDecimals(3)
        self.setValue(DEFAULT_TTL)
        self.setPrefix("TTL ")
        self.setSuffix(" s")
        self.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        self.setAccessibleName("TTL in seconds")
        self.setToolTip("How long others may keep a copy, in seconds; 0 = never")
        self.lineEdit().setTextMargins(6, 0, 0, 0)

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance("TTL 86400 s") + 44, super().sizeHint().height())

    def textFromValue(self, value: float) -> str:
        return f"{value:.3f}".rstrip("0").rstrip(".")


class _Wheel(QObject):
    """A wheel turned over a closed list scrolls nothing: choices are not changed by accident."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        return False


def _combo(says: str, items: tuple[str, ...] | list[str] = ()) -> QComboBox:
    box = QComboBox()
    box.addItems(list(items))
    box.setToolTip(says)
    box.setAccessibleName(says)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    box.installEventFilter(_Wheel(box))
    return box


def _beside(fault: ScenarioError) -> str:
    """A fault as a sentence: the field is in sight, so its path is left out."""
    what = f"{fault.what}; {fault.right}" if fault.right else fault.what
    where = f"{fault.path[-1]}: " if fault.path else ""
    return where + what
