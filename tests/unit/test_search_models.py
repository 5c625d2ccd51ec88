"""Search models as people choose them; the hub is a server on this machine."""

import json
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from photofind.cancel import CancelToken
from photofind.clip.checkpoints import EMBEDDED, KNOWN_CHECKPOINTS
from photofind.errors import BadInputError, CancelledError, CheckpointError
from photofind.paths import LibraryPaths, resource
from photofind.search_models import add_model, download_model, search_models
from tests.support.hub import Hub, serving

REPOSITORY = "laion/CLIP-ViT-B-16-DataComp.XL-s13B-b90K"
NAME = "ViT-B-16/datacomp_xl_s13b_b90k"
WEIGHTS = "open_clip_model.safetensors"
SIZE = 24_000_000


@pytest.fixture
def paths(tmp_path: Path) -> LibraryPaths:
    return LibraryPaths(tmp_path / "library")


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A search model in the files a hub delivers, as far as they are looked at here."""
    folder = tmp_path_factory.mktemp("hub")
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": {}}))
    header = json.dumps({"w": {"dtype": "U8", "shape": [SIZE], "data_offsets": [0, SIZE]}})
    content = struct.pack("<Q", len(header)) + header.encode() + bytes(SIZE)
    (folder / WEIGHTS).write_bytes(content)
    return folder


@pytest.fixture
def hub(model_folder: Path) -> Iterator[Hub]:
    with serving(model_folder, REPOSITORY) as running:
        yield running


class Told:
    """What a download said; `stop_at` bytes it is asked to stop."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.steps: list[tuple[int, int | None]] = []
        self.cancel = CancelToken()
        self._stop_at = stop_at

    def __call__(self, done: int, total: int | None) -> None:
        self.steps.append((done, total))
        if self._stop_at is not None and done >= self._stop_at:
            self.cancel.cancel()


def _download(paths: LibraryPaths, told: Told, endpoint: str) -> None:
    download_model(paths, NAME, told, told.cancel, endpoint)


def test_that_every_recommended_model_says_what_it_is_for(paths: LibraryPaths) -> None:
    models = search_models(paths)

    assert [model.name for model in models] == [known.name for known in KNOWN_CHECKPOINTS]
    for model in models:
        assert model.title != model.name
        assert model.note.endswith(".")
        assert model.commercial is not None
        assert model.present == model.embedded == (model.name == EMBEDDED)
        assert (model.download_bytes is None) == model.embedded


def test_that_a_download_tells_how_far_it_is(hub: Hub, paths: LibraryPaths) -> None:
    told = Told()

    _download(paths, told, hub.endpoint)

    done = [done for done, _total in told.steps]
    assert done == sorted(done)
    assert len(set(done)) > 3
    assert told.steps[-1] == (done[-1], done[-1])
    assert done[-1] > SIZE
    (model,) = [model for model in search_models(paths) if model.name == NAME]
    assert model.present


def test_that_a_stopped_download_goes_on_where_it_was(hub: Hub, paths: LibraryPaths) -> None:
    first = Told(stop_at=SIZE // 2)
    with pytest.raises(CancelledError):
        _download(paths, first, hub.endpoint)
    (model,) = [model for model in search_models(paths) if model.name == NAME]
    assert not model.present
    assert SIZE // 2 <= model.downloaded_bytes < SIZE
    asked = hub.sent

    second = Told()
    _download(paths, second, hub.endpoint)

    assert second.steps[0][0] >= SIZE // 2
    assert hub.sent - asked < SIZE
    place = paths.checkpoints / NAME.replace("/", "__")
    assert (place / WEIGHTS).read_bytes() == (hub.folder / WEIGHTS).read_bytes()
    assert sorted(path.name for path in place.iterdir()) == ["open_clip_config.json", WEIGHTS]


def test_that_a_download_that_a_kill_cut_short_goes_on(hub: Hub, paths: LibraryPaths) -> None:
    with pytest.raises(CancelledError):
        _download(paths, Told(stop_at=SIZE // 2), hub.endpoint)
    # A kill leaves the file as long as it happened to be.
    partial = paths.checkpoints / (NAME.replace("/", "__") + ".partial")
    with (partial / f"{WEIGHTS}.unfinished").open("r+b") as file:
        file.truncate(1_234_567)

    _download(paths, Told(), hub.endpoint)

    place = paths.checkpoints / NAME.replace("/", "__")
    assert (place / WEIGHTS).read_bytes() == (hub.folder / WEIGHTS).read_bytes()


def test_that_a_rest_longer_than_the_file_is_fetched_anew(hub: Hub, paths: LibraryPaths) -> None:
    with pytest.raises(CancelledError):
        _download(paths, Told(stop_at=SIZE // 2), hub.endpoint)
    partial = paths.checkpoints / (NAME.replace("/", "__") + ".partial")
    with (partial / f"{WEIGHTS}.unfinished").open("ab") as file:
        file.write(bytes(SIZE))
    told = Told()

    _download(paths, told, hub.endpoint)

    assert told.steps[-1][0] == told.steps[-1][1]
    assert [model.present for model in search_models(paths) if model.name == NAME] == [True]


def test_that_a_rest_of_another_revision_is_thrown_away(hub: Hub, paths: LibraryPaths) -> None:
    partial = paths.checkpoints / (NAME.replace("/", "__") + ".partial")
    partial.mkdir(parents=True)
    (partial / ".revision").write_text("an older one")
    (partial / f"{WEIGHTS}.unfinished").write_bytes(b"\1" * 1000)

    _download(paths, Told(), hub.endpoint)

    place = paths.checkpoints / NAME.replace("/", "__")
    assert (place / WEIGHTS).read_bytes() == (hub.folder / WEIGHTS).read_bytes()


def test_that_a_damaged_note_of_the_revision_means_to_begin_anew(
    hub: Hub, paths: LibraryPaths
) -> None:
    partial = paths.checkpoints / (NAME.replace("/", "__") + ".partial")
    partial.mkdir(parents=True)
    (partial / ".revision").write_bytes(b"\xff\xfe")
    (partial / f"{WEIGHTS}.unfinished").write_bytes(b"\1" * 1000)

    _download(paths, Told(), hub.endpoint)

    place = paths.checkpoints / NAME.replace("/", "__")
    assert (place / WEIGHTS).read_bytes() == (hub.folder / WEIGHTS).read_bytes()


def test_that_a_hub_with_other_weights_than_photofind_knows_is_not_believed(
    model_folder: Path, paths: LibraryPaths
) -> None:
    pinned = KNOWN_CHECKPOINTS[1]
    assert pinned.repository is not None
    with serving(model_folder, pinned.repository) as other:
        for _ in range(2):
            with pytest.raises(CheckpointError, match="not its own"):
                download_model(paths, pinned.name, Told(), CancelToken(), other.endpoint)

    assert list(paths.checkpoints.iterdir()) == []


def test_that_stopping_does_not_wait_for_a_silent_network(paths: LibraryPaths) -> None:
    """A port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        told = Told()
        threading.Timer(0.3, told.cancel.cancel).start()
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"

        with pytest.raises(CancelledError):
            _download(paths, told, endpoint)

    assert told.steps == []


def test_that_a_hub_out_of_reach_says_so_without_commands(paths: LibraryPaths) -> None:
    with pytest.raises(CheckpointError, match="could not be fetched") as caught:
        _download(paths, Told(), "http://127.0.0.1:9")

    assert "a file you have" in caught.value.hint
    assert "photofind checkpoints" not in caught.value.hint


def test_that_a_model_from_a_folder_is_among_those_here(
    model_folder: Path, paths: LibraryPaths
) -> None:
    added = add_model(paths, model_folder / WEIGHTS)

    assert added.present
    assert added in search_models(paths)
    assert added.commercial is None


def test_that_a_file_cut_short_is_refused_and_leaves_nothing(
    model_folder: Path, paths: LibraryPaths, tmp_path: Path
) -> None:
    cut = tmp_path / "cut"
    cut.mkdir()
    (cut / "open_clip_config.json").write_bytes(
        (model_folder / "open_clip_config.json").read_bytes()
    )
    (cut / WEIGHTS).write_bytes((model_folder / WEIGHTS).read_bytes()[:-1])

    with pytest.raises(CheckpointError, match="damaged"):
        add_model(paths, cut)

    assert len(search_models(paths)) == len(KNOWN_CHECKPOINTS)


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 100, struct.pack("<Q", 2) + b"[]"])
def test_that_what_is_no_weights_file_at_all_is_refused(
    paths: LibraryPaths, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "open_clip_config.json").write_text(json.dumps({"model_cfg": {}}))
    (tmp_path / WEIGHTS).write_bytes(content)

    with pytest.raises(CheckpointError, match="damaged"):
        add_model(paths, tmp_path)


def test_that_the_built_in_model_counts_as_whole(paths: LibraryPaths) -> None:
    with pytest.raises(BadInputError, match="there already"):
        add_model(paths, resource("checkpoints") / EMBEDDED)
