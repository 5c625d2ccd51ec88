"""Child processes for tests, and photos for them.

A test file imports the fixtures it uses, and those they use, under their own names.
"""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from photofind.child.client import ChildClient
from photofind.domain import FileStat, FoundFile
from photofind.evaluation.drawn_scenes import draw_scene
from photofind.paths import LibraryPaths
from photofind.settings import Settings
from photofind.store.database import Database
from tests.support.own_pictures import write_own_pictures

FRAGILE = "tests.support.fragile_child"
BOX = (20.0, 10.0, 100.0, 90.0)


def library_in(folder: Path) -> LibraryPaths:
    paths = LibraryPaths(folder)
    Database.open(paths, write=True).close()
    return paths


def found_file(path: Path) -> FoundFile:
    status = path.stat()
    stat = FileStat(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return FoundFile(path.parent, path, stat)


def copies_beside(picture: Path, names: list[str]) -> list[FoundFile]:
    """Readable photos of their own beside a picture."""
    paths = [picture.with_name(name) for name in names]
    write_own_pictures(picture, paths)
    return [found_file(path) for path in paths]


def child_processes() -> set[int]:
    """The processes this one has started, the dead ones that nobody waited for too."""
    listed = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return {int(pid) for children in listed for pid in children.read_text().split()}


@pytest.fixture(scope="module")
def tiny_child(
    tmp_path_factory: pytest.TempPathFactory, tiny_folder: Path
) -> Iterator[ChildClient]:
    paths = library_in(tmp_path_factory.mktemp("first") / "library")
    with closing(ChildClient(paths, Settings(), f"local-dir:{tiny_folder}")) as worker:
        yield worker


@pytest.fixture
def paths(tmp_path: Path) -> LibraryPaths:
    return library_in(tmp_path / "library")


@pytest.fixture
def worker(tiny_child: ChildClient, paths: LibraryPaths, tiny_folder: Path) -> ChildClient:
    """A real child that has loaded the tiny checkpoint, for a library of this test."""
    tiny_child.restart_for(paths, Settings(), f"local-dir:{tiny_folder}")
    return tiny_child


@pytest.fixture
def fragile(paths: LibraryPaths, tiny_folder: Path) -> Iterator[ChildClient]:
    """A child that minds the names of files."""
    name = f"local-dir:{tiny_folder}"
    with closing(ChildClient(paths, Settings(), name, module=FRAGILE)) as worker:
        yield worker


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "photos" / "scene.png"
    path.parent.mkdir()
    draw_scene(5, (200, 150)).image.save(path)
    return path
