"""Start the window: one for each library, with its log, its hooks for bugs and its theme."""

import gc
import logging
import platform
import sys
from pathlib import Path

from PySide6.QtCore import QEvent, QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox

from photofind import __version__
from photofind.errors import CatalogueDamagedError, UserFacingError
from photofind.gui.bridge import Bridge
from photofind.gui.crash import BugCatcher, CrashDialog
from photofind.gui.main_window import MainWindow
from photofind.gui.restore_dialog import offer_copies
from photofind.gui.single_instance import InstanceServer, address_of, open_or_hand_over
from photofind.gui.theme import apply_theme, chosen_theme
from photofind.live.library import LiveLibrary
from photofind.logs import Logging
from photofind.paths import LibraryPaths, resource

_PYTHON = platform.python_version()

SWITCH_S = 0.0005
"""Interval at which Python switches between threads that hold its lock.

A frame needs the lock many times, and each time may wait for a thread of every lane: with Python's
5 ms that adds up to stutters while photos are read.
"""

_log = logging.getLogger(__name__)


def run(folder: Path, picture: Path | None = None, *, verbose: bool = False) -> int:
    """Open the window on a library and return the exit code when it is closed.

    Args:
        picture: To be searched with at once.
        verbose: Log everything to stderr as well.
    """
    app = make_app()
    paths = LibraryPaths(folder.absolute())
    bridge = Bridge()
    with Logging(verbose=verbose) as logging_:
        logging_.to_library(paths.log)
        try:
            library = _open_library(folder, bridge, picture)
        except UserFacingError as error:
            _log.error("The window cannot be opened.", exc_info=True)
            _show_error(error)
            return 1
        if library is None:
            return 0
        _log.info("Opened the window of photofind %s, Python %s.", __version__, _PYTHON)
        return _run_window(app, library, bridge, picture)


def _open_library(folder: Path, bridge: Bridge, picture: Path | None) -> LiveLibrary | None:
    """Open a library, after putting back a copy where a person wants that.

    Returns:
        `None` where another window has it, which comes to the front.
    """
    address = address_of(folder)
    while True:
        try:
            return open_or_hand_over(lambda: LiveLibrary(folder, bridge.post), address, picture)
        except CatalogueDamagedError as error:
            if not offer_copies(LibraryPaths(folder), error):
                raise


def _run_window(
    app: QApplication, library: LiveLibrary, bridge: Bridge, picture: Path | None
) -> int:
    catcher = BugCatcher()
    uninstall_catcher = catcher.install()
    apply_theme(app, chosen_theme(library.settings.theme))
    window = MainWindow(library, bridge)
    catcher.caught.connect(lambda report: CrashDialog(report, library.paths.log, window).open())
    server = InstanceServer(address_of(library.paths.folder))
    server.requested.connect(window.handle_open_request)
    for changed in (app.styleHints().colorSchemeChanged, window.settings.changed):
        changed.connect(lambda _: apply_theme(app, chosen_theme(library.settings.theme)))
    window.show()
    library.start()
    if not library.catalogue.roots.summaries():
        window.first_run.begin()
    if picture is not None:
        window.search_with(picture)
    prioritize_window()
    code = app.exec()
    server.close()
    shut_down(window, library)
    uninstall_catcher()
    return code


def shut_down(window: MainWindow, library: LiveLibrary) -> None:
    """Close a window and its library before the application ends.

    Python would let them go in any order, and Qt crashes where a widget outlives the application.
    """
    window.close()
    # First the child: a lane that waits for it would be waited for.
    library.stop()
    window.close_lanes()
    library.close()
    window.deleteLater()
    QApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)


def prioritize_window() -> None:
    """Keep other threads and garbage collection from holding up the window's thread."""
    sys.setswitchinterval(SWITCH_S)
    # What is there now stays until the end. Looked through again and again, its 120,000 objects
    # stop every thread for 80 ms.
    gc.freeze()


def make_app() -> QApplication:
    """Make the application with its name and language, and nothing of a library yet."""
    QGuiApplication.setDesktopFileName("photofind")
    app = QApplication(sys.argv[:1])
    app.setApplicationName("photofind")
    app.setApplicationDisplayName("Photofind")
    app.setApplicationVersion(__version__)
    for folder, prefix in (
        (Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)), "qtbase"),
        (resource("translations"), "photofind"),
    ):
        translator = QTranslator(app)
        if translator.load(QLocale(), prefix, "_", str(folder)):
            app.installTranslator(translator)
    return app


def _show_error(error: UserFacingError) -> None:
    box = QMessageBox()
    box.setWindowTitle("Photofind")
    box.setText(error.message)
    box.setInformativeText(error.hint)
    box.exec()
