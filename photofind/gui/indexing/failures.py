"""Page of what failed: files that could not be read, and what could not be made of photos."""

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QObject, QSize, Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication, QKeyEvent, QKeySequence, QPalette, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from photofind.domain import Failure
from photofind.gui.elided_label import ElidedLabel
from photofind.gui.focus import forward_focus
from photofind.gui.icons import icon
from photofind.gui.indexing.failure_model import (
    FOLDER,
    NAME,
    FailureModel,
    FailuresByKind,
    Index,
    as_text,
    summary,
)
from photofind.gui.theme import SPACING, theme_of

FILTER_PX = 260

OPEN_UP_TO = 200
"""Groups with more files than this start collapsed, so that all groups are visible."""


class FailuresPage(QWidget):
    """Lists what failed with which files, and why; changes nothing about them.

    Signals:
        retry_requested: All that failed is to be tried again, whatever its kind.
        folder_requested: A file (`Path`) is to be shown in its folder.
        left: The page was left.
    """

    retry_requested = Signal()
    folder_requested = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._failures: FailuresByKind = {}
        self._model = FailureModel(self)
        self._heading = ElidedLabel()
        self._heading.setProperty("heading", True)
        self._filter = QLineEdit()
        self._filter.setPlaceholderText(self.tr("Filter by name, folder or reason"))
        self._filter.setAccessibleName(self.tr("Filter"))
        self._filter.setClearButtonEnabled(True)
        self._filter.textChanged.connect(self._narrow)
        self._filter.installEventFilter(self)
        self._list = _Tree(self._model)
        self._back = QPushButton(self.tr("Back"))
        self._back.clicked.connect(lambda: self.left.emit())
        self._retry = QPushButton(self.tr("Try again"))
        self._retry.setToolTip(self.tr("Tries all of this again"))
        self._retry.clicked.connect(lambda: self.retry_requested.emit())
        self._show = QPushButton(self.tr("Show in folder"))
        self._show.clicked.connect(self._request_folder)
        self._copy = QPushButton(self.tr("Copy list"))
        self._copy.clicked.connect(self._copy_list)
        self._empty = QLabel()
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setProperty("muted", True)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._list)
        self._pages.addWidget(self._empty)
        self._lay_out()
        self._list.selectionModel().selectionChanged.connect(lambda: self._enable())
        self._list.activated.connect(lambda _index: self._request_folder())
        self._add_keys()
        self._draw_icons()
        forward_focus(self, self._list)
        self.show_failures({})

    def show_failures(self, failures: FailuresByKind) -> None:
        """Replace the list; the selected file stays selected if it is still there."""
        selected = self._selected()
        self._failures = failures
        self._model.show(failures)
        self._refresh()
        if selected:
            self._list.select(selected[0])

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icons()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move the focus from the filter into the list on Down."""
        down = (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Down
        )
        if down and self._model.count:
            self._list.setFocus()
            return True
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        page = QVBoxLayout(self)
        page.setContentsMargins(3 * SPACING, 2 * SPACING, 3 * SPACING, 2 * SPACING)
        page.setSpacing(2 * SPACING)
        top = QHBoxLayout()
        top.setSpacing(2 * SPACING)
        top.addWidget(self._back)
        top.addWidget(self._heading)
        top.addStretch(1)
        # As wide as its hint where there is room; the heading is never cut for it.
        self._filter.setMaximumWidth(FILTER_PX)
        top.addWidget(self._filter, 100)
        page.addLayout(top)
        page.addWidget(self._pages, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACING)
        buttons.addWidget(self._retry)
        buttons.addStretch(1)
        buttons.addWidget(self._show)
        buttons.addWidget(self._copy)
        page.addLayout(buttons)

    def _add_keys(self) -> None:
        keys = {
            QKeySequence(QKeySequence.StandardKey.Find): self._filter.setFocus,
            QKeySequence(QKeySequence.StandardKey.Copy): self._copy_list,
            QKeySequence(Qt.Key.Key_Escape): self._step_back,
        }
        for sequence, does in keys.items():
            shortcut = QShortcut(sequence, self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(does)

    def _step_back(self) -> None:
        if self._filter.text():
            self._filter.clear()
        else:
            self.left.emit()

    def _draw_icons(self) -> None:
        text = theme_of(self.palette()).text
        self._back.setIcon(icon("left", text))
        self._retry.setIcon(icon("refresh", text))
        self._show.setIcon(icon("folder", text))

    def _narrow(self, text: str) -> None:
        self._model.narrow(text)
        self._refresh()

    def _refresh(self) -> None:
        some = bool(self._failures)
        self._heading.show_text(summary(self._failures))
        self._heading.setVisible(some)
        self._filter.setVisible(some)
        self._empty.setText(
            self.tr("No file here has that in its name, folder or reason.")
            if some
            else self.tr("Every photo could be read.")
        )
        self._pages.setCurrentWidget(self._list if self._model.count else self._empty)
        self._list.open_groups()
        self._enable()

    def _enable(self) -> None:
        for button in (self._retry, self._show, self._copy):
            button.setVisible(bool(self._failures))
        self._copy.setEnabled(self._model.count > 0)
        self._show.setEnabled(bool(self._selected()))

    def _selected(self) -> list[Failure]:
        found = (self._model.failure(index) for index in self._list.selected_rows())
        return [failure for failure in found if failure is not None]

    def _request_folder(self) -> None:
        selected = self._selected()
        if selected:
            self.folder_requested.emit(selected[0].path)

    def _copy_list(self) -> None:
        """Copy the selected files, or all that are shown where none is selected."""
        chosen = dict.fromkeys(
            failure
            for index in self._list.selected_rows()
            for failure in self._model.failures_of(index)
        )
        QGuiApplication.clipboard().setText(as_text(list(chosen) or self._model.all_shown()))


class _Tree(QTreeView):
    """Tree of groups and files, with uniform row heights so that ten thousand cost nothing."""

    def __init__(self, model: FailureModel) -> None:
        super().__init__()
        self._failures = model
        self.setModel(model)
        self.setUniformRowHeights(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setAccessibleName(self.tr("Files with problems"))
        self.setExpandsOnDoubleClick(False)
        self.setItemDelegate(_Rows(self))
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(FOLDER, QHeaderView.ResizeMode.Stretch)

    def open_groups(self) -> None:
        """Expand the short groups, and a single one whatever its length."""
        count = self._failures.rowCount()
        for row in range(count):
            index = self._failures.index(row, NAME)
            self.setFirstColumnSpanned(row, self.rootIndex(), True)
            self.setExpanded(index, count == 1 or self._failures.rowCount(index) <= OPEN_UP_TO)

    def selected_rows(self) -> list[QModelIndex]:
        return list(self.selectionModel().selectedRows(NAME))

    def select(self, failure: Failure) -> None:
        for group in range(self._failures.rowCount()):
            parent = self._failures.index(group, NAME)
            own = self._failures.failures_of(parent)
            if failure in own:
                index = self._failures.index(own.index(failure), NAME, parent)
                flag = QItemSelectionModel.SelectionFlag
                self.selectionModel().setCurrentIndex(index, flag.ClearAndSelect | flag.Rows)
                return


class _Rows(QStyledItemDelegate):
    """Delegate: groups bold, folders muted."""

    @override
    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        if not index.parent().isValid():
            option.font.setWeight(QFont.Weight.DemiBold)
        elif index.column() == FOLDER:
            muted = option.palette.color(QPalette.ColorRole.PlaceholderText)
            option.palette.setColor(QPalette.ColorRole.Text, muted)

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(super().sizeHint(option, index).width(), option.fontMetrics.height() + 10)
