"""Drawing: modes, tools, and what is done with who is chosen. In the menus Edit, Network and View.

Rules: rows alone; what is possible and what is done is `edits`'.
"""

from functools import partial

from ui.acts.context import Context
from ui.rows import Row
from ui.toolbox import CHILD, CLASSES, EDIT, ORGANISATION, PEER, PROVIDER, RUN, SELECT

TOOLS = (
    (SELECT, "Select and move", ("V",), "The hand: choose, move, and peer from rim to rim"),
    (PROVIDER, "Add a provider", ("P",), "Click where it is to stand; Enter puts it where there is room"),
    (PEER, "Peer two providers", ("Ctrl+L",), "Click one, then the other, or draw a line between them"),
    (CHILD, "Attach a child", ("T",), "Click the child, then its parent, or draw a line between them"),
    (ORGANISATION, "Add an organisation", ("O",), "Click the provider whose customer it is"),
)
ALIGN = ("left", "centre", "right", "top", "middle", "bottom")
WAYS = (("ring", "Ring"), ("forest", "Forest"), ("force", "By forces"), ("geographic", "Geographic"))
STEPS = (("left", -1, 0, "Left"), ("right", 1, 0, "Right"), ("up", 0, -1, "Up"), ("down", 0, 1, "Down"))
LINKS = dict(zip(CLASSES, ("Peerings", "Links to parents", "Underlay"), strict=True))


def rows(ctx: Context) -> list[Row]:
    """In the order of the menus."""
    studio = ctx.view.studio
    edits, tools, drafting = studio.edits, studio.tools, studio.drafting
    nobody, few, no_network = edits.nobody, edits.too_few, edits.no_network

    def is_mode(mode: str) -> bool:
        return tools.mode == mode

    def in_hand(tool: str) -> bool:
        return tools.tool == tool

    found = [
        Row("mode-run", "Run and look", "Edit", partial(tools.turn, RUN), ("R",), ctx.nothing_open,
            partial(is_mode, RUN), submenu="Mode", line=True, one_of=True,
            says="The left button moves the map, and providers on it"),
        Row("mode-edit", "Edit", "Edit", partial(tools.turn, EDIT), ("E",), drafting.why_not,
            partial(is_mode, EDIT), submenu="Mode", one_of=True,
            says="The left button draws, and chooses with a frame; time may go on running"),
    ]  # fmt: skip
    found += [
        Row(f"tool-{tool}", label, "Edit", partial(tools.take, tool), keys,
            ctx.nothing_open if tool == SELECT else partial(drafting.why_not_tool, tool), partial(in_hand, tool),
            submenu="Tools",
            one_of=True, says=says)
        for tool, label, keys, says in TOOLS
    ]  # fmt: skip
    found += [
        Row("meshed", "New providers peer with everybody", "Edit", partial(tools.toggle, "meshed"), (),
            ctx.nothing_open, lambda: tools.meshed, submenu="Tools", line=True,
            says="Whoever is added peers with all top-level providers"),
        Row("snap", "Keep to the grid", "Edit", partial(tools.toggle, "snap"), (), ctx.nothing_open,
            lambda: tools.snap, submenu="Tools", says="What is dragged comes to rest on a grid; Alt does without"),
        Row("lock", "Lock all places", "Edit", partial(tools.toggle, "locked"), (), ctx.nothing_open,
            lambda: tools.locked, submenu="Tools", says="Nobody is moved by dragging"),
        Row("select-all", "Select all", "Edit", edits.select_all, ("Ctrl+A",), no_network, line=True),
        Row("duplicate", "Duplicate", "Edit", edits.duplicate, ("Ctrl+D",), nobody,
            says="A copy beside each, which peers, hangs and reads as it does"),
        Row("delete", "Delete", "Edit", edits.delete, ("Delete",), edits.nothing,
            says="Remove who is chosen, or the chosen link"),
        Row("customers", "Customers…", "Edit", edits.set_customers, (), nobody,
            says="How many customers the chosen have"),
        Row("properties", "Properties…", "Edit", studio.show_form, ("Alt+Return",), edits.nothing,
            says="The form of the chosen provider, organisation or link"),
    ]  # fmt: skip
    found += [
        Row(f"arrange-{how}", label, "Edit", partial(edits.arrange, how), (),
            edits.nowhere_on_earth if how == "geographic" else no_network, submenu="Arrange everybody",
            line=how == "ring", says=f"Everybody on the map anew: {label.lower()}")
        for how, label in WAYS
    ]  # fmt: skip
    found += [
        Row(f"align-{how}", f"Align {how}", "Edit", partial(edits.align, how), (), few, submenu="Align",
            line=how == "top")
        for how in ALIGN
    ]  # fmt: skip
    found += [
        Row(f"spread-{word}", f"Spread {word}", "Edit", partial(edits.distribute, axis), (), partial(few, 3),
            submenu="Align", line=axis == 0, says=f"With equal ways between them, {word}")
        for axis, word in enumerate(("across", "down"))
    ]  # fmt: skip
    found += [
        Row(f"nudge-{word}", label, "Edit", partial(edits.nudge, dx, dy), (f"Ctrl+Shift+{label}",), nobody,
            submenu="Nudge", says=f"Move who is chosen a step of the grid: {word}")
        for word, dx, dy, label in STEPS
    ]  # fmt: skip
    found += [
        Row("reset-faults", "Reset all faults", "Network", edits.reset_faults, (), edits.no_faults, line=True,
            says="No link loses, doubles, delays or corrupts any more"),
        Row("hide", "Hide links like the chosen, or show all", "View", edits.hide, ("Ctrl+H",), edits.not_hidden,
            submenu="Links"),
    ]  # fmt: skip
    found += [
        Row(f"show-{kind}", label, "View", partial(tools.hide, kind), (), partial(edits.why_not_class, kind),
            partial(edits.is_shown, kind), submenu="Links", line=kind == CLASSES[0])
        for kind, label in LINKS.items()
    ]  # fmt: skip
    found.append(
        Row("link-rates", "What each link carries", "View", partial(tools.toggle, "rates"), ("Ctrl+Alt+R",),
            ctx.nothing_open, lambda: tools.rates, submenu="Links", line=True,
            says="Write above each link how much it carries a second; among many, above those of who is chosen")
    )  # fmt: skip
    found.append(
        Row("faults-only", "Only links with faults", "View", partial(tools.toggle, "faults_only"), (),
            ctx.nothing_open, lambda: tools.faults_only, submenu="Links",
            says="Show only links that lose, double, delay or corrupt, or over which nothing passes")
    )  # fmt: skip
    return found
