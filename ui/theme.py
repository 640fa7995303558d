"""Every colour, font and line style of the window, for a light and a dark theme, and the switch between them.

Rules: no other file of the window names a colour. A theme is handed on as an argument; a part that paints listens to
`ThemeSwitch.changed`. Regimes have a colour of the Okabe-Ito palette and a border style, message kinds a shape, so that
nothing is told by colour alone. Text reaches a contrast of 4.5 on every surface, most of it 7.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from types import MappingProxyType

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette, QPen
from PySide6.QtWidgets import QApplication

from ui.stylesheet import stylesheet

SYSTEM, LIGHT_ONLY, DARK_ONLY = "system", "light", "dark"  # what the person may choose
BASE_POINTS = 9.75  # the least size of body text: 13 px at 96 dpi
FONT_ROLES = {  # size against body text, weight
    "body": (1.0, QFont.Weight.Normal),
    "strong": (1.0, QFont.Weight.DemiBold),
    "small": (0.88, QFont.Weight.Normal),
    "badge": (0.84, QFont.Weight.Bold),
    "heading": (1.0, QFont.Weight.Bold),
    "title": (1.15, QFont.Weight.Bold),
    "number": (1.55, QFont.Weight.Bold),
    "display": (2.2, QFont.Weight.Bold),
}
_SESSION = dict.fromkeys((1, 2, 10, 11), "diamond")  # hello, goodbye, digest, catch-up
SHAPES = MappingProxyType(  # by message code
    {3: "triangle", 4: "circle", 5: "square", 6: "circle", 7: "square", 8: "circle", 9: "square"} | _SESSION
)
PEN_STYLES = MappingProxyType({"solid": Qt.PenStyle.SolidLine, "dashed": Qt.PenStyle.DashLine})


@dataclass(frozen=True)
class RegimeLook:
    """How a regime is drawn. border: solid, dashed or double. edge: its outline. ink: its colour as text."""

    word: str
    colour: QColor
    edge: QColor
    ink: QColor
    border: str


@dataclass(frozen=True)
class Theme:
    """One set of colours. Regimes by `Regime.code`, 0 none and 4 mixed; kinds by message code."""

    name: str
    dark: bool
    window: QColor  # panels and bars
    field: QColor  # what is typed into, buttons
    hover: QColor
    line: QColor  # between panels
    outline: QColor  # around fields
    text: QColor
    muted: QColor  # second lines, axes
    faint: QColor  # what is there but asks for nothing: empty states, disabled text
    accent: QColor
    accent_hover: QColor
    accent_soft: QColor  # behind what is selected
    accent_text: QColor  # the accent as text
    on_accent: QColor
    stale: QColor
    stale_text: QColor
    on_stale: QColor
    good: QColor
    map: QColor
    node: QColor
    node_line: QColor
    link: QColor
    link_busy: QColor
    underlay: QColor
    customer: QColor
    track: QColor  # the bed of a lane, of a bar, of the scrubber
    past: QColor  # activity before the playhead, after it `track`
    plot: QColor
    grid: QColor
    shadow: QColor
    regimes: Mapping[int, RegimeLook]
    kinds: Mapping[int, QColor]
    sides: tuple[QColor, ...]  # of a partition
    inks: tuple[QColor, QColor]  # of the marker pen: the marker, the highlighter
    marks: Mapping[str, QColor]  # of notes on the time line, by their words in files

    def mark(self, word: str) -> QColor:
        """The colour of a note; the accent for one that has none of its own."""
        return self.marks.get(word, self.accent)

    def side(self, number: int) -> QColor:
        """The colour of a side of a partition; it wears a letter too."""
        return self.sides[number % len(self.sides)]

    def regime(self, code: int) -> RegimeLook:
        """The look of a regime code; that of "none" for what is unknown."""
        return self.regimes.get(code, self.regimes[0])

    def regime_named(self, word: str) -> RegimeLook:
        """The look of a regime by its word in files."""
        return next((look for look in self.regimes.values() if look.word == word), self.regimes[0])

    def on(self, colour: QColor) -> QColor:
        """The more readable one of dark and light on `colour`."""
        return max(DARK.window, LIGHT.window, key=lambda ink: contrast(ink, colour))

    def regime_pen(self, code: int, width: float) -> QPen:
        """A line in the colour and style of a regime; double is drawn solid where a line has no room for two."""
        look = self.regime(code)
        pen = QPen(look.colour, width, PEN_STYLES.get(look.border, Qt.PenStyle.SolidLine))
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        return pen

    def colours(self) -> dict[str, QColor]:
        """The plain colours by name."""
        return {field.name: value for field in fields(self) if isinstance(value := getattr(self, field.name), QColor)}

    def palette(self) -> QPalette:
        """The same for widgets that no stylesheet rule reaches."""
        palette = QPalette(self.window)
        roles = {
            QPalette.ColorRole.Window: self.window,
            QPalette.ColorRole.Base: self.field,
            QPalette.ColorRole.AlternateBase: self.hover,
            QPalette.ColorRole.Button: self.field,
            QPalette.ColorRole.ToolTipBase: self.field,
            QPalette.ColorRole.WindowText: self.text,
            QPalette.ColorRole.Text: self.text,
            QPalette.ColorRole.ButtonText: self.text,
            QPalette.ColorRole.ToolTipText: self.text,
            QPalette.ColorRole.BrightText: self.stale_text,
            QPalette.ColorRole.PlaceholderText: self.faint,
            QPalette.ColorRole.Highlight: self.accent,
            QPalette.ColorRole.HighlightedText: self.on_accent,
            QPalette.ColorRole.Accent: self.accent,
            QPalette.ColorRole.Link: self.accent_text,
            QPalette.ColorRole.LinkVisited: self.accent_text,
            QPalette.ColorRole.Light: self.hover,
            QPalette.ColorRole.Midlight: self.line,
            QPalette.ColorRole.Mid: self.outline,
            QPalette.ColorRole.Dark: self.outline,
            QPalette.ColorRole.Shadow: self.shadow,
        }
        for role, colour in roles.items():
            palette.setColor(role, colour)
        for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.faint)
        palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Highlight, self.outline)
        return palette


def font(role: str) -> QFont:
    """The application's font in one of `FONT_ROLES`. It grows with the text size that the person chose."""
    scale, weight = FONT_ROLES[role]
    made = QFont(QApplication.font())
    made.setPointSizeF(made.pointSizeF() * scale)
    made.setWeight(weight)
    return made


def mix(under: QColor, over: QColor, part: float) -> QColor:
    """`over` laid on `under` with opacity `part`: an opaque colour, cheaper to paint than a translucent one."""
    return QColor.fromRgbF(
        under.redF() + (over.redF() - under.redF()) * part,
        under.greenF() + (over.greenF() - under.greenF()) * part,
        under.blueF() + (over.blueF() - under.blueF()) * part,
    )


def contrast(a: QColor, b: QColor) -> float:
    """The contrast of two colours, 1 to 21, as WCAG 2 counts it."""
    light, dark = sorted((_luminance(a.rgb()), _luminance(b.rgb())), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@cache
def _luminance(rgb: int) -> float:
    """There are some dozen colours, and each bar that is painted asks for one."""

    def linear(byte: int) -> float:
        part = byte / 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(rgb >> 16 & 255) + 0.7152 * linear(rgb >> 8 & 255) + 0.0722 * linear(rgb & 255)


def _look(word: str, colour: str, edge: str, ink: str, border: str) -> RegimeLook:
    return RegimeLook(word, QColor(colour), QColor(edge), QColor(ink), border)


def _colours(**given: str) -> dict[str, QColor]:
    return {name: QColor(value) for name, value in given.items()}


LIGHT = Theme(
    name=LIGHT_ONLY,
    dark=False,
    regimes=MappingProxyType({
        0: _look("none", "#8A94A3", "#5B6675", "#556070", "solid"),
        1: _look("get-broadcast", "#E69F00", "#8F6200", "#855B00", "solid"),
        2: _look("put-broadcast-key", "#56B4E9", "#1C6FA3", "#176592", "dashed"),
        3: _look("put-broadcast-value", "#009E73", "#00593F", "#006E50", "double"),
        4: _look("mixed", "#CC79A7", "#8C3F6B", "#8C3F6B", "dashed"),
    }),
    kinds=MappingProxyType(
        {
            1: QColor("#8A6D00"),
            2: QColor("#B8860B"),
            3: QColor("#4B5563"),
            4: QColor("#0072B2"),
            5: QColor("#CC79A7"),
            6: QColor("#7FB2D1"),
            7: QColor("#E3B7CE"),
            8: QColor("#004D7A"),
            9: QColor("#9C4A78"),
            10: QColor("#2F8F77"),
            11: QColor("#00664B"),
        }
    ),
    sides=(QColor("#0072B2"), QColor("#8A6D00"), QColor("#9C4A78"), QColor("#5B6675")),
    inks=(QColor("#D6006C"), QColor("#FFC400")),
    marks=MappingProxyType(_colours(
        red="#C22F2F", orange="#C96A00", yellow="#A38200", green="#00805C", blue="#0072B2", purple="#8A4FBE",
        grey="#6B7686",
    )),
    **_colours(
        window="#FFFFFF", field="#F6F7F9", hover="#ECEFF4", line="#E4E7EC", outline="#CBD1DA",
        text="#1B2430", muted="#586474", faint="#7D8896",
        accent="#3B5BDB", accent_hover="#2F4AC0", accent_soft="#E7ECFB", accent_text="#3450C6", on_accent="#FFFFFF",
        stale="#D55E00", stale_text="#B04A00", on_stale="#FFFFFF", good="#007A58",
        map="#F4F4F2", node="#FFFFFF", node_line="#B9BFC8", link="#C6CDD6", link_busy="#98A3B3", underlay="#A9B0B9",
        customer="#ABB4C0", track="#EDEFF2", past="#C3CAD4", plot="#FFFFFF", grid="#ECEEF1", shadow="#9AA3AF",
    ),
)  # fmt: skip

DARK = Theme(
    name=DARK_ONLY,
    dark=True,
    regimes=MappingProxyType({
        0: _look("none", "#8A94A3", "#C3CAD4", "#A9B3C1", "solid"),
        1: _look("get-broadcast", "#E69F00", "#FFD885", "#F2B437", "solid"),
        2: _look("put-broadcast-key", "#56B4E9", "#C4E6FA", "#7BC5EF", "dashed"),
        3: _look("put-broadcast-value", "#009E73", "#7FE3C6", "#3CC79F", "double"),
        4: _look("mixed", "#CC79A7", "#F2C6DE", "#DD9DC0", "dashed"),
    }),
    kinds=MappingProxyType(
        {
            1: QColor("#D9B84A"),
            2: QColor("#B08D1E"),
            3: QColor("#AAB4C2"),
            4: QColor("#3E9BD6"),
            5: QColor("#CC79A7"),
            6: QColor("#2F6A91"),
            7: QColor("#8C5776"),
            8: QColor("#86C5EE"),
            9: QColor("#E8B6D0"),
            10: QColor("#2C8A72"),
            11: QColor("#6FD6B8"),
        }
    ),
    sides=(QColor("#3E9BD6"), QColor("#D9B84A"), QColor("#CC79A7"), QColor("#A9B3C1")),
    inks=(QColor("#FF5FA8"), QColor("#FFD84D")),
    marks=MappingProxyType(_colours(
        red="#F0706B", orange="#F29A3C", yellow="#E3C744", green="#3CC79F", blue="#56B4E9", purple="#C193F0",
        grey="#A3ADBA",
    )),
    **_colours(
        window="#1B1E24", field="#252A32", hover="#2D333D", line="#30363F", outline="#434B58",
        text="#E9ECF1", muted="#A3ADBA", faint="#7C8795",
        accent="#4F6DEB", accent_hover="#617DF2", accent_soft="#2A3358", accent_text="#9DB0FF", on_accent="#FFFFFF",
        stale="#E66A0A", stale_text="#FF9350", on_stale="#140A02", good="#3CC79F",
        map="#14161A", node="#22262E", node_line="#4C5563", link="#3A424E", link_busy="#687486", underlay="#4A5361",
        customer="#596473", track="#272C34", past="#4D5766", plot="#1B1E24", grid="#2A2F38", shadow="#000000",
    ),
)  # fmt: skip


class ThemeSwitch(QObject):
    """Holds the theme in force and applies it to the application. It follows the system unless told otherwise."""

    changed = Signal()

    def __init__(self, application: QApplication, choice: str = SYSTEM) -> None:
        super().__init__(application)
        self._application = application
        self._points = max(BASE_POINTS, application.font().pointSizeF())
        self.choice = choice
        self.scale = 1.0  # of all text
        self.calm = False  # nothing glides, grows or fades
        self.current = self._wanted()
        application.setStyle("Fusion")
        application.styleHints().colorSchemeChanged.connect(self._follow)
        self._apply()

    def choose(self, choice: str) -> None:
        """SYSTEM, LIGHT_ONLY or DARK_ONLY."""
        self.choice = choice
        self._follow()

    def set_scale(self, scale: float) -> None:
        """Text size against the usual one, 1.5 on a projector."""
        if scale != self.scale:
            self.scale = scale
            self._apply()
            self.changed.emit()

    def set_calm(self, calm: bool) -> None:
        """Reduced motion: what moves on the map jumps, and nothing pulses."""
        if calm != self.calm:
            self.calm = calm
            self.changed.emit()

    def _follow(self) -> None:
        wanted = self._wanted()
        if wanted is not self.current:
            self.current = wanted
            self._apply()
            self.changed.emit()

    def _wanted(self) -> Theme:
        if self.choice == SYSTEM:
            dark = self._application.styleHints().colorScheme() == Qt.ColorScheme.Dark
            return DARK if dark else LIGHT
        return DARK if self.choice == DARK_ONLY else LIGHT

    def _apply(self) -> None:
        base = QFont(self._application.font())
        base.setPointSizeF(self._points * self.scale)
        self._application.setFont(base)
        self._application.setPalette(self.current.palette())
        self._application.setStyleSheet(stylesheet(self.current.colours()))
