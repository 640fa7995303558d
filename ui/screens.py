"""Where a window goes on the screens that there are: never larger than its screen, and never off all of them.

Rules: rectangles alone, so that a test can have any screens.
"""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize

TITLE = 36  # px that the system's title bar and frame take at most, as usual; unknown before a window is shown
GRIP = 80  # px of a window's top that must be on a screen for it to be taken hold of


def onto_a_screen(wanted: QRect, screens: Sequence[QRect], least: QSize) -> QRect:
    """The place next to `wanted` that is on one of the screens, the first of which is the usual one."""
    if not screens:
        return wanted
    top = QRect(wanted.x(), wanted.y(), wanted.width(), TITLE)
    seen = [top.intersected(screen) for screen in screens]
    best = max(range(len(screens)), key=lambda i: (seen[i].width() * seen[i].height(), -i))
    screen = screens[best]
    room = QRect(screen.x(), screen.y() + TITLE, screen.width(), screen.height() - TITLE)
    size = wanted.size().boundedTo(room.size()).expandedTo(least)
    found = QRect(wanted.topLeft(), size)
    if seen[best].width() < GRIP or seen[best].height() <= 0:
        found.moveCenter(room.center())
    found.moveLeft(max(room.left(), min(found.left(), room.right() + 1 - size.width())))
    found.moveTop(max(room.top(), min(found.top(), room.bottom() + 1 - size.height())))
    return found
