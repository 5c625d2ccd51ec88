"""The window's own process stays light, never waits for the other, and leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tests.gui.window.conftest import ALBUM, OpenWindow
from tests.gui.window.hands import drop, press, search_for
from tests.support.warm_child import WarmChild


@contextmanager
def _held(pid: int) -> Iterator[None]:
    """A process does nothing, and answers nobody."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_that_photofind_starts_reads_searches_and_ends_without_a_trace(
    tmp_path: Path, album: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.gui.window.whole_program", tmp_path / "library", album],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        timeout=150,
        check=False,
    )

    assert done.returncode == 0, done.stderr.decode()
    seen = json.loads(done.stdout)
    assert seen == {
        "first_run": True,
        "photos": ALBUM,
        "code": 0,
        "torch": [],
        "threads": ["MainThread"],
        "children": [],
    }


def test_that_the_window_goes_on_while_the_other_process_is_stuck(
    opened: OpenWindow, warm_child: WarmChild, qtbot: QtBot, tmp_path: Path
) -> None:
    """Whatever waited for it on the window's thread would not return."""
    window = opened.window
    unknown = tmp_path / "unknown.png"
    QImage(64, 48, QImage.Format.Format_RGB32).save(str(unknown))
    window.photos.grid.setFocus()
    press(Qt.Key.Key_Home)

    with _held(warm_child.pid):
        press(Qt.Key.Key_Return)
        press(Qt.Key.Key_Right)
        press(Qt.Key.Key_I)
        press(Qt.Key.Key_R)
        qtbot.waitUntil(lambda: window.viewer.top_line.name_text != "", timeout=20_000)
        assert window.viewer.current == opened.shown()[1]
        press(Qt.Key.Key_Escape)
        search_for(window, "a house")
        # Typed text is embedded here.
        opened.wait(lambda: window.model.sure is not None)
        found = opened.shown()
        drop(window, [unknown])
        opened.wait(lambda: window.bar.busy_shown)
        assert opened.shown() == found

    opened.wait(lambda: not window.bar.busy_shown)
    assert [one.path for one in window.bar.request.query.pictures] == [unknown]
