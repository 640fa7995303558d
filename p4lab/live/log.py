"""Lines for whoever runs a node: one event each, structured, and no more than so many a second of one cause.

Rules: `time=... cause=... says="..."`, so that grep, journald and people read them; whatever others said is escaped.
What was left out is counted, and told when the cause is quiet again.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TextIO


class Log:
    """Write with `log(cause, says, name=value...)`. clock: seconds; wall: unix time."""

    def __init__(self, out: TextIO, per_second: int, clock: Callable[[], float], wall: Callable[[], float]) -> None:
        self._out = out
        self._per_second = per_second
        self._clock = clock
        self._wall = wall
        self._said: dict[str, tuple[int, int]] = {}  # by cause: in which second, and how much
        self._left_out: dict[str, int] = {}

    def __call__(self, cause: str, says: str, **facts: object) -> None:
        """One line, if this cause has not had too many. cause: a word of ours, so there are few of them."""
        now = int(self._clock())
        second, count = self._said.get(cause, (now, 0))
        if second == now and count >= self._per_second:
            self._left_out[cause] = self._left_out.get(cause, 0) + 1
            return
        self._said[cause] = now, count + 1 if second == now else 1
        if left_out := self._left_out.pop(cause, 0):
            facts["left_out"] = left_out
        at = datetime.fromtimestamp(self._wall(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        more = "".join(f" {name}={_shown(value)}" for name, value in facts.items())
        try:
            self._out.write(f"time={at} cause={cause} says={_quoted(says)}{more}\n")
            self._out.flush()
        except (OSError, ValueError):  # nobody reads any more, which is no reason to stop serving
            return


def _quoted(text: str) -> str:
    """In quotes: letters of any language as they are, whatever a terminal would obey or turn round escaped."""
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in json.dumps(text, ensure_ascii=False))


def _shown(value: object) -> str:
    return str(value) if isinstance(value, int | float) else _quoted(str(value))
