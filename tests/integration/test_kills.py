"""Killed anywhere, indexing goes on to what an undisturbed run would have made."""

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from photofind.evaluation.drawn_scenes import draw_scene
from photofind.indexing.local import CatalogueWorker
from photofind.library import Library
from tests.support.contents import Contents, catalogue_contents
from tests.support.two_phases import two_phases

KILLS = 6
KILLS_A_PHASE = 2
DRAWN = 200


def _start(library: Path, pictures: Path, checkpoint: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "photofind", "index", str(pictures)]
    return subprocess.Popen(
        [*command, "--checkpoint", checkpoint, "--library", str(library)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _cosines(one: Contents, other: Contents) -> list[float]:
    return [
        float(np.frombuffer(vector, "<f4") @ np.frombuffer(other.embeddings[content], "<f4"))
        for content, vector in one.embeddings.items()
    ]


def _size(file: Path) -> int:
    """Bytes of a file that may go at any time; 0 where it is not there."""
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def test_that_a_killed_run_is_completed_by_the_next(
    pictures: Path, tmp_path: Path, tiny_folder: Path
) -> None:
    for seed in range(1000, 1300):
        draw_scene(seed % 40, (64, 48)).image.rotate(seed / 7).save(pictures / f"{seed}.png")
    (pictures / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    checkpoint = f"local-dir:{tiny_folder}"
    killed, clean = tmp_path / "killed", tmp_path / "clean"
    choose = random.Random(0)

    kills = 0
    while kills < KILLS:
        process = _start(killed, pictures, checkpoint)
        # Nothing is written while torch is imported; then it all goes quickly.
        catalogue = killed / "catalogue.sqlite3-wal"
        size = _size(catalogue)
        while process.poll() is None and _size(catalogue) in (0, size):
            time.sleep(0.002)
        time.sleep(choose.uniform(0, 0.15))
        if process.poll() is not None:
            # It was quicker than the kill: begin anew, so that each kill hits work.
            shutil.rmtree(killed)
        process.kill()
        process.wait()
        kills += 1
        if (killed / "catalogue.sqlite3").exists():
            catalogue_contents(killed)

    for folder in (killed, clean):
        with Library(folder, write=True, make_worker=CatalogueWorker) as library:
            library.index([pictures], checkpoint)
    found, expected = catalogue_contents(killed), catalogue_contents(clean)
    assert (found.paths, found.failures) == (expected.paths, expected.failures)
    assert found.embeddings.keys() == expected.embeddings.keys()
    assert len(expected.embeddings) == 312
    # The two runs may have measured another arithmetic to be the faster one.
    assert min(_cosines(found, expected)) > 0.999


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enough pictures for a first pass of several batches, and a file that is none."""
    folder = tmp_path_factory.mktemp("drawn")
    for seed in range(DRAWN):
        draw_scene(seed, (64, 48)).image.save(folder / f"{seed:03}.png")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    return folder


@pytest.fixture(scope="module")
def undisturbed(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> Contents:
    library = tmp_path_factory.mktemp("undisturbed")
    with two_phases(library, drawn) as engine:
        engine.run()
    return catalogue_contents(library)


@pytest.mark.parametrize("phase", ["thumbnails", "shown", "embedding", "searchable"])
def test_that_a_run_killed_in_any_phase_is_completed_by_the_next(
    drawn: Path, undisturbed: Contents, tmp_path: Path, phase: str
) -> None:
    library = tmp_path / "library"
    choose = random.Random(phase)

    for _ in range(KILLS_A_PHASE):
        _run_two_phases_until(phase, library, drawn, choose.uniform(0, 0.1))
    killed = catalogue_contents(library)

    with two_phases(library, drawn) as engine:
        embedded, shown, waiting = engine.coverage()
        assert (embedded, shown) == (len(killed.embeddings), len(killed.paths))
        # All that was found is still known, wherever it was left.
        assert shown + len(killed.failures) + waiting == DRAWN + 1
        report = engine.run()
        assert engine.coverage() == (DRAWN, DRAWN, 0)
    assert report.embedded == DRAWN - embedded
    assert catalogue_contents(library) == undisturbed
    if phase in ("embedding", "searchable"):
        assert (shown, waiting) == (DRAWN, 0)
    if phase == "searchable":
        assert embedded


def _run_two_phases_until(line: str, library: Path, pictures: Path, then_s: float) -> None:
    """Kill a run a moment after it said where it is, or let it end where it never does."""
    command = [sys.executable, "-m", "tests.support.two_phases", str(library), str(pictures)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout as lines:
        if any(said.strip() == line for said in lines):
            time.sleep(then_s)
            process.kill()
        process.wait()


def test_that_ctrl_c_ends_with_130_and_keeps_what_was_done(
    pictures: Path, tmp_path: Path, tiny_folder: Path
) -> None:
    for seed in range(2000, 4000):
        draw_scene(seed % 40, (64, 48)).image.rotate(seed / 7).save(pictures / f"{seed}.bmp")
    library = tmp_path / "library"
    process = _start(library, pictures, f"local-dir:{tiny_folder}")
    while process.poll() is None and not _embedded(library):
        time.sleep(0.05)

    process.send_signal(signal.SIGINT)

    assert process.wait(120) == 130
    kept = _embedded(library)
    with Library(library, write=True, make_worker=CatalogueWorker) as opened:
        report = opened.index()
    assert kept
    assert report.embedded == 2012 - kept


def _embedded(library: Path) -> int:
    if not (library / "catalogue.sqlite3").exists():
        return 0
    try:
        return len(catalogue_contents(library).embeddings)
    except sqlite3.OperationalError:
        # Its tables are being made.
        return 0
