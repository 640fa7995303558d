"""What the inspector can be told by menu and key.

Rules: rows alone.
"""

from ui.acts.context import Context
from ui.panels.inspector import Inspector
from ui.rows import Row
from ui.subject import NOTHING, Subject, What


def rows(ctx: Context) -> list[Row]:
    """In the order of the menu."""
    focus, view = ctx.focus, ctx.view

    def inspector() -> Inspector:
        view.docks.show("details")
        made = view.docks["details"]
        assert isinstance(made, Inspector), "the dock's panel is the inspector"
        return made

    def docked() -> Inspector | None:
        """The one in the dock, where it was made already."""
        return view.inspectors.docked

    def no_step(by: int, why: str) -> str:
        made = docked()
        return ctx.nothing_open() or ("" if made is not None and made.can_step(by) else why)

    def no_key() -> str:
        return ctx.nothing_open() or ("" if focus.name is not None else "Select a key first.")

    def nothing_shown() -> str:
        made = docked()
        return ctx.nothing_open() or ("" if made is not None and made.subject != NOTHING else "Click something first.")

    def tell_of_key() -> None:
        if focus.name is not None:
            inspector().look(Subject(What.KEY, focus.name))

    def float_it() -> None:
        view.inspectors.open(inspector().subject)

    def whom() -> int | None:
        """The provider that is selected, where it is one."""
        node = focus.provider
        return node if any(each.node == node for each in ctx.player.world.providers) else None

    def no_eyes() -> str:
        some = whom() is not None or focus.eyes.as_node is not None
        return ctx.nothing_open() or ("" if some else "Select a provider first.")

    def see_as() -> None:
        focus.eyes.see_as(None if focus.eyes.as_node is not None else whom())

    return [
        Row("inspect-key", "Inspect the selected key", "View", tell_of_key, ("Ctrl+K",), no_key, submenu="Inspector",
            says="Who has which version of it, and who read it"),
        Row("inspect-back", "Inspector: back", "View", lambda: inspector().back(), ("Alt+Left",),
            lambda: no_step(-1, "Nothing was shown before."), submenu="Inspector", line=True),
        Row("inspect-forward", "Inspector: forward", "View", lambda: inspector().forward(), ("Alt+Right",),
            lambda: no_step(1, "Nothing was gone back from."), submenu="Inspector"),
        Row("inspect-float", "Inspector in a window of its own", "View", float_it, ("Ctrl+Shift+I",), nothing_shown,
            submenu="Inspector", says="It stays with what it shows; Ctrl+W closes it"),
        Row("see-as", "See as the selected provider", "View", see_as, ("Ctrl+Shift+E",), no_eyes,
            lambda: focus.eyes.as_node is not None, says="Map, log and inspector show only what it can observe"),
    ]  # fmt: skip
