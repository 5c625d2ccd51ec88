"""The search models photofind knows, and where each lies on this machine.

Whatever a checkpoint's origin, it is used from a folder that holds the files a model hub delivers:
`open_clip_config.json` and weights (`open_clip_model.safetensors` and the like).
"""

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from photofind.errors import BadInputError, CheckpointError
from photofind.paths import LibraryPaths, resource

EMBEDDED = "photofind-mini"
CONFIG_FILE = "open_clip_config.json"
WEIGHT_FILES = (
    "open_clip_model.safetensors",
    "open_clip_pytorch_model.safetensors",
    "model.safetensors",
    # Loaded with torch's weights_only: arrays, never code.
    "open_clip_pytorch_model.bin",
)
PARTIAL_SUFFIX = ".partial"
_WANTED = {
    CONFIG_FILE, "README.md", "LICENSE", "LICENSE.txt", "tokenizer.json", "tokenizer_config.json",
    "tokenizer.model", "special_tokens_map.json", "vocab.json", "vocab.txt", "merges.txt",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class KnownCheckpoint:
    """A checkpoint photofind recommends.

    Attributes:
        name: "architecture/tag" as open_clip names it.
        repository: On the model hub.
        download_mb: `None` where it ships with photofind.
        falip: Whether attention masks for regions apply to its image encoder.
    """

    name: str
    repository: str | None
    dim: int
    licence: str
    download_mb: int | None
    languages: str
    falip: bool
    summary: str


KNOWN_CHECKPOINTS = (
    KnownCheckpoint(
        EMBEDDED, None, 256, "see its model card", None, "English", True,
        "ships with photofind and works at once; small, so it knows everyday things only",
    ),
    KnownCheckpoint(
        "ViT-B-32-256/datacomp_s34b_b86k", "laion/CLIP-ViT-B-32-256x256-DataComp-s34B-b86K",
        512, "MIT", 605, "English", True, "the one to use: good and quick on any machine",
    ),
    KnownCheckpoint(
        "ViT-B-32-SigLIP2-256/webli", "timm/ViT-B-32-SigLIP2-256",
        768, "Apache-2.0", 1507, "about a hundred", False, "for queries in many languages",
    ),
    KnownCheckpoint(
        "ViT-B-16/datacomp_xl_s13b_b90k", "laion/CLIP-ViT-B-16-DataComp.XL-s13B-b90K",
        512, "MIT", 598, "English", True, "finer regions; about four times slower",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint whose files are on this machine."""

    name: str
    folder: Path

    @property
    def weights(self) -> Path:
        for name in WEIGHT_FILES:
            if (self.folder / name).is_file():
                return self.folder / name
        raise CheckpointError(
            f"The search model '{self.name}' has no weights in {self.folder}.",
            f"Put one of {', '.join(WEIGHT_FILES)} there, or add the search model again.",
        )

    @property
    def weights_bytes(self) -> int:
        return self.weights.stat().st_size

    def sha256(self) -> str:
        """Of the weights, read anew: what was measured is what gets loaded."""
        with self.weights.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def config(self) -> dict[str, object]:
        """The parsed `open_clip_config.json`."""
        path = self.folder / CONFIG_FILE
        try:
            config = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise CheckpointError(
                f"The search model '{self.name}' has no readable {CONFIG_FILE} in {self.folder}.",
                "Add the search model again, with all the files its page offers.",
            ) from error
        if not isinstance(config, dict) or "model_cfg" not in config:
            raise CheckpointError(
                f"{path} does not describe a search model ('model_cfg' is missing).",
                "Use the open_clip_config.json that belongs to the weights.",
            )
        return config


class CheckpointShelf:
    """The checkpoints on this machine: the embedded one, and those added to a library."""

    def __init__(self, paths: LibraryPaths) -> None:
        self._folder = paths.checkpoints

    def find(self, name: str) -> Checkpoint:
        """A checkpoint by name, or any folder as `local-dir:PATH`; raises `CheckpointError`."""
        if name.startswith("local-dir:"):
            return _checked(Checkpoint(name, Path(name.removeprefix("local-dir:")).absolute()))
        folder = self._place(name)
        if folder.is_dir():
            return _checked(Checkpoint(name, folder))
        known = next((known for known in KNOWN_CHECKPOINTS if known.name == name), None)
        if known is not None and known.repository is not None:
            raise CheckpointError(
                f"The search model '{name}' is not on this machine yet.",
                f"Run: photofind checkpoints download {name} ({known.download_mb} MB). Or get "
                f"the files of '{known.repository}' from the model hub yourself and run: "
                "photofind checkpoints add FOLDER",
            )
        names = ", ".join(checkpoint.name for checkpoint in self)
        raise CheckpointError(
            f"There is no search model named '{name}'.",
            f"On this machine: {names}. 'photofind checkpoints list' shows all.",
        )

    def __iter__(self) -> Iterator[Checkpoint]:
        yield Checkpoint(EMBEDDED, self._place(EMBEDDED))
        if self._folder.is_dir():
            for config in sorted(self._folder.glob(f"*/{CONFIG_FILE}")):
                if config.parent.suffix == PARTIAL_SUFFIX:
                    continue
                yield Checkpoint(config.parent.name.replace("__", "/"), config.parent)

    def add(self, source: Path, name: str | None = None) -> Checkpoint:
        """Copies a folder in a hub's layout, or a weights file beside its config, to the library.

        Args:
            source: Never changed, and no longer needed afterwards.
            name: By default the recommended name whose repository the folder is named after,
                else the folder's own name.
        """
        folder = source if source.is_dir() else source.parent
        if not source.exists():
            raise BadInputError(f"There is nothing at {source}.", "Check the path.")
        if source.is_file() and source.name not in WEIGHT_FILES:
            raise BadInputError(
                f"{source.name} is not a weights file photofind loads.",
                f"It takes {', '.join(WEIGHT_FILES)} with {CONFIG_FILE} beside it.",
            )
        name = name or _name_for(folder)
        found = _checked(Checkpoint(name, folder.absolute()))
        partial = self.partial(name)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        for path in found.folder.iterdir():
            if path.name in _WANTED or path == found.weights:
                shutil.copyfile(path, partial / path.name)
        return self.adopt(name, partial)

    def partial(self, name: str) -> Path:
        """Where a checkpoint's files are gathered before it counts as being here."""
        if name == EMBEDDED or self._place(name).is_dir():
            raise BadInputError(
                f"A search model named '{name}' is there already.",
                f"Use it: photofind checkpoints use {name}",
            )
        place = self._place(name)
        return place.with_name(place.name + PARTIAL_SUFFIX)

    def adopt(self, name: str, partial: Path) -> Checkpoint:
        """Makes the complete files gathered in `partial(name)` a checkpoint."""
        _checked(Checkpoint(name, partial))
        place = self._place(name)
        partial.rename(place)
        return Checkpoint(name, place)

    def _place(self, name: str) -> Path:
        if name == EMBEDDED:
            return resource("checkpoints") / EMBEDDED
        return self._folder / name.replace("/", "__")


def _name_for(folder: Path) -> str:
    for known in KNOWN_CHECKPOINTS:
        if known.repository and folder.name in (
            known.repository.split("/")[1],
            known.name.replace("/", "__"),
        ):
            return known.name
    return folder.name


def _checked(checkpoint: Checkpoint) -> Checkpoint:
    if not checkpoint.folder.is_dir():
        raise CheckpointError(
            f"The folder {checkpoint.folder} of the search model is not there.", "Check the path."
        )
    checkpoint.config()
    _ = checkpoint.weights
    return checkpoint
