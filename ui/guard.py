"""Handlers that Qt calls, kept from raising into it: PySide 6.11 ends the program where a fault crosses two of them.

Rules: for what a fold or a painting may get wrong at any moment. The fault goes to `sys.excepthook`, which stops time
and says a sentence; the handler gives what one gives that has done nothing.
"""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

R = TypeVar("R")


def guarded(instead: R) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """instead: what is given where the handler fails."""

    def around(handler: Callable[..., R]) -> Callable[..., R]:
        @wraps(handler)
        def calm(*arguments: Any) -> R:
            try:
                return handler(*arguments)
            except Exception:  # noqa: BLE001  # whatever it is, it must not reach Qt; the hook tells of it
                sys.excepthook(*sys.exc_info())
                return instead

        return calm

    return around
