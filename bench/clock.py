"""What something takes of the processor."""

from collections.abc import Callable
from time import process_time


def seconds(work: Callable[[], object]) -> float:
    """Of all threads of this process, while `work` runs."""
    start = process_time()
    work()
    return process_time() - start
