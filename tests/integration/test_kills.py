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

from photofind.evaluation.drawn_scenes import draw_scene
from photofind.indexing.local import CatalogueWorker
from photofind.library import Library
from tests.support.contents import Contents, catalogue_contents

KILLS = 6


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
        size = catalogue.stat().st_size if catalogue.exists() else 0
        while process.poll() is None and not (
            catalogue.exists() and catalogue.stat().st_size != size
        ):
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
