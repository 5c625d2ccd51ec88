"""An open window over a large library and a small folder, and a clock for what a change causes."""

import os
import queue
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from PIL import Image
from PySide6.QtWidgets import QApplication

from benchmarks.open_window import OpenWindow
from benchmarks.recorded_clip import CHILD
from photofind.domain import PhotoId
from photofind.evaluation.drawn_scenes import draw_scene
from photofind.events import Event, LibraryUpToDate
from photofind.indexing.compare import RACY_NS
from photofind.indexing.indexer import Indexer
from photofind.library import Library
from photofind.paths import LibraryPaths
from photofind.photos.fingerprint import fingerprint
from photofind.store.database import Database

RESIDENTS = 20
"""Photos in the small folder that nothing happens to."""

QUIET_CPU_S = 0.08
EXIF_IFD, TAKEN_AT = 0x8769, 36867

Figures = dict[str, Any]


@dataclass
class Clock:
    """When what happened; `time.monotonic`, seconds."""

    run_began: float | None = None
    writer: list[tuple[float, float]] = field(default_factory=list)

    @property
    def began(self) -> float:
        """Of the first run."""
        assert self.run_began is not None
        return self.run_began

    def clear(self) -> None:
        self.run_began, self.writer = None, []

    def watch(self) -> None:
        """From now on notes runs over a part of the library, and every transaction of a writer."""
        run, writing, clock = Indexer.run, Database.writing, self

        def noted_run(indexer: Indexer, *arguments: Any, **named: Any) -> Any:
            clock.run_began = clock.run_began or time.monotonic()
            return run(indexer, *arguments, **named)

        @contextmanager
        def noted_writing(database: Database) -> Iterator[sa.Connection]:
            with writing(database) as connection:
                began = time.monotonic()
                yield connection
            clock.writer.append((began, time.monotonic()))

        # Both are wrapped for the time of the measurement.
        Indexer.run = noted_run  # type: ignore[assignment, method-assign]
        Database.writing = noted_writing  # type: ignore[assignment, method-assign]


class Finder:
    """Searches on a thread of its own whenever the library has told of something.

    Args:
        found: Whether a search finds now what it should.
    """

    def __init__(self, told: "queue.SimpleQueue[bool | None]", found: Callable[[], bool]) -> None:
        self._told = told
        self._found = found
        self.at: float | None = None
        self.cpu_s = self.read_bytes = 0.0
        self._thread = threading.Thread(target=self._run, name="finder")
        self._thread.start()

    @property
    def found_at(self) -> float:
        assert self.at is not None
        return self.at

    def stop(self) -> None:
        self._told.put(None)
        self._thread.join()

    def _run(self) -> None:
        while self._told.get() is not None:
            looked_at = time.monotonic()
            if self.at is None and self._found():
                self.at = looked_at
        self.cpu_s = time.thread_time()
        self.read_bytes = _read_bytes("thread-self")


class Change:
    """One change and everything that follows from it.

    Args:
        do: Makes it happen.
        found: Whether a search shows it.
        counted: Whether what the panel shows agrees.
        drawn: Whether the grid does.
    """

    def __init__(
        self,
        measured: "MeasuredWindow",
        do: Callable[[], None],
        found: Callable[[], bool],
        counted: Callable[[], bool],
        drawn: Callable[[], bool],
    ) -> None:
        self._measured = measured
        self._do = do
        self._found = found
        self._checks = {"counted": counted, "drawn": drawn}
        self._at: dict[str, float] = {}

    def look(self, _: object = None) -> None:
        """Something in the window is different now."""
        for name, so in self._checks.items():
            if name not in self._at and so():
                self._at[name] = time.monotonic()

    def measure(self, *, watched: bool) -> Figures:
        """Milliseconds from the change, or from the run that the watcher began because of it."""
        measured = self._measured
        measured.clock.clear()
        finder = Finder(measured.told, self._found)
        cpu_s, read = time.process_time(), _read_bytes("self")
        measured.changes.append(self)
        began = time.monotonic()
        self._do()
        measured.opened.wait_until(lambda: finder.at is not None and len(self._at) == 2)
        self._at["done"], end_cpu_s = measured.wait_until_quiet()
        measured.changes.remove(self)
        finder.stop()
        self._at["searchable"] = finder.found_at
        if watched:
            waited_s, began = measured.clock.began - began, measured.clock.began
        else:
            waited_s = 0.0
        held = [end - start for start, end in measured.clock.writer]
        return {
            **{name: 1000 * (at - began) for name, at in self._at.items()},
            "watcher": 1000 * waited_s,
            "cpu": 1000 * (end_cpu_s - cpu_s - finder.cpu_s),
            "writer_longest": 1000 * max(held),
            "writer": 1000 * sum(held),
            "read": _read_bytes("self") - read - finder.read_bytes,
        }


class MeasuredWindow:
    """An open window over a large library and a small folder beside it; close it after use.

    Attributes:
        photos: The small folder.
        told: What a `Finder` waits for.
        changes: Those that are looked at whenever something in the window is different.
        total_before: Photos there are before any change.
    """

    def __init__(self, folder: Path) -> None:
        self.library, self.photos = folder / "library", folder / "one change"
        self.staging = folder / "staging"
        for place in (self.photos, self.staging):
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
        self._seed = time.time_ns() % 2**31
        for number in range(RESIDENTS):
            self.draw(2000).rename(self.photos / f"resident {number}.jpg")
        with Library(self.library, write=True) as library:
            library.add_roots([self.photos])
        # What was written a moment ago is read again.
        time.sleep(RACY_NS / 1e9)
        self.clock = Clock()
        self.clock.watch()
        self.told: queue.SimpleQueue[bool | None] = queue.SimpleQueue()
        self.changes: list[Change] = []
        self.finished = 0
        self.opened = OpenWindow(self.library, child_module=CHILD, listener=self._hear)
        # A caret that blinks is no work that follows a change.
        QApplication.setCursorFlashTime(0)
        self._connect()
        self._catalogue = sqlite3.connect(LibraryPaths(self.library).catalogue)
        self.opened.wait_until(lambda: self.finished > 0)
        self.wait_until_quiet()
        self.total_before = self.opened.library.catalogue.photos.counts().photos_with_files

    def _hear(self, event: Event) -> None:
        self.told.put(True)
        self.finished += isinstance(event, LibraryUpToDate)

    def _connect(self) -> None:
        window, bridge = self.opened.window, self.opened.bridge
        model = window.model
        for signal in (
            window.outline.read,
            window.tags.tags_known,
            bridge.photos_changed,
            model.modelReset,
            model.rowsInserted,
            model.rowsRemoved,
        ):
            signal.connect(self._look)
        window.tags.changed.connect(lambda _: self.told.put(True))

    def _look(self, *_: object) -> None:
        for change in list(self.changes):
            change.look()

    def close(self) -> None:
        self._catalogue.close()
        self.opened.close()
        shutil.rmtree(self.photos)
        shutil.rmtree(self.staging)

    def wait_until_quiet(self) -> tuple[float, float]:
        """When the last work ended, and the processor time until then, seconds."""
        ends = [(time.monotonic(), time.process_time())]

        def quiet() -> bool:
            now, cpu_s = time.monotonic(), time.process_time()
            if cpu_s - ends[0][1] > QUIET_CPU_S * max(1.0, now - ends[0][0]):
                ends[0] = (now, cpu_s)
            return now - ends[0][0] >= 1

        self.opened.wait_until(quiet)
        return ends[0]

    def draw(self, year: int) -> Path:
        """A picture that nobody has seen, taken in this year."""
        self._seed += 1
        path = self.staging / f"{self._seed}.jpg"
        exif = Image.Exif()
        exif.get_ifd(EXIF_IFD)[TAKEN_AT] = f"{year}:05:06 07:08:09"
        draw_scene(self._seed, (400, 300)).image.save(path, exif=exif)
        # As a copied photo, it was not written just now.
        os.utime(path, (1_500_000_000, 1_500_000_000))
        return path

    def photo_id(self, picture: Path) -> PhotoId | None:
        """Of a picture that was drawn here, once it is in the catalogue."""
        content = fingerprint(picture.read_bytes())
        row = self._catalogue.execute("SELECT id FROM photos WHERE fingerprint = ?", (content,))
        found = row.fetchone()
        return None if found is None else PhotoId(found[0])

    def finds(self, picture: Path, where: Path) -> bool:
        """Whether the best hit for a picture lies at a path."""
        library = self.opened.library
        best = library.search.find_like(picture).rows.photo_ids[:1].tolist()
        paths = library.catalogue.photos.shown_paths([PhotoId(one) for one in best])
        return where in paths

    def holds(self, picture: Path) -> bool:
        """Whether the grid does."""
        photo_id = self.photo_id(picture)
        return photo_id is not None and bool(
            np.any(self.opened.window.model.rows.photo_ids == photo_id)
        )

    def is_tagged(self, picture: Path, name: str) -> bool:
        photo_id = self.photo_id(picture)
        tags = self.opened.library.catalogue.tags
        return photo_id is not None and name in [one.name for one in tags.of([photo_id])[0]]

    def counts(self, total: int, years: dict[int, int], tag: str | None = None) -> bool:
        """Whether the panel says so: all photos, those of this folder, of some years, of a tag."""
        outline = self.opened.window.outline.latest
        if outline is None:
            return False
        here = next(one.photos for one in outline.folders if one.root.path == self.photos)
        return (
            outline.photos == total
            and here == RESIDENTS + total - self.total_before
            and all(outline.years.get(year, 0) == count for year, count in years.items())
            and (tag is None or any(one.name == tag and one.confirmed for one in outline.tags))
        )


def _read_bytes(process: str) -> int:
    counters = Path(f"/proc/{process}/io").read_text("ascii").splitlines()
    return int(counters[0].removeprefix("rchar: "))
