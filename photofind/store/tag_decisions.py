"""A person's decisions about tags, each one transaction that can be undone later.

Later, the photo may have been purged and found again, or edited: then it is another photo, see
[Note: successions] in `successions`. What is taken back is what was decided about the photo, by its
content, and what of it was carried to its edits.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from photofind.domain import Fingerprint, PhotoId
from photofind.errors import BadInputError
from photofind.store import photos, successions, tags
from photofind.store.tag_names import tag_key, tag_name
from photofind.store.tags import PhotoTag, PriorTag, TagState

_Decide = Callable[[sa.Connection, Sequence[PhotoId], str], tuple[PriorTag, ...]]

_DECIDED = (TagState.CONFIRMED, TagState.REJECTED)


@dataclass(frozen=True, slots=True)
class TagChanges:
    """Changes of the tags of some photos, by name.

    Attributes:
        removed: To be taken off.
        rejected: Suggested for some of the photos, and wrong.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.confirmed or self.rejected)


NO_CHANGES = TagChanges()


@dataclass(frozen=True, slots=True)
class DecidedTag:
    """One tag of one photo that a decision changed.

    Attributes:
        after: What the photo says about the tag since; `None` for nothing.
    """

    was: PriorTag
    after: PhotoTag | None
    fingerprint: Fingerprint


def decide(
    connection: sa.Connection, photo_ids: Sequence[PhotoId], changes: TagChanges
) -> tuple[DecidedTag, ...]:
    """Change tags; returns only those that are different now.

    Args:
        connection: In a writing transaction.

    Raises:
        BadInputError: A name is no name for a tag.
    """
    for name in (*changes.added, *changes.removed, *changes.confirmed, *changes.rejected):
        _check(name)
    was: list[PriorTag] = []
    for name, change, passed_over in _each(changes):
        before = tags.tags_of(connection, photo_ids, tuple(TagState))
        ids = [one for one in photo_ids if _state(before[one], name) not in passed_over]
        was += change(connection, ids, name)
    ids = list({item.photo_id for item in was})
    after = tags.tags_of(connection, ids, tuple(TagState))
    contents = photos.fingerprints_of(connection, ids)
    return tuple(
        DecidedTag(item, _tag(after[item.photo_id], item.name), contents[item.photo_id])
        for item in was
    )


def take_back(connection: sa.Connection, decided: Sequence[DecidedTag]) -> list[PhotoId]:
    """Undo decisions; returns the photos that are affected now.

    Args:
        connection: In a writing transaction.
    """
    ids = photos.photo_ids_of(connection, list({one.fingerprint for one in decided}))
    known = photos.fingerprints_of(connection, [one.was.photo_id for one in decided])
    put: list[PriorTag] = []
    for one in reversed(decided):
        # Its fingerprint may have been replaced, or its row.
        own = one.was.photo_id if one.was.photo_id in known else ids.get(one.fingerprint)
        if own is None:
            continue
        put.append(replace(one.was, photo_id=own))
        for edit in successions.carried_to(connection, own):
            put += _carried(connection, one, edit)
    tags.restore(connection, put)
    return list(dict.fromkeys(item.photo_id for item in put))


def _check(name: str) -> None:
    try:
        tag_name(name)
    except ValueError as error:
        raise BadInputError(f"'{name}' is no name for a tag.", f"{error}.") from error


def _each(
    changes: TagChanges,
) -> Iterator[tuple[str, _Decide, tuple[TagState | None, ...]]]:
    """Yield each name, its change, and the states of photos that it leaves alone."""
    kinds: tuple[tuple[Sequence[str], _Decide, tuple[TagState | None, ...]], ...] = (
        (changes.added, tags.add, (TagState.CONFIRMED,)),
        (changes.removed, tags.remove, (None,)),
        (changes.confirmed, tags.confirm, (None, *_DECIDED)),
        (changes.rejected, tags.reject, (TagState.REJECTED,)),
    )
    for names, decide, passed_over in kinds:
        for name in names:
            yield name, decide, passed_over


def _carried(connection: sa.Connection, decided: DecidedTag, edit: PhotoId) -> list[PriorTag]:
    """Find what to undo on an edit of the photo.

    A tag that was carried there has the moment of the decision; one that was taken off leaves none.
    """
    now = _tag(tags.tags_of(connection, [edit], tuple(TagState))[edit], decided.was.name)
    after, before = decided.after, decided.was.before
    if after is None:
        concerned = now is None or now.state is TagState.SUGGESTED
    else:
        concerned = now is not None and (now.state, now.changed_at) == (
            after.state,
            after.changed_at,
        )
    if not concerned:
        return []
    if before is None or before.state not in _DECIDED:
        return [PriorTag(edit, decided.was.name, None)]
    # A score belongs to the content it was measured on.
    return [PriorTag(edit, decided.was.name, replace(before, score=None, space_id=None))]


def _tag(of_photo: Sequence[PhotoTag], name: str) -> PhotoTag | None:
    return next((tag for tag in of_photo if tag_key(tag.name) == tag_key(tag_name(name))), None)


def _state(of_photo: Sequence[PhotoTag], name: str) -> TagState | None:
    found = _tag(of_photo, name)
    return None if found is None else found.state
