"""The menu Present: full screen, the marker pen, what a presenter's remote sends, pictures and films.

Rules: rows alone. A remote sends Page Down and Page Up, `.` and F5: next and previous mark (an event where there are no
marks), play or pause, play.
"""

from functools import partial

from ui.acts.context import Context
from ui.narration import Level
from ui.presenting.shots import Shot
from ui.rows import Row

PICTURE, NARRATION = "Picture", "Narration"


def rows(ctx: Context) -> list[Row]:
    """In the order of the menu. What they ask of the window is made after them."""
    view, nothing_open = ctx.view, ctx.nothing_open
    found = [
        Row("present", "Full screen", "Present", partial(_full_screen, ctx), ("F11",), nothing_open,
            lambda: view.lectern.screen.on, says="Only the map, the time line and what happens; Escape leaves"),
        Row("next-mark", "Next mark or event", "Present", lambda: view.lectern.turn(1), ("PgDown",),
            partial(_edge, ctx, 1), says="To the next mark on the time line; without marks, to the next event"),
        Row("previous-mark", "Previous mark or event", "Present", lambda: view.lectern.turn(-1), ("PgUp",),
            partial(_edge, ctx, -1), says="To the mark before; without marks, to the event before"),
        Row("pen", "Marker pen", "Present", partial(_pen, ctx), ("D",), nothing_open,
            lambda: view.lectern.pen.on, line=True,
            says="Draw on the map; the right button draws in the other colour. Never saved; Escape or a jump wipes it"),
        Row("pen-colour", "Marker or highlighter", "Present", partial(_other_colour, ctx), ("Shift+D",),
            nothing_open, says="The other colour of the pen"),
        Row("copy-picture", "Copy picture", "Present", partial(_copy, ctx), ("Ctrl+Shift+C",), nothing_open,
            line=True, says="The map and the plots, without menus and bars, into the clipboard"),
    ]  # fmt: skip
    found += [
        Row(f"picture-{shot.name.lower()}", f"{shot.value}…", "Present", partial(_save, ctx, shot), (), nothing_open,
            submenu=PICTURE, says=f"Save a picture: {shot.value.lower()}")
        for shot in Shot
    ]  # fmt: skip
    found += [
        Row("picture-double", "Twice the pixels", "Present", partial(_double, ctx), (), nothing_open,
            lambda: view.lectern.ratio == 2.0, submenu=PICTURE, line=True, says="Pictures twice as fine, for print"),
        Row("film", "Record a film of a stretch…", "Present", partial(_record, ctx), (),
            partial(_why_no_film, ctx), says="An MP4 or a GIF of the map or the window, as time runs"),
    ]  # fmt: skip
    return found


def view_rows(ctx: Context) -> list[Row]:
    """What stands in the menu View: how much is told, and whether things move."""
    view, taste = ctx.view, ctx.taste
    says = {
        Level.OFF: "Nothing is told to screen readers",
        Level.BRIEF: "Tell what becomes of the selected key’s puts and gets",
        Level.FULL: "Tell who asks whom and who answers, too",
    }
    found = [
        Row(f"narration-{level.value}", level.value.capitalize(), "View", partial(_narrate, ctx, level),
            ticked=partial(_narrates, ctx, level), submenu=NARRATION, one_of=True, says=says[level])
        for level in Level
    ]  # fmt: skip
    found += [
        Row("calm", "Reduced motion", "View", lambda: taste.choose_calm(not taste.switch.calm),
            ticked=lambda: taste.switch.calm, says="Messages jump instead of gliding, with an arrow on their way"),
        Row("next-pane", "Next pane", "View", lambda: view.lectern.panes.go(1), ("Ctrl+F6",), line=True,
            says="The keyboard goes to the next part of the window"),
        Row("previous-pane", "Previous pane", "View", lambda: view.lectern.panes.go(-1), ("Ctrl+Shift+F6",),
            says="The keyboard goes to the part of the window before"),
    ]  # fmt: skip
    return found


def _edge(ctx: Context, direction: int) -> str:
    player = ctx.player
    if ctx.nothing_open() or (0 < player.playhead < player.run.edge):
        return ctx.nothing_open()
    if direction > 0:
        return "The run ends here." if player.playhead >= player.run.edge else ""
    return "The run begins here." if player.playhead <= 0 else ""


def _full_screen(ctx: Context) -> None:
    ctx.view.lectern.screen.toggle()


def _pen(ctx: Context) -> None:
    ctx.view.lectern.pen.toggle()


def _other_colour(ctx: Context) -> None:
    ctx.view.lectern.pen.other_colour()


def _copy(ctx: Context) -> None:
    ctx.view.lectern.copy()


def _double(ctx: Context) -> None:
    ctx.view.lectern.double()


def _record(ctx: Context) -> None:
    ctx.view.lectern.record()


def _why_no_film(ctx: Context) -> str:
    return ctx.view.lectern.why_no_film()


def _save(ctx: Context, shot: Shot) -> None:
    ctx.view.lectern.save(shot)


def _narrate(ctx: Context, level: Level) -> None:
    ctx.view.lectern.narrator.choose(level)


def _narrates(ctx: Context, level: Level) -> bool:
    return ctx.view.lectern.narrator.level is level
