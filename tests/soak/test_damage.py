"""Killed, with bits flipped or the disk full: what is there is right, or is said not to be."""

import random
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from photofind.child.client import ChildClient
from photofind.clip.checkpoints import Checkpoint
from photofind.clip.open_clip_encoder import OpenClipEncoder
from photofind.errors import UserFacingError
from photofind.library import Library
from photofind.paths import LibraryPaths
from photofind.search.parser import parse
from photofind.store.database import Database
from tests.soak.processes import open_at_once, run_and_kill
from tests.support.contents import catalogue_contents
from tests.support.engine import Engine
from tests.support.soak import sizes
from tests.support.tiny_pictures import write_tiny_pictures

PICTURES = 400
CHILD = "tests.support.fragile_child"
"""Embeds at once."""

QUERIES = ("a boat on the sea", "a dog", "two red houses")

Hits = list[list[tuple[str, float, bool]]]


@pytest.mark.parametrize("kills", sizes(10, 200))
def test_that_a_run_killed_at_any_moment_is_completed_by_the_next(
    tmp_path: Path, kills: int
) -> None:
    photos, library = tmp_path / "photos", tmp_path / "library"
    write_tiny_pictures(photos, PICTURES)
    (photos / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    chance = random.Random(20261129)
    met_work = 0

    for _ in range(kills):
        run_and_kill(library, photos, chance.randrange(5), chance.uniform(0, 0.05))
        embedded = _embedded(library)
        met_work += 0 < embedded < PICTURES
        if embedded == PICTURES:
            # Begin anew, so that kills hit work.
            shutil.rmtree(library)

    assert met_work
    for folder in (library, tmp_path / "clean"):
        with Engine(folder, [photos]) as engine:
            engine.run()
    assert catalogue_contents(library) == catalogue_contents(tmp_path / "clean")


def _embedded(library: Path) -> int:
    """After a check of the catalogue's integrity, where it was made already."""
    with Database.open(LibraryPaths(library), write=True):
        """Finishes what a kill left half made."""
    return len(catalogue_contents(library).embeddings)


@pytest.mark.parametrize("starts", sizes(8, 50))
def test_that_of_many_that_start_at_once_one_writes(tmp_path: Path, starts: int) -> None:
    said = open_at_once(tmp_path / "library", starts)

    assert sorted(said) == ["busy"] * (starts - 1) + ["writes"]


@pytest.fixture(scope="module")
def encoder(tiny: Checkpoint) -> OpenClipEncoder:
    return OpenClipEncoder(tiny)


def _hits(library: Path, encoder: OpenClipEncoder) -> Hits:
    """Of some queries, after everything was checked."""
    with Library(library) as opened:
        opened.check()
        engine = opened.search_follower(encoder).engine
        return [
            [
                (str(hit.path), hit.score, hit.confident)
                for hit in engine.by_query(parse(query), 50).hits
            ]
            for query in QUERIES
        ]


@pytest.mark.parametrize("flips", sizes(25, 500))
def test_that_a_flipped_bit_never_gives_a_wrong_result_unsaid(
    indexed_library: tuple[Path, str], encoder: OpenClipEncoder, tmp_path: Path, flips: int
) -> None:
    whole = indexed_library[0]
    expected = _hits(whole, encoder)
    chance = random.Random(20261129)
    library = tmp_path / "library"
    reported = 0
    unsaid = []
    for _ in range(flips):
        shutil.copytree(whole, library)
        where = _flip_a_bit(library, chance)
        try:
            if _hits(library, encoder) != expected:
                unsaid.append(where)
        except UserFacingError:
            reported += 1
        shutil.rmtree(library)

    assert unsaid == []
    assert reported


def _flip_a_bit(library: Path, chance: random.Random) -> tuple[str, int, int]:
    """In one of the bytes that the library keeps, each as likely as the other."""
    kept = sorted(path for path in library.rglob("*") if path.is_file() and path.stat().st_size)
    (path,) = chance.choices(kept, [one.stat().st_size for one in kept])
    content = bytearray(path.read_bytes())
    at, bit = chance.randrange(len(content)), chance.randrange(8)
    content[at] ^= 1 << bit
    path.write_bytes(content)
    return path.name, at, bit


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system whose size can be changed; only an administrator may make one."""
    place = tmp_path / "disk"
    place.mkdir()
    try:
        done = _mount("size=200k", "none", str(place))
    except FileNotFoundError:
        pytest.skip("needs the command mount")
    if done.returncode:
        pytest.skip(f"needs the right to mount a file system: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def _mount(options: str, *what: str) -> "subprocess.CompletedProcess[str]":
    command = ["mount", "-t", "tmpfs", "-o", options, *what]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("steps", sizes(6, 60))
def test_that_a_full_disk_halves_nothing_and_indexing_goes_on_with_room(
    disk: Path, tmp_path: Path, tiny_folder: Path, steps: int
) -> None:
    """The library's disk grows in steps from next to nothing, and is full at each."""
    checkpoint = f"local-dir:{tiny_folder}"
    photos = tmp_path / "photos"
    write_tiny_pictures(photos, PICTURES)
    hints = []
    for step in range(steps):
        _mount(f"remount,size={200 + 2000 * step // steps}k", str(disk))
        try:
            _read_in_a_child(disk / "library", photos, checkpoint)
        except UserFacingError as error:
            hints.append(error.hint)
        with suppress(UserFacingError):
            _embedded(disk / "library")

    assert hints
    assert all(hints)
    _mount("remount,size=100m", str(disk))
    _read_in_a_child(disk / "library", photos, checkpoint)
    with Engine(tmp_path / "clean", [photos]) as engine:
        engine.run()
    assert catalogue_contents(disk / "library") == catalogue_contents(tmp_path / "clean")


def _read_in_a_child(library: Path, photos: Path, checkpoint: str) -> None:
    """It is there that a full disk is met first, and told from a bug."""
    child = partial(ChildClient, checkpoint=checkpoint, module=CHILD)
    with Engine(library, [photos], make_worker=child) as engine:
        engine.run()
