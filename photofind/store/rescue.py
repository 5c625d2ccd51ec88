"""Carries what a person made since a copy was taken from the damaged catalogue into the copy.

Rows are read up to the first that is damaged. What a table lacks was only taken away by the person
where SQLite finds that table whole; otherwise it may be there and unreadable, and stays.
"""

import logging
import os
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from photofind.domain import Fingerprint, PhotoId
from photofind.store import roots, schema, tags
from photofind.store.photos import photo_ids_of
from photofind.store.successions import Verdict
from photofind.store.tag_names import tag_key
from photofind.store.tags import PERSON, PhotoTag, PriorTag, TagState

_KEPT_BY_TRIGGERS = {"id", "file_count", "gone_at"}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rescued:
    """What was carried over.

    Attributes:
        tags: Decisions of a person, also that a photo does not have a tag any more.
        folders: Folders that were added or removed.
        photos: How many photos were added since; the next run reads them again.
        complete: Whether all of it could be read.
    """

    tags: int
    folders: int
    photos: int
    complete: bool


NOTHING = Rescued(0, 0, 0, complete=False)


def rescue(damaged: Path, since: datetime, connection: sa.Connection) -> Rescued:
    """Carry over what differs from a copy.

    Args:
        since: When the copy was taken.
        connection: To the copy, in a writing transaction.
    """
    if not damaged.exists():
        return NOTHING
    # Read-only: what is set aside stays as it was met.
    uri = f"{damaged.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as opened:
        opened.row_factory = sqlite3.Row
        reader = _Reader(opened)
        folders = _rescue_roots(reader, connection)
        _rescue_former_paths(reader, connection, since)
        decided = _rescue_tags(reader, connection)
        _rescue_successions(reader, connection)
        added = reader.rows("SELECT count(*) FROM photos WHERE added_at > ?", since.isoformat())
        return Rescued(decided, folders, added[0][0] if added else 0, reader.complete)


class _Reader:
    """Reads a damaged catalogue as far as it can be read.

    Attributes:
        complete: Whether all that was asked for came.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.complete = True

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """Fetch rows up to the first damaged one."""
        rows: list[sqlite3.Row] = []
        try:
            for row in self._connection.execute(query, values):
                rows.append(row)
        except sqlite3.Error as error:
            _log.warning("Not all of the damaged catalogue can be read: %s", error)
            self.complete = False
        return rows

    def are_whole(self, *tables: str) -> bool:
        """Return whether tables lack nothing but what was deleted from them."""
        found = [row[0] for name in tables for row in self.rows(f"PRAGMA quick_check({name})")]
        return found == ["ok"] * len(tables)


# Folders


def _rescue_roots(reader: _Reader, connection: sa.Connection) -> int:
    there = {Path(os.fsdecode(row["path"])) for row in reader.rows("SELECT path FROM roots")}
    before = roots.list_roots(connection)
    added = there - {root.path for root in before}
    removed = set[Path]()
    if reader.are_whole("roots"):
        removed = {root.path for root in before} - there
    for root in before:
        if root.path in removed:
            # A folder around them may be among the added ones, and takes over no offline root.
            roots.set_offline(connection, root.id, False)
    for path in sorted(added):
        roots.add_root(connection, path)
    for root in roots.list_roots(connection):
        if root.path in removed:
            roots.remove_root(connection, root.id)
    return len(added) + len(removed)


# Photos


def _photo_ids(
    connection: sa.Connection, rows: Iterable[sqlite3.Row]
) -> dict[Fingerprint, PhotoId]:
    """Return photos by fingerprint; unknown ones are added, to get files from the next run."""
    by_content = {Fingerprint(row["fingerprint"]): row for row in rows}
    ids = photo_ids_of(connection, list(by_content))
    known = {column.name for column in schema.photos.columns} - _KEPT_BY_TRIGGERS
    for content, row in by_content.items():
        if content not in ids:
            # Not a mapping: a row iterates over its values.
            values = {name: row[name] for name in row.keys() if name in known}  # noqa: SIM118
            inserted = connection.execute(sa.insert(schema.photos).values(values))
            assert inserted.inserted_primary_key is not None
            ids[content] = PhotoId(inserted.inserted_primary_key[0])
    return ids


_LEFT = """
    SELECT photos.*, path, left_at
    FROM former_paths JOIN photos ON photos.id = photo_id WHERE left_at > ?
"""


def _rescue_former_paths(reader: _Reader, connection: sa.Connection, since: datetime) -> None:
    rows = reader.rows(_LEFT, since.isoformat())
    ids = _photo_ids(connection, rows)
    for row in rows:
        values = {"path": row["path"], "photo_id": ids[row["fingerprint"]]}
        _upsert(connection, schema.former_paths, values, {"left_at": row["left_at"]})


# Decisions about tags

_DECIDED = """
    SELECT photos.*, tags.name AS tag_name, tags.key AS tag_key,
        photo_tags.state AS tag_state, photo_tags.changed_at AS tag_changed_at
    FROM photo_tags JOIN photos ON photos.id = photo_id JOIN tags ON tags.id = tag_id
    WHERE photo_tags.source = 'person' AND photo_tags.state IN ('confirmed', 'rejected')
"""


def _rescue_tags(reader: _Reader, connection: sa.Connection) -> int:
    rows = {(row["fingerprint"], row["tag_key"]): row for row in reader.rows(_DECIDED)}
    before = _decided(connection)
    made = [row for subject, row in rows.items() if before.get(subject) != row["tag_state"]]
    ids = _photo_ids(connection, made)
    taken_off = list[tuple[Fingerprint, str]]()
    if reader.are_whole("photo_tags", "tags", "photos"):
        taken_off = [one for one in before.keys() - rows.keys() if _has_photo(reader, one[0])]
    known = photo_ids_of(connection, [content for content, _ in taken_off])
    changes = [
        *(_decision(connection, ids[row["fingerprint"]], row) for row in made),
        *(PriorTag(known[content], key, None) for content, key in taken_off),
    ]
    tags.restore(connection, changes)
    return len(changes)


def _decided(connection: sa.Connection) -> dict[tuple[Fingerprint, str], str]:
    """Return the state of a person's tags, by the photo's fingerprint and the tag's key."""
    on, names, photos = schema.photo_tags, schema.tags, schema.photos
    rows = connection.execute(
        sa.select(photos.c.fingerprint, names.c.key, on.c.state)
        .join_from(on, names)
        .join(photos)
        .where(on.c.source == PERSON)
    )
    return {(Fingerprint(content), key): state for content, key, state in rows}


def _has_photo(reader: _Reader, content: Fingerprint) -> bool:
    return bool(reader.rows("SELECT 1 FROM photos WHERE fingerprint = ?", content))


def _decision(connection: sa.Connection, photo_id: PhotoId, row: sqlite3.Row) -> PriorTag:
    """Build a decision as it was made; a suggestion that it is about keeps its score."""
    name, key = row["tag_name"], row["tag_key"]
    of_photo = tags.tags_of(connection, [photo_id], tuple(TagState))[photo_id]
    suggested = next((tag for tag in of_photo if tag_key(tag.name) == key), None)
    tag = PhotoTag(
        name,
        TagState(row["tag_state"]),
        PERSON,
        suggested.score if suggested is not None else None,
        suggested.space_id if suggested is not None else None,
        row["tag_changed_at"],
    )
    return PriorTag(photo_id, name, tag)


# Which photo was edited into which

_FOLLOWED = """
    SELECT successions.*, old.fingerprint AS old_content, new.fingerprint AS new_content
    FROM successions JOIN photos AS old ON old.id = old_photo_id
    JOIN photos AS new ON new.id = new_photo_id
"""
_OF_THESE = """
    SELECT * FROM photos WHERE id IN
    (SELECT old_photo_id FROM successions UNION SELECT new_photo_id FROM successions)
"""


def _rescue_successions(reader: _Reader, connection: sa.Connection) -> None:
    """Save what was found and answered; tags that were carried over are among the decisions."""
    ids = _photo_ids(connection, reader.rows(_OF_THESE))
    for row in reader.rows(_FOLLOWED):
        pair = row["old_content"], row["new_content"]
        if row["verdict"] not in set(Verdict) or not ids.keys() >= set(pair):
            continue
        old, new = (ids[content] for content in pair)
        _upsert(
            connection,
            schema.successions,
            {"old_photo_id": old, "new_photo_id": new},
            {name: row[name] for name in _SUCCESSION},
        )


_SUCCESSION = ("path", "verdict", "known_before", "cosine", "happened_at")


def _upsert(
    connection: sa.Connection,
    table: sa.Table,
    key: Mapping[str, object],
    values: Mapping[str, object],
) -> None:
    statement = insert(table).values({**key, **values})
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=dict(values)))
