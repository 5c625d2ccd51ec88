"""An hour of a living library in a minute: whatever happens to folders and child, nothing is lost.

Folders are changed by a script with a seed, the child process is killed now and then, and at the
end the library must hold what one indexed fresh from the same folders holds.
"""

import os
import random
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from photofind.child.client import ChildClient
from photofind.domain import PhotoId
from photofind.evaluation.drawn_scenes import draw_scene
from photofind.paths import LibraryPaths
from photofind.store import schema, tags
from tests.support.contents import Contents, catalogue_contents
from tests.support.engine import Engine
from tests.support.keeping import Keeping

SEED = 20261121
LASTS_S = 60.0
RECONCILE_S = 10.0
"""Ten minutes of the hour."""

KILL_EVERY_S = 15.0
LEAST_KILLS = 3

Tagged = set[tuple[bytes, str, str]]


class People:
    """Do what people do to their folders.

    Args:
        root: Where they do it.
        other: Another root, which is taken away at times.
        attic: Where photos are kept that nobody searches.
    """

    def __init__(self, root: Path, other: Path, attic: Path, choose: random.Random) -> None:
        self._root = root
        self._other = other
        self._attic = attic
        self._choose = choose
        self._next = 0
        self._acts: list[Callable[[], None]] = [
            self._add,
            self._copy,
            self._rename,
            self._overwrite,
            self._tear,
            self._delete,
            self._restore,
            self._rename_folder,
            self._copy_folder,
            self._move_to_other_root,
            self._take_root_away,
            self._write_slowly,
        ]
        self._turns: list[Callable[[], None]] = []

    def act(self) -> None:
        """Each act once before any comes again."""
        if not self._turns:
            self._turns = self._choose.sample(self._acts, len(self._acts))
        self._turns.pop()()

    def _number(self) -> int:
        self._next += 1
        return self._next

    def _file(self) -> Path:
        return self._choose.choice(sorted(self._root.rglob("*.jpg")))

    def _folder(self) -> Path:
        return self._choose.choice(sorted(path for path in self._root.iterdir() if path.is_dir()))

    def _add(self) -> None:
        for _ in range(5):
            number = self._number()
            _draw(self._folder() / f"new-{number}.jpg", 1000 + number)

    def _copy(self) -> None:
        shutil.copy(self._file(), self._folder() / f"copy-{self._number()}.jpg")

    def _rename(self) -> None:
        self._file().rename(self._folder() / f"renamed-{self._number()}.jpg")

    def _overwrite(self) -> None:
        _draw(self._file(), 2000 + self._number())

    def _tear(self) -> None:
        path = self._folder() / f"torn-{self._number()}.jpg"
        path.write_bytes(self._file().read_bytes()[:500])

    def _delete(self) -> None:
        path = self._file()
        path.rename(self._attic / f"{self._number()}-{path.name}")

    def _restore(self) -> None:
        for path in sorted(self._attic.iterdir())[:1]:
            path.rename(self._folder() / f"restored-{self._number()}.jpg")

    def _rename_folder(self) -> None:
        self._folder().rename(self._root / f"folder-{self._number()}")

    def _copy_folder(self) -> None:
        smallest = min(sorted(self._root.iterdir()), key=lambda folder: len(list(folder.iterdir())))
        shutil.copytree(smallest, self._root / f"folder-{self._number()}")

    def _move_to_other_root(self) -> None:
        self._file().rename(self._other / f"moved-{self._number()}.jpg")

    def _take_root_away(self) -> None:
        away = self._other.rename(self._other.with_name("unplugged"))
        time.sleep(self._choose.uniform(0.5, 3))
        away.rename(self._other)

    def _write_slowly(self) -> None:
        number = self._number()
        whole = self._attic.parent / "whole.jpg"
        _draw(whole, 3000 + number, (800, 600))
        data = whole.read_bytes()
        step = len(data) // 8 + 1
        with (self._folder() / f"slow-{number}.jpg").open("wb") as file:
            for start in range(0, len(data), step):
                file.write(data[start : start + step])
                file.flush()
                time.sleep(0.25)


def _draw(path: Path, seed: int, size: tuple[int, int] = (120, 90)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draw_scene(seed, size).image.save(path, quality=90)


def _worker(tiny_folder: Path) -> Callable[..., ChildClient]:
    return lambda paths, settings: ChildClient(paths, settings, f"local-dir:{tiny_folder}")


@pytest.fixture
def roots(tmp_path: Path) -> list[Path]:
    for seed in range(60):
        _draw(tmp_path / "photos" / ("sea", "land", "sky")[seed % 3] / f"{seed:02}.jpg", seed)
    for seed in range(100, 120):
        _draw(tmp_path / "disk" / f"{seed}.jpg", seed)
    return [tmp_path / "photos", tmp_path / "disk"]


@pytest.fixture
def engine(tmp_path: Path, roots: list[Path], tiny_folder: Path) -> Iterator[Engine]:
    with Engine(tmp_path / "library", roots, make_worker=_worker(tiny_folder)) as engine:
        yield engine


def _tag_some(engine: Engine, choose: random.Random) -> Tagged:
    with engine.database.writing() as connection:
        photo_ids = [PhotoId(id_) for id_ in connection.scalars(sa.select(schema.photos.c.id))]
        for name in ("holiday", "family", "work"):
            tags.add(connection, choose.sample(photo_ids, 15), name)
    return _tags(engine.paths)


def _tags(paths: LibraryPaths) -> Tagged:
    with closing(sqlite3.connect(paths.catalogue)) as connection:
        return set(
            connection.execute(
                "SELECT fingerprint, tags.name, state FROM photo_tags "
                "JOIN photos ON photos.id = photo_id JOIN tags ON tags.id = tag_id"
            )
        )


def _is_settled(engine: Engine, keeping: Keeping, roots: list[Path]) -> bool:
    found = catalogue_contents(engine.paths.folder)
    on_disk = {os.fsencode(path) for root in roots for path in root.rglob("*.jpg")}
    last = keeping.reports[-1]
    quiet = not last.being_written and not last.offline
    return quiet and found.paths | found.failures.keys() == on_disk and engine.coverage()[2] == 0


def _live(engine: Engine, keeping: Keeping, people: People, choose: random.Random) -> None:
    worker = engine.worker
    assert isinstance(worker, ChildClient)
    killed: set[int] = set()
    started = killed_at = time.monotonic()
    while time.monotonic() - started < LASTS_S or len(killed) < LEAST_KILLS:
        people.act()
        keeping.until(lambda: True)
        time.sleep(choose.uniform(0.1, 1.5))
        if time.monotonic() - killed_at > KILL_EVERY_S and worker.pid not in killed:
            # Once it is up: a child that dies twice while it starts is given up, and rightly.
            assert worker.space
            killed.add(worker.pid)
            os.kill(worker.pid, signal.SIGKILL)
            killed_at = time.monotonic()


@pytest.mark.slow
def test_that_after_an_hour_the_library_is_as_one_indexed_fresh(
    engine: Engine, roots: list[Path], tmp_path: Path, tiny_folder: Path
) -> None:
    choose = random.Random(SEED)
    attic = tmp_path / "attic"
    attic.mkdir()
    keeping = Keeping(engine, roots, reconcile_s=RECONCILE_S)
    try:
        keeping.until(lambda: bool(keeping.reports))
        tagged = _tag_some(engine, choose)
        _live(engine, keeping, People(roots[0], roots[1], attic, choose), choose)
        keeping.until(lambda: _is_settled(engine, keeping, roots))
    finally:
        keeping.stop()

    with Engine(tmp_path / "fresh", roots, make_worker=_worker(tiny_folder)) as fresh:
        fresh.run()
    found, expected = (
        catalogue_contents(engine.paths.folder),
        catalogue_contents(tmp_path / "fresh"),
    )
    assert (found.paths, found.failures) == (expected.paths, expected.failures)
    assert expected.embeddings.keys() <= found.embeddings.keys()
    assert min(_cosines(expected, found)) > 0.999
    assert tagged <= _tags(engine.paths)


def _cosines(one: Contents, other: Contents) -> list[float]:
    return [
        float(np.frombuffer(vector, "<f4") @ np.frombuffer(other.embeddings[content], "<f4"))
        for content, vector in one.embeddings.items()
    ]
