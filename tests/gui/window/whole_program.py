"""photofind itself, driven for a minute by a person who is in a hurry; says what was so.

python -m tests.gui.window.whole_program LIBRARY ALBUM
"""

import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QEventLoop, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from photofind.gui.app import run
from photofind.gui.main_window import MainWindow

PATIENCE_MS = 100_000


def _wait(until: Callable[[], bool]) -> None:
    deadline = QDeadlineTimer(PATIENCE_MS)
    while not until():
        assert not deadline.hasExpired()
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


def _searchable(window: MainWindow) -> int:
    outline = window.outline.latest
    return 0 if outline is None else outline.coverage.searchable


def _use(album: Path) -> None:
    (window,) = [one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow)]
    SEEN["first_run"] = window.first_run.page is not None
    assert window.first_run.page is not None
    window.first_run.page.skipped.emit()
    window.folders.add([album])
    count = sum(path.suffix == ".jpg" for path in album.rglob("*"))
    _wait(lambda: _searchable(window) == count)
    answers: list[object] = []
    window.search_runner.answered.connect(lambda _request, results: answers.append(results))
    window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(window.bar.field, "a house")
    _wait(lambda: bool(answers))
    SEEN["photos"] = window.model.rowCount()
    window.close()


SEEN: dict[str, object] = {}


def _main(library: Path, album: Path) -> None:
    def used(_app: QApplication) -> int:
        _use(album)
        return 0

    # Instead of the loop that ends when a person closes the window.
    QApplication.exec = used  # type: ignore[method-assign, assignment]
    SEEN["code"] = run(library)
    SEEN["torch"] = sorted(set(sys.modules) & {"torch", "open_clip"})
    SEEN["threads"] = [one.name for one in threading.enumerate()]
    children = Path(f"/proc/self/task/{threading.get_native_id()}/children")
    SEEN["children"] = children.read_text().split() if children.exists() else []
    sys.stdout.write(json.dumps(SEEN))


if __name__ == "__main__":
    _main(Path(sys.argv[1]), Path(sys.argv[2]))
