"""The forms by which a class is opened, and joined: what to fill in, and how far it is once it was asked for.

Rules: the form stays while it is tried, so that a wrong code can be mended where it was typed; whoever tries is asked
ten times a second, and given up with Cancel.
"""

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit, QProgressBar, QWidget

from p4lab.session.base import Session
from p4lab.session.classroom import ASK, POLICIES
from p4lab.session.joining import Attempt, JoinError, Wish, code_fault, name_fault, networks
from ui.forms.rows import WIDTH, Rows
from ui.plain import plain_label

LOOK = 100  # ms between two looks at how far it is
PEERING = {"ask": "I am asked each time", "class": "every member of the class may", "open": "everybody who can may"}
OPENS = "This computer becomes the teacher’s: it shows a code, and hands out the seats. Nothing leaves this network."
JOINS = "This computer runs a provider in the class of somebody who has shown you a code."

Try = Callable[[Wish], Attempt]


class ClassForm(QDialog):
    """opens: a class of one's own; else one is joined. session: what came of it, once the form is accepted."""

    began = Signal()

    def __init__(self, opens: bool, person: str, attempt: Try, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session: Session | None = None
        self._opens, self._try = opens, attempt
        self._attempt: Attempt | None = None
        title = "Open a class" if opens else "Join a class"
        self.setWindowTitle(title)
        self.rows = rows = Rows(self, title, OPENS if opens else JOINS, "Open" if opens else "Join")
        self.what, self.person, self.policy = QLineEdit(), QLineEdit(person), QComboBox()
        for word in POLICIES:
            self.policy.addItem(PEERING[word], word)
        self.policy.setCurrentIndex(list(POLICIES).index("class" if opens else ASK))
        if opens:
            self.what.setText("Our class")
            rows.add("what", "&Class", self.what, self.what.textChanged, "What the class is called, for all to see")
        else:
            self.what.setPlaceholderText("ABCD EFGH IJKL-MN23")
            says = "The code on the teacher’s screen; with host:port/ before it where the class is not found by itself"
            rows.add("what", "C&ode", self.what, self.what.textChanged, says)
        rows.add("person", "&Your name", self.person, self.person.textChanged, "What your provider is called")
        rows.add("policy", "&Peering", self.policy, self.policy.currentIndexChanged, "Whose requests are accepted")
        self.network = QComboBox()
        for address, says in networks():
            self.network.addItem(says, address)
        says = "Where others can find this computer; choose one where several networks confuse them"
        rows.add("network", "&Network", self.network, self.network.currentIndexChanged, says)
        self.says = plain_label()
        self.says.setWordWrap(True)
        self.says.setMinimumWidth(WIDTH)
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        for place, part in ((3, self.says), (4, self.bar)):
            rows.body.insertWidget(place, part)
            part.hide()
        self._timer = QTimer(self, interval=LOOK)
        self._timer.setObjectName("joining")
        self._timer.timeout.connect(self._look)
        rows.begin(self._wrong, None)
        self.what.selectAll()
        self.what.setFocus()

    def wish(self) -> Wish:
        """What stands in the form."""
        what, person = self.what.text().strip(), self.person.text().strip()
        policy, network = self.policy.currentData(), self.network.currentData()
        return Wish(person, what, "", policy, network) if self._opens else Wish(person, "", what, policy, network)

    def _wrong(self) -> dict[str, str]:
        what = self.what.text()
        faults = {
            "what": name_fault(what) if self._opens else code_fault(what),
            "person": name_fault(self.person.text()),
        }
        if not self.what.text().strip() and not self._opens:
            faults["what"] = ""  # nobody is told off before anything was typed
        found = {name: says for name, says in faults.items() if says}
        return found or ({"": "Type the code that the teacher shows."} if not what.strip() else {})

    def _busy(self, busy: bool) -> None:
        for field in (self.what, self.person, self.policy, self.network):
            field.setEnabled(not busy)
        for part in (self.says, self.bar):
            part.setVisible(busy)
        self.rows.wait(busy)
        self.rows.fit()

    def _look(self) -> None:
        attempt = self._attempt
        if attempt is None:
            return
        try:
            self.session = attempt.poll()
        except JoinError as fault:
            self._stop()
            self.rows.tell("what", str(fault))
            self.what.setFocus()
            self.what.selectAll()
            return
        self.says.setText(attempt.says)
        if self.session is not None:
            self._stop()
            super().accept()

    def _stop(self) -> None:
        self._timer.stop()
        self._attempt = None
        self._busy(False)

    # Qt

    def accept(self) -> None:
        """Try it."""
        if self._attempt is not None or not self.rows.may_apply():
            return
        self._attempt = self._try(self.wish())
        self._busy(True)
        self._timer.start()
        self._look()
        self.began.emit()

    def reject(self) -> None:
        """Give it up."""
        if self._attempt is not None:
            self._attempt.cancel()
            self._stop()
        super().reject()
