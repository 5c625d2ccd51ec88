"""Status strip at the window's bottom: progress and problems."""

from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget
from typing_extensions import override

from photofind.errors import UserFacingError
from photofind.events import IndexPhase, IndexProgress
from photofind.gui.elided_label import ElidedLabel
from photofind.gui.icons import icon, pixmap
from photofind.gui.indexing.counting import SteadyNumber, padded, rate_in_words
from photofind.gui.indexing.failure_model import FailuresByKind, summary
from photofind.gui.theme import SPACING, theme_of
from photofind.gui.wording import duration, number, photos

STRIP_PX = 28
DOT_PX = 8

LISTED = 10
"""Most files named in a tooltip."""


class State(Enum):
    IDLE = "idle"
    WORKING = "working"
    STOPPED = "stopped"


class StatusStrip(QWidget):
    """Status of indexing, with buttons to pause it and to list what failed.

    Signals:
        pause_toggled: Indexing was paused (`True`) or resumed.
        failures_requested: The list of what failed is to be shown.
        retry_requested: Indexing is to be tried again after a stop.
    """

    pause_toggled = Signal(bool)
    failures_requested = Signal()
    retry_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = State.IDLE
        self._paused = False
        self._progress: IndexProgress | None = None
        self._photos: int | None = None
        self._rate = SteadyNumber()
        self._seconds_left = SteadyNumber()
        self._dot = _Dot()
        self._text = ElidedLabel()
        self._text.setFont(_counting_font(self.font()))
        self._hint = ElidedLabel()
        self._hint.setProperty("muted", True)
        self._retry = _word_button(self.tr("Try again"), self.retry_requested.emit)
        self._waiting = ElidedLabel()
        self._waiting.setProperty("muted", True)
        self._plug = QLabel()
        self._offline = ElidedLabel()
        self._offline.setProperty("muted", True)
        self._failures = _word_button("", self.failures_requested.emit)
        self._pause = QToolButton()
        self._pause.setProperty("quiet", True)
        self._pause.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._pause.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._pause.clicked.connect(self._toggle_pause)
        self._lay_out()
        self._draw_icons()
        self.setAccessibleName(self.tr("Status"))
        for optional in (self._hint, self._retry, self._waiting, self._plug, self._offline):
            optional.hide()
        self._failures.hide()
        self._refresh()

    @property
    def working(self) -> bool:
        """Whether progress is shown."""
        return self._state is State.WORKING

    def show_progress(self, progress: IndexProgress) -> None:
        if self._progress is None or progress.phase is not self._progress.phase:
            self._rate.reset()
            self._seconds_left.reset()
        self._progress = progress
        self._state = State.WORKING
        self._refresh()

    def show_up_to_date(self, photo_count: int | None) -> None:
        """Show that nothing is under way.

        Args:
            photo_count: Of the whole library; `None` where it has no folders.
        """
        self._state = State.IDLE
        self._progress = None
        self._photos = photo_count
        self._refresh()

    def show_paused(self, paused: bool) -> None:
        self._paused = paused
        if self._state is not State.STOPPED:
            self._refresh()

    def show_stopped(self, error: UserFacingError) -> None:
        self._state = State.STOPPED
        self._progress = None
        self._hint.show_text(error.hint)
        self._refresh(self.tr("Stopped: {message}").format(message=error.message))

    def show_waiting(self, files: Sequence[Path]) -> None:
        """Show how many files are still being written, and are read once they are whole."""
        one = self.tr("Waiting for 1 file that is still being copied")
        many = self.tr("Waiting for {count} files that are still being copied")
        said = one if len(files) == 1 else many.format(count=number(len(files)))
        self._show_note(self._waiting, said if files else "", _some_lines(files))

    def show_failures(self, failures: FailuresByKind) -> None:
        """Show how many files failed; nothing where none."""
        self._failures.setText(summary(failures))
        self._failures.setAccessibleName(
            self.tr("{said}. Shows which, and why.").format(said=self._failures.text())
        )
        self._failures.setVisible(bool(failures))

    def show_offline(self, names: Sequence[str]) -> None:
        """Show the names of folders or disks that are not connected."""
        match list(names):
            case []:
                said = ""
            case [name]:
                said = self.tr("‘{name}’ is not connected").format(name=name)
            case [first, second]:
                said = self.tr("‘{first}’ and ‘{second}’ are not connected")
                said = said.format(first=first, second=second)
            case several:
                said = self.tr("{count} folders are not connected")
                said = said.format(count=number(len(several)))
        self._show_note(self._offline, said, "\n".join(names))
        self._plug.setVisible(bool(said))

    @override
    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._height())

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icons()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QColor(theme_of(self.palette()).hairline))
        painter.drawLine(0, 0, self.width(), 0)

    def _lay_out(self) -> None:
        self.setFixedHeight(self._height())
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACING + 4, 1, SPACING, 0)
        row.setSpacing(SPACING)
        row.addWidget(self._dot)
        row.addWidget(self._text)
        # The message has the room it needs before hint and notes have any.
        for label in (self._hint, self._waiting, self._offline):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row.addWidget(self._hint, 100)
        row.addWidget(self._retry)
        row.addStretch(1)
        row.addWidget(self._waiting)
        row.addWidget(self._plug)
        row.addWidget(self._offline)
        self._row = row
        row.addWidget(self._failures)
        row.addWidget(self._pause)
        for button in (self._retry, self._failures, self._pause):
            button.setFixedHeight(self._height() - 2)
        # One width for both words: nothing moves when it is pressed.
        widths = []
        for paused in (False, True):
            self._name_pause(paused)
            widths.append(self._pause.sizeHint().width())
        self._pause.setFixedWidth(max(widths))

    def _show_note(self, label: ElidedLabel, said: str, tooltip: str) -> None:
        """Show a note in the room that the message and the buttons leave."""
        label.show_text(said, tooltip=tooltip)
        label.setVisible(bool(said))
        width = label.sizeHint().width()
        label.setMaximumWidth(width)
        self._row.setStretchFactor(label, width)

    def _height(self) -> int:
        """Return 28 px, and more where the system's font is large."""
        return max(STRIP_PX, self.fontMetrics().height() + 12)

    def _refresh(self, said: str | None = None) -> None:
        """Update all widgets; `said` replaces the text after a stop."""
        if said is not None:
            self._text.show_text(said)
        elif self._state is not State.STOPPED:
            self._text.show_text(self._progress_text())
        stopped = self._state is State.STOPPED
        self._hint.setVisible(stopped)
        self._retry.setVisible(stopped)
        self._pause.setVisible(not stopped)
        self._name_pause(self._paused)
        self._dot.colour(self._dot_role())

    def _progress_text(self) -> str:
        if self._progress is None:
            return self._idle_text()
        what, how_far = self._counted(self._progress)
        if self._paused:
            # Numbers do not change while paused, so they need no padding.
            how_far = " ".join(how_far.split())
            return self.tr("Paused · {how_far}").format(how_far=how_far)
        return self.tr("{what} {how_far}{speed}").format(
            what=what, how_far=how_far, speed=self._speed(self._progress)
        )

    def _idle_text(self) -> str:
        if self._paused:
            return self.tr("Paused")
        if self._photos is None:
            return ""
        return self.tr("Up to date · {photos}").format(photos=photos(self._photos))

    def _counted(self, progress: IndexProgress) -> tuple[str, str]:
        done = number(progress.done)
        what = {
            IndexPhase.FINDING: self.tr("Looking for photos …"),
            IndexPhase.THUMBNAILS: self.tr("Making thumbnails"),
            IndexPhase.EMBEDDING: self.tr("Reading photos"),
            IndexPhase.TAGS: self.tr("Suggesting tags"),
        }[progress.phase]
        if progress.phase is IndexPhase.FINDING:
            return what, self.tr("{count} found").format(count=done)
        if progress.total is None:
            return what, done
        total = number(progress.total)
        return what, self.tr("{done} of {total}").format(done=padded(done, total), total=total)

    def _speed(self, progress: IndexProgress) -> str:
        if progress.phase is not IndexPhase.EMBEDDING or progress.seconds_left is None:
            return ""
        rate = self._rate.next(progress.photos_per_s)
        left = duration(self._seconds_left.next(progress.seconds_left))
        return self.tr(" · {rate}/s · {time} left").format(rate=rate_in_words(rate), time=left)

    def _dot_role(self) -> QPalette.ColorRole:
        if self._state is State.STOPPED:
            return QPalette.ColorRole.BrightText
        if self._state is State.WORKING and not self._paused:
            return QPalette.ColorRole.Accent
        return QPalette.ColorRole.PlaceholderText

    def _toggle_pause(self) -> None:
        self.show_paused(not self._paused)
        self.pause_toggled.emit(self._paused)

    def _name_pause(self, paused: bool) -> None:
        self._pause.setText(self.tr("Resume") if paused else self.tr("Pause"))
        about = self.tr("Go on reading photos") if paused else self.tr("Hold reading for a while")
        self._pause.setToolTip(about)
        self._pause.setAccessibleName(about)
        colour = theme_of(self.palette()).text
        self._pause.setIcon(icon("play" if paused else "pause", colour))

    def _draw_icons(self) -> None:
        muted = theme_of(self.palette()).muted
        self._plug.setPixmap(pixmap("plug", muted, scale=self.devicePixelRatioF()))
        self._name_pause(self._paused)


class _Dot(QWidget):
    """Disc in a colour of the palette; says nothing that the text does not."""

    def __init__(self) -> None:
        super().__init__()
        self._role = QPalette.ColorRole.PlaceholderText
        self.setFixedSize(DOT_PX, DOT_PX)

    def colour(self, role: QPalette.ColorRole) -> None:
        self._role = role
        self.update()

    @property
    def role(self) -> QPalette.ColorRole:
        return self._role

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(self._role))
        painter.drawEllipse(self.rect())


def _some_lines(files: Sequence[Path]) -> str:
    """List the first files for a tooltip."""
    more = ["…"] if len(files) > LISTED else []
    return "\n".join([*map(str, files[:LISTED]), *more])


def _word_button(word: str, pressed: Callable[[], None]) -> QToolButton:
    button = QToolButton()
    button.setText(word)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setProperty("quiet", True)
    button.clicked.connect(lambda: pressed())
    return button


def _counting_font(font: QFont) -> QFont:
    """Enable tabular digits, where the font has them."""
    font.setFeature(QFont.Tag("tnum"), 1)
    return font
