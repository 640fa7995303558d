"""What may be wrong between a node and its network, in sentences for people: what happens, and what to do about it.

Rules: texts and pure functions that choose among them. The first sentence says what was seen, the second what helps; no
number of an error without its meaning. Platforms are `sys.platform`'s words.
"""

import errno
import os

import msgspec

WINDOWS, MACOS = "win32", "darwin"


class Trouble(msgspec.Struct, frozen=True):
    """says: what was seen. remedy: what a person can do about it."""

    says: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.says} {self.remedy}"


# macOS 15 and later: an app without the permission gets EHOSTUNREACH from sendto, and the first call fails even while
# the question is on the screen. Programs started from Terminal are exempt, from an editor's terminal not (TN3179).
LOCAL_NETWORK = Trouble(
    "macOS does not let this program talk to devices on the local network.",
    "Open System Settings > Privacy & Security > Local Network, allow it there (or the terminal it was started from), "
    "then start it again.",
)
PUBLIC_PROFILE = Trouble(
    "Nothing that is sent here by multicast comes back: most likely Windows treats this network as public and its "
    "firewall keeps UDP port 5353 out.",
    "Open Settings > Network & internet > the network's properties and choose Private network, and allow Python when "
    "the firewall asks. Until then join with the code.",
)
FIREWALLD = Trouble(
    "Nothing that is sent here by multicast comes back: most likely this computer's firewall keeps UDP port 5353 out.",
    "With firewalld: `sudo firewall-cmd --add-service=mdns`; with ufw: `sudo ufw allow 5353/udp`. Until then join with "
    "the code.",
)
MAC_FIREWALL = Trouble(
    "Nothing that is sent here by multicast comes back: most likely the firewall of this Mac keeps it out.",
    "Open System Settings > Network > Firewall > Options, allow incoming connections for Python, and turn off Block "
    "all incoming connections. Until then join with the code.",
)
NO_NETWORK = Trouble(
    "This computer is in no network.", "Connect it to the network of the class; it is looked for again by itself."
)
PORT_TAKEN = Trouble(
    "UDP port 5353 is taken by another program that does not share it.",
    "Quit other programs that use mDNS (Bonjour, avahi with disallow-other-stacks), or join with the code.",
)
NOT_PERMITTED = Trouble(
    "The system does not let this program use multicast.",
    "Allow it in the firewall or the sandbox, or join with the code.",
)
NO_MULTICAST = Trouble(
    "Others are here, but none of them is heard by multicast: this network does not pass it on, as many access points "
    "do not (IGMP snooping, multicast to unicast).",
    "Whoever comes joins with the code and its address, HOST:PORT/CODE; nothing else is missing then.",
)
OTHER_CLASSES = Trouble(
    "Nodes of other classes are heard, none of this one.",
    "Multicast works; compare the code with the teacher's screen.",
)
ISOLATION = Trouble(
    "The network keeps the students' computers apart (client isolation), as guest networks do.",
    "Frames go through the teacher's computer, which cannot read them; for direct connections switch client isolation "
    "off in the access point, or use another network.",
)
TEACHER_SILENT = Trouble(
    "The teacher's computer does not answer: a firewall there keeps the port out, or it is in another network.",
    "Compare the names of the two networks; on the teacher's computer allow incoming connections for Python.",
)
TEACHER_REFUSES = Trouble(
    "The teacher's computer answers, but no class is open at this port.",
    "Compare host and port with the teacher's screen; they may have changed since the class was opened again.",
)
TEACHER_AWAY = Trouble(
    "There is no way from here to the teacher's computer.",
    "Join the network that the teacher's screen names; a VPN on either side may be in the way.",
)
UNKNOWN_TEACHER = Trouble(
    "It is not known here where the teacher's computer is.", "Type the whole code with its address: HOST:PORT/CODE."
)

_AWAY = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL)


def of_multicast(problem: OSError, platform: str) -> Trouble:
    """What an error of sending or of opening multicast sockets means."""
    number = problem.errno
    if platform == MACOS and number == errno.EHOSTUNREACH:  # 65
        return LOCAL_NETWORK
    if number == errno.EADDRINUSE:
        return PORT_TAKEN
    if number in (errno.EPERM, errno.EACCES):
        return NOT_PERMITTED
    if number in _AWAY:
        return NO_NETWORK
    return Trouble(
        f"Multicast fails here: {os.strerror(number) if number else problem}.", "Join with the code; it needs none."
    )


def of_zeroconf(problem: BaseException) -> Trouble:
    """What went wrong inside mDNS itself."""
    return Trouble(
        f"Discovery does not work: {str(problem) or type(problem).__name__}.", "Join with the code; it needs none."
    )


def of_silence(platform: str) -> Trouble:
    """Why we may not even hear ourselves."""
    return {WINDOWS: PUBLIC_PROFILE, MACOS: MAC_FIREWALL}.get(platform, FIREWALLD)


def of_teacher(problem: OSError) -> Trouble:
    """Why a TCP connection to the teacher's computer failed. A timeout is an OSError too."""
    if isinstance(problem, ConnectionRefusedError):
        return TEACHER_REFUSES
    if isinstance(problem, TimeoutError) or problem.errno == errno.ETIMEDOUT:
        return TEACHER_SILENT
    if problem.errno in _AWAY:
        return TEACHER_AWAY
    return Trouble(
        f"The connection to the teacher's computer fails: {problem.strerror or problem}.", TEACHER_AWAY.remedy
    )
