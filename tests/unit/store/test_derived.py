"""Whatever the kind: what is done, what failed and why, what is left."""

import pytest
import sqlalchemy as sa

from photofind.domain import Failure, PhotoId
from photofind.store import counts, derived, embeddings, photos, roots
from photofind.store.derived import MOST_TRIES, ProducerVersion, Progress

from .samples import ROOT, SPACE, read_photo, unit_vectors

SHARPNESS = ProducerVersion("sharpness", "1")
SHARPER = ProducerVersion("sharpness", "2")
FACES = ProducerVersion("faces:large", "1")


@pytest.fixture
def ids(connection: sa.Connection) -> list[PhotoId]:
    root = roots.add_root(connection, ROOT)
    files = [read_photo(ROOT / f"{number}.jpg", number) for number in range(5)]
    return [one for one in photos.record_files(connection, root, files) if one is not None]


def forget_file(connection: sa.Connection, number: int) -> None:
    (root,) = roots.list_roots(connection)
    known = photos.known_files(connection, root)
    photos.remove_files(connection, [known[ROOT / f"{number}.jpg"].file_id])


def progress(connection: sa.Connection, producer: ProducerVersion) -> tuple[int, int, int, int]:
    came = derived.progress(connection, producer)
    return came.done, came.retry, came.failed, came.total


def test_that_of_a_new_kind_everything_is_left(
    connection: sa.Connection, ids: list[PhotoId]
) -> None:
    assert derived.pending(connection, [SHARPNESS]) == set(ids)
    assert derived.pending_among(connection, [SHARPNESS, FACES], ids[:2]) == set(ids[:2])
    assert derived.progress(connection, SHARPNESS) == Progress(SHARPNESS, 0, 0, 0, 5)


def test_that_what_is_done_is_not_left(connection: sa.Connection, ids: list[PhotoId]) -> None:
    derived.mark_done(connection, SHARPNESS, ids[:3])
    derived.mark_done(connection, FACES, ids[1:])
    assert derived.pending(connection, [SHARPNESS]) == set(ids[3:])
    assert derived.pending(connection, [SHARPNESS, FACES]) == {ids[0], *ids[3:]}
    assert derived.pending_among(connection, [SHARPNESS, FACES], ids) == {ids[0], *ids[3:]}
    kinds = [derived.pending_kinds(connection, [SHARPNESS, FACES], one) for one in ids]
    assert kinds == [{"faces:large"}, set(), set(), {"sharpness"}, {"sharpness"}]
    assert derived.done_among(connection, FACES, ids[:3]) == set(ids[1:3])
    assert progress(connection, SHARPNESS) == (3, 0, 0, 5)


def test_that_photos_without_files_do_not_count_until_they_return(
    connection: sa.Connection, ids: list[PhotoId]
) -> None:
    derived.mark_done(connection, SHARPNESS, ids[1:])
    derived.mark_failed(connection, FACES, {ids[4]: "No."})
    for number in (0, 4):
        forget_file(connection, number)
    assert derived.pending(connection, [SHARPNESS]) == set()
    assert progress(connection, SHARPNESS) == (3, 0, 0, 3)
    assert progress(connection, FACES) == (0, 0, 0, 3)
    assert derived.failures(connection, FACES) == []
    (root,) = roots.list_roots(connection)
    photos.record_files(connection, root, [read_photo(ROOT / "4.jpg", 4)])
    assert progress(connection, SHARPNESS) == (4, 0, 0, 4)
    assert progress(connection, FACES) == (0, 1, 0, 4)
    assert counts.kept_counts(connection) == counts.recount(connection)


def test_that_a_failure_is_tried_again_and_then_left_alone(
    connection: sa.Connection, ids: list[PhotoId]
) -> None:
    derived.mark_done(connection, SHARPNESS, ids[1:])
    for tries in range(1, MOST_TRIES):
        derived.mark_failed(connection, SHARPNESS, {ids[0]: f"No {tries}."})
        assert derived.pending(connection, [SHARPNESS]) == {ids[0]}
        assert progress(connection, SHARPNESS) == (4, 1, 0, 5)
    derived.mark_failed(connection, SHARPNESS, {ids[0]: "Never."})
    assert derived.pending(connection, [SHARPNESS]) == set()
    assert derived.pending_among(connection, [SHARPNESS], ids) == set()
    assert progress(connection, SHARPNESS) == (4, 0, 1, 5)
    assert derived.failures(connection, SHARPNESS) == [Failure(ROOT / "0.jpg", "Never.")]

    derived.forget_failures(connection)
    assert derived.pending(connection, [SHARPNESS]) == {ids[0]}
    derived.mark_failed(connection, SHARPNESS, {ids[0]: "Not yet."})
    derived.mark_done(connection, SHARPNESS, ids[:1])
    assert derived.failures(connection, SHARPNESS) == []
    assert progress(connection, SHARPNESS) == (5, 0, 0, 5)
    for _ in range(MOST_TRIES - 1):
        derived.mark_failed(connection, SHARPNESS, {ids[0]: "Again."})
    assert progress(connection, SHARPNESS) == (4, 1, 0, 5)


def test_that_another_version_makes_all_again_one_by_one(
    connection: sa.Connection, ids: list[PhotoId]
) -> None:
    derived.mark_done(connection, SHARPNESS, ids)
    assert derived.pending(connection, [SHARPER]) == set(ids)
    derived.mark_done(connection, SHARPER, ids[:2])
    assert derived.pending(connection, [SHARPER]) == set(ids[2:])
    # Going back, what was replaced must be made again, and nothing else.
    assert derived.pending(connection, [SHARPNESS]) == set(ids[:2])


def test_that_embeddings_of_several_checkpoints_lie_side_by_side(
    connection: sa.Connection, ids: list[PhotoId]
) -> None:
    derived.mark_done(connection, FACES, ids)
    derived.mark_done(connection, ProducerVersion("faces:small", "1"), ids[:1])
    assert derived.pending(connection, [FACES]) == set()


def test_that_of_a_family_one_producer_is_current(connection: sa.Connection) -> None:
    assert derived.current_producers(connection) == []
    derived.set_current(connection, [FACES, SHARPNESS])
    assert derived.current_producers(connection) == [FACES, SHARPNESS]
    small = ProducerVersion("faces:small", "1")
    derived.set_current(connection, [small, SHARPER])
    assert derived.current_producers(connection) == [small, SHARPER]
    changed = connection.exec_driver_sql("SELECT total_changes()").scalar()
    derived.set_current(connection, [SHARPER, small])
    assert connection.exec_driver_sql("SELECT total_changes()").scalar() == changed


def test_that_what_is_lost_is_made_again(connection: sa.Connection, ids: list[PhotoId]) -> None:
    derived.mark_done(connection, SHARPNESS, ids)
    derived.forget(connection, SHARPNESS, ids[:1])
    assert derived.pending(connection, [SHARPNESS]) == {ids[0]}
    derived.forget_all(connection, SHARPNESS)
    assert progress(connection, SHARPNESS) == (0, 0, 0, 5)


def test_that_asking_what_is_left_takes_no_longer_in_a_large_library(
    connection: sa.Connection,
) -> None:
    root = roots.add_root(connection, ROOT)

    def steps_with(photos_there: range) -> int:
        files = [read_photo(ROOT / f"{number}.jpg", number) for number in photos_there]
        ids = [one for one in photos.record_files(connection, root, files) if one is not None]
        derived.mark_done(connection, SHARPNESS, ids)
        for _ in range(MOST_TRIES):
            derived.mark_failed(connection, FACES, {PhotoId(1): "No."})
        derived.mark_done(connection, FACES, [one for one in ids if one != 1])
        steps = 0

        def count() -> int:
            nonlocal steps
            steps += 1
            return 0

        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_progress_handler(count, 1)
        assert derived.pending(connection, [SHARPNESS, FACES]) == set()
        derived.progress(connection, FACES)
        raw.set_progress_handler(None, 1)
        return steps

    few = steps_with(range(10))
    assert steps_with(range(10, 1000)) <= few + 10


def test_that_an_embedding_ends_its_failures(connection: sa.Connection, ids: list[PhotoId]) -> None:
    space = embeddings.space_id(connection, SPACE, create=True)
    producer = embeddings.producer_of(SPACE)
    derived.mark_failed(connection, producer, {ids[0]: "No."})
    embeddings.add_embeddings(connection, space, ids[:1], unit_vectors(1))
    assert derived.failures(connection, producer) == []
    assert progress(connection, producer) == (1, 0, 0, 5)
