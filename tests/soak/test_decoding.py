"""Whatever files hold, the process that owns the library never feels it, and reading goes on."""

import io
import os
import random
import sys
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from photofind.child.client import ChildClient
from photofind.evaluation.drawn_scenes import draw_scene
from photofind.photos.formats import may_be_photo
from photofind.settings import Settings
from tests.support.engine import Engine
from tests.support.soak import sizes
from tests.support.tiny_pictures import write_tiny_pictures

CHILD = "tests.support.fragile_child"
"""Embeds at once, so that decoding is what it does."""

KINDS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "MPO")
MEMORY_MB = 300
ROOM_MB = 150
"""That the interpreter and its libraries may take beside pictures."""


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


@pytest.fixture
def engine(tmp_path: Path, photos: Path, tiny_folder: Path) -> Iterator[Engine]:
    child = partial(ChildClient, checkpoint=f"local-dir:{tiny_folder}", module=CHILD)
    settings = Settings(max_memory_mb=MEMORY_MB)
    with Engine(tmp_path / "library", [photos], settings=settings, make_worker=child) as engine:
        yield engine


@pytest.mark.parametrize("count", sizes(300, 10_000))
def test_that_mutated_files_are_photos_or_failures_and_reading_goes_on(
    engine: Engine, photos: Path, shared: Callable[[str], Path], count: int
) -> None:
    chance = random.Random(20261129)
    whole = [_encoded(kind) for kind in KINDS]
    whole += [(path.suffix, path.read_bytes()) for path in _broken(shared)]
    for number in range(count):
        suffix, content = whole[number % len(whole)]
        (photos / f"{number:05}{suffix}").write_bytes(_mutated(content, chance))
    write_tiny_pictures(photos / "sound", 20)

    report = engine.run()

    sound = {path for path in (photos / "sound").rglob("*") if path.is_file()}
    assert not sound & {failure.path for failure in report.failures}
    counted = report.embedded + report.duplicates + len(report.failures)
    assert counted == count + len(sound)
    assert report.being_written == ()


def _broken(shared: Callable[[str], Path]) -> list[Path]:
    return sorted(
        path
        for path in shared("broken").iterdir()
        if path.suffix and may_be_photo(path.name) and path.stat().st_size < 500_000
    )


def _encoded(kind: str) -> tuple[str, bytes]:
    file = io.BytesIO()
    draw_scene(3, (128, 96)).image.save(file, kind)
    return f".{'jpg' if kind == 'MPO' else kind.lower()}", file.getvalue()


def _mutated(content: bytes, chance: random.Random) -> bytes:
    mutated = bytearray(content)
    for _ in range(chance.randint(1, 12)):
        mutated[chance.randrange(len(mutated))] = chance.randrange(256)
    return bytes(mutated)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits what a process may take")
@pytest.mark.parametrize("count", sizes(6, 50))
def test_that_bombs_stay_under_the_limit_and_are_listed(
    engine: Engine, photos: Path, count: int
) -> None:
    chance = random.Random(20261129)
    for number in range(count):
        (photos / f"bomb {number}.png").write_bytes(_bomb(chance))
    write_tiny_pictures(photos / "sound", 20)
    worker = engine.worker
    assert isinstance(worker, ChildClient)
    assert worker.space
    child, own_mb = worker.pid, _peak_mb(os.getpid())

    report = engine.run()

    assert {failure.path.parent for failure in report.failures} == {photos}
    assert len(report.failures) == count
    assert report.embedded == 20
    assert worker.pid == child
    assert _peak_mb(child) < MEMORY_MB + ROOM_MB
    assert _peak_mb(os.getpid()) < own_mb + ROOM_MB


def _bomb(chance: random.Random) -> bytes:
    """A PNG of some kilobytes that would take from half a gigabyte to a few when decoded."""
    side = chance.randrange(14_000, 40_000)
    row = b"\0" * (1 + 3 * side)
    packer = zlib.compressobj(1)
    pixels = b"".join(packer.compress(row) for _ in range(64)) + packer.flush()
    header = side.to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(name, data) for name, data in ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")


def _peak_mb(pid: int) -> float:
    """The most that ever lay in memory."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    kib = next(line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(kib) / 1000
