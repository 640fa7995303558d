"""The put/get bar: one line that says who puts or gets what, and what became of it.

Rules: makes a Command and hands it to the player; everything it refuses is said beside the bar, never in a dialog.
Fields that do not apply are hidden. It speaks of the last command given here, as the playhead sees it. A key chosen
here, or put or got from here, is the selected key of the whole window.
"""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from p4lab.core.commands import BY_HAND, Command, Get, Put, Remove
from p4lab.core.events import GetStarted, PutStarted
from p4lab.core.names import Kind, Regime
from p4lab.scenario.check import check_command
from p4lab.scenario.errors import ScenarioError
from ui.drafting import sentence
from ui.flow import FlowLayout
from ui.focus import Focus
from ui.guard import guarded
from ui.panels.fields import Choice, KeyBox, Ttl
from ui.panels.outcome import WAITING, Outcome
from ui.plain import as_tip
from ui.player import Player
from ui.story import Tone, elsewhere, result
from ui.theme import ThemeSwitch
from ui.words import clock, regime

KINDS = tuple(Kind)
REGIMES = tuple(Regime)
DEFAULT_KIND = Kind.AUTHENTICATED
NOBODY = "Draw a provider first: here is nobody yet who could put or get."
LATE = 2.0  # s: a live run's answer to who asked crosses from where it happens, and the loop there may be busy
NAME = 22  # letters of a provider's name that have room; one may have three times as many
KEY, VALUE = "k1", "hello"  # what a network of which nothing was asked yet offers to put


class PutGetBar(QFrame):
    """asked: a command was given, so nothing is being typed any more."""

    asked = Signal()

    def __init__(self, player: Player, focus: Focus, theme: ThemeSwitch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self._player = player
        self._focus = focus
        self._op: int | None = None  # of the last command given here
        self._why_not = ""  # ask here at all
        self._asked: tuple[Put | Get | Remove, float] | None = None
        self._held = ""
        self._names_seen = -1
        self._everybody: list[str] | None = None  # who could be asked when the fields were begun
        self._who = Choice("Who asks, a customer of this provider", most=NAME)
        self._verb = Choice("Get, put or remove", ("get", "put", "remove"))
        self._key = KeyBox()
        self._value = QLineEdit(placeholderText="value")
        self._secret = QLineEdit(placeholderText="secret")
        self._kind = Choice("How the put is guarded", [kind.value for kind in KINDS])
        self._regime = Choice("How the put travels", [regime(each.value) for each in REGIMES])
        self._ttl = Ttl()
        self._owner = Choice("Whose signed key it is", most=NAME)
        self._go = QPushButton("Go")
        self._fields = (
            self._who, self._verb, self._key, self._value, self._secret, self._kind, self._regime, self._ttl,
            self._owner, self._go,
        )  # fmt: skip
        self._outcome = Outcome(theme)
        self._lay_out()
        self._verb.currentIndexChanged.connect(self._fit)
        self._kind.currentIndexChanged.connect(self._fit)
        self._who.currentIndexChanged.connect(self._fit)
        self._key.currentTextChanged.connect(self._offer_owners)
        self._key.activated.connect(self._choose_name)
        self._key.field.editingFinished.connect(self._written)
        self._owner.activated.connect(self._choose_name)
        self._go.clicked.connect(self.go)
        for field in (self._value, self._secret, self._key.field, self._ttl.lineEdit()):
            field.returnPressed.connect(self.go)
        self._outcome.clicked.connect(self._select)
        focus.eyes.changed.connect(self._show)
        focus.nameChanged.connect(self._take_name)
        focus.providerChanged.connect(self._take_provider)
        player.sessionChanged.connect(self._begin)
        player.sampled.connect(self._show)
        player.submitted.connect(self._accepted)
        self._begin()

    def hold(self, why: str) -> None:
        """Nothing can be asked now, and why; empty: it can again. What is written meanwhile stays."""
        if why == self._held:
            return
        self._held = why
        self._asked, self._op = None, None
        self._outcome.say(why, Tone.WAITING)
        self._offer_go()

    def go(self) -> None:
        """Do what the bar says, at the playhead."""
        self._asked, self._op = None, None
        try:
            if self._held:
                raise ValueError(self._held)
            command = self.command()
            session = self._player.session
            check_command(command, session.scenario, [row.command for row in session.commands])
            self._player.submit(command)
            self.asked.emit()
        except ScenarioError as fault:
            self._outcome.say(sentence(fault), Tone.STALE)
        except ValueError as fault:
            self._outcome.say(str(fault), Tone.STALE)

    def command(self) -> Put | Get | Remove:
        """What the fields say. Raises ValueError with a sentence where something is missing."""
        kind, by = self._kind_now(), self._who.currentText()
        text = self._key.currentText().strip()
        key: str | None = self._key.hash_of(text) if kind is Kind.IMMUTABLE else text
        owner = self._owner.currentData() if kind is Kind.AUTHENTICATED else None
        secret = self._secret.text() or None if kind is Kind.UNAUTHENTICATED else None
        if self._verb.currentText() == "remove":
            return self._removal(by, text, kind, owner, secret)
        if self._verb.currentText() == "put":
            if kind is not Kind.IMMUTABLE and not text:
                raise ValueError("Which key? Write one, such as k1.")
            return Put(
                by, self._value.text(), None if kind is Kind.IMMUTABLE else key, kind,
                REGIMES[self._regime.currentIndex()], self._ttl.value(), identity=owner if owner != by else None,
                secret=secret,
            )  # fmt: skip
        if not text:
            raise ValueError("Which key? Choose one, or write it.")
        return Get(by, key, None, kind, owner)

    def _removal(self, by: str, key: str, kind: Kind, owner: str | None, secret: str | None) -> Remove:
        if kind is Kind.IMMUTABLE:
            raise ValueError("An immutable value cannot be removed: its lease ends, or it stays.")
        if not key:
            raise ValueError("Which key? Choose one, or write it.")
        if kind is Kind.UNAUTHENTICATED and not (self._value.text() and secret):
            raise ValueError("An entry is removed by its value and the secret that it was put with: write both.")
        value = self._value.text() if kind is Kind.UNAUTHENTICATED else None
        return Remove(by, key, kind, owner if owner != by else None, value, secret)

    def stand_at(self, provider: str) -> bool:
        """Ask at this provider from now on. False: it is not there."""
        place = self._who.findText(provider)
        if place >= 0:
            self._who.setCurrentIndex(place)
        return place >= 0

    def prepare(self, verb: str, provider: int) -> None:
        """Begin a get, a put or a removal at this provider."""
        self._verb.setCurrentIndex(self._verb.findText(verb))
        self._who.setCurrentIndex(self._who.findText(self._player.world.called.get(provider, "")))
        self.focus_key()

    def focus_key(self) -> None:
        """Type right away."""
        self._key.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._key.field.selectAll()

    def _lay_out(self) -> None:
        flow = FlowLayout(6)
        self._go.setProperty("role", "primary")
        self._go.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._secret.setAccessibleName("Secret")
        self._secret.setToolTip("Lets the entry be removed later; leave it empty if it is to stay")
        self._secret.setMinimumWidth(70)
        self._value.setAccessibleName("Value")
        self._value.setMinimumWidth(90)
        self._value.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for widget in self._fields:
            flow.addWidget(widget)
        flow.add_tail(self._outcome)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 9, 14, 6)
        column.addLayout(flow)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _kind_now(self) -> Kind:
        return KINDS[self._kind.currentIndex()]

    # The run

    def _begin(self) -> None:
        world = self._player.world
        self._names_seen = -1
        everybody = list(world.called.values())
        if everybody != self._everybody:
            self._everybody = everybody
            self._asked, self._op = None, None
            self._outcome.say(self._held, Tone.WAITING if self._held else Tone.PLAIN)
            self._who.clear()
            self._who.addItems(everybody)
            self._kind.setCurrentIndex(KINDS.index(DEFAULT_KIND))
            scenario = self._player.scenario
            # Where nobody puts anything, the first thing to do is a put.
            fresh = not self._player.world.names and not scenario.workload and not scenario.do
            self._verb.setCurrentIndex(1 if fresh else 0)
            self._value.setText(VALUE if fresh else "")
            if fresh:
                self._key.setCurrentText(KEY)
        elif self._asked is not None and not self._was_asked():
            self._asked, self._op = None, None
            self._outcome.say(self._held, Tone.WAITING if self._held else Tone.PLAIN)
        why_not = "" if self._player.session.abilities.submit else self._player.session.abilities.why_not
        why_not = why_not or ("" if everybody or self._player.empty else NOBODY)
        for widget in self._fields:
            widget.setEnabled(not why_not)
        self.setToolTip(as_tip(why_not))
        self._outcome.idle(why_not or WAITING)
        self._why_not = why_not
        self._offer_go()
        self._fit()
        self._show()

    def _offer_go(self) -> None:
        why_not, now = self._why_not or self._held, "Do it now, wherever the playhead is (Enter)"
        self._go.setEnabled(not why_not)
        self._go.setToolTip(as_tip(why_not or (now if self._player.run.live else "Do it at the playhead (Enter)")))

    def _show(self) -> None:
        if self._player.run.live and list(self._player.world.called.values()) != self._everybody:
            self._begin()  # somebody has come
            return
        if len(self._player.world.names) != self._names_seen:
            self._names_seen = len(self._player.world.names)
            self._offer_keys()
        if self._asked is None:
            return
        new = self._op is None
        self._op = self._find() if new else self._op
        op = None if self._op is None else self._player.world.op(self._op)
        if op is None:
            return
        if new and op.name >= 0:
            self._key.field.setModified(False)
            self._focus.select_name(op.name)
        world, eyes = self._player.world, self._focus.eyes.as_node
        text, tone = result(op, world, self._player.trace, self._player.playhead, eyes is None)
        if eyes is not None and eyes != op.node:
            text, tone = elsewhere(world, eyes), Tone.PLAIN
        if tone is Tone.WAITING and not self._player.playing:
            text += "  Space lets time run."
        self._outcome.say(text, tone)

    def _accepted(self, command: Command, at: float) -> None:
        if isinstance(command, Put | Get | Remove):
            self._asked, self._op = (command, at), None
            self._outcome.say(f"asked at {clock(at)}", Tone.WAITING)
            self._show()

    def _was_asked(self) -> bool:
        """Whether the run shown has the last command: another branch may not, nor one that was undone."""
        assert self._asked is not None, "only looked for after a command"
        command, at = self._asked
        return any(row.command == command and row.at == at for row in self._player.session.commands)

    def _find(self) -> int | None:
        """The operation that the last command became: the first of its provider at its time."""
        assert self._asked is not None, "only looked for after a command"
        command, at = self._asked
        trace, live = self._player.trace, self._player.run.happens
        first = trace.index_at(at - 1e-9)
        wanted = GetStarted if isinstance(command, Get) else PutStarted
        for event in trace.slice(first, trace.index_at(at + (LATE if live else 0.0))).records:
            if live and isinstance(event, wanted) and event.workload != BY_HAND:
                continue  # a customer's, who asked meanwhile
            if isinstance(event, wanted) and self._player.world.called.get(event.node) == command.by:
                return int(event.op)
        return None

    def _select(self) -> None:
        if self._op is not None:
            self._focus.select_op(self._op)

    # The fields

    def _fit(self) -> None:
        """Show what applies to this verb and kind."""
        verb, kind = self._verb.currentText(), self._kind_now()
        put, entry = verb == "put", kind is Kind.UNAUTHENTICATED
        for widget in (self._regime, self._ttl):
            widget.setVisible(put)
        self._value.setVisible(put or (verb == "remove" and entry))
        self._secret.setVisible(verb != "get" and entry)
        self._key.setVisible(not (put and kind is Kind.IMMUTABLE))
        self._owner.setVisible(kind is Kind.AUTHENTICATED)
        self._offer_keys()
        self._offer_owners()

    def _offer_keys(self) -> None:
        kind = self._kind_now().value
        found = [(name.label, name.key) for name in self._player.world.names if name.kind == kind]
        self._key.offer(list(dict.fromkeys(found)))

    def _offer_owners(self) -> None:
        """In a get whose signed key it is; in a put or a removal who signs."""
        verb, by = self._verb.currentText(), self._who.currentText()
        world, key = self._player.world, self._key.currentText().strip()
        owners = [name.owner for name in world.names if name.key == key and name.owner]
        everybody = list(dict.fromkeys([*owners, by, *world.called.values()]))
        wanted = by if verb == "put" else (owners[0] if owners else by)
        self._owner.blockSignals(True)
        self._owner.clear()
        for name in everybody:
            self._owner.addItem(f"of {name}", name)
        self._owner.setCurrentIndex(max(0, self._owner.findData(wanted)))
        self._owner.blockSignals(False)
        says = "Whose key signs it" if verb != "get" else "Whose signed key it is"
        self._owner.setToolTip(as_tip(f"{says}: {self._owner.currentText()}"))

    def _written(self) -> None:
        if self._key.field.isModified():
            self._choose_name()

    def _choose_name(self) -> None:
        """The key in the bar is the one to be looked at, if it is known."""
        text, kind, owner = self._key.currentText().strip(), self._kind_now().value, self._owner.currentData()
        found = [name for name in self._player.world.names if text in (name.label, name.key) and name.kind == kind]
        if found:
            self._key.field.setModified(False)
            self._focus.select_name(min(found, key=lambda name: name.owner != owner).index)

    def _take_name(self) -> None:
        """The key selected elsewhere is the one most likely meant here, unless another is being written."""
        index = self._focus.name
        if index is None or index >= len(self._player.world.names) or self._key.field.isModified():
            return
        name = self._player.world.names[index]
        kinds = [kind.value for kind in KINDS]
        if name.kind in kinds:  # of a copy that was seen before any put or get spelled its name nobody knows it
            self._kind.setCurrentIndex(kinds.index(name.kind))
        self._offer_keys()
        self._key.setCurrentText(name.label)
        self._offer_owners()
        if self._verb.currentText() == "get":
            self._owner.setCurrentIndex(max(0, self._owner.findData(name.owner)))

    def _take_provider(self) -> None:
        name = None if self._focus.provider is None else self._player.world.called.get(self._focus.provider)
        if name is not None:
            self._who.setCurrentIndex(self._who.findText(name))

    def _keep_high(self) -> None:
        """As high as its lines: Qt takes a layout that wraps for one line where others ask for room too."""
        self.setMinimumHeight(self.heightForWidth(self.width()))

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._keep_high()

    @guarded(False)
    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._keep_high()
        return done
