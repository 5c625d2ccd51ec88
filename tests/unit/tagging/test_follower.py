"""Suggestions follow what changed, and only what differs is written."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from numpy.typing import NDArray

from photofind.cancel import CancelToken
from photofind.domain import Embeddings, EmbeddingSpace, PhotoId
from photofind.errors import CancelledError
from photofind.paths import LibraryPaths
from photofind.store import (
    changes,
    derived,
    embeddings,
    photos,
    roots,
    schema,
    state,
    suggestions,
    tags,
)
from photofind.store.changes import latest
from photofind.store.database import Database
from photofind.store.suggestions import SqliteSuggestions
from photofind.store.tags import TagState
from photofind.tagging import follower
from photofind.tagging.follower import TagFollower
from photofind.tagging.vocabulary import Entry, Vocabulary
from photofind.vectors.exact import ExactIndex
from tests.support.vectors import normalised, unit_vectors
from tests.unit.store.samples import ROOT, read_photo

DIM, TAGS = 64, 40
SPACE = EmbeddingSpace("made up", "f" * 64, 1, DIM)
LABELS = unit_vectors(TAGS, dim=DIM)
VOCABULARY = Vocabulary({f"tag {n}": Entry(None, (f"tag {n}",)) for n in range(TAGS)})


def _vectors(first: int, count: int) -> Embeddings:
    """Of photos of nothing in particular, but every fifth one shows a tag."""
    drawn = np.random.default_rng(1000 + first).normal(size=(count, DIM)) / np.sqrt(DIM)
    for row in range(0, count, 5):
        drawn[row] += 2 * LABELS[(first + row) % TAGS]
    return normalised(drawn)


class Library:
    """A catalogue, and its photos as searches see them."""

    def __init__(self, folder: Path) -> None:
        self.database = Database.open(LibraryPaths(folder), write=True)
        with self.database.writing() as connection:
            self.space_id = embeddings.space_id(connection, SPACE, create=True)
            self._root = roots.add_root(connection, ROOT)
        self._count = 0
        self.follow()

    def follow(self, vocabulary: Vocabulary = VOCABULARY, labels: Embeddings = LABELS) -> None:
        """As another process would."""
        self.follower = TagFollower(SqliteSuggestions(self.database), vocabulary, labels)

    @property
    def index(self) -> ExactIndex:
        with self.database.reading() as connection:
            stored = embeddings.load_embeddings(connection, self.space_id)
        return ExactIndex(stored.photo_ids, stored.vectors)

    @property
    def seq(self) -> int:
        with self.database.reading() as connection:
            return latest(connection)

    def add(self, count: int) -> list[PhotoId]:
        first, self._count = self._count, self._count + count
        numbers = range(first, self._count)
        with self.database.writing() as connection:
            files = [read_photo(ROOT / f"{number}.jpg", number) for number in numbers]
            found = photos.record_files(connection, self._root, files)
            ids = [one for one in found if one is not None]
            embeddings.add_embeddings(connection, self.space_id, ids, _vectors(first, count))
        return ids

    def catch_up(self) -> int:
        return self.follower.catch_up(self, CancelToken())

    def progress(self) -> tuple[int, int]:
        """Photos looked at, and all."""
        with self.database.reading() as connection:
            (producer,) = [
                one for one in derived.current_producers(connection) if one.kind == "tags"
            ]
            came = derived.progress(connection, producer)
        return came.done, came.total

    def suggested(self) -> set[tuple[int, str]]:
        with self.database.reading() as connection:
            ids = [PhotoId(one) for one in connection.scalars(sa.select(schema.photos.c.id))]
            found = tags.tags_of(connection, ids, [TagState.SUGGESTED])
        return {(photo_id, tag.name) for photo_id, own in found.items() for tag in own}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = Library(tmp_path / "library")
    yield made
    made.database.close()


def test_that_a_library_read_by_another_program_gets_its_tags(library: Library) -> None:
    library.add(200)
    assert library.catch_up() == 200
    assert len(library.suggested()) >= 20


def test_that_one_new_photo_is_one_photo_to_look_at(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add(200)
    library.catch_up()

    def refuse(*_: object) -> None:
        raise AssertionError("all photos were looked up")

    monkeypatch.setattr("photofind.store.derived.done_photos", refuse)
    before = library.suggested()
    assert library.catch_up() == 0
    (new,) = library.add(1)
    assert library.catch_up() == 1
    after = library.suggested()
    assert {pair for pair in after if pair[0] != new} == before
    assert (new, "tag 0") in after


def test_that_photos_are_looked_at_in_another_process_too(library: Library) -> None:
    library.add(200)
    library.catch_up()
    library.follow()
    library.add(3)
    assert library.catch_up() == 3


@pytest.mark.parametrize("why", ["growth", "vocabulary", "log"])
def test_that_all_are_looked_at_again_where_it_must_be(library: Library, why: str) -> None:
    library.add(200)
    library.catch_up()
    match why:
        case "growth":
            library.add(30)
        case "vocabulary":
            entries = {**VOCABULARY.entries, "more": Entry(None, ("more",))}
            labels: NDArray[np.float32] = np.concatenate([LABELS, unit_vectors(1, 7, DIM)])
            library.follow(Vocabulary(entries), labels)
        case "log":
            library.add(1)
            with library.database.writing() as connection:
                connection.execute(sa.delete(schema.followers))
                changes.trim(connection, kept=0)
    assert library.catch_up() == len(library.index)
    assert library.catch_up() == 0


def test_that_suggestions_that_stay_are_not_written(library: Library) -> None:
    library.add(200)
    library.catch_up()
    before = _rows(library)
    assert library.follower.suggest(library, library.index.labels, CancelToken()) == len(before)
    assert _rows(library) == before


def _rows(library: Library) -> list[tuple[object, ...]]:
    """The tags of all photos as they are stored, the moment of writing included."""
    with library.database.reading() as connection:
        found = connection.execute(sa.select(schema.photo_tags))
        return sorted((tuple(row) for row in found), key=lambda row: row[:2])


def test_that_what_a_person_said_stays(library: Library) -> None:
    ids = library.add(200)
    library.catch_up()
    photo_id, name = min(library.suggested())
    with library.database.writing() as connection:
        tags.reject(connection, [PhotoId(photo_id)], name)
        tags.add(connection, ids[:1], "Grandma")
        connection.execute(sa.delete(schema.followers))
    assert library.catch_up() == 200
    assert (photo_id, name) not in library.suggested()
    with library.database.reading() as connection:
        assert "Grandma" in [tag.name for tag in tags.tags_of(connection, ids[:1])[ids[0]]]


def test_that_a_run_that_is_stopped_goes_on(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "BATCH", 50)
    library.add(200)
    cancel = CancelToken()
    suggest = suggestions.replace_suggestions

    def suggest_once(*given: object) -> int:
        cancel.cancel()
        return suggest(*given)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(suggestions, "replace_suggestions", suggest_once)
    with pytest.raises(CancelledError):
        library.follower.catch_up(library, cancel)
    some = library.suggested()
    assert some
    assert library.progress() == (50, 200)
    library.add(5)
    library.follow()
    assert library.catch_up() == 155
    assert library.suggested() > some
    assert library.progress() == (205, 205)


def test_that_a_photo_embedded_again_is_looked_at_again(library: Library) -> None:
    ids = library.add(200)
    library.catch_up()
    with library.database.writing() as connection:
        embeddings.drop_embeddings(connection, library.space_id, np.array(ids[:2]))
    assert library.catch_up() == 0
    assert library.progress() == (198, 200)
    with library.database.writing() as connection:
        vectors = _vectors(0, 1)
        embeddings.add_embeddings(connection, library.space_id, ids[:1], vectors)
    assert library.catch_up() == 1
    assert library.progress() == (199, 200)
    assert library.catch_up() == 0


def test_that_what_an_older_photofind_looked_at_is_looked_at_once_more(library: Library) -> None:
    library.add(200)
    library.catch_up()
    with library.database.writing() as connection:
        connection.execute(sa.delete(schema.derived))
        basis = json.loads(state.read_fact(connection, "tags_basis") or "")
        del basis["seq"]
        state.write_fact(connection, "tags_basis", json.dumps(basis))
    assert library.catch_up() == 200
    assert library.catch_up() == 0
