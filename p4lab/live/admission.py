"""To be admitted to a class: a ticket for its code, from its authority.

Rules: the secret is said to the holder of the key that the code names, and nobody else. Every way in which it may fail
is a NotAdmitted, in a sentence.
"""

import asyncio
from collections.abc import Sequence

from p4lab.live.channel import ChannelClosed
from p4lab.live.doors import dial
from p4lab.live.frames import BAD, Join, Refused, Welcome
from p4lab.live.identity import JoinCode, Ticket, cleaned, flaw, unpack
from p4lab.live.meeting import NotAdmitted, Party
from p4lab.live.roster import line, printable

ANSWER = 5.0  # s for the answer to a Join: the authority keeps the seat on its disk first
UNHEARD = "The teacher's computer does not answer. After several wrong codes it is silent for a minute."


async def join(
    addresses: Sequence[str], party: Party, code: JoinCode, name: str, owner: bytes = b""
) -> tuple[Ticket, str]:
    """A ticket to the class of this code, and the name of the class. Raises NotAdmitted, in a sentence.

    party: ourselves without a ticket. owner: H(public key) of the identity that signs here by default. The secret is
    said to the holder of the key that the code names, and nobody else.
    """
    channel = await dial(addresses, party)
    try:
        channel.post(Join(code.secret, printable(name), owner))
        async with asyncio.timeout(ANSWER):
            answer = await channel.receive()
        if isinstance(answer, Refused):
            raise NotAdmitted(line(answer.why) or UNHEARD)
        if not isinstance(answer, Welcome):
            raise NotAdmitted("The teacher's computer answers with something else.")
        ticket = unpack(answer.ticket)
        if ticket.key != party.keys.public or flaw(ticket, code.class_id, party.wall()):
            raise NotAdmitted("The teacher's computer gave a ticket that is not good.")
    except (ChannelClosed, TimeoutError):
        raise NotAdmitted(UNHEARD) from None
    except BAD as problem:
        raise NotAdmitted("The teacher's computer gave a ticket that cannot be read.") from problem
    finally:
        channel.close("joined")
        await channel.finished()
    return ticket, cleaned(answer.class_name) or code.class_id
