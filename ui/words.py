"""Numbers and codes as people read them: 38 ms, 1.2 MB, 1/20, 2 behind.

Rules: pure functions, no Qt; three figures at most; a narrow no-break space parts thousands. What is undefined is "–".
"""

import math

from p4lab.core.outcomes import OUTCOMES
from p4lab.world.words import DOES

NONE = "–"
THIN = "\u202f"  # narrow no-break space

MESSAGES = {  # the codes of message rows (protocol section 5.4; a test holds them against the engine's)
    1: "hello", 2: "goodbye", 3: "update", 4: "query", 5: "reply", 6: "fetch", 7: "fetch reply",
    8: "request handed up", 9: "answer handed down", 10: "digest", 11: "catch-up", 20: "put", 21: "get", 22: "answer",
    23: "leave",
}  # fmt: skip
SESSION = (1, 2, 10, 11)  # those that open, close and fill a session, whatever key is looked at
ACCESS = 20  # codes from here on pass between a customer and its provider (contracts: never drawn)
STATUSES = {0: "", 1: "hit", 2: "miss", 3: "duplicate", 4: "refused"}
REGIMES = {
    "get-broadcast": "get-broadcast",
    "put-broadcast-key": "put-broadcast of key",
    "put-broadcast-value": "put-broadcast of value",
    "none": "no regime yet",
    "mixed": "several regimes",
}
STORES = {"L": "own", "S": "from below", "R": "copy", "P": "pointer", "C": "cached"}
SOURCES = {
    "local": "its own data",
    "replica": "a copy it was sent",
    "cached": "its cache",
    "joined": "a query already under way",
    "remote": "another provider",
}
NOTICES = {  # what a provider saw that was wrong with a neighbour, though there was nothing to refuse
    "E_TTL": "a TTL above the signed one: cut to that",
    "E_OLD": "an older version than is known here",
    "E_REFUSED": "would not answer",
}
CAUGHT = {  # by which check something was noticed, after a number
    "E_BAD_HASH": "a hash that does not fit",
    "E_BAD_SIG": "a signature that does not fit",
    "E_TTL": "a TTL above the signed one",
    "E_OLD": "an older version than known",
    "E_REFUSED": "a question that was refused",
}
WHYS = {  # of a session that is down or refused, and of a message that did not arrive
    "link": "the link is cut",
    "crash": "the other one crashed",
    "silence": "the other one was silent too long",
    "unpeered": "they peer no more",
    "detached": "it has left its parent",
    "left": "it has left",
    "partition": "a partition lies between them",
    "ROLE_MISMATCH": "the two do not agree on what they are to each other",
    "CYCLE": "it would be its own ancestor",
    "HAS_PARENT": "it has another parent",
}
SWITCHES = DOES  # misbehaviours, by their names in files
ROLES = {"peer": "as peers", "parent": "with its parent", "child": "with a child", "proxy": "with a redirect child"}


def time(seconds: float | None) -> str:
    """A length of time: "0 ms", "0.4 ms", "38 ms", "5.02 s", "2 min 5 s", "3 h 20 min"."""
    if seconds is None or not math.isfinite(seconds):
        return NONE
    sign, seconds = ("−" if seconds < 0 else ""), abs(seconds)
    if seconds < 0.9995:
        ms = seconds * 1000
        return f"{sign}{_figures(ms, 2).removesuffix('.0') if ms < 10 else round(ms)} ms"
    if seconds < 99.95:
        return f"{sign}{seconds:.{2 if seconds < 9.995 else 1}f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{sign}{whole // 60} min {whole % 60} s" if whole % 60 else f"{sign}{whole // 60} min"
    minutes = round(seconds / 60)
    return f"{sign}{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{sign}{minutes // 60} h"


def clock(seconds: float, step: float = 0.01) -> str:
    """A moment of the run, always with as many decimals as `step` needs, so that it does not flicker: "5.02 s"."""
    decimals = max(0, min(6, -math.floor(math.log10(step) + 1e-9)))
    return f"{grouped(seconds, decimals)} s"


def size(count: float | None) -> str:
    """Bytes: "48 B", "1.2 kB", "3.4 MB"."""
    if count is None or not math.isfinite(count):
        return NONE
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 999.5:
            return f"{round(value) if unit == 'B' else _figures(value, 2 if value < 9.95 else 3)} {unit}"
        value /= 1000
    return f"{_figures(value, 3)} TB"


def grouped(number: float, decimals: int = 0) -> str:
    """A number in full, thousands parted: "9 310"."""
    return f"{number:,.{decimals}f}".replace(",", THIN).replace("-", "−")


def plural(number: int, one: str, many: str = "") -> str:
    """ "1 message", "12 messages"."""
    return f"{grouped(number)} {one if number == 1 else many or one + 's'}"


def share(part: float | None) -> str:
    """A proportion: "0 %", "0.4 %", "21 %"."""
    if part is None or not math.isfinite(part):
        return NONE
    percent = part * 100
    return f"{_figures(percent, 1) if 0 < percent < 0.95 else round(percent)} %"


def speed(factor: float | None) -> str:
    """Simulated seconds per real one: "1/20", "1×", "3.5×", "1 000×"."""
    if factor is None or not math.isfinite(factor) or factor <= 0:
        return NONE
    if factor < 0.95:
        return f"1/{_round(1 / factor)}"
    return f"{_round(factor)}×"


def pace(factor: float, auto: bool) -> str:
    """The pace in force, for the corner of the map: "auto · 1/20 speed", "real speed", "20× speed"."""
    words = "real speed" if abs(factor - 1) < 0.005 else f"{speed(factor)} speed"
    return f"auto · {words}" if auto else words


def version(seq: int, kind: str = "authenticated") -> str:
    """A version of a name: "v3"; of an append-only name its entries; an immutable one has no versions."""
    if kind == "unauthenticated":
        return "1 entry" if seq == 1 else f"{seq} entries"
    return "" if kind == "immutable" else f"v{seq}"


def behind(lag: int, kind: str = "authenticated") -> str:
    """How stale, in a badge: "2 behind", or for an append-only name "2 missing"; "" when fresh."""
    if lag <= 0:
        return ""
    return f"{lag} missing" if kind == "unauthenticated" else f"{lag} behind"


def staleness(lag: int, age: float, kind: str = "authenticated") -> str:
    """How stale, in a sentence's words: "fresh", "2 versions behind, out of date for 1.92 s"."""
    if lag <= 0:
        return "fresh"
    one, many, how = ("entry", "entries", "missing") if kind == "unauthenticated" else ("version", "versions", "behind")
    return f"{plural(lag, one, many)} {how}, out of date for {time(age)}"


def message(code: int, status: int = 0) -> str:
    """A message in words: "update", "reply: hit"."""
    word = MESSAGES.get(code, f"message {code}")
    said = STATUSES.get(status, f"status {status}")
    return f"{word}: {said}" if said else word


def arrival(status: int, lost: bool, doubled: bool, corrupted: bool) -> str:
    """What a message says and what the network did to it: "hit", "lost", "hit, corrupted"."""
    said = "lost" if lost else STATUSES.get(status, f"status {status}")
    return ", ".join(filter(None, (said, "doubled" if doubled else "", "corrupted" if corrupted else "")))


def regime(word: str) -> str:
    """A regime as the legend calls it. word: as in files, or none, mixed."""
    return REGIMES.get(word, word)


def outcome(code: str) -> str:
    """What the customer was told, in words."""
    return OUTCOMES.get(code, code)


def caught(code: str) -> str:
    """By which check something was noticed, to stand after a number."""
    return CAUGHT.get(code) or outcome(code).removeprefix("refused: ")


def switch(text: str) -> str:
    """A misbehaviour as the Misbehaving event writes it: "keeps copies too long (10)"."""
    name, _, measure = text.partition("=")
    return SWITCHES.get(name, name) + (f" ({measure})" if measure else "")


def short(text: str, length: int = 24) -> str:
    """A text cut in its middle, so that its start and its end can still be told apart: "3f9a…c1"."""
    if len(text) <= length:
        return text
    head = (length - 1 + 1) // 2
    return f"{text[:head]}…{text[len(text) - (length - 1 - head) :]}"


def _figures(value: float, figures: int) -> str:
    """`value` with this many significant figures and no needless zeros in "38.0"."""
    if value == 0:
        return "0"
    decimals = max(0, figures - 1 - math.floor(math.log10(value)))
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if decimals and value < 1 else text


def _round(value: float) -> str:
    """One or two figures, calm enough to be read while it changes."""
    if value < 9.5:
        text = f"{value:.1f}"
        return text.removesuffix(".0")
    magnitude = 10 ** (math.floor(math.log10(value)) - 1)
    return grouped(round(value / magnitude) * magnitude)
