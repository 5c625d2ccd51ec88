"""Finds tagged photos that are gone, and new photos that may be the same."""

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.dialects.sqlite import insert

from photofind.domain import PhotoId, PhotoMetadata
from photofind.store import embeddings, photos, schema
from photofind.store.bulk import in_batches
from photofind.store.folders import in_folder
from photofind.store.identity import metadata_columns, metadata_of
from photofind.store.roots import Root, list_roots
from photofind.store.stored_paths import absolute_path
from photofind.store.successions import former_paths, unresolved

_files = schema.files
_former = schema.former_paths
_photos = schema.photos
_state = schema.state
_successions = schema.successions

COMPARED_DAYS = 90
"""How long what comes is compared with a photo that is gone."""

_UP_TO = "lookalikes_up_to"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A photo to compare.

    Attributes:
        paths: Where it lies, or where it lay before it was gone.
        vector: (dim,) float32; `None` where it is not embedded.
    """

    photo: PhotoId
    paths: tuple[Path, ...]
    metadata: PhotoMetadata
    vector: NDArray[np.float32] | None


@dataclass(frozen=True, slots=True)
class Lookalikes:
    """The photos to compare now.

    Attributes:
        gone: Photos with a person's decisions that have had no file for up to `COMPARED_DAYS`.
        new: Photos added since the last comparison.
        neighbours: Photos in the folders of those gone since the last comparison, added after
            them and before that comparison.
        known: Pairs of photos, gone and present, that were compared before.
    """

    gone: tuple[Candidate, ...]
    new: tuple[Candidate, ...]
    neighbours: tuple[Candidate, ...]
    known: frozenset[tuple[PhotoId, PhotoId]]


NOTHING = Lookalikes((), (), (), frozenset())


def lookalikes(connection: sa.Connection, space: int) -> Lookalikes:
    """Select the photos to compare in a space; constant time if nothing changed."""
    gone_at = _gone(connection)
    if not gone_at:
        return NOTHING
    up_to, compared_at = _compared_before(connection)
    statement = sa.select(_photos.c.id).where(_photos.c.id > up_to, _photos.c.file_count > 0)
    new = [PhotoId(photo_id) for photo_id in connection.scalars(statement)]
    lately = [photo for photo, at in gone_at.items() if at > compared_at]
    if not new and not lately:
        return NOTHING
    lay = _former_paths(connection, list(gone_at))
    gone = _candidates(connection, space, list(gone_at), lay)
    neighbours = _in_folders(connection, {path.parent for photo in lately for path in lay[photo]})
    first = min(lately, default=0)
    near = [photo for photo in neighbours if first < photo <= up_to]
    return Lookalikes(
        tuple(gone),
        tuple(_candidates(connection, space, new, photos.paths_of(connection, new))),
        tuple(_candidates(connection, space, near, neighbours)),
        _known_pairs(connection, list(gone_at)),
    )


def set_compared(connection: sa.Connection) -> None:
    """Record that all current photos were compared."""
    last = connection.scalar(sa.select(sa.func.max(_photos.c.id))) or 0
    gone = sa.select(sa.func.max(_photos.c.gone_at)).where(_photos.c.gone_at.is_not(None))
    now = last, connection.scalar(gone) or ""
    if now != _compared_before(connection):
        statement = insert(_state).values(key=_UP_TO, value=f"{now[0]} {now[1]}")
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["key"], set_={"value": statement.excluded["value"]}
            )
        )


def _compared_before(connection: sa.Connection) -> tuple[int, str]:
    """Read the last photo compared, and the last time one of those gone had gone."""
    kept = connection.scalar(sa.select(_state.c.value).where(_state.c.key == _UP_TO)) or "0 "
    last, _, latest = kept.partition(" ")
    return int(last), latest


def _gone(connection: sa.Connection) -> dict[PhotoId, str]:
    since = datetime.now(UTC) - timedelta(days=COMPARED_DAYS)
    statement = sa.select(_photos.c.id, _photos.c.gone_at).where(
        _photos.c.id.in_(sa.select(_former.c.photo_id)),
        _photos.c.gone_at > since.isoformat(),
        unresolved(_photos.c.id),
    )
    return {PhotoId(photo_id): at for photo_id, at in connection.execute(statement)}


def _former_paths(
    connection: sa.Connection, photo_ids: Sequence[PhotoId]
) -> defaultdict[PhotoId, list[Path]]:
    found: defaultdict[PhotoId, list[Path]] = defaultdict(list)
    for photo_id, path in former_paths(connection, photo_ids):
        found[photo_id].append(path)
    return found


def _candidates(
    connection: sa.Connection,
    space: int,
    photo_ids: Sequence[PhotoId],
    paths: dict[PhotoId, list[Path]],
) -> list[Candidate]:
    vectors = embeddings.vectors_of(connection, space, photo_ids)
    found: list[Candidate] = []
    columns = sa.select(_photos.c.id, *metadata_columns())
    for batch in in_batches(photo_ids):
        for row in connection.execute(columns.where(_photos.c.id.in_(batch))):
            photo = PhotoId(row.id)
            lies = tuple(paths.get(photo, ()))
            found.append(Candidate(photo, lies, metadata_of(row), vectors.get(photo)))
    return found


def _in_folders(connection: sa.Connection, folders: set[Path]) -> dict[PhotoId, list[Path]]:
    found: defaultdict[PhotoId, list[Path]] = defaultdict(list)
    roots = list_roots(connection)
    for folder in folders:
        root = next((root for root in roots if folder.is_relative_to(root.path)), None)
        if root is not None:
            for photo, path in _in_folder(connection, root, folder):
                found[photo].append(path)
    return found


def _in_folder(connection: sa.Connection, root: Root, folder: Path) -> list[tuple[PhotoId, Path]]:
    here = in_folder(_files.c.path, root, folder, deep=False)
    statement = sa.select(_files.c.photo_id, _files.c.path).where(
        _files.c.root_id == root.id, _files.c.photo_id.is_not(None), *here
    )
    prefix = os.fsencode(root.path)
    return [
        (PhotoId(photo_id), absolute_path(prefix, path))
        for photo_id, path in connection.execute(statement)
    ]


def _known_pairs(
    connection: sa.Connection, gone: Sequence[PhotoId]
) -> frozenset[tuple[PhotoId, PhotoId]]:
    pairs: set[tuple[PhotoId, PhotoId]] = set()
    columns = sa.select(_successions.c.old_photo_id, _successions.c.new_photo_id)
    for batch in in_batches(gone):
        for old, new in connection.execute(columns.where(_successions.c.old_photo_id.in_(batch))):
            pairs.add((PhotoId(old), PhotoId(new)))
    return frozenset(pairs)
