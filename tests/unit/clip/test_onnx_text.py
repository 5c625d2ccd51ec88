"""Text towers as ONNX graphs, against torch."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file, save_file

from photofind.clip.checkpoints import EMBEDDED, Checkpoint, CheckpointShelf
from photofind.clip.loading import export_graph, load_encoder, load_text_encoder
from photofind.clip.onnx_export import NotExportableError, export_text_tower
from photofind.clip.onnx_text import OnnxTextEncoder, TextTower
from photofind.clip.open_clip_encoder import OpenClipEncoder
from photofind.errors import CheckpointError
from photofind.paths import LibraryPaths
from photofind.settings import Settings
from tests.support.checkpoints import TINY_VIT, make_checkpoint

TEXTS = ["a dog", "", "Überraschung! 日本", "two boats on the sea", "word " * 200]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    checkpoint = Checkpoint("tiny", make_checkpoint(tmp_path_factory.mktemp("exported") / "tiny"))
    export_text_tower(checkpoint)
    return checkpoint


def _assert_agreement(checkpoint: Checkpoint) -> None:
    expected = OpenClipEncoder(checkpoint)
    sha256 = checkpoint.sha256()
    found = OnnxTextEncoder(TextTower(checkpoint, checkpoint.text_graph(sha256)), sha256)

    assert found.space == expected.space
    assert found.preprocess == expected.preprocess
    for texts in (TEXTS, TEXTS[:1], TEXTS[3:4] * 70):
        np.testing.assert_allclose(
            found.encode_texts(texts), expected.encode_texts(texts), atol=1e-5
        )


def test_that_an_exported_tower_embeds_as_torch_does(exported: Checkpoint) -> None:
    _assert_agreement(exported)


def test_that_the_embedded_checkpoint_comes_with_its_graph(tmp_path: Path) -> None:
    _assert_agreement(CheckpointShelf(LibraryPaths(tmp_path)).find(EMBEDDED))


@pytest.mark.parametrize("kind", ["float16", "bfloat16"])
def test_that_half_precision_is_borrowed_too(tmp_path: Path, kind: str) -> None:
    import torch

    folder = make_checkpoint(tmp_path / "half")
    weights = folder / "open_clip_model.safetensors"
    dtype = getattr(torch, kind)
    save_file({name: value.to(dtype) for name, value in load_file(weights).items()}, weights)
    checkpoint = Checkpoint("half", folder)
    export_text_tower(checkpoint)

    _assert_agreement(checkpoint)


def test_that_the_graph_holds_no_weights_and_nothing_of_this_machine(exported: Checkpoint) -> None:
    graph = exported.text_graph(exported.sha256()).read_bytes()

    assert len(graph) < 200_000
    assert len(graph) < exported.weights_bytes / 50
    for trace in (b".py", str(Path.home()).encode(), str(exported.folder).encode()):
        assert trace not in graph


def test_that_replaced_weights_never_meet_the_graph(exported: Checkpoint, tmp_path: Path) -> None:
    other = make_checkpoint(tmp_path / "other", seed=5)
    old = exported.text_graph(exported.sha256())
    (other / old.name).write_bytes(old.read_bytes())
    name = f"local-dir:{other}"
    expected = OpenClipEncoder(Checkpoint(name, other)).encode_texts(TEXTS)

    encoder = load_encoder(LibraryPaths(tmp_path / "library"), Settings(), name)

    np.testing.assert_allclose(encoder.encode_texts(TEXTS), expected, atol=1e-6)


def test_that_weights_outside_of_safetensors_stay_with_torch(tmp_path: Path) -> None:
    folder = make_checkpoint(tmp_path / "bin", weights="open_clip_pytorch_model.bin")
    with pytest.raises(NotExportableError, match="safetensors"):
        export_text_tower(Checkpoint("bin", folder))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"no_causal_mask": True}, "causal"),
        ({"tokenizer_kwargs": {"clean": "whitespace"}}, "tokenizer"),
    ],
)
def test_that_other_text_towers_stay_with_torch(
    tmp_path: Path, change: dict[str, object], why: str
) -> None:
    folder = make_checkpoint(tmp_path / "other")
    file = folder / "open_clip_config.json"
    config = json.loads(file.read_text("utf-8"))
    config["model_cfg"]["text_cfg"] = TINY_VIT["text_cfg"] | change
    file.write_text(json.dumps(config))

    with pytest.raises(NotExportableError, match=why):
        export_text_tower(Checkpoint("other", folder))


def test_that_a_checkpoint_that_has_no_graph_is_no_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = make_checkpoint(tmp_path / "bin", weights="open_clip_pytorch_model.bin")

    export_graph(Checkpoint("bin", folder))

    assert "safetensors" in caplog.text


def test_that_text_is_embedded_without_torch_and_pictures_with_it(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
import numpy as np
from photofind.clip.loading import load_encoder
from photofind.errors import CheckpointError
from photofind.paths import LibraryPaths
from photofind.settings import Settings
encoder = load_encoder(LibraryPaths(Path(sys.argv[1])), Settings(), "photofind-mini")
assert encoder.encode_texts(["a dog"]).shape == (1, 256)
assert encoder.preprocess.size == 128
assert not {"torch", "open_clip", "torchvision", "PySide6"} & sys.modules.keys()
pixels = np.zeros((1, 128, 128, 3), np.uint8)
assert encoder.encode_images(pixels).shape == (1, 256)
assert "torch" in sys.modules
"""
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True, timeout=120)


def test_that_a_damaged_graph_is_named(exported: Checkpoint, tmp_path: Path) -> None:
    damaged = Checkpoint("tiny", Path(shutil.copytree(exported.folder, tmp_path / "damaged")))
    graph = damaged.text_graph(damaged.sha256())
    graph.write_bytes(graph.read_bytes()[:1000])

    with pytest.raises(CheckpointError, match=graph.name):
        TextTower(damaged, graph)


def test_that_a_graph_of_other_weights_is_passed_over(exported: Checkpoint, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(exported.folder, tmp_path / "replaced"))
    (folder / exported.text_graph("0" * 64).name).write_bytes(b"no graph")
    library = LibraryPaths(tmp_path / "library")

    found = load_text_encoder(library, Settings(), f"local-dir:{folder}")

    assert found is not None
    expected = OpenClipEncoder(exported).encode_texts(TEXTS)
    np.testing.assert_allclose(found.encode_texts(TEXTS), expected, atol=1e-5)
