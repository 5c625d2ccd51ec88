import sqlite3
import unicodedata
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from photofind.domain import PhotoId
from photofind.paths import LibraryPaths
from photofind.store import embeddings, photos, tags
from photofind.store.database import Database
from photofind.store.roots import add_root
from photofind.store.suggestions import replace_suggestions
from photofind.store.tags import PERSON, VISIBLE, ZERO_SHOT, Suggestion, TagState

from .samples import ROOT, SPACE, read_photo

CATALOGUE_0001 = Path(__file__).with_name("catalogue_0001.sql")


@pytest.fixture
def ids(connection: sa.Connection) -> list[PhotoId]:
    """Four photos, each with a file."""
    root = add_root(connection, ROOT)
    files = [read_photo(ROOT / f"{number}.jpg", number) for number in range(4)]
    found = photos.record_files(connection, root, files)
    return [photo_id for photo_id in found if photo_id is not None]


@pytest.fixture
def space(connection: sa.Connection) -> int:
    return embeddings.space_id(connection, SPACE, create=True)


def states(connection: sa.Connection, photo_id: PhotoId) -> dict[str, str]:
    found = tags.tags_of(connection, [photo_id], tuple(TagState))[photo_id]
    return {tag.name: tag.state.value for tag in found}


def everything(connection: sa.Connection) -> list[object]:
    rows = connection.exec_driver_sql("SELECT * FROM photo_tags ORDER BY photo_id, tag_id")
    return [tuple(row) for row in rows]


def test_that_suggestions_are_kept_with_score_and_space(
    connection: sa.Connection, ids: list[PhotoId], space: int
) -> None:
    done = replace_suggestions(
        connection, space, ids, [Suggestion(ids[0], "sea", 4.5), Suggestion(ids[0], "boat", 6)]
    )

    assert done == 2
    boat, sea = tags.tags_of(connection, ids)[ids[0]]
    assert (boat.name, boat.state, boat.source) == ("boat", TagState.SUGGESTED, ZERO_SHOT)
    assert (sea.name, sea.score, sea.space_id) == ("sea", 4.5, space)
    assert tags.tags_of(connection, ids)[ids[1]] == []


def test_that_suggesting_again_replaces_suggestions_of_those_photos_only(
    connection: sa.Connection, ids: list[PhotoId], space: int
) -> None:
    replace_suggestions(
        connection, space, ids, [Suggestion(ids[0], "sea", 5), Suggestion(ids[1], "sea", 5)]
    )

    replace_suggestions(connection, space, ids[:1], [Suggestion(ids[0], "boat", 5)])

    assert states(connection, ids[0]) == {"boat": "suggested"}
    assert states(connection, ids[1]) == {"sea": "suggested"}


def test_that_suggestions_never_change_what_a_person_decided(
    connection: sa.Connection, ids: list[PhotoId], space: int
) -> None:
    names = ["sea", "boat", "dog"]
    suggestions = [Suggestion(ids[0], name, 5) for name in names]
    replace_suggestions(connection, space, ids, suggestions)
    tags.confirm(connection, ids[:1], "sea")
    tags.reject(connection, ids[:1], "boat")
    tags.add(connection, ids[:1], "Grandma")
    decided = everything(connection)

    assert replace_suggestions(connection, space, ids, suggestions[:2]) == 0
    assert everything(connection) == [row for row in decided if "suggested" not in str(row)]
    assert replace_suggestions(connection, space, ids, suggestions) == 1
    assert states(connection, ids[0]) == {
        "sea": "confirmed",
        "Grandma": "confirmed",
        "boat": "rejected",
        "dog": "suggested",
    }


def test_that_a_decision_is_the_persons_and_keeps_the_score(
    connection: sa.Connection, ids: list[PhotoId], space: int
) -> None:
    replace_suggestions(connection, space, ids, [Suggestion(ids[0], "sea", 5)])

    tags.confirm(connection, ids[:1], "SEA")
    tags.add(connection, ids[:1], "mine")

    mine, sea = tags.tags_of(connection, ids)[ids[0]]
    assert (sea.state, sea.source, sea.score) == (TagState.CONFIRMED, PERSON, 5)
    assert (mine.source, mine.score, mine.space_id) == (PERSON, None, None)


def test_that_only_suggestions_are_confirmed(
    connection: sa.Connection, ids: list[PhotoId], space: int
) -> None:
    replace_suggestions(connection, space, ids, [Suggestion(ids[0], "sea", 5)])
    tags.reject(connection, ids[1:2], "sea")

    was = tags.confirm(connection, ids, "sea")

    assert [item.photo_id for item in was] == ids[:1]
    assert states(connection, ids[1]) == {"sea": "rejected"}
    assert states(connection, ids[2]) == {}


@pytest.mark.parametrize("change", [tags.confirm, tags.reject, tags.add, tags.remove])
def test_that_every_change_can_be_undone(
    connection: sa.Connection, ids: list[PhotoId], space: int, change: object
) -> None:
    replace_suggestions(connection, space, ids, [Suggestion(ids[0], "sea", 5)])
    tags.add(connection, ids[1:2], "sea")
    tags.reject(connection, ids[2:3], "sea")
    before = everything(connection)

    assert callable(change)
    was = change(connection, ids, "Sea")
    assert everything(connection) != before
    tags.restore(connection, was)

    assert everything(connection) == before


def test_that_a_removed_tag_may_be_suggested_again(
    connection: sa.Connection, ids: list[PhotoId], space: int
) -> None:
    tags.add(connection, ids[:1], "sea")
    tags.remove(connection, ids[:1], "sea")

    replace_suggestions(connection, space, ids, [Suggestion(ids[0], "sea", 5)])

    assert states(connection, ids[0]) == {"sea": "suggested"}


def test_that_spellings_of_one_tag_are_one_tag(
    connection: sa.Connection, ids: list[PhotoId]
) -> None:
    composed = unicodedata.normalize("NFC", "Café  Straße")
    tags.add(connection, ids[:1], composed)
    tags.add(connection, ids[:1], unicodedata.normalize("NFD", "CAFÉ STRASSE"))

    assert states(connection, ids[0]) == {"Café Straße": "confirmed"}
    assert tags.photos_with(connection, "cafÉ straße") == ids[:1]


@pytest.mark.parametrize("name", ["", "  ", "x" * 61])
def test_that_a_name_that_is_none_is_refused(
    connection: sa.Connection, ids: list[PhotoId], name: str
) -> None:
    with pytest.raises(ValueError, match="characters"):
        tags.add(connection, ids, name)


def test_that_photos_are_found_by_tag_and_state(
    connection: sa.Connection, ids: list[PhotoId], space: int
) -> None:
    replace_suggestions(connection, space, ids, [Suggestion(ids[3], "sea", 5)])
    tags.add(connection, ids[:1], "sea")
    tags.reject(connection, ids[1:2], "sea")

    assert tags.photos_with(connection, "sea") == [ids[0], ids[3]]
    assert tags.photos_with(connection, "sea", [TagState.REJECTED]) == [ids[1]]
    assert tags.photos_with(connection, "no such tag") == []


def test_that_counts_and_the_queue_say_what_waits(
    connection: sa.Connection, ids: list[PhotoId], space: int
) -> None:
    scores = [(0, "sea", 4.5), (1, "sea", 7.0), (2, "boat", 5.0)]
    replace_suggestions(
        connection, space, ids, [Suggestion(ids[n], tag, x) for n, tag, x in scores]
    )
    tags.add(connection, ids[3:], "sea")
    tags.reject(connection, ids[:1], "boat")

    boat, sea = tags.counts_by_tag(connection)
    assert (boat.name, boat.confirmed, boat.suggested, boat.rejected) == ("boat", 0, 1, 1)
    assert (sea.name, sea.confirmed, sea.suggested, sea.rejected) == ("sea", 1, 2, 0)
    assert [item.score for item in tags.review_queue(connection, 10)] == [7.0, 5.0, 4.5]
    assert [item.score for item in tags.review_queue(connection, 2)] == [7.0, 5.0]
    assert [item.photo_id for item in tags.review_queue(connection, 9, "SEA")] == [ids[1], ids[0]]


def test_that_photos_without_a_file_are_not_counted_and_keep_their_tags(
    connection: sa.Connection, ids: list[PhotoId], space: int
) -> None:
    replace_suggestions(connection, space, ids, [Suggestion(ids[0], "sea", 5)])
    tags.add(connection, ids[:1], "mine")
    connection.exec_driver_sql("DELETE FROM files")

    assert tags.counts_by_tag(connection) == []
    assert tags.review_queue(connection, 10) == []
    assert tags.photos_with(connection, "mine") == []
    assert states(connection, ids[0]) == {"mine": "confirmed", "sea": "suggested"}


def test_that_an_edited_photo_takes_the_persons_decisions_along(
    connection: sa.Connection, ids: list[PhotoId], space: int
) -> None:
    old, new = ids[:2]
    names = ("sea", "boat", "dog")
    replace_suggestions(connection, space, [old], [Suggestion(old, name, 5) for name in names])
    tags.confirm(connection, [old], "sea")
    tags.reject(connection, [old], "boat")
    replace_suggestions(connection, space, [new], [Suggestion(new, "boat", 6)])

    was = tags.carry_tags(connection, old, new)

    assert states(connection, new) == {"sea": "confirmed", "boat": "rejected"}
    carried = tags.tags_of(connection, [new], tuple(TagState))[new]
    assert [tag.score for tag in carried] == [None, None]
    assert states(connection, old)["sea"] == "confirmed"
    tags.restore(connection, was)
    assert states(connection, new) == {"boat": "suggested"}


def test_that_carrying_does_not_overrule_a_decision_about_the_new_content(
    connection: sa.Connection, ids: list[PhotoId]
) -> None:
    tags.add(connection, ids[:1], "sea")
    tags.reject(connection, ids[1:2], "sea")

    assert tags.carry_tags(connection, ids[0], ids[1]) == ()
    assert states(connection, ids[1]) == {"sea": "rejected"}


def test_that_many_photos_are_handled_at_once(connection: sa.Connection, space: int) -> None:
    root = add_root(connection, ROOT)
    files = [read_photo(ROOT / f"{number}.jpg", number) for number in range(1200)]
    many = [id_ for id_ in photos.record_files(connection, root, files) if id_ is not None]

    done = replace_suggestions(connection, space, many, [Suggestion(id_, "sea", 5) for id_ in many])

    assert done == 1200
    assert len(tags.confirm(connection, many, "sea")) == 1200
    assert all(tags.tags_of(connection, many, VISIBLE).values())


def test_that_the_catalogue_refuses_a_suggestion_by_a_person(
    connection: sa.Connection, ids: list[PhotoId]
) -> None:
    tags.add(connection, ids[:1], "sea")

    with pytest.raises(sa.exc.IntegrityError):
        connection.exec_driver_sql("UPDATE photo_tags SET state = 'suggested'")


def test_that_a_catalogue_of_the_first_revision_can_be_tagged(paths: LibraryPaths) -> None:
    paths.folder.mkdir()
    with closing(sqlite3.connect(paths.catalogue)) as raw:
        raw.executescript(CATALOGUE_0001.read_text(encoding="utf-8"))
        before = {
            table: raw.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
            for table in ("roots", "photos", "files", "spaces", "embeddings", "state")
        }
    read_at = 9
    # Migration 0007 has files that hold photos read again.
    before["files"] = [
        (*row[:read_at], 0 if row[4] else row[read_at], *row[read_at + 1 :])
        for row in before["files"]
    ]
    assert before["photos"]
    assert before["embeddings"]

    with Database.open(paths, write=True) as database, database.writing() as connection:
        (photo_id,) = connection.scalars(sa.text("SELECT id FROM photos"))
        tags.add(connection, [photo_id], "sea")

    with closing(sqlite3.connect(paths.catalogue)) as raw:
        for table, rows in before.items():
            now = raw.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
            # Later migrations add columns at the end, and facts to the state.
            kept = [row[: len(rows[0])] for row in now if table != "state" or row in rows]
            assert kept == rows
        assert raw.execute("SELECT state, source FROM photo_tags").fetchall() == [
            ("confirmed", "person")
        ]
