"""Searches take in what changed in the catalogue, and nothing else."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given, settings

from photofind.domain import Embeddings, EmbeddingSpace
from photofind.search import follower
from photofind.search.calibration import Calibration, calibrate
from photofind.search.engine import RankingDepth
from photofind.search.follower import SearchFollower
from photofind.search.parser import parse
from photofind.store import changes, derived, embeddings, schema
from photofind.store.database import Database
from tests.support.fake_encoder import DIM
from tests.support.vectors import unit_vectors
from tests.unit.search.numbered_catalogue import SPACE, STEPS, NumberedCatalogue


def _assert_as_anew(followed: SearchFollower, catalogue: NumberedCatalogue) -> None:
    engine, expected = followed.catch_up(), catalogue.follow().engine
    assert len(engine) == len(expected)
    for query in ("a boat", "a dog"):
        found = engine.rank_query(parse(query), RankingDepth(5, after_confident=True))
        wanted = expected.rank_query(parse(query), RankingDepth(5, after_confident=True))
        assert found.total == wanted.total
        np.testing.assert_allclose(found.scores, wanted.scores, rtol=0, atol=1e-6)
        assert found.photo_ids.tolist() == wanted.photo_ids.tolist()
        assert found.threshold == pytest.approx(wanted.threshold, abs=1e-6)


def test_that_new_photos_are_found_and_gone_ones_are_not(catalogue: NumberedCatalogue) -> None:
    catalogue.add(range(10))
    followed = catalogue.follow()
    catalogue.add(range(10, 13))
    _assert_as_anew(followed, catalogue)
    assert len(followed.engine) == 13
    catalogue.remove([0, 11])
    _assert_as_anew(followed, catalogue)
    assert len(followed.engine) == 11
    catalogue.add([11])
    _assert_as_anew(followed, catalogue)
    assert len(followed.engine) == 12


def test_that_all_that_is_left_is_found_after_most_went(catalogue: NumberedCatalogue) -> None:
    catalogue.add(range(8), "small")
    catalogue.add(range(8, 300), "large")
    followed = catalogue.follow()
    catalogue.remove_root("large")
    result = followed.catch_up().by_query(parse("a boat"), 20)
    assert len(result.hits) == 8
    assert result.total == 8


def test_that_a_step_reads_only_what_changed(
    catalogue: NumberedCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue.add(range(50))
    followed = catalogue.follow()
    read: list[int] = []
    load = embeddings.load_embeddings

    def noted(*arguments: object) -> embeddings.StoredEmbeddings:
        stored = load(*arguments)  # type: ignore[arg-type]  # handed on as they came
        read.append(len(stored.photo_ids))
        return stored

    monkeypatch.setattr(embeddings, "load_embeddings", noted)
    followed.catch_up()
    assert read == []
    catalogue.add([50])
    followed.catch_up()
    catalogue.add([3], "another")
    followed.catch_up()
    assert read == [1, 1]
    assert len(followed.engine) == 51


def test_that_an_embedding_made_again_replaces_the_old_one(catalogue: NumberedCatalogue) -> None:
    ids = catalogue.add(range(6))
    followed = catalogue.follow()
    catalogue.embed_again(ids[2:4], seed=3)
    _assert_as_anew(followed, catalogue)


def test_that_embeddings_of_another_search_model_change_nothing(
    catalogue: NumberedCatalogue,
) -> None:
    ids = catalogue.add(range(6))
    followed = catalogue.follow()
    before = followed.engine
    with catalogue.database.writing() as connection:
        other = embeddings.space_id(connection, EmbeddingSpace("b", "cd", 1, DIM), create=True)
        embeddings.add_embeddings(connection, other, ids, unit_vectors(6, 1, DIM))
    assert followed.catch_up() is before


def test_that_what_the_log_does_not_reach_is_loaded_anew(catalogue: NumberedCatalogue) -> None:
    catalogue.add(range(6))
    followed = catalogue.follow()
    catalogue.add(range(6, 9))
    catalogue.remove([1])
    with catalogue.database.writing() as connection:
        assert changes.trim(connection, kept=0)
    _assert_as_anew(followed, catalogue)


def test_that_another_process_follows_as_a_reader(catalogue: NumberedCatalogue) -> None:
    catalogue.add(range(6))
    with Database.open(catalogue.paths, write=False) as reader:
        followed = catalogue.follow(reader)
        catalogue.add([6])
        assert len(followed.catch_up()) == 7


@pytest.mark.parametrize("write", [True, False])
def test_that_one_damaged_vector_stops_nothing(catalogue: NumberedCatalogue, write: bool) -> None:
    ids = catalogue.add(range(6))
    with catalogue.database.writing() as connection:
        connection.execute(
            sa.update(schema.embeddings)
            .where(schema.embeddings.c.photo_id == ids[2])
            .values(vector=b"short")
        )
    with Database.open(catalogue.paths, write=False) as reader:
        followed = catalogue.follow(None if write else reader)
        assert len(followed.catch_up()) == 5
        with reader.reading() as connection:
            missing = derived.pending(connection, [embeddings.producer_of(SPACE)])
        # Only a writer can have it made again.
        assert missing == ({ids[2]} if write else set())
        catalogue.embed_again([ids[2]], seed=4)
        assert len(followed.catch_up()) == 6


def test_that_what_scores_mean_can_wait_while_many_are_read(
    catalogue: NumberedCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue.add(range(100))
    followed = catalogue.follow()
    measured: list[int] = []

    def noted(background: Embeddings, sample: Embeddings) -> Calibration:
        measured.append(len(sample))
        return calibrate(background, sample)

    monkeypatch.setattr(follower, "calibrate", noted)
    catalogue.add([100])
    followed.catch_up(settle=False)
    assert not measured
    catalogue.add(range(101, 110))
    followed.catch_up(settle=False)
    assert measured == [110]
    catalogue.add([110])
    followed.catch_up(settle=False)
    _assert_as_anew(followed, catalogue)


@settings(max_examples=25, deadline=None)
@given(STEPS)
def test_that_any_life_ends_as_loaded_anew(steps: Sequence[tuple[str, list[int]]]) -> None:
    with TemporaryDirectory() as folder:
        catalogue = NumberedCatalogue(Path(folder))
        followed = catalogue.follow()
        for place, (name, numbers) in enumerate(steps):
            catalogue.step(name, numbers, place)
            if place % 2:
                _assert_as_anew(followed, catalogue)
        _assert_as_anew(followed, catalogue)
        catalogue.database.close()
