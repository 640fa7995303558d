"""Why, by keyboard: to the cause of the selected event and to what came of it, and into the future that avoids it.

Rules: rows alone.
"""

from ui.acts.context import Context
from ui.rows import Row


def rows(ctx: Context) -> list[Row]:
    """In the order of the menu."""
    player, focus, view = ctx.player, ctx.focus, ctx.view

    def current() -> int:
        """The selected event; else the message, else how the selected operation ended, or began."""
        op = None if focus.op is None else player.world.op(focus.op)
        ended = 0 if op is None else op.finished_id or op.started_id
        return focus.event_id or focus.message or ended

    def go(number: int) -> None:
        focus.select_event(number)
        player.seek(player.trace.time_of(number - 1))

    def cause() -> None:
        go(view.inspectors.why.causes.before(current()))

    def consequence() -> None:
        found = view.inspectors.why.causes.after(current())
        if not found:
            view.notice.news("Nothing came of this event.")
            return
        go(next((number for number in found if number in focus.chain), found[0]))

    def no_event() -> str:
        known = 0 < current() <= len(player.trace)
        return ctx.nothing_open() or ("" if known else "Select an event, a message, or a put or get first.")

    def no_cause() -> str:
        return no_event() or ("" if view.inspectors.why.causes.before(current()) else "Nothing caused this event.")

    def no_answer() -> str:
        return ctx.nothing_open() or ("" if focus.op is not None else "Select a put or a get first.")

    def no_remedy() -> str:
        blind = (
            "" if focus.eyes.as_node is None else "A provider does not know what went wrong elsewhere: show everything."
        )
        return no_answer() or blind or player.why_not_other()

    return [
        Row("why", "Why did it end so?", "Time", view.inspectors.tell_why, ("W",), no_answer, line=True,
            says="The story of the selected put or get, and its chain on map, chart and log"),
        Row("cause", "To its cause", "Time", cause, ("Ctrl+Left",), no_cause,
            says="From the selected event to what it goes back to"),
        Row("consequence", "To what came of it", "Time", consequence, ("Ctrl+Right",), no_event,
            says="From the selected event to the first that it caused"),
        Row("avoid", "Try what would have avoided it", "Time", view.inspectors.avoid, ("Ctrl+Shift+W",), no_remedy,
            says="In another branch, with the first remedy that fits; the same get is judged there"),
    ]  # fmt: skip
