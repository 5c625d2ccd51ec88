import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from photofind.errors import LibraryBusyError, UserFacingError
from photofind.paths import LibraryPaths
from photofind.store.database import Database
from photofind.store.writer_lock import WriterLock

HOLD = """
import sys
from pathlib import Path
from photofind.store.writer_lock import WriterLock
lock = WriterLock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
lock.close()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "writer.lock"


def hold_in_another_process(path: Path) -> "subprocess.Popen[str]":
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_that_the_error_names_the_process_that_holds_the_lock(path: Path) -> None:
    with hold_in_another_process(path) as holder:
        with pytest.raises(LibraryBusyError) as caught:
            WriterLock(path)
        holder.communicate()
    assert f"Process {holder.pid} (" in caught.value.message
    assert "writer_lock" in caught.value.message
    WriterLock(path).close()


def test_that_a_killed_process_holds_nothing(path: Path) -> None:
    with hold_in_another_process(path) as holder:
        holder.kill()
    with WriterLock(path), pytest.raises(LibraryBusyError, match=f"Process {os.getpid()} "):
        WriterLock(path)


@pytest.mark.parametrize("note", ["", "{}", '{"pid": null}', "[1]", "\x00"])
def test_that_an_unreadable_note_still_means_busy(path: Path, note: str) -> None:
    with WriterLock(path):
        path.with_name("writer.lock.json").write_text(note)
        with pytest.raises(LibraryBusyError, match="Another process is changing"):
            WriterLock(path)


def test_that_the_note_goes_with_the_lock(path: Path) -> None:
    note = path.with_name("writer.lock.json")
    lock = WriterLock(path)
    assert json.loads(note.read_text())["pid"] == os.getpid()
    lock.close()
    lock.close()
    assert not note.exists()


def test_that_closing_twice_leaves_the_next_holder_alone(path: Path) -> None:
    first = WriterLock(path)
    first.close()
    with WriterLock(path):
        first.close()
        with pytest.raises(LibraryBusyError):
            WriterLock(path)


def test_that_a_lock_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "missing").touch()
    with pytest.raises(UserFacingError, match="cannot be written"):
        WriterLock(tmp_path / "missing" / "writer.lock")


def test_that_a_library_takes_one_writer_and_any_reader(paths: LibraryPaths) -> None:
    with Database.open(paths, write=True):
        with pytest.raises(LibraryBusyError):
            Database.open(paths, write=True)
        Database.open(paths, write=False).close()
    Database.open(paths, write=True).close()
