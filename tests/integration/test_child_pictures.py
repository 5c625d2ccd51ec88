"""Pictures and thumbnails from the child process."""

import io
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photofind.child.client import ChildClient
from photofind.child.messages import MakeThumbnail, PixelPicture, ReadPicture
from photofind.child.pictures import PictureFiles, PictureThread
from photofind.errors import BadInputError
from photofind.evaluation.drawn_scenes import draw_scene
from photofind.indexing.stages import ReadPhoto, Unreadable
from photofind.paths import LibraryPaths
from photofind.photos.fingerprint import fingerprint
from photofind.photos.thumbnails import ThumbnailCache
from photofind.settings import Settings
from tests.integration.child_fixtures import BOX, FRAGILE, copies_beside, found_file
from tests.integration.child_fixtures import fragile as fragile
from tests.integration.child_fixtures import paths as paths
from tests.integration.child_fixtures import picture as picture
from tests.integration.child_fixtures import tiny_child as tiny_child
from tests.integration.child_fixtures import worker as worker


def _as_array(picture: PixelPicture) -> np.ndarray:
    return np.frombuffer(picture.rgb, np.uint8).reshape(picture.height, picture.width, 3)


def test_that_a_picture_comes_upright_and_no_larger_than_requested(
    worker: ChildClient, tmp_path: Path
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
    worker: ChildClient, paths: LibraryPaths, tiny_folder: Path, tmp_path: Path
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
    worker: ChildClient, paths: LibraryPaths, picture: Path
) -> None:
    content = fingerprint(picture.read_bytes())

    jpeg = worker.make_thumbnail(picture, content)

    assert Image.open(io.BytesIO(jpeg)).size == (200, 150)
    assert ThumbnailCache(paths.thumbnails).load(content) == jpeg


def test_that_no_thumbnail_is_made_of_another_content(
    worker: ChildClient, paths: LibraryPaths, picture: Path
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
    with closing(ChildClient(paths, Settings(), name, module=FRAGILE)) as worker:
        assert worker.read_picture(picture).width == 200
        assert worker.make_thumbnail(picture, fingerprint(picture.read_bytes()))
        assert hold.exists()
        hold.unlink()
        assert worker.space.checkpoint == name


def test_that_pictures_need_not_wait_for_a_batch(fragile: ChildClient, picture: Path) -> None:
    files = copies_beside(picture, ["wait.png"])
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(lambda: [one for batch in fragile.run(files) for one in batch])
        assert fragile.read_picture(picture).width == 200
        assert not reading.done()
        picture.with_name("wait.go").touch()

        assert isinstance(reading.result()[0], ReadPhoto)


def test_that_the_newest_picture_comes_first_and_thumbnails_last(
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
    pictures.use(PictureFiles(paths, Settings()))
    pictures.add(1, ReadPicture(picture, 10))
    assert busy.wait(60)
    pictures.add(2, MakeThumbnail(picture, fingerprint(picture.read_bytes())))
    for number in (3, 4, 5):
        pictures.add(number, ReadPicture(picture, 10))
    go_on.set()

    assert done.wait(60)
    assert answered == [1, 5, 4, 3, 2]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits what a process may take")
def test_that_a_picture_that_takes_too_much_memory_is_unreadable(
    worker: ChildClient, paths: LibraryPaths, tiny_folder: Path, picture: Path
) -> None:
    huge = picture.with_name("huge.png")
    Image.new("RGB", (10_000, 10_000)).save(huge, compress_level=1)
    files = [found_file(huge), *copies_beside(picture, ["small.png"])]
    child = worker.pid

    worker.restart_for(paths, Settings(max_memory_mb=256), f"local-dir:{tiny_folder}")
    unreadable, embedded = [result for batch in worker.run(files) for result in batch]

    assert isinstance(unreadable, Unreadable)
    assert "not enough memory" in unreadable.reason
    assert isinstance(embedded, ReadPhoto)
    assert len(embedded.products) == 2
    with pytest.raises(BadInputError, match="not enough memory"):
        worker.read_picture(huge, 100)
    assert worker.pid == child

    worker.restart_for(paths, Settings(), f"local-dir:{tiny_folder}")
    assert worker.space
    assert worker.read_picture(huge, 100).width == 100
