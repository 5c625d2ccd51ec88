import os
from pathlib import Path

import pytest

from photofind.domain import FoundFile
from photofind.errors import FileChangedError, UnreadablePhotoError
from photofind.photos.fingerprint import FINGERPRINT_BYTES, fingerprint
from photofind.photos.formats import HEAD_BYTES, NotAPhoto
from photofind.photos.read import read_file
from photofind.photos.scan import scan

from .pictures import corners, encoded

LIMIT = 10**9


@pytest.fixture
def photo(tmp_path: Path) -> FoundFile:
    (tmp_path / "a.jpg").write_bytes(encoded(corners(), "JPEG"))
    return found_in(tmp_path)


def found_in(folder: Path) -> FoundFile:
    (found,) = scan(folder)
    assert isinstance(found, FoundFile)
    return found


def test_that_the_whole_content_is_read(photo: FoundFile) -> None:
    assert read_file(photo, LIMIT) == photo.path.read_bytes()


def test_that_reading_leaves_the_original_as_it_was(photo: FoundFile) -> None:
    photo.path.chmod(0o400)
    before = photo.path.stat()
    read_file(photo, LIMIT)
    after = photo.path.stat()
    assert (after.st_mtime_ns, after.st_ctime_ns) == (before.st_mtime_ns, before.st_ctime_ns)


def test_that_a_file_that_grew_is_tried_again(photo: FoundFile) -> None:
    with photo.path.open("ab") as file:
        file.write(b"more")
    os.utime(photo.path, ns=(0, photo.stat.mtime_ns))
    with pytest.raises(FileChangedError):
        read_file(photo, LIMIT)


def test_that_a_file_of_the_same_size_but_another_time_is_tried_again(photo: FoundFile) -> None:
    os.utime(photo.path, ns=(0, photo.stat.mtime_ns + 1_000_000))
    with pytest.raises(FileChangedError):
        read_file(photo, LIMIT)


def test_that_a_file_that_changes_while_it_is_read_is_tried_again(
    photo: FoundFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def grow(head: bytes, name: str) -> None:
        with photo.path.open("ab") as file:
            file.write(b"more")

    monkeypatch.setattr("photofind.photos.read.identify", grow)
    with pytest.raises(FileChangedError):
        read_file(photo, LIMIT)


def test_that_a_deleted_file_is_not_at_fault(photo: FoundFile) -> None:
    photo.path.unlink()
    with pytest.raises(FileChangedError):
        read_file(photo, LIMIT)


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX file system")
def test_that_a_pipe_in_a_files_place_does_not_block(photo: FoundFile) -> None:
    photo.path.unlink()
    os.mkfifo(photo.path)
    with pytest.raises(FileChangedError):
        read_file(photo, LIMIT)


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="the superuser may read any file"
)
def test_that_a_forbidden_file_is_refused_in_words(photo: FoundFile) -> None:
    photo.path.chmod(0)
    found = found_in(photo.root)
    with pytest.raises(UnreadablePhotoError, match="not permitted"):
        read_file(found, LIMIT)


def test_that_a_file_over_the_limit_is_refused_in_words(photo: FoundFile) -> None:
    with pytest.raises(UnreadablePhotoError, match=r"photos of up to 0 MB"):
        read_file(photo, photo.stat.size - 1)
    assert read_file(photo, photo.stat.size)


def test_that_a_large_file_that_is_no_photo_is_not_read_to_its_end(tmp_path: Path) -> None:
    with (tmp_path / "disk_image").open("wb") as file:
        file.write(b"no picture")
        file.truncate(1 << 40)  # more than any memory
    with pytest.raises(NotAPhoto):
        read_file(found_in(tmp_path), 1 << 50)


def test_that_an_empty_file_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    with pytest.raises(UnreadablePhotoError, match="empty"):
        read_file(found_in(tmp_path), LIMIT)


def test_that_a_fingerprint_depends_on_every_byte() -> None:
    data = bytes(100_000)
    assert len(fingerprint(data)) == FINGERPRINT_BYTES
    assert fingerprint(data) == fingerprint(memoryview(bytearray(data)))
    for at in (0, 50_000, 99_999):
        changed = bytearray(data)
        changed[at] = 1
        assert fingerprint(bytes(changed)) != fingerprint(data)
    assert fingerprint(data + b"\0") != fingerprint(data)


def test_that_a_fingerprint_stays_what_catalogues_have_recorded() -> None:
    assert fingerprint(b"photofind").hex() == "eca20f7664e269944ba3cf67eca62e28"


def test_that_progress_is_reported_chunk_by_chunk(
    photo: FoundFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photofind.photos.read.CHUNK_BYTES", 100)
    read: list[int] = []

    data = read_file(photo, LIMIT, read.append)

    assert data == photo.path.read_bytes()
    assert max(read) == 100
    assert len(data) - HEAD_BYTES == sum(read)


def test_that_a_file_that_grows_for_ever_is_left(
    photo: FoundFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photofind.photos.read.CHUNK_BYTES", 100)
    read: list[int] = []

    def grow(read_bytes: int) -> None:
        read.append(read_bytes)
        with photo.path.open("ab") as file:
            file.write(bytes(200))

    with pytest.raises(FileChangedError):
        read_file(photo, LIMIT, grow)

    assert sum(read) <= photo.stat.size
