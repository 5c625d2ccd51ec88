"""Embeds text by a checkpoint's ONNX graph, in a fifth of a second from nothing.

[Note: borrowed weights] The graph is a small file beside the weights, which
`photofind.clip.onnx_export` makes. Its tensors are places in the safetensors file: nothing is
stored twice. Its name holds the hash of those weights, so that it never meets others.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import onnxruntime

from photofind.clip.checkpoints import EMBEDDED, Checkpoint
from photofind.clip.preprocess import PREPROCESS_VERSION, Preprocess
from photofind.clip.tokenizer import ClipTokenizer
from photofind.domain import Embeddings, EmbeddingSpace
from photofind.errors import CheckpointError

TOKENS: Final = "tokens"
EMBEDDINGS: Final = "embeddings"
ABOUT: Final = "photofind"
"""The graph's metadata: JSON with the context length, and the preprocessing of pictures."""

_QUIET = 3


class TextTower:
    """A graph, of weights that nobody has verified yet.

    Args:
        graph: See [Note: borrowed weights].
        threads: Of this tower; as many as there are cores by default.

    Attributes:
        preprocess: Of the checkpoint's image tower, which is not here.

    Raises:
        CheckpointError: The graph is damaged, or of other weights.
    """

    def __init__(self, checkpoint: Checkpoint, graph: Path, *, threads: int | None = None) -> None:
        self.checkpoint = checkpoint
        options = onnxruntime.SessionOptions()
        options.log_severity_level = _QUIET
        # Threads that wait for more texts must not keep a core busy.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        if threads is not None:
            options.intra_op_num_threads = threads
        self._session = _session(checkpoint, graph, options)
        about = json.loads(self._session.get_modelmeta().custom_metadata_map[ABOUT])
        self._tokenizer = ClipTokenizer(about["context_length"])
        self.preprocess = _preprocess(about["preprocess"])

    @property
    def dim(self) -> int:
        return int(self._session.get_outputs()[0].shape[1])

    def encode(self, texts: Sequence[str]) -> Embeddings:
        """Embed texts: N texts → (N, dim), each cut at the checkpoint's context length."""
        embeddings: Embeddings
        (embeddings,) = self._session.run([EMBEDDINGS], {TOKENS: self._tokenizer(texts)})
        return embeddings


class OnnxTextEncoder:
    """A text tower without torch; any thread may use it.

    Args:
        tower: Whose graph is that of the weights.
        sha256: Of the weights.
    """

    def __init__(self, tower: TextTower, sha256: str) -> None:
        self._tower = tower
        name = tower.checkpoint.name
        self.space = EmbeddingSpace(name, sha256, PREPROCESS_VERSION, tower.dim)

    @property
    def preprocess(self) -> Preprocess:
        return self._tower.preprocess

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embed texts: N texts → (N, dim), each cut at the checkpoint's context length."""
        return self._tower.encode(texts)


def _session(
    checkpoint: Checkpoint, graph: Path, options: onnxruntime.SessionOptions
) -> onnxruntime.InferenceSession:
    try:
        return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # (its errors have no class of their own in common)
        raise CheckpointError(
            f"The search model '{checkpoint.name}' is damaged: {graph.name} cannot be used.",
            "Install photofind again."
            if checkpoint.name == EMBEDDED
            else f"Delete {graph}; photofind does without it.",
        ) from error


def _preprocess(fields: dict[str, Any]) -> Preprocess:
    return Preprocess(**fields | {name: tuple(fields[name]) for name in ("mean", "std")})
