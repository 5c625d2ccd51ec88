from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from photofind.domain import Embeddings
from photofind.errors import BadInputError
from photofind.evaluation.drawn_scenes import draw_scene
from photofind.paths import LibraryPaths
from photofind.photos.decode import Picture
from photofind.photos.picture_file import open_picture
from photofind.region_classifier import VOCABULARY_SHOWN, RegionClassifier, RegionQuery
from photofind.search.regions import RegionMethod
from tests.support.fake_encoder import FakeEncoder

BOX = (10.0, 10.0, 60.0, 60.0)


class RecordingClassifier(RegionClassifier):
    """Records what it loads, opens and encodes."""

    def __init__(self, paths: LibraryPaths) -> None:
        self.loaded = 0
        self.opened: list[str] = []
        self.encoded: list[str] = []
        super().__init__(paths, self._load_fake, self._open_recording)

    def _load_fake(self) -> FakeEncoder:
        self.loaded += 1
        return _RecordingEncoder(self.encoded)

    def _open_recording(self, path: Path) -> Picture:
        self.opened.append(path.name)
        return open_picture(path)


class _RecordingEncoder(FakeEncoder):
    def __init__(self, encoded: list[str]) -> None:
        super().__init__("recording")
        self._encoded = encoded

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        self._encoded.extend(texts)
        return super().encode_texts(texts)


@pytest.fixture
def paths(tmp_path: Path) -> LibraryPaths:
    folder = tmp_path / "library"
    folder.mkdir()
    return LibraryPaths(folder)


@pytest.fixture
def classifier(paths: LibraryPaths) -> RecordingClassifier:
    return RecordingClassifier(paths)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "scene.png"
    draw_scene(1, (120, 90)).image.save(path)
    return path


def test_that_a_picture_and_labels_are_read_once(
    classifier: RecordingClassifier, picture: Path
) -> None:
    for right in range(20, 100, 10):
        classifier.classify(RegionQuery(picture, (0, 0, right, 50), ("dog", "cat")))
        classifier.embed(RegionQuery(picture, (0, 0, right, 50)))

    assert (classifier.loaded, classifier.opened) == (1, ["scene.png"])
    assert classifier.encoded.count("dog") == 1


def test_that_a_picture_that_changed_is_read_again(
    classifier: RecordingClassifier, picture: Path
) -> None:
    query = RegionQuery(picture, BOX)
    before = classifier.embed(query)
    draw_scene(2, (120, 90)).image.save(picture)

    after = classifier.embed(query)

    assert len(classifier.opened) == 2
    assert not np.allclose(before, after)


def test_that_typed_labels_are_all_answered(classifier: RecordingClassifier, picture: Path) -> None:
    names = tuple(f"thing {number}" for number in range(50))

    answer = classifier.classify(RegionQuery(picture, BOX, names))

    assert {one.label for one in answer.labels} == set(names)
    scores = [one.score for one in answer.labels]
    assert scores == sorted(scores, reverse=True)


def test_that_of_the_vocabulary_only_the_best_labels_are_returned(
    classifier: RecordingClassifier, picture: Path
) -> None:
    assert len(classifier.classify(RegionQuery(picture, BOX)).labels) == VOCABULARY_SHOWN


def test_that_a_persons_own_vocabulary_counts_from_the_next_query_on(
    classifier: RecordingClassifier, paths: LibraryPaths, picture: Path
) -> None:
    classifier.classify(RegionQuery(picture, BOX))
    own = paths.folder / "vocabulary.toml"

    own.write_text('[tags]\n"grandmother\'s clock" = {}\n')
    classifier.classify(RegionQuery(picture, BOX))
    assert any("grandmother's clock" in text for text in classifier.encoded)

    own.write_text("nonsense = 1\n")
    with pytest.raises(BadInputError, match=r"vocabulary\.toml"):
        classifier.classify(RegionQuery(picture, BOX))


def test_that_an_encoder_without_attention_maps_cuts_the_region_out(
    classifier: RecordingClassifier, picture: Path
) -> None:
    assert classifier.usable(RegionMethod.BOTH) is RegionMethod.CROP
    assert classifier.classify(RegionQuery(picture, BOX)).method is RegionMethod.CROP


def test_that_a_bad_query_leaves_the_classifier_usable(
    classifier: RecordingClassifier, picture: Path, tmp_path: Path
) -> None:
    with pytest.raises(BadInputError, match="no picture"):
        classifier.classify(RegionQuery(tmp_path / "absent.png", BOX))
    with pytest.raises(BadInputError, match="120 × 90"):
        classifier.embed(RegionQuery(picture, (200, 200, 300, 300)))

    assert classifier.embed(RegionQuery(picture, BOX)).shape == (32,)
