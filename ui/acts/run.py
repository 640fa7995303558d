"""The menu Run: let time run, hold it, step, and start again.

Rules: rows alone; the player does it.
"""

from functools import partial

from ui.acts.context import Context
from ui.acts.live import NO_AGAIN, NO_EXPRESS
from ui.modes import EXPRESS, MODES, RUN
from ui.rows import Row


def rows(ctx: Context) -> list[Row]:
    """In the order of the menu."""
    player, document, view = ctx.player, ctx.document, ctx.view
    nothing_open = ctx.nothing_open

    def not_playing() -> str:
        return nothing_open() or ("" if player.playing else "It is paused already.")

    def at_end() -> str:
        if player.run.live:
            return "This is live already." if player.edge.following else ""
        return nothing_open() or ("The run ends here." if player.playhead >= player.duration else "")

    def to_end() -> None:
        if player.run.live:
            player.edge.go()
        else:
            player.seek(player.duration)

    def end_text() -> str:
        return "Go to the end, live" if player.run.live else "Go to the end"

    def no_step() -> str:
        return nothing_open() or ("" if player.run.live else at_end())

    def no_mode(express: bool) -> str:
        return nothing_open() or (NO_EXPRESS if express and player.run.live else "")

    def at_start() -> str:
        return nothing_open() or ("The run begins here." if player.playhead <= 0 else "")

    def not_express() -> str:
        return nothing_open() or (
            ""
            if player.playing and player.mode is EXPRESS
            else "The picture is up to date: only Express leaves it behind."
        )

    def no_auto() -> str:
        return nothing_open() or ("" if player.mode is RUN else "Only Run has a pace of its own.")

    def no_speed() -> str:
        return nothing_open() or ("Express goes as fast as it can." if player.mode is EXPRESS else "")

    def until() -> None:  # as the bar, made after the table
        view.transport.until.ask()

    def no_seed() -> str:
        seeds = "A recording is one run with one seed." if document.recording else ""
        return nothing_open() or (NO_AGAIN if player.run.happens else seeds)

    def no_again() -> str:
        return nothing_open() or (NO_AGAIN if player.run.happens else "")

    def nothing_done() -> str:
        return nothing_open() or no_seed() or ("" if player.session.commands else "Nothing was done by hand.")

    def ask() -> None:  # the bar is made after the table
        view.bar.focus_key()

    return [
        Row("toggle", "Play or pause", "Run", player.toggle, ("Space", "."), nothing_open),
        *(
            Row(mode.word, mode.label, "Run", partial(player.go, mode), (key,), partial(no_mode, mode is EXPRESS),
                says=mode.says)
            for mode, key in zip(MODES, ("F5", "F6", "F7"), strict=True)
        ),
        Row("stop", "Stop", "Run", player.pause, ("F8",), not_playing, says="Hold time, with a complete picture"),
        Row("update", "Update the picture now", "Run", player.update_now, ("Shift+F7",), not_express,
            says="In Express: draw what has happened so far, and go on"),
        Row("until", "Run until…", "Run", until, ("Ctrl+F5",), nothing_open,
            says="Until a time, an event, a stale get, an arrival"),
        Row("step", "Step forward", "Run", lambda: player.step(1), ("F4",), no_step, line=True,
            says="To the next event"),
        Row("step-back", "Step back", "Run", lambda: player.step(-1), ("Shift+F4",), at_start,
            says="To the event before"),
        Row("start", "Go to the start", "Run", ctx.seek(lambda: 0.0), ("Home",), at_start),
        Row("end", "Go to the end", "Run", to_end, ("End",), at_end, now=end_text),
        Row("auto", "Pace: auto", "Run", lambda: player.setSpeed(None if player.speed is not None else player.factor),
            ("A",), no_auto, lambda: player.mode is RUN and player.speed is None, line=True,
            says="Slow while messages of the selected key fly, quick in between"),
        Row("slower", "Slower", "Run", lambda: player.setSpeed(player.factor / 2), ("-",), no_speed),
        Row("faster", "Faster", "Run", lambda: player.setSpeed(player.factor * 2), ("+", "="), no_speed),
        Row("reset", "Start again, same seed", "Run", player.reset, ("Ctrl+Shift+R",), no_again, line=True),
        Row("new-seed", "Start again, new seed", "Run", view.new_seed, ("Ctrl+Shift+N",), no_seed),
        Row("take-back", "Start again without what was done by hand", "Run",
            lambda: player.reset(keep_commands=False), (), nothing_done),
        Row("ask", "Put or get…", "Run", ask, ("G",), nothing_open, line=True,
            says="To the bar below the map"),
    ]  # fmt: skip
