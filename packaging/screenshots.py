"""Pictures of every state of the window, taken of the real thing on drawn pictures.

    python packaging/screenshots.py --out docs/screenshots

Each theme and scale runs in a process of its own, offscreen. Everything that is seen was done by
the program: pictures drawn, read by the child process, searched, tagged.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from photofind.domain import PhotoId
from photofind.store.tag_decisions import TagChanges

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap

    from photofind.domain import Box

THEMES = ("light", "dark")
SCALES = (1, 2)
PICTURES = 240
ON_BACKUP = 48
SIZE = (1180, 760)
LONGEST_WAIT_S = 120
QUALITY = 90


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--theme", choices=THEMES)
    parser.add_argument("--scale", type=int, choices=SCALES)
    parser.add_argument("--work", type=Path, help="Where pictures and library are kept.")
    asked = parser.parse_args()
    if asked.theme is not None and asked.scale is not None and asked.work is not None:
        _take_all(asked.out, asked.theme, asked.scale, asked.work)
        return
    # Its name is seen in the pictures.
    work = Path(tempfile.gettempdir()) / "Family"
    try:
        for theme in THEMES:
            for scale in SCALES:
                _run_itself(asked.out, theme, scale, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _run_itself(out: Path, theme: str, scale: int, work: Path) -> None:
    command = [sys.executable, __file__, "--out", str(out), "--work", str(work)]
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "QT_SCALE_FACTOR": str(scale),
        # The desktop's own wishes (reduced motion, fonts) are not to be seen in them.
        "LC_ALL": "C.UTF-8",
    }
    subprocess.run([*command, "--theme", theme, "--scale", str(scale)], env=environment, check=True)


def _take_all(out: Path, theme: str, scale: int, work: Path) -> None:
    # Only here: the scale is read when Qt starts.
    from photofind.evaluation.drawn_album import draw_album

    album = draw_album(work / "drawn", PICTURES + ON_BACKUP)
    for name in ("Photos", "Backup SSD", f"library {theme} {scale}"):
        shutil.rmtree(work / name, ignore_errors=True)
    photos, backup = work / "Photos", work / "Backup SSD"
    shutil.copytree(album, photos)
    (backup / "Garden").mkdir(parents=True)
    for picture in sorted(photos.rglob("*.jpg"), key=lambda path: path.name)[PICTURES:]:
        picture.rename(backup / "Garden" / picture.name)
    _break_some(photos)
    Screenshots(out, theme, scale, work / f"library {theme} {scale}").take(photos, backup)


def _break_some(photos: Path) -> None:
    whole = sorted(photos.rglob("*.jpg"))[0].read_bytes()
    old = photos / "Old card"
    old.mkdir()
    (old / "DSC_0412.jpg").write_bytes(whole[: len(whole) // 3])
    (old / "DSC_0413.jpg").write_bytes(whole[: len(whole) // 2])
    (old / "scan-1998.tif").write_bytes(b"II*\0" + bytes(40))
    (old / "holiday.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))


class Screenshots:
    """One theme at one scale.

    Args:
        library: The folder of a library that is not there yet.
    """

    def __init__(self, out: Path, theme: str, scale: int, library: Path) -> None:
        from photofind.gui.app import make_app
        from photofind.gui.bridge import Bridge
        from photofind.gui.main_window import MainWindow
        from photofind.gui.theme import apply_theme, chosen_theme
        from photofind.live.library import LiveLibrary

        self._suffix = theme + ("@2x" if scale == 2 else "")
        self._out = out
        self._app = make_app()
        apply_theme(self._app, chosen_theme(theme))
        self._bridge = Bridge()
        self._searchable = 0
        self._bridge.searchable_changed.connect(self._note_searchable)
        self._library = LiveLibrary(library, self._bridge.post)
        self._window = MainWindow(self._library, self._bridge)
        self._window.resize(*SIZE)
        self._window.show()
        self._library.start()

    def take(self, photos: Path, backup: Path) -> None:
        from photofind.gui.app import shut_down

        try:
            self._first_run()
            self._indexing(photos, backup)
            self._results()
            self._viewer()
            self._region()
            self._review()
            self._settings()
            self._unreadable()
            self._same_photo(photos)
            self._offline(backup)
        finally:
            shut_down(self._window, self._library)

    def _first_run(self) -> None:
        window = self._window
        self._shoot("empty")
        window.first_run.begin()
        page = window.first_run.page
        assert page is not None
        self._shoot("first-run")
        page.go_on()
        self._pass(1.0)
        self._shoot("first-run-search-model")
        page.skipped.emit()

    def _indexing(self, photos: Path, backup: Path) -> None:
        window = self._window
        self._library.folders.add([photos, backup])
        self._wait(lambda: window.model.rowCount() >= PICTURES // 3)
        self._pass(0.3)
        self._shoot("indexing")
        everything = PICTURES + ON_BACKUP
        self._wait(lambda: self._searchable >= everything)
        self._wait(lambda: window.outline.latest is not None)
        window.search_runner.show_all()
        self._pass(1.5)
        self._shoot("all-photos")

    def _results(self) -> None:
        self._search("a boat on the sea")
        self._shoot("results")
        boat = self._window.model.photo_id(0)
        (path,) = self._library.catalogue.photos.shown_paths([boat])
        self._search(f'a beach 2:umbrella - sunset image:"{path}" ')
        self._shoot("composed")
        self._search("a piano")
        self._shoot("best-guesses")
        self._search("a city with tall buildings from:2018 -folder:Winter ")
        self._shoot("filters")

    def _viewer(self) -> None:
        window = self._window
        self._search("a snowman")
        photo = window.model.photo_id(0)
        self._photo = photo
        self._library.catalogue.tags.decide([photo], TagChanges(added=("holidays",)))
        self._library.catalogue.tags.decide([photo], TagChanges(added=("Anna's birthday",)))
        window.navigation.open_photo(photo)
        window.viewer.show_details(True)
        self._pass(2.0)
        self._shoot("viewer")

    def _region(self) -> None:
        from PySide6.QtCore import QPoint, Qt
        from PySide6.QtTest import QTest

        window = self._window
        window.viewer.show_details(False)
        self._pass(1.0)
        window.viewer.region_requested.emit()
        around = window.viewer.canvas.to_view(self._snowman()).toRect()
        gap = QPoint(8, 8)
        left = Qt.MouseButton.LeftButton
        QTest.mousePress(window.region, left, pos=around.topLeft() - gap)
        QTest.mouseMove(window.region, around.center())
        QTest.mouseMove(window.region, around.bottomRight() + gap)
        QTest.mouseRelease(window.region, left, pos=around.bottomRight() + gap)
        self._wait(lambda: len(window.region.card.names) >= 5)
        self._pass(1.5)
        self._shoot("region")
        window.region.card.find_requested.emit()
        self._pass(3.0)
        self._shoot("region-elsewhere")

    def _snowman(self) -> "Box":
        """Where the drawing has one, in the photo that is open."""
        from photofind.evaluation.drawn_album import scene_of

        path = self._library.catalogue.photos.shown_paths([self._photo])[0]
        return next(thing.box for thing in scene_of(path).objects if thing.label == "snowman")

    def _review(self) -> None:
        window = self._window
        window.panel.review_chosen.emit()
        self._pass(2.0)
        self._shoot("tag-review")
        window.navigation.show_photos()

    def _settings(self) -> None:
        window = self._window
        window.settings.open()
        self._pass(1.5)
        dialog = window.settings.dialog
        assert dialog is not None
        self._save(dialog.grab(), "settings")
        dialog.reject()

    def _unreadable(self) -> None:
        self._window.navigation.show_middle(self._window.failures)
        self._pass(0.5)
        self._shoot("unreadable")
        self._window.navigation.show_photos()

    def _same_photo(self, photos: Path) -> None:
        """A tagged photo goes, and comes back smaller and under another name."""
        from PIL import Image

        from photofind.gui.search.request import SearchRequest

        catalogue, window = self._library.catalogue, self._window
        ids = [int(one) for one in catalogue.photos.all_rows().photo_ids]
        found = catalogue.photos.paths([PhotoId(one) for one in ids])
        photo, path = next(
            (photo, paths[0])
            for photo, paths in found.items()
            if paths[0].is_relative_to(photos) and photo != self._photo
        )
        for name in ("Anna's birthday", "at the lake"):
            catalogue.tags.decide([photo], TagChanges(added=(name,)))
        self._library.pause()
        with Image.open(path) as picture:
            picture.reduce(2).save(path.with_name("from Anna.jpg"), quality=80)
        path.unlink()
        self._library.resume()
        self._wait(window.same_photo.isVisible)
        window.bar.submit(SearchRequest())
        self._pass(1.5)
        self._shoot("same-photo")
        (offer,) = catalogue.continuity.offers()
        catalogue.continuity.decline(offer.id)
        window.offers.read()

    def _offline(self, backup: Path) -> None:
        window = self._window
        backup.rename(backup.with_name("away"))
        self._wait(
            lambda: any(one.root.offline for one in self._library.catalogue.roots.summaries())
        )
        self._search("a snowman")
        self._pass(2.0)
        self._shoot("not-connected")
        shutil.rmtree(backup.with_name("away"))
        window.search_runner.show_all()

    def _search(self, text: str) -> None:
        from photofind.gui.search.request import SearchRequest

        window = self._window
        answered: list[object] = []
        connection = window.search_runner.answered.connect(lambda *_: answered.append(True))
        window.bar.submit(SearchRequest())
        window.bar.focus_search()
        self._pass(0.5)
        answered.clear()
        window.bar.offer_text(text)
        self._wait(lambda: bool(answered))
        window.search_runner.answered.disconnect(connection)
        window.photos.grid.setFocus()
        self._pass(1.5)

    def _note_searchable(self, count: int) -> None:
        self._searchable = count

    def _wait(self, until: Callable[[], bool]) -> None:
        ends = time.monotonic() + LONGEST_WAIT_S
        while not until():
            if time.monotonic() > ends:
                raise TimeoutError("the window did not come to the state that was waited for")
            self._pass(0.05)

    def _pass(self, seconds: float) -> None:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            self._app.processEvents()
            time.sleep(0.005)

    def _shoot(self, name: str) -> None:
        self._pass(0.4)
        self._save(self._window.grab(), name)

    def _save(self, pixels: "QPixmap", name: str) -> None:
        self._out.mkdir(parents=True, exist_ok=True)
        path = self._out / f"{name}-{self._suffix}.webp"
        pixels.save(str(path), "WEBP", QUALITY)
        print(path)


if __name__ == "__main__":
    main()
