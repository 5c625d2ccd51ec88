import errno
import hashlib
import os
import shutil
from io import BufferedReader
from pathlib import Path

import pytest

from photofind.clip.checkpoints import EMBEDDED, KNOWN_CHECKPOINTS, Checkpoint, CheckpointShelf
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
    folder = tmp_path / "CLIP-ViT-B-16-DataComp.XL-s13B-b90K"
    folder.symlink_to(tiny_folder)

    assert shelf.add(folder).name == "ViT-B-16/datacomp_xl_s13b_b90k"
    assert shelf.find("ViT-B-16/datacomp_xl_s13b_b90k").weights.is_file()


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


PINNED = KNOWN_CHECKPOINTS[1]


def test_that_the_embedded_weights_are_those_in_the_registry(shelf: CheckpointShelf) -> None:
    (known,) = [known for known in KNOWN_CHECKPOINTS if known.name == EMBEDDED]

    assert shelf.find(EMBEDDED).sha256() == known.sha256


def test_that_other_weights_under_a_known_name_are_refused_and_leave_nothing(
    shelf: CheckpointShelf, tiny_folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(CheckpointError, match="not its own") as raised:
        shelf.add(tiny_folder, PINNED.name)

    assert "another name" in raised.value.hint
    assert list((tmp_path / "library" / "checkpoints").iterdir()) == []


def test_that_damaged_weights_that_came_with_photofind_are_noticed(
    shelf: CheckpointShelf, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(shelf.find(EMBEDDED).folder, tmp_path / "installed"))
    damaged = Checkpoint(EMBEDDED, folder)
    with damaged.weights.open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x55")

    with pytest.raises(CheckpointError, match="damaged") as raised:
        damaged.sha256()
    assert raised.value.hint == "Install photofind again."


def test_that_weights_in_another_format_are_not_compared(
    shelf: CheckpointShelf, tiny_folder: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(tiny_folder, tmp_path / "other"))
    (folder / "open_clip_model.safetensors").rename(folder / "open_clip_pytorch_model.bin")

    assert shelf.add(folder, PINNED.name).name == PINNED.name


@pytest.mark.parametrize(
    "name",
    [
        "hf-hub:owner/repository", 'odd <>:"|?*\\%', "ViT-B-16/tag", "modèle", "a.b_c",
        "CON", "aux.old", "com1", "console", "nul/a", "dot.", "space ", "a__b", "a_/_b", "%5F",
    ],
)  # fmt: skip
def test_that_every_name_makes_a_legal_folder_and_is_found_again(
    shelf: CheckpointShelf, tiny_folder: Path, name: str
) -> None:
    added = shelf.add(tiny_folder, name)

    assert not set('<>:"/\\|?*') & set(added.folder.name)
    assert added.folder.name.partition(".")[0].casefold() not in {"con", "aux", "com1", "nul"}
    assert added.folder.name[-1] not in ". "
    assert shelf.find(name) == added
    assert [checkpoint.name for checkpoint in shelf] == [EMBEDDED, name]
    with pytest.raises(BadInputError, match="there already"):
        shelf.add(tiny_folder, name)


@pytest.mark.skipif(os.name == "nt", reason="never a folder there")
def test_that_a_folder_of_an_earlier_version_is_still_found(
    shelf: CheckpointShelf, tiny_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "library" / "checkpoints" / "hf-hub:owner__repository"
    shutil.copytree(tiny_folder, folder)

    assert shelf.find("hf-hub:owner/repository").folder == folder
    with pytest.raises(BadInputError, match="there already"):
        shelf.add(tiny_folder, "hf-hub:owner/repository")


def test_that_a_disk_without_room_is_said_so_and_nothing_is_left(
    shelf: CheckpointShelf, tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def on_a_full_disk(_source: Path, target: Path) -> None:
        target.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", on_a_full_disk)

    with pytest.raises(CheckpointError, match="No space left") as raised:
        shelf.add(tiny_folder)

    assert "has room" in raised.value.hint
    assert list((tmp_path / "library" / "checkpoints").iterdir()) == []


def test_that_weights_that_cannot_be_read_are_said_so(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(tiny_folder, tmp_path / "failing"))
    read = hashlib.file_digest

    def from_a_failing_disk(file: BufferedReader, name: str) -> object:
        if Path(file.name).parent == folder:
            raise OSError(errno.EIO, "Input/output error")
        return read(file, name)

    monkeypatch.setattr(hashlib, "file_digest", from_a_failing_disk)

    with pytest.raises(CheckpointError, match="Input/output error"):
        Checkpoint("failing", folder).sha256()
