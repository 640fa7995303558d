"""What a member keeps of others from one start to the next: its peers, who was in its class, who was revoked.

Rules: hints but for who was revoked: the teacher's word replaces them. What cannot be kept is said, and nothing ends.
"""

from collections.abc import Callable

from p4lab.live.attend import Place
from p4lab.live.frames import Member
from p4lab.live.member import Membership
from p4lab.live.nodestate import Friend, NodeState
from p4lab.live.profile import Profile, ProfileError
from p4lab.live.roster import REVOKED, UNMET

MOST = 16  # addresses of one member, as a frame has


class Recall:
    """Of one member. log: a cause and a sentence."""

    def __init__(self, state: NodeState, log: Callable[[str, str], None]) -> None:
        self._state, self._log = state, log

    def begin(self, role: Membership) -> None:
        """Whom we knew is known by name and address until the teacher tells of them anew; who was revoked stays so."""
        for known in (*self._state.friends.values(), *self._state.members):
            before = role.roster.members.get(known.seat)
            where = dict.fromkeys((*known.addresses, *(before.addresses if before is not None else ())))
            if known.seat != role.me.seat:
                addresses = tuple(where)[:MOST]
                state = REVOKED if known.id in role.revoked else UNMET
                role.roster.put(Member(known.seat, known.id, known.name, addresses, state=state, owner=known.owner))

    def keep(self, place: Place) -> None:
        """Who is in the class now, once the teacher has told: the next time it may be away."""
        role = place.role
        if isinstance(role, Membership) and role.listed:
            members = role.roster.members.values()
            self._try(
                lambda: self._state.remember(
                    Friend(each.seat, each.id, each.name, each.addresses, each.owner) for each in members
                ),
                "who is in the class",
            )

    def befriend(self, place: Place, agreed: set[int]) -> None:
        """We peer with these now: after a restart they are looked for, whether the teacher is there or not."""
        members, friends = place.roster.members, dict(self._state.friends)
        for seat in agreed:
            member = members.get(seat)
            if member is not None:
                friends[seat] = Friend(seat, member.id, member.name, place.company.addresses(seat), member.owner)
        kept = {seat: friend for seat, friend in friends.items() if seat in agreed}
        self._try(lambda: self._state.befriend(kept), "whom we peer with")

    def _try(self, write: Callable[[], None], what: str) -> None:
        try:
            write()
        except OSError as fault:
            self._log("store", f"{what} could not be kept: {fault}")


def outlaw(
    profile: Profile, class_id: str, ids: frozenset[bytes], word: bytes, log: Callable[[str, str], None]
) -> None:
    """The teacher has revoked these. word: the list that it has signed."""
    try:
        profile.outlaw(class_id, ids, word)
    except ProfileError as fault:
        log("profile", f"who was revoked could not be kept: {fault}")
