"""Which profile a window uses: the person's own, or a further one where that has a window or a node already.

Rules: so that a teacher can try a class alone, with two windows on one machine; each is a member of its own.
"""

import os
import sys
from pathlib import Path

from p4lab.live.profile import Profile, ProfileError, ProfileTakenError, default_folder

MOST = 9  # windows of one person on one machine


def usual_profile() -> Path:
    """The folder of the person's own profile."""
    return default_folder(sys.platform, os.environ, Path.home())


def free_profile(usual: Path) -> Path:
    """`usual`, or the first of those beside it on which no node runs; `usual` again where all are taken."""
    for number in range(1, MOST + 1):
        folder = usual if number == 1 else usual.with_name(f"{usual.name}-{number}")
        try:
            Profile(folder, node=True).close()
        except ProfileTakenError:
            continue
        except ProfileError:
            pass  # whoever uses it will say what is wrong
        return folder
    return usual
