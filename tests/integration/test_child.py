"""Reading in a process of its own: whatever a file does to it, the rest is indexed."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from photofind.child.client import ChildClient
from photofind.clip.checkpoints import Checkpoint
from photofind.clip.open_clip_encoder import OpenClipEncoder
from photofind.domain import FoundFile
from photofind.errors import CheckpointError, UserFacingError
from photofind.events import IndexFinished
from photofind.library import Library
from photofind.paths import LibraryPaths
from photofind.settings import Settings
from tests.integration.child_fixtures import found_file
from tests.support.contents import catalogue_contents
from tests.support.own_pictures import write_own_pictures

Index = Callable[[], IndexFinished]
FRAGILE = "tests.support.fragile_child"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def index(folder: Path, pictures: Path, tiny_folder: Path) -> Index:
    """Index the pictures with a child that minds the names of files."""
    fragile = partial(ChildClient, module=FRAGILE, silence_s=10)

    def run() -> IndexFinished:
        with Library(folder, write=True, make_worker=fragile) as library:
            return library.index([pictures], f"local-dir:{tiny_folder}")

    return run


def _copy(pictures: Path, name: str) -> Path:
    """A readable photo of its own under a name that provokes the child."""
    target = pictures / name
    write_own_pictures(pictures / "sea" / "01.jpg", [target])
    return target


def test_that_a_file_that_crashes_the_reader_is_left_out_and_listed(
    index: Index, folder: Path, pictures: Path
) -> None:
    _copy(pictures, "crash1.jpg")
    _copy(pictures, "crash2.jpg")

    report = index()

    assert report.embedded == 12
    assert [failure.path.name for failure in report.failures] == ["crash1.jpg", "crash2.jpg"]
    assert "crash" in report.failures[0].reason
    assert len(catalogue_contents(folder).paths) == 12


def test_that_it_is_not_tried_again_until_it_changes(index: Index, pictures: Path) -> None:
    crashing = _copy(pictures, "crash.jpg")
    os.utime(crashing, (1_500_000_000, 1_500_000_000))
    time.sleep(2.1)
    index()

    started = time.monotonic()
    assert len(index().failures) == 1
    without_crash = time.monotonic() - started

    crashing.rename(pictures / "fine.jpg")
    report = index()
    assert (report.embedded, report.failures) == (1, ())
    assert without_crash < 60


def test_that_a_file_that_hangs_the_reader_is_left_out(index: Index, pictures: Path) -> None:
    _copy(pictures, "hang.jpg")

    report = index()

    assert report.embedded == 12
    assert [failure.path.name for failure in report.failures] == ["hang.jpg"]


def test_that_one_death_is_forgiven(index: Index, pictures: Path) -> None:
    _copy(pictures, "once.jpg")

    report = index()

    assert (report.embedded, report.failures) == (13, ())


def test_that_a_bug_is_not_blamed_on_the_photo(index: Index, folder: Path, pictures: Path) -> None:
    _copy(pictures, "bug.jpg")

    with pytest.raises(RuntimeError, match="KeyError"):
        index()

    assert catalogue_contents(folder).failures == {}


def test_that_a_full_disk_is_not_blamed_on_the_photo(
    index: Index, folder: Path, pictures: Path
) -> None:
    blocking = _copy(pictures, "full.jpg")

    with pytest.raises(UserFacingError, match="No space left") as caught:
        index()
    assert "Make room" in caught.value.hint
    assert catalogue_contents(folder).failures == {}

    blocking.unlink()
    assert index().failures == ()
    assert len(catalogue_contents(folder).paths) == 12


def test_that_a_checkpoint_that_cannot_be_loaded_is_said_so(
    folder: Path, pictures: Path, tiny_folder: Path, tmp_path: Path
) -> None:
    damaged = Path(shutil.copytree(tiny_folder, tmp_path / "damaged"))
    (damaged / "open_clip_model.safetensors").write_bytes(b"no weights")

    with (
        Library(folder, write=True) as library,
        pytest.raises(CheckpointError, match="cannot be loaded"),
    ):
        library.index([pictures], f"local-dir:{damaged}")


@pytest.fixture
def worker(folder: Path, tiny_folder: Path) -> ChildClient:
    with Library(folder, write=True):
        pass
    return ChildClient(LibraryPaths(folder), Settings(), f"local-dir:{tiny_folder}")


def _found(pictures: Path, count: int) -> list[FoundFile]:
    paths = [pictures / f"{number}.jpg" for number in range(count)]
    write_own_pictures(pictures / "sea" / "01.jpg", paths)
    return [found_file(path) for path in paths]


def test_that_text_is_embedded_as_in_this_process(worker: ChildClient, tiny: Checkpoint) -> None:
    try:
        vectors = worker.encode_texts(["a dog", "a cat"])
    finally:
        worker.close()

    np.testing.assert_allclose(
        vectors, OpenClipEncoder(tiny).encode_texts(["a dog", "a cat"]), atol=1e-5
    )


def test_that_a_query_overtakes_reading(worker: ChildClient, pictures: Path) -> None:
    files = _found(pictures, 1000)
    seen: list[int] = []
    answered_after: list[int] = []

    def encode() -> None:
        worker.encode_texts(["a dog"])
        answered_after.append(len(seen))

    try:
        encoding = threading.Thread(target=encode)
        for batch in worker.run(files):
            seen.extend([0] * len(batch))
            if len(seen) == len(batch):
                encoding.start()
        encoding.join()
    finally:
        worker.close()

    assert len(seen) == 1000
    # The child may have sent some batches before the request reached it.
    assert answered_after[0] < 1000 / 2


def test_that_leaving_early_leaves_the_worker_usable(worker: ChildClient, pictures: Path) -> None:
    files = _found(pictures, 300)
    try:
        batches = worker.run(files)
        next(batches)
        batches.close()
        again = [result.found for batch in worker.run(files[:40]) for result in batch]
    finally:
        worker.close()

    assert again == files[:40]


def test_that_the_child_goes_when_its_parent_is_killed(
    folder: Path, pictures: Path, tiny_folder: Path
) -> None:
    code = (
        "import sys, time; from pathlib import Path; from photofind.library import Library\n"
        "from photofind.child.client import ChildClient\n"
        "library = Library(Path(sys.argv[1]), write=True)\n"
        "worker = ChildClient(library.paths, library.settings, sys.argv[2])\n"
        "print(worker.pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, str(folder), f"local-dir:{tiny_folder}"],
        stdout=subprocess.PIPE,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()

    ends = time.monotonic() + 60
    while time.monotonic() < ends and _alive(child):
        time.sleep(0.1)
    assert not _alive(child)


def _alive(pid: int) -> bool:
    try:
        with Path(f"/proc/{pid}/stat").open() as file:
            # An orphan may stay a zombie where nobody waits for it.
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_that_the_indexing_process_never_imports_torch(
    folder: Path, pictures: Path, tiny_folder: Path
) -> None:
    code = (
        "import sys; from pathlib import Path; from photofind.library import Library\n"
        "with Library(Path(sys.argv[1]), write=True) as library:\n"
        "    report = library.index([Path(sys.argv[2])], sys.argv[3])\n"
        "assert report.embedded == 12\n"
        "sys.exit('torch' in sys.modules or 'open_clip' in sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code, str(folder), str(pictures), f"local-dir:{tiny_folder}"],
        check=False,
    )

    assert done.returncode == 0
