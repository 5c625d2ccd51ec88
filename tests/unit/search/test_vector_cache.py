"""Vectors between runs: what is mapped is what the catalogue holds."""

import logging
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings

from photofind.domain import EmbeddingSpace
from photofind.search import vector_cache
from photofind.search.vector_cache import VectorCache
from photofind.store import changes, embeddings, schema, state
from photofind.store.catalogue import catalogue_in
from photofind.store.database import Database
from photofind.vectors import mapped, slots
from tests.support.fake_encoder import DIM
from tests.support.vectors import unit_vectors
from tests.unit.search.numbered_catalogue import STEPS, NumberedCatalogue, assert_true


def _saved(catalogue: NumberedCatalogue) -> VectorCache:
    vectors = catalogue.vectors()
    vectors.save(*vectors.load())
    return vectors


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows were read, time after time."""
    read: list[int] = []
    load = embeddings.load_embeddings

    def noted(*arguments: object) -> embeddings.StoredEmbeddings:
        stored = load(*arguments)  # type: ignore[arg-type]  # handed on as they came
        read.append(len(stored.photo_ids))
        return stored

    monkeypatch.setattr(embeddings, "load_embeddings", noted)
    return read


def test_that_a_start_reads_only_what_changed_since(
    catalogue: NumberedCatalogue, read: list[int]
) -> None:
    catalogue.add(range(50))
    _saved(catalogue)
    del read[:]
    assert len(catalogue.vectors().load()[1]) == 50
    assert read == []
    catalogue.add([50])
    catalogue.remove([7])
    loaded = catalogue.vectors().load()
    # One came; the one that went has no row that counts.
    assert read == [1]
    assert_true(loaded, catalogue)


@settings(max_examples=25, deadline=None)
@given(STEPS)
def test_that_any_life_is_loaded_as_the_catalogue_has_it(
    steps: Sequence[tuple[str, list[int]]],
) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(slots, "_FEWEST_DEAD", 3)
        catalogue = NumberedCatalogue(Path(folder))
        followed = catalogue.follow()
        for place, (name, numbers) in enumerate(steps):
            catalogue.step(name, numbers, place)
            if place % 3 == 1:
                followed.catch_up()
                followed.save_vectors()
            elif place % 3 == 2:
                followed = catalogue.follow()
            assert_true(catalogue.vectors().load(), catalogue)
        catalogue.database.close()


def test_that_a_reader_in_another_process_maps_what_a_writer_saved(
    catalogue: NumberedCatalogue, read: list[int]
) -> None:
    catalogue.add(range(6))
    _saved(catalogue)
    del read[:]
    with Database.open(catalogue.paths, write=False) as reader:
        assert len(catalogue.vectors(reader).load()[1]) == 6
    assert read == []


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


@pytest.mark.parametrize("ending", [".rows", ".journal"])
@pytest.mark.parametrize("harm", [_flip, Path.unlink])
def test_that_damage_is_said_worked_around_and_mended(
    catalogue: NumberedCatalogue,
    read: list[int],
    caplog: pytest.LogCaptureFixture,
    ending: str,
    harm: object,
) -> None:
    catalogue.add(range(6))
    _saved(catalogue)
    (path,) = catalogue.paths.vectors.glob("*" + ending)
    assert callable(harm)
    harm(path)
    del read[:]

    vectors = catalogue.vectors()
    loaded = vectors.load()
    assert read == [6]
    assert "they will be made again" in caplog.text
    assert_true(loaded, catalogue)
    vectors.save(*loaded)

    assert len(catalogue.vectors().load()[1]) == 6
    # By the comparison, and no other time.
    assert read == [6, 6]
    assert len(list(catalogue.paths.vectors.iterdir())) == 2


def _rewrite_record(catalogue: NumberedCatalogue, old: str, new: str) -> None:
    with catalogue.database.writing() as connection:
        written = state.read_fact(connection, "vector_files")
        assert written is not None
        assert old in written
        state.write_fact(connection, "vector_files", written.replace(old, new))


def test_that_a_damaged_record_is_not_believed(
    catalogue: NumberedCatalogue, read: list[int]
) -> None:
    catalogue.add(range(6))
    seq = _saved(catalogue).load()[0]
    catalogue.remove([1])
    _rewrite_record(catalogue, f'"seq": {seq}', f'"seq": {seq + 1}')
    del read[:]

    assert_true(catalogue.vectors().load(), catalogue)

    assert read == [5, 5]


def test_that_a_log_that_was_trimmed_too_far_means_reading_all(
    catalogue: NumberedCatalogue,
) -> None:
    catalogue.add(range(6))
    _saved(catalogue)
    catalogue.add(range(6, 9))
    catalogue.remove([1])
    with catalogue.database.writing() as connection:
        assert changes.trim(connection, kept=0)

    assert_true(catalogue.vectors().load(), catalogue)


def test_that_a_catalogue_that_was_put_back_finds_the_files_of_its_time(
    catalogue: NumberedCatalogue, read: list[int]
) -> None:
    catalogue.add(range(6))
    vectors = _saved(catalogue)
    with sqlite3.connect(catalogue.paths.catalogue) as live:
        older = sqlite3.connect(":memory:")
        live.backup(older)
    # The next photos get the same ids and numbers twice.
    catalogue.add(range(6, 9))
    vectors.save(*vectors.load())
    catalogue.database.close()
    with sqlite3.connect(catalogue.paths.catalogue) as live:
        older.backup(live)
    again = NumberedCatalogue(catalogue.paths.folder)
    again.add(range(20, 23))
    del read[:]

    loaded = again.vectors().load()

    assert read == [3]
    assert_true(loaded, again)
    vectors = _saved(again)
    assert_true(again.vectors().load(), again)
    again.database.close()


def test_that_another_search_model_has_files_of_its_own(
    catalogue: NumberedCatalogue, read: list[int]
) -> None:
    ids = catalogue.add(range(6))
    _saved(catalogue)
    with catalogue.database.writing() as connection:
        space = EmbeddingSpace("b", "cd", 1, DIM)
        catalogue.space_id = embeddings.space_id(connection, space, create=True)
        embeddings.add_embeddings(connection, catalogue.space_id, ids[:4], unit_vectors(4, 1, DIM))
    del read[:]

    assert_true(_saved(catalogue).load(), catalogue)

    assert read == [4, 4]
    assert len(list(catalogue.paths.vectors.iterdir())) == 2


def test_that_a_disk_that_is_full_stops_nothing(
    catalogue: NumberedCatalogue,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    catalogue.add(range(6))
    monkeypatch.setattr(mapped, "FREE_BYTES", 1 << 60)
    vectors = catalogue.vectors()
    loaded = vectors.load()

    vectors.save(*loaded)
    vectors.save(*loaded)

    assert caplog.text.count("could not be saved") == 1
    assert not list(catalogue.paths.vectors.glob("*"))
    assert_true(catalogue.vectors().load(), catalogue)


def test_that_nothing_is_written_where_nothing_changed(
    catalogue: NumberedCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = catalogue.add(range(6))
    followed = catalogue.follow()
    followed.save_vectors()
    saved = _recorded(catalogue)
    followed.save_vectors()
    with catalogue.database.writing() as connection:
        update = schema.photos.update().where(schema.photos.c.id == ids[0])
        connection.execute(update.values(camera="another"))
    followed.catch_up()
    followed.save_vectors()
    assert _recorded(catalogue) == saved
    monkeypatch.setattr(vector_cache, "MOST_BEHIND", 0)

    followed.save_vectors()

    assert _recorded(catalogue) != saved


def _recorded(catalogue: NumberedCatalogue) -> str | None:
    return catalogue_in(catalogue.database).embeddings.recorded_files()


def test_that_how_vectors_were_loaded_is_logged(
    catalogue: NumberedCatalogue, caplog: pytest.LogCaptureFixture
) -> None:
    catalogue.add(range(6))
    with caplog.at_level(logging.INFO, vector_cache.__name__):
        _saved(catalogue)
        catalogue.vectors().load()

    said = [record.getMessage().split(" in ")[0] for record in caplog.records]
    assert said == ["vectors: read 6", "vectors: wrote 6", "vectors: mapped 6"]
