"""Counts of everything that the window and the command line show.

Triggers update the counts in the transaction that changes a row, so reading them takes constant
time. `recount` computes what they should be.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from photofind.store import schema

_counts = schema.counts
_roots = schema.roots

PER_ROOT = ("files", "failures", "root", "waiting")


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of the whole library.

    Attributes:
        photos_with_files: Distinct photos that have a file.
        files: All files, failures among them.
        duplicates: Files beyond the first of each content.
        waiting: Files in the queue, found and not read yet; not among `files`.
    """

    photos_with_files: int
    files: int
    duplicates: int
    failures: int
    roots: int
    offline_roots: int
    waiting: int


def overall(connection: sa.Connection) -> Counts:
    roots, offline = connection.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(_roots.c.offline), 0))
    ).one()
    files, failures = total(connection, "files"), total(connection, "failures")
    photos = total(connection, "photos")
    return Counts(
        photos_with_files=photos,
        files=files,
        duplicates=files - failures - photos,
        failures=failures,
        roots=roots,
        offline_roots=offline,
        waiting=total(connection, "waiting"),
    )


def count_by_key(connection: sa.Connection, subject: str) -> dict[int, int]:
    """Read the counts of a subject by key; keys with a count of zero are absent.

    Args:
        subject: `photos` (key 0), `year`, `embedded` (by space), a tag's state (by tag), by root
            `files`, `failures`, `waiting`, and `root` for its distinct photos, or by producer
            `derived_` with a status.
    """
    statement = sa.select(_counts.c.key, _counts.c.n).where(
        _counts.c.subject == subject, _counts.c.n > 0
    )
    # `dict` would take the result for a mapping: it has `keys`.
    return dict(connection.execute(statement).all())


def total(connection: sa.Connection, subject: str) -> int:
    """Sum the counts of a subject over all keys."""
    return sum(count_by_key(connection, subject).values())


def recount(connection: sa.Connection) -> dict[tuple[str, int], int]:
    """Recompute all counts by subject and key from the rows; takes seconds."""
    files, photos, tags = schema.files, schema.photos, schema.photo_tags
    shown = photos.c.id.in_(sa.select(files.c.photo_id).where(files.c.photo_id.is_not(None)))
    year = sa.cast(sa.func.substr(photos.c.taken_at, 1, 4), sa.Integer)
    number = sa.func.count()
    embeddings, waiting, derived = schema.embeddings, schema.waiting, schema.derived
    statements = [
        sa.select(sa.literal("photos"), sa.literal(0), number).select_from(photos).where(shown),
        sa.select(sa.literal("year"), year, number)
        .where(shown, photos.c.taken_at.is_not(None))
        .group_by(year),
        sa.select(sa.literal("files"), files.c.root_id, number).group_by(files.c.root_id),
        sa.select(sa.literal("failures"), files.c.root_id, number)
        .where(files.c.failure.is_not(None))
        .group_by(files.c.root_id),
        sa.select(sa.literal("root"), files.c.root_id, sa.func.count(files.c.photo_id.distinct()))
        .where(files.c.photo_id.is_not(None))
        .group_by(files.c.root_id),
        sa.select(sa.literal("waiting"), waiting.c.root_id, number).group_by(waiting.c.root_id),
        sa.select(sa.literal("embedded"), embeddings.c.space_id, number)
        .join_from(embeddings, photos)
        .where(embeddings.c.region_kind == schema.WHOLE, shown)
        .group_by(embeddings.c.space_id),
        sa.select(tags.c.state, tags.c.tag_id, number)
        .join_from(tags, photos)
        .where(shown)
        .group_by(tags.c.state, tags.c.tag_id),
        sa.select(sa.literal("derived_") + derived.c.status, derived.c.producer_id, number)
        .join_from(derived, photos)
        .where(shown)
        .group_by(derived.c.status, derived.c.producer_id),
    ]
    return {
        (subject, key): n
        for statement in statements
        for subject, key, n in connection.execute(statement)
        if n
    }


def kept_counts(connection: sa.Connection) -> dict[tuple[str, int], int]:
    """Read the counts that the triggers keep, in the form of `recount`."""
    rows = connection.execute(sa.select(_counts).where(_counts.c.n != 0))
    return {(subject, key): n for subject, key, n in rows}
