from pathlib import Path

import pytest
from PIL import Image

from photofind.errors import UserFacingError
from photofind.evaluation.drawn_album import CAMERAS, FOLDERS, draw_album, scene_of
from photofind.photos.metadata import read_metadata
from tests.support.full_disk import full_disk as full_disk


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.jpg"))
    }


def test_that_an_album_is_the_same_every_time(tmp_path: Path) -> None:
    once, again = draw_album(tmp_path / "once", 6), draw_album(tmp_path / "again", 6)

    assert _files(once) == _files(again)
    assert {Path(name).parent.name for name in _files(once)} == set(FOLDERS)


def test_that_what_is_there_is_kept_and_the_rest_is_drawn(tmp_path: Path) -> None:
    folder = draw_album(tmp_path, 2)
    changed = next(folder.rglob("*.jpg"))
    changed.write_bytes(b"mine")
    steps: list[int] = []

    draw_album(folder, 3, steps.append)

    assert changed.read_bytes() == b"mine"
    assert len(_files(folder)) == 3
    assert steps == [1, 2, 3]


def test_that_pictures_have_dates_and_cameras_and_known_things(tmp_path: Path) -> None:
    for path in draw_album(tmp_path, 4).rglob("*.jpg"):
        about = read_metadata(path.read_bytes())
        with Image.open(path) as image:
            size = image.size

        assert about.taken_at is not None
        assert "2014-04-05" <= about.taken_at < "2025-10-13"
        assert about.camera is not None
        assert any(model in about.camera for _, model in CAMERAS)
        assert scene_of(path).image.size == size


@pytest.mark.usefixtures("full_disk")
def test_that_a_full_disk_is_said_so_and_leaves_no_half_picture(tmp_path: Path) -> None:
    with pytest.raises(UserFacingError, match="No space left"):
        draw_album(tmp_path / "album", 1)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
