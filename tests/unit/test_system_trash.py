"""The trash of freedesktop.org: whole files across disks, and notes of every kind."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from photofind.system_trash import FreedesktopTrash, TrashEntry

MEMORY = Path("/dev/shm")


@pytest.fixture
def other_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on another file system than `tmp_path`."""
    if not MEMORY.is_dir() or MEMORY.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("needs two file systems")
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder)


def _entry(trash: Path, original: Path, content: bytes) -> TrashEntry:
    file, info = trash / "files" / original.name, trash / "info" / f"{original.name}.trashinfo"
    for path in (file, info):
        path.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    info.write_text(f"[Trash Info]\nPath={original}\n")
    return TrashEntry(file, info, original)


def test_that_a_file_comes_back_to_another_disk_whole(tmp_path: Path, other_disk: Path) -> None:
    entry = _entry(tmp_path / "Trash", other_disk / "a.jpg", b"a beach")
    os.utime(entry.file, ns=(1_000_000_007, 1_000_000_007))

    FreedesktopTrash().restore(entry)

    assert entry.original.read_bytes() == b"a beach"
    assert entry.original.stat().st_mtime_ns == 1_000_000_007
    assert [path.name for path in other_disk.iterdir()] == ["a.jpg"]
    assert not entry.file.exists()
    assert not entry.info.exists()


def test_that_a_link_comes_back_to_another_disk_as_a_link(tmp_path: Path, other_disk: Path) -> None:
    entry = _entry(tmp_path / "Trash", other_disk / "a.jpg", b"")
    entry.file.unlink()
    entry.file.symlink_to("elsewhere.jpg")

    FreedesktopTrash().restore(entry)

    assert entry.original.readlink() == Path("elsewhere.jpg")


def test_that_a_file_that_cannot_be_written_back_stays_in_the_trash(
    tmp_path: Path, other_disk: Path
) -> None:
    # A folder cannot be copied as a file is.
    entry = _entry(tmp_path / "Trash", other_disk / "a.jpg", b"")
    entry.file.unlink()
    entry.file.mkdir()

    with pytest.raises(OSError, match="directory"):
        FreedesktopTrash().restore(entry)

    assert entry.file.is_dir()
    assert entry.info.exists()
    assert list(other_disk.iterdir()) == []


def test_that_a_file_from_another_disk_is_found_in_the_trash_of_its_disk(
    other_disk: Path, trash: Path
) -> None:
    path = other_disk / "a.jpg"
    path.write_bytes(b"a beach")
    of_disk = MEMORY / f".Trash-{os.getuid()}"
    was_there = of_disk.exists()

    moved = FreedesktopTrash().move([path])
    try:
        entry = moved.entries[path]
        assert entry is not None
        assert entry.original == path
        assert of_disk in entry.file.parents
        assert not path.exists()
    finally:
        for one in moved.entries.values():
            if one is not None:
                FreedesktopTrash().restore(one)
        if not was_there:
            for folder in (of_disk / "files", of_disk / "info", of_disk):
                folder.rmdir()
    assert path.read_bytes() == b"a beach"


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"[Trash Info]\n",
        b"no note at all",
        b"\xff\xfe",
        b"[Trash Info]\nPath=/tmp/other.jpg\n",
    ],
)
def test_that_notes_of_others_are_passed_over(
    tmp_path: Path, trash: Path, note: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"a beach")

    def send_and_another(file: Path) -> None:
        """Another program trashes something at the same moment."""
        for folder in ("files", "info"):
            (trash / folder).mkdir(parents=True)
        (trash / "files" / "b.jpg").write_bytes(b"")
        (trash / "info" / "b.jpg.trashinfo").write_bytes(note)
        file.rename(trash / "files" / "a.jpg")
        (trash / "info" / "a.jpg.trashinfo").write_text(f"[Trash Info]\nPath={file}\n")

    monkeypatch.setattr("photofind.system_trash.send2trash", send_and_another)
    entry = FreedesktopTrash().move([path]).entries[path]

    assert entry is not None
    assert entry.file == trash / "files" / "a.jpg"
