"""The search models photofind knows, and where each lies on this machine.

Whatever a checkpoint's origin, it is used from a folder that holds the files a model hub delivers:
`open_clip_config.json` and weights (`open_clip_model.safetensors` and the like).
"""

import hashlib
import json
import logging
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from photofind.atomic_files import PARTIAL_SUFFIX
from photofind.domain import EmbeddingSpace
from photofind.errors import BadInputError, CheckpointError
from photofind.paths import LibraryPaths, resource

EMBEDDED = "photofind-mini"
CONFIG_FILE = "open_clip_config.json"
_TEXT_GRAPH = "photofind_text_"
WEIGHT_FILES = (
    "open_clip_model.safetensors",
    "open_clip_pytorch_model.safetensors",
    "model.safetensors",
    # Loaded with torch's weights_only: arrays, never code.
    "open_clip_pytorch_model.bin",
)
_WANTED = {
    CONFIG_FILE, "README.md", "LICENSE", "LICENSE.txt", "tokenizer.json", "tokenizer_config.json",
    "tokenizer.model", "special_tokens_map.json", "vocab.json", "vocab.txt", "merges.txt",
}  # fmt: skip
_LEGAL = " !#$&'()+,;=@[]^{}"
"""What Windows allows in a folder's name, beside letters, digits and `_.-~`."""
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(\.|$)", re.IGNORECASE)
"""Names that Windows keeps for devices, whatever comes after a dot."""
_AMBIGUOUS = re.compile("^_|_$|(?<=_)_")
"""Underscores that would be read as a slash, which is written as two."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KnownCheckpoint:
    """A checkpoint photofind recommends.

    Attributes:
        name: "architecture/tag" as open_clip names it.
        repository: On the model hub.
        download_mb: `None` where it ships with photofind.
        falip: Whether attention masks for regions apply to its image encoder.
        sha256: Of its `open_clip_model.safetensors`; `None` where photofind does not know it.
    """

    name: str
    repository: str | None
    dim: int
    licence: str
    download_mb: int | None
    languages: str
    falip: bool
    summary: str
    sha256: str | None = None


KNOWN_CHECKPOINTS = (
    KnownCheckpoint(
        EMBEDDED, None, 256, "see its model card", None, "English", True,
        "ships with photofind and works at once; small, so it knows everyday things only",
        "4090fc207c9357d32e0efa0d7242a22feb9dadf15662651dedbbf70c5cc674a8",
    ),
    KnownCheckpoint(
        "ViT-B-32-256/datacomp_s34b_b86k", "laion/CLIP-ViT-B-32-256x256-DataComp-s34B-b86K",
        512, "MIT", 605, "English", True, "the one to use: good and quick on any machine",
        # Of revision 4afec35ffe57a943d569ff7ee888061830164da8, 605,189,364 bytes.
        "92c26d60d3200ed5ed040dff31a8d19f8140648da8007216c25744c478deef27",
    ),
    KnownCheckpoint(
        "ViT-B-32-SigLIP2-256/webli", "timm/ViT-B-32-SigLIP2-256",
        768, "Apache-2.0", 1507, "about a hundred", False, "for queries in many languages",
    ),
    KnownCheckpoint(
        "ViT-B-16-SigLIP2/webli", "timm/ViT-B-16-SigLIP2",
        768, "Apache-2.0", 1501, "about a hundred", False,
        "finds more than the one for many languages; about three times slower",
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
        """Hash the weights, read anew: what was measured is what gets loaded.

        Raises:
            CheckpointError: They cannot be read, or are not those that photofind knows under this
                name.
        """
        weights = self.weights
        try:
            with weights.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise CheckpointError(
                f"The weights of the search model '{self.name}' cannot be read: {error.strerror}.",
                f"See that the disk of {weights.parent} can be read, and try again.",
            ) from error
        known = _known(self.name)
        if (
            weights.name == WEIGHT_FILES[0]
            and known is not None
            and known.sha256 not in (None, sha256)
        ):
            raise CheckpointError(
                f"The weights of the search model '{self.name}' are damaged, or not its own.",
                "Install photofind again."
                if self.name == EMBEDDED
                else "Download it again; one of your own needs a folder of another name.",
            )
        return sha256

    def text_graph(self, sha256: str) -> Path:
        """Name the ONNX graph of its text tower with these weights, whether it is there or not."""
        return self.folder / f"{_TEXT_GRAPH}{sha256[:16]}.onnx"

    def text_graphs(self) -> list[Path]:
        """List the graphs that are there: one, or more where the weights were replaced."""
        return sorted(self.folder.glob(f"{_TEXT_GRAPH}*.onnx"))

    def config(self) -> dict[str, object]:
        """Parse `open_clip_config.json`."""
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
        """Find a checkpoint by name, or any folder as `local-dir:PATH`.

        Raises:
            CheckpointError: It is not on this machine, or incomplete.
        """
        if name.startswith("local-dir:"):
            return _checked(Checkpoint(name, Path(name.removeprefix("local-dir:")).absolute()))
        folder = self._place(name)
        if folder.is_dir():
            return _checked(Checkpoint(name, folder))
        known = _known(name)
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
        for folder in self._folders():
            yield Checkpoint(_name_of(folder), folder)

    def add(self, source: Path, name: str | None = None) -> Checkpoint:
        """Copy a folder in a hub's layout, or a weights file beside its config, to the library.

        Args:
            source: Never changed, and no longer needed afterwards.
            name: By default the recommended name whose repository the folder is named after,
                else the folder's own name.

        Raises:
            BadInputError: It is not there, nothing photofind loads, or here already.
            CheckpointError: It is incomplete or damaged, or the disk has no room for it.
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
        try:
            with disk_errors():
                partial.mkdir(parents=True)
                for path in found.folder.iterdir():
                    if path.name in _WANTED or path == found.weights:
                        shutil.copyfile(path, partial / path.name)
        except CheckpointError:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        return self.adopt(name, partial)

    def partial(self, name: str) -> Path:
        """Name the folder where a checkpoint's files are gathered before it counts as here."""
        if name == EMBEDDED or self._place(name).is_dir():
            raise BadInputError(
                f"A search model named '{name}' is there already.",
                f"Use it: photofind checkpoints use {name}",
            )
        place = self._place(name)
        return place.with_name(place.name + PARTIAL_SUFFIX)

    def adopt(self, name: str, partial: Path) -> Checkpoint:
        """Make the complete files gathered in `partial(name)` a checkpoint.

        Raises:
            CheckpointError: They are incomplete, or not what photofind knows under this name, and
                are removed; or the folder cannot be renamed.
        """
        known = _known(name)
        try:
            checkpoint = _checked(Checkpoint(name, partial))
            if known is not None and known.sha256 is not None:
                checkpoint.sha256()
        except CheckpointError:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        place = self._place(name)
        with disk_errors():
            partial.rename(place)
        _log.info("Added the search model %s", name)
        return Checkpoint(name, place)

    def _place(self, name: str) -> Path:
        if name == EMBEDDED:
            return resource("checkpoints") / EMBEDDED
        # Earlier versions wrote names as they are, with characters that are not legal everywhere.
        present = (folder for folder in self._folders() if _name_of(folder) == name)
        return next(present, self._folder / _folder_name(name))

    def _folders(self) -> list[Path]:
        """List the folders of complete checkpoints."""
        if not self._folder.is_dir():
            return []
        folders = sorted(config.parent for config in self._folder.glob(f"*/{CONFIG_FILE}"))
        return [folder for folder in folders if folder.suffix != PARTIAL_SUFFIX]


def changed_since(space: EmbeddingSpace, hint: str) -> CheckpointError:
    """Make the error for a checkpoint that has other weights now than those of a space."""
    return CheckpointError(
        f"The search model '{space.checkpoint}' has changed since the photos were indexed.", hint
    )


@contextmanager
def disk_errors() -> Iterator[None]:
    """Raise `CheckpointError` where a search model cannot be written."""
    try:
        yield
    except OSError as error:
        raise CheckpointError(
            f"The search model could not be written: {error.strerror}.",
            "See that the disk of the library has room and can be written, and try again.",
        ) from error


def _known(name: str) -> KnownCheckpoint | None:
    return next((known for known in KNOWN_CHECKPOINTS if known.name == name), None)


def _folder_name(name: str) -> str:
    """Encode a name so that it is legal as a folder's on every system; see `_name_of`."""
    parts = [_AMBIGUOUS.sub("%5F", quote(part, safe=_LEGAL)) for part in name.split("/")]
    joined = "__".join(parts)
    if _DEVICE.match(joined):
        joined = _escaped(joined[0]) + joined[1:]
    return joined if joined[-1:] not in (".", " ") else joined[:-1] + _escaped(joined[-1])


def _escaped(character: str) -> str:
    return f"%{ord(character):02X}"


def _name_of(folder: Path) -> str:
    return unquote(folder.name.replace("__", "/"))


def _name_for(folder: Path) -> str:
    for known in KNOWN_CHECKPOINTS:
        repository = known.repository and known.repository.split("/")[1]
        if folder.name == repository or _name_of(folder) == known.name:
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
