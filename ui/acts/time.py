"""The menu Time: notes and bookmarks, the branches' names, and events of one provider.

Rules: rows alone. The transport has the notes; it is made after the table.
"""

from collections.abc import Callable

import msgspec

from ui.acts.context import Context
from ui.panels.until import NO_JUDGE, UntilSlip
from ui.rows import Row

WHERE = {1: "after this moment", -1: "before this moment"}


def rows(ctx: Context) -> list[Row]:
    """In the order of the menu."""
    player, focus, view = ctx.player, ctx.focus, ctx.view

    def no_mark() -> str:
        return ctx.nothing_open() or view.transport.marks.why_not()

    def no_span() -> str:
        return no_mark() or ("" if focus.span.ends else "Select an interval first: drag on the time line with Shift.")

    def none_beside(step: int) -> Callable[[], str]:
        def why_not() -> str:
            beside = None if player.empty else view.transport.marks.beside(step)
            return ctx.nothing_open() or ("" if beside is not None else f"No mark is {WHERE[step]}: M makes one here.")

        return why_not

    def no_marks() -> str:
        return ctx.nothing_open() or ("" if view.transport.marks.all else "There are none yet: M makes one.")

    def until() -> UntilSlip:  # as the transport that has it, made after the table
        return view.transport.until

    def mark(write: bool) -> None:
        view.transport.mark(write)

    def list_marks() -> None:
        view.transport.list_marks()

    def future() -> None:
        view.transport.future.toggle()

    def shows_future() -> bool:
        return not player.empty and view.transport.future.isVisible()

    def no_judge() -> str:
        return ctx.nothing_open() or ("" if focus.eyes.as_node is None else NO_JUDGE)

    def stale() -> None:
        until().next_stale()

    def go(step: int) -> None:
        beside = view.transport.marks.beside(step)
        if beside is not None:
            view.transport.marks.go(beside)

    def no_provider() -> str:
        return ctx.nothing_open() or ("" if focus.provider is not None else "Choose a provider on the map first.")

    def opens_here() -> bool:
        return player.scenario.view.at == player.playhead

    def open_here() -> None:
        at = None if opens_here() else player.playhead
        seen = msgspec.structs.replace(player.scenario.view, at=at)
        says = "opening at the start" if at is None else "opening at this moment"
        player.change(msgspec.structs.replace(player.scenario, view=seen), says)

    return [
        Row("event-next", "Next event at the chosen provider", "Time", lambda: until().seek_event(1),
            ("Shift+Right",), no_provider),
        Row("event-last", "Previous event at the chosen provider", "Time", lambda: until().seek_event(-1),
            ("Shift+Left",), no_provider),
        Row("stale-next", "Next stale get", "Time", stale, (), no_judge),
        Row("future", "What is to come", "Time", future, ("Ctrl+T",), ctx.nothing_open, shows_future,
            says="A line of the messages under way, copies that run out and deeds planned, on a log scale"),
        Row("mark", "Mark this moment", "Time", lambda: mark(False), ("M",), no_mark, line=True,
            says="A bookmark at the playhead, or of the interval that is selected"),
        Row("note", "Note on the interval…", "Time", lambda: mark(True), ("Shift+M",), no_span,
            says="Keep the selected interval as a note, with a text"),
        Row("mark-next", "Next mark", "Time", lambda: go(1), ("]",), none_beside(1)),
        Row("marks", "List of marks…", "Time", list_marks, ("Ctrl+M",), no_marks),
        Row("mark-last", "Previous mark", "Time", lambda: go(-1), ("[",), none_beside(-1)),
        Row("open-here", "Open at this moment", "Time", open_here, (), no_mark, opens_here,
            says="Whoever opens the saved scenario begins here"),
    ]  # fmt: skip
