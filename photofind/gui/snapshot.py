"""A picture of the real window on a library, taken without a display."""

import os
import time
from collections.abc import Callable
from pathlib import Path

# Read when Qt starts; a person who set it to something else gets that.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from photofind.errors import UserFacingError
from photofind.gui.app import make_app, shut_down
from photofind.gui.bridge import Bridge
from photofind.gui.main_window import FIRST_SIZE, MainWindow
from photofind.gui.theme import LIGHT, apply_theme
from photofind.live.library import LiveLibrary

LONGEST_WAIT_S = 120.0
SETTLE_S = 1.0
"""Time for thumbnails to fade in."""


def photograph_results(library_folder: Path, query: str, out: Path) -> None:
    """Open the window, type a query and save what is seen as a PNG.

    Raises:
        UserFacingError: The window did not answer in time.
    """
    app = make_app()
    apply_theme(app, LIGHT)
    bridge = Bridge()
    library = LiveLibrary(library_folder, bridge.post)
    window = MainWindow(library, bridge)
    answered: list[object] = []
    window.search_runner.answered.connect(lambda _request, results: answered.append(results))
    try:
        # Whatever size it had when it was closed last.
        window.resize(FIRST_SIZE)
        window.show()
        library.start()
        window.bar.offer_text(query)
        _wait(app.processEvents, lambda: bool(answered))
        window.photos.grid.setFocus()
        ends = time.monotonic() + SETTLE_S
        _wait(app.processEvents, lambda: time.monotonic() > ends)
        window.grab().save(str(out))
    finally:
        shut_down(window, library)


def _wait(process_events: Callable[[], None], until: Callable[[], bool]) -> None:
    ends = time.monotonic() + LONGEST_WAIT_S
    while not until():
        if time.monotonic() > ends:
            raise UserFacingError("The window did not answer in time.", "Try again.")
        process_events()
        time.sleep(0.005)
