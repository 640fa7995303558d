"""The menu Class: what a teacher and the members of a class may do; opening and joining stand in the menu File.

Rules: rows alone; the window's school does it.
"""

from collections.abc import Callable
from functools import partial

from p4lab.session.classroom import POLICIES
from ui.acts.context import Context
from ui.rows import Row

NO_CLASSES = "This P4 Lab was built without classes."
LABELS = {"ask": "Ask me each time", "class": "The class may", "open": "Everybody who can connect may"}


def file_rows(ctx: Context) -> list[Row]:
    """What stands in the menu File."""
    why_not = "" if ctx.sheets.attempt is not None else NO_CLASSES
    return [
        Row("open-class", "Open a class…", "File", lambda: ctx.view.school.begin(True), (), lambda: why_not,
            says="Real providers on this network: you get a code, and others join with it"),
        Row("join-class", "Join a class…", "File", lambda: ctx.view.school.begin(False), ("Ctrl+J",), lambda: why_not,
            says="Run a provider in a class whose code you were shown"),
    ]  # fmt: skip


def rows(ctx: Context) -> list[Row]:
    """In the order of the menu."""
    view = ctx.view  # its school is made after the table

    def do(deed: str, *arguments: object) -> Callable[[], None]:
        return lambda: getattr(view.school, deed)(*arguments)

    def no(what: str) -> Callable[[], str]:
        return lambda: str(getattr(view.school, what)())

    def why_not(act: str) -> Callable[[], str]:
        return lambda: view.school.why_not(act)

    def is_frozen() -> bool:
        return view.school.state is not None and view.school.state.frozen

    def is_policy(word: str) -> bool:
        return view.school.state is not None and view.school.state.policy == word

    found = [
        Row("class-code", "Show the code", "Class", do("show_code"), ("Ctrl+Shift+J",),
            no("no_code"), says="The join code, large, for a projector"),
        Row("class-say", "Message to everybody…", "Class", do("write"), ("Ctrl+Shift+M",),
            why_not("say")),
        Row("class-freeze", "Freeze all", "Class", lambda: view.school.do("freeze", not is_frozen()), (),
            why_not("freeze"), is_frozen, says="Nobody’s customers can put or get until the class goes on"),
        Row("class-mesh", "All peer with all", "Class", do("mesh"), (), no("no_pairs"), line=True,
            says="Suggest to every two members that they peer; each of them decides"),
        Row("class-test", "Self-test", "Class", do("test"), (), why_not("self_test"),
            line=True, says="Whether we hear ourselves, others, and reach the teacher, and what to do if not"),
        Row("class-peer", "Peer with who asks", "Class", do("answer", True), (),
            no("no_ask"), line=True, says="Accept the request to peer that has waited longest"),
        Row("class-refuse", "Not now", "Class", do("answer", False), (), no("no_ask"),
            says="Refuse the request to peer that has waited longest"),
    ]  # fmt: skip
    found += [
        Row(f"class-policy-{word}", LABELS[word], "Class", do("do", "policy", word), (),
            why_not("policy"), partial(is_policy, word), submenu="Who may peer with me", says=says,
            one_of=True)
        for word, says in POLICIES.items()
    ]  # fmt: skip
    found.append(
        Row("class-rejoin", "Come back", "Class", do("do", "rejoin"), (), why_not("rejoin"),
            line=True, says="After having been sent out of the class")
    )  # fmt: skip
    return found
