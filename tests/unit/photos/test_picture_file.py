from pathlib import Path

import pytest
from PIL import Image

from photofind.errors import BadInputError
from photofind.photos.picture_file import PictureLimits, open_picture
from photofind.settings import Settings


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    Image.new("RGB", (1200, 1000), "red").save(path)
    return path


def test_that_limits_come_from_the_settings() -> None:
    limits = PictureLimits.of(Settings(max_file_mb=7, max_megapixels=5))

    assert (limits.max_bytes, limits.max_pixels) == (7_000_000, 5_000_000)


def test_that_a_picture_within_the_limits_is_opened(picture: Path) -> None:
    limits = PictureLimits(picture.stat().st_size, 1_200_000)

    assert open_picture(picture, limits=limits).image.size == (1200, 1000)


def test_that_a_picture_of_too_many_pixels_is_refused(picture: Path) -> None:
    with pytest.raises(BadInputError, match="megapixels"):
        open_picture(picture, limits=PictureLimits(max_pixels=1_199_999))


def test_that_too_large_a_file_is_refused(picture: Path) -> None:
    with pytest.raises(BadInputError, match="MB"):
        open_picture(picture, limits=PictureLimits(max_bytes=picture.stat().st_size - 1))


def test_that_a_file_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"There is no picture at .*absent\.jpg"):
        open_picture(tmp_path / "absent.jpg")
