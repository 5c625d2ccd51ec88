import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from photofind.atomic_files import PARTIAL_SUFFIX, replacing, write_file
from tests.support.full_disk import full_disk as full_disk


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "file.txt"


def _beside(path: Path) -> list[str]:
    return [other.name for other in path.parent.iterdir()]


@pytest.mark.parametrize("durable", [False, True])
def test_that_a_file_is_made_with_its_folder_and_replaced(path: Path, durable: bool) -> None:
    write_file(path, b"old", durable=durable)
    write_file(path, b"new", durable=durable)

    assert path.read_bytes() == b"new"
    assert _beside(path) == ["file.txt"]


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such permissions")
def test_that_only_its_owner_reads_it(path: Path) -> None:
    write_file(path, b"mine", durable=False)

    assert path.stat().st_mode & 0o077 == 0


def test_that_a_writer_that_fails_leaves_the_old_content_and_nothing_else(path: Path) -> None:
    write_file(path, b"old", durable=False)

    def fail() -> None:
        with replacing(path, durable=False) as partial:
            partial.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()

    assert path.read_bytes() == b"old"
    assert _beside(path) == ["file.txt"]


def test_that_a_full_disk_leaves_the_old_content_and_nothing_else(
    path: Path, request: pytest.FixtureRequest
) -> None:
    write_file(path, b"old", durable=False)
    request.getfixturevalue("full_disk")

    with pytest.raises(OSError, match="No space left"):
        write_file(path, b"new", durable=False)

    assert path.read_bytes() == b"old"
    assert _beside(path) == ["file.txt"]


def test_that_readers_beside_many_writers_find_whole_contents(path: Path) -> None:
    contents = [bytes([number]) * 300_000 for number in range(4)]
    write_file(path, contents[0], durable=False)
    stop = threading.Event()

    def write(content: bytes) -> None:
        for _ in range(20):
            write_file(path, content, durable=False)

    def read() -> set[bytes]:
        found = {path.read_bytes()}
        while not stop.is_set():
            found.add(path.read_bytes())
        return found

    with ThreadPoolExecutor(6) as pool:
        reading = [pool.submit(read) for _ in range(2)]
        for writing in [pool.submit(write, content) for content in contents]:
            writing.result()
        stop.set()
        found = set().union(*(read.result() for read in reading))

    assert found <= set(contents)
    assert _beside(path) == ["file.txt"]


def test_that_a_killed_writer_leaves_the_old_content(path: Path) -> None:
    write_file(path, b"old", durable=False)
    code = (
        "import sys, time; from pathlib import Path; from photofind.atomic_files import replacing\n"
        "with replacing(Path(sys.argv[1]), durable=True) as partial:\n"
        "    partial.write_bytes(b'half'); print('written', flush=True); time.sleep(600)"
    )
    writer = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    writer.stdout.readline()
    writer.send_signal(signal.SIGTERM)
    writer.wait()
    writer.stdout.close()

    assert path.read_bytes() == b"old"
    (left,) = [name for name in _beside(path) if name != "file.txt"]
    assert left.endswith(PARTIAL_SUFFIX)


def test_that_a_durable_file_is_on_the_disk_before_it_is_renamed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a power cut would show cannot be tried; that the disk was asked in time can."""
    steps: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def noted_fsync(descriptor: int) -> None:
        # Of a descriptor, for which a path has no method.
        steps.append("flush folder" if os.path.isdir(descriptor) else "flush file")  # noqa: PTH112
        fsync(descriptor)

    def noted_replace(partial: Path, target: Path) -> Path:
        steps.append("rename")
        return replace(partial, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(Path, "replace", noted_replace)

    write_file(path, b"durable", durable=True)
    write_file(path, b"cache", durable=False)

    assert steps == ["flush file", "rename", "flush folder", "rename"]
