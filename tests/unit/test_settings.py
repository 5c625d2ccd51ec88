from dataclasses import Field, fields
from pathlib import Path
from typing import Any

import pytest

from photofind.errors import BadInputError, UserFacingError
from photofind.gui.theme import CHOICES
from photofind.settings import (
    Settings,
    about,
    ignore_problem,
    load_settings,
    save_setting,
    save_settings,
)
from tests.support.full_disk import full_disk as full_disk


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
        ('ignore = ["a", "[b"]', "‘\\[b’ a bracket is opened and never closed"),
        ('ignore = ["!"]', "‘!’ is no pattern"),
        ("colour = 1", "colour"),
        ("batch_size = ", "settings.toml"),
    ],
)
def test_that_what_cannot_be_used_is_named(file: Path, written: str, named: str) -> None:
    file.write_text(written)

    with pytest.raises(BadInputError, match=named) as caught:
        load_settings(file)

    assert caught.value.hint


def test_that_saving_writes_only_what_differs(file: Path) -> None:
    file.write_text("# mine\nbatch_size = 8  # small\nignore = ['raw/*']\n")

    save_settings(file, Settings(batch_size=8, ignore=("raw/*", "tmp"), theme="dark"))

    assert "# mine\nbatch_size = 8  # small\n" in file.read_text()
    assert "threads" not in file.read_text()
    assert load_settings(file) == Settings(batch_size=8, ignore=("raw/*", "tmp"), theme="dark")


def test_that_a_changed_setting_keeps_the_comment_beside_it(file: Path) -> None:
    file.write_text("batch_size = 8  # small\n")

    save_settings(file, Settings(batch_size=16))

    assert file.read_text() == "batch_size = 16  # small\n"


def test_that_a_setting_put_back_to_its_default_is_so_when_read_again(file: Path) -> None:
    file.write_text("batch_size = 8\n")

    save_settings(file, Settings())

    assert load_settings(file) == Settings()


def test_that_saving_what_is_written_does_not_touch_the_file(file: Path) -> None:
    file.write_text("batch_size = 8\n")
    before = file.stat()

    save_settings(file, Settings(batch_size=8))

    assert file.stat() == before


def test_that_a_file_that_cannot_be_read_is_not_written_over(file: Path) -> None:
    file.write_text("batch_size = ")

    with pytest.raises(BadInputError):
        save_settings(file, Settings())

    assert file.read_text() == "batch_size = "


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda setting: setting.name)
def test_that_every_setting_says_what_a_person_needs_to_change_it(setting: Field[Any]) -> None:
    told = about(setting)

    assert told.title
    assert told.help.endswith(".")
    for word in ("embed", "encoder", "checkpoint", "vector", "index"):
        assert word not in (told.title + told.help).lower()
    if isinstance(setting.default, int | float):
        assert told.least is not None
        assert told.most is not None
        assert told.least <= setting.default <= told.most
    if told.choices is not None:
        assert setting.default in told.choices


def test_that_the_themes_are_those_the_window_has() -> None:
    (theme,) = [setting for setting in fields(Settings) if setting.name == "theme"]

    assert tuple(about(theme).choices or ()) == CHOICES


def test_that_a_full_disk_is_said_so_and_keeps_the_settings(
    file: Path, request: pytest.FixtureRequest
) -> None:
    save_settings(file, Settings(threads=3))
    request.getfixturevalue("full_disk")

    with pytest.raises(UserFacingError, match="No space left"):
        save_settings(file, Settings(threads=4))

    assert load_settings(file).threads == 3


def test_that_a_pattern_that_is_none_is_not_saved(file: Path) -> None:
    save_settings(file, Settings(ignore=("raw/**", "!raw/best/")))
    before = file.read_text()

    with pytest.raises(BadInputError, match="never closed") as refused:
        save_settings(file, Settings(ignore=("raw/[0-9",)))

    assert ".gitignore" in refused.value.hint
    assert file.read_text() == before


@pytest.mark.parametrize("pattern", ["", " ", "# a note", "/", "**", "a[!b]c", "!keep/", r"\[x"])
def test_that_what_gitignore_may_hold_is_no_problem(pattern: str) -> None:
    assert ignore_problem(pattern) == ""
