"""What fits what was typed, and how well."""

import pytest

from ui.fuzzy import fit


def order(typed: str, *texts: str) -> list[str]:
    """Those that fit, the best first."""
    found = [(text, fit(typed, [(text, 1.0)])) for text in texts]
    return [text for text, one in sorted(found, key=lambda each: -(each[1].worth if each[1] else 0)) if one]


@pytest.mark.parametrize(
    ("typed", "best", "others"),
    [
        ("step", "Step back", ("Text size 200 %", "One step more of it")),
        ("zo", "Zoom in", ("Horizon", "Azores")),
        ("sb", "Step back", ("Subtract",)),
        ("news/1", "Go to key news/1", ("Go to key news/12", "Go to key news/21")),
        ("in zoom", "Zoom in", ("Zoom out",)),
    ],
)
def test_the_best_comes_first(typed: str, best: str, others: tuple[str, ...]) -> None:
    assert order(typed, *others, best)[0] == best


def test_every_word_must_be_found() -> None:
    assert fit("crash zebra", [("Crash", 1.0), ("Stop the provider", 0.3)]) is None
    assert fit("crash provider", [("Crash", 1.0), ("Stop the provider", 0.3)]) is not None


def test_the_letters_that_were_found() -> None:
    found = fit("back st", [("Step back", 1.0)])
    assert found is not None
    assert found.places == (0, 1, 5, 6, 7, 8)


def test_letters_scattered_over_a_sentence_are_chance() -> None:
    sentence = "Keep the provider chosen while others are chosen too"
    assert (fit("kvc", [(sentence, 1.0)]), fit("drk", [("Dark", 1.0)]) is not None) == (None, True)
