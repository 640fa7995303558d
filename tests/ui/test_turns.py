"""Who redraws when, while a live run needs the processor too."""

from dataclasses import dataclass, field

from ui.turns import BUDGET, Turns


@dataclass(eq=False)
class Panel:
    """Writes its name down when it redraws."""

    name: str
    drawn: list[str] = field(repr=False)
    cost: float = 0.0

    def redraw(self) -> None:
        self.drawn.append(self.name)


def frames(turns: Turns, drawn: list[str]) -> list[list[str]]:
    """Who redraws in each frame until nobody waits."""
    found = []
    while turns.waiting:
        turns.take()
        found.append(drawn.copy())
        drawn.clear()
    return found


def test_dear_panels_redraw_in_a_frame_each_and_cheap_ones_together_in_the_order_in_which_they_asked() -> None:
    drawn: list[str] = []
    turns = Turns(lambda: True)
    dear, also = Panel("dear", drawn, 2 * BUDGET), Panel("also", drawn, 2 * BUDGET)
    cheap = [Panel(name, drawn, 0.4 * BUDGET) for name in ("a", "b", "c")]
    for panel in (dear, also, *cheap, dear):
        assert turns.ask(panel)
    assert frames(turns, drawn) == [["dear"], ["also"], ["a", "b"], ["c"]]


def test_who_is_not_seen_any_more_loses_its_turn() -> None:
    drawn: list[str] = []
    turns = Turns(lambda: True)
    one, other = Panel("one", drawn), Panel("other", drawn)
    for panel in (one, other):
        turns.ask(panel)
    turns.leave(one)
    turns.leave(one)
    assert frames(turns, drawn) == [["other"]]


def test_where_there_are_no_turns_each_sees_to_itself() -> None:
    turns = Turns(lambda: False)
    assert not turns.ask(Panel("one", []))
    assert not turns.waiting
    turns.take()
