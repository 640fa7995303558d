"""The menu File: open, save, export, close.

Rules: rows alone; what became of it is told by the document's signals.
"""

from functools import partial

from ui.acts import classroom, live, sequence
from ui.acts.context import Context
from ui.document import slug
from ui.presenting.shots import Shot
from ui.rows import Row


def rows(ctx: Context) -> list[Row]:
    """In the order of the menu."""
    document, view = ctx.document, ctx.view

    def nothing_new() -> str:
        if document.recording:
            return "A recording is saved already. Save as… keeps the scenario that it was made from."
        if document.live and not document.unsaved:
            return "What happens live is no file: Save recording… keeps it. Save as… keeps what it was made from."
        return ctx.nothing_open() or ("" if document.unsaved or document.path is None else "Everything is saved.")

    def not_recording() -> str:
        no = "Only a recording has its scenario inside; this is the scenario itself."
        return ctx.nothing_open() or ("" if document.recording else no)

    def only_branch() -> str:
        many = len(ctx.player.branches.all) > 1
        return ctx.nothing_open() or ("" if many else "There is one branch only: Save as… saves it.")

    def no_run() -> str:
        return "This is a recording already." if document.recording else ctx.nothing_open()

    def save_recording() -> None:
        path = ctx.sheets.target("Save a recording of the run", f"{slug(document.title)}.p4rec", "Recordings (*.p4rec)")
        if path is not None:
            document.save_recording(path)

    return [
        Row("new", "New", "File", lambda: _ignore(document.new()), ("Ctrl+N",), says="An empty network to draw in"),
        Row("pattern", "New from a pattern…", "File", view.studio.new_pattern, ("Ctrl+Alt+N",),
            says="A network of a kind: a mesh, a ring, a star, a forest and others, of as many providers as you like"),
        *live.new_rows(ctx),
        *classroom.file_rows(ctx),
        Row("open", "Open…", "File", view.choose_file, ("Ctrl+O",)),
        Row("save", "Save", "File", lambda: _ignore(document.save()), ("Ctrl+S",), nothing_new, line=True),
        Row("save-as", "Save as…", "File", lambda: _ignore(document.save_as()), ("Ctrl+Shift+S",), ctx.nothing_open),
        Row("save-branch", "Save branch as…", "File", lambda: _ignore(document.save_branch_as()), (), only_branch,
            says="This branch alone, as a scenario of its own"),
        Row("open-copy", "Open the scenario of this recording", "File", lambda: _ignore(document.open_copy()), (),
            not_recording, says="A copy of it with all that was done, to try something else"),
        Row("save-recording", "Save recording…", "File", save_recording, (), no_run,
            says="Everything that has happened so far, to play it again later"),
        Row("picture", "Export picture…", "File", partial(_export, ctx), ("Ctrl+E",), ctx.nothing_open,
            says="The whole window as a picture; more in the menu Present"),
        *sequence.exports(ctx),
        Row("close", "Close", "File", lambda: _ignore(document.close()), ("Ctrl+W",), ctx.nothing_open, line=True,
            says="Back to the welcome page"),
        Row("quit", "Quit", "File", lambda: _ignore(view.close()), ("Ctrl+Q",)),
    ]  # fmt: skip


def _export(ctx: Context) -> None:
    ctx.view.lectern.save(Shot.WINDOW)


def _ignore(_: bool) -> None:
    """What follows is told by the document's signals."""
