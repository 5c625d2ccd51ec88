from pathlib import Path

import pytest

from photofind.clip.checkpoints import EMBEDDED, KNOWN_CHECKPOINTS, CheckpointShelf
from photofind.errors import BadInputError, CheckpointError
from photofind.paths import LibraryPaths


@pytest.fixture
def shelf(tmp_path: Path) -> CheckpointShelf:
    return CheckpointShelf(LibraryPaths(tmp_path / "library"))


def test_that_the_embedded_checkpoint_is_always_there(shelf: CheckpointShelf) -> None:
    assert [checkpoint.name for checkpoint in shelf] == [EMBEDDED]
    assert shelf.find(EMBEDDED).weights.is_file()


def test_that_an_added_folder_no_longer_needs_its_source(
    shelf: CheckpointShelf, tiny_folder: Path
) -> None:
    added = shelf.add(tiny_folder)

    assert added.folder != tiny_folder
    assert added.weights.read_bytes() == (tiny_folder / added.weights.name).read_bytes()
    assert shelf.find("tiny") == added


def test_that_the_weights_file_alone_names_its_folder(
    shelf: CheckpointShelf, tiny_folder: Path
) -> None:
    assert shelf.add(tiny_folder / "open_clip_model.safetensors").name == "tiny"


def test_that_a_recommended_checkpoint_is_known_by_its_repository(
    shelf: CheckpointShelf, tiny_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "CLIP-ViT-B-32-256x256-DataComp-s34B-b86K"
    folder.symlink_to(tiny_folder)

    assert shelf.add(folder).name == "ViT-B-32-256/datacomp_s34b_b86k"
    assert shelf.find("ViT-B-32-256/datacomp_s34b_b86k").weights.is_file()


def test_that_adding_twice_changes_nothing(shelf: CheckpointShelf, tiny_folder: Path) -> None:
    shelf.add(tiny_folder)

    with pytest.raises(BadInputError, match="there already"):
        shelf.add(tiny_folder)


def test_that_a_folder_may_be_used_where_it_lies(shelf: CheckpointShelf, tiny_folder: Path) -> None:
    assert shelf.find(f"local-dir:{tiny_folder}").folder == tiny_folder


def test_that_a_recommended_checkpoint_that_is_not_here_says_where_to_get_it(
    shelf: CheckpointShelf,
) -> None:
    known = KNOWN_CHECKPOINTS[1]

    with pytest.raises(CheckpointError, match="not on this machine") as caught:
        shelf.find(known.name)

    assert str(known.repository) in caught.value.hint


def test_that_an_unknown_name_lists_what_is_here(shelf: CheckpointShelf) -> None:
    with pytest.raises(CheckpointError, match="nonsense") as caught:
        shelf.find("nonsense")

    assert EMBEDDED in caught.value.hint


@pytest.mark.parametrize("missing", ["open_clip_config.json", "open_clip_model.safetensors"])
def test_that_an_incomplete_folder_is_refused_and_leaves_nothing(
    shelf: CheckpointShelf, tiny_folder: Path, tmp_path: Path, missing: str
) -> None:
    partial = tmp_path / "partial"
    partial.mkdir()
    for file in tiny_folder.iterdir():
        if file.name != missing:
            (partial / file.name).symlink_to(file)

    with pytest.raises(CheckpointError, match="partial"):
        shelf.add(partial)

    assert [checkpoint.name for checkpoint in shelf] == [EMBEDDED]
