"""Tags on photos, and the decisions of a person about them; `suggestions` suggests them.

Tags belong to a photo, not to its files, so they survive moves and copies. Each tag on a photo has
a state and a source: a suggestion comes from a classifier (zero-shot), while `confirmed` and
`rejected` are always a person's decision, which no suggestion ever changes. A decision about a
suggestion keeps the score and the space it was suggested with.

Functions that change a person's tags return the previous states, for `restore` to undo.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from photofind.domain import PhotoId
from photofind.store import schema
from photofind.store.bulk import in_batches
from photofind.store.counts import count_by_key
from photofind.store.photos import has_file
from photofind.store.tag_names import tag_key, tag_name

ZERO_SHOT = "zero_shot"
PERSON = "person"

_on = schema.photo_tags
_tags = schema.tags


class TagState(StrEnum):
    SUGGESTED = "suggested"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


VISIBLE = (TagState.CONFIRMED, TagState.SUGGESTED)
"""The states in which a photo has a tag; a rejected one is remembered, and not there."""

_DECIDED = (TagState.CONFIRMED, TagState.REJECTED)
_COUNTED = (TagState.CONFIRMED, TagState.SUGGESTED, TagState.REJECTED)


@dataclass(frozen=True, slots=True)
class PhotoTag:
    """A tag on one photo.

    Attributes:
        source: `PERSON`, or the way it was found.
        score: What it was suggested with; `None` where a person thought of it.
        space_id: What the score was measured in, the checkpoint's; `None` with the score.
        changed_at: UTC, ISO 8601.
    """

    name: str
    state: TagState
    source: str
    score: float | None
    space_id: int | None
    changed_at: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    photo_id: PhotoId
    name: str
    score: float


@dataclass(frozen=True, slots=True)
class PriorTag:
    """The state of a tag on a photo before a change; `None` for no row."""

    photo_id: PhotoId
    name: str
    before: PhotoTag | None


@dataclass(frozen=True, slots=True)
class TagCount:
    """Counts of the photos with a file that have a tag, by state."""

    name: str
    confirmed: int
    suggested: int
    rejected: int


def confirm(
    connection: sa.Connection, photo_ids: Sequence[PhotoId], name: str
) -> tuple[PriorTag, ...]:
    """Confirm a suggestion, on those of the photos that have it."""
    was = tuple(
        item
        for item in _before(connection, photo_ids, name)
        if item.before is not None and item.before.state == TagState.SUGGESTED
    )
    _decide(connection, [item.photo_id for item in was], name, TagState.CONFIRMED)
    return was


def add(connection: sa.Connection, photo_ids: Sequence[PhotoId], name: str) -> tuple[PriorTag, ...]:
    """Tag photos by hand, whatever state the tag had.

    Raises:
        ValueError: The name is empty or too long.
    """
    was = _before(connection, photo_ids, name)
    _decide(connection, photo_ids, name, TagState.CONFIRMED)
    return was


def reject(
    connection: sa.Connection, photo_ids: Sequence[PhotoId], name: str
) -> tuple[PriorTag, ...]:
    """Reject a tag for photos; it will not be suggested for them again."""
    was = _before(connection, photo_ids, name)
    _decide(connection, photo_ids, name, TagState.REJECTED)
    return was


def remove(
    connection: sa.Connection, photo_ids: Sequence[PhotoId], name: str
) -> tuple[PriorTag, ...]:
    """Remove a tag from photos without rejecting it; it may be suggested again."""
    was = tuple(item for item in _before(connection, photo_ids, name) if item.before is not None)
    _erase(connection, was)
    return was


def restore(connection: sa.Connection, was: Sequence[PriorTag]) -> None:
    """Undo a change: restore the states it returned."""
    _erase(connection, [item for item in was if item.before is None])
    kept = [(item.photo_id, item.before) for item in was if item.before is not None]
    _put(connection, kept)


def carry_tags(
    connection: sa.Connection,
    old_photo_id: PhotoId,
    new_photo_id: PhotoId,
    *,
    since: str | None = None,
) -> tuple[PriorTag, ...]:
    """Copy a person's decisions to a photo from the one it was edited from.

    Of two decisions about one tag the later one counts. A score belongs to the content it was
    measured on and is not carried.

    Args:
        since: When the new photo was edited into the old one, where this is the way back: what was
            decided about it until then and is not said of the old one was taken off since.
    """
    old = _all_of(connection, [old_photo_id], _DECIDED).get(old_photo_id, [])
    new = _all_of(connection, [new_photo_id], tuple(TagState)).get(new_photo_id, [])
    known = {tag.name: tag for tag in new}
    carried = [tag for tag in old if _counts_more(tag, known.get(tag.name))]
    still = {tag.name for tag in old}
    taken_off = [
        tag
        for tag in new
        if since is not None and _was_decided_by(tag, since) and tag.name not in still
    ]
    was = [PriorTag(new_photo_id, tag.name, known.get(tag.name)) for tag in (*carried, *taken_off)]
    bare = [replace(tag, score=None, space_id=None) for tag in carried]
    _put(connection, [(new_photo_id, tag) for tag in bare])
    _erase(connection, was[len(carried) :])
    return tuple(was)


def _counts_more(tag: PhotoTag, known: PhotoTag | None) -> bool:
    return known is None or known.state not in _DECIDED or known.changed_at < tag.changed_at


def _was_decided_by(tag: PhotoTag, moment: str) -> bool:
    return tag.state in _DECIDED and tag.changed_at <= moment


def tags_of(
    connection: sa.Connection,
    photo_ids: Sequence[PhotoId],
    states: Sequence[TagState] = VISIBLE,
) -> dict[PhotoId, list[PhotoTag]]:
    """List the tags of each photo: decided ones by name, then suggestions, best first."""
    found = _all_of(connection, photo_ids, states)
    return {photo_id: sorted(found.get(photo_id, []), key=_rank) for photo_id in photo_ids}


def photos_with(
    connection: sa.Connection, name: str, states: Sequence[TagState] = VISIBLE
) -> list[PhotoId]:
    """Return photos with a file that have a tag, ascending; none for an unknown tag."""
    statement = (
        sa.select(_on.c.photo_id)
        .join_from(_on, _tags)
        .where(
            _tags.c.key == tag_key(tag_name(name)),
            _on.c.state.in_(states),
            has_file(_on.c.photo_id),
        )
        .order_by(_on.c.photo_id)
    )
    return [PhotoId(photo_id) for photo_id in connection.scalars(statement)]


def counts_by_tag(connection: sa.Connection) -> list[TagCount]:
    """Count photos by tag and state, for tags that a photo with a file has, by name."""
    counted = [count_by_key(connection, state) for state in _COUNTED]
    names = connection.execute(sa.select(_tags.c.id, _tags.c.name, _tags.c.key)).all()
    return [
        TagCount(name, *(of_state.get(tag_id, 0) for of_state in counted))
        for tag_id, name, _ in sorted(names, key=lambda row: row.key)
        if any(tag_id in of_state for of_state in counted)
    ]


def review_queue(
    connection: sa.Connection, limit: int, name: str | None = None
) -> list[Suggestion]:
    """List suggestions that wait for a decision, best first, of one tag or of all."""
    statement = (
        sa.select(_on.c.photo_id, _tags.c.name, _on.c.score)
        .join_from(_on, _tags)
        .where(_on.c.state == TagState.SUGGESTED, has_file(_on.c.photo_id))
        .order_by(_on.c.score.desc(), _on.c.photo_id, _tags.c.name)
        .limit(limit)
    )
    if name is not None:
        statement = statement.where(_tags.c.key == tag_key(tag_name(name)))
    return [
        Suggestion(PhotoId(photo_id), tag, score or 0.0)
        for photo_id, tag, score in connection.execute(statement)
    ]


def _rank(tag: PhotoTag) -> tuple[bool, float, str]:
    suggested = tag.state is TagState.SUGGESTED
    return suggested, -(tag.score or 0.0) if suggested else 0.0, tag_key(tag.name)


def _decide(
    connection: sa.Connection, photo_ids: Sequence[PhotoId], name: str, state: TagState
) -> None:
    if not photo_ids:
        return
    rows = [
        {
            "photo_id": int(photo_id),
            "tag_id": tag_id,
            "state": state.value,
            "source": PERSON,
            "changed_at": now,
        }
        for tag_id, now in [(ensure_tag(connection, name), now_text())]
        for photo_id in photo_ids
    ]
    upsert_rows(connection, rows)


def _put(connection: sa.Connection, tags: Sequence[tuple[PhotoId, PhotoTag]]) -> None:
    rows = [
        {
            "photo_id": int(photo_id),
            "tag_id": ensure_tag(connection, tag.name),
            "state": tag.state.value,
            "source": tag.source,
            "score": tag.score,
            "space_id": tag.space_id,
            "changed_at": tag.changed_at,
        }
        for photo_id, tag in tags
    ]
    upsert_rows(connection, rows)


def upsert_rows(connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Insert or update rows; columns not given keep their values."""
    if not rows:
        return
    statement = insert(_on)
    changed = {name: statement.excluded[name] for name in rows[0]}
    connection.execute(
        statement.on_conflict_do_update(index_elements=["photo_id", "tag_id"], set_=changed),
        list(rows),
    )


def _erase(connection: sa.Connection, was: Sequence[PriorTag]) -> None:
    rows = [{"photo": int(item.photo_id), "tag": ensure_tag(connection, item.name)} for item in was]
    delete_rows(connection, rows)


def delete_rows(connection: sa.Connection, rows: Sequence[dict[str, int]]) -> None:
    """Delete tags from photos, given as their ids: `photo` and `tag`."""
    if rows:
        own = _on.c.photo_id == sa.bindparam("photo"), _on.c.tag_id == sa.bindparam("tag")
        connection.execute(sa.delete(_on).where(*own), list(rows))


def _before(
    connection: sa.Connection, photo_ids: Sequence[PhotoId], name: str
) -> tuple[PriorTag, ...]:
    key = tag_key(tag_name(name))
    found = _all_of(connection, photo_ids, tuple(TagState), key)
    return tuple(
        PriorTag(photo_id, name, next(iter(found.get(photo_id, [])), None))
        for photo_id in photo_ids
    )


def _all_of(
    connection: sa.Connection,
    photo_ids: Sequence[PhotoId],
    states: Sequence[TagState],
    key: str | None = None,
) -> dict[PhotoId, list[PhotoTag]]:
    """List the tags of each photo that has any, unordered; with a key that tag alone."""
    statement = (
        sa.select(
            _on.c.photo_id, _tags.c.name, _on.c.state, _on.c.source, _on.c.score,
            _on.c.space_id, _on.c.changed_at,
        )
        .join_from(_on, _tags)
        .where(_on.c.state.in_(states))
    )  # fmt: skip
    if key is not None:
        statement = statement.where(_tags.c.key == key)
    found: defaultdict[PhotoId, list[PhotoTag]] = defaultdict(list)
    for batch in in_batches(photo_ids):
        for photo_id, name, state, *rest in connection.execute(
            statement.where(_on.c.photo_id.in_(batch))
        ):
            found[photo_id].append(PhotoTag(name, TagState(state), *rest))
    return dict(found)


def ensure_tag(connection: sa.Connection, name: str) -> int:
    """Return the row of a tag, inserted if absent; the first spelling stays."""
    name = tag_name(name)
    key = tag_key(name)
    connection.execute(
        insert(_tags)
        .values(name=name, key=key, created_at=now_text())
        .on_conflict_do_nothing(index_elements=["key"])
    )
    return int(connection.execute(sa.select(_tags.c.id).where(_tags.c.key == key)).scalar_one())


def now_text() -> str:
    """Return the moment as `changed_at` has it."""
    return datetime.now(UTC).isoformat()
