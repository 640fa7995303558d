"""What is about live runs: begin one (File), back to its edge, and end it (Run).

Rules: rows alone; what makes no sense in a live run is said here once, and the rows of other menus ask.
"""

from ui.acts.context import Context
from ui.rows import Row

NO_EXPRESS = "A live run makes itself, in real time: there is nothing to race ahead of."
NO_AGAIN = "A live run cannot be started again: New live lab… begins another."
NOT_LIVE = "Nothing here is live: New live lab… in the menu File lets a network happen in real time."
NO_LAB = "This P4 Lab was built without the live lab."


def new_rows(ctx: Context) -> list[Row]:
    """What stands in the menu File."""
    document, view = ctx.document, ctx.view

    def begin() -> None:
        view.studio.new_live()

    return [
        Row("new-live", "New live lab…", "File", begin, ("Ctrl+Shift+L",), lambda: "" if document.has_lab else NO_LAB,
            says="Let a network happen in real time, here on this machine, and look back at any moment of it"),
    ]  # fmt: skip


def rows(ctx: Context) -> list[Row]:
    """What stands in the menu Run."""
    player = ctx.player
    edge = player.edge

    def no_edge() -> str:
        if ctx.nothing_open() or edge.run is None:
            return ctx.nothing_open() or NOT_LIVE
        return "This is live already." if edge.following else ""

    def not_live() -> str:
        return ctx.nothing_open() or ("" if edge.run is not None else NOT_LIVE)

    return [
        Row("go-live", "Go live", "Run", edge.go, ("L",), no_edge, line=True,
            says="To what happens now, from a moment of the past or from a model"),
        Row("end-live", "End the live run", "Run", edge.end, (), not_live,
            says="Nothing more happens; what has happened stays, to be looked at, saved and forked"),
    ]  # fmt: skip
