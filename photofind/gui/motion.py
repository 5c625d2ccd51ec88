"""Whether things move."""

from PySide6.QtWidgets import QStyle, QWidget


def motion_allowed(widget: QWidget) -> bool:
    """Whether the system lets things move; its style says so by how long they may."""
    hint = QStyle.StyleHint.SH_Widget_Animation_Duration
    return widget.style().styleHint(hint, None, widget) > 0
