"""Paint the grid (cells, heading, rubber band) without ever waiting for a thumbnail."""

from collections.abc import Callable, Iterable

import numpy as np
from PySide6.QtCore import QEvent, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from photofind.domain import PhotoId
from photofind.gui.grid.cells import Cell, CellPainter, device_size
from photofind.gui.grid.fading import Fades
from photofind.gui.grid.flow import Rect
from photofind.gui.grid.layout import GAP
from photofind.gui.grid.model import PhotoModel
from photofind.gui.grid.scrolling import ScrollingGrid
from photofind.gui.grid.thumbnails import Thumbnails
from photofind.gui.theme import SPACING, Theme, motion_allowed, theme_of

FRAME_MS = 16
REQUEST_DELAY_MS = 15
"""Debounce: thumbnails of cells that are visible for less are not requested."""

RETRY_MS = 100
REST_MS = 150
"""A view at rest for so long requests captions, and pixmaps of the exact size."""

_BAND_ALPHA = 48


class PaintedGrid(ScrollingGrid):
    """Paints photos; requests thumbnails for the viewport and half a viewport around it."""

    def __init__(
        self, model: PhotoModel, thumbnails: Thumbnails, parent: QWidget | None = None
    ) -> None:
        self._thumbnails = thumbnails
        self._fades = Fades()
        self._at_rest = False
        self._begun = False
        self._skeletons: set[PhotoId] = set()
        self._hovered: int | None = None
        self._band: Rect | None = None
        super().__init__(model, parent)
        self._fade_timer = self._timer(self._fade, single_shot=False)
        self._request_timer = self._timer(self._request_thumbnails)
        self._rest_timer = self._timer(self._come_to_rest)
        self._begun = True
        self._moved()
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.viewport().setMouseTracking(True)
        thumbnails.loaded.connect(self._show_thumbnail)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self.palette())
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), QColor(theme.window))
        cells = CellPainter(theme, self.devicePixelRatioF())
        region, waiting = event.region(), False
        for row, rect in self.cells_in(event.rect().adjusted(-GAP, -GAP, GAP, GAP)):
            if region.intersects(rect.adjusted(-GAP, -GAP, GAP, GAP)):
                cell = self._cell(row, rect)
                cells.draw(painter, cell)
                if cell.pixmap is None and not cell.missing:
                    self._skeletons.add(self._photos.photo_id(row))
                    waiting = True
        self._draw_heading(painter, theme)
        self._draw_band(painter, theme)
        painter.end()
        if waiting and not self._request_timer.isActive():
            self._request_timer.start(RETRY_MS)

    def _timer(self, work: Callable[[], None], *, single_shot: bool = True) -> QTimer:
        # A child, not a QBasicTimer: one of those that runs on when its view is deleted crashes Qt.
        timer = QTimer(self, singleShot=single_shot)
        timer.timeout.connect(work)
        return timer

    def _cell(self, row: int, rect: QRect) -> Cell:
        rows = self._photos.rows
        photo_id, offline = PhotoId(int(rows.photo_ids[row])), bool(rows.offline[row])
        index = self._photos.index(row)
        return Cell(
            rect=rect,
            pixmap=self._thumbnails.cached(photo_id, grey=offline),
            colour=int(rows.colours[row]),
            missing=self._thumbnails.is_missing(photo_id),
            offline=offline,
            guess=self._photos.is_sure(row) is False,
            selected=self.selectionModel().isSelected(index),
            current=self.hasFocus() and self.currentIndex() == index,
            hovered=row == self._hovered,
            shown=self._fades.shown(photo_id),
            smooth=self._at_rest,
        )

    def _draw_heading(self, painter: QPainter, theme: Theme) -> None:
        heading = self._layout.heading
        if heading is None:
            return
        rect = self._to_view(heading).adjusted(0, SPACING, 0, -SPACING // 2)
        words = self.tr("Best guesses")
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setLayoutDirection(self.layoutDirection())
        painter.setPen(QColor(theme.muted))
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading, words)
        used = painter.fontMetrics().horizontalAdvance(words) + 2 * SPACING
        left, right = (0, -used) if self.isRightToLeft() else (used, 0)
        line = rect.adjusted(left, 0, right, 0)
        painter.setPen(QPen(QColor(theme.hairline), 1))
        painter.drawLine(line.left(), line.center().y(), line.right(), line.center().y())

    def _draw_band(self, painter: QPainter, theme: Theme) -> None:
        if self._band is None:
            return
        fill = QColor(theme.accent)
        fill.setAlpha(_BAND_ALPHA)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(theme.accent), 1))
        painter.setBrush(fill)
        painter.drawRect(self._to_view(self._band).adjusted(0, 0, -1, -1))

    def _update_rows(self, rows: Iterable[int | None]) -> None:
        """Repaint cells, with the focus ring around them."""
        for row in rows:
            if row is not None and 0 <= row < self._layout.count and self._layout.is_known(row):
                self.viewport().update(self.rect_of(row).adjusted(-GAP, -GAP, GAP, GAP))

    # Thumbnails

    def _request_thumbnails(self) -> None:
        """Request thumbnails for what is visible, from the top, before what is around it."""
        height = self.viewport().height()
        sight = QRect(0, 0, 1, height)
        around = self.cells_in(sight.adjusted(0, -height // 2, 0, height // 2))
        seen = [(row, rect) for row, rect in around if rect.bottom() >= 0 and rect.top() < height]
        near = [cell for cell in around if cell not in seen]
        rows, ratio = self._photos.rows, self.devicePixelRatioF()
        for row, rect in (*near, *reversed(seen)):
            photo_id, grey = PhotoId(int(rows.photo_ids[row])), bool(rows.offline[row])
            if self._at_rest or self._thumbnails.cached(photo_id, grey=grey) is None:
                self._thumbnails.get(photo_id, device_size(rect.size(), ratio), grey=grey)

    def _show_thumbnail(self, photo_id: PhotoId) -> None:
        row = self._row_in_sight(photo_id)
        if row is None:
            self._skeletons.discard(photo_id)
            return
        if photo_id in self._skeletons and motion_allowed(self):
            self._fades.begin(photo_id)
            self._fade_timer.start(FRAME_MS)
        self._skeletons.discard(photo_id)
        self._update_rows([row])

    def _row_in_sight(self, photo_id: PhotoId) -> int | None:
        sight = self.rows_in_sight()
        ids = self._photos.rows.photo_ids[sight.start : sight.stop]
        found = np.flatnonzero(ids == photo_id)
        return sight.start + int(found[0]) if len(found) else None

    def _come_to_rest(self) -> None:
        self._at_rest = True
        self._request_thumbnails()
        self._photos.prefetch_captions(self.rows_in_sight())
        self.viewport().update()

    def _fade(self) -> None:
        self._update_rows(map(self._row_in_sight, self._fades.advance()))
        if not self._fades:
            self._fade_timer.stop()

    @override
    def _moved(self) -> None:
        if not self._begun:
            return
        self._at_rest = False
        if not self._request_timer.isActive():
            self._request_timer.start(REQUEST_DELAY_MS)
        self._rest_timer.start(REST_MS)
        self.viewport().update()

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.LayoutDirectionChange):
            self.viewport().update()
        super().changeEvent(event)
