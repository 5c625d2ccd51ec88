"""Card of one search model: description, state and buttons."""

from PySide6.QtCore import QEvent, QLocale, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from photofind.gui.icons import icon
from photofind.gui.settings.downloads import Download
from photofind.gui.theme import FOCUS_PX, RADIUS, SPACING, theme_of
from photofind.gui.wording import localized, tr
from photofind.search_models import SearchModel

PROGRESS_STEPS = 1000


class ModelCard(QWidget):
    """Shows one search model.

    Signals:
        chosen: The model is to be used.
        download_requested: The download is to be started or resumed.
        pause_requested: The download is to be paused.
    """

    chosen = Signal()
    download_requested = Signal()
    pause_requested = Signal()

    def __init__(self, model: SearchModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._marked = False
        self._title = QLabel(localized(model.title))
        font = self._title.font()
        font.setWeight(QFont.Weight.DemiBold)
        self._title.setFont(font)
        self._state = _muted("")
        self._use = QPushButton()
        self._use.setCheckable(True)
        self._use.clicked.connect(self._choose)
        self._fetch = QPushButton()
        self._fetch.clicked.connect(lambda: self.download_requested.emit())
        self._pause = QPushButton(self.tr("Pause"))
        self._pause.clicked.connect(lambda: self.pause_requested.emit())
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Downloaded"))
        self._problem = QLabel()
        self._problem.setProperty("danger", True)
        self._hint = _muted("")
        for line in (self._problem, self._hint):
            line.setWordWrap(True)
        self._lay_out(model)

    def show_model(
        self, model: SearchModel, download: Download | None, *, chosen: bool, in_use: bool
    ) -> None:
        """Update the card to the model's current state."""
        self._marked = chosen
        name = localized(model.title)
        running = download is not None and download.error is None
        # When the focused button is hidden, its successor gets the focus.
        focused = any(one.hasFocus() for one in (self._use, self._fetch, self._pause))
        self._use.setVisible(model.present)
        self._use.setChecked(chosen)
        self._use.setText(self._use_words(chosen=chosen, in_use=in_use))
        self._use.setIcon(self._mark() if chosen else QIcon())
        self._use.setEnabled(not model.missing)
        self._use.setAccessibleName(f"{self._use.text()}: {name}")
        begun = model.downloaded_bytes > 0
        self._fetch.setText(self.tr("Resume") if begun else self.tr("Download"))
        self._fetch.setAccessibleName(f"{self._fetch.text()}: {name}")
        self._fetch.setVisible(not model.present and not running)
        self._pause.setAccessibleName(f"{self._pause.text()}: {name}")
        self._pause.setVisible(running)
        self._state.setText(self._state_words(model, download))
        self._show_progress(model, download)
        self._show_problem(model, download)
        if focused:
            self.focus_button()
        self.update()

    def focus_button(self) -> None:
        for button in (self._use, self._fetch, self._pause):
            if not button.isHidden():
                button.setFocus()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._marked:
            self._use.setIcon(self._mark())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(theme.surface))
        width = FOCUS_PX if self._marked else 1
        painter.setPen(QPen(QColor(theme.accent if self._marked else theme.hairline), width))
        inset = width / 2
        outline = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(outline, RADIUS, RADIUS)

    def _lay_out(self, model: SearchModel) -> None:
        note = _muted(localized(model.note))
        note.setWordWrap(True)
        facts = _muted(" · ".join(facts_of(model)))
        facts.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(2)
        for text in (self._title, note, facts):
            words.addWidget(text)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACING)
        for one in (self._state, self._use, self._fetch, self._pause):
            buttons.addWidget(one)
        card = QGridLayout(self)
        card.setContentsMargins(2 * SPACING, 12, 12, 12)
        card.setHorizontalSpacing(2 * SPACING)
        card.setVerticalSpacing(SPACING)
        card.setColumnStretch(0, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        card.addLayout(words, 0, 0)
        card.addLayout(buttons, 0, 1, Qt.AlignmentFlag.AlignTop)
        below: tuple[QWidget, ...] = (self._bar, self._problem, self._hint)
        for row, line in enumerate(below, start=1):
            card.addWidget(line, row, 0, 1, 2)

    def _use_words(self, *, chosen: bool, in_use: bool) -> str:
        if not chosen:
            return self.tr("Use this")
        return self.tr("In use") if in_use else self.tr("Chosen")

    def _state_words(self, model: SearchModel, download: Download | None) -> str:
        if model.present:
            return ""
        if download is not None and download.error is None:
            return self._running_words(download)
        whole = model.download_bytes
        if whole is None:
            return ""
        if model.downloaded_bytes:
            return self.tr("{done} of {total}").format(
                done=size(model.downloaded_bytes), total=size(whole)
            )
        return self.tr("{size} to download").format(size=size(whole))

    def _running_words(self, download: Download) -> str:
        if not download.done_bytes:
            return self.tr("Connecting …")
        if download.total_bytes is None:
            return size(download.done_bytes)
        if download.done_bytes >= download.total_bytes:
            return self.tr("Checking …")
        return self.tr("{done} of {total}").format(
            done=size(download.done_bytes), total=size(download.total_bytes)
        )

    def _show_progress(self, model: SearchModel, download: Download | None) -> None:
        running = download is not None and download.error is None
        self._bar.setVisible(running)
        if download is None or not running:
            return
        total = download.total_bytes
        # Without a total the bar moves to and fro.
        self._bar.setRange(0, PROGRESS_STEPS if total else 0)
        if total:
            self._bar.setValue(round(PROGRESS_STEPS * download.done_bytes / total))

    def _show_problem(self, model: SearchModel, download: Download | None) -> None:
        problem, hint = "", ""
        if download is not None and download.error is not None:
            problem, hint = download.error.message, download.error.hint
        elif model.missing:
            hint = self.tr("Needs an optional part of photofind first: {command}").format(
                command=model.missing
            )
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))

    def _mark(self) -> QIcon:
        return icon("check", theme_of(self.palette()).accent)

    def _choose(self) -> None:
        # A click on the checked button would uncheck it.
        self._use.setChecked(True)
        self.chosen.emit()


def facts_of(model: SearchModel) -> list[str]:
    """List languages, licence, and whether commercial use is allowed, as far as known."""
    facts = []
    if model.languages:
        facts.append(localized(model.languages))
    if model.licence:
        facts.append(tr("{name} licence").format(name=model.licence))
    match model.commercial:
        case True:
            facts.append(tr("commercial use allowed"))
        case False:
            facts.append(tr("for research, not for commercial use"))
        case None:
            facts.append(tr("for its licence, see where you got it"))
    return facts


def size(size_bytes: int) -> str:
    """Format a size in whole megabytes, or tenths of gigabytes."""
    digits = 0 if size_bytes < 1e9 else 1
    return QLocale().formattedDataSize(size_bytes, digits, QLocale.DataSizeFormat.DataSizeSIFormat)


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("muted", True)
    return label
