"""However many photos are read, no more lies in memory than after the first few."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from photofind.events import Event, PhotosChanged
from tests.support.engine import Engine
from tests.support.soak import sizes
from tests.support.tiny_pictures import write_tiny_pictures

BYTES_A_PHOTO = 2500
"""What is known of each file of a root while the root is compared."""

ROOM_MB = 40


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    photos = tmp_path / "photos"
    photos.mkdir()
    with Engine(tmp_path / "library", [photos]) as engine:
        yield engine


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
@pytest.mark.parametrize("count", sizes(2000, 100_000))
def test_that_memory_stays_flat_while_photos_are_read(
    engine: Engine, tmp_path: Path, count: int
) -> None:
    write_tiny_pictures(tmp_path / "photos", count, folders=200)
    resident_mb = []

    def look(event: Event) -> None:
        if isinstance(event, PhotosChanged):
            resident_mb.append(_resident_mb())

    assert engine.run(listener=look).embedded == count

    warm = resident_mb[len(resident_mb) // 10]
    assert max(resident_mb) < warm + ROOM_MB
    assert warm < resident_mb[0] + ROOM_MB + BYTES_A_PHOTO * count / 1e6


def _resident_mb() -> float:
    lines = Path(f"/proc/{os.getpid()}/status").read_text("ascii").splitlines()
    kib = next(line.split()[1] for line in lines if line.startswith("VmRSS:"))
    return int(kib) / 1000
