"""First step of the first run: which folders hold the photos."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QIcon,
    QKeyEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from photofind.gui.disk_lane import DiskLane
from photofind.gui.folder_dialog import choose_folder
from photofind.gui.icons import icon, pixmap
from photofind.gui.theme import RADIUS, SPACING, theme_of

ChooseFolder = Callable[[QWidget], Path | None]
LIST_PX = 150
PATH_ROLE = Qt.ItemDataRole.UserRole


class FoldersStep(QWidget):
    """Chooses folders by button, by dropping them, or as suggested; close its lanes before it goes.

    Folders are listed once their disk has answered.

    Args:
        suggested: Offered at first, where it is a folder; `None` for none.

    Signals:
        changed: Folders were added or removed.
    """

    changed = Signal()

    def __init__(
        self,
        suggested: Path | None,
        *,
        choose_folder: ChooseFolder = choose_folder,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._suggested: Path | None = None
        self._choose_folder = choose_folder
        self._disk = DiskLane("folders chosen", self)
        self._suggestions = DiskLane("folder suggested", self)
        self._list = QListWidget()
        self._list.setAccessibleName(self.tr("Folders with photos"))
        self._list.setMinimumHeight(LIST_PX)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._list.itemSelectionChanged.connect(self._refresh)
        self._list.installEventFilter(self)
        self._empty = QLabel(self.tr("Drop folders here, or add them below."), self._list)
        self._empty.setProperty("muted", True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._add = QPushButton(self.tr("Add folder…"))
        self._add.clicked.connect(self._add_chosen)
        self._offer = QPushButton()
        self._remove = QPushButton(self.tr("Remove"))
        self._remove.clicked.connect(self.remove_selected)
        self._remark = QLabel()
        self._remark.setProperty("muted", True)
        self._remark.setWordWrap(True)
        self._lay_out()
        self.setAcceptDrops(True)
        self._draw_icons()
        self._refresh()
        if suggested is not None:
            # A suggestion that cannot be made is not worth a word.
            self._suggestions.submit(
                [suggested],
                Path.is_dir,
                lambda found: self._suggest(suggested, *found),
                lambda _: None,
            )

    def folders(self) -> tuple[Path, ...]:
        """Return the folders in the order they were added."""
        rows = range(self._list.count())
        return tuple(self._list.item(row).data(PATH_ROLE) for row in rows)

    def add(self, paths: Sequence[Path]) -> None:
        """Add paths that are folders and not within one that is listed, once they were seen."""
        if paths:
            chosen = tuple(paths)
            self._disk.submit(
                chosen,
                Path.is_dir,
                lambda are_folders: self._add_seen(chosen, are_folders),
                lambda error: self._remark.setText(f"{error.message} {error.hint}"),
            )

    def _add_seen(self, paths: Sequence[Path], are_folders: Sequence[bool]) -> None:
        remark = ""
        for path, is_folder in zip(paths, are_folders, strict=True):
            refused = self._refusal(path, is_folder)
            if refused:
                remark = refused
                continue
            for held in [held for held in self.folders() if held.is_relative_to(path)]:
                self._remove_path(held)
            item = QListWidgetItem(str(path))
            item.setData(PATH_ROLE, path)
            item.setToolTip(str(path))
            item.setSizeHint(QSize(0, self.fontMetrics().height() + 12))
            self._list.addItem(item)
            self._list.setCurrentItem(item)
        self._remark.setText(remark)
        self._draw_icons()
        self._refresh()
        self.changed.emit()

    def remove_selected(self) -> None:
        for item in self._list.selectedItems():
            self._list.takeItem(self._list.row(item))
        self._remark.setText("")
        self._refresh()
        self.changed.emit()

    def clear(self) -> None:
        self._disk.drop_all()
        self._list.clear()
        self._remark.setText("")
        self._refresh()
        self.changed.emit()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Remove the selected folder on Delete; resize the hint with the list."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
                self.remove_selected()
                return True
        elif event.type() == QEvent.Type.Resize:
            self._empty.setGeometry(self._list.rect())
        return False

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icons()

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped(event):
            event.acceptProposedAction()
            # Its focus ring shows where they will be.
            self._list.setFocus()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.add(_dropped(event))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a hairline around the list, which has no frame."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(theme_of(self.palette()).hairline))
        outline = QRectF(self._list.geometry()).adjusted(-1.5, -1.5, 1.5, 1.5)
        painter.drawRoundedRect(outline, RADIUS, RADIUS)

    def close_lanes(self) -> None:
        self._disk.close()
        self._suggestions.close()

    def focus_first(self) -> None:
        """Focus the suggestion, or the button for any folder."""
        (self._add if self._offer.isHidden() else self._offer).setFocus()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACING)
        buttons.addWidget(self._add)
        buttons.addWidget(self._offer)
        buttons.addStretch(1)
        buttons.addWidget(self._remove)
        page = QVBoxLayout(self)
        page.setContentsMargins(2, 2, 2, 0)
        page.setSpacing(SPACING)
        page.addWidget(self._list, 1)
        page.addLayout(buttons)
        page.addWidget(self._remark)

    def _add_chosen(self) -> None:
        chosen = self._choose_folder(self)
        if chosen is not None:
            self.add([chosen])

    def _suggest(self, folder: Path, is_folder: bool) -> None:
        if not is_folder:
            return
        self._suggested = folder
        self._offer.setText(self.tr("Add ‘{name}’").format(name=folder.name))
        self._offer.setToolTip(str(folder))
        self._offer.clicked.connect(lambda: self.add([folder]))
        had_focus = self.window().focusWidget() is self._add
        self._refresh()
        if had_focus and not self.folders():
            self.focus_first()

    def _refusal(self, path: Path, is_folder: bool) -> str:
        """Say why a path cannot be added; empty where it can."""
        if not is_folder:
            return self.tr("‘{name}’ is not a folder; only folders can be added.").format(
                name=path.name
            )
        for held in self.folders():
            if path == held:
                return self.tr("‘{name}’ is there already.").format(name=path.name)
            if path.is_relative_to(held):
                return self.tr("‘{name}’ is within ‘{folder}’, which is there already.").format(
                    name=path.name, folder=held.name
                )
        return ""

    def _remove_path(self, path: Path) -> None:
        self._list.takeItem(self.folders().index(path))

    def _refresh(self) -> None:
        held = self.folders()
        self._empty.setVisible(not held)
        self._offer.setVisible(self._suggested is not None and self._suggested not in held)
        self._remove.setEnabled(bool(self._list.selectedItems()))

    def _draw_icons(self) -> None:
        theme = theme_of(self.palette())
        self._add.setIcon(icon("plus", theme.text))
        self._offer.setIcon(icon("folder", theme.text))
        drawn = icon("folder", theme.muted)
        for scale in (1, 2, 3):
            selected = pixmap("folder", theme.accent_text, scale=scale)
            drawn.addPixmap(selected, QIcon.Mode.Selected)
        for row in range(self._list.count()):
            self._list.item(row).setIcon(drawn)


def _dropped(event: QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
