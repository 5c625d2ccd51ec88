"""Fixtures that every kind of test uses."""

import io
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from pathlib import Path

import pytest
import send2trash
import send2trash.plat_other

from photofind.cli.app import run
from photofind.clip.checkpoints import Checkpoint
from photofind.evaluation.drawn_scenes import draw_scene
from photofind.paths import LibraryPaths
from photofind.settings import Settings
from tests.support.checkpoints import make_checkpoint
from tests.support.warm_child import WarmChild

# Before Qt starts; no test needs a display.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session", autouse=True)
def _two_threads() -> None:
    import torch

    torch.set_num_threads(min(2, os.cpu_count() or 1))


@pytest.fixture(scope="session")
def shared() -> Callable[[str], Path]:
    """A folder of the machine's test data; skips where it has none."""

    def folder(name: str) -> Path:
        path = SHARED / name
        if not path.is_dir():
            pytest.skip(f"needs the test data in {path}")
        return path

    return folder


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of random weights that embeds thousands of pictures a second."""
    return make_checkpoint(tmp_path_factory.mktemp("checkpoints") / "tiny")


@pytest.fixture(scope="session")
def tiny(tiny_folder: Path) -> Checkpoint:
    return Checkpoint("tiny", tiny_folder)


@pytest.fixture(scope="session")
def drawn_pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of twelve drawn pictures, in two subfolders; not to be changed."""
    folder = tmp_path_factory.mktemp("drawn") / "pictures"
    for number in range(12):
        place = folder / ("sea" if number % 2 else "land")
        place.mkdir(parents=True, exist_ok=True)
        draw_scene(number, (160, 120)).image.save(place / f"{number:02}.jpg")
    return folder


@pytest.fixture
def pictures(drawn_pictures: Path, tmp_path: Path) -> Path:
    """The same, to do with as one likes."""
    return Path(shutil.copytree(drawn_pictures, tmp_path / "pictures"))


@pytest.fixture(scope="session")
def indexed_library(
    drawn_pictures: Path, tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """A library of the drawn pictures, to be copied, and what the command printed that made it."""
    library = tmp_path_factory.mktemp("indexed") / "library"
    command = ["index", str(drawn_pictures), "--checkpoint", f"local-dir:{tiny_folder}", "--json"]
    with redirect_stdout(io.StringIO()) as printed:
        assert run([*command, "--library", str(library)]) == 0
    return library, printed.getvalue()


@pytest.fixture(scope="session")
def warm_child(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmChild]:
    """A child process that has photofind-mini loaded, for one library after the other."""
    paths = LibraryPaths(tmp_path_factory.mktemp("warm"))
    settings = Settings()
    child = WarmChild(paths, settings, settings.checkpoint)
    yield child
    child.end()


@pytest.fixture
def trash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that trashed files come to, instead of the person's own."""
    if send2trash.send2trash.__module__ != "send2trash.plat_other":
        pytest.skip("the desktop keeps the trash here")
    data = tmp_path / "data"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(data))
    # Read when it is imported.
    monkeypatch.setattr(send2trash.plat_other, "XDG_DATA_HOME", bytes(data))
    monkeypatch.setattr(send2trash.plat_other, "HOMETRASH_B", bytes(data / "Trash"))
    return data / "Trash"
