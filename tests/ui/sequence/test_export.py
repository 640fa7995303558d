"""Files made of the chart: the text of a Mermaid diagram, a drawing, and what is refused."""

import xml.etree.ElementTree as ET

import pytest

from tests.ui.panels import tale
from tests.ui.sequence.test_sight import crowd_of
from ui.focus import Focus
from ui.sequence.axis import EVENTS, TIME
from ui.sequence.export import ALL, MERMAID, SELECTED, SVG, VISIBLE, CannotExportError, write
from ui.sequence.mermaid import LONGEST, MOST
from ui.sequence.model import Model

SVG_NAMES = {"svg": "http://www.w3.org/2000/svg"}
REQUEST = """\
---
title: "A tale"
---
sequenceDiagram
    participant p0 as Aster
    participant p1 as Birch
    participant p2 as Cedar
    Note over p2: get asked, news/1
    p2->>p0: query, news/1, 40 ms (at 2.820 s)
    p2->>p1: query, news/1, 40 ms (at 2.820 s)
    p0-->>p2: reply: hit, news/1, 40 ms (at 2.860 s)
    p1-->>p2: reply: miss, news/1, 40 ms (at 2.860 s)
    Note over p2: stored, news/1, cached v1, for 10.0 s
    Note over p2: get answered, news/1, v1, remote
"""


@pytest.fixture
def model(qtbot):
    player, focus = tale.opened(qtbot)
    made = Model(player, focus)
    made.refresh(600.0)
    yield made
    player.close()


@pytest.mark.parametrize("mode", [EVENTS, TIME])
def test_the_selected_request_as_mermaid_text(model, tmp_path, mode):
    model.choose(mode=mode)
    model.focus.select_op(2)
    model.refresh(600.0)
    said = write(model, MERMAID, SELECTED, tmp_path / "one.mmd")
    assert said == "4 messages in one.mmd."
    assert (tmp_path / "one.mmd").read_text("utf-8") == REQUEST


def test_what_mermaid_would_misread_is_spelled_out(qtbot, tmp_path):
    trace = tale.Trace()
    trace.emit(tale.Joined(node=0, name="A;B #1"), 0.0, 0)
    trace.emit(tale.Joined(node=1, name="end"), 0.0, 0)
    trace.sent(1.0, 1.04, 0, 0, 10, 0, 1, tale.UPDATE, 0, 1)
    player, focus = tale.opened(qtbot, trace=trace, title='say "x"')
    model = Model(player, focus)
    model.refresh(600.0)
    write(model, MERMAID, ALL, tmp_path / "a.mmd")
    assert (tmp_path / "a.mmd").read_text("utf-8").splitlines() == [
        "---", 'title: "say \\"x\\""', "---", "sequenceDiagram", "    participant p0 as A#59;B #35;1",
        "    participant p1 as end", "    Note over p0: provider, 0 customers",
        "    Note over p1: provider, 0 customers",
        "    p0-xp1: update, lost (at 1.000 s)",
    ]  # fmt: skip
    player.close()


def test_a_text_too_long_to_be_drawn_says_what_is_left_out(qtbot, tmp_path):
    player = crowd_of(qtbot, 500)
    model = Model(player, Focus())
    model.refresh(600.0)
    write(model, MERMAID, ALL, tmp_path / "long.mmd")
    text = (tmp_path / "long.mmd").read_text("utf-8")
    assert f"%% {MOST} of 503 messages and notes: a longer diagram would not be drawn" in text
    assert (len(text) < LONGEST, text.count("update")) == (True, MOST - 3)
    player.close()


@pytest.mark.parametrize(("what", "arrows"), [(VISIBLE, 4), (ALL, 6)])
def test_a_drawing_has_the_lanes_by_name_and_the_messages(model, tmp_path, what, arrows):
    model.axis.show(8.0, 20.0)
    model.refresh(600.0)
    path = tmp_path / "chart.svg"
    assert write(model, SVG, what, path) == f"{arrows} messages in chart.svg."
    root = ET.parse(path).getroot()
    texts = ["".join(each.itertext()).strip() for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"Aster", "Birch", "Cedar", "query", "reply: hit"} <= set(texts)
    title = root.find("svg:title", SVG_NAMES)
    assert title is not None
    assert title.text == "A tale"


def test_a_crowd_is_refused_with_what_would_do(qtbot, tmp_path):
    player = crowd_of(qtbot, 900)
    model = Model(player, Focus())
    model.refresh(600.0)
    with pytest.raises(CannotExportError, match=r"900 messages, more than the 600 that .* Zoom in and export"):
        write(model, SVG, ALL, tmp_path / "a.svg")
    player.close()


def test_a_folder_that_is_not_there_is_said(model, tmp_path):
    for form in (SVG, MERMAID):
        with pytest.raises(CannotExportError, match="cannot be written"):
            write(model, form, ALL, tmp_path / "nowhere" / "a.svg")
