"""Where things stand in a text."""

import pytest

from p4lab.scenario.layout import deep_key, line_of, statements

TEXT = '''\
# format = 2
a = """
[[not]]
b = 1 \\""""
"c d".e = [ # ]
  { x = "]" },
]
[t]
f = 'it' # g = 1
[[r]]
[[r]]
h = { i = { j = 1 } }
[r.s]
k = 1.5   # end'''


def test_every_statement_is_found_with_its_value() -> None:
    found = [(each.path, TEXT[slice(*each.value)] if each.value else None) for each in statements(TEXT)]
    assert found == [
        (("a",), '"""\n[[not]]\nb = 1 \\""""'),
        (("c d", "e"), '[ # ]\n  { x = "]" },\n]'),
        (("t",), None),
        (("t", "f"), "'it'"),
        (("r", 0), None),
        (("r", 1), None),
        (("r", 1, "h"), "{ i = { j = 1 } }"),
        (("r", 1, "s"), None),
        (("r", 1, "s", "k"), "1.5"),
    ]
    assert "".join(TEXT[each.start : each.end] for each in statements(TEXT)) == TEXT.removeprefix("# format = 2\n")


@pytest.mark.parametrize(
    ("path", "line"),
    [(("a",), 2), (("r", 1, "h", "i", "j"), 12), (("r", 1, "z"), 11), (("r", 1, "s", "k"), 14), (("zz",), None)],
)
def test_a_path_has_the_line_of_the_nearest_statement(path: tuple[str | int, ...], line: int | None) -> None:
    assert line_of(TEXT, path) == line


def test_keys_of_many_parts_are_found() -> None:
    assert deep_key("a = 1\n" + "b . 'c' ." * 10 + "d = 1") == 2
    assert deep_key("about = 'one. two. three.'\n" * 50) is None
