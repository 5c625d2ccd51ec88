"""A search model from the model hub to this machine; the only part that uses the network.

Runs only when a person asks for it. What is already there of an interrupted download is kept and
the rest fetched; the weights must have the hash that the hub announces, or they are thrown away.
"""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.hf_api import ModelInfo

from photofind.clip.checkpoints import (
    CONFIG_FILE,
    KNOWN_CHECKPOINTS,
    WEIGHT_FILES,
    Checkpoint,
    CheckpointShelf,
)
from photofind.errors import BadInputError, CheckpointError

HUB_PREFIX = "hf-hub:"
TOKENIZER_FILES = ("tokenizer*", "vocab*", "merges.txt", "special_tokens_map.json", "*.model")


def repository_of(name: str) -> str:
    """The hub's repository of a checkpoint named as photofind, open_clip or the hub names it.

    Args:
        name: A recommended one, "architecture/tag" of open_clip, or "hf-hub:owner/repository".
    """
    if name.startswith(HUB_PREFIX):
        return name.removeprefix(HUB_PREFIX)
    for known in KNOWN_CHECKPOINTS:
        if known.name == name and known.repository is not None:
            return known.repository
    # open_clip's own table; imported here since it takes seconds.
    from open_clip.pretrained import get_pretrained_cfg

    architecture, _, tag = name.partition("/")
    repository: str = get_pretrained_cfg(architecture, tag).get("hf_hub", "") if tag else ""
    if not repository:
        raise BadInputError(
            f"There is no search model '{name}' to download.",
            "'photofind checkpoints list' shows the recommended ones; "
            "any other is named ARCHITECTURE/TAG or hf-hub:OWNER/REPOSITORY.",
        )
    return repository.rstrip("/")


def download(shelf: CheckpointShelf, name: str, endpoint: str | None = None) -> Checkpoint:
    """Fetches a checkpoint into the library; goes on where an earlier try was stopped.

    Args:
        endpoint: Of the hub; by default the public one, or HF_ENDPOINT.

    Raises:
        BadInputError: There is none of that name, or it is here already.
        CheckpointError: The hub cannot be reached, or what came is not what it announced.
    """
    repository = repository_of(name)
    partial = shelf.partial(name)
    with _errors_for_people(repository):
        info = HfApi(endpoint=endpoint).model_info(repository, files_metadata=True)
    weights = _weights_of(info)
    with _errors_for_people(repository):
        snapshot_download(
            repository,
            revision=info.sha,
            local_dir=partial,
            allow_patterns=[CONFIG_FILE, weights, *TOKENIZER_FILES],
            endpoint=endpoint,
        )
    _verify(partial / weights, info)
    shutil.rmtree(partial / ".cache", ignore_errors=True)
    return shelf.adopt(name, partial)


@contextmanager
def _errors_for_people(repository: str) -> Iterator[None]:
    """Only around calls of the hub's client.

    It passes on what its HTTP library raises, and that library has been three different ones.
    """
    try:
        yield
    except Exception as error:
        raise CheckpointError(
            f"'{repository}' could not be fetched from the model hub: {_first_line(error)}",
            "Check the connection and run the same command again; it goes on where it stopped. "
            "Or fetch the files elsewhere and run: photofind checkpoints add FOLDER",
        ) from error


def _weights_of(info: ModelInfo) -> str:
    offered = {file.rfilename for file in info.siblings or ()}
    for name in WEIGHT_FILES:
        if name in offered and CONFIG_FILE in offered:
            return name
    raise BadInputError(
        f"'{info.id}' is not in open_clip's layout.",
        f"A repository with {CONFIG_FILE} and {WEIGHT_FILES[0]} is needed.",
    )


def _verify(weights: Path, info: ModelInfo) -> None:
    (announced,) = [file.lfs for file in info.siblings or () if file.rfilename == weights.name]
    if announced is None:
        return
    with weights.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != announced.sha256:
        weights.unlink()
        raise CheckpointError(
            f"The weights of '{info.id}' arrived damaged and were thrown away.",
            "Run the same command again.",
        )


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
