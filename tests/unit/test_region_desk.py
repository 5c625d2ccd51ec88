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
from photofind.region_desk import VOCABULARY_SHOWN, RegionDesk, RegionQuestion
from photofind.search.regions import RegionMethod
from tests.support.fake_encoder import FakeEncoder

BOX = (10.0, 10.0, 60.0, 60.0)


class Desk(RegionDesk):
    """Notes what it has to load."""

    def __init__(self, paths: LibraryPaths) -> None:
        self.loaded = 0
        self.opened: list[str] = []
        self.asked: list[str] = []
        super().__init__(paths, self._load_fake, self._open_noting)

    def _load_fake(self) -> FakeEncoder:
        self.loaded += 1
        return _Noting(self.asked)

    def _open_noting(self, path: Path) -> Picture:
        self.opened.append(path.name)
        return open_picture(path)


class _Noting(FakeEncoder):
    def __init__(self, asked: list[str]) -> None:
        super().__init__("noting")
        self._asked = asked

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        self._asked.extend(texts)
        return super().encode_texts(texts)


@pytest.fixture
def paths(tmp_path: Path) -> LibraryPaths:
    folder = tmp_path / "library"
    folder.mkdir()
    return LibraryPaths(folder)


@pytest.fixture
def desk(paths: LibraryPaths) -> Desk:
    return Desk(paths)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "scene.png"
    draw_scene(1, (120, 90)).image.save(path)
    return path


def test_that_a_picture_and_labels_are_read_once(desk: Desk, picture: Path) -> None:
    for right in range(20, 100, 10):
        desk.answer(RegionQuestion(picture, (0, 0, right, 50), ("dog", "cat")))
        desk.embedding(RegionQuestion(picture, (0, 0, right, 50)))

    assert (desk.loaded, desk.opened) == (1, ["scene.png"])
    assert desk.asked.count("dog") == 1


def test_that_a_picture_that_changed_is_read_again(desk: Desk, picture: Path) -> None:
    question = RegionQuestion(picture, BOX)
    before = desk.embedding(question)
    draw_scene(2, (120, 90)).image.save(picture)

    after = desk.embedding(question)

    assert len(desk.opened) == 2
    assert not np.allclose(before, after)


def test_that_typed_labels_are_all_answered(desk: Desk, picture: Path) -> None:
    names = tuple(f"thing {number}" for number in range(50))

    answer = desk.answer(RegionQuestion(picture, BOX, names))

    assert {one.label for one in answer.labels} == set(names)
    scores = [one.score for one in answer.labels]
    assert scores == sorted(scores, reverse=True)


def test_that_the_vocabulary_answers_with_its_best(desk: Desk, picture: Path) -> None:
    assert len(desk.answer(RegionQuestion(picture, BOX)).labels) == VOCABULARY_SHOWN


def test_that_a_persons_own_vocabulary_counts_from_the_next_question_on(
    desk: Desk, paths: LibraryPaths, picture: Path
) -> None:
    desk.answer(RegionQuestion(picture, BOX))
    own = paths.folder / "vocabulary.toml"

    own.write_text('[tags]\n"grandmother\'s clock" = {}\n')
    desk.answer(RegionQuestion(picture, BOX))
    assert any("grandmother's clock" in text for text in desk.asked)

    own.write_text("nonsense = 1\n")
    with pytest.raises(BadInputError, match=r"vocabulary\.toml"):
        desk.answer(RegionQuestion(picture, BOX))


def test_that_an_encoder_without_attention_maps_cuts_the_region_out(
    desk: Desk, picture: Path
) -> None:
    assert desk.usable(RegionMethod.BOTH) is RegionMethod.CROP
    assert desk.answer(RegionQuestion(picture, BOX)).method is RegionMethod.CROP


def test_that_a_bad_question_leaves_the_desk_usable(
    desk: Desk, picture: Path, tmp_path: Path
) -> None:
    with pytest.raises(BadInputError, match="no picture"):
        desk.answer(RegionQuestion(tmp_path / "absent.png", BOX))
    with pytest.raises(BadInputError, match="120 × 90"):
        desk.embedding(RegionQuestion(picture, (200, 200, 300, 300)))

    assert desk.embedding(RegionQuestion(picture, BOX)).shape == (32,)
