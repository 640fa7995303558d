"""The filter grammar: what matches, what it is in words, and what is wrong where."""

import pytest

from ui.panels.filters import FIELDS, FilterError, Match, Word, evaluate, in_words, parse, quote

ROWS = [
    {"#": 1.0, "kind": "get asked", "key": "news/1", "source": "Aster", "result": "", "latency": None},
    {"#": 2.0, "kind": "get answered", "key": "news/10", "source": "Birch", "result": "not found", "latency": 82.0},
    {"#": 3.0, "kind": "put answered", "key": "news/8", "source": "Aster", "result": "OK", "latency": 50.0},
    {"#": 4.0, "kind": "gets", "key": 'odd "k*"', "source": "Cedar", "result": "not found", "latency": 4.0},
]


def matching(text):
    """The numbers of the rows that a filter lets through."""

    def holds(row, leaf):
        match leaf:
            case Word(pattern):
                return any(pattern.matches(value) for value in row.values() if isinstance(value, str))
            case Match(field, pattern):
                value = row[field]
                if isinstance(value, str):
                    return pattern.matches(value)
                return value is not None and (pattern.low is None or pattern.low <= value <= pattern.high)

    found = parse(text)
    return [int(row["#"]) for row in ROWS if evaluate(found, lambda leaf, row=row: holds(row, leaf))]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("get", [1, 2, 4]),  # a plain word may stand inside others
        ("kind =~ get", [1, 2]),  # a match is of whole words
        ("KIND =~ GET*", [1, 2, 4]),
        ("kind =~ get AND latency =~ {50..}", [2]),
        ("latency =~ {..50}", [3, 4]),
        ("latency =~ {4..50}", [3, 4]),
        ("latency =~ 50", [3]),
        ("key =~ news/1", [1]),
        ("key =~ news/{8..10}", [2, 3]),
        ("key =~ news/?", [1, 3]),
        ("from =~ Aster OR from =~ Cedar", [1, 3, 4]),
        ("NOT from =~ Aster", [2, 4]),
        ("Aster put", [3]),
        ('"not found" NOT Cedar', [2]),
        ("(Aster OR Cedar) AND NOT (put OR asked)", [4]),
        ("Aster OR Birch put", [1, 3]),  # AND binds more tightly than OR
        ("# =~ {2..3}", [2, 3]),
        (f"key =~ {quote(ROWS[3]['key'])}", [4]),
    ],
)
def test_matching(text, numbers):
    assert matching(text) == numbers


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kind =~ get AND latency =~ {50..}", "kind is get and latency is 50 ms or more"),
        ("time =~ {2..3.5} NOT Birch", "time from 2 to 3.5 s and not “Birch” anywhere"),
        ("# =~ {..20} OR (op =~ 7 Cedar)", "the number is 20 or less or (op is 7 and “Cedar” anywhere)"),
    ],
)
def test_in_words(text, words):
    assert in_words(parse(text)) == words


@pytest.mark.parametrize(
    ("text", "at", "says"),
    [
        ("latncy =~ {5..}", 0, "There is no field “latncy”. Did you mean latency?"),
        ("kind =~ get AND", 15, "Something is missing at the end"),
        ("OR get", 0, "Something is missing before OR"),
        ("(get", 0, "This ( is never closed"),
        ("get )", 4, "This ) closes nothing"),
        ("get ()", 5, "Nothing stands in these brackets"),
        ('kind =~ "get', 8, 'This " is never closed'),
        ("kind =~", 7, "A pattern is missing after =~, such as get*"),
        ("=~ get", 0, "A field is missing before =~"),
        ("a =~ b", 0, f"There is no field “a”. Fields: {', '.join(FIELDS)}"),
        ("kind =~ get =~", 12, "A field is missing before =~"),
        ("latency =~ fast", 11, "latency is a number: write {50..} or {..100}"),
        ("key =~ news/{9..8}", 12, "This range is empty: 9 is more than 8"),
        ("key =~ {a..b}", 7, "A range looks like {8..10}, {50..} or {..5}"),
        ("latency > 50", 8, "“>” is not known here: write =~ and a pattern, such as {50..}"),
        ("get kind=put", 8, "Write kind =~ put"),
    ],
)  # fmt: skip
def test_what_is_wrong(text, at, says):
    with pytest.raises(FilterError) as caught:
        parse(text)
    assert (caught.value.says, caught.value.at) == (says, at)


def test_an_empty_line_is_no_filter():
    assert parse("  ") is None
