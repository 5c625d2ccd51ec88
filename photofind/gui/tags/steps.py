"""Where the arrow keys go among things that stand in lines."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt


def step_from(
    place: int, key: Qt.Key, areas: Sequence[QRect], *, mirrored: bool = False
) -> int | None:
    """Find the place a key leads to; `len(areas)` behind the last, `None` for nowhere.

    Args:
        areas: Of all places, line by line.
        mirrored: Whether lines are read from the right.
    """
    forward, back = Qt.Key.Key_Right, Qt.Key.Key_Left
    if mirrored:
        forward, back = back, forward
    if key == forward:
        return place + 1
    if key == back:
        return max(place - 1, 0)
    if key == Qt.Key.Key_Home:
        return 0
    if key == Qt.Key.Key_End:
        return len(areas) - 1
    if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
        return _other_line(place, areas, down=key == Qt.Key.Key_Down)
    return None


def _other_line(place: int, areas: Sequence[QRect], *, down: bool) -> int | None:
    here = areas[place].center()
    line = areas[place].top()
    if down:
        others = [area.top() for area in areas if area.top() > line]
    else:
        others = [area.top() for area in areas if area.top() < line]
    if not others:
        return len(areas) if down else None
    top = min(others) if down else max(others)
    candidates = [n for n, area in enumerate(areas) if area.top() == top]
    return min(candidates, key=lambda n: abs(areas[n].center().x() - here.x()))
