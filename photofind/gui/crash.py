"""Bugs: logged, and shown with a report that can be copied.

What the environment did is a `UserFacingError` and is shown where it is caught; all other
exceptions end here, from any thread.
"""

import logging
import platform
import sys
import threading
import traceback
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from photofind.gui.theme import SPACING
from photofind.logs import tail

_log = logging.getLogger(__name__)


class BugCatcher(QObject):
    """Catches every unexpected exception, once installed.

    Signals:
        caught: The report of one, on the thread this object lives on.
    """

    caught = Signal(str)

    def install(self) -> Callable[[], None]:
        """Install, and return what puts things back as they were."""
        before = sys.excepthook, threading.excepthook
        sys.excepthook = self._catch
        threading.excepthook = self._catch_in_thread

        def uninstall() -> None:
            sys.excepthook, threading.excepthook = before

        return uninstall

    def _catch(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QGuiApplication.quit()
            return
        report = bug_report("".join(traceback.format_exception(kind, error, trace)))
        _log.critical("A bug was met.", exc_info=(kind, error, trace))
        self.caught.emit(report)

    def _catch_in_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self._catch(args.exc_type, args.exc_value, args.exc_traceback)


def bug_report(trace: str) -> str:
    """Write what a person can send; names no photo but those in the trace itself."""
    about = [
        f"photofind {version('photofind')}, Python {platform.python_version()}",
        f"PySide6 {version('PySide6_Essentials')}, {platform.platform()}",
    ]
    return "\n".join([*about, "", trace.strip(), ""])


class CrashDialog(QDialog):
    """Say that there is a bug and what to do with the report.

    Args:
        log: Its last lines are part of the report.
    """

    def __init__(self, report: str, log: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Something went wrong"))
        self.resize(680, 440)
        heading = QLabel(self.tr("Photofind made a mistake"))
        heading.setProperty("heading", True)
        about = QLabel(
            self.tr(
                "Your photos and tags are safe. You can go on; if things look odd, start photofind "
                "again. The report below says what happened. It stays on this computer unless you "
                "send it to somebody."
            )
        )
        about.setWordWrap(True)
        report = f"{report}\n{tail(log)}"
        self._report = QPlainTextEdit(report)
        self._report.setReadOnly(True)
        self._report.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._report.setAccessibleName(self.tr("Report"))
        copy = QPushButton(self.tr("Copy report"))
        copy.setProperty("primary", True)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(report))
        folder = QPushButton(self.tr("Show log file"))
        folder.clicked.connect(
            lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(log.parent)))
        )
        buttons = QDialogButtonBox()
        buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(folder, QDialogButtonBox.ButtonRole.ActionRole)
        close = buttons.addButton(self.tr("Go on"), QDialogButtonBox.ButtonRole.RejectRole)
        close.setDefault(True)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(3 * SPACING,) * 4)
        layout.setSpacing(2 * SPACING)
        for part in (heading, about, self._report, buttons):
            layout.addWidget(part)
