"""Embeddings by photo and by the space they can be compared in.

Each is stored as little-endian float32 with a CRC-32 of it: SQLite does not notice a flipped bit
inside a BLOB, and a wrong vector would only show as a photo that is never found.
"""

import logging
import zlib
from collections.abc import Collection, Iterator, Sequence
from typing import Literal, NamedTuple, overload

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.dialects.sqlite import insert

from photofind.domain import Embeddings, EmbeddingSpace, PhotoId
from photofind.store import schema
from photofind.store.bulk import among_ids, in_batches, number_columns
from photofind.store.counts import count_by_key, total
from photofind.store.derived import ProducerVersion
from photofind.store.photos import has_file

_log = logging.getLogger(__name__)

UNIT_LENGTH_TOLERANCE = 1e-3

_BLOCK_ROWS = 1024
_STORED = np.dtype("<f4")

_embeddings = schema.embeddings
_files = schema.files
_photos = schema.photos
_spaces = schema.spaces

_STORED_VECTORS = sa.select(_embeddings.c.photo_id, _embeddings.c.vector, _embeddings.c.checksum)


class StoredEmbeddings(NamedTuple):
    """Embeddings as they lie in the catalogue.

    Attributes:
        photo_ids: (N,) int64, ascending.
        vectors: (N, dim) float32, theirs.
        damaged: (M,) int64, ascending: photos among those asked for whose embedding is not what
            was stored; they are not among `photo_ids`.
    """

    photo_ids: NDArray[np.int64]
    vectors: Embeddings
    damaged: NDArray[np.int64]


_NO_IDS = np.empty(0, np.int64)
NO_EMBEDDINGS = StoredEmbeddings(_NO_IDS, np.empty((0, 0), np.float32), _NO_IDS)


@overload
def space_id(connection: sa.Connection, space: EmbeddingSpace, create: Literal[True]) -> int: ...
@overload
def space_id(connection: sa.Connection, space: EmbeddingSpace, create: bool) -> int | None: ...
def space_id(connection: sa.Connection, space: EmbeddingSpace, create: bool) -> int | None:
    """Find the row of a space: what counts is the weights and the preprocessing, not the name."""
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


def producer_of(space: EmbeddingSpace) -> ProducerVersion:
    """Name what makes embeddings of a space; migration 0006 knows it by this name too."""
    return ProducerVersion(f"embedding:{space.sha256}", str(space.preprocess_version))


def store_products(
    connection: sa.Connection,
    producer: ProducerVersion,
    photo_ids: Sequence[PhotoId],
    vectors: Sequence[NDArray[np.float32]],
) -> None:
    """Store what the producer of a space made, see `files.STORES`."""
    space = connection.execute(
        sa.select(_spaces.c.id).where(
            _spaces.c.sha256 == producer.kind.partition(":")[2],
            _spaces.c.preprocess_version == int(producer.version),
        )
    ).scalar_one()
    add_embeddings(connection, space, photo_ids, np.stack(vectors))


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
    """Store or replace embeddings.

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
    connection: sa.Connection,
    space_id: int,
    among: NDArray[np.int64] | None = None,
    region_kind: str = schema.WHOLE,
) -> StoredEmbeddings:
    """Load embeddings of photos that have a file.

    Args:
        among: (M,) int64, the photos to look at; by default all.
    """
    dim = space_of(connection, space_id).dim
    where = _searchable(space_id, region_kind, among)
    ids = _ids(connection, where)
    vectors = np.empty((len(ids), dim), dtype=np.float32)
    damaged: list[int] = []
    for photo_ids, blobs, checksums in _blocks(connection, where):
        faulty = _faulty(photo_ids, blobs, checksums, dim)
        damaged += faulty
        if not faulty:
            joined = np.frombuffer(b"".join(blobs), dtype=_STORED).reshape(len(blobs), dim)
            vectors[np.searchsorted(ids, photo_ids)] = joined
            continue
        for photo_id, blob in zip(photo_ids, blobs, strict=True):
            if photo_id not in faulty:
                place = np.searchsorted(ids, photo_id)
                vectors[place] = np.frombuffer(blob, dtype=_STORED)
    if damaged:
        whole = ~np.isin(ids, damaged)
        ids, vectors = ids[whole], vectors[whole]
    return StoredEmbeddings(ids, vectors, np.array(sorted(damaged), np.int64))


def drop_embeddings(connection: sa.Connection, space_id: int, photo_ids: NDArray[np.int64]) -> None:
    """Forget embeddings, so that the next run makes them again."""
    connection.execute(
        sa.delete(_embeddings).where(
            _embeddings.c.space_id == space_id,
            _embeddings.c.photo_id.in_(among_ids(photo_ids)),
        )
    )


def damaged_embeddings(connection: sa.Connection, space_id: int) -> NDArray[np.int64]:
    """(N,) int64, ascending: photos whose embedding is not what was stored; reads all of them.

    Photos without a file are among them: what comes back must be sound.
    """
    dim = space_of(connection, space_id).dim
    found: list[int] = []
    for block in _blocks(connection, _in_space(space_id, schema.WHOLE)):
        found += _faulty(*block, dim)
    return np.array(sorted(found), np.int64)


def embedded_photos(
    connection: sa.Connection, space_id: int, region_kind: str = schema.WHOLE
) -> NDArray[np.int64]:
    """Return the ids, ascending, of photos that have a file and an embedding."""
    return _ids(connection, _searchable(space_id, region_kind))


def embedding_of(
    connection: sa.Connection,
    space_id: int,
    photo_id: PhotoId,
    region_kind: str = schema.WHOLE,
) -> NDArray[np.float32] | None:
    """(dim,) float32, whether or not the photo still has a file; `None` where it is damaged."""
    row = connection.execute(
        sa.select(_embeddings.c.vector, _embeddings.c.checksum).where(
            *_in_space(space_id, region_kind), _embeddings.c.photo_id == photo_id
        )
    ).one_or_none()
    if row is None:
        return None
    if not _is_intact(row.vector, row.checksum, space_of(connection, space_id).dim):
        _log.warning("the embedding of photo %d is damaged", photo_id)
        return None
    return np.frombuffer(row.vector, dtype=_STORED).astype(np.float32)


def vectors_of(
    connection: sa.Connection, space_id: int, photo_ids: Collection[PhotoId]
) -> dict[PhotoId, NDArray[np.float32]]:
    """Load the undamaged embeddings of photos, whether or not they have a file."""
    dim = space_of(connection, space_id).dim
    found: dict[PhotoId, NDArray[np.float32]] = {}
    stored = _STORED_VECTORS.where(*_in_space(space_id, schema.WHOLE))
    for batch in in_batches(list(photo_ids)):
        among = stored.where(_embeddings.c.photo_id.in_(batch))
        for photo_id, blob, checksum in connection.execute(among):
            if _is_intact(blob, checksum, dim):
                found[PhotoId(photo_id)] = np.frombuffer(blob, dtype=_STORED).astype(np.float32)
    return found


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


def _searchable(
    space_id: int, region_kind: str, among: NDArray[np.int64] | None = None
) -> list[sa.ColumnElement[bool]]:
    where = [*_in_space(space_id, region_kind), has_file(_embeddings.c.photo_id)]
    if among is not None:
        where.append(_embeddings.c.photo_id.in_(among_ids(among)))
    return where


def _ids(connection: sa.Connection, where: Sequence[sa.ColumnElement[bool]]) -> NDArray[np.int64]:
    return np.sort(number_columns(connection, sa.select(_embeddings.c.photo_id).where(*where))[0])


def _blocks(
    connection: sa.Connection, where: Sequence[sa.ColumnElement[bool]]
) -> Iterator[tuple[Sequence[PhotoId], Sequence[bytes], Sequence[int]]]:
    """Photo ids, vectors and checksums, as they lie on the disk.

    In the order of photos, every vector could be on another page: 0.5 s for 100k, not 0.35 s.
    """
    rowid = sa.literal_column("embeddings.rowid", sa.Integer)
    chosen = sa.select(rowid).select_from(_embeddings).where(*where)
    # The inner query is one of its own: correlated with the outer one it would run for each row.
    statement = _STORED_VECTORS.where(rowid.in_(chosen.correlate(None))).order_by(rowid)
    for block in connection.execute(statement).partitions(_BLOCK_ROWS):
        photo_ids, blobs, checksums = zip(*block, strict=True)
        yield photo_ids, blobs, checksums


def _faulty(
    photo_ids: Sequence[PhotoId], blobs: Sequence[bytes], checksums: Sequence[int], dim: int
) -> list[int]:
    return [
        photo_id
        for photo_id, blob, checksum in zip(photo_ids, blobs, checksums, strict=True)
        if not _is_intact(blob, checksum, dim)
    ]


def _is_intact(blob: bytes, checksum: int, dim: int) -> bool:
    return len(blob) == dim * _STORED.itemsize and zlib.crc32(blob) == checksum
