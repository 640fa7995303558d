"""The interval that is selected."""

from ui.span import Span


def test_an_interval_has_its_ends_in_order_and_tells_each_change_once() -> None:
    span = Span()
    told: list[tuple[float | None, float | None]] = []
    span.spanChanged.connect(lambda a, b: told.append((a, b)))
    for a, b in ((5.0, 3.0), (3.0, 5.0), (4.0, 4.0)):
        span.select(a, b)
    span.clear()
    assert (told, span.ends) == ([(3.0, 5.0), (None, None)], None)
