"""The measurements of the window, each in a process of its own; `window.py` starts them.

Figures go to stdout as JSON.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TextIO

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication
from typing_extensions import override

from benchmarks.heartbeat import Figures, Heartbeat
from benchmarks.open_window import OpenWindow, Painted, Typist
from photofind.events import IndexFinished
from photofind.gui import app as photofind_app
from photofind.gui.main_window import MainWindow

QUERIES = (
    "dog",
    "two dogs playing",
    "child on a beach",
    "a man climbing a rock",
    "bicycle",
    "people in the snow",
    "girl in a red dress",
    "football players",
    "boat on the water",
    "a crowd in the street",
    "mountain",
    "horse",
    "from:2015 dog",
    "camera:canon a boy jumping",
    "sunset over the sea",
    "-from:2010 skateboard",
    "motorcycle race",
    "baby",
    "grass",
    "black and white",
)
PAGES = 400
"""Places that are looked at on the way through a library."""


class Start(QObject):
    """Waits in the queue of `photofind.gui.app.run` for the window that it opens."""

    def __init__(self, began_s: float, query: str) -> None:
        super().__init__()
        self._began_s = began_s
        self._query = query
        self.figures: Figures = {}
        QCoreApplication.postEvent(self, QEvent(QEvent.Type.User))

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.User:
            self._begin()
            return True
        return super().event(event)

    def _begin(self) -> None:
        self._note("event_loop_s")
        self._window = next(
            one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow)
        )
        self._window.installEventFilter(self)
        self._painted = Painted(self._window)
        self._seen = self._answered = False
        self._window.search_runner.answered.connect(self._note_answer)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and not self._seen:
            self._seen = True
            QTimer.singleShot(0, self._type)
        return False

    def _type(self) -> None:
        self._note("first_paint_s")
        self._painted.once(
            lambda: bool(self._window.model.rowCount()) and self._painted.whole(),
            lambda _: self.figures.setdefault("photos_s", time.monotonic() - self._began_s),
        )
        self._window.bar.offer_text(self._query)

    def _note_answer(self) -> None:
        QTimer.singleShot(0, self._end)

    def _end(self) -> None:
        self._note("usable_s")
        self._window.close()

    def _note(self, name: str) -> None:
        self.figures[name] = time.monotonic() - self._began_s


def start(library: Path, began_s: float) -> Figures:
    """Seconds from the start of the process; a query is typed as soon as anything is seen."""
    started = Start(began_s, QUERIES[0])
    photofind_app.run(library)
    return {**started.figures, "closed_s": time.monotonic() - began_s}


def reading(library: Path, photos: Path, explained: TextIO | None) -> Figures:
    """How the window answers while a folder is read and embedded, and tags are suggested."""
    opened = OpenWindow(library)
    reports: list[IndexFinished] = []
    opened.bridge.up_to_date.connect(lambda run: reports.extend([run] if run else []))
    # The child's start is the subject of another measurement.
    opened.children[-1].encodes_per_s  # noqa: B018 - waits until it has started
    heartbeat = Heartbeat(explained)
    heartbeat.start()
    opened.window.folders.add([photos])
    opened.wait_until(lambda: bool(reports))
    heard = heartbeat.stop()
    opened.close()
    embedded, seconds = reports[0].embedded, reports[0].seconds
    return {"photos": embedded, "photos_per_s": embedded / seconds, **heard}


def typing(library: Path, rounds: int, explained: TextIO | None) -> Figures:
    """From the last key to the painted answer, once everything is loaded."""
    opened = OpenWindow(library)
    _wait_until_quiet(opened)
    typist = Typist(opened)
    typist.ask(QUERIES[0])
    heartbeat = Heartbeat(explained)
    heartbeat.start()
    answers = [typist.ask(query) for _ in range(rounds) for query in QUERIES]
    heard = heartbeat.stop()
    opened.close()
    return {"answers": answers, "stalls": heard}


def memory(library: Path) -> Figures:
    """What is in memory at rest, after a look through all photos, and after searches."""
    opened = OpenWindow(library)
    _wait_until_quiet(opened)
    photos, figures = opened.window.model.rowCount(), {"at_rest": opened.memory()}
    _look_through(opened)
    figures["after_scrolling"] = opened.memory()
    typist = Typist(opened)
    for query in QUERIES:
        typist.ask(query)
    figures["after_searching"] = opened.memory()
    opened.close()
    return {"photos": photos, **figures}


def _look_through(opened: OpenWindow) -> None:
    bar = opened.window.photos.grid.verticalScrollBar()
    for page in range(1, PAGES + 1):
        bar.setValue(bar.maximum() * page // PAGES)
        opened.wait_for(opened.painted.whole)


def _wait_until_quiet(opened: OpenWindow) -> None:
    """All photos are shown, and the folders have been compared once."""
    finished: list[object] = []
    opened.bridge.up_to_date.connect(finished.append)
    opened.wait_until(lambda: bool(finished) and bool(opened.window.model.rowCount()))
    opened.wait_for(opened.painted.whole)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("measure", choices=("start", "reading", "typing", "memory"))
    parser.add_argument("library", type=Path)
    parser.add_argument("--photos", type=Path, help="a folder to be read")
    parser.add_argument("--began", type=float, help="when the process was started")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--explain", type=Path, metavar="FILE")
    return parser.parse_args()


def main() -> None:
    arguments = _arguments()
    explained = None if arguments.explain is None else arguments.explain.open("w", 1, "utf-8")
    match arguments.measure:
        case "start":
            figures = start(arguments.library, arguments.began)
        case "reading":
            figures = reading(arguments.library, arguments.photos, explained)
        case "typing":
            figures = typing(arguments.library, arguments.rounds, explained)
        case _:
            figures = memory(arguments.library)
    json.dump(figures, sys.stdout)


if __name__ == "__main__":
    main()
