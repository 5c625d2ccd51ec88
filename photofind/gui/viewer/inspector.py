"""Details of one photo, in a panel beside it."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from photofind.gui.icons import icon
from photofind.gui.tags.chips import TagChips
from photofind.gui.theme import SPACING, theme_of
from photofind.gui.viewer.about import Line, lines_about
from photofind.gui.viewer.copyable_label import CopyableLabel
from photofind.gui.wording import number
from photofind.store.gallery import PhotoDetails, PhotoFile
from photofind.store.tags import PhotoTag

WIDTH_PX = 300
MOST_COPIES = 12
NAME_PX = 15


class Inspector(QScrollArea):
    """Panel of name, folder, date, size, camera, place, copies and tags, as far as known.

    Attributes:
        tags: Has signals of its own, see `TagChips`.

    Signals:
        folder_requested: The `Path` of a file that is to be shown in its folder.
    """

    folder_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tags = TagChips()
        self._name = CopyableLabel()
        font = self._name.font()
        font.setPixelSize(NAME_PX)
        font.setBold(True)
        self._name.setFont(font)
        self._file: PhotoFile | None = None
        self._folder = CopyableLabel()
        self._folder.setProperty("muted", True)
        self._show_folder = QPushButton(self.tr("Show in folder"))
        self._show_folder.setAutoDefault(False)
        self._show_folder.clicked.connect(self._request_folder)
        self._lines = QVBoxLayout()
        self._copies = QVBoxLayout()
        self._tags_title = _muted(self.tr("Tags"))
        self._tags_title.setBuddy(self.tags)
        self._lay_out()
        self.setFixedWidth(WIDTH_PX)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        # A hairline between it and the dark around the photo.
        self.setStyleSheet("Inspector { border: none; border-left: 1px solid palette(mid); }")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(self.tr("Details of the photo"))
        self.clear()

    def show_details(self, details: PhotoDetails) -> None:
        self._file = details.files[0] if details.files else None
        self._show_file(self._file)
        _empty(self._lines)
        for line in lines_about(details):
            self._lines.addWidget(self._line(line))
        self._show_copies(details.files[1:])
        self.tags.show_tags(details.tags)
        self._tags_title.show()
        self.tags.show()
        self._settle()

    def show_tags(self, tags: Sequence[PhotoTag]) -> None:
        self.tags.show_tags(tags)

    def focus_tags(self) -> None:
        """Focus the field for tags."""
        self.tags.focus_entry()
        self.ensureWidgetVisible(self.tags)

    def set_completions(self, names: Iterable[str]) -> None:
        """Set the names that the tag field offers."""
        self.tags.set_completions(names)

    def clear(self) -> None:
        """Empty the panel."""
        self._file = None
        self._show_file(None)
        _empty(self._lines)
        _empty(self._copies)
        self._tags_title.hide()
        self.tags.hide()

    @override
    def sizeHint(self) -> QSize:
        return QSize(WIDTH_PX, 480)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(WIDTH_PX, 120)

    def _lay_out(self) -> None:
        content = QWidget()
        self._content = layout = QVBoxLayout(content)
        layout.setContentsMargins(2 * SPACING, 2 * SPACING, 2 * SPACING, 2 * SPACING)
        layout.setSpacing(2 * SPACING)
        file = QVBoxLayout()
        file.setSpacing(SPACING // 2)
        file.addWidget(self._name)
        file.addWidget(self._folder)
        file.addSpacing(SPACING // 2)
        file.addWidget(self._show_folder, 0, Qt.AlignmentFlag.AlignLeading)
        layout.addLayout(file)
        self._lines.setSpacing(12)
        layout.addLayout(self._lines)
        self._copies.setSpacing(0)
        layout.addLayout(self._copies)
        tags = QVBoxLayout()
        tags.setSpacing(SPACING)
        tags.addWidget(self._tags_title)
        tags.addWidget(self.tags)
        layout.addLayout(tags)
        layout.addStretch(1)
        self.setWidget(content)

    def _settle(self) -> None:
        """Lay out at once: otherwise added widgets flash at the wrong position."""
        for layout in (self._lines, self._copies):
            for index in range(layout.count()):
                item = layout.itemAt(index)
                if item is not None and (added := item.widget()) is not None:
                    added.show()
        self._content.activate()

    def _show_file(self, file: PhotoFile | None) -> None:
        for part in (self._name, self._folder, self._show_folder):
            part.setVisible(file is not None)
        if file is None:
            return
        self._name.show_text(file.path.name, str(file.path))
        self._folder.show_text(str(file.path.parent))
        self._show_folder.setEnabled(not file.offline)
        reason = self.tr("It is not connected.") if file.offline else ""
        self._show_folder.setToolTip(reason)

    def _line(self, line: Line) -> QWidget:
        whole = QWidget()
        layout = QVBoxLayout(whole)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(_muted(line.label))
        text = QLabel(line.text)
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setWordWrap(True)
        # However long its words are.
        text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        text.setToolTip(line.text)
        text.setProperty("muted", line.quiet)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        text.setAccessibleName(f"{line.label}: {line.text}")
        if not line.to_copy:
            layout.addWidget(text)
            return whole
        beside = QHBoxLayout()
        beside.setSpacing(SPACING)
        beside.addWidget(text, 1)
        beside.addWidget(self._copy_button(line), 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(beside)
        return whole

    def _copy_button(self, line: Line) -> QPushButton:
        button = QPushButton(self.tr("Copy"))
        button.setAutoDefault(False)
        button.setAccessibleName(self.tr("Copy {what}").format(what=line.label))
        button.setToolTip(line.to_copy)
        button.clicked.connect(lambda: QGuiApplication.clipboard().setText(line.to_copy))
        return button

    def _show_copies(self, files: Sequence[PhotoFile]) -> None:
        _empty(self._copies)
        if not files:
            return
        one = self.tr("The same photo also lies in one other place")
        many = self.tr("The same photo also lies in {count} other places")
        said = one if len(files) == 1 else many.format(count=number(len(files)))
        title = _muted(said)
        title.setWordWrap(True)
        self._copies.addWidget(title)
        self._copies.addSpacing(SPACING // 2)
        for file in files[:MOST_COPIES]:
            self._copies.addWidget(self._copy_of(file))
        if len(files) > MOST_COPIES:
            rest = self.tr("and {count} more").format(count=number(len(files) - MOST_COPIES))
            self._copies.addWidget(_muted(rest))

    def _copy_of(self, file: PhotoFile) -> QWidget:
        whole = QWidget()
        layout = QHBoxLayout(whole)
        layout.setContentsMargins(0, 0, 0, 0)
        path = CopyableLabel()
        path.show_text(str(file.path))
        path.setProperty("muted", file.offline)
        button = QToolButton()
        button.setProperty("quiet", True)
        drawing = "plug" if file.offline else "folder"
        button.setIcon(icon(drawing, theme_of(self.palette()).muted))
        said = self.tr("Not connected") if file.offline else self.tr("Show in folder")
        button.setEnabled(not file.offline)
        button.setToolTip(said)
        button.setAccessibleName(f"{said}: {file.path}")
        button.clicked.connect(lambda: self.folder_requested.emit(file.path))
        layout.addWidget(path, 1)
        layout.addWidget(button)
        return whole

    def _request_folder(self) -> None:
        if self._file is not None:
            self.folder_requested.emit(Path(self._file.path))


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("muted", True)
    return label


def _empty(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
