"""Things are numbered as they come."""

from p4lab.core.distinct import Words


def test_each_thing_has_one_number_in_the_order_in_which_they_came() -> None:
    words = Words("", "first")
    assert [words.number(word) for word in ("b", "a", "b", "", "first")] == [2, 3, 2, 0, 1]
    assert (list(words), len(words), words[3]) == (["", "first", "b", "a"], 4, "a")
