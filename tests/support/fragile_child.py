"""A child process that dies, hangs or errs on files whose names say so, and starts quickly.

python -m tests.support.fragile_child
"""

import ctypes
import os
import time
from pathlib import Path

from photofind.child import service
from photofind.domain import FoundFile
from photofind.indexing.stages import Outcome, Stages
from photofind.paths import LibraryPaths
from photofind.photos import picture_file
from photofind.photos.read import read_file
from photofind.settings import Settings
from tests.support.fake_encoder import FakeEncoder

_run = Stages.run


def _provoke(path: Path) -> None:
    name = path.name
    if name.startswith("crash"):
        ctypes.string_at(0)
    if name.startswith("hang"):
        time.sleep(3600)
    if name.startswith("bug"):
        raise KeyError(name)
    if name.startswith("full"):
        raise OSError(28, "No space left on device")
    # Reading it takes until somebody says so.
    if name.startswith("wait"):
        while not path.with_suffix(".go").exists():
            time.sleep(0.01)
    # Kills the first process that meets it, and no other.
    if name.startswith("once"):
        mark = path.with_suffix(".met")
        if not mark.exists():
            mark.touch()
            os.abort()


def _run_fragile(stages: Stages, found: FoundFile) -> Outcome:
    _provoke(found.path)
    return _run(stages, found)


def _read_fragile(found: FoundFile, max_bytes: int) -> bytes:
    _provoke(found.path)
    return read_file(found, max_bytes)


def _load(paths: LibraryPaths, _settings: Settings, name: str) -> FakeEncoder:
    while (paths.folder / "hold").exists():
        time.sleep(0.01)
    return FakeEncoder(name)


if __name__ == "__main__":
    # In the place of the methods of this process only.
    Stages.run = _run_fragile  # type: ignore[method-assign, assignment]
    vars(picture_file)["read_file"] = _read_fragile
    service.serve(_load)
