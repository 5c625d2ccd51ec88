"""Graphs on disk: written atomically, verified before they are loaded.

[Note: generations] A graph is written under a unique name, its size compared with the expected one
(hnswlib ignores a full disk), flushed, and then described by a manifest, whose rename commits the
generation. Older generations are deleted after that. Loading verifies everything: the manifest's
own checksum, the graph's size and checksum, and the embedding space. A generation that fails a
check counts as absent, since it can be rebuilt from the store.

Any process may write, readers of a library too. A file lock excludes a second writer, which gives
up; unique names keep writers apart where file locks do not work.
"""

import json
import logging
import secrets
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import filelock
import numpy as np

from photofind.atomic_files import PARTIAL_SUFFIX, replacing, write_file
from photofind.domain import EmbeddingSpace
from photofind.vectors.graph import Graph, GraphParameters

FORMAT_VERSION = 1

_GRAPH, _MANIFEST = ".hnsw", ".json"
_READ_BYTES = 1 << 20

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Manifest:
    """Describes a graph file, to verify it by.

    Attributes:
        space_sha256: Of the weights of the embeddings' checkpoint.
        count: Nodes, that is distinct vectors.
        digest: CRC-32 of the nodes' hashes, ascending: identifies the vectors.
        hidden: Nodes to be scored exactly, see [Note: hidden nodes] in graph.py.
        recall: As measured when the graph was built, 0-1.
        size: Of the graph file, in bytes.
        checksum: CRC-32 of the graph file; any damage within four bytes changes it.
    """

    format_version: int
    space_sha256: str
    preprocess_version: int
    dim: int
    count: int
    m: int
    ef_construction: int
    ef_search: int
    digest: int
    hidden: tuple[int, ...]
    recall: float
    size: int
    checksum: int

    def is_for(self, space: EmbeddingSpace) -> bool:
        """Return whether the graph is of a space, in the current format."""
        return (self.format_version, self.space_sha256, self.preprocess_version, self.dim) == (
            FORMAT_VERSION,
            space.sha256,
            space.preprocess_version,
            space.dim,
        )


class Generations:
    """The saved graphs in one folder, of which the newest is kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, space: EmbeddingSpace) -> Graph | None:
        """Load the newest undamaged graph of a space, or `None`; reads the file twice."""
        for path, manifest in self._manifests(space):
            graph = _load(path.with_suffix(_GRAPH), manifest)
            if graph is not None:
                return graph
            _log.warning("The search index %s is damaged and will be made again.", path)
        return None

    def latest_manifest(self, space: EmbeddingSpace) -> Manifest | None:
        """Read the newest manifest of a space, or `None`; its graph is not verified."""
        return next((manifest for _, manifest in self._manifests(space)), None)

    def save(self, graph: Graph, space: EmbeddingSpace, recall: float) -> bool:
        """Save a graph as the only one; `False` if the disk or another writer prevent it."""
        name = f"{time.time_ns():020}-{secrets.token_hex(4)}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with filelock.FileLock(self._folder / "lock", timeout=0):
                kept = self._newest()
                try:
                    self._write(name, graph, space, recall)
                    kept = name
                finally:
                    self._remove_all_but(kept)
        except filelock.Timeout:
            return False
        except OSError as error:
            _log.warning("The search index could not be saved in %s: %s", self._folder, error)
            return False
        return True

    def _write(self, name: str, graph: Graph, space: EmbeddingSpace, recall: float) -> None:
        path = self._folder / (name + _GRAPH)
        with replacing(path, durable=True) as partial:
            expected = graph.save(partial)
            size = partial.stat().st_size
            if size != expected:
                raise OSError(f"{size:,} of {expected:,} bytes were written; is the disk full?")
            manifest = _describe(graph, space, recall, size, _checksum(partial))
        write_file(path.with_suffix(_MANIFEST), sealed(asdict(manifest)).encode(), durable=True)

    def discard(self) -> None:
        """Delete all generations, for a graph whose recall is too low."""
        with suppress(OSError), filelock.FileLock(self._folder / "lock", timeout=0):
            self._remove_all_but(None)

    def _newest(self) -> str | None:
        """Return the name of the last complete generation, which a failed save keeps."""
        for path in self._paths():
            if path.with_suffix(_GRAPH).is_file():
                return path.stem
        return None

    def _remove_all_but(self, kept: str | None) -> None:
        """Delete manifests first: a graph without one counts as absent."""
        for ending in (_MANIFEST, PARTIAL_SUFFIX, _GRAPH):
            for path in self._folder.glob("*" + ending):
                if path.suffix == PARTIAL_SUFFIX or path.stem != kept:
                    # Windows refuses to delete a file that another process reads.
                    with suppress(OSError):
                        path.unlink()

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob("*" + _MANIFEST), reverse=True)

    def _manifests(self, space: EmbeddingSpace) -> Iterator[tuple[Path, Manifest]]:
        for path in self._paths():
            manifest = _from_json(path)
            if manifest is not None and manifest.is_for(space):
                yield path, manifest


def _describe(
    graph: Graph, space: EmbeddingSpace, recall: float, size: int, checksum: int
) -> Manifest:
    return Manifest(
        format_version=FORMAT_VERSION,
        space_sha256=space.sha256,
        preprocess_version=space.preprocess_version,
        dim=space.dim,
        count=len(graph),
        m=graph.parameters.m,
        ef_construction=graph.parameters.ef_construction,
        ef_search=graph.parameters.ef_search,
        digest=_digest(graph),
        hidden=tuple(int(node) for node in graph.hidden),
        recall=recall,
        size=size,
        checksum=checksum,
    )


def _load(path: Path, manifest: Manifest) -> Graph | None:
    """Load a graph; `None` if anything differs from the manifest."""
    try:
        if path.stat().st_size != manifest.size or _checksum(path) != manifest.checksum:
            return None
        parameters = GraphParameters(manifest.m, manifest.ef_construction, manifest.ef_search)
        hidden = np.array(manifest.hidden, np.uint64)
        graph = Graph.load(path, manifest.dim, parameters, hidden)
    except (OSError, RuntimeError):
        # Another process replaced it, or hnswlib cannot read it.
        return None
    if len(graph) != manifest.count or _digest(graph) != manifest.digest:
        return None
    return graph


def sealed(body: dict[str, Any]) -> str:
    """Write a body of JSON values with its checksum."""
    return json.dumps({**body, "manifest_checksum": _checksum_of(body)}, indent=1) + "\n"


def unsealed(written: str) -> dict[str, Any]:
    """Parse what `sealed` wrote; raises `ValueError` if it is damaged."""
    try:
        body: dict[str, Any] = json.loads(written)
        intact = body.pop("manifest_checksum") == _checksum_of(body)
    except (KeyError, TypeError, AttributeError, RecursionError):
        intact = False
    if not intact:
        raise ValueError("the manifest is damaged")
    return body


def _from_json(path: Path) -> Manifest | None:
    """Parse a manifest; `None` if it is absent, damaged, or of a later photofind."""
    try:
        body = unsealed(path.read_text("utf-8"))
        return Manifest(**{**body, "hidden": tuple(body["hidden"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _checksum_of(body: dict[str, Any]) -> int:
    return zlib.crc32(json.dumps(body, sort_keys=True).encode())


def _digest(graph: Graph) -> int:
    return zlib.crc32(graph.nodes.astype("<u8").tobytes())


def _checksum(path: Path) -> int:
    checksum = 0
    with path.open("rb") as file:
        while block := file.read(_READ_BYTES):
            checksum = zlib.crc32(block, checksum)
    return checksum
