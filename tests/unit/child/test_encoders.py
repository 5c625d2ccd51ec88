from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typing_extensions import override

from photofind.child.encoders import Encoders
from photofind.child.memory import MemoryLimit
from photofind.clip.checkpoints import CheckpointShelf
from photofind.domain import EmbeddingSpace
from photofind.errors import CheckpointError
from photofind.paths import LibraryPaths
from photofind.photos.picture_file import open_picture
from photofind.settings import Settings
from tests.support.fake_encoder import DIM, FakeEncoder

SETTINGS = Settings()


class NoLimit(MemoryLimit):
    """Leaves this process alone."""

    @override
    @contextmanager
    def lifted(self) -> Iterator[None]:
        yield


def _load(paths: LibraryPaths, _settings: Settings, name: str) -> FakeEncoder:
    """The weights' bytes stand for their checksum."""
    encoder = FakeEncoder(name)
    weights = CheckpointShelf(paths).find(name).weights
    encoder.space = EmbeddingSpace(name, weights.read_text(), 1, DIM)
    return encoder


@pytest.fixture
def paths(tmp_path: Path) -> LibraryPaths:
    return LibraryPaths(tmp_path / "library")


@pytest.fixture
def encoders() -> Encoders:
    return Encoders(NoLimit(), open_picture, _load)


def _write(folder: Path, weights: str) -> str:
    """A checkpoint's files; its name."""
    folder.mkdir(exist_ok=True)
    (folder / "open_clip_config.json").write_text('{"model_cfg": {}}')
    (folder / "open_clip_model.safetensors").write_text(weights)
    return f"local-dir:{folder}"


def test_that_a_space_is_answered_for_by_what_made_it(
    encoders: Encoders, paths: LibraryPaths, tmp_path: Path
) -> None:
    name = _write(tmp_path / "model", "first")
    made = encoders.encoder(paths, SETTINGS, name)

    assert encoders.encoder(paths, SETTINGS, made.space) is made


def test_that_other_weights_under_the_same_name_never_answer_for_a_space(
    encoders: Encoders, paths: LibraryPaths, tmp_path: Path
) -> None:
    name = _write(tmp_path / "model", "the second")
    before = EmbeddingSpace(name, "first", 1, DIM)

    for use in (encoders.encoder, encoders.region_classifier):
        with pytest.raises(CheckpointError, match="has changed since") as raised:
            use(paths, SETTINGS, before)
        assert raised.value.hint == "Wait until the photos have been read again."


def test_that_what_is_loaded_answers_for_its_space_after_its_files_changed(
    encoders: Encoders, paths: LibraryPaths, tmp_path: Path
) -> None:
    name = _write(tmp_path / "model", "first")
    first = encoders.encoder(paths, SETTINGS, name)
    _write(tmp_path / "model", "the second")

    second = encoders.encoder(paths, SETTINGS, name)

    assert second.space.sha256 == "the second"
    assert encoders.encoder(paths, SETTINGS, first.space) is first
    assert encoders.encoder(paths, SETTINGS, second.space) is second


def test_that_a_space_keeps_its_encoder_loaded_as_a_name_does(
    encoders: Encoders, paths: LibraryPaths, tmp_path: Path
) -> None:
    names = [_write(tmp_path / name, name) for name in ("one", "two", "three")]
    one, two = (encoders.encoder(paths, SETTINGS, name) for name in names[:2])

    encoders.encoder(paths, SETTINGS, one.space)
    encoders.encoder(paths, SETTINGS, names[2])

    assert encoders.encoder(paths, SETTINGS, one.space) is one
    assert encoders.encoder(paths, SETTINGS, two.space) is not two
