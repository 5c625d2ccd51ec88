"""The change log: which photos changed, in commit order.

[Note: change feed] Triggers append to the log in the transaction that changes a row, so no writer
can omit it. Each subscriber (the vector index, the calibration, suggested tags, the grid) is a
follower: it keeps the sequence number it has reached, and applies later changes incrementally. A
follower older than the log's first entry rebuilds itself; so a rebuild is a repair, never routine.

A follower compares with the current rows, not with each past state: a photo that was added and
deleted in between is no change at all.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.dialects.sqlite import insert

from photofind.store import schema
from photofind.store.bulk import columns
from photofind.store.state import read_fact, write_fact

_changes = schema.changes
_followers = schema.followers

KEPT_CHANGES = 100_000
"""Changes kept for unregistered followers: other processes, which only read."""

MOST_CHANGES = 50_000
"""Above this many, following takes longer than a rebuild."""

FOLLOWER_AWAY = timedelta(days=30)
"""A follower absent for longer is unregistered, and rebuilds itself when it returns."""

_DROPPED_UP_TO = "changes_dropped_up_to"


class ChangeKind(StrEnum):
    """What changed about a photo, or about the library where no photo is named.

    Attributes:
        FILES: It gained or lost a file, or one of them lies elsewhere.
        PHOTO: Its row changed, or is gone for good.
        EMBEDDING: An embedding of the whole photo came, changed or went.
        TAGS: A tag was suggested, decided or taken off.
        ROOTS: A root came or went, or is connected or offline now.
        SERVING: Searches look at another checkpoint's embeddings.
    """

    FILES = "files"
    PHOTO = "photo"
    EMBEDDING = "embedding"
    TAGS = "tags"
    ROOTS = "roots"
    SERVING = "serving"


SEARCHED = (ChangeKind.FILES, ChangeKind.EMBEDDING)
"""Kinds of changes that affect whether a photo is searchable."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened after a number, each photo once for each kind.

    Attributes:
        up_to: The number that what is read in the same transaction is true up to.
        photos: (N,) int64 ids, ascending, by kind; kinds without any are absent.
        roots: Whether roots changed.
        serving: Whether searches look at another checkpoint's embeddings.
    """

    up_to: int
    photos: dict[ChangeKind, NDArray[np.int64]]
    roots: bool = False
    serving: bool = False

    def __bool__(self) -> bool:
        return bool(self.photos) or self.roots or self.serving

    def of(self, *kinds: ChangeKind) -> NDArray[np.int64]:
        """(N,) int64 ids, ascending, of photos that changed in any of these ways."""
        some = [self.photos[kind] for kind in kinds if kind in self.photos]
        return np.unique(np.concatenate(some)) if some else np.empty(0, np.int64)


def latest(connection: sa.Connection) -> int:
    """Return the number of the last change; 0 before there was one."""
    return connection.scalar(sa.select(sa.func.max(_changes.c.seq))) or _dropped_up_to(connection)


def changes_since(
    connection: sa.Connection,
    seq: int,
    kinds: Iterable[ChangeKind] = ChangeKind,
    space_id: int | None = None,
) -> Changes | None:
    """Read the changes since a number; `None` if the follower has to rebuild.

    Args:
        connection: Its transaction gives a consistent view up to the number returned.
        seq: The number that the follower has reached.
        kinds: The kinds of changes that the follower needs.
        space_id: Of the embeddings that the follower needs; by default all.
    """
    up_to = latest(connection)
    if seq == up_to:
        return Changes(up_to, {})
    if seq < _dropped_up_to(connection) or seq > up_to:
        return None
    statement = (
        sa.select(_changes.c.kind, _changes.c.photo_id)
        .where(_changes.c.seq > seq, _changes.c.kind.in_([str(kind) for kind in kinds]))
        .distinct()
        .limit(MOST_CHANGES + 1)
    )
    if space_id is not None:
        of_space = _changes.c.space_id
        statement = statement.where(sa.or_(of_space.is_(None), of_space == space_id))
    found = columns(connection, statement)
    names = np.array(found[0], str)
    if len(names) > MOST_CHANGES:
        return None
    ids = np.array([photo_id or 0 for photo_id in found[1]], np.int64)
    photos = {
        kind: np.sort(ids[names == kind])
        for kind in (ChangeKind.FILES, ChangeKind.PHOTO, ChangeKind.EMBEDDING, ChangeKind.TAGS)
        if np.any(names == kind)
    }
    return Changes(
        up_to,
        photos,
        roots=bool(np.any(names == ChangeKind.ROOTS)),
        serving=bool(np.any(names == ChangeKind.SERVING)),
    )


def followed(connection: sa.Connection, follower: str) -> int | None:
    """Return the number that a follower stored in the catalogue has reached."""
    statement = sa.select(_followers.c.seq).where(_followers.c.name == follower)
    return connection.execute(statement).scalar_one_or_none()


def set_followed(connection: sa.Connection, follower: str, seq: int) -> None:
    """Record the number a follower has reached, in the transaction that reaches it."""
    statement = insert(_followers).values(
        name=follower, seq=seq, seen_at=datetime.now(UTC).isoformat()
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["name"],
            set_={name: statement.excluded[name] for name in ("seq", "seen_at")},
        )
    )


def trim(connection: sa.Connection, kept: int = KEPT_CHANGES) -> int:
    """Delete changes that every follower has seen; returns how many.

    Args:
        connection: In a writing transaction.
        kept: Number of latest changes kept for followers in other processes.
    """
    away = (datetime.now(UTC) - FOLLOWER_AWAY).isoformat()
    connection.execute(sa.delete(_followers).where(_followers.c.seen_at < away))
    slowest = connection.scalar(sa.select(sa.func.min(_followers.c.seq)))
    up_to = latest(connection) - kept
    if slowest is not None:
        up_to = min(up_to, slowest)
    if up_to <= _dropped_up_to(connection):
        return 0
    dropped = connection.execute(sa.delete(_changes).where(_changes.c.seq <= up_to)).rowcount
    write_fact(connection, _DROPPED_UP_TO, str(up_to))
    return dropped


def _dropped_up_to(connection: sa.Connection) -> int:
    return int(read_fact(connection, _DROPPED_UP_TO) or 0)
