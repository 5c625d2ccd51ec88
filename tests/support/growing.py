"""A file that another program is still writing."""

import threading
from pathlib import Path
from typing import Self


class Growing:
    """Appends to a file from a thread of its own; at the end it holds what it is to hold.

    Args:
        whole: What the file holds at the end.
    """

    def __init__(self, path: Path, whole: bytes) -> None:
        self._path = path
        self._whole = whole
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._write, name="copy")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._done.set()
        self._thread.join()

    def _write(self) -> None:
        with self._path.open("wb", buffering=0) as file:
            file.write(self._whole)
            while not self._done.wait(0.001):
                file.write(bytes(16))
            file.truncate(len(self._whole))
