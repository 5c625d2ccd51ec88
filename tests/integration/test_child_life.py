"""The life of the child process: deaths, other libraries, closing."""

import io
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from photofind.child.client import ChildClient
from photofind.errors import BadInputError, CancelledError, CheckpointError, UserFacingError
from photofind.indexing.stages import ReadPhoto, TryLater, Unreadable
from photofind.paths import LibraryPaths
from photofind.photos.fingerprint import fingerprint
from photofind.photos.thumbnails import ThumbnailCache
from photofind.settings import Settings
from tests.integration.child_fixtures import (
    FRAGILE,
    child_processes,
    copies_beside,
    found_file,
    library_in,
)
from tests.integration.child_fixtures import fragile as fragile
from tests.integration.child_fixtures import paths as paths
from tests.integration.child_fixtures import picture as picture
from tests.integration.child_fixtures import tiny_child as tiny_child
from tests.integration.child_fixtures import worker as worker
from tests.support.checkpoints import make_checkpoint

# Deaths


def test_that_a_dead_child_is_started_once_and_everybody_is_answered(
    fragile: ChildClient, picture: Path
) -> None:
    files = copies_beside(picture, ["wait.png"])
    others = child_processes() - {fragile.pid}

    def request(number: int) -> int:
        if number % 2:
            return fragile.read_picture(picture, 10).width
        return len(fragile.encode_texts(["a dog"]))

    with ThreadPoolExecutor(12) as pool:
        waiting = pool.submit(fragile.read_picture, files[0].path, 10)
        while not picture.with_name("wait.begun").exists():
            time.sleep(0.01)
        os.kill(fragile.pid, signal.SIGKILL)
        picture.with_name("wait.go").touch()
        responses = list(pool.map(request, range(40)))
        assert waiting.result().width == 10

    assert responses == [1, 10] * 20
    assert child_processes() - others == {fragile.pid}


def test_that_a_child_killed_again_and_again_loses_no_photo(
    fragile: ChildClient, picture: Path
) -> None:
    files = copies_beside(picture, [f"{number}.png" for number in range(200)])
    fatal = copies_beside(picture, ["crash.png"])[0].path
    killed: set[int] = set()

    def look() -> None:
        for size in range(10, 13):
            # Other bytes, another file: it kills the child two times more.
            fatal.write_bytes(bytes(size))
            killed.add(fragile.pid)
            with pytest.raises(UserFacingError, match=r"crash\.png makes the program"):
                fragile.read_picture(fatal)

    with ThreadPoolExecutor() as pool:
        looking = pool.submit(look)
        results = [result for batch in fragile.run(files) for result in batch]
        while not looking.done():
            results = [result for batch in fragile.run(files) for result in batch]
        looking.result()

    assert len(killed) > 1
    assert [result.found for result in results] == files
    assert all(isinstance(one, ReadPhoto) and len(one.products) == 2 for one in results)


def test_that_a_file_on_a_slow_disk_is_not_taken_for_one_that_hangs(
    paths: LibraryPaths, tiny_folder: Path, picture: Path
) -> None:
    """Both take several times as long as a child may show no life, and read all the while."""
    shown, read = copies_beside(picture, ["slow-shown.png", "slow-read.png"])
    name = f"local-dir:{tiny_folder}"
    worker = ChildClient(paths, Settings(), name, module=FRAGILE, silence_s=4)
    with closing(worker), ThreadPoolExecutor() as pool:
        assert worker.space
        child = worker.pid
        showing = pool.submit(worker.read_picture, shown.path)
        (result,) = [result for batch in worker.run([found_file(read.path)]) for result in batch]

        assert isinstance(result, ReadPhoto)
        assert showing.result().width == 200
        assert worker.pid == child


@pytest.fixture
def silent_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A disk that answers nobody, until the event is set."""
    answers = threading.Event()
    monkeypatch.setattr("photofind.child.suspects.DISK_ANSWERS_S", 0.4)

    def read_beginning(path: Path) -> bytes:
        assert answers.wait(120)
        return b"x"

    monkeypatch.setattr("photofind.child.suspects.read_beginning", read_beginning)
    yield answers
    answers.set()


def test_that_a_file_on_a_disk_that_does_not_answer_is_tried_later(
    silent_disk: threading.Event,
    paths: LibraryPaths,
    tiny_folder: Path,
    picture: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = copies_beside(picture, ["hang.png", "scene2.png"])
    real = Path.stat

    def stat(path: Path, **options: Any) -> os.stat_result:
        assert path != files[0].path or silent_disk.is_set(), "this would wait for ever"
        return real(path, **options)

    monkeypatch.setattr(Path, "stat", stat)
    name = f"local-dir:{tiny_folder}"
    with closing(ChildClient(paths, Settings(), name, module=FRAGILE, silence_s=4)) as worker:
        assert worker.space
        results = [result for batch in worker.run(files) for result in batch]
        assert results == [TryLater(file) for file in files]
        with pytest.raises(BadInputError, match="does not answer"):
            worker.read_picture(files[0].path)

        silent_disk.set()
        results = [result for batch in worker.run(files[1:]) for result in batch]
        assert [type(result) for result in results] == [ReadPhoto]


def test_that_a_picture_known_to_be_fatal_is_not_tried_again(
    fragile: ChildClient, picture: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    crashing, once = copies_beside(picture, ["crash.png", "once.png"])

    with pytest.raises(UserFacingError, match="crash"):
        fragile.read_picture(crashing.path)
    child = fragile.pid
    with pytest.raises(UserFacingError, match="crash"):
        fragile.read_picture(crashing.path)

    assert fragile.pid == child
    assert fragile.read_picture(once.path).width == 200
    assert "of SIGSEGV" in caplog.text
    assert "is left out" in caplog.text
    assert "crash.png" not in caplog.text


def test_that_what_the_child_logs_is_logged_by_its_parent(
    paths: LibraryPaths, tiny_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    name = f"local-dir:{tiny_folder}"
    with closing(ChildClient(paths, Settings(), name, module=FRAGILE)) as worker:
        assert worker.space
        child = worker.pid

    (record,) = [one for one in caplog.records if one.name == "photofind.child.encoders"]
    assert record.process == child
    assert f"Loaded the search model {name}" in record.getMessage()
    assert f"Child process {child} was closed" in caplog.text
    assert "ended" not in caplog.text


def test_that_a_picture_that_crashes_does_not_cost_the_files_being_read(
    fragile: ChildClient, picture: Path
) -> None:
    names = [f"{number}.png" for number in range(80)]
    files = copies_beside(picture, [*names[:40], "wait.png", *names[40:]])
    crashing = copies_beside(picture, ["crash.png"])[0].path
    before = fragile.pid

    with closing(fragile.run(files)) as batches:
        results = next(batches)
        with pytest.raises(UserFacingError, match=r"crash\.png makes the program"):
            fragile.read_picture(crashing)
        picture.with_name("wait.go").touch()
        results.extend(result for batch in batches for result in batch)

    assert fragile.pid != before
    assert not [result for result in results if isinstance(result, Unreadable)]
    assert [result.found for result in results] == files


def _interrupted(worker: ChildClient, work: Callable[[], object], begun: Path) -> bool:
    """Interrupt a thread at its work once something has begun; return whether that ended it."""
    ended: list[CancelledError] = []

    def run() -> None:
        try:
            work()
        except CancelledError as error:
            ended.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    ends = time.monotonic() + 60
    while not begun.exists():
        assert time.monotonic() < ends
        time.sleep(0.01)
    while thread.is_alive():
        assert time.monotonic() < ends
        worker.interrupt(thread)
        thread.join(0.1)
    return bool(ended)


def test_that_a_run_that_is_interrupted_ends_and_can_be_made_again(
    fragile: ChildClient, picture: Path
) -> None:
    files = copies_beside(picture, ["wait.png"])

    assert _interrupted(fragile, lambda: list(fragile.run(files)), picture.with_name("wait.begun"))

    picture.with_name("wait.go").touch()
    assert isinstance(next(fragile.run(files))[0], ReadPhoto)


def test_that_a_picture_is_not_blamed_for_a_start_that_is_interrupted(
    paths: LibraryPaths, tiny_folder: Path, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photofind.child.suspects.FATAL", 1)
    (shown,) = copies_beside(picture, ["wait.png"])
    hold = paths.folder / "hold"
    hold.touch()
    name = f"local-dir:{tiny_folder}"
    with (
        closing(ChildClient(paths, Settings(), name, module=FRAGILE)) as worker,
        ThreadPoolExecutor() as pool,
    ):
        showing = pool.submit(worker.read_picture, shown.path)
        assert _interrupted(worker, lambda: worker.space, picture.with_name("wait.begun"))

        hold.unlink()
        picture.with_name("wait.go").touch()
        assert showing.result(60).width == 200


def test_that_a_thread_that_does_not_wait_for_the_child_interrupts_nothing(
    fragile: ChildClient,
) -> None:
    assert fragile.space
    child = fragile.pid

    fragile.interrupt(threading.current_thread())

    assert fragile.pid == child
    assert len(fragile.encode_texts(["a dog"])) == 1
    assert fragile.pid == child


# Libraries and checkpoints


def test_that_it_goes_over_to_another_library_and_checkpoint(
    worker: ChildClient, tmp_path: Path, tiny_folder: Path, picture: Path
) -> None:
    child = worker.pid
    other = make_checkpoint(tmp_path / "other", seed=7)
    elsewhere = library_in(tmp_path / "elsewhere")
    before = worker.space

    worker.restart_for(elsewhere, Settings(thumbnail_px=64), f"local-dir:{other}")

    assert worker.space.checkpoint == f"local-dir:{other}"
    assert worker.space.sha256 != before.sha256
    content = fingerprint(picture.read_bytes())
    assert Image.open(io.BytesIO(worker.make_thumbnail(picture, content))).size == (64, 48)
    assert ThumbnailCache(elsewhere.thumbnails).load(content) is not None
    worker.restart_for(elsewhere, Settings(), f"local-dir:{tiny_folder}")
    assert worker.space == before
    assert worker.pid == child


def test_that_a_run_does_not_go_on_for_another_library(
    worker: ChildClient, paths: LibraryPaths, tiny_folder: Path, picture: Path
) -> None:
    files = copies_beside(picture, [f"{number}.png" for number in range(300)])
    with closing(worker.run(files)) as batches:
        next(batches)
        worker.restart_for(paths, Settings(), f"local-dir:{tiny_folder}")
        with pytest.raises(RuntimeError, match="restart_for"):
            list(batches)

    assert len([one for batch in worker.run(files) for one in batch]) == 300


def test_that_another_number_of_threads_needs_another_process(
    paths: LibraryPaths, tiny_folder: Path
) -> None:
    name = f"local-dir:{tiny_folder}"
    with closing(ChildClient(paths, Settings(), name, module=FRAGILE)) as worker:
        before = worker.pid
        worker.restart_for(paths, Settings(threads=1), name)

        assert worker.pid != before
        assert worker.space.checkpoint == name


def test_that_a_checkpoint_that_cannot_be_loaded_leaves_pictures_and_the_old_one(
    worker: ChildClient, paths: LibraryPaths, tiny_folder: Path, picture: Path
) -> None:
    worker.restart_for(paths, Settings(), "nowhere")

    with pytest.raises(CheckpointError, match="nowhere"):
        _ = worker.space
    with pytest.raises(CheckpointError, match="nowhere"):
        next(worker.run([found_file(picture)]))
    assert worker.encode_texts(["a dog"], f"local-dir:{tiny_folder}").shape == (1, 64)
    assert worker.read_picture(picture).width == 200


def test_that_a_child_that_never_comes_up_is_said_so(paths: LibraryPaths, picture: Path) -> None:
    with closing(ChildClient(paths, Settings(), "any", module="photofind.errors")) as worker:
        with pytest.raises(UserFacingError, match="does not start"):
            _ = worker.space
        with pytest.raises(UserFacingError, match="does not start"):
            worker.read_picture(picture)
        with pytest.raises(UserFacingError, match="does not start"):
            worker.encode_texts(["a dog"])


# Its end


def test_that_closing_ends_every_wait_and_leaves_nothing(
    paths: LibraryPaths, tiny_folder: Path, picture: Path
) -> None:
    threads, children = set(threading.enumerate()), child_processes()
    files = copies_beside(picture, ["wait.png"])
    worker = ChildClient(paths, Settings(), f"local-dir:{tiny_folder}", module=FRAGILE)
    with ThreadPoolExecutor() as pool:
        waits: list[Future[object]] = [
            pool.submit(worker.read_picture, files[0].path),
            pool.submit(lambda: list(worker.run(files))),
            pool.submit(lambda: [worker.encode_texts(["a dog"]) for _ in range(10_000)]),
        ]
        assert worker.space
        worker.close()
        for wait in waits:
            with pytest.raises(CancelledError):
                wait.result(60)
    with pytest.raises(CancelledError):
        worker.read_picture(picture)

    assert set(threading.enumerate()) == threads
    assert child_processes() == children


def test_that_the_parent_never_imports_torch(
    paths: LibraryPaths, tiny_folder: Path, picture: Path
) -> None:
    code = (
        "import sys; from pathlib import Path; from photofind.child.client import ChildClient\n"
        "from photofind.paths import LibraryPaths; from photofind.settings import Settings\n"
        "worker = ChildClient(LibraryPaths(Path(sys.argv[1])), Settings(), sys.argv[2])\n"
        "picture = Path(sys.argv[3]); box = (0, 0, 50, 50)\n"
        "worker.encode_texts(['a dog']); worker.encode_picture(picture)\n"
        "worker.encode_region(picture, box); worker.classify_region(picture, box, ['dog', 'cat'])\n"
        "worker.read_picture(picture); worker.close()\n"
        "sys.exit('torch' in sys.modules or 'open_clip' in sys.modules)"
    )
    arguments = [str(paths.folder), f"local-dir:{tiny_folder}", str(picture)]

    assert subprocess.run([sys.executable, "-c", code, *arguments], check=False).returncode == 0
