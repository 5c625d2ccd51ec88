"""Photos are dragged to other programs as files, which those can copy and never take away."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt


def _dragged(library: Path, photos: int) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.gui.window.drag_program", library, str(photos)],
        env={**os.environ, "QT_QPA_PLATFORM": "minimal"},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    seen: dict[str, object] = json.loads(done.stdout)
    return seen


@pytest.mark.parametrize("photos", [1, 3])
def test_that_another_program_gets_copies_of_all_that_was_chosen(
    library: Path, drawn_album: Path, photos: int
) -> None:
    before = {path: hashlib.sha256(path.read_bytes()).digest() for path in drawn_album.rglob("*.*")}

    seen = _dragged(library, photos)

    files, chosen = seen["files"], seen["chosen"]
    assert isinstance(files, list)
    assert isinstance(chosen, list)
    assert len(chosen) == photos
    assert set(files) == set(chosen)
    # The one under the hand comes first.
    assert files[0] == chosen[-1]
    assert seen["offered"] == seen["done"] == Qt.DropAction.CopyAction.value
    after = {path: hashlib.sha256(path.read_bytes()).digest() for path in drawn_album.rglob("*.*")}
    assert after == before
