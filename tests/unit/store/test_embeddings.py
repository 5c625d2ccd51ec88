from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from photofind.domain import EmbeddingSpace, PhotoId
from photofind.store import derived, embeddings, photos, roots, schema
from photofind.store.database import Database

from .samples import DIM, ROOT, SPACE, read_photo, unit_vectors


@pytest.fixture
def space(connection: sa.Connection) -> int:
    return embeddings.space_id(connection, SPACE, create=True)


def record(connection: sa.Connection, count: int, start: int = 0) -> list[PhotoId]:
    root = roots.add_root(connection, ROOT)
    numbers = range(start, start + count)
    files = [read_photo(ROOT / f"{number}.jpg", number) for number in numbers]
    return [photo_id for photo_id in photos.record_files(connection, root, files) if photo_id]


def forget_file(connection: sa.Connection, path: Path) -> None:
    (root,) = roots.list_roots(connection)
    photos.remove_files(connection, [photos.known_files(connection, root)[path].file_id])


def damage(connection: sa.Connection, photo_id: PhotoId, expression: str) -> None:
    connection.exec_driver_sql(
        f"UPDATE embeddings SET vector = {expression} WHERE photo_id = ?", (photo_id,)
    )


DAMAGES = [
    "CAST(substr(vector, 1, 31) AS BLOB)",
    "x''",
    "CAST(vector || x'00000000' AS BLOB)",
    f"zeroblob({4 * DIM})",
]


def test_that_a_space_is_known_by_weights_and_preprocessing(connection: sa.Connection) -> None:
    assert embeddings.space_id(connection, SPACE, create=False) is None
    made = embeddings.space_id(connection, SPACE, create=True)
    renamed = EmbeddingSpace("renamed", SPACE.sha256, SPACE.preprocess_version, SPACE.dim)
    assert embeddings.space_id(connection, renamed, create=True) == made
    newer = EmbeddingSpace(SPACE.checkpoint, SPACE.sha256, 2, SPACE.dim)
    assert embeddings.space_id(connection, newer, create=False) is None
    assert embeddings.space_id(connection, newer, create=True) != made
    assert embeddings.space_of(connection, made) == SPACE


def test_that_one_checkpoint_has_one_dimension(connection: sa.Connection, space: int) -> None:
    wider = EmbeddingSpace(SPACE.checkpoint, SPACE.sha256, SPACE.preprocess_version, 2 * DIM)
    with pytest.raises(ValueError, match="8 dimensions, not 16"):
        embeddings.space_id(connection, wider, create=True)


def test_that_embeddings_come_back_bit_for_bit_in_id_order(
    connection: sa.Connection, space: int
) -> None:
    count = 2500
    ids = np.array(record(connection, count))
    vectors = unit_vectors(count)
    shuffled = np.random.default_rng(1).permutation(count)
    for part in np.array_split(shuffled, 7):
        photo_ids = [PhotoId(int(photo_id)) for photo_id in ids[part]]
        embeddings.add_embeddings(connection, space, photo_ids, vectors[part])
    loaded_ids, loaded, _ = embeddings.load_embeddings(connection, space)
    assert (loaded_ids.dtype.name, loaded.dtype.name) == ("int64", "float32")
    np.testing.assert_array_equal(loaded_ids, np.sort(ids))
    np.testing.assert_array_equal(loaded, vectors[np.argsort(ids)])
    assert loaded.flags.writeable
    assert loaded.flags.c_contiguous


def test_that_an_empty_space_loads_as_no_rows(connection: sa.Connection, space: int) -> None:
    ids, vectors, _ = embeddings.load_embeddings(connection, space)
    assert (ids.shape, vectors.shape) == ((0,), (0, DIM))
    embeddings.add_embeddings(connection, space, [], unit_vectors(0))


def test_that_spaces_and_kinds_are_kept_apart(connection: sa.Connection, space: int) -> None:
    (photo_id,) = record(connection, 1)
    other = embeddings.space_id(connection, EmbeddingSpace("b", "cd", 1, DIM), create=True)
    stored = unit_vectors(3)
    for row, (where, kind) in enumerate([(space, "whole"), (other, "whole"), (space, "centre")]):
        embeddings.add_embeddings(connection, where, [photo_id], stored[row : row + 1], kind)
    for row, (where, kind) in enumerate([(space, "whole"), (other, "whole"), (space, "centre")]):
        _, loaded, _ = embeddings.load_embeddings(connection, where, region_kind=kind)
        np.testing.assert_array_equal(loaded, stored[row : row + 1])


def test_that_embedding_again_replaces(connection: sa.Connection, space: int) -> None:
    (photo_id,) = record(connection, 1)
    for seed in (0, 1):
        embeddings.add_embeddings(connection, space, [photo_id], unit_vectors(1, seed))
    _, loaded, _ = embeddings.load_embeddings(connection, space)
    np.testing.assert_array_equal(loaded, unit_vectors(1, 1))


def test_that_photos_without_a_file_are_left_out_until_they_return(
    connection: sa.Connection, space: int
) -> None:
    ids = record(connection, 3)
    vectors = unit_vectors(3)
    embeddings.add_embeddings(connection, space, ids, vectors)
    forget_file(connection, ROOT / "1.jpg")
    loaded_ids, loaded, _ = embeddings.load_embeddings(connection, space)
    assert loaded_ids.tolist() == [ids[0], ids[2]]
    np.testing.assert_array_equal(loaded, vectors[[0, 2]])
    assert embeddings.coverage(connection, space) == (2, 2)
    record(connection, 1, start=1)
    assert embeddings.load_embeddings(connection, space)[0].tolist() == ids


def test_that_some_photos_can_be_loaded(connection: sa.Connection, space: int) -> None:
    ids = record(connection, 5)
    embeddings.add_embeddings(connection, space, ids[:4], unit_vectors(4))
    forget_file(connection, ROOT / "1.jpg")
    stored = embeddings.load_embeddings(connection, space, np.array([99, *ids[1:]]))
    assert stored.photo_ids.tolist() == ids[2:4]
    np.testing.assert_array_equal(stored.vectors, unit_vectors(4)[2:])


def test_that_one_embedding_can_be_asked_for(connection: sa.Connection, space: int) -> None:
    ids = record(connection, 2)
    embeddings.add_embeddings(connection, space, ids[:1], unit_vectors(1))
    found = embeddings.embedding_of(connection, space, ids[0])
    assert found is not None
    np.testing.assert_array_equal(found, unit_vectors(1)[0])
    assert embeddings.embedding_of(connection, space, ids[1]) is None


def test_that_an_embedding_is_done_as_long_as_it_is_there(
    connection: sa.Connection, space: int
) -> None:
    producer = embeddings.producer_of(SPACE)
    ids = record(connection, 4)
    embeddings.add_embeddings(connection, space, ids[:2], unit_vectors(2))
    forget_file(connection, ROOT / "3.jpg")
    assert derived.pending(connection, [producer]) == {ids[2]}
    assert derived.pending_among(connection, [producer], ids) == set(ids[2:])
    assert embeddings.coverage(connection, space) == (2, 3)
    embeddings.drop_embeddings(connection, space, np.array(ids[:1]))
    assert derived.pending(connection, [producer]) == {ids[0], ids[2]}


@pytest.mark.parametrize("expression", DAMAGES)
def test_that_a_damaged_embedding_is_passed_over_and_named(
    connection: sa.Connection, space: int, expression: str
) -> None:
    ids = record(connection, 3)
    embeddings.add_embeddings(connection, space, ids, unit_vectors(3))
    damage(connection, ids[1], expression)
    stored = embeddings.load_embeddings(connection, space)
    assert stored.photo_ids.tolist() == [ids[0], ids[2]]
    np.testing.assert_array_equal(stored.vectors, unit_vectors(3)[[0, 2]])
    assert stored.damaged.tolist() == [ids[1]]
    assert embeddings.damaged_embeddings(connection, space).tolist() == [ids[1]]
    assert embeddings.embedding_of(connection, space, ids[1]) is None


def test_that_any_flipped_bit_is_noticed(connection: sa.Connection, space: int) -> None:
    (photo_id,) = record(connection, 1)
    sound = unit_vectors(1).tobytes()
    for bit in range(0, 8 * len(sound), 3):
        embeddings.add_embeddings(connection, space, [photo_id], unit_vectors(1))
        flipped = bytearray(sound)
        flipped[bit // 8] ^= 1 << bit % 8
        connection.execute(sa.update(schema.embeddings).values(vector=bytes(flipped)))
        assert embeddings.load_embeddings(connection, space).damaged.tolist() == [photo_id]


@pytest.mark.parametrize("expression", DAMAGES)
def test_that_a_damaged_embedding_is_made_again(
    connection: sa.Connection, space: int, expression: str
) -> None:
    ids = record(connection, 3)
    embeddings.add_embeddings(connection, space, ids, unit_vectors(3))
    damage(connection, ids[1], expression)
    damage(connection, ids[2], expression)
    # What is damaged must be found before its file returns.
    forget_file(connection, ROOT / "2.jpg")
    damaged = embeddings.damaged_embeddings(connection, space)
    embeddings.drop_embeddings(connection, space, damaged)
    assert derived.pending(connection, [embeddings.producer_of(SPACE)]) == {ids[1]}
    record(connection, 1, start=2)
    assert derived.pending(connection, [embeddings.producer_of(SPACE)]) == set(ids[1:])
    embeddings.add_embeddings(connection, space, ids[1:], unit_vectors(3)[1:])
    np.testing.assert_array_equal(embeddings.load_embeddings(connection, space)[1], unit_vectors(3))


@pytest.mark.parametrize(
    "vectors",
    [
        unit_vectors(1).astype(np.float64),
        unit_vectors(2),
        unit_vectors(1)[:, :-1],
        unit_vectors(1)[0],
        unit_vectors(1) * np.float32(1.002),
        unit_vectors(1) * np.float32(0.998),
        np.zeros((1, DIM), np.float32),
        np.full((1, DIM), np.nan, np.float32),
        np.full((1, DIM), np.inf, np.float32),
    ],
)
def test_that_what_is_no_embedding_is_refused(
    connection: sa.Connection,
    space: int,
    vectors: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
) -> None:
    ids = record(connection, 1)
    with pytest.raises(ValueError, match=r"expected|length one"):
        embeddings.add_embeddings(connection, space, ids, vectors)
    assert derived.pending(connection, [embeddings.producer_of(SPACE)]) == set(ids)


def test_that_a_slice_of_a_larger_array_is_stored_as_it_reads(
    connection: sa.Connection, space: int
) -> None:
    ids = record(connection, 2)
    larger = np.repeat(unit_vectors(4), 2, axis=1)
    embeddings.add_embeddings(connection, space, ids, larger[::2, ::2])
    _, loaded, _ = embeddings.load_embeddings(connection, space)
    np.testing.assert_array_equal(loaded, unit_vectors(4)[::2])


def test_that_an_unknown_photo_cannot_be_embedded(database: Database) -> None:
    with database.writing() as connection:
        space = embeddings.space_id(connection, SPACE, create=True)

    def embed_unknown() -> None:
        with database.writing() as connection:
            embeddings.add_embeddings(connection, space, [PhotoId(99)], unit_vectors(1))

    with pytest.raises(IntegrityError):
        embed_unknown()


def test_that_an_unknown_space_is_refused(connection: sa.Connection) -> None:
    with pytest.raises(ValueError, match="no embedding space 5"):
        embeddings.load_embeddings(connection, 5)
