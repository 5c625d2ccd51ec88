"""What a window asks of the child process: answered beside reading, and whatever dies of it."""

import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photofind.child.messages import MakeThumbnail, PixelPicture, ReadPicture
from photofind.child.pictures import PictureFiles, PictureThread
from photofind.child.worker import ChildWorker
from photofind.clip.checkpoints import Checkpoint
from photofind.clip.encoder import encode_picture
from photofind.clip.open_clip_encoder import OpenClipEncoder
from photofind.domain import FileStat, FoundFile
from photofind.errors import BadInputError, CancelledError, CheckpointError, UserFacingError
from photofind.evaluation.drawn_scenes import draw_scene
from photofind.indexing.stages import Unreadable
from photofind.indexing.worker import Embedded
from photofind.paths import LibraryPaths
from photofind.photos.fingerprint import fingerprint
from photofind.photos.picture_file import open_picture
from photofind.photos.thumbnails import ThumbnailCache
from photofind.region_desk import RegionDesk, RegionQuestion
from photofind.search.regions import RegionMethod
from photofind.settings import Settings
from photofind.store.database import Database
from tests.support.checkpoints import make_checkpoint

FRAGILE = "tests.support.fragile_child"
BOX = (20.0, 10.0, 100.0, 90.0)


def _library(folder: Path) -> LibraryPaths:
    paths = LibraryPaths(folder)
    Database.open(paths, write=True).close()
    return paths


def _found(path: Path) -> FoundFile:
    status = path.stat()
    stat = FileStat(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return FoundFile(path.parent, path, stat)


def _copies(picture: Path, names: list[str]) -> list[FoundFile]:
    """Readable photos of their own content beside a picture."""
    found = []
    for name in names:
        path = picture.with_name(name)
        path.write_bytes(picture.read_bytes() + name.encode())
        found.append(_found(path))
    return found


def _children() -> set[int]:
    """The processes this one has started, the dead ones that nobody waited for too."""
    listed = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return {int(pid) for children in listed for pid in children.read_text().split()}


@pytest.fixture(scope="module")
def _warm_child(
    tmp_path_factory: pytest.TempPathFactory, tiny_folder: Path
) -> Iterator[ChildWorker]:
    paths = _library(tmp_path_factory.mktemp("first") / "library")
    with closing(ChildWorker(paths, Settings(), f"local-dir:{tiny_folder}")) as worker:
        yield worker


@pytest.fixture
def paths(tmp_path: Path) -> LibraryPaths:
    return _library(tmp_path / "library")


@pytest.fixture
def worker(_warm_child: ChildWorker, paths: LibraryPaths, tiny_folder: Path) -> ChildWorker:
    """A real child that has loaded the tiny checkpoint, for a library of this test."""
    _warm_child.restart_for(paths, Settings(), f"local-dir:{tiny_folder}")
    return _warm_child


@pytest.fixture
def fragile(paths: LibraryPaths, tiny_folder: Path) -> Iterator[ChildWorker]:
    """A child that minds the names of files."""
    name = f"local-dir:{tiny_folder}"
    with closing(ChildWorker(paths, Settings(), name, module=FRAGILE)) as worker:
        yield worker


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "photos" / "scene.png"
    path.parent.mkdir()
    draw_scene(5, (200, 150)).image.save(path)
    return path


# Questions


def test_that_a_picture_is_embedded_as_in_this_process(
    worker: ChildWorker, tiny: Checkpoint, picture: Path
) -> None:
    encoder = OpenClipEncoder(tiny)
    image = open_picture(picture, shorter_side=2 * encoder.preprocess.size).image

    vector = worker.encode_picture(picture)

    np.testing.assert_allclose(vector, encode_picture(encoder, image), atol=1e-5)
    assert vector.dtype == np.float32


@pytest.mark.parametrize("method", list(RegionMethod))
def test_that_regions_are_answered_as_in_this_process(
    worker: ChildWorker, tiny: Checkpoint, paths: LibraryPaths, picture: Path, method: RegionMethod
) -> None:
    encoder = OpenClipEncoder(tiny)
    desk = RegionDesk(paths, lambda: encoder)
    question = RegionQuestion(picture, BOX, ("dog", "cat", "tree"), method, 0.5)

    answer = worker.answer_region(picture, BOX, ("dog", "cat", "tree"), method, 0.5)
    vector = worker.encode_region(picture, BOX, method, 0.5)

    expected = desk.answer(question)
    assert (answer.box, answer.method) == (expected.box, expected.method)
    assert [one.label for one in answer.labels] == [one.label for one in expected.labels]
    np.testing.assert_allclose(vector, desk.embedding(question), atol=1e-5)


def test_that_a_region_without_labels_is_asked_of_the_vocabulary(
    worker: ChildWorker, paths: LibraryPaths, picture: Path
) -> None:
    assert len(worker.answer_region(picture, BOX).labels) == 20

    (paths.folder / "vocabulary.toml").write_text("nonsense = 1\n")
    with pytest.raises(BadInputError, match=r"vocabulary\.toml"):
        worker.answer_region(picture, BOX)


def test_that_a_question_may_name_another_checkpoint(
    worker: ChildWorker, picture: Path, tmp_path: Path
) -> None:
    own = worker.encode_texts(["a dog"])
    for seed in (1, 2, 3):
        folder = make_checkpoint(tmp_path / f"other{seed}", seed=seed)
        encoder = OpenClipEncoder(Checkpoint("other", folder))

        found = worker.encode_texts(["a dog"], f"local-dir:{folder}")
        seen = worker.encode_picture(picture, f"local-dir:{folder}")

        np.testing.assert_allclose(found, encoder.encode_texts(["a dog"]), atol=1e-5)
        assert float(np.linalg.norm(seen)) == pytest.approx(1, abs=1e-4)
    np.testing.assert_array_equal(worker.encode_texts(["a dog"]), own)


def test_that_a_checkpoint_that_is_not_there_costs_only_its_own_question(
    worker: ChildWorker,
) -> None:
    with pytest.raises(CheckpointError, match="nowhere"):
        worker.encode_texts(["a dog"], "nowhere")

    assert worker.encode_texts(["a dog"]).shape == (1, 64)


@pytest.mark.parametrize(
    "ask",
    [
        ChildWorker.encode_picture,
        ChildWorker.read_picture,
        lambda worker, path: worker.encode_region(path, BOX),
        lambda worker, path: worker.answer_region(path, BOX, ["dog"]),
        lambda worker, path: worker.make_thumbnail(path, fingerprint(b"")),
    ],
)
def test_that_a_picture_that_is_of_no_use_is_said_so(
    worker: ChildWorker, tmp_path: Path, ask: Callable[[ChildWorker, Path], object]
) -> None:
    with pytest.raises(BadInputError, match=r"There is no picture at .*absent\.jpg"):
        ask(worker, tmp_path / "absent.jpg")

    torn = tmp_path / "torn.jpg"
    torn.write_bytes(b"\xff\xd8\xff")
    with pytest.raises(BadInputError, match=r"torn\.jpg"):
        ask(worker, torn)


# Pictures


def _as_array(picture: PixelPicture) -> np.ndarray:
    return np.frombuffer(picture.rgb, np.uint8).reshape(picture.height, picture.width, 3)


def test_that_a_picture_comes_upright_and_no_larger_than_asked(
    worker: ChildWorker, tmp_path: Path
) -> None:
    image = Image.new("RGB", (400, 200), "blue")
    image.paste("red", (0, 0, 200, 200))
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "turned.png"
    image.save(path, exif=exif)

    whole, small = worker.read_picture(path), worker.read_picture(path, 100)

    assert (whole.width, whole.height) == (whole.photo_width, whole.photo_height) == (200, 400)
    assert (small.width, small.height, small.photo_width, small.photo_height) == (50, 100, 200, 400)
    for shown in (_as_array(whole), _as_array(small)):
        np.testing.assert_array_equal(shown[5, 5], (255, 0, 0))
        np.testing.assert_array_equal(shown[-5, -5], (0, 0, 255))
    assert worker.read_picture(path, 1000).height == 400


def test_that_the_limits_in_the_settings_hold(
    worker: ChildWorker, paths: LibraryPaths, tiny_folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "large.png"
    Image.new("1", (1500, 1000)).save(path)
    assert worker.read_picture(path, 10).width == 10

    worker.restart_for(paths, Settings(max_megapixels=1), f"local-dir:{tiny_folder}")

    with pytest.raises(BadInputError, match="megapixels"):
        worker.read_picture(path, 10)
    with pytest.raises(BadInputError, match="megapixels"):
        worker.encode_region(path, BOX)


def test_that_a_thumbnail_is_made_again_and_stored(
    worker: ChildWorker, paths: LibraryPaths, picture: Path
) -> None:
    content = fingerprint(picture.read_bytes())

    jpeg = worker.make_thumbnail(picture, content)

    assert Image.open(io.BytesIO(jpeg)).size == (200, 150)
    assert ThumbnailCache(paths.thumbnails).load(content) == jpeg


def test_that_no_thumbnail_is_made_of_another_content(
    worker: ChildWorker, paths: LibraryPaths, picture: Path
) -> None:
    before = fingerprint(picture.read_bytes())
    draw_scene(6, (200, 150)).image.save(picture)

    with pytest.raises(BadInputError, match="another photo"):
        worker.make_thumbnail(picture, before)
    assert ThumbnailCache(paths.thumbnails).load(before) is None


def test_that_pictures_need_not_wait_for_the_encoder(
    paths: LibraryPaths, tiny_folder: Path, picture: Path
) -> None:
    hold = paths.folder / "hold"
    hold.touch()
    name = f"local-dir:{tiny_folder}"
    with closing(ChildWorker(paths, Settings(), name, module=FRAGILE)) as worker:
        assert worker.read_picture(picture).width == 200
        assert worker.make_thumbnail(picture, fingerprint(picture.read_bytes()))
        assert hold.exists()
        hold.unlink()
        assert worker.space.checkpoint == name


def test_that_pictures_need_not_wait_for_a_batch(fragile: ChildWorker, picture: Path) -> None:
    files = _copies(picture, ["wait.png"])
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(lambda: [one for batch in fragile.run(files) for one in batch])
        assert fragile.read_picture(picture).width == 200
        assert not reading.done()
        picture.with_name("wait.go").touch()

        assert isinstance(reading.result()[0], Embedded)


def test_that_the_newest_picture_comes_first_and_forgotten_ones_never(
    paths: LibraryPaths, picture: Path
) -> None:
    answered: list[int] = []
    busy, go_on, done = threading.Event(), threading.Event(), threading.Event()

    def answer(number: int, message: object) -> None:
        answered.append(number)
        busy.set()
        assert go_on.wait(60)
        if number == 2:
            done.set()

    pictures = PictureThread(answer)
    pictures.work_for(PictureFiles(paths, Settings()))
    pictures.ask(1, ReadPicture(picture, 10))
    assert busy.wait(60)
    pictures.ask(2, MakeThumbnail(picture, fingerprint(picture.read_bytes())))
    for number in (3, 4, 5):
        pictures.ask(number, ReadPicture(picture, 10))
    pictures.forget(4)
    go_on.set()

    assert done.wait(60)
    assert answered == [1, 5, 3, 2]


def test_that_a_forgotten_picture_keeps_nobody_waiting(fragile: ChildWorker, picture: Path) -> None:
    slow, _ = _copies(picture, ["wait.png", "other.png"])
    first = fragile.begin_picture(slow.path, 10)
    second = fragile.begin_picture(picture, 10)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(first.get)
        first.forget()
        with pytest.raises(CancelledError):
            waiting.result(60)
    slow.path.with_suffix(".go").touch()

    assert second.get().width == 10


# Many at once


def test_that_all_kinds_are_answered_while_files_are_read(
    worker: ChildWorker, picture: Path
) -> None:
    texts, region = worker.encode_texts(["a dog"]), worker.encode_region(picture, BOX)
    asks: list[Callable[[], bool]] = [
        lambda: bool((worker.encode_texts(["a dog"]) == texts).all()),
        # The arithmetic may change with the first batch that it can be measured with.
        lambda: float(worker.encode_region(picture, BOX) @ region) > 0.99,
        lambda: len(worker.answer_region(picture, BOX, ["dog", "cat"]).labels) == 2,
        lambda: worker.read_picture(picture, 20).width == 20,
        lambda: worker.encode_picture(picture).shape == (64,),
    ]
    files = _copies(picture, [f"{number}.png" for number in range(600)])
    during: list[bool] = []
    read: list[FoundFile] = []
    with ThreadPoolExecutor(6) as pool:
        for batch in worker.run(files):
            read.extend(result.found for result in batch if isinstance(result, Embedded))
            answers = [pool.submit(ask) for ask in asks]
            during.extend(answer.result() for answer in answers)

    assert read == files
    assert len(during) > 50
    assert all(during)


def test_that_a_dead_child_is_started_once_and_everybody_is_answered(
    fragile: ChildWorker, picture: Path
) -> None:
    files = _copies(picture, ["wait.png"])
    others = _children() - {fragile.pid}

    def ask(number: int) -> int:
        if number % 2:
            return fragile.read_picture(picture, 10).width
        return len(fragile.encode_texts(["a dog"]))

    with ThreadPoolExecutor(12) as pool:
        waiting = fragile.begin_picture(files[0].path, 10)
        os.kill(fragile.pid, signal.SIGKILL)
        answers = list(pool.map(ask, range(40)))
        picture.with_name("wait.go").touch()
        assert waiting.get().width == 10

    assert answers == [1, 10] * 20
    assert _children() - others == {fragile.pid}


def test_that_a_child_killed_again_and_again_loses_no_photo(
    fragile: ChildWorker, picture: Path
) -> None:
    files = _copies(picture, [f"{number}.png" for number in range(200)])
    fatal = _copies(picture, ["crash.png"])[0].path
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
    assert all(isinstance(result, Embedded) for result in results)


def test_that_a_picture_known_to_be_fatal_is_not_tried_again(
    fragile: ChildWorker, picture: Path
) -> None:
    crashing, once = _copies(picture, ["crash.png", "once.png"])

    with pytest.raises(UserFacingError, match="crash"):
        fragile.read_picture(crashing.path)
    child = fragile.pid
    with pytest.raises(UserFacingError, match="crash"):
        fragile.read_picture(crashing.path)

    assert fragile.pid == child
    assert fragile.read_picture(once.path).width == 200


def test_that_a_picture_that_crashes_does_not_cost_the_files_being_read(
    fragile: ChildWorker, picture: Path
) -> None:
    names = [f"{number}.png" for number in range(80)]
    files = _copies(picture, [*names[:40], "wait.png", *names[40:]])
    crashing = _copies(picture, ["crash.png"])[0].path
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


# The child's life


def test_that_it_goes_over_to_another_library_and_checkpoint(
    worker: ChildWorker, tmp_path: Path, tiny_folder: Path, picture: Path
) -> None:
    child = worker.pid
    other = make_checkpoint(tmp_path / "other", seed=7)
    elsewhere = _library(tmp_path / "elsewhere")
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
    worker: ChildWorker, paths: LibraryPaths, tiny_folder: Path, picture: Path
) -> None:
    files = _copies(picture, [f"{number}.png" for number in range(300)])
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
    with closing(ChildWorker(paths, Settings(), name, module=FRAGILE)) as worker:
        before = worker.pid
        worker.restart_for(paths, Settings(threads=1), name)

        assert worker.pid != before
        assert worker.space.checkpoint == name


def test_that_a_checkpoint_that_cannot_be_loaded_leaves_pictures_and_the_old_one(
    worker: ChildWorker, paths: LibraryPaths, tiny_folder: Path, picture: Path
) -> None:
    worker.restart_for(paths, Settings(), "nowhere")

    with pytest.raises(CheckpointError, match="nowhere"):
        _ = worker.space
    with pytest.raises(CheckpointError, match="nowhere"):
        next(worker.run([_found(picture)]))
    assert worker.encode_texts(["a dog"], f"local-dir:{tiny_folder}").shape == (1, 64)
    assert worker.read_picture(picture).width == 200


def test_that_a_child_that_never_comes_up_is_said_so(paths: LibraryPaths, picture: Path) -> None:
    with closing(ChildWorker(paths, Settings(), "any", module="photofind.errors")) as worker:
        with pytest.raises(UserFacingError, match="does not start"):
            _ = worker.space
        with pytest.raises(UserFacingError, match="does not start"):
            worker.read_picture(picture)
        with pytest.raises(UserFacingError, match="does not start"):
            worker.encode_texts(["a dog"])


def test_that_closing_ends_every_wait_and_leaves_nothing(
    paths: LibraryPaths, tiny_folder: Path, picture: Path
) -> None:
    threads, children = set(threading.enumerate()), _children()
    files = _copies(picture, ["wait.png"])
    worker = ChildWorker(paths, Settings(), f"local-dir:{tiny_folder}", module=FRAGILE)
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
    assert _children() == children


def test_that_the_asking_process_never_imports_torch(
    paths: LibraryPaths, tiny_folder: Path, picture: Path
) -> None:
    code = (
        "import sys; from pathlib import Path; from photofind.child.worker import ChildWorker\n"
        "from photofind.paths import LibraryPaths; from photofind.settings import Settings\n"
        "worker = ChildWorker(LibraryPaths(Path(sys.argv[1])), Settings(), sys.argv[2])\n"
        "picture = Path(sys.argv[3]); box = (0, 0, 50, 50)\n"
        "worker.encode_texts(['a dog']); worker.encode_picture(picture)\n"
        "worker.encode_region(picture, box); worker.answer_region(picture, box, ['dog', 'cat'])\n"
        "worker.read_picture(picture); worker.close()\n"
        "sys.exit('torch' in sys.modules or 'open_clip' in sys.modules)"
    )
    arguments = [str(paths.folder), f"local-dir:{tiny_folder}", str(picture)]

    assert subprocess.run([sys.executable, "-c", code, *arguments], check=False).returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits what a process may take")
def test_that_a_picture_that_takes_too_much_memory_is_unreadable(
    worker: ChildWorker, paths: LibraryPaths, tiny_folder: Path, picture: Path
) -> None:
    huge = picture.with_name("huge.png")
    Image.new("RGB", (10_000, 10_000)).save(huge, compress_level=1)
    files = [_found(huge), *_copies(picture, ["small.png"])]
    child = worker.pid

    worker.restart_for(paths, Settings(max_memory_mb=256), f"local-dir:{tiny_folder}")
    unreadable, embedded = [result for batch in worker.run(files) for result in batch]

    assert isinstance(unreadable, Unreadable)
    assert "not enough memory" in unreadable.reason
    assert isinstance(embedded, Embedded)
    with pytest.raises(BadInputError, match="not enough memory"):
        worker.read_picture(huge, 100)
    assert worker.pid == child

    worker.restart_for(paths, Settings(), f"local-dir:{tiny_folder}")
    assert worker.space
    assert worker.read_picture(huge, 100).width == 100
