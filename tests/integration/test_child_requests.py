"""Requests to the child process: answered as in this process, also while it reads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from photofind.child.client import ChildClient
from photofind.clip.checkpoints import Checkpoint
from photofind.clip.encoder import encode_picture
from photofind.clip.open_clip_encoder import OpenClipEncoder
from photofind.domain import FoundFile
from photofind.errors import BadInputError, CheckpointError
from photofind.indexing.stages import ReadPhoto
from photofind.paths import LibraryPaths
from photofind.photos.fingerprint import fingerprint
from photofind.photos.picture_file import open_picture
from photofind.region_classifier import RegionClassifier, RegionQuery
from photofind.search.regions import RegionMethod
from tests.integration.child_fixtures import BOX, copies_beside
from tests.integration.child_fixtures import paths as paths
from tests.integration.child_fixtures import picture as picture
from tests.integration.child_fixtures import tiny_child as tiny_child
from tests.integration.child_fixtures import worker as worker
from tests.support.checkpoints import make_checkpoint


def test_that_a_picture_is_embedded_as_in_this_process(
    worker: ChildClient, tiny: Checkpoint, picture: Path
) -> None:
    encoder = OpenClipEncoder(tiny)
    image = open_picture(picture, shorter_side=2 * encoder.preprocess.size).image

    vector = worker.encode_picture(picture)

    np.testing.assert_allclose(vector, encode_picture(encoder, image), atol=1e-5)
    assert vector.dtype == np.float32


@pytest.mark.parametrize("method", list(RegionMethod))
def test_that_regions_are_answered_as_in_this_process(
    worker: ChildClient, tiny: Checkpoint, paths: LibraryPaths, picture: Path, method: RegionMethod
) -> None:
    encoder = OpenClipEncoder(tiny)
    classifier = RegionClassifier(paths, lambda: encoder)
    query = RegionQuery(picture, BOX, ("dog", "cat", "tree"), method, 0.5)

    answer = worker.classify_region(picture, BOX, ("dog", "cat", "tree"), method, 0.5)
    vector = worker.encode_region(picture, BOX, method, 0.5)

    expected = classifier.classify(query)
    assert (answer.box, answer.method) == (expected.box, expected.method)
    assert [one.label for one in answer.labels] == [one.label for one in expected.labels]
    np.testing.assert_allclose(vector, classifier.embed(query), atol=1e-5)


def test_that_a_region_without_labels_is_named_by_the_vocabulary(
    worker: ChildClient, paths: LibraryPaths, picture: Path
) -> None:
    assert len(worker.classify_region(picture, BOX).labels) == 20

    (paths.folder / "vocabulary.toml").write_text("nonsense = 1\n")
    with pytest.raises(BadInputError, match=r"vocabulary\.toml"):
        worker.classify_region(picture, BOX)


def test_that_a_request_may_name_another_checkpoint(
    worker: ChildClient, picture: Path, tmp_path: Path
) -> None:
    own = worker.encode_texts(["a dog"])
    for seed in (1, 2, 3):
        folder = make_checkpoint(tmp_path / f"other{seed}", seed=seed)
        encoder = OpenClipEncoder(Checkpoint("other", folder))

        found = worker.encode_texts(["a dog"], f"local-dir:{folder}")
        seen = worker.encode_picture(picture, f"local-dir:{folder}")

        np.testing.assert_allclose(found, encoder.encode_texts(["a dog"]), atol=1e-5)
        assert float(np.linalg.norm(seen)) == pytest.approx(1, abs=1e-4)
    np.testing.assert_array_equal(worker.encode_texts(["a dog"]), own)


def test_that_a_checkpoint_that_is_not_there_fails_only_its_own_request(
    worker: ChildClient,
) -> None:
    with pytest.raises(CheckpointError, match="nowhere"):
        worker.encode_texts(["a dog"], "nowhere")

    assert worker.encode_texts(["a dog"]).shape == (1, 64)


@pytest.mark.parametrize(
    "request_one",
    [
        ChildClient.encode_picture,
        ChildClient.read_picture,
        lambda worker, path: worker.encode_region(path, BOX),
        lambda worker, path: worker.classify_region(path, BOX, ["dog"]),
        lambda worker, path: worker.make_thumbnail(path, fingerprint(b"")),
    ],
)
def test_that_a_picture_that_is_of_no_use_is_said_so(
    worker: ChildClient, tmp_path: Path, request_one: Callable[[ChildClient, Path], object]
) -> None:
    with pytest.raises(BadInputError, match=r"There is no picture at .*absent\.jpg"):
        request_one(worker, tmp_path / "absent.jpg")

    torn = tmp_path / "torn.jpg"
    torn.write_bytes(b"\xff\xd8\xff")
    with pytest.raises(BadInputError, match=r"torn\.jpg"):
        request_one(worker, torn)


def test_that_all_kinds_are_answered_while_files_are_read(
    worker: ChildClient, picture: Path
) -> None:
    texts, region = worker.encode_texts(["a dog"]), worker.encode_region(picture, BOX)
    requests: list[Callable[[], bool]] = [
        lambda: bool((worker.encode_texts(["a dog"]) == texts).all()),
        # The arithmetic may change with the first batch that it can be measured with.
        lambda: float(worker.encode_region(picture, BOX) @ region) > 0.99,
        lambda: len(worker.classify_region(picture, BOX, ["dog", "cat"]).labels) == 2,
        lambda: worker.read_picture(picture, 20).width == 20,
        lambda: worker.encode_picture(picture).shape == (64,),
    ]
    files = copies_beside(picture, [f"{number}.png" for number in range(600)])
    during: list[bool] = []
    read: list[FoundFile] = []
    with ThreadPoolExecutor(6) as pool:
        for batch in worker.run(files):
            read.extend(one.found for one in batch if isinstance(one, ReadPhoto) and one.products)
            responses = [pool.submit(request) for request in requests]
            during.extend(response.result() for response in responses)

    assert read == files
    assert len(during) > 50
    assert all(during)
