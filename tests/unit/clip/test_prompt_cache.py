from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from photofind.clip.prompt_cache import PromptCache
from photofind.domain import Embeddings
from tests.support.fake_encoder import FakeEncoder
from tests.support.full_disk import full_disk as full_disk

TEXTS = ["a dog", "a cat"]


class Counted(FakeEncoder):
    """Counts how often it is asked."""

    asked = 0

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        self.asked += 1
        return super().encode_texts(texts)


@pytest.fixture
def encoder() -> Counted:
    return Counted("counted")


@pytest.fixture
def cache(tmp_path: Path, encoder: Counted) -> PromptCache:
    return PromptCache(tmp_path / "cache", encoder)


def _get(cache: PromptCache, encoder: Counted, texts: list[str] = TEXTS) -> Embeddings:
    return cache.get("words", texts, lambda: encoder.encode_texts(texts))


def _file(tmp_path: Path) -> Path:
    (file,) = (tmp_path / "cache").iterdir()
    return file


def test_that_what_was_made_is_kept(cache: PromptCache, encoder: Counted) -> None:
    made = _get(cache, encoder)

    np.testing.assert_array_equal(_get(cache, encoder), made)
    assert made.dtype == np.float32
    assert encoder.asked == 1


def test_that_other_texts_and_other_weights_are_kept_apart(
    cache: PromptCache, encoder: Counted, tmp_path: Path
) -> None:
    first = _get(cache, encoder)
    second = _get(cache, encoder, ["a dog", "a cow"])
    assert (first[0] == second[0]).all()
    assert (first[1] != second[1]).any()

    other = Counted("other")
    other.space = type(other.space)("other", "0" * 64, 1, other.space.dim)
    _get(PromptCache(tmp_path / "cache", other), other)
    assert (encoder.asked, other.asked) == (2, 1)


@pytest.mark.parametrize("place", [0, 31, 32, 60, 200, -1])
def test_that_one_wrong_byte_is_noticed(
    cache: PromptCache, encoder: Counted, tmp_path: Path, place: int
) -> None:
    made = _get(cache, encoder)
    content = bytearray(_file(tmp_path).read_bytes())
    content[place] ^= 1
    _file(tmp_path).write_bytes(content)

    np.testing.assert_array_equal(_get(cache, encoder), made)
    np.testing.assert_array_equal(_get(cache, encoder), made)
    assert encoder.asked == 2


@pytest.mark.parametrize("size", [0, 10, 32, 100])
def test_that_half_a_file_is_noticed(
    cache: PromptCache, encoder: Counted, tmp_path: Path, size: int
) -> None:
    made = _get(cache, encoder)
    _file(tmp_path).write_bytes(_file(tmp_path).read_bytes()[:size])

    np.testing.assert_array_equal(_get(cache, encoder), made)
    assert encoder.asked == 2


def test_that_threads_that_make_the_same_do_not_disturb_each_other(
    cache: PromptCache, encoder: Counted, tmp_path: Path
) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: _get(cache, encoder), range(40)))

    assert all((one == made[0]).all() for one in made)
    # Nothing half-written is left beside it.
    assert _file(tmp_path).suffix == ".prompts"


@pytest.mark.usefixtures("full_disk")
def test_that_a_full_disk_costs_time_and_nothing_else(
    cache: PromptCache, encoder: Counted, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = _get(cache, encoder)

    np.testing.assert_array_equal(_get(cache, encoder), made)
    assert encoder.asked == 2
    assert "No space left" in caplog.text
    assert list((tmp_path / "cache").iterdir()) == []


def test_that_a_file_that_cannot_be_read_is_made_again(
    cache: PromptCache, encoder: Counted, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = _get(cache, encoder)
    file = _file(tmp_path)
    file.unlink()
    # A folder in its place cannot be read, by an administrator either.
    file.mkdir()

    np.testing.assert_array_equal(_get(cache, encoder), made)
    assert "cannot be read" in caplog.text
