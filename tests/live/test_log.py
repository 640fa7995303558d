"""Lines of a node's log: structured, escaped and bounded."""

from io import StringIO

from p4lab.live.log import Log


def test_a_line_a_piece_and_whatever_others_said_is_escaped() -> None:
    out = StringIO()
    log = Log(out, 10, lambda: 0.0, lambda: 1_700_000_000.25)
    log("class", 'Eve said "hi"\nfrom=root', seat=3, rtt=0.5, address="[::1]:4")
    assert out.getvalue() == (
        'time=2023-11-14T22:13:20.250Z cause=class says="Eve said \\"hi\\"\\nfrom=root" seat=3 rtt=0.5'
        ' address="[::1]:4"\n'
    )


def test_names_are_read_in_any_language_and_give_no_orders() -> None:
    out = StringIO()
    Log(out, 10, lambda: 0.0, lambda: 0.0)("class", "Ärger 名前 \u202egnp\x1b[2J\x9b")
    assert out.getvalue().split("says=")[1] == '"Ärger 名前 \\u202egnp\\u001b[2J\\u009b"\n'


def test_a_cause_that_says_too_much_is_cut_short_and_the_others_are_not() -> None:
    out, now = StringIO(), [0.0]
    log = Log(out, 2, lambda: now[0], lambda: 0.0)
    for _ in range(5):
        log("flood", "again")
    log("other", "once")
    now[0] = 10.0
    log("flood", "late")
    lines = [line.split(" ", 1)[1] for line in out.getvalue().splitlines()]
    assert lines == [
        'cause=flood says="again"', 'cause=flood says="again"', 'cause=other says="once"',
        'cause=flood says="late" left_out=3',
    ]  # fmt: skip


def test_a_reader_that_has_gone_stops_nothing() -> None:
    out = StringIO()
    out.close()
    Log(out, 2, lambda: 0.0, lambda: 0.0)("class", "nobody reads this")
