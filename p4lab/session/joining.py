"""Opening a class and joining one: it takes a moment and may fail, and whoever waits can see how far it is, or give up.

Rules: values and one Protocol, no sockets: how it is done is `live.py`'s. What a person typed is judged before anything
is sent.
"""

from typing import Protocol

import msgspec

from p4lab.live.addresses import LOOPBACK, adapters, worth
from p4lab.live.identity import name_fault, parse_code
from p4lab.session.base import Session

__all__ = ["Attempt", "JoinError", "Wish", "code_fault", "name_fault", "networks"]


class JoinError(ValueError):
    """Why there is no class, in a sentence that names the remedy."""


class Wish(msgspec.Struct, frozen=True):
    """What a person asked for. person: the name of its provider. policy: whose requests to peer are accepted.

    class_name: of the class to be opened. code: of the class to be joined. One of the two is empty. network: an address
    of this computer, the only one to be found at; empty: all of its networks.
    """

    person: str
    class_name: str = ""
    code: str = ""
    policy: str = "ask"
    network: str = ""


class Attempt(Protocol):
    """One try. says: what it is doing now, in a few words."""

    says: str

    def poll(self) -> Session | None:
        """The session, once it is there; None until then. Never waits. Raises JoinError where it has failed."""

    def cancel(self) -> None:
        """Give it up; whatever it had begun is ended behind the scenes."""


def networks() -> list[tuple[str, str]]:
    """What `Wish.network` may be, each with what to call it: the real networks of this computer, and itself alone."""
    found = [(own.address, f"{own.address} ({own.interface})") for own in worth(adapters()) if ":" not in own.address]
    return [
        ("", "Every network of this computer"),
        *((address, says) for address, says in found if address != LOOPBACK),
        (LOOPBACK, "This computer alone"),
    ]


def code_fault(text: str) -> str:
    """Why this is no join code, in a sentence; empty where it is one."""
    if not text.strip():
        return "Type the code that the teacher shows."
    try:
        parse_code(text)
    except ValueError as fault:
        return str(fault)
    return ""
