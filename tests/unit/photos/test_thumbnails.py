import errno
import io
import shutil
import threading
from pathlib import Path

import pytest
from PIL import Image

from photofind.photos.fingerprint import fingerprint
from photofind.photos.thumbnails import ThumbnailCache, average_colour
from tests.support.full_disk import full_disk as full_disk

from .pictures import corners, nearest_corner_colours, scene

PHOTO = fingerprint(b"a photo")


@pytest.fixture
def cache(tmp_path: Path) -> ThumbnailCache:
    return ThumbnailCache(tmp_path / "thumbnails")


def size_of(jpeg: bytes | None) -> tuple[int, int]:
    assert jpeg is not None
    with Image.open(io.BytesIO(jpeg)) as image:
        return image.size


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_that_a_stored_thumbnail_is_loaded(cache: ThumbnailCache) -> None:
    cache.store(PHOTO, corners(800, 480))
    jpeg = cache.load(PHOTO)
    assert size_of(jpeg) == (384, 230)
    assert nearest_corner_colours(Image.open(io.BytesIO(jpeg or b""))) == [
        "red", "lime", "blue", "yellow"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("size", "expected"),
    [((100, 50), (100, 50)), ((384, 384), (384, 384)), ((500, 1000), (192, 384)),
     ((10_000, 3), (384, 1)), ((1, 1), (1, 1))],
)  # fmt: skip
def test_that_the_longest_side_is_kept_and_nothing_is_enlarged(
    cache: ThumbnailCache, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    cache.store(PHOTO, Image.new("RGB", size))
    assert size_of(cache.load(PHOTO)) == expected


def test_that_thumbnails_are_spread_by_their_first_byte(
    cache: ThumbnailCache, tmp_path: Path
) -> None:
    digits = PHOTO.hex()
    assert cache.path_of(PHOTO) == tmp_path / "thumbnails" / digits[:2] / f"{digits}.jpg"


def test_that_nothing_is_made_before_it_is_needed(cache: ThumbnailCache, tmp_path: Path) -> None:
    assert cache.load(PHOTO) is None
    assert list(tmp_path.iterdir()) == []


def test_that_a_thumbnail_of_another_size_is_replaced(
    cache: ThumbnailCache, tmp_path: Path
) -> None:
    cache.store(PHOTO, corners(800, 480))
    smaller = ThumbnailCache(tmp_path / "thumbnails", 100)
    smaller.store(PHOTO, corners(800, 480))
    assert size_of(cache.load(PHOTO)) == (100, 60)


def test_that_it_is_known_when_all_thumbnails_are_gone(
    cache: ThumbnailCache, tmp_path: Path
) -> None:
    assert cache.is_empty()
    cache.store(PHOTO, corners())
    assert not cache.is_empty()
    for part in (tmp_path / "thumbnails").iterdir():
        shutil.rmtree(part)
    assert cache.is_empty()


@pytest.mark.parametrize("kept", [0, 1, 300])
def test_that_half_a_thumbnail_counts_as_none_and_is_made_again(
    cache: ThumbnailCache, kept: int
) -> None:
    cache.store(PHOTO, scene())
    path = cache.path_of(PHOTO)
    whole = path.read_bytes()
    path.write_bytes(whole[:kept])
    assert cache.load(PHOTO) is None
    cache.store(PHOTO, scene())
    assert cache.load(PHOTO) == whole


def test_that_a_full_disk_is_an_error_and_leaves_nothing_behind(
    cache: ThumbnailCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        cache.store(PHOTO, corners())
    assert files_in(tmp_path) == []


@pytest.mark.usefixtures("full_disk")
def test_that_a_write_to_a_full_disk_is_an_error(cache: ThumbnailCache, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left") as caught:
        cache.store(PHOTO, corners())
    assert caught.value.errno == errno.ENOSPC
    assert files_in(tmp_path) == []


def test_that_a_reader_never_meets_half_a_thumbnail(cache: ThumbnailCache, tmp_path: Path) -> None:
    picture = scene(384, 288)
    seen: set[int | None] = set()
    done = threading.Event()

    def read() -> None:
        path = cache.path_of(PHOTO)
        while not done.is_set():
            try:
                seen.add(len(path.read_bytes()))
            except OSError:
                seen.add(None)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(60):
        cache.store(PHOTO, picture)
        cache.path_of(PHOTO).unlink()
    cache.store(PHOTO, picture)
    done.set()
    reader.join()
    assert seen <= {None, cache.path_of(PHOTO).stat().st_size}
    assert files_in(tmp_path) == [cache.path_of(PHOTO).name]


def test_that_a_thumbnail_carries_no_metadata_of_its_photo(cache: ThumbnailCache) -> None:
    picture = corners()
    picture.info["exif"] = b"Exif\0\0secret place"
    cache.store(PHOTO, picture)
    assert b"secret" not in (cache.load(PHOTO) or b"")


def test_that_the_average_colour_is_the_mean() -> None:
    half = Image.new("RGB", (1000, 700), (200, 100, 0))
    half.paste((100, 0, 50), (0, 0, 500, 700))
    colour = average_colour(half)
    assert all(abs(a - b) <= 1 for a, b in zip(colour, (150, 50, 25), strict=True))
    assert average_colour(Image.new("RGB", (1, 1), (1, 2, 3))) == (1, 2, 3)
