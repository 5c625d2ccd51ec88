"""A batch of files is recorded as a whole or not at all."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from photofind.domain import FileStat, FoundFile
from photofind.store.catalogue import Catalogue, catalogue_in
from photofind.store.database import Database
from photofind.store.derived import ProducerVersion
from photofind.store.embeddings import producer_of
from photofind.store.photos import ReadFile
from photofind.store.roots import Root
from photofind.store.successions import Verdict
from photofind.store.tag_decisions import TagChanges

from .samples import DIM, ROOT, SPACE, found, photo_of, read_failure, read_photo, unit_vectors

OTHER = Path("/other pictures")
EMBEDDING = producer_of(SPACE)
THUMBNAIL = ProducerVersion("thumbnail", "384")
PRODUCERS = (EMBEDDING, THUMBNAIL)


@pytest.fixture
def catalogue(database: Database) -> Catalogue:
    catalogue = catalogue_in(database)
    catalogue.embeddings.prepare(SPACE, PRODUCERS)
    return catalogue


@pytest.fixture
def roots(catalogue: Catalogue) -> dict[Path, Root]:
    return {root.path: root for root in catalogue.roots.add([ROOT, OTHER])}


def _embedded(file: ReadFile, **more: object) -> ReadFile:
    return replace(file, products={EMBEDDING.kind: unit_vectors(1)[0], **more})


def _elsewhere(number: int) -> ReadFile:
    path = OTHER / f"{number}.jpg"
    return ReadFile(FoundFile(OTHER, path, FileStat(1, 2, 3, 4)), 5, photo=photo_of(number))


def test_that_a_batch_of_two_roots_is_recorded_in_its_order(
    catalogue: Catalogue, roots: dict[Path, Root]
) -> None:
    files = [
        _embedded(_elsewhere(1), thumbnail=None),
        read_failure(ROOT / "torn.jpg", "torn"),
        _embedded(read_photo(ROOT / "2.jpg", 2)),
        _elsewhere(3),
    ]

    recorded = catalogue.files.record(roots, PRODUCERS, files, ())

    first, torn, second, third = recorded.photo_ids
    assert torn is None
    assert first is not None
    assert second is not None
    assert third is not None
    assert catalogue.photos.paths([first, second, third]) == {
        first: [OTHER / "1.jpg"],
        second: [ROOT / "2.jpg"],
        third: [OTHER / "3.jpg"],
    }
    assert recorded.done == {
        first: {EMBEDDING.kind, "thumbnail"},
        second: {EMBEDDING.kind},
        third: set(),
    }
    assert recorded.incomplete == {second, third}


def test_that_a_batch_with_a_product_that_cannot_be_stored_changes_nothing(
    catalogue: Catalogue, roots: dict[Path, Root]
) -> None:
    catalogue.files.record(roots, PRODUCERS, [read_photo(ROOT / "known.jpg", 1)], ())
    before = catalogue.photos.counts(), catalogue.changes.latest()
    broken = replace(
        read_photo(ROOT / "2.jpg", 2), products={EMBEDDING.kind: np.zeros(DIM, np.float32)}
    )

    with pytest.raises(ValueError, match="length one"):
        catalogue.files.record(roots, PRODUCERS, [broken], [found(ROOT / "known.jpg")])

    assert (catalogue.photos.counts(), catalogue.changes.latest()) == before


def test_that_a_kind_nobody_knows_how_to_keep_is_refused(
    catalogue: Catalogue, roots: dict[Path, Root]
) -> None:
    file = replace(read_photo(ROOT / "1.jpg", 1), products={"smell": "roses"})
    with pytest.raises(KeyError, match="smell"):
        catalogue.files.record(roots, [ProducerVersion("smell", "1")], [file], ())


def test_that_a_photo_in_place_of_a_tagged_one_may_be_its_edit(
    catalogue: Catalogue, roots: dict[Path, Root]
) -> None:
    path = ROOT / "a.jpg"
    (old,) = catalogue.files.record(roots, PRODUCERS, [read_photo(path, 1)], ()).photo_ids
    assert old is not None
    catalogue.tags.decide([old], TagChanges(added=("beach",)))

    edited = replace(read_photo(path, 2), before=old)
    (new,) = catalogue.files.record(roots, PRODUCERS, [edited], ()).photo_ids

    (waiting,) = catalogue.continuity.undecided(1)
    assert (waiting.old, waiting.new, waiting.known_before) == (old, new, False)
    catalogue.continuity.settle([(waiting, Verdict.EDITED)])
    assert new is not None
    assert [tag.name for tag in catalogue.tags.of([new])[0]] == ["beach"]
    assert catalogue.continuity.undecided(1) == []


def test_that_a_queue_is_cleared_of_the_folders_that_were_looked_into(
    catalogue: Catalogue, roots: dict[Path, Root]
) -> None:
    root = roots[ROOT]
    catalogue.files.enqueue(root, [ROOT / "a/1.jpg", ROOT / "a/b/2.jpg", ROOT / "c/d/3.jpg"])

    catalogue.files.clear_queue(root, [ROOT / "a"], [ROOT / "c"])
    assert catalogue.photos.counts().waiting == 1

    catalogue.files.clear_queue(root, (), [ROOT])
    assert catalogue.photos.counts().waiting == 0
