"""How well a few typed letters fit a text: for lists that are searched while one types.

Rules: pure functions, no Qt. Each word that was typed must be found, in any order; letters in a row count more than
scattered ones, the start of a word more than its middle.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

WHOLE, START, INITIALS, INSIDE, SCATTERED = 12.0, 8.0, 5.0, 4.0, 1.0  # what a way to be found in a text is worth
FIRST = 1.0  # more where it is the first word of the text
GAP = 0.12  # less for each letter between scattered ones
SENTENCE = 34  # letters: a text longer than this is no title
LEAST = 3  # letters: fewer, scattered over a text, are found nearly everywhere


@dataclass(frozen=True)
class Fit:
    """places: of the letters that were found, in the first text."""

    worth: float
    places: tuple[int, ...] = ()


def fit(typed: str, texts: Sequence[tuple[str, float]]) -> Fit | None:
    """Over texts with their weights, the main one first: each word counts where it fits best. None: one is nowhere."""
    worth, places = -len(texts[0][0]) / 500, set[int]()  # of two that fit alike the shorter
    lows = [(text.lower(), weight) for text, weight in texts]
    for word in typed.lower().split():
        best = 0.0
        for number, (low, weight) in enumerate(lows):
            found = _word(word, low)
            if found is None or (found.worth <= SCATTERED and len(low) > SENTENCE):  # scattered over a sentence: chance
                continue
            best = max(best, found.worth * weight)
            if not number:
                places.update(found.places)
        if best <= 0:
            return None
        worth += best
    return Fit(worth, tuple(sorted(places)))


@lru_cache(maxsize=65_536)
def _word(word: str, text: str) -> Fit | None:
    starts = [at for at, letter in enumerate(text) if letter.isalnum() and (at == 0 or not text[at - 1].isalnum())]
    for at in starts:
        if text.startswith(word, at):
            end = at + len(word)
            whole = end == len(text) or not text[end].isalnum()
            return Fit((WHOLE if whole else START) + (FIRST if at == 0 else 0.0), tuple(range(at, end)))
    initials = _follow(word, ((at, text[at]) for at in starts)) if len(word) > 1 else ()
    if initials:
        return Fit(INITIALS, initials)
    at = text.find(word)
    if at >= 0:
        return Fit(INSIDE, tuple(range(at, at + len(word))))
    scattered = _follow(word, enumerate(text)) if len(word) >= LEAST else ()
    worth = SCATTERED - GAP * (scattered[-1] - scattered[0] + 1 - len(word)) if scattered else 0.0
    return Fit(worth, scattered) if worth > 0 else None


def _follow(word: str, letters: Iterable[tuple[int, str]]) -> tuple[int, ...]:
    """The places of the letters of `word`, one after the other; empty where one is missing."""
    places = []
    rest = iter(letters)
    for wanted in word:
        place = next((place for place, letter in rest if letter == wanted), None)
        if place is None:
            return ()
        places.append(place)
    return tuple(places)
