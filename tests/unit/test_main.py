from pathlib import Path

import pytest

from photofind.__main__ import WindowAsked, window_asked
from photofind.cli import COMMANDS


@pytest.fixture
def picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PHOTOFIND_LIBRARY", str(tmp_path / "library"))
    path = tmp_path / "beach.jpg"
    path.touch()
    return path


def test_that_nothing_asks_for_the_window(picture: Path) -> None:
    assert window_asked([]) == WindowAsked(picture.parent / "library", None)


def test_that_a_picture_asks_for_the_window_with_it(picture: Path) -> None:
    assert window_asked([str(picture)]) == WindowAsked(picture.parent / "library", picture)


@pytest.mark.parametrize("form", [["--library", "{}"], ["--library={}"]])
def test_that_the_library_can_be_named(picture: Path, form: list[str]) -> None:
    named = [part.format("/elsewhere") for part in form]

    assert window_asked(named) == WindowAsked(Path("/elsewhere"), None)
    assert window_asked([*named, str(picture)]) == WindowAsked(Path("/elsewhere"), picture)


def test_that_a_verbose_start_asks_for_the_window(picture: Path) -> None:
    folder = picture.parent / "library"
    assert window_asked(["--verbose"]) == WindowAsked(folder, None, verbose=True)
    assert window_asked(["--verbose", str(picture)]) == WindowAsked(folder, picture, verbose=True)
    assert window_asked(["--verbose", "index"]) is None


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_that_commands_are_commands(
    picture: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(picture.parent)
    Path(command).touch()

    assert window_asked([command]) is None


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["nosuch.jpg"], ["searhc", "x"]])
def test_that_what_is_neither_is_left_to_the_command_line(
    picture: Path, arguments: list[str]
) -> None:
    assert window_asked(arguments) is None
