"""Starts the window: one for each library, with its log, its hooks for bugs and its theme."""

import gc
import sys
from pathlib import Path

from PySide6.QtCore import QEvent, QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox

from photofind import __version__
from photofind.errors import LibraryBusyError, UserFacingError
from photofind.gui.bridge import Bridge
from photofind.gui.crash import BugCatcher, CrashDialog, log_to
from photofind.gui.main_window import MainWindow
from photofind.gui.single_instance import Doorkeeper, hand_over, server_name
from photofind.gui.theme import apply_theme, chosen_theme
from photofind.live import LiveLibrary
from photofind.paths import LibraryPaths, resource

SWITCH_S = 0.0005
"""How long a thread may work on while another one waits for its turn.

A frame takes the window's thread many turns, and each may have to wait for one of every lane: with
Python's 5 ms that adds up to stutters while photos are read.
"""


START_S = 20.0
"""How long another start may take to come up."""


def run(folder: Path, picture: Path | None = None) -> int:
    """Opens the window on a library and returns the exit code when it is closed.

    Args:
        picture: To be searched with at once.
    """
    name = server_name(folder)
    app = make_app()
    if hand_over(name, picture):
        return 0
    paths = LibraryPaths(folder)
    log = log_to(paths.log)
    catcher = BugCatcher()
    put_back = catcher.install()
    bridge = Bridge()
    try:
        library = LiveLibrary(folder, bridge.listen)
    except UserFacingError as error:
        # Two starts at once: the other one was quicker and listens by now.
        busy = isinstance(error, LibraryBusyError)
        if busy and hand_over(name, picture, patience_s=START_S):
            return 0
        _say_why_not(error)
        return 1
    apply_theme(app, chosen_theme(library.settings.theme))
    window = MainWindow(library, bridge)
    catcher.caught.connect(lambda report: CrashDialog(report, paths.log, window).open())
    doorkeeper = Doorkeeper(name)
    doorkeeper.asked.connect(window.open_asked)
    for changed in (app.styleHints().colorSchemeChanged, window.settings.changed):
        changed.connect(lambda _: apply_theme(app, chosen_theme(library.settings.theme)))
    window.show()
    library.start()
    if not library.folders():
        window.begin_first_run()
    if picture is not None:
        window.search_with(picture)
    favour_window()
    code = app.exec()
    doorkeeper.close()
    put_away(window, library)
    put_back()
    log.close()
    return code


def put_away(window: MainWindow, library: LiveLibrary) -> None:
    """Ends a window and its library before the application ends.

    Python would let them go in any order, and Qt crashes where a widget outlives the application.
    """
    window.close()
    # First the child: a lane that waits for it would be waited for.
    library.stop()
    window.close_lanes()
    library.close()
    window.deleteLater()
    QApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)


def favour_window() -> None:
    """Keeps the other threads, and the search for garbage, from holding up the window's thread."""
    sys.setswitchinterval(SWITCH_S)
    # What is there now stays until the end. Looked through again and again, its 120,000 objects
    # stop every thread for 80 ms.
    gc.freeze()


def make_app() -> QApplication:
    """The application with its name, language and nothing of a library yet."""
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


def _say_why_not(error: UserFacingError) -> None:
    box = QMessageBox()
    box.setWindowTitle("Photofind")
    box.setText(error.message)
    box.setInformativeText(error.hint)
    box.exec()
