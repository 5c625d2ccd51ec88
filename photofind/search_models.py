"""Search models a person can choose from: what each is for, and how to get it."""

import importlib.util
import json
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from photofind.cancel import CancelToken
from photofind.clip.checkpoints import (
    EMBEDDED,
    KNOWN_CHECKPOINTS,
    WEIGHT_FILES,
    CheckpointShelf,
    KnownCheckpoint,
)
from photofind.clip.loading import export_graph
from photofind.errors import CheckpointError
from photofind.paths import LibraryPaths


@dataclass(frozen=True, slots=True)
class _Words:
    """What the window says of a recommended one."""

    title: str
    languages: str
    note: str


WORDS = {
    EMBEDDED: _Words("Built in – works now", "English", "Small: knows everyday things only."),
    "ViT-B-32-256/datacomp_s34b_b86k": _Words(
        "Better – English", "English", "The one to use: good, and quick on any computer."
    ),
    "ViT-B-32-SigLIP2-256/webli": _Words(
        "Better – many languages",
        "About a hundred languages",
        "Understands what you type in your own language.",
    ),
    "ViT-B-16-SigLIP2/webli": _Words(
        "Best – many languages",
        "About a hundred languages",
        "Finds more; reads photos about three times slower.",
    ),
    "ViT-B-16/datacomp_xl_s13b_b90k": _Words(
        "Finer regions", "English", "Sees small things better; about four times slower."
    ),
}
_COMMERCIAL = {"MIT": True, "Apache-2.0": True}
"""What the licences say of commercial use; of others photofind knows nothing."""

_RESEARCH = {EMBEDDED}
"""Those whose training material may be used for research only, by their own cards."""

_MULTILINGUAL = {"ViT-B-32-SigLIP2-256/webli", "ViT-B-16-SigLIP2/webli"}
"""Their words are cut up by a library that is an optional part of photofind."""


@dataclass(frozen=True, slots=True)
class SearchModel:
    """A search model as people choose it.

    Attributes:
        name: As the settings have it.
        title: What it is for, in a few words; the name where photofind does not know it.
        download_bytes: `None` where there is nothing to download.
        licence: Its short name; empty where photofind does not know it.
        languages: In which one can search; empty where photofind does not know.
        note: A sentence.
        present: Whether its files are on this computer.
        embedded: Whether it came with photofind.
        commercial: Whether its licence allows commercial use; `None` where it is not known.
        downloaded_bytes: What an interrupted download has left to go on with.
        missing: What must be installed before it can be used; empty where nothing.
    """

    name: str
    title: str
    download_bytes: int | None
    licence: str
    languages: str
    note: str
    present: bool
    embedded: bool
    commercial: bool | None = None
    downloaded_bytes: int = 0
    missing: str = ""


def search_models(paths: LibraryPaths) -> list[SearchModel]:
    """List those photofind recommends, in its order, then others that are on this computer."""
    shelf = CheckpointShelf(paths)
    present = [checkpoint.name for checkpoint in shelf]
    known = [_known(checkpoint, present, shelf) for checkpoint in KNOWN_CHECKPOINTS]
    names = {model.name for model in known}
    return known + [_own(name) for name in present if name not in names]


def download_model(
    paths: LibraryPaths,
    name: str,
    progress: Callable[[int, int | None], None],
    cancel: CancelToken,
    endpoint: str | None = None,
) -> SearchModel:
    """Fetch one from the model hub; go on where an earlier try was stopped.

    Args:
        progress: Called with the bytes that are here and all there will be; on another thread.
        cancel: Stops at once; what is here is kept.
        endpoint: Of the hub; by default the public one, or HF_ENDPOINT.

    Raises:
        CheckpointError: It could not be fetched or kept.
        BadInputError: There is none of that name, or it is here already.
        CancelledError: Asked to stop.
    """
    # Nothing else needs the network, nor the time its libraries take to import.
    from photofind.clip.download import HubError, download

    try:
        download(CheckpointShelf(paths), name, endpoint, progress=progress, cancel=cancel)
    except HubError as error:
        raise CheckpointError(
            error.message,
            "Check the connection and try again; it goes on where it stopped. "
            "Or use a file you have.",
        ) from error
    return _made_ready(paths, name)


def add_model(paths: LibraryPaths, source: Path) -> SearchModel:
    """Copy one into the library: a folder as a model hub delivers it, or its weights file.

    Raises:
        CheckpointError: It is incomplete or damaged.
        BadInputError: It is not there, nothing photofind loads, or here already.
    """
    folder = source if source.is_dir() else source.parent
    for weights in WEIGHT_FILES:
        if (folder / weights).is_file():
            _check_weights(folder / weights)
            break
    return _made_ready(paths, CheckpointShelf(paths).add(source).name)


def _made_ready(paths: LibraryPaths, name: str) -> SearchModel:
    export_graph(CheckpointShelf(paths).find(name))
    (found,) = [model for model in search_models(paths) if model.name == name]
    return found


def _known(checkpoint: KnownCheckpoint, present: list[str], shelf: CheckpointShelf) -> SearchModel:
    here = checkpoint.name in present
    mb = checkpoint.download_mb
    model = SearchModel(
        name=checkpoint.name,
        title=WORDS[checkpoint.name].title,
        download_bytes=None if mb is None else mb * 1_000_000,
        licence="" if checkpoint.name in _RESEARCH else checkpoint.licence,
        languages=WORDS[checkpoint.name].languages,
        note=WORDS[checkpoint.name].note,
        present=here,
        embedded=checkpoint.name == EMBEDDED,
        commercial=False if checkpoint.name in _RESEARCH else _COMMERCIAL[checkpoint.licence],
    )
    if checkpoint.name in _MULTILINGUAL and importlib.util.find_spec("transformers") is None:
        model = replace(model, missing="pip install 'photofind[multilingual]'")
    if not here:
        model = replace(model, downloaded_bytes=_size_of(shelf.partial(checkpoint.name)))
    return model


def _own(name: str) -> SearchModel:
    return SearchModel(name, name, None, "", "", "Added by you.", present=True, embedded=False)


def _size_of(partial: Path) -> int:
    if not partial.is_dir():
        return 0
    return sum(path.stat().st_size for path in partial.iterdir() if path.is_file())


def _check_weights(path: Path) -> None:
    """Raise `CheckpointError` where a file was cut short or is something else."""
    whole = zipfile.is_zipfile(path) if path.suffix == ".bin" else _is_whole(path)
    if not whole:
        raise CheckpointError(
            f"{path.name} is damaged, or was not copied completely.",
            "Download or copy it again, then try once more.",
        )


def _is_whole(path: Path) -> bool:
    """Tell whether a safetensors file is as long as its header says.

    It begins with the header's length, eight bytes, and the header, which is JSON.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        if len(start) < 8:
            return False
        (length,) = struct.unpack("<Q", start)
        if length > size - 8:
            return False
        try:
            header = json.loads(file.read(length))
            ends = [about["data_offsets"][1] for key, about in header.items() if key[0] != "_"]
        except (ValueError, TypeError, KeyError, IndexError, AttributeError):
            return False
    return bool(ends) and max(ends) == size - 8 - length
