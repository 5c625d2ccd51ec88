from pathlib import Path

import pytest

from photofind.errors import BadInputError
from photofind.settings import Settings, load_settings, save_setting


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def test_that_an_absent_file_means_the_defaults(file: Path) -> None:
    assert load_settings(file) == Settings()


def test_that_what_is_written_is_read(file: Path) -> None:
    file.write_text('checkpoint = "other"\nignore = ["raw/*"]\noffline_missing_share = 1\n')

    settings = load_settings(file)

    assert settings.checkpoint == "other"
    assert settings.ignore == ("raw/*",)
    assert settings.offline_missing_share == 1
    assert settings.batch_size == Settings().batch_size


@pytest.mark.parametrize("choice", ["auto", "exact", "hnsw"])
def test_that_a_choice_may_be_any_of_those_offered(file: Path, choice: str) -> None:
    save_setting(file, "vector_index", choice)

    assert load_settings(file).vector_index == choice


def test_that_saving_one_setting_keeps_the_rest_and_the_comments(file: Path) -> None:
    file.write_text("# mine\nbatch_size = 8  # small\n")

    save_setting(file, "checkpoint", "other")

    assert "# mine\nbatch_size = 8  # small\n" in file.read_text()
    assert load_settings(file) == Settings(checkpoint="other", batch_size=8)


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("batch_size = 0", "batch_size"),
        ("batch_size = 99999", "batch_size"),
        ('batch_size = "8"', "batch_size"),
        ("batch_size = true", "batch_size"),
        ("batch_size = 1.5", "batch_size"),
        ("checkpoint = 3", "checkpoint"),
        ("vector_index = 1", "vector_index"),
        ('vector_index = "fast"', "one of auto, exact, hnsw"),
        ('ignore = "raw"', "ignore"),
        ("ignore = [1]", "ignore"),
        ("colour = 1", "colour"),
        ("batch_size = ", "settings.toml"),
    ],
)
def test_that_what_cannot_be_used_is_named(file: Path, written: str, named: str) -> None:
    file.write_text(written)

    with pytest.raises(BadInputError, match=named) as caught:
        load_settings(file)

    assert caught.value.hint
