"""Drag photos out of the grid, as files."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QRect, Qt, QUrl
from PySide6.QtGui import QColor, QDrag, QFont, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from photofind.gui import wording
from photofind.gui.theme import Theme, theme_of

OWN_DRAG = "application/x-photofind-photos"
"""MIME type of the window's own drags, which are not dropped as searches."""

_SIDE_PX = 96
_COUNT_PX = 24


def drag_data(paths: Sequence[Path]) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    data.setData(OWN_DRAG, b"")
    return data


def drag_out(source: QWidget, paths: Sequence[Path], thumbnail: QPixmap | None) -> None:
    """Drag copies of files and return after the drop; a photo's own file is never moved."""
    drag = QDrag(source)
    drag.setMimeData(drag_data(paths))
    if thumbnail is not None:
        drag.setPixmap(_picture(thumbnail, len(paths), theme_of(source.palette())))
        drag.setHotSpot(QPoint(_SIDE_PX // 4, _SIDE_PX // 4))
    drag.exec(Qt.DropAction.CopyAction)


def _picture(thumbnail: QPixmap, count: int, theme: Theme) -> QPixmap:
    """Scale the thumbnail and add the number of photos where there are several."""
    picture = thumbnail.scaled(
        _SIDE_PX,
        _SIDE_PX,
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    if count == 1:
        return picture
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    words = wording.number(count)
    font = QFont(painter.font())
    font.setBold(True)
    painter.setFont(font)
    width = max(_COUNT_PX, painter.fontMetrics().horizontalAdvance(words) + _COUNT_PX // 2)
    badge = QRect(picture.width() - width - 4, 4, width, _COUNT_PX)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.accent))
    painter.drawRoundedRect(badge, _COUNT_PX / 2, _COUNT_PX / 2)
    painter.setPen(QColor(theme.accent_text))
    painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, words)
    painter.end()
    return picture
