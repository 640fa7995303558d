"""What the window is furnished with: all of its parts by name, so that one import brings them, after its first frame.

Rules: names alone.
"""

from ui import keys
from ui.actions import Actions, table
from ui.acts.context import Context
from ui.bench import Bench
from ui.classroom.school import School
from ui.docks import Docks
from ui.inspectors import Inspectors
from ui.menus import RecentMenu
from ui.notice import Notice
from ui.opening import Opening
from ui.presenting.lectern import Lectern
from ui.status import Status
from ui.studio import Studio

__all__ = [
    "Actions", "Bench", "Context", "Docks", "Inspectors", "Lectern", "Notice", "Opening", "RecentMenu", "School",
    "Status", "Studio", "keys", "table",
]  # fmt: skip
