"""photofind as a person runs it: one process a command, a library of its own."""

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photofind.clip.checkpoints import CONFIG_FILE, CheckpointShelf
from photofind.clip.precision import Precision, PrecisionMemory
from photofind.paths import LibraryPaths, default_library_folder


@dataclass(frozen=True, slots=True)
class Run:
    """One process.

    Attributes:
        wall_s: From its start to its end.
        cpu_s: Of all its threads, user and system; 0 where the system does not tell.
    """

    wall_s: float
    cpu_s: float
    stdout: str
    stderr: str


def run(command: list[str], **options: Any) -> Run:
    """Run a command to its end; raise `SystemExit` with what it wrote where it fails."""
    before, started = _children_cpu_s(), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    wall_s = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return Run(wall_s, _children_cpu_s() - before, done.stdout, done.stderr)


@dataclass(frozen=True, slots=True)
class IndexRun:
    """`photofind index` on an empty library.

    Attributes:
        indexing_s: As photofind reports it: from the scan to the last photo, without loading.
        precision: The arithmetic of the image encoder.
    """

    process: Run
    indexing_s: float
    photos: int
    precision: Precision


class PhotofindProcess:
    """A library folder of the benchmark's own, and commands on it."""

    def __init__(self, folder: Path, checkpoint: str) -> None:
        self.paths = LibraryPaths(folder)
        self._checkpoint = checkpoint
        self._sha256 = CheckpointShelf(self.paths).find(checkpoint).sha256()

    def index(self, photos: Path, precision: Precision | None = None) -> IndexRun:
        """Index a folder from nothing; without a precision, photofind measures which to take."""
        self._empty()
        memory = PrecisionMemory(self.paths.precision)
        if precision is not None:
            memory.remember(self._sha256, precision)
        done = self._run("index", str(photos), "--checkpoint", self._checkpoint, "--json")
        report = json.loads(done.stdout)
        if report["failed"] or not report["embedded"]:
            raise SystemExit(f"{report['failed']} photos failed: {report['failures'][:3]}")
        chosen = memory.recall(self._sha256) or Precision.FLOAT32
        return IndexRun(done, report["seconds"], report["embedded"], chosen)

    def search(self, query: str) -> Run:
        return self._run("search", query, "--json")

    def _run(self, *arguments: str) -> Run:
        library = {"PHOTOFIND_LIBRARY": str(self.paths.folder)}
        return run([sys.executable, "-m", "photofind", *arguments], env=os.environ | library)

    def _empty(self) -> None:
        """All but the search models that were added."""
        if not self.paths.folder.is_dir():
            return
        for path in self.paths.folder.iterdir():
            if path.is_dir() and path != self.paths.checkpoints:
                shutil.rmtree(path)
            elif path.is_file():
                path.unlink()


def checkpoint_name(name: str, library: Path | None) -> str:
    """A folder, or a name in somebody's library, as a name that any library understands."""
    if (Path(name) / CONFIG_FILE).is_file():
        return f"local-dir:{Path(name).absolute()}"
    shelf = CheckpointShelf(LibraryPaths(library or default_library_folder()))
    return f"local-dir:{shelf.find(name).folder.absolute()}"


def _children_cpu_s() -> float:
    times = os.times()
    return times.children_user + times.children_system
