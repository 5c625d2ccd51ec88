"""Search models from a hub; the hub is a server on this machine."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from photofind.clip.checkpoints import EMBEDDED, Checkpoint, CheckpointShelf
from photofind.clip.download import download, repository_of
from photofind.clip.open_clip_encoder import OpenClipEncoder
from photofind.errors import BadInputError, CheckpointError
from photofind.paths import LibraryPaths
from tests.support.hub import Hub, serving

REPOSITORY = "owner/tiny-clip"
NAME = f"hf-hub:{REPOSITORY}"
WEIGHTS = "open_clip_model.safetensors"


@pytest.fixture
def hub(tiny_folder: Path) -> Iterator[Hub]:
    with serving(tiny_folder, REPOSITORY) as running:
        yield running


@pytest.fixture
def shelf(tmp_path: Path) -> CheckpointShelf:
    return CheckpointShelf(LibraryPaths(tmp_path / "library"))


def test_that_a_downloaded_checkpoint_embeds_as_the_original(
    hub: Hub, shelf: CheckpointShelf, tiny: Checkpoint
) -> None:
    download(shelf, NAME, hub.endpoint)

    downloaded = OpenClipEncoder(shelf.find(NAME)).encode_texts(["a dog"])
    np.testing.assert_array_equal(downloaded, OpenClipEncoder(tiny).encode_texts(["a dog"]))


def test_that_a_broken_download_goes_on_where_it_stopped(
    hub: Hub, shelf: CheckpointShelf, tiny: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = tiny.weights.stat().st_size
    # The small config comes first, whole.
    hub.break_after = size // 2
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    try:
        download(shelf, NAME, hub.endpoint)
    except CheckpointError:
        assert [checkpoint.name for checkpoint in shelf] == [EMBEDDED]
        download(shelf, NAME, hub.endpoint)

    assert hub.sent < 1.1 * size
    assert shelf.find(NAME).sha256() == tiny.sha256()


def test_that_weights_that_arrive_damaged_are_thrown_away(
    hub: Hub, shelf: CheckpointShelf, tiny: Checkpoint
) -> None:
    hub.wrong = {WEIGHTS}
    with pytest.raises(CheckpointError, match="damaged"):
        download(shelf, NAME, hub.endpoint)
    assert [checkpoint.name for checkpoint in shelf] == [EMBEDDED]

    hub.wrong = set()
    assert download(shelf, NAME, hub.endpoint).sha256() == tiny.sha256()


def test_that_a_hub_out_of_reach_says_what_to_do(shelf: CheckpointShelf) -> None:
    with pytest.raises(CheckpointError, match="could not be fetched") as caught:
        download(shelf, NAME, "http://127.0.0.1:9")

    assert "checkpoints add" in caught.value.hint


def test_that_an_unknown_repository_is_an_error(hub: Hub, shelf: CheckpointShelf) -> None:
    with pytest.raises(CheckpointError, match="nobody/nothing"):
        download(shelf, "hf-hub:nobody/nothing", hub.endpoint)


def test_that_a_checkpoint_is_downloaded_once(hub: Hub, shelf: CheckpointShelf) -> None:
    download(shelf, NAME, hub.endpoint)

    with pytest.raises(BadInputError, match="there already"):
        download(shelf, NAME, hub.endpoint)


@pytest.mark.parametrize(
    ("name", "repository"),
    [
        (
            "ViT-B-32-256/datacomp_s34b_b86k",
            "laion/CLIP-ViT-B-32-256x256-DataComp-s34B-b86K",
        ),
        ("ViT-B-16/laion2b_s34b_b88k", "laion/CLIP-ViT-B-16-laion2B-s34B-b88K"),
        ("hf-hub:owner/name", "owner/name"),
    ],
)
def test_that_names_lead_to_repositories(name: str, repository: str) -> None:
    assert repository_of(name) == repository


@pytest.mark.parametrize("name", ["nonsense", "ViT-B-16/nonsense", EMBEDDED])
def test_that_a_name_that_leads_nowhere_is_an_error(name: str) -> None:
    with pytest.raises(BadInputError, match=name):
        repository_of(name)
