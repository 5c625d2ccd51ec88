"""Makes the ONNX graph of a checkpoint's text tower, see `photofind.clip.onnx_text`.

    python -m photofind.clip.onnx_export FOLDER

Exported are the towers whose texts are cut short (`photofind.clip.text`) and whose tokens
`photofind.clip.tokenizer` makes, with their weights in safetensors: nearly every CLIP. For all
others torch embeds text, as it does pictures.
"""

import hashlib
import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from open_clip.tokenizer import SimpleTokenizer
from safetensors import safe_open
from torch import nn

from photofind.atomic_files import write_file
from photofind.clip.checkpoints import Checkpoint
from photofind.clip.onnx_text import ABOUT, EMBEDDINGS, TOKENS, TextTower
from photofind.clip.open_clip_encoder import OpenClipEncoder, load_model
from photofind.clip.text import encode_short, is_causal
from photofind.errors import CheckpointError

LEAST_AGREEMENT = 0.9999
"""Cosine to torch's embedding that every sample text must reach."""

SAMPLES = (
    "a dog",
    "a photo of two children on a beach at sunset",
    "Überraschung! “Kölner Dom”, 1987",
    "x " * 200,
)

_LARGE = 1024
"""Numbers of a tensor from which on it is borrowed."""
_MOST_OWN_BYTES = 1_000_000
_TYPES = {
    "F32": onnx.TensorProto.FLOAT,
    "F16": onnx.TensorProto.FLOAT16,
    "BF16": onnx.TensorProto.BFLOAT16,
}

_log = logging.getLogger(__name__)


class NotExportableError(Exception):
    """This checkpoint's text tower stays with torch; the message says why."""


def export_text_tower(checkpoint: Checkpoint) -> None:
    """Write the graph into the checkpoint's folder, unless it is there.

    Raises:
        CheckpointError: The checkpoint cannot be loaded.
        NotExportableError: Its text tower is not for ONNX.
        OSError: The graph cannot be written.
    """
    sha256 = checkpoint.sha256()
    path = checkpoint.text_graph(sha256)
    if path.is_file():
        return
    model, tokenizer = load_model(checkpoint)
    _raise_unless_exportable(checkpoint, model, tokenizer)
    graph = _graph(model)
    _borrow(graph, checkpoint.weights)
    reference = OpenClipEncoder(checkpoint)
    about = {
        "context_length": tokenizer.context_length,
        "preprocess": asdict(reference.preprocess),
    }
    graph.metadata_props.add(key=ABOUT, value=json.dumps(about))
    write_file(path, graph.SerializeToString(), durable=True)
    found = TextTower(checkpoint, path).encode(SAMPLES)
    agreement = float((found * reference.encode_texts(SAMPLES)).sum(axis=1).min())
    _log.info("%s: its graph agrees to %.5f", checkpoint.name, agreement)
    if not agreement >= LEAST_AGREEMENT:
        path.unlink()
        raise NotExportableError(f"the graph agrees with torch to {agreement:.5f} only")


def _raise_unless_exportable(checkpoint: Checkpoint, model: Any, tokenizer: Any) -> None:
    if checkpoint.weights.suffix != ".safetensors":
        raise NotExportableError("its weights are not in safetensors")
    if not is_causal(model):
        raise NotExportableError("its text tower is not a causal one of open_clip's own")
    ordinary = SimpleTokenizer(context_length=tokenizer.context_length)
    if not isinstance(tokenizer, SimpleTokenizer) or any(
        getattr(tokenizer, name) != getattr(ordinary, name)
        for name in ("encoder", "bpe_ranks", "clean_fn", "reduction_fn")
    ):
        raise NotExportableError("its tokenizer is not CLIP's")


class _TextTower(nn.Module):
    """Tokens (N, L) → embeddings of length one (N, dim)."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return nn.functional.normalize(encode_short(self.model, tokens).float(), dim=-1)


def _graph(model: Any) -> onnx.ModelProto:
    sizes = {0: torch.export.Dim("texts"), 1: torch.export.Dim("length", max=model.context_length)}
    program = torch.onnx.export(
        _TextTower(model).eval(),
        (torch.ones((2, 5), dtype=torch.int64),),
        dynamo=True,
        input_names=[TOKENS],
        output_names=[EMBEDDINGS],
        dynamic_shapes=(sizes,),
        verbose=False,
    )
    assert program is not None
    graph = program.model_proto
    # What the exporter notes for its own authors: source code, and where it lies on this machine.
    for part in (graph.graph, *graph.graph.node):
        part.ClearField("doc_string")
        part.ClearField("metadata_props")
    graph.graph.ClearField("value_info")
    return graph


@dataclass(frozen=True, slots=True)
class _Stored:
    """A tensor in the weights file.

    Attributes:
        transposed: The graph takes it the other way round.
    """

    kind: int
    shape: tuple[int, ...]
    offset: int
    length: int
    transposed: bool


def _borrow(model: onnx.ModelProto, weights: Path) -> None:
    """Replace large tensors by places in the weights file, see [Note: borrowed weights]."""
    stored = dict(_stored(weights))
    graph = model.graph
    own_bytes = 0
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        found = stored.get(_key(values)) if values.size >= _LARGE else None
        if found is None:
            own_bytes += values.nbytes
            continue
        nodes = _borrowed(tensor, found, weights.name)
        for node in reversed(nodes):
            graph.node.insert(0, node)
    if own_bytes > _MOST_OWN_BYTES:
        raise NotExportableError("it computes with other weights than those it stores")


def _borrowed(tensor: onnx.TensorProto, found: _Stored, file: str) -> list[onnx.NodeProto]:
    """Let a tensor lie in a file; return what makes of it what it was."""
    wanted = tensor.name
    steps: list[tuple[str, dict[str, Any]]] = []
    if found.kind != onnx.TensorProto.FLOAT:
        steps.append(("Cast", {"to": onnx.TensorProto.FLOAT}))
    if found.transposed:
        steps.append(("Transpose", {"perm": [1, 0]}))
    names = [wanted if at == len(steps) else f"{wanted}/{at}" for at in range(len(steps) + 1)]
    tensor.Clear()
    tensor.name, tensor.data_type = names[0], found.kind
    tensor.dims.extend(found.shape)
    tensor.data_location = onnx.TensorProto.EXTERNAL
    place = {"location": file, "offset": str(found.offset), "length": str(found.length)}
    for key, value in place.items():
        tensor.external_data.add(key=key, value=value)
    return [
        onnx.helper.make_node(kind, [names[at]], [names[at + 1]], **options)
        for at, (kind, options) in enumerate(steps)
    ]


def _stored(weights: Path) -> Iterator[tuple[bytes, _Stored]]:
    """Yield the large tensors of a safetensors file, both ways round, by `_key`."""
    with weights.open("rb") as file:
        # The format: a length of eight bytes, a header in JSON, the tensors.
        header_bytes = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(header_bytes))
    with safe_open(weights, framework="pt") as tensors:
        for name in tensors.keys():  # noqa: SIM118 - not a mapping
            begin, end = header[name]["data_offsets"]
            kind = _TYPES.get(header[name]["dtype"])
            shape = tuple(header[name]["shape"])
            if kind is None or np.prod(shape) < _LARGE:
                continue
            values = tensors.get_tensor(name).float().numpy()
            offset = 8 + header_bytes + begin
            yield _key(values), _Stored(kind, shape, offset, end - begin, transposed=False)
            if len(shape) == 2:
                stored = _Stored(kind, shape, offset, end - begin, transposed=True)
                yield _key(np.ascontiguousarray(values.T)), stored


def _key(values: NDArray[Any]) -> bytes:
    """Tell tensors apart by shape and content."""
    return hashlib.blake2b(repr(values.shape).encode() + values.tobytes()).digest()


def main() -> int | str:
    """Export the checkpoint in a folder; return why not."""
    folder = Path(sys.argv[1]).absolute()
    try:
        export_text_tower(Checkpoint(folder.name, folder))
    except (NotExportableError, CheckpointError, OSError) as error:
        return str(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
