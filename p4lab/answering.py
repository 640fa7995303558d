"""What a command line answers: whatever comes of a command becomes an exit status and, where it failed, one line.

Rules: contracts section 1. Nothing is loaded here that not every command needs.
"""

import os
import sys
import traceback
from collections.abc import Callable
from io import TextIOWrapper

import typer

DONE, FAILED, BAD, FAULT, INTERRUPTED = 0, 1, 2, 3, 130


def answered(work: Callable[[], int | None], unusable: tuple[type[Exception], ...] = ()) -> int:
    """The exit status of this work. unusable: what says in its own words that what was given cannot be used."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names that this terminal or pipe has no letters for
    try:
        status = work() or DONE
        if status == INTERRUPTED:
            complain("stopped")
        sys.stdout.flush()  # here, where what goes wrong can still be answered
        return status
    except typer.exceptions.TyperException as fault:
        message = (fault.format_message() if hasattr(fault, "format_message") else str(fault)).rstrip(".")
        message = message.replace("Value error, ", "")
        within = getattr(fault, "ctx", None)
        command = "p4lab" if within is None or within.parent is None else f"p4lab {within.info_name}"
        complain(f"{message}{'' if message.endswith('?') else ';'} {command} --help lists what there is")
        return BAD
    except unusable as fault:
        complain(str(fault))
        return BAD
    except BrokenPipeError:
        _hush()
        return DONE
    except OSError as fault:  # what is read has errors of its own: this was to be written
        complain(f"{fault.filename}: cannot be written: {fault.strerror}" if fault.filename else str(fault))
        _hush()
        return BAD
    except (KeyboardInterrupt, typer.Abort):
        complain("stopped")
        return INTERRUPTED
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # typer's way to end then; its 1 would be a failed expectation
            _hush()
            return DONE
        raise
    except Exception:  # noqa: BLE001  # the last resort: whatever it is, status 3 and a request to report it
        traceback.print_exc()
        complain("this is a fault of P4 Lab: please report it with the lines above and the file")
        return FAULT


def complain(sentence: str) -> None:
    """One line on stderr."""
    print(f"p4lab: {' '.join(sentence.split())}", file=sys.stderr)


def _hush() -> None:
    """Whoever reads has stopped reading, as `| head` does, or a disk is full: what is buffered has nowhere to go.

    Without this Python would try once more at its end, fail, and exit with 120.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
