"""What commands log, and what they never log."""

import shutil
from pathlib import Path

import pytest

from photofind.cli.app import run
from photofind.paths import LibraryPaths


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LibraryPaths:
    monkeypatch.setenv("PHOTOFIND_LIBRARY", str(tmp_path / "library"))
    return LibraryPaths(tmp_path / "library")


def test_that_the_log_at_the_default_level_names_no_photo(
    tmp_path: Path,
    paths: LibraryPaths,
    pictures: Path,
    tiny_folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = Path(shutil.copytree(pictures, tmp_path / "telltale folder"))
    for number, path in enumerate(sorted(told.rglob("*.*"))):
        path.rename(path.with_stem(f"telltale {number}"))
    (told / "telltale broken.jpg").write_bytes(b"no photo")

    assert run(["index", str(told), "--checkpoint", f"local-dir:{tiny_folder}"]) == 0
    assert run(["search", "dog"]) == 0
    assert run(["index", str(tmp_path / "telltale nowhere")]) == 1

    log = paths.log.read_text("utf-8")
    assert "Traceback" in log
    assert "BadInputError" in log
    assert "telltale" not in log


def test_that_verbose_shows_the_log_on_stderr(
    paths: LibraryPaths, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["status", "--verbose"]) == 1
    assert (
        "photofind.cli.app: The command ended with the error 'bad_input'" in capsys.readouterr().err
    )


def test_that_a_command_that_was_not_asked_says_nothing_on_stderr(
    paths: LibraryPaths, pictures: Path, tiny_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["index", str(pictures), "--checkpoint", f"local-dir:{tiny_folder}", "--json"]) == 0
    assert capsys.readouterr().err == ""
