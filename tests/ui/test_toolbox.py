"""The tools in the hand, the modes, and the classes of links that are hidden."""

from ui.toolbox import CHILD, EDIT, PARENTS, PEERINGS, RUN, SELECT, Toolbox


def test_a_tool_means_to_edit_and_a_mode_begins_with_the_hand() -> None:
    tools, told = Toolbox(), []
    tools.changed.connect(lambda: told.append((tools.mode, tools.tool)))
    tools.take(CHILD)
    tools.take(CHILD)  # once
    tools.take(SELECT)
    tools.take(CHILD)
    tools.turn(RUN)
    assert told == [(EDIT, CHILD), (EDIT, SELECT), (EDIT, CHILD), (RUN, SELECT)]


def test_links_are_hidden_by_class_and_all_shown_again() -> None:
    tools = Toolbox()
    tools.hide(PEERINGS)
    tools.hide(PARENTS)
    tools.hide(PEERINGS)
    tools.toggle("faults_only")
    assert (tools.hidden, tools.faults_only) == ({PARENTS}, True)
    tools.show_all()
    assert (tools.hidden, tools.faults_only) == (frozenset(), False)
