"""What is looked at, and what is chosen beside it; one signal per real change."""

from pytestqt.qtbot import QtBot

from ui.focus import Focus


def test_several_are_chosen_and_the_last_is_the_one(qtbot: QtBot) -> None:
    focus, said = Focus(), []
    focus.providerChanged.connect(lambda: said.append(focus.provider))
    for node in (3, 1, 2, 1):
        focus.also(node)
    assert (focus.chosen, focus.provider, said) == ((3, 2), 2, [3, 1, 2])
    focus.choose((4,))
    assert (focus.chosen, focus.link) == ((4,), None)


def test_the_kept_one_stays_while_another_is_selected(qtbot: QtBot) -> None:
    focus = Focus()
    focus.keep()
    assert focus.chosen == ()
    focus.select_provider(1)
    focus.keep()
    focus.select_provider(2)
    assert focus.chosen == (1, 2)
    focus.select_provider(1)
    focus.keep()
    focus.select_provider(2)
    assert focus.chosen == (2,)


def test_a_link_is_chosen_instead_of_providers(qtbot: QtBot) -> None:
    focus = Focus()
    focus.choose((1, 2))
    focus.choose_link(5, 3)
    assert (focus.link, focus.chosen, focus.provider) == ((3, 5), (), None)
    with qtbot.assertNotEmitted(focus.choiceChanged):
        focus.choose_link(3, 5)
    focus.choose((1,))
    assert (focus.link, focus.chosen) == (None, (1,))
    focus.clear()
    assert (focus.link, focus.chosen) == (None, ())


def test_a_message_and_a_chain_are_said_once_and_forgotten_with_the_run(qtbot: QtBot) -> None:
    focus, said = Focus(), []
    focus.messageChanged.connect(lambda: said.append(focus.message))
    focus.chainChanged.connect(lambda: said.append(focus.chain))
    for _ in range(2):
        focus.select_message(7)
        focus.light(frozenset({7, 3}))
    focus.clear()
    assert said == [7, frozenset({3, 7}), frozenset(), None]
