"""A child process that dies, hangs or errs on files whose names say so, and starts quickly.

python -m tests.support.fragile_child
"""

import ctypes
import os
import time
from pathlib import Path

from photofind.child import service
from photofind.domain import FoundFile
from photofind.indexing import stages
from photofind.paths import LibraryPaths
from photofind.photos import picture_file, read
from photofind.photos.read import OnRead
from photofind.settings import Settings
from tests.support.fake_encoder import FakeEncoder

SLOW_S = 12
"""How long it takes to read a file named so."""


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
    # Reading it takes until the test says so.
    if name.startswith("wait"):
        path.with_suffix(".begun").touch()
        while not path.with_suffix(".go").exists():
            time.sleep(0.01)
    # Kills the first process that meets it, and no other.
    if name.startswith("once"):
        mark = path.with_suffix(".met")
        if not mark.exists():
            mark.touch()
            os.abort()


def _read_fragile(found: FoundFile, max_bytes: int, on_read: OnRead) -> bytes:
    _provoke(found.path)

    def on_read_slowly(read_bytes: int) -> None:
        time.sleep(SLOW_S / (found.stat.size / read.CHUNK_BYTES))
        on_read(read_bytes)

    slow = found.path.name.startswith("slow")
    return read.read_file(found, max_bytes, on_read_slowly if slow else on_read)


def _load(paths: LibraryPaths, _settings: Settings, name: str) -> FakeEncoder:
    while (paths.folder / "hold").exists():
        time.sleep(0.01)
    return FakeEncoder(name)


if __name__ == "__main__":
    # In the place of the functions of this process only.
    vars(stages)["read_file"] = vars(picture_file)["read_file"] = _read_fragile
    read.CHUNK_BYTES = 512
    service.serve(_load)
