"""Library panel at the window's left: folders, tags, years."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from photofind.gui.folders.panel_rows import (
    all_photos_row,
    folder_rows,
    review_row,
    tag_rows,
    waiting,
)
from photofind.gui.folders.section import Section
from photofind.gui.folders.years import YearsHistogram
from photofind.gui.icons import icon
from photofind.gui.row_list import RowList
from photofind.gui.theme import SPACING, theme_of
from photofind.gui.wording import number, photos
from photofind.store.gallery import FolderSummary
from photofind.store.tags import TagCount

WIDTH_PX = 240
MOST_USED = 50
"""Tags that are listed until a person clicks the button for all of them."""

FILTER_FROM = 12
"""Fewest tags with a field to filter them."""


class LibraryPanel(QWidget):
    """Overview of the library, in which one thing at a time is selected.

    New data leave the selection, collapsed sections and the scroll position as they are.

    Signals:
        all_chosen: "All photos" was chosen.
        folder_chosen: The `Path` of a root.
        tag_chosen: A tag's name.
        review_chosen: Suggestions are to be looked through.
        years_chosen: The first and the last year, both included.
        folder_add_requested: A folder is to be added.
        folder_remove_requested: The root with this id is to be removed from the library.
        folder_show_requested: The `Path` of a root, to be shown by the system.
    """

    all_chosen = Signal()
    folder_chosen = Signal(object)
    tag_chosen = Signal(str)
    review_chosen = Signal()
    years_chosen = Signal(int, int)
    folder_add_requested = Signal()
    folder_remove_requested = Signal(int)
    folder_show_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folders: tuple[FolderSummary, ...] = ()
        self._tags: tuple[TagCount, ...] = ()
        self._count = 0
        self._every_tag = False
        self._make_lists()
        self._make_fields()
        self._draw_icons()
        self._lay_out()
        self._connect()
        self.show_count(0)
        self.show_folders(())
        self.show_tags(())
        self.show_years({})
        self._all.choose("all")

    def show_count(self, count: int) -> None:
        """Show the number of photos of the whole library."""
        self._count = count
        self._all.show_rows([all_photos_row(count)])
        self._show_undated()

    def show_folders(self, folders: Sequence[FolderSummary]) -> None:
        self._folders = tuple(folders)
        self._roots.show_rows(folder_rows(folders))
        self._no_folders.setVisible(not folders)

    def show_tags(self, tags: Sequence[TagCount]) -> None:
        """Show tags, given in any order."""
        self._tags = tuple(tags)
        count = waiting(tags)
        self._review.show_rows([review_row(count)] if count else [])
        self._review.setVisible(bool(count))
        self._show_tag_rows()

    def show_years(self, years: Mapping[int, int]) -> None:
        """Show photos by the year they were taken."""
        self._years.show_years(years)
        self._dated = sum(years.values())
        self._years_section.setVisible(bool(years))
        self._show_undated()

    def clear_choice(self) -> None:
        """Select nothing: the window shows something else."""
        self._choose_only(None)

    def choose_all(self) -> None:
        """Select "All photos" without emitting a signal."""
        self._choose_only(self._all)
        self._all.choose("all")

    @override
    def sizeHint(self) -> QSize:
        return QSize(WIDTH_PX, 480)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(180, 160)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icons()

    def _draw_icons(self) -> None:
        self._add.setIcon(icon("plus", theme_of(self.palette()).muted))

    def _make_lists(self) -> None:
        self._all = RowList(self.tr("Library"))
        self._roots = RowList(self.tr("Folders"))
        self._names = RowList(self.tr("Tags"))
        self._review = RowList(self.tr("Suggestions"))
        self._years = YearsHistogram()
        self._lists = (self._all, self._roots, self._review, self._names)
        self._dated = 0

    def _make_fields(self) -> None:
        self._add = QPushButton(self.tr("Add folder…"))
        self._add.setProperty("quiet", True)
        self._filter = QLineEdit()
        self._filter.setPlaceholderText(self.tr("Filter tags"))
        self._filter.setAccessibleName(self.tr("Filter tags"))
        self._filter.setClearButtonEnabled(True)
        self._every = QPushButton()
        self._every.setProperty("quiet", True)
        self._no_folders = self._quiet(self.tr("No folders yet."))
        self._no_tags = self._quiet(self.tr("Tags come while photos are read."))
        self._undated = self._quiet("")

    def _quiet(self, words: str) -> QLabel:
        label = QLabel(words)
        label.setProperty("muted", True)
        label.setWordWrap(True)
        label.setContentsMargins(SPACING, 4, SPACING, 4)
        return label

    def _lay_out(self) -> None:
        part: QWidget
        folders = Section(self.tr("Folders"))
        for part in (self._roots, self._no_folders, self._add):
            folders.contents.addWidget(part)
        tags = Section(self.tr("Tags"))
        for part in (self._filter, self._no_tags, self._names, self._every):
            tags.contents.addWidget(part)
        tags.contents.setSpacing(4)
        self._years_section = Section(self.tr("Years"))
        self._years_section.contents.addWidget(self._years)
        self._years_section.contents.addWidget(self._undated)
        self._inner = QWidget()
        column = QVBoxLayout(self._inner)
        column.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        column.setSpacing(SPACING)
        for part in (self._all, folders, self._years_section, self._review, tags):
            column.addWidget(part)
        column.addStretch()
        self._area = QScrollArea()
        self._area.setWidget(self._inner)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._area)
        self.setAccessibleName(self.tr("Library"))

    def _connect(self) -> None:
        self._pick(self._all, lambda _: self.all_chosen.emit())
        self._pick(self._roots, self.folder_chosen.emit)
        self._pick(self._names, self.tag_chosen.emit)
        self._pick(self._review, lambda _: self.review_chosen.emit())
        for rows in self._lists:
            rows.reached.connect(partial(self._scroll_to, rows))
        self._years.years_chosen.connect(lambda *_: self._choose_only(self._years))
        self._years.years_chosen.connect(self.years_chosen)
        self._years.cleared.connect(self.choose_all)
        self._years.cleared.connect(self.all_chosen)
        self._roots.menu_requested.connect(self._show_menu)
        self._roots.delete_requested.connect(self._remove)
        self._add.clicked.connect(self.folder_add_requested)
        self._filter.textChanged.connect(self._show_tag_rows)
        self._every.clicked.connect(self._toggle_every)

    def _pick(self, rows: RowList, picked: Callable[[object], None]) -> None:
        rows.picked.connect(lambda _: self._choose_only(rows))
        rows.picked.connect(picked)

    def _choose_only(self, kept: QWidget | None) -> None:
        for rows in self._lists:
            if rows is not kept:
                rows.choose(None)
        if self._years is not kept:
            self._years.choose(None)

    def _scroll_to(self, rows: RowList, position: QRect) -> None:
        top = rows.mapTo(self._inner, position.topLeft())
        self._area.ensureVisible(0, top.y() + position.height() // 2, 0, position.height())

    def _show_tag_rows(self) -> None:
        every = tag_rows(self._tags)
        filtered = self._filter.text().strip()
        rows = tag_rows(self._tags, filtered) if filtered else every
        if not filtered and not self._every_tag:
            rows = rows[:MOST_USED]
        self._names.show_rows(rows)
        self._filter.setVisible(len(every) >= FILTER_FROM or bool(filtered))
        self._no_tags.setVisible(not rows)
        self._no_tags.setText(
            self.tr("No tag is called that.")
            if filtered and every
            else self.tr("Tags come while photos are read.")
        )
        self._every.setVisible(len(every) > MOST_USED and not filtered)
        self._every.setText(
            self.tr("Show fewer")
            if self._every_tag
            else self.tr("Show all {count} tags").format(count=number(len(every)))
        )

    def _toggle_every(self) -> None:
        self._every_tag = not self._every_tag
        self._show_tag_rows()

    def _show_undated(self) -> None:
        undated = max(self._count - self._dated, 0)
        said = self.tr("{photos} without a date").format(photos=photos(undated))
        self._undated.setText(said)
        self._undated.setVisible(undated > 0)

    def _show_menu(self, path: Path, position: QPoint) -> None:
        self.folder_menu(path).popup(position)

    def folder_menu(self, path: Path) -> QMenu:
        """Build the context menu of a folder, deleted when it is closed."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        shown = QAction(self.tr("Show in folder"), menu)
        shown.setEnabled(not self._folder(path).root.offline)
        shown.triggered.connect(lambda: self.folder_show_requested.emit(path))
        removed = QAction(self.tr("Remove from library…"), menu)
        removed.setShortcut(QKeySequence(Qt.Key.Key_Delete))
        removed.triggered.connect(lambda: self._remove(path))
        menu.addActions([shown, removed])
        return menu

    def _remove(self, path: Path) -> None:
        self.folder_remove_requested.emit(self._folder(path).root.id)

    def _folder(self, path: Path) -> FolderSummary:
        return next(folder for folder in self._folders if folder.root.path == path)
