"""Decisions about tags taken back, also after the photo's row or its file has changed."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from photofind.domain import PhotoId
from photofind.errors import BadInputError
from photofind.store import embeddings, photos, roots, schema, successions, tags
from photofind.store.database import Database
from photofind.store.roots import Root
from photofind.store.sqlite_catalogue import SqliteTags
from photofind.store.successions import Verdict
from photofind.store.suggestions import replace_suggestions
from photofind.store.tag_decisions import TagChanges
from photofind.store.tags import Suggestion, TagState

from .samples import ROOT, SPACE, read_photo

DOG = TagChanges(added=("dog",))
A, B = ROOT / "a.jpg", ROOT / "b.jpg"


@pytest.fixture
def root(database: Database) -> Root:
    with database.writing() as connection:
        return roots.add_root(connection, ROOT)


@pytest.fixture
def decisions(database: Database) -> SqliteTags:
    return SqliteTags(database)


def _record(database: Database, root: Root, path: Path, number: int) -> PhotoId:
    with database.writing() as connection:
        (photo_id,) = photos.record_files(connection, root, [read_photo(path, number)])
    assert photo_id is not None
    return photo_id


def _edit(database: Database, root: Root, path: Path, before: PhotoId, number: int) -> PhotoId:
    """Another content at the path, which takes the person's tags along."""
    after = _record(database, root, path, number)
    with database.writing() as connection:
        tags.carry_tags(connection, before, after)
        successions.record(connection, before, after, path, Verdict.EDITED)
    return after


def _tags(database: Database, photo_id: PhotoId) -> dict[str, str]:
    with database.reading() as connection:
        found = tags.tags_of(connection, [photo_id], tuple(TagState))[photo_id]
    return {tag.name: str(tag.state) for tag in found}


def _suggest(database: Database, photo_id: PhotoId, name: str) -> None:
    with database.writing() as connection:
        space = embeddings.space_id(connection, SPACE, create=True)
        replace_suggestions(connection, space, [photo_id], [Suggestion(photo_id, name, 5.0)])


@pytest.mark.parametrize(
    "changes",
    [
        DOG,
        TagChanges(removed=("sea",)),
        TagChanges(confirmed=("boat",)),
        TagChanges(rejected=("boat",)),
        TagChanges(("dog", "cat"), ("sea",), ("boat",), ("sky",)),
    ],
)
def test_that_every_decision_is_taken_back_as_one(
    database: Database, root: Root, decisions: SqliteTags, changes: TagChanges
) -> None:
    photo = _record(database, root, A, 1)
    _suggest(database, photo, "boat")
    decisions.decide([photo], TagChanges(added=("sea",)))
    before = _tags(database, photo)

    decided = decisions.decide([photo], changes)
    assert _tags(database, photo) != before

    assert decisions.take_back(decided) == [photo]
    assert _tags(database, photo) == before


def test_that_only_photos_that_changed_are_remembered(
    database: Database, root: Root, decisions: SqliteTags
) -> None:
    first, second = _record(database, root, A, 1), _record(database, root, B, 2)
    decisions.decide([first], DOG)

    decided = decisions.decide([first, second], DOG)

    assert [item.was.photo_id for item in decided] == [second]
    assert decisions.decide([first, second], TagChanges(added=("Dog",))) == ()
    assert decisions.decide([first], TagChanges(removed=("cat",), confirmed=("dog",))) == ()


def test_that_of_several_decisions_all_are_made_or_none(
    database: Database, root: Root, decisions: SqliteTags
) -> None:
    photo = _record(database, root, A, 1)

    with pytest.raises(BadInputError, match="no name for a tag"):
        decisions.decide([photo], TagChanges(added=("dog", " ")))

    assert _tags(database, photo) == {}


def test_that_an_added_tag_leaves_the_photo_it_was_carried_to(
    database: Database, root: Root, decisions: SqliteTags
) -> None:
    before = _record(database, root, A, 1)
    decided = decisions.decide([before], DOG)
    after = _edit(database, root, A, before, 2)
    assert _tags(database, after) == {"dog": "confirmed"}

    assert set(decisions.take_back(decided)) == {before, after}

    assert _tags(database, before) == {}
    assert _tags(database, after) == {}


def test_that_a_removed_tag_comes_back_on_the_photo_that_was_edited_since(
    database: Database, root: Root, decisions: SqliteTags
) -> None:
    before = _record(database, root, A, 1)
    decisions.decide([before], DOG)
    decided = decisions.decide([before], TagChanges(removed=("dog",)))
    after = _edit(database, root, A, before, 2)
    assert _tags(database, after) == {}

    decisions.take_back(decided)

    assert _tags(database, after) == {"dog": "confirmed"}


def test_that_an_edit_of_an_edit_follows_too(
    database: Database, root: Root, decisions: SqliteTags
) -> None:
    first = _record(database, root, A, 1)
    decided = decisions.decide([first], DOG)
    second = _edit(database, root, A, first, 2)
    third = _edit(database, root, A, second, 3)

    assert set(decisions.take_back(decided)) == {first, second, third}

    assert _tags(database, third) == {}


def test_that_what_a_person_said_of_the_edit_itself_stays(
    database: Database, root: Root, decisions: SqliteTags
) -> None:
    before = _record(database, root, A, 1)
    decided = decisions.decide([before], DOG)
    after = _edit(database, root, A, before, 2)
    decisions.decide([after], TagChanges(removed=("dog",)))
    decisions.decide([after], DOG)

    assert decisions.take_back(decided) == [before]

    assert _tags(database, after) == {"dog": "confirmed"}


def test_that_another_photos_own_tag_stays(
    database: Database, root: Root, decisions: SqliteTags
) -> None:
    moved = _record(database, root, A, 1)
    decided = decisions.decide([moved], DOG)
    # It lies elsewhere now, and another photo of a dog is in its place.
    _record(database, root, B, 1)
    other = _record(database, root, A, 2)
    decisions.decide([other], DOG)

    assert decisions.take_back(decided) == [moved]

    assert _tags(database, other) == {"dog": "confirmed"}


def test_that_a_removed_tag_is_not_put_on_a_stranger_while_the_photo_is_there(
    database: Database, root: Root, decisions: SqliteTags
) -> None:
    moved = _record(database, root, A, 1)
    decisions.decide([moved], DOG)
    decided = decisions.decide([moved], TagChanges(removed=("dog",)))
    _record(database, root, B, 1)
    stranger = _record(database, root, A, 2)

    decisions.take_back(decided)

    assert _tags(database, moved) == {"dog": "confirmed"}
    assert _tags(database, stranger) == {}


def test_that_a_photo_with_another_row_is_known_by_its_content(
    database: Database, root: Root, decisions: SqliteTags
) -> None:
    photo = _record(database, root, A, 1)
    decisions.decide([photo], DOG)
    decided = decisions.decide([photo], TagChanges(removed=("dog",)))
    _purge(database, photo)
    stranger = _record(database, root, B, 7)
    again = _record(database, root, A, 1)
    assert again != photo

    assert decisions.take_back(decided) == [again]

    assert _tags(database, again) == {"dog": "confirmed"}
    assert _tags(database, stranger) == {}


def _purge(database: Database, photo_id: PhotoId) -> None:
    """As a photo leaves the catalogue that was gone for long."""
    with database.writing() as connection:
        for table in (schema.photo_tags, schema.files):
            connection.execute(sa.delete(table).where(table.c.photo_id == photo_id))
        connection.execute(sa.delete(schema.photos).where(schema.photos.c.id == photo_id))


def test_that_nothing_is_changed_where_the_photo_is_no_more(
    database: Database, root: Root, decisions: SqliteTags
) -> None:
    photo = _record(database, root, A, 1)
    decided = decisions.decide([photo], DOG)
    _purge(database, photo)

    assert decisions.take_back(decided) == []
