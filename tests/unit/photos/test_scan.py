import itertools
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from photofind.domain import FoundFile
from photofind.errors import CancelledError
from photofind.photos.ignore import IgnoreRules
from photofind.photos.placeholders import is_placeholder
from photofind.photos.scan import UnreadableFolder, list_folder, scan

needs_posix = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX file system")
needs_permissions = pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="the superuser may list any folder"
)


def make(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def names(root: Path, *ignore: str) -> list[str]:
    """What a scan finds, in its order, relative to `root`."""
    found = list(scan(root, ignore=IgnoreRules(root, ignore)))
    assert all(isinstance(file, FoundFile) for file in found), found
    return [file.path.relative_to(root).as_posix() for file in found]


def test_that_files_come_in_the_order_of_the_bytes_of_their_paths(tmp_path: Path) -> None:
    every = ["b.jpg", "a/z.jpg", "a/c/d.png", "c.jpg", "B.jpg", "aa/x.jpg", "a-b/1.jpg", "a/é.jpg",
             "a.jpg", "a/c.jpg", "a/c-d/1.jpg", "a/😀.jpg", "a/\uffee.jpg"]  # fmt: skip
    make(tmp_path, *every)
    assert names(tmp_path) == sorted(every, key=os.fsencode)


def test_that_a_folder_is_listed_without_what_lies_in_others(tmp_path: Path) -> None:
    make(tmp_path, "b.jpg", "a/z.jpg", "a/c/d.png", "a/b.jpg")
    assert [item.path.name for item in list_folder(tmp_path / "a")] == ["b.jpg", "z.jpg"]


def test_that_only_possible_photos_are_found(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", "b.txt", "c.PSD", "d", "e.mp3")
    assert names(tmp_path) == ["a.jpg", "c.PSD", "d"]


def test_that_a_found_file_carries_its_stat(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg")
    (found,) = scan(tmp_path)
    now = (tmp_path / "a.jpg").stat()
    assert isinstance(found, FoundFile)
    assert found.root == tmp_path
    assert (found.stat.size, found.stat.mtime_ns) == (1, now.st_mtime_ns)
    if os.name == "posix":
        assert (found.stat.ctime_ns, found.stat.inode) == (now.st_ctime_ns, now.st_ino)


def test_that_empty_files_are_found(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    assert names(tmp_path) == ["a.jpg"]


def test_that_hidden_and_system_folders_are_passed_over(tmp_path: Path) -> None:
    for folder in (".thumbnails", ".Trash-1000", "$RECYCLE.BIN", "@eaDir", "lost+found",
                   "System Volume Information", "node_modules", ".hidden"):  # fmt: skip
        make(tmp_path, f"{folder}/a.jpg", f"album/{folder}/b.jpg")
    make(tmp_path, "._a.jpg", "album/seen.jpg")
    assert names(tmp_path) == ["album/seen.jpg"]


def test_that_a_hidden_root_is_scanned(tmp_path: Path) -> None:
    make(tmp_path / ".photos", "a.jpg")
    assert names(tmp_path / ".photos") == ["a.jpg"]


@pytest.fixture
def stats(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have the file system report other numbers of folders from now on."""
    real = os.stat

    def report(inode: Callable[[os.stat_result], int]) -> None:
        def simulated(path: str, **options: bool) -> os.stat_result:
            found = real(path, **options)
            values = list(found)
            values[stat.ST_INO] = inode(found)
            return os.stat_result(values)

        monkeypatch.setattr(os, "stat", simulated)

    return report


ANY_NUMBER = itertools.count(1)
NUMBERINGS: dict[str, Callable[[os.stat_result], int]] = {
    "as it is": lambda found: found.st_ino,
    "all zero": lambda _: 0,
    "another each time": lambda _: next(ANY_NUMBER),
}


@needs_posix
@pytest.mark.parametrize("numbering", NUMBERINGS.values(), ids=NUMBERINGS.keys())
def test_that_folders_are_found_once_however_the_file_system_numbers_them(
    tmp_path: Path,
    numbering: Callable[[os.stat_result], int],
    stats: Callable[[Callable[[os.stat_result], int]], None],
) -> None:
    root = tmp_path / "root"
    make(root, "a/1.jpg", "a/deep/2.jpg", "b/3.jpg", "own/thumbnail.jpg")
    make(tmp_path, "outside/4.jpg", "outside/inner/5.jpg")
    (root / "a" / "up").symlink_to(root)
    (root / "b" / "same").symlink_to(root / "a")
    (root / "inner").symlink_to(tmp_path / "outside" / "inner")
    (root / "outside").symlink_to(tmp_path / "outside")
    (tmp_path / "outside" / "back").symlink_to(tmp_path / "outside")
    stats(numbering)

    found = list(scan(root, exclude=root / "own"))

    assert [file.path.name for file in found] == ["1.jpg", "2.jpg", "3.jpg", "5.jpg", "4.jpg"]


def _simulated(**fields: int) -> os.stat_result:
    """A stat with fields that only other systems have."""

    class Simulated(SimpleNamespace):
        st_size = st_mtime_ns = st_ctime_ns = st_ino = 1
        st_mode = stat.S_IFREG

    return cast("os.stat_result", Simulated(**fields))


@pytest.mark.parametrize(
    ("fields", "is_one"),
    [
        ({}, False),
        ({"st_file_attributes": stat.FILE_ATTRIBUTE_ARCHIVE}, False),
        ({"st_file_attributes": stat.FILE_ATTRIBUTE_OFFLINE}, True),
        ({"st_file_attributes": 0x00400000 | stat.FILE_ATTRIBUTE_REPARSE_POINT}, True),
        ({"st_file_attributes": 0x00040000}, True),
        ({"st_flags": stat.UF_HIDDEN}, False),
        ({"st_flags": 0x40000000}, True),
    ],
)
def test_that_placeholders_of_clouds_are_told_from_files(
    fields: dict[str, int], is_one: bool
) -> None:
    assert is_placeholder(_simulated(**fields)) is is_one


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("*.png", ["a.jpg", "x/a.jpg", "x/y/a.jpg"]),
        ("x", ["a.jpg", "b.png"]),
        ("x/", ["a.jpg", "b.png"]),
        ("a.jpg/", ["a.jpg", "b.png", "x/a.jpg", "x/y/a.jpg"]),
        ("/a.jpg", ["b.png", "x/a.jpg", "x/y/a.jpg"]),
        ("x/y", ["a.jpg", "b.png", "x/a.jpg"]),
        ("/y", ["a.jpg", "b.png", "x/a.jpg", "x/y/a.jpg"]),
        ("x/*.jpg", ["a.jpg", "b.png", "x/y/a.jpg"]),
        ("x/**/*.jpg", ["a.jpg", "b.png"]),
        ("[ab].???", ["x/y"]),
        ("/", ["a.jpg", "b.png", "x/a.jpg", "x/y/a.jpg"]),
        ("", ["a.jpg", "b.png", "x/a.jpg", "x/y/a.jpg"]),
    ],
)
def test_that_ignored_patterns_are_left_out(tmp_path: Path, pattern: str, left: list[str]) -> None:
    make(tmp_path, "a.jpg", "b.png", "x/a.jpg", "x/y/a.jpg")
    if left == ["x/y"]:
        left = []
    assert names(tmp_path, pattern) == left


def test_that_several_patterns_add_up(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", "b.png", "x/a.gif")
    assert names(tmp_path, "*.png", "x/") == ["a.jpg"]


@needs_posix
def test_that_a_link_loop_ends(tmp_path: Path) -> None:
    make(tmp_path, "a/b/c.jpg")
    (tmp_path / "a" / "b" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "self").symlink_to(tmp_path / "a" / "self")
    assert names(tmp_path) == ["a/b/c.jpg"]


@needs_posix
def test_that_a_linked_folder_is_visited_once_under_its_real_path(tmp_path: Path) -> None:
    make(tmp_path, "z_real/a.jpg")
    (tmp_path / "a_link").symlink_to(tmp_path / "z_real")
    assert names(tmp_path) == ["z_real/a.jpg"]


@needs_posix
def test_that_links_out_of_the_root_are_followed(tmp_path: Path) -> None:
    make(tmp_path, "outside/a.jpg", "b.jpg")
    root = tmp_path / "root"
    root.mkdir()
    (root / "folder").symlink_to(tmp_path / "outside")
    (root / "file.jpg").symlink_to(tmp_path / "b.jpg")
    (root / "nothing.jpg").symlink_to(tmp_path / "missing.jpg")
    assert names(root) == ["file.jpg", "folder/a.jpg"]


@needs_posix
def test_that_a_linked_file_has_the_stat_of_its_target(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"12345")
    (tmp_path / "link.jpg").symlink_to(tmp_path / "real")
    sizes = {f.path.name: f.stat.size for f in scan(tmp_path) if isinstance(f, FoundFile)}
    assert sizes == {"link.jpg": 5, "real": 5}


@needs_posix
def test_that_pipes_are_no_photos(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert stat.S_ISFIFO((tmp_path / "pipe.jpg").stat().st_mode)
    assert names(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names must be Unicode")
def test_that_a_name_of_raw_bytes_survives(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/caf\xe9.jpg"
    with open(raw, "wb") as file:  # noqa: PTH123 - bytes, not a Path
        file.write(b"x")
    (found,) = scan(tmp_path)
    assert os.fsencode(found.path) == raw
    assert found.path.read_bytes() == b"x"


def test_that_an_excluded_folder_is_not_entered_even_through_a_link(tmp_path: Path) -> None:
    make(tmp_path, "photos/a.jpg", "photos/own/thumbnail.jpg")
    (tmp_path / "photos" / "link").symlink_to(tmp_path / "photos" / "own")

    found = list(scan(tmp_path, exclude=tmp_path / "photos" / "own"))

    assert [item.path.name for item in found] == ["a.jpg"]


def test_that_deep_trees_need_no_recursion(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(60 if os.name == "nt" else 1200):
        deep /= "d"
        deep.mkdir()
    (deep / "a.jpg").touch()
    try:
        (found,) = scan(tmp_path)
        assert found.path == deep / "a.jpg"
    finally:
        # Deeper than shutil.rmtree, and so pytest, can clean up.
        (deep / "a.jpg").unlink()
        while deep != tmp_path:
            deep.rmdir()
            deep = deep.parent


@needs_permissions
def test_that_an_unlistable_folder_is_reported(tmp_path: Path) -> None:
    make(tmp_path, "closed/a.jpg", "open/b.jpg")
    (tmp_path / "closed").chmod(0)
    found = list(scan(tmp_path))
    (tmp_path / "closed").chmod(0o700)
    assert isinstance(found[0], UnreadableFolder)
    assert found[0].path == tmp_path / "closed"
    assert found[0].reason == "Permission denied"
    assert [item.path.name for item in found[1:]] == ["b.jpg"]


@needs_permissions
def test_that_a_folder_that_can_be_listed_but_not_entered_is_reported(tmp_path: Path) -> None:
    make(tmp_path, "closed/a.jpg")
    (tmp_path / "closed").chmod(0o400)
    found = list(scan(tmp_path))
    (tmp_path / "closed").chmod(0o700)
    assert found == [UnreadableFolder(tmp_path / "closed", "Permission denied")]


def test_that_a_folder_gone_in_between_is_reported(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", "later/b.jpg")
    walk = scan(tmp_path)
    next(walk)
    (tmp_path / "later" / "b.jpg").unlink()
    (tmp_path / "later").rmdir()
    (gone,) = walk
    assert isinstance(gone, UnreadableFolder)
    assert gone.path == tmp_path / "later"


def test_that_a_missing_root_raises_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        scan(tmp_path / "missing")


def test_that_a_file_is_no_root(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg")
    with pytest.raises(NotADirectoryError):
        scan(tmp_path / "a.jpg")


def test_that_every_entry_of_a_folder_is_a_step_and_the_next_one_can_end_the_scan(
    tmp_path: Path,
) -> None:
    make(tmp_path, "a.jpg", "b.txt", "c.jpg", "sub/d.jpg")
    steps: list[None] = []

    def step() -> None:
        if len(steps) == 4:
            raise CancelledError
        steps.append(None)

    walk = scan(tmp_path, on_step=step)

    assert [next(walk), next(walk)]
    assert len(steps) == 4
    with pytest.raises(CancelledError):
        next(walk)
