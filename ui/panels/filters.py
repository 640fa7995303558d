"""The filter line of the event log: its grammar, what a filter means in words, and what is wrong with a bad one.

Rules: pure Python, no Qt, no numpy. `evaluate` walks a filter over what its leaves give: bools, or numpy masks.

    news Birch                          words: each is found somewhere in the row
    kind =~ get AND latency =~ {50..}   a field matches a pattern; AND OR NOT and brackets
    key =~ news/{8..10} OR "not found"  * any run, ? any one character, {a..b} a number; quotes keep blanks together
"""

import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

import msgspec

TEXT_FIELDS = ("source", "target", "kind", "key", "regime", "result")
UNITS = {"#": "", "time": " s", "delta": " ms", "latency": " ms", "op": ""}  # the fields that are numbers
FIELDS = ("#", "time", "delta", "source", "target", "kind", "key", "regime", "result", "latency", "op")
_ALIASES = {"number": "#", "id": "#", "t": "time", "Δ": "delta", "from": "source", "to": "target", "request": "op"}

_TOKEN = re.compile(
    r'\s*(?:(?P<mark>=~|[()])|"(?P<quoted>(?:\\.|[^"\\])*)(?P<closed>"?)|(?P<word>(?:(?!=~)[^\s()"])+))'
)
_NUMBER = r"[-+]?\d+(?:\.\d+)?"
_RANGE = re.compile(rf"\{{\s*({_NUMBER})?\s*(\.\.)?\s*({_NUMBER})?\s*\}}")
_COMPARISON = re.compile(r"(<=?|>=?|[!=]=?|:)(.*)")


class FilterError(ValueError):
    """What is wrong with a filter, and where: `at` counts characters from 0."""

    def __init__(self, says: str, at: int) -> None:
        super().__init__(says)
        self.says = says
        self.at = at


class Pattern(msgspec.Struct, frozen=True):
    """One side of a match, compiled. low and high: set where the whole pattern is one number or one range."""

    text: str
    regex: re.Pattern[str]
    ranges: tuple[tuple[float, float], ...] = ()  # one for each {a..b}, aligned with the groups of the regex
    low: float | None = None
    high: float | None = None

    def matches(self, text: str) -> bool:
        """True where the pattern is found in the text with every number in its range."""
        if not self.ranges:
            return self.regex.search(text) is not None
        for found in self.regex.finditer(text):
            if all(low <= float(n) <= high for n, (low, high) in zip(found.groups(), self.ranges, strict=True)):
                return True
        return False


class Word(msgspec.Struct, frozen=True):
    """A word that may stand anywhere in the row."""

    pattern: Pattern


class Match(msgspec.Struct, frozen=True):
    """`field =~ pattern`."""

    field: str
    pattern: Pattern


class Not(msgspec.Struct, frozen=True):
    """Rows that the other filter does not match."""

    of: "Filter"


class AllOf(msgspec.Struct, frozen=True):
    """Rows that every part matches."""

    parts: tuple["Filter", ...]


class AnyOf(msgspec.Struct, frozen=True):
    """Rows that at least one part matches."""

    parts: tuple["Filter", ...]


Filter = Word | Match | Not | AllOf | AnyOf


def parse(text: str) -> Filter | None:
    """The filter that `text` spells, None for an empty line; raises FilterError."""
    return _Parser(text).whole() if text.strip() else None


def evaluate(filter_: Filter, leaf: Callable[[Word | Match], Any]) -> Any:
    """Combine what `leaf` gives for each word and match; numpy masks and plain bools both work."""
    match filter_:
        case Not(of):
            inner = evaluate(of, leaf)
            return not inner if isinstance(inner, bool) else ~inner
        case AllOf(parts):
            value = evaluate(parts[0], leaf)
            for part in parts[1:]:
                value = value & evaluate(part, leaf)
            return value
        case AnyOf(parts):
            value = evaluate(parts[0], leaf)
            for part in parts[1:]:
                value = value | evaluate(part, leaf)
            return value
        case leaf_:
            return leaf(leaf_)


def in_words(filter_: Filter) -> str:
    """The filter as a person would say it."""
    match filter_:
        case Word(pattern):
            return f"“{pattern.text}” anywhere"
        case Match(field, pattern) if pattern.low is not None and pattern.high is not None and field in UNITS:
            name = {"#": "the number", "delta": "Δ"}.get(field, field)
            return f"{name} {_span(pattern.low, pattern.high, UNITS[field])}"
        case Match(field, pattern):
            return f"{'Δ' if field == 'delta' else field} is {pattern.text}"
        case Not(of):
            return f"not {_bracketed(of)}"
        case AllOf(parts):
            return " and ".join(map(_bracketed, parts))
        case AnyOf(parts):
            return " or ".join(map(_bracketed, parts))


def quote(text: str) -> str:
    """`text` as a pattern that means exactly this text."""
    return '"' + re.sub(r'([\\"*?{])', r"\\\1", text) + '"'


def _bracketed(filter_: Filter) -> str:
    words = in_words(filter_)
    return f"({words})" if isinstance(filter_, AllOf | AnyOf) else words


def _span(low: float, high: float, unit: str) -> str:
    if low == high:
        return f"is {low:g}{unit}"
    if high == float("inf"):
        return f"is {low:g}{unit} or more"
    if low == float("-inf"):
        return f"is {high:g}{unit} or less"
    return f"from {low:g} to {high:g}{unit}"


class _Token(msgspec.Struct, frozen=True):
    kind: str  # mark, quoted, word, end
    text: str
    at: int


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._next = 0

    def whole(self) -> Filter:
        found = self._either()
        left = self._peek()
        if left.kind != "end":
            raise FilterError("This ) closes nothing" if left.text == ")" else "A field is missing before =~", left.at)
        return found

    def _either(self) -> Filter:
        parts = [self._both()]
        while self._is_word("OR"):
            self._next += 1
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _both(self) -> Filter:
        parts = [self._negated()]
        while True:
            token = self._peek()
            if self._is_word("AND"):
                self._next += 1
            elif token.kind == "end" or token.text in (")", "=~") or self._is_word("OR"):
                return parts[0] if len(parts) == 1 else AllOf(tuple(parts))
            parts.append(self._negated())

    def _negated(self) -> Filter:
        if self._is_word("NOT"):
            self._next += 1
            return Not(self._negated())
        return self._one()

    def _one(self) -> Filter:
        token = self._take()
        if token.kind == "end":
            raise FilterError("Something is missing at the end", token.at)
        if token.text == "(" and token.kind == "mark":
            inner = self._either()
            closing = self._take()
            if closing.text != ")":
                raise FilterError("This ( is never closed", token.at)
            return inner
        if token.kind == "mark":
            says = "nothing stands in these brackets" if token.text == ")" else "a field is missing before =~"
            raise FilterError(says[0].upper() + says[1:], token.at)
        if token.kind == "word" and token.text in ("AND", "OR"):
            raise FilterError(f"Something is missing before {token.text}", token.at)
        if self._peek().text == "=~" and self._peek().kind == "mark":
            return self._match(token)
        self._advise(token)
        return Word(_pattern(token, whole_words=False))

    def _match(self, name: _Token) -> Filter:
        mark = self._take()
        field = _ALIASES.get(name.text, _ALIASES.get(name.text.lower(), name.text.lower()))
        if field not in FIELDS:
            near = get_close_matches(field, FIELDS, 1)
            instead = f"Did you mean {near[0]}?" if near else f"Fields: {', '.join(FIELDS)}"
            raise FilterError(f"There is no field “{name.text}”. {instead}", name.at)
        value = self._take()
        if value.kind in ("end", "mark"):
            raise FilterError(f"A pattern is missing after =~, such as {_example(field)}", mark.at + 2)
        pattern = _pattern(value, whole_words=True)
        if field in UNITS and pattern.low is None and pattern.text != "*":
            raise FilterError(f"{field} is a number: write {_example(field)} or {{..100}}", value.at)
        return Match(field, pattern)

    def _advise(self, token: _Token) -> None:
        """`latency > 50` and `kind=get` are no words to look for but the habits of other filters: say ours."""
        if token.kind != "word":
            return
        if (found := _COMPARISON.fullmatch(token.text)) and self._next >= 2:
            raise FilterError(f"“{found[1]}” is not known here: write =~ and a pattern, such as {{50..}}", token.at)
        name, mark, rest = (*re.split(r"(<=?|>=?|!=|==?|:)", token.text, maxsplit=1), "", "")[:3]
        if mark and name.lower() in FIELDS:
            raise FilterError(f"Write {name} =~ {rest or _example(name.lower())}", token.at + len(name))

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        self._next = min(self._next + 1, len(self._tokens) - 1)
        return token

    def _is_word(self, text: str) -> bool:
        token = self._peek()
        return token.kind == "word" and token.text == text


def _example(field: str) -> str:
    examples = {"latency": "{50..}", "delta": "{10..}", "time": "{2..3.5}", "#": "{100..200}", "op": "{17}"}
    return examples.get(field, "get*")


def _tokens(text: str) -> list[_Token]:
    tokens, at = [], 0
    while found := _TOKEN.match(text, at):
        kind = found.lastgroup or ""
        if kind == "closed":
            kind = "quoted"
            if not found["closed"]:
                raise FilterError('This " is never closed', found.start("quoted") - 1)
        start = found.start(kind) - (1 if kind == "quoted" else 0)
        tokens.append(_Token(kind, found[kind], start))
        at = found.end()
    return [*tokens, _Token("end", "", len(text.rstrip()))]


def _pattern(token: _Token, whole_words: bool) -> Pattern:
    """Compile one pattern. whole_words: `news/1` does not find news/10; a plain word may stand inside others."""
    text, quoted = token.text, token.kind == "quoted"
    parts: list[str] = []
    ranges: list[tuple[float, float]] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char == "\\" and at + 1 < len(text):
            at += 1
            parts.append(re.escape(text[at]))
        elif char in "*?":
            parts.append(".*" if char == "*" else ".")
        elif char == "{":
            low, high, at = _range(text, at, token.at + quoted)
            ranges.append((low, high))
            parts.append(rf"(?<![\d.])({_NUMBER})(?![\d]|\.\d)")
        else:
            parts.append(re.escape(char))
        at += 1
    body = "".join(parts)
    if whole_words:
        body = ("" if text.startswith("*") else r"(?<!\w)") + body + ("" if text.endswith("*") else r"(?!\w)")
    low_high: tuple[float | None, float | None] = (None, None)
    if len(ranges) == 1 and _RANGE.fullmatch(text):
        low_high = ranges[0]
    elif re.fullmatch(_NUMBER, text):
        low_high = (float(text), float(text))
    shown = re.sub(r"\\(.)", r"\1", text)
    return Pattern(shown, re.compile(body, re.IGNORECASE), tuple(ranges), *low_high)


def _range(text: str, at: int, offset: int) -> tuple[float, float, int]:
    """Read {a..b} at `at`; returns its bounds and the place of its closing brace."""
    found = _RANGE.match(text, at)
    if found is None or not (found[1] or found[3]) or (found[3] and not found[2]):
        raise FilterError("A range looks like {8..10}, {50..} or {..5}", offset + at)
    low = float(found[1]) if found[1] else float("-inf")
    high = float(found[3]) if found[3] else (float("inf") if found[2] else low)
    if low > high:
        raise FilterError(f"This range is empty: {low:g} is more than {high:g}", offset + at)
    return low, high, found.end() - 1
