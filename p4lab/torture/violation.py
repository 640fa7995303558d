"""What a checker says of a run: which invariant of protocol section 7 was violated, when, and how."""

import msgspec


class Violation(msgspec.Struct, frozen=True):
    """invariant: its number in section 7. t: seconds since the run began. says: a sentence for a person."""

    invariant: int
    t: float
    says: str
