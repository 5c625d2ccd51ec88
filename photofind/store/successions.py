"""Successions: which photo was edited into which, so that a person's tags follow.

[Note: successions] An edited photo is another photo (see `photofind.photos.fingerprint`), at the
path of the former one or at another. Migration 0005's triggers remember at which paths photos with
a person's tags lay. Where a photo appears at such a path, a succession is recorded in the same
transaction, and judged as soon as both can be compared (`photofind.indexing.succession`): an edit
inherits the tags, another picture does not, and undecidable cases are offered to the person.
See docs/decisions/0012-which-photo-follows.md.
"""

import os
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.dialects.sqlite import insert

from photofind.domain import Embeddings, PhotoId, PhotoMetadata
from photofind.store import embeddings, photos, schema
from photofind.store.bulk import in_batches
from photofind.store.tags import PriorTag, TagState, carry_tags

KEPT_DAYS = 90
"""How long the paths of photos that lie elsewhere now are remembered; of the others, for ever."""

SAVING_S = 600.0
"""How long after a photo's file was moved aside what appears in its place may be its edit."""

_former = schema.former_paths
_photos = schema.photos
_successions = schema.successions
_tags = schema.photo_tags


class Verdict(StrEnum):
    """The verdict on a succession.

    Attributes:
        UNDECIDED: Not judged yet.
        EDITED: The same photo; its tags were carried over.
        REPLACED: Another picture at the same path, most likely.
        SIMILAR: A similar photo at another path.
        ACCEPTED: The same photo by the person's decision; its tags were carried over.
        DECLINED: Another one by the person's decision.
    """

    UNDECIDED = "undecided"
    EDITED = "edited"
    REPLACED = "replaced"
    SIMILAR = "similar"
    ACCEPTED = "accepted"
    DECLINED = "declined"


CARRIED = (Verdict.EDITED, Verdict.ACCEPTED)
OFFERED = (Verdict.REPLACED, Verdict.SIMILAR)


@dataclass(frozen=True, slots=True)
class Succession:
    """A photo and its possible successor.

    Attributes:
        known_before: The new photo was in the catalogue before it appeared at the path.
        was_edit: One of them was an edit of the other before, or an edit of its edit.
        old_files: How many files the old photo has now.
        new_files: How many files the new photo has now.
        metadata: Of the old photo and of the new one.
        space: Where both have an embedding, if anywhere.
        cosine: Of these; `None` without.
    """

    id: int
    old: PhotoId
    new: PhotoId
    known_before: bool
    was_edit: bool
    old_files: int
    new_files: int
    metadata: tuple[PhotoMetadata, PhotoMetadata]
    space: int | None
    cosine: float | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A photo at a path where it was not known before.

    Attributes:
        before: The photo that was known there until now, if any.
        known_before: The new one was in the catalogue already.
    """

    path: Path
    before: PhotoId | None
    photo: PhotoId
    known_before: bool


def record_arrivals(connection: sa.Connection, arrivals: Sequence[Arrival]) -> None:
    """Record possible successions for arrivals, from photos with a person's decisions.

    Args:
        connection: In the transaction that records the files of the arrivals.
    """
    decided = _decided(connection, {one.before for one in arrivals if one.before is not None})
    former = _former_at(connection, [one.path for one in arrivals])
    for arrival in arrivals:
        olds = {*former.get(arrival.path, ()), *({arrival.before} & decided)}
        for old in sorted(olds - {arrival.photo}):
            record(connection, old, arrival.photo, arrival.path, known_before=arrival.known_before)


def _former_at(connection: sa.Connection, paths: Sequence[Path]) -> dict[Path, list[PhotoId]]:
    """Find photos formerly at paths, whose decisions were not carried over.

    Not those that moved elsewhere, unless it was just now: an editor may have moved them aside.
    """
    found: defaultdict[Path, list[PhotoId]] = defaultdict(list)
    since = (datetime.now(UTC) - timedelta(seconds=SAVING_S)).isoformat()
    statement = (
        sa.select(_former.c.path, _former.c.photo_id)
        .join_from(_former, _photos)
        .where(
            sa.or_(_photos.c.file_count == 0, _former.c.left_at > since),
            unresolved(_former.c.photo_id),
        )
    )
    for batch in in_batches([os.fsencode(path) for path in paths]):
        for raw, photo_id in connection.execute(statement.where(_former.c.path.in_(batch))):
            found[Path(os.fsdecode(raw))].append(PhotoId(photo_id))
    return found


def unresolved(photo_id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Build the condition that a photo has decisions that no other photo has taken over."""
    taken = sa.select(_successions.c.id).where(
        _successions.c.old_photo_id == _tags.c.photo_id,
        _successions.c.verdict.in_(CARRIED),
        _successions.c.happened_at >= _tags.c.changed_at,
    )
    return (
        sa.select(_tags.c.tag_id)
        .where(
            _tags.c.photo_id == photo_id,
            _tags.c.state != TagState.SUGGESTED,
            ~taken.correlate(_tags).exists(),
        )
        .correlate_except(_tags)
        .exists()
    )


def record(
    connection: sa.Connection,
    old: PhotoId,
    new: PhotoId,
    path: Path,
    verdict: Verdict = Verdict.UNDECIDED,
    *,
    known_before: bool = False,
    cosine: float | None = None,
) -> None:
    """Record a possible succession; one that the person declined stays declined.

    Args:
        connection: In a writing transaction.
        path: Where the new one is.
        cosine: Of their embeddings.
    """
    statement = insert(_successions).values(
        old_photo_id=old,
        new_photo_id=new,
        path=os.fsencode(path),
        verdict=verdict,
        known_before=int(known_before),
        cosine=cosine,
        happened_at=_now(),
    )
    changed = ("path", "verdict", "known_before", "cosine", "happened_at")
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["old_photo_id", "new_photo_id"],
            set_={name: statement.excluded[name] for name in changed},
            where=_successions.c.verdict != Verdict.DECLINED,
        )
    )


def undecided(connection: sa.Connection, space: int) -> list[Succession]:
    """List successions that wait for a verdict, in the order they happened.

    Args:
        space: Where photos are compared if both are embedded there, else in any other.
    """
    old, new = _photos.alias("old"), _photos.alias("new")
    statement = (
        sa.select(
            _successions,
            old.c.file_count.label("old_files"),
            new.c.file_count.label("new_files"),
        )
        .join(old, old.c.id == _successions.c.old_photo_id)
        .join(new, new.c.id == _successions.c.new_photo_id)
        .where(_successions.c.verdict == Verdict.UNDECIDED)
        .order_by(_successions.c.happened_at, _successions.c.id)
    )
    return [_succession(connection, row, space) for row in connection.execute(statement).fetchall()]


def _succession(connection: sa.Connection, row: sa.Row[Any], space: int) -> Succession:
    old, new = PhotoId(row.old_photo_id), PhotoId(row.new_photo_id)
    before, after = photos.photo(connection, old), photos.photo(connection, new)
    assert before is not None
    assert after is not None
    compared_in, cosine = _compared(connection, old, new, space)
    return Succession(
        row.id,
        old,
        new,
        bool(row.known_before),
        _are_linked(connection, old, new),
        row.old_files,
        row.new_files,
        (before.metadata, after.metadata),
        compared_in,
        cosine,
    )


def _compared(
    connection: sa.Connection, old: PhotoId, new: PhotoId, preferred: int
) -> tuple[int | None, float | None]:
    # One space after the other: no index finds embeddings by their photo alone.
    spaces = connection.scalars(sa.select(schema.spaces.c.id)).all()
    for space in sorted(spaces, key=lambda space: space != preferred):
        vectors = embeddings.vectors_of(connection, space, (old, new))
        if len(vectors) == 2:
            return space, float(vectors[old] @ vectors[new])
    return None, None


def sample_vectors(connection: sa.Connection, space: int, size: int) -> Embeddings:
    """Sample up to `size` embeddings (N, dim) float32 from the whole library."""
    last = connection.scalar(sa.select(sa.func.max(_photos.c.id))) or 0
    ids = np.unique(np.linspace(1, last, 4 * size).astype(np.int64))
    found: dict[PhotoId, NDArray[np.float32]] = {}
    # Each one read costs pages of the disk, and most photos have an embedding.
    for part in (ids[start::4] for start in range(4)):
        if len(found) < size:
            wanted = [PhotoId(int(photo_id)) for photo_id in part]
            found |= embeddings.vectors_of(connection, space, wanted)
    dim = embeddings.space_of(connection, space).dim
    return np.stack(list(found.values())[:size]) if found else np.empty((0, dim), np.float32)


def settle(
    connection: sa.Connection,
    succession_id: int,
    verdict: Verdict,
    cosine: float | None = None,
) -> tuple[PriorTag, ...]:
    """Record a verdict, and carry the tags over where it is the same photo.

    Returns:
        What the new photo said about the tags that it has, or lacks, since.
    """
    here = _successions.c.id == succession_id
    row = connection.execute(sa.select(_successions).where(here)).one()
    values: dict[str, object] = {"verdict": verdict, "happened_at": _now()}
    if cosine is not None:
        values["cosine"] = cosine
    connection.execute(sa.update(_successions).where(here).values(values))
    if verdict in CARRIED:
        old, new = PhotoId(row.old_photo_id), PhotoId(row.new_photo_id)
        files = connection.scalar(sa.select(_photos.c.file_count).where(_photos.c.id == new))
        # Where the new photo lies elsewhere too, nothing is taken off it.
        back_since = _became(connection, new, old) if files == 1 else None
        was = carry_tags(connection, old, new, since=back_since)
        _repoint_offers(connection, old, new)
        # What the photo is now once became another: what is said of it is with it again.
        connection.execute(
            sa.update(_successions)
            .where(_successions.c.old_photo_id == new, _successions.c.verdict.in_(CARRIED))
            .values(happened_at="")
        )
        return was
    return ()


def forget(connection: sa.Connection, succession_id: int) -> None:
    """Delete a succession that turned out to be none: the old photo is elsewhere."""
    connection.execute(sa.delete(_successions).where(_successions.c.id == succession_id))


def _are_linked(connection: sa.Connection, one: PhotoId, other: PhotoId) -> bool:
    return any(_became(connection, *pair) is not None for pair in ((one, other), (other, one)))


def carried_to(connection: sa.Connection, photo_id: PhotoId) -> list[PhotoId]:
    """List all edits of a photo that its tags were carried to, transitively."""
    found: list[PhotoId] = [photo_id]
    for one in found:
        edits = sa.select(_successions.c.new_photo_id).where(
            _successions.c.old_photo_id == one, _successions.c.verdict.in_(CARRIED)
        )
        found += [PhotoId(edit) for edit in connection.scalars(edits) if edit not in found]
    return found[1:]


def prune(connection: sa.Connection) -> None:
    """Delete former paths after `KEPT_DAYS`, of photos that are elsewhere now."""
    before = (datetime.now(UTC) - timedelta(days=KEPT_DAYS)).isoformat()
    elsewhere = sa.select(_photos.c.id).where(
        _photos.c.id == _former.c.photo_id, _photos.c.file_count > 0
    )
    connection.execute(
        sa.delete(_former).where(_former.c.left_at < before, elsewhere.correlate(_former).exists())
    )


def former_paths(
    connection: sa.Connection, photo_ids: Sequence[PhotoId]
) -> list[tuple[PhotoId, Path]]:
    """List former paths of photos with decisions, the last path last."""
    found: list[tuple[PhotoId, Path]] = []
    statement = (
        sa.select(_former.c.photo_id, _former.c.path)
        # Of what went before migration 0005 nobody knows from where.
        .where(_former.c.path != b"")
        .order_by(_former.c.left_at)
    )
    for batch in in_batches(photo_ids):
        for photo_id, path in connection.execute(statement.where(_former.c.photo_id.in_(batch))):
            found.append((PhotoId(photo_id), Path(os.fsdecode(path))))
    return found


def _decided(connection: sa.Connection, photo_ids: Collection[PhotoId]) -> set[PhotoId]:
    found: set[PhotoId] = set()
    statement = sa.select(_tags.c.photo_id).where(_tags.c.state != TagState.SUGGESTED).distinct()
    for batch in in_batches(list(photo_ids)):
        ids = connection.scalars(statement.where(_tags.c.photo_id.in_(batch)))
        found.update(PhotoId(photo_id) for photo_id in ids)
    return found


def _became(connection: sa.Connection, first: PhotoId, last: PhotoId) -> str | None:
    """Return when a photo was last edited towards another one, transitively."""
    step = sa.select(_successions.c.new_photo_id, _successions.c.happened_at).where(
        _successions.c.verdict.in_(CARRIED)
    )
    reached = step.where(_successions.c.old_photo_id == first).cte("reached", recursive=True)
    further = (
        sa.select(_successions.c.new_photo_id, reached.c.happened_at)
        .join(reached, reached.c.new_photo_id == _successions.c.old_photo_id)
        .where(_successions.c.verdict.in_(CARRIED))
    )
    reached = reached.union(further)
    happened_at: str | None = connection.scalar(
        sa.select(sa.func.max(reached.c.happened_at)).where(reached.c.new_photo_id == last)
    )
    return happened_at


def _repoint_offers(connection: sa.Connection, old: PhotoId, new: PhotoId) -> None:
    """Redirect offers of an edited photo to its successor."""
    statement = (
        sa.update(_successions)
        .prefix_with("OR IGNORE")
        .where(
            _successions.c.new_photo_id == old,
            _successions.c.old_photo_id != new,
            _successions.c.verdict.in_(OFFERED),
        )
        .values(new_photo_id=new)
    )
    connection.execute(statement)


def _now() -> str:
    return datetime.now(UTC).isoformat()
