"""First-run pages before there is a library: folders, search model, nothing else."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPalette, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from photofind.gui.first_run.folders import ChooseFolder, FoldersStep
from photofind.gui.folder_dialog import choose_folder
from photofind.gui.icons import pixmap
from photofind.gui.settings.models import SearchModelChooser
from photofind.gui.theme import SPACING, theme_of

PAGE_PX = 640
DOT_PX = 8
PROMISES_ICON_PX = 20


@dataclass(frozen=True, slots=True)
class FirstRunChoice:
    """Choices made in the first run; all may be empty.

    Attributes:
        search_model: By name; `None` where the step was skipped.
    """

    folders: tuple[Path, ...]
    search_model: str | None


class FirstRun(QWidget):
    """Three steps on one page, each of which can be skipped; `close_lanes` before it goes.

    Args:
        chooser: Of the search model, with the built-in one marked; this page's own from now on.
        suggested: A folder that probably holds photos, if it is there.

    Signals:
        finished: The last step was done (`FirstRunChoice`).
        demo_requested: The demo pictures are to be opened instead.
        skipped: All steps were skipped.
    """

    finished = Signal(object)
    demo_requested = Signal()
    skipped = Signal()

    def __init__(
        self,
        chooser: SearchModelChooser,
        suggested: Path | None,
        *,
        choose_folder: ChooseFolder = choose_folder,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._chooser = chooser
        self._model_skipped = False
        self._folders = FoldersStep(suggested, choose_folder=choose_folder)
        self._pages = QStackedWidget()
        self._heading = QLabel()
        self._heading.setProperty("heading", True)
        self._lead = QLabel()
        self._lead.setProperty("muted", True)
        for line in (self._heading, self._lead):
            line.setWordWrap(True)
        self._steps = (
            (
                self.tr("Where are your photos?"),
                self.tr("Photofind looks through these folders, and all folders in them."),
                self._folders,
            ),
            (
                self.tr("How good should the search be?"),
                self.tr("You can change this later in the settings."),
                _scrolled(chooser),
            ),
            (
                self.tr("It all stays with you"),
                self.tr("The search runs on this computer."),
                Promises(),
            ),
        )
        for _heading, _lead, page in self._steps:
            self._pages.addWidget(page)
        self._dots = Dots(len(self._steps))
        self._back = QPushButton(self.tr("Back"))
        self._back.clicked.connect(self.go_back)
        self._skip = QPushButton(self.tr("Skip"))
        self._skip.clicked.connect(self._skip_step)
        self._next = QPushButton()
        self._next.setProperty("primary", True)
        self._next.clicked.connect(self.go_on)
        self._demo = QPushButton(self.tr("Open the demo pictures"))
        self._demo.clicked.connect(lambda: self.demo_requested.emit())
        self._skip_all = QPushButton(self.tr("Skip all"))
        self._skip_all.clicked.connect(lambda: self.skipped.emit())
        for quiet in (self._skip, self._demo, self._skip_all):
            quiet.setProperty("quiet", True)
        self._lay_out()
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self.go_back)
        self._folders.changed.connect(self._folders_changed)
        self._show(0)

    @property
    def step(self) -> int:
        """Number of the current step, from 0."""
        return self._pages.currentIndex()

    def go_on(self) -> None:
        """Go to the next step; after the last one, finish."""
        if self.step == 1:
            self._model_skipped = False
        self._forward()

    def go_back(self) -> None:
        if self.step > 0:
            self._show(self.step - 1)

    def close_lanes(self) -> None:
        self._chooser.close_lanes()
        self._folders.close_lanes()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Click the focused button on Enter, or go on from anywhere else."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            on = self.focusWidget()
            (on if isinstance(on, QPushButton) else self._next).click()
        else:
            super().keyPressEvent(event)

    def _skip_step(self) -> None:
        """Go on as if this step had not been shown."""
        if self.step == 0:
            self._folders.clear()
        else:
            self._model_skipped = True
        self._forward()

    def _forward(self) -> None:
        if self.step + 1 < len(self._steps):
            self._show(self.step + 1)
            return
        model = None if self._model_skipped else self._chooser.chosen()
        self.finished.emit(FirstRunChoice(self._folders.folders(), model))

    def _show(self, step: int) -> None:
        heading, lead, page = self._steps[step]
        self._heading.setText(heading)
        self._lead.setText(lead)
        self._pages.setCurrentWidget(page)
        self._dots.show_step(step)
        self._refresh()
        if self._next.isEnabled():
            self._next.setFocus()
        else:
            self._folders.focus_first()

    def _folders_changed(self) -> None:
        could_go_on = self._next.isEnabled()
        self._refresh()
        if self._next.isEnabled() and not could_go_on:
            self._next.setFocus()

    def _refresh(self) -> None:
        last = self.step + 1 == len(self._steps)
        self._back.setVisible(self.step > 0)
        self._skip.setVisible(not last)
        self._next.setText(self.tr("Start") if last else self.tr("Next"))
        # Without folders there is nothing to go on with, only a step to skip.
        self._next.setEnabled(self.step > 0 or bool(self._folders.folders()))

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACING)
        buttons.addWidget(self._back)
        buttons.addStretch(1)
        buttons.addWidget(self._skip)
        buttons.addWidget(self._next)
        below = QHBoxLayout()
        below.addWidget(self._demo)
        below.addStretch(1)
        below.addWidget(self._skip_all)
        column = QVBoxLayout()
        column.setSpacing(SPACING)
        column.addWidget(self._heading)
        column.addWidget(self._lead)
        column.addSpacing(SPACING)
        column.addWidget(self._pages, 1)
        column.addSpacing(SPACING)
        column.addWidget(self._dots, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(buttons)
        column.addLayout(below)
        centred = QWidget()
        centred.setMaximumSize(PAGE_PX, PAGE_PX)
        centred.setLayout(column)
        row = QHBoxLayout(self)
        row.setContentsMargins(3 * SPACING, 2 * SPACING, 3 * SPACING, 2 * SPACING)
        row.addStretch(1)
        row.addWidget(centred, 100)
        row.addStretch(1)


class Promises(QWidget):
    """Page of what photofind never does."""

    def __init__(self) -> None:
        super().__init__()
        promises = (
            self.tr("Nothing leaves this computer."),
            self.tr("Your photos are never changed."),
            self.tr("What photofind makes for itself lies in a folder of its own."),
        )
        self._marks = [QLabel() for _ in promises]
        page = QVBoxLayout(self)
        page.setContentsMargins(0, SPACING, 0, 0)
        page.setSpacing(2 * SPACING)
        for mark, promise in zip(self._marks, promises, strict=True):
            said = QLabel(promise)
            said.setWordWrap(True)
            row = QHBoxLayout()
            row.setSpacing(12)
            row.addWidget(mark)
            row.addWidget(said, 1)
            page.addLayout(row)
        page.addStretch(1)
        self._draw()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()

    def _draw(self) -> None:
        accent = theme_of(self.palette()).accent
        for mark in self._marks:
            scale = self.devicePixelRatioF()
            mark.setPixmap(pixmap("check", accent, PROMISES_ICON_PX, scale))


class Dots(QWidget):
    """Progress through the steps, as dots."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count
        self._step = 0
        self.setFixedSize(self.sizeHint())

    def show_step(self, step: int) -> None:
        self._step = step
        self.setAccessibleName(
            self.tr("Step {step} of {count}").format(step=step + 1, count=self._count)
        )
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._count * 2 * DOT_PX, DOT_PX)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        rtl = self.isRightToLeft()
        for step in range(self._count):
            here = QPalette.ColorRole.Accent if step == self._step else QPalette.ColorRole.Mid
            painter.setBrush(self.palette().color(here))
            index = self._count - 1 - step if rtl else step
            painter.drawEllipse(index * 2 * DOT_PX + DOT_PX // 2, 0, DOT_PX, DOT_PX)


def _scrolled(widget: QWidget) -> QScrollArea:
    scroll = QScrollArea()
    scroll.setWidget(widget)
    scroll.setWidgetResizable(True)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    # Tab goes to the widgets in it, which scroll into view.
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return scroll
