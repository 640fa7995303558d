"""Limits of a live node: what anybody may cost it. Every one is an option; the defaults are for a classroom.

Rules: bytes and seconds. A bench or a test that must exceed one raises it and says so. Where a number has a precedent
it stands beside it.
"""

import msgspec

FRAME = 16_384  # bytes of one frame; as many values as fit, the rest in pages
TAG = 16  # bytes that ChaCha20-Poly1305 adds to a frame


class Limits(msgspec.Struct, frozen=True):
    """What one node gives to others."""

    half_open: int = 64  # connections that have not shown who they are
    half_open_per_address: int = 4  # of one address: a cap for all alone would let one address lock the others out
    handshake: float = 2.0  # s to do so
    handshakes_per_second: float = 20.0  # of one address: one costs both sides about 0.2 ms
    channels: int = 64
    channels_per_identity: int = 8  # one between two members, the others of puts and gets
    messages_per_second: float = 200.0  # of one identity; over it we stop reading, and TCP pushes back
    burst: float = 100.0  # messages that may come at once
    bytes_per_second: float = 1_000_000.0
    burst_bytes: float = 500_000.0
    heartbeat: float = 10.0
    idle: float = 30.0  # of silence: dead
    write_buffer: int = 65_536  # bytes that wait for somebody who does not read
    drain: float = 5.0  # s that they may wait, with none of them leaving, before we let go
    unsent: int = 16_777_216  # bytes that may wait at all: what two peers tell each other at first leaves in one piece
    rekey_messages: int = 2**20
    rekey_after: float = 3_600.0
    candidates: int = 256  # whom discovery may tell of
    resolving: int = 4  # of them looked up at once
    wrong_codes: int = 5  # per minute and address
    newcomers: int = 40  # new members of one address at once: a class room of thirty may sit behind one
    newcomers_per_minute: float = 8.0  # of them after that
    keys_per_identity: int = 10_000  # stored at one node
    bytes_per_identity: int = 10_485_760
    reply_bytes: int = 475_000  # a second, of replies to one identity's questions: 29 replies of a frame each
    questions_per_second: float = 50.0  # broadcasts that one customer may cause
    log_lines: int = 10  # per second and cause
    observers: int = 8
    observed_bytes: int = 1_048_576  # events that wait for one observer; past that they are counted and left out
    observed_per_second: float = 4_000.0  # events that an observer takes of one member, the rest is left out
    observed_burst: float = 20_000.0  # as a snapshot of all that it holds
    grace: float = 3.0  # s without a connection until an observer calls a member crashed
    roster: int = 256
    relay_window: int = 65_536  # bytes on their way between two members through the hub (HTTP/2 begins with 65,535)
    relay_bytes_per_second: float = 250_000.0  # of one such channel's one direction
    relay_channels: int = 256  # through one hub, of all members
    relay_channels_per_member: int = 32
    ticket_seconds: float = 120 * 86_400.0  # a ticket is valid for a school term
