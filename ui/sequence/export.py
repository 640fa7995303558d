"""Writing the sequence chart to a file: as an SVG drawing, or as the text of a Mermaid diagram.

Rules: what goes in is everything, what is selected, or what is in sight; what would be too much is refused with a
sentence that says what would do. Raises CannotExportError.
"""

from pathlib import Path

import msgspec
from PySide6.QtCore import QBuffer, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtSvg import QSvgGenerator

from ui import words
from ui.panels.log_text import LogText
from ui.panels.span import ticks
from ui.sequence.axis import EVENTS, TIME, Axis
from ui.sequence.choice import Choice
from ui.sequence.crowd import Crowd
from ui.sequence.mermaid import mermaid
from ui.sequence.model import Model
from ui.sequence.paint import Frame, Painting
from ui.sequence.sight import ARROWS, Sight, look
from ui.theme import LIGHT, font

ALL, SELECTED, VISIBLE = "all", "selected", "visible"
PARTS = {ALL: "All", SELECTED: "What is selected", VISIBLE: "What is in sight"}
SVG, MERMAID = "svg", "mermaid"
FORMS = {SVG: "a drawing (SVG)", MERMAID: "Mermaid text"}
PER_EVENT = 22.0  # px
LEAST, MOST = 700.0, 60_000.0  # px: the width of a drawing
LANE, MARGIN = 46.0, 16.0  # px


class CannotExportError(Exception):
    """The sentence says why, and what would do."""


def write(model: Model, form: str, what: str, path: Path) -> str:
    """Write one of FORMS; what was written, as a sentence."""
    if not model.limit:
        raise CannotExportError("Nothing has happened yet: play a little first.")
    count = (as_svg if form == SVG else as_mermaid)(model, what, path)
    return f"{words.plural(count, 'message')} in {path.name}."


def as_svg(model: Model, what: str, path: Path) -> int:
    """Write a drawing, in the light theme, for paper. Returns how many messages it has."""
    axis, choice = _asked(model, what)
    stretch = axis.length * PER_EVENT if axis.mode == EVENTS else max(LEAST, model.width)
    width = min(max(stretch, LEAST), MOST)
    sight = _sight(model, axis, choice, width, what)
    metrics = QFontMetricsF(font("small"))
    names = [lane.name for lane in model.lanes]
    gutter = max(map(metrics.horizontalAdvance, names), default=0.0) + 2 * MARGIN
    top = metrics.height() + MARGIN
    lane = max(LANE, 2.4 * metrics.height())
    size = QSize(round(gutter + width + MARGIN), round(top + lane * len(names) + MARGIN))
    generator = QSvgGenerator()
    drawing = QBuffer()
    generator.setOutputDevice(drawing)
    generator.setSize(size)
    generator.setViewBox(QRectF(QPointF(0, 0), size.toSizeF()))
    generator.setTitle(model.player.session.scenario.title or "Sequence chart")
    generator.setDescription(model.summary())
    painter = QPainter(generator)
    frame = Frame(width, lane * len(names), lane, len(names))
    painting = Painting(LIGHT, vector=True)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(QRectF(QPointF(0, 0), size.toSizeF()), LIGHT.window)
    painter.setFont(font("small"))
    painter.setPen(LIGHT.text)
    for number, name in enumerate(names):
        box = QRectF(MARGIN, top + frame.y(number) - lane / 2, gutter, lane)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
    _axis(painter, model, axis, QRectF(gutter, 0, width, top))
    painter.translate(gutter, top)
    painter.setClipRect(QRectF(-MARGIN, -MARGIN, width + 2 * MARGIN, lane * len(names) + MARGIN))
    strips = model.strips_in_sight(axis, width)
    painting.bands(painter, frame, sight)
    painting.beds(painter, frame)
    painting.strips(painter, frame, strips)
    painting.arrows(painter, frame, sight)
    painter.end()
    _put(path, bytes(drawing.data().data()))
    return len(sight.rows)


def as_mermaid(model: Model, what: str, path: Path) -> int:
    """Write the text of a diagram. Returns how many messages there are."""
    axis, choice = _asked(model, what)
    sight = _sight(model, axis, choice, LEAST, what)
    text = LogText(model.trace, model.world)
    title = model.player.session.scenario.title
    _put(path, mermaid(sight, model.lanes, text, model.world, title).encode())
    return len(sight.rows)


def _put(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as fault:
        raise CannotExportError(f"{path.name} cannot be written: {fault.strerror}.") from fault


def _asked(model: Model, what: str) -> tuple[Axis, Choice]:
    """Which stretch, and what of it."""
    axis, choice = Axis(model.axis.mode), model.choice()
    whole = model.player.playhead if axis.mode == TIME else float(model.limit) + 1.0
    if model.player.session.abilities.known and axis.mode == TIME:
        whole = model.player.duration
    axis.set_whole(max(whole, 1e-3))
    axis.low, axis.high = (0.0, axis.whole) if what != VISIBLE else (model.axis.low, model.axis.high)
    if what == SELECTED:
        numbers = model.selected()
        units = [model.unit_of_event(number) for number in numbers]
        ends = [model.unit(model.end_of(number)) for number in numbers]
        low, high = min(units), max([*units, *ends])
        room = max(0.04 * (high - low), 1e-3 if axis.mode == TIME else 1.0)
        axis.low, axis.high = max(0.0, low - room), high + room
        if not model.focus.chain:
            choice = msgspec.structs.replace(choice, op=model.focus.op)
    return axis, choice


def _sight(model: Model, axis: Axis, choice: Choice, width: float, what: str) -> Sight:
    wanted = model.look(width, axis, choice)
    sight = look(wanted, Crowd())
    if what == SELECTED and model.focus.chain:
        sight = sight.only(sight.lit, frozenset(model.focus.chain))
    if sight.counts is not None:
        raise CannotExportError(
            f"That is {words.plural(sight.total, 'message')}, more than the {words.grouped(ARROWS)} that a drawing can "
            "hold. Zoom in and export what is visible, or follow one request."
            if sight.share >= 1
            else "Those are more messages than a drawing can hold. Zoom in and export what is visible."
        )
    return sight


def _axis(painter: QPainter, model: Model, axis: Axis, box: QRectF) -> None:
    painter.setPen(LIGHT.muted)
    places = ticks(axis.low, axis.high, max(2, round(box.width() / 150)))
    step = places[1] - places[0] if len(places) > 1 else axis.length
    for at in places:
        if axis.mode == TIME or (at == int(at) and 1 <= at <= model.limit):
            clock = words.clock(at, min(1.0, step)) if axis.mode == TIME else words.clock(model.time(at), 0.001)
            text = clock if axis.mode == TIME else f"#{words.grouped(at)} · {clock}"
            x = box.left() + (at - axis.low) / axis.length * box.width()
            painter.drawText(QRectF(x - 80, 2, 160, box.height() - 4), Qt.AlignmentFlag.AlignCenter, text)
