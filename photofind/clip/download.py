"""Fetch a search model from the model hub; the only part that uses the network.

Runs only when a person starts it. What is already there of an interrupted download is kept and
the rest fetched; the weights must have the hash that the hub announces, or they are thrown away.
Why the hub's client does not do all of this: docs/decisions/0011.
"""

import hashlib
import io
import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

from huggingface_hub import HfApi, hf_hub_url
from huggingface_hub.file_download import http_get
from huggingface_hub.hf_api import ModelInfo
from huggingface_hub.utils import (  # type: ignore[attr-defined]  # public, but not re-exported
    are_progress_bars_disabled,
    build_hf_headers,
    disable_progress_bars,
    enable_progress_bars,
)
from typing_extensions import Buffer, override

from photofind.atomic_files import rename_into_place, write_file
from photofind.cancel import CancelToken
from photofind.clip.checkpoints import (
    CONFIG_FILE,
    KNOWN_CHECKPOINTS,
    WEIGHT_FILES,
    Checkpoint,
    CheckpointShelf,
    disk_errors,
)
from photofind.errors import BadInputError, CheckpointError, PhotofindError

Progress = Callable[[int, int | None], None]
"""Called with the bytes that are here, those of earlier tries included, and all there will be."""

HUB_PREFIX = "hf-hub:"
TOKENIZER_FILES = ("tokenizer*", "vocab*", "merges.txt", "special_tokens_map.json", "*.model")
_UNFINISHED = ".unfinished"
_REVISION = ".revision"
_LOOK_S = 0.05
_GRACE_S = 0.5
_TIMEOUT_S = 15

_log = logging.getLogger(__name__)


def repository_of(name: str) -> str:
    """Find the hub's repository of a checkpoint named as photofind, open_clip or the hub names it.

    Args:
        name: A recommended one, "architecture/tag" of open_clip, or "hf-hub:owner/repository".

    Raises:
        BadInputError: There is none of that name.
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


class HubError(CheckpointError):
    """The model hub's doing, or the network's: trying again later may help."""


def download(
    shelf: CheckpointShelf,
    name: str,
    endpoint: str | None = None,
    *,
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
) -> Checkpoint:
    """Fetch a checkpoint into the library; go on where an earlier try was stopped.

    Args:
        endpoint: Of the hub; by default the public one, or HF_ENDPOINT.
        progress: Called on a thread of its own; without it the hub's client draws its own bars.
        cancel: Stops at once, also while the network says nothing; what is here is kept.

    Raises:
        BadInputError: There is none of that name, or it is here already.
        HubError: The hub cannot be reached, or what came is not what it announced.
        CheckpointError: The disk has no room, or the hub has other weights than photofind knows.
        CancelledError: Asked to stop.
    """
    repository = repository_of(name)
    partial = shelf.partial(name)
    token = cancel or CancelToken()
    started = time.monotonic()
    _log.info("Fetching %s, %d bytes are here", repository, downloaded_bytes(partial))
    try:
        _run_cancellably(lambda: _fetch(repository, partial, endpoint, progress, token), token)
    except (PhotofindError, OSError) as error:
        _log.warning("Fetching %s stopped: %s", repository, error or type(error).__name__)
        raise
    _log.info("Fetched %s in %.0f s", repository, time.monotonic() - started)
    return shelf.adopt(name, partial)


def downloaded_bytes(partial: Path) -> int:
    """Count what is in `partial` of an interrupted download."""
    if not partial.is_dir():
        return 0
    return sum(path.stat().st_size for path in partial.iterdir() if path.name != _REVISION)


def _run_cancellably(work: Callable[[], None], cancel: CancelToken) -> None:
    """Run on another thread, which is left behind when it is cancelled.

    It may be waiting for a network that is gone, for as long as that takes; it writes nothing
    after the cancellation.
    """
    raised: list[BaseException] = []
    ended = threading.Event()

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 (raised in the caller's thread)
            raised.append(error)
        ended.set()

    thread = threading.Thread(target=run, name="search model download", daemon=True)
    thread.start()
    while not ended.wait(_LOOK_S):
        if cancel.cancelled:
            # Time to end a write that it is in the midst of.
            thread.join(_GRACE_S)
            cancel.raise_if_cancelled()
    thread.join()
    if raised:
        raise raised[0]


def _fetch(
    repository: str,
    partial: Path,
    endpoint: str | None,
    progress: Progress | None,
    cancel: CancelToken,
) -> None:
    with _hub_errors(repository):
        info = HfApi(endpoint=endpoint).model_info(
            repository, files_metadata=True, timeout=_TIMEOUT_S
        )
    cancel.raise_if_cancelled()
    weights = _weights_of(info)
    sizes = _wanted_sizes(info, weights)
    _begin(partial, info)
    counted = _Counted(sizes, partial, progress, cancel)
    _check_room(repository, partial, counted)
    with _bars(shown=progress is None):
        # The small ones first: without its config there is no search model.
        for name in sorted(sizes, key=lambda name: sizes[name] or 0):
            if not (partial / name).is_file():
                with _hub_errors(repository):
                    _fetch_file(info, name, sizes[name], partial, endpoint, counted)
    _verify(partial / weights, info)
    (partial / _REVISION).unlink()


def _fetch_file(
    info: ModelInfo,
    name: str,
    size: int | None,
    partial: Path,
    endpoint: str | None,
    counted: "_Counted",
) -> None:
    unfinished = partial / (name + _UNFINISHED)
    if size is not None and unfinished.is_file() and unfinished.stat().st_size > size:
        # Two downloads at once wrote into it.
        counted.add(-unfinished.stat().st_size)
        unfinished.unlink()
    with _CountedFile(unfinished, counted) as file:
        http_get(
            hf_hub_url(info.id, name, revision=info.sha, endpoint=endpoint),
            file,
            resume_size=file.tell(),
            headers=build_hf_headers(),
            expected_size=size,
            displayed_filename=name,
        )
    counted.cancel.raise_if_cancelled()
    with disk_errors():
        rename_into_place(unfinished, partial / name, durable=True)


def _begin(partial: Path, info: ModelInfo) -> None:
    """Throw away what is there of another revision."""
    revision, wanted = partial / _REVISION, (info.sha or "").encode()
    with disk_errors():
        if revision.is_file() and revision.read_bytes() == wanted:
            return
        if partial.is_dir():
            shutil.rmtree(partial)
        write_file(revision, wanted, durable=False)


def _wanted_sizes(info: ModelInfo, weights: str) -> dict[str, int | None]:
    """List the bytes of each file to fetch; only plain names, whatever a hub may offer."""
    patterns = (CONFIG_FILE, weights, *TOKENIZER_FILES)
    return {
        file.rfilename: file.size
        for file in info.siblings or ()
        if Path(file.rfilename).name == file.rfilename
        and any(fnmatch(file.rfilename, pattern) for pattern in patterns)
    }


def _check_room(repository: str, partial: Path, counted: "_Counted") -> None:
    missing = (counted.total or 0) - counted.done
    if missing > shutil.disk_usage(partial).free:
        raise CheckpointError(
            f"The disk has no room for the search model of '{repository}'.",
            f"It needs {missing / 1e6:,.0f} MB more in {partial.parent}.",
        )


class _Counted:
    """Counts what is here of all the files, and reports whenever more comes."""

    def __init__(
        self,
        sizes: dict[str, int | None],
        partial: Path,
        progress: Progress | None,
        cancel: CancelToken,
    ) -> None:
        self.cancel = cancel
        self.done = downloaded_bytes(partial)
        known = [size for size in sizes.values() if size is not None]
        self.total = sum(known) if len(known) == len(sizes) else None
        self._progress = progress
        self.add(0)

    def add(self, size: int) -> None:
        self.done += size
        if self._progress is not None and not self.cancel.cancelled:
            self._progress(self.done, self.total)


class _CountedFile(io.BufferedWriter):
    """A file that counts what is written into it, and refuses it once cancelled."""

    def __init__(self, path: Path, counted: _Counted) -> None:
        super().__init__(path.open("ab", buffering=0))
        self._counted = counted

    @override
    def write(self, data: Buffer) -> int:
        self._counted.cancel.raise_if_cancelled()
        with disk_errors():
            written = super().write(data)
            self.flush()
        self._counted.add(written)
        return written

    @override
    def truncate(self, size: int | None = None) -> int:
        """Take back what was counted: the server sends the file from its beginning."""
        kept = self.tell() if size is None else size
        dropped = self.seek(0, io.SEEK_END) - kept
        super().truncate(kept)
        self.seek(kept)
        self._counted.add(-dropped)
        return kept


@contextmanager
def _bars(*, shown: bool) -> Iterator[None]:
    """Let the hub's client draw progress itself, or not; it knows only one switch for all."""
    if shown or are_progress_bars_disabled():
        yield
        return
    disable_progress_bars()
    try:
        yield
    finally:
        enable_progress_bars()


@contextmanager
def _hub_errors(repository: str) -> Iterator[None]:
    """Raise `HubError` for whatever the hub's client raises; use it around its calls only.

    It passes on what its HTTP library raises, and that library has been three different ones.
    """
    try:
        yield
    except PhotofindError:
        # Not the client's but of what it wrote into.
        raise
    except Exception as error:
        # An answer of the hub's comes with what it answered.
        reached = getattr(error, "response", None) is not None
        reason = _first_line(error)
        if not reached:
            reason = f"the model hub cannot be reached ({reason})."
        raise HubError(
            f"'{repository}' could not be fetched: {reason}",
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
        raise HubError(
            f"The weights of '{info.id}' arrived damaged and were thrown away.",
            "Run the same command again.",
        )


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
