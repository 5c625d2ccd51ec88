"""A disk that takes nothing: the kernel says so, to whoever writes to a temporary file."""

import os
import tempfile
from pathlib import Path

import pytest

_FULL = Path("/dev/full")


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every temporary file of `photofind.atomic_files` one on a full disk."""
    if not _FULL.exists():
        pytest.skip("needs /dev/full")
    mkstemp = tempfile.mkstemp

    def on_a_full_disk(suffix: str, prefix: str, folder: Path) -> tuple[int, str]:
        descriptor, name = mkstemp(suffix, prefix, folder)
        os.close(descriptor)
        Path(name).unlink()
        Path(name).symlink_to(_FULL)
        return os.open(name, os.O_RDWR), name

    monkeypatch.setattr(tempfile, "mkstemp", on_a_full_disk)
