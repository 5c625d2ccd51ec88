"""Embeddings by photo and by the space they can be compared in.

Each is stored as little-endian float32 with a CRC-32 of it: SQLite does not notice a flipped bit
inside a BLOB, and a wrong vector would only show as a photo that is never found.
"""

import zlib
from collections.abc import Collection, Iterator, Sequence
from typing import Literal, overload

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.dialects.sqlite import insert

from photofind.domain import Embeddings, EmbeddingSpace, Fingerprint, PhotoId
from photofind.errors import LibraryDamagedError
from photofind.store import schema
from photofind.store.batches import in_batches
from photofind.store.columns import columns, number_columns
from photofind.store.counts import count_by_key, total
from photofind.store.photos import has_file

UNIT_LENGTH_TOLERANCE = 1e-3

_BLOCK_ROWS = 1024
_STORED = np.dtype("<f4")

_embeddings = schema.embeddings
_files = schema.files
_photos = schema.photos
_spaces = schema.spaces

_STORED_VECTORS = sa.select(_embeddings.c.photo_id, _embeddings.c.vector, _embeddings.c.checksum)


@overload
def space_id(connection: sa.Connection, space: EmbeddingSpace, create: Literal[True]) -> int: ...
@overload
def space_id(connection: sa.Connection, space: EmbeddingSpace, create: bool) -> int | None: ...
def space_id(connection: sa.Connection, space: EmbeddingSpace, create: bool) -> int | None:
    """The row of a space: what counts is the weights and the preprocessing, not the name."""
    row = connection.execute(
        sa.select(_spaces.c.id, _spaces.c.dim).where(
            _spaces.c.sha256 == space.sha256,
            _spaces.c.preprocess_version == space.preprocess_version,
        )
    ).one_or_none()
    if row is not None:
        if row.dim != space.dim:
            raise ValueError(f"{space.checkpoint} has {row.dim} dimensions, not {space.dim}")
        return int(row.id)
    if not create:
        return None
    values = {name: getattr(space, name) for name in EmbeddingSpace.__slots__}
    done = connection.execute(sa.insert(_spaces).values(values))
    return int((done.inserted_primary_key or (0,))[0])


def space_of(connection: sa.Connection, space_id: int) -> EmbeddingSpace:
    row = connection.execute(sa.select(_spaces).where(_spaces.c.id == space_id)).one_or_none()
    if row is None:
        raise ValueError(f"no embedding space {space_id}")
    return EmbeddingSpace(row.checkpoint, row.sha256, row.preprocess_version, row.dim)


def add_embeddings(
    connection: sa.Connection,
    space_id: int,
    photo_ids: Sequence[PhotoId],
    vectors: Embeddings,
    region_kind: str = schema.WHOLE,
) -> None:
    """Stores or replaces embeddings.

    Args:
        connection: In a writing transaction.
        space_id: As `space_id()` returned it.
        photo_ids: N photos of the catalogue.
        vectors: (N, dim) float32, finite, of length one.
        region_kind: What of each photo was embedded.
    """
    _check(vectors, len(photo_ids), space_of(connection, space_id).dim)
    stored = np.ascontiguousarray(vectors, dtype=_STORED)
    rows = []
    for photo_id, vector in zip(photo_ids, stored, strict=True):
        blob = vector.tobytes()
        rows.append(
            {
                "photo_id": int(photo_id),
                "space_id": space_id,
                "region_kind": region_kind,
                "vector": blob,
                "checksum": zlib.crc32(blob),
            }
        )
    if not rows:
        return
    statement = insert(_embeddings)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["space_id", "region_kind", "photo_id"],
            set_={name: statement.excluded[name] for name in ("vector", "checksum")},
        ),
        rows,
    )


def load_embeddings(
    connection: sa.Connection, space_id: int, region_kind: str = schema.WHOLE
) -> tuple[NDArray[np.int64], Embeddings]:
    """All embeddings of photos that have a file.

    Returns:
        Photo ids, ascending, and their embeddings, (N, dim) float32.

    Raises:
        LibraryDamagedError: An embedding is not what was stored; names the photo.
    """
    dim = space_of(connection, space_id).dim
    ids = embedded_photos(connection, space_id, region_kind)
    vectors = np.empty((len(ids), dim), dtype=np.float32)
    for photo_ids, blobs, checksums in _blocks(connection, space_id, region_kind):
        for photo_id, blob, checksum in zip(photo_ids, blobs, checksums, strict=True):
            if not _is_intact(blob, checksum, dim):
                raise _damaged(photo_id)
        joined = np.frombuffer(b"".join(blobs), dtype=_STORED).reshape(len(blobs), dim)
        vectors[np.searchsorted(ids, photo_ids)] = joined
    return ids, vectors


def embedded_photos(
    connection: sa.Connection, space_id: int, region_kind: str = schema.WHOLE
) -> NDArray[np.int64]:
    """The ids, ascending, of photos that have a file and an embedding."""
    statement = sa.select(_embeddings.c.photo_id).where(
        *_in_space(space_id, region_kind), has_file(_embeddings.c.photo_id)
    )
    return np.sort(number_columns(connection, statement)[0])


def embedding_of(
    connection: sa.Connection,
    space_id: int,
    photo_id: PhotoId,
    region_kind: str = schema.WHOLE,
) -> NDArray[np.float32] | None:
    """(dim,) float32, whether or not the photo still has a file."""
    row = connection.execute(
        sa.select(_embeddings.c.vector, _embeddings.c.checksum).where(
            *_in_space(space_id, region_kind), _embeddings.c.photo_id == photo_id
        )
    ).one_or_none()
    if row is None:
        return None
    if not _is_intact(row.vector, row.checksum, space_of(connection, space_id).dim):
        raise _damaged(photo_id)
    return np.frombuffer(row.vector, dtype=_STORED).astype(np.float32)


def is_embedded(
    connection: sa.Connection,
    space_id: int,
    fingerprint: Fingerprint,
    region_kind: str = schema.WHOLE,
) -> bool:
    """Whether a content has an undamaged embedding, whatever its files are."""
    row = connection.execute(
        sa.select(_embeddings.c.vector, _embeddings.c.checksum)
        .join_from(_embeddings, _photos)
        .where(*_in_space(space_id, region_kind), _photos.c.fingerprint == fingerprint)
    ).one_or_none()
    if row is None:
        return False
    return _is_intact(row.vector, row.checksum, space_of(connection, space_id).dim)


def photo_ids_without_embedding(
    connection: sa.Connection, space_id: int, region_kind: str = schema.WHOLE
) -> set[PhotoId]:
    """Of photos that have a file; a damaged embedding counts as none, so that it is replaced."""
    dim = space_of(connection, space_id).dim
    with_files = sa.select(_files.c.photo_id).where(_files.c.photo_id.is_not(None)).distinct()
    missing: set[PhotoId] = set(columns(connection, with_files)[0])
    for photo_ids, blobs, checksums in _blocks(connection, space_id, region_kind):
        missing.difference_update(
            photo_id
            for photo_id, blob, checksum in zip(photo_ids, blobs, checksums, strict=True)
            if _is_intact(blob, checksum, dim)
        )
    return missing


def without_embedding(
    connection: sa.Connection,
    space_id: int,
    photo_ids: Collection[PhotoId],
    region_kind: str = schema.WHOLE,
) -> set[PhotoId]:
    """Those of some photos that have no embedding, or a damaged one."""
    dim = space_of(connection, space_id).dim
    missing = set(photo_ids)
    stored = _STORED_VECTORS.where(*_in_space(space_id, region_kind))
    for batch in in_batches(list(photo_ids)):
        missing.difference_update(
            photo_id
            for photo_id, blob, checksum in connection.execute(
                stored.where(_embeddings.c.photo_id.in_(batch))
            )
            if _is_intact(blob, checksum, dim)
        )
    return missing


def coverage(connection: sa.Connection, space_id: int) -> tuple[int, int]:
    """How many photos with files are embedded, and how many there are.

    What waits to be read (`counts.overall`) comes on top.
    """
    embedded = count_by_key(connection, "embedded").get(space_id, 0)
    return embedded, total(connection, "photos")


def _in_space(space_id: int, region_kind: str) -> tuple[sa.ColumnElement[bool], ...]:
    return _embeddings.c.space_id == space_id, _embeddings.c.region_kind == region_kind


def _check(vectors: Embeddings, count: int, dim: int) -> None:
    if vectors.dtype != np.float32 or vectors.shape != (count, dim):
        raise ValueError(f"expected ({count}, {dim}) float32, got {vectors.shape} {vectors.dtype}")
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    # Written so that NaN fails as well.
    if not np.all(np.abs(lengths - 1) <= UNIT_LENGTH_TOLERANCE):
        raise ValueError("an embedding is not finite or not of length one")


def _blocks(
    connection: sa.Connection, space_id: int, region_kind: str
) -> Iterator[tuple[Sequence[PhotoId], Sequence[bytes], Sequence[int]]]:
    """Photo ids, vectors and checksums of photos with a file, as they lie on the disk.

    In the order of photos, every vector could be on another page: 0.5 s for 100k, not 0.35 s.
    """
    rowid = sa.literal_column("embeddings.rowid", sa.Integer)
    chosen = (
        sa.select(rowid)
        .select_from(_embeddings)
        .where(*_in_space(space_id, region_kind), has_file(_embeddings.c.photo_id))
    )
    # The inner query is one of its own: correlated with the outer one it would run for each row.
    statement = _STORED_VECTORS.where(rowid.in_(chosen.correlate(None))).order_by(rowid)
    for block in connection.execute(statement).partitions(_BLOCK_ROWS):
        photo_ids, blobs, checksums = zip(*block, strict=True)
        yield photo_ids, blobs, checksums


def _is_intact(blob: bytes, checksum: int, dim: int) -> bool:
    return len(blob) == dim * _STORED.itemsize and zlib.crc32(blob) == checksum


def _damaged(photo_id: PhotoId) -> LibraryDamagedError:
    return LibraryDamagedError(
        f"The embedding of photo {photo_id} is damaged.",
        "Run photofind index; it embeds damaged photos again.",
    )
