"""What one change costs does not grow with the catalogue: counted in steps of SQLite's machine."""

import sqlite3
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from photofind.domain import PhotoId
from photofind.store import derived, embeddings, photos, roots, successions, tags
from photofind.store.derived import ProducerVersion
from photofind.store.roots import Root

from .samples import ROOT, SPACE, read_photo, unit_vectors

FEW, MANY = 200, 3000
GROWTH = 1.5
"""What deeper trees may take more; going through all would take fifteen times as many."""

NEW = 10**6
THUMBNAILS = ProducerVersion("thumbnail", "384")

Act = Callable[[sa.Connection, Root, int, int], None]


def _fill(connection: sa.Connection, first: int, end: int) -> tuple[Root, int]:
    root = roots.add_root(connection, ROOT)
    space = embeddings.space_id(connection, SPACE, create=True)
    assert space is not None
    numbers = range(first, end)
    files = [read_photo(ROOT / f"{number // 10}" / f"{number}.jpg", number) for number in numbers]
    ids = [PhotoId(id_) for id_ in photos.record_files(connection, root, files) if id_]
    embeddings.add_embeddings(connection, space, ids, unit_vectors(len(ids)))
    tags.add(connection, ids[::2], "holiday")
    return root, space


def _add(connection: sa.Connection, root: Root, space: int, number: int) -> None:
    files = [read_photo(ROOT / "new" / f"{number}.jpg", number)]
    (photo_id,) = photos.record_files(connection, root, files)
    assert photo_id is not None
    embeddings.add_embeddings(connection, space, [photo_id], unit_vectors(1))


def _overwrite(connection: sa.Connection, root: Root, _space: int, number: int) -> None:
    photos.record_files(connection, root, [read_photo(ROOT / "0" / "1.jpg", number)])


def _delete(connection: sa.Connection, root: Root, _space: int, _number: int) -> None:
    known = photos.known_files_below(connection, root, ROOT / "0", deep=False)
    photos.remove_files(connection, [known[ROOT / "0" / "3.jpg"].file_id])


def _tag(connection: sa.Connection, _root: Root, _space: int, number: int) -> None:
    tags.add(connection, [PhotoId(5)], f"tag {number}")


@pytest.mark.parametrize("act", [_add, _overwrite, _delete, _tag])
def test_that_one_change_takes_as_many_steps_in_a_large_catalogue(
    connection: sa.Connection, act: Act
) -> None:
    root, space = _fill(connection, 0, FEW)
    few = _steps(connection, lambda: act(connection, root, space, NEW))
    _fill(connection, FEW + 1, MANY)
    # The same once more, where it is new again.
    if act is _delete:
        photos.record_files(connection, root, [read_photo(ROOT / "0" / "3.jpg", 3)])

    many = _steps(connection, lambda: act(connection, root, space, NEW + 1))

    assert many < GROWTH * few


def test_that_looking_for_failures_takes_as_many_steps_in_a_large_catalogue(
    connection: sa.Connection,
) -> None:
    def look() -> None:
        assert len(derived.failures(connection, THUMBNAILS)) == 1

    derived.set_current(connection, [THUMBNAILS])
    _fill(connection, 0, FEW)
    derived.mark_done(connection, THUMBNAILS, [PhotoId(one) for one in range(2, FEW)])
    derived.mark_failed(connection, THUMBNAILS, {PhotoId(1): "Broken."})
    few = _steps(connection, look)
    _fill(connection, FEW + 1, MANY)
    derived.mark_done(connection, THUMBNAILS, [PhotoId(one) for one in range(FEW, MANY - 1)])

    assert _steps(connection, look) < GROWTH * few


def test_that_a_sample_reads_no_more_embeddings_than_it_needs(connection: sa.Connection) -> None:
    _, space = _fill(connection, 0, MANY)
    size = 50
    some = [PhotoId(one) for one in range(1, MANY, MANY // size)]
    needed = _steps(connection, lambda: embeddings.vectors_of(connection, space, some))

    def sample() -> None:
        assert len(successions.sample_vectors(connection, space, size)) == size

    assert _steps(connection, sample) < GROWTH * needed


def _steps(connection: sa.Connection, act: Callable[[], object]) -> int:
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    raw.set_progress_handler(step, 1)
    try:
        act()
    finally:
        raw.set_progress_handler(None, 0)
    return steps
