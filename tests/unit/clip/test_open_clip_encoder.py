import json
from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch
from PIL import Image

from photofind.clip.checkpoints import Checkpoint
from photofind.clip.open_clip_encoder import OpenClipEncoder
from photofind.clip.precision import Precision, PrecisionMemory
from photofind.errors import CheckpointError
from photofind.evaluation.drawn_scenes import draw_scene
from tests.support.checkpoints import TINY_VIT, make_checkpoint


def _scenes(count: int) -> list[Image.Image]:
    return [draw_scene(seed, (160, 120)).image for seed in range(count)]


def test_that_embeddings_equal_those_of_open_clip(tiny: Checkpoint) -> None:
    model, _, transform = open_clip.create_model_and_transforms(f"local-dir:{tiny.folder}")
    tokenizer = open_clip.get_tokenizer(f"local-dir:{tiny.folder}")
    scenes, texts = _scenes(4), ["a red circle", "two boats on the sea"]
    with torch.inference_mode():
        images = torch.stack([transform(scene) for scene in scenes])
        expected_images = model.eval().encode_image(images, normalize=True)
        expected_texts = model.encode_text(tokenizer(texts), normalize=True)

    encoder = OpenClipEncoder(tiny)
    pixels = np.stack([encoder.preprocess.pixels(scene) for scene in scenes])

    np.testing.assert_allclose(encoder.encode_images(pixels), expected_images, atol=1e-5)
    np.testing.assert_allclose(encoder.encode_texts(texts), expected_texts, atol=1e-5)


def test_that_embeddings_are_float32_of_length_one(tiny: Checkpoint) -> None:
    encoder = OpenClipEncoder(tiny)

    vectors = encoder.encode_texts(["dog", "cat", "x" * 500])

    assert vectors.dtype == np.float32
    assert vectors.shape == (3, encoder.space.dim)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_that_the_space_names_the_weights(tmp_path: Path) -> None:
    one = OpenClipEncoder(Checkpoint("a", make_checkpoint(tmp_path / "a", seed=1)))
    other = OpenClipEncoder(Checkpoint("b", make_checkpoint(tmp_path / "b", seed=2)))

    assert one.space.sha256 == Checkpoint("a", tmp_path / "a").sha256()
    assert one.space.sha256 != other.space.sha256


def test_that_weights_saved_by_torch_load_without_running_code(tmp_path: Path) -> None:
    folder = make_checkpoint(tmp_path / "bin", weights="open_clip_pytorch_model.bin")
    safe = make_checkpoint(tmp_path / "safe")

    from_bin = OpenClipEncoder(Checkpoint("bin", folder)).encode_texts(["dog"])
    from_safe = OpenClipEncoder(Checkpoint("safe", safe)).encode_texts(["dog"])

    np.testing.assert_array_equal(from_bin, from_safe)


class _Trap:
    """What a hostile pickle would do."""

    ran = False

    def __reduce__(self) -> tuple[object, tuple[str, ...]]:
        return exec, (
            "from tests.unit.clip import test_open_clip_encoder as t; t._Trap.ran = True",
        )


def test_that_a_malicious_pickle_never_runs(tmp_path: Path) -> None:
    folder = make_checkpoint(tmp_path / "evil", weights="open_clip_pytorch_model.bin")
    torch.save({"visual.proj": _Trap()}, folder / "open_clip_pytorch_model.bin")

    with pytest.raises(CheckpointError, match="evil"):
        OpenClipEncoder(Checkpoint("evil", folder))

    assert not _Trap.ran


def test_that_damaged_weights_are_an_error_that_names_the_checkpoint(tmp_path: Path) -> None:
    folder = make_checkpoint(tmp_path / "damaged")
    weights = folder / "open_clip_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])

    with pytest.raises(CheckpointError, match="damaged") as caught:
        OpenClipEncoder(Checkpoint("damaged", folder))

    assert "add it again" in caught.value.hint


def test_that_weights_of_another_architecture_are_refused(tmp_path: Path) -> None:
    folder = make_checkpoint(tmp_path / "mixed")
    config = json.loads((folder / "open_clip_config.json").read_text())
    config["model_cfg"] = {**TINY_VIT, "embed_dim": 32}
    (folder / "open_clip_config.json").write_text(json.dumps(config))

    with pytest.raises(CheckpointError):
        OpenClipEncoder(Checkpoint("mixed", folder))


def test_that_the_checkpoints_own_preprocessing_is_used(tmp_path: Path) -> None:
    folder = make_checkpoint(
        tmp_path / "own", mean=[0.5, 0.5, 0.5], std=[0.25, 0.25, 0.25], resize_mode="squash"
    )

    preprocess = OpenClipEncoder(Checkpoint("own", folder)).preprocess

    assert preprocess.mean == (0.5, 0.5, 0.5)
    assert preprocess.resize_mode == "squash"
    assert preprocess.size == 64


def test_that_the_chosen_arithmetic_agrees_with_float32_and_is_remembered(
    tiny: Checkpoint, tmp_path: Path
) -> None:
    memory = PrecisionMemory(tmp_path / "cache" / "precision.toml")
    encoder = OpenClipEncoder(tiny, memory=memory)
    pixels = np.stack([encoder.preprocess.pixels(scene) for scene in _scenes(20)])

    chosen = encoder.encode_images(pixels)
    exact = OpenClipEncoder(tiny).encode_images(pixels)

    assert np.sum(chosen * exact, axis=1).min() >= 0.999
    assert memory.recall(encoder.space.sha256) is encoder.precision
    assert OpenClipEncoder(tiny, memory=memory).precision is encoder.precision


def test_that_arithmetic_that_disagrees_is_not_taken(
    tiny: Checkpoint, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("photofind.clip.precision.LEAST_AGREEMENT", 1.1)
    encoder = OpenClipEncoder(tiny, memory=PrecisionMemory(tmp_path / "precision.toml"))

    encoder.encode_images(np.stack([encoder.preprocess.pixels(scene) for scene in _scenes(16)]))

    assert encoder.precision is Precision.FLOAT32


def test_that_one_picture_is_not_enough_to_measure_with(tiny: Checkpoint, tmp_path: Path) -> None:
    memory = PrecisionMemory(tmp_path / "precision.toml")
    encoder = OpenClipEncoder(tiny, memory=memory)

    encoder.encode_images(encoder.preprocess.pixels(_scenes(1)[0])[np.newaxis])

    assert memory.recall(encoder.space.sha256) is None
    assert memory.recall_rate(encoder.space.sha256) is None


def test_that_the_rate_is_measured_without_photos_and_remembered_with_them(
    tiny: Checkpoint, tmp_path: Path
) -> None:
    memory = PrecisionMemory(tmp_path / "precision.toml")
    encoder = OpenClipEncoder(tiny, memory=memory)
    on_noise = encoder.encodes_per_s
    assert on_noise > 0
    assert memory.recall_rate(encoder.space.sha256) is None

    encoder.encode_images(np.stack([encoder.preprocess.pixels(scene) for scene in _scenes(8)]))

    remembered = memory.recall_rate(encoder.space.sha256)
    assert remembered is not None
    assert remembered == pytest.approx(encoder.encodes_per_s, abs=0.01)
    assert OpenClipEncoder(tiny, memory=memory).encodes_per_s == remembered


def test_that_a_rate_measured_on_a_busy_machine_is_corrected(
    tiny: Checkpoint, tmp_path: Path
) -> None:
    memory = PrecisionMemory(tmp_path / "precision.toml")
    sha256 = tiny.sha256()
    memory.remember(sha256, Precision.FLOAT32, 0.01)
    encoder = OpenClipEncoder(tiny, memory=memory)
    assert encoder.encodes_per_s == 0.01

    encoder.encode_images(np.stack([encoder.preprocess.pixels(scene) for scene in _scenes(8)]))

    assert encoder.encodes_per_s > 0.1
    assert memory.recall_rate(sha256) == pytest.approx(encoder.encodes_per_s, abs=0.01)
    assert memory.recall(sha256) is Precision.FLOAT32


@pytest.mark.parametrize("entry", ['"int8"', '{precision = "int9", encodes_per_s = -1}'])
def test_that_what_was_remembered_in_other_words_is_measured_again(
    tiny: Checkpoint, tmp_path: Path, entry: str
) -> None:
    path = tmp_path / "precision.toml"
    memory = PrecisionMemory(path)
    memory.remember("a" * 64, Precision.INT8, 9.0)
    name = path.read_text().partition("]")[0].lstrip("[")
    path.write_text(f"{name} = {entry}\n")

    assert memory.recall("a" * 64) is None
    assert memory.recall_rate("a" * 64) is None
