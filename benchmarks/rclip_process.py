"""rclip as a person runs it, with weights of the benchmark's own instead of a download."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import venv
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import open_clip

from benchmarks.photofind_process import Run, run
from photofind.domain import Embeddings

VERSION = "3.3.0"
MODEL = "ViT-B-32-256-datacomp_s34b_b86k"
TOKENIZER = "bpe_simple_vocab_16e6.txt.gz"
EXPORT_PACKAGES = ("onnx>=1.18",)
QUIET = ("--quiet", "--quiet", "--disable-pip-version-check")

_RATE = re.compile(r"([\d.]+)(images/s|s/images)")


@dataclass(frozen=True, slots=True)
class RclipRun:
    """`rclip QUERY` on an empty database.

    Attributes:
        photos_per_s: As rclip's progress bar says at its end: from the scan to the last photo,
            with loading the image encoder, without the query.
    """

    process: Run
    photos_per_s: float


class RclipProcess:
    """An installed rclip, its data folder, and commands on it.

    Args:
        folder: For the installation, kept between runs of the benchmark.
        checkpoint: A folder as `random_checkpoint.make_checkpoint` writes it.
    """

    def __init__(self, folder: Path, checkpoint: Path) -> None:
        self._environment = folder / "rclip"
        self._packages = folder / "export"
        self._data = folder / "rclip-data"
        self._install()
        self._provide_model(checkpoint)

    def index(self, photos: Path) -> RclipRun:
        """Index a folder from nothing, and answer the query that rclip cannot do without."""
        for file in self._data.glob("db.sqlite3*"):
            file.unlink()
        done = self.search(photos, "a dog on a beach")
        number, unit = _RATE.findall(done.stderr)[-1]
        rate = float(number) if unit == "images/s" else 1 / float(number)
        return RclipRun(done, rate)

    def search(self, photos: Path, query: str, *, check: bool = True) -> Run:
        """Without `check`, rclip does not look for new photos first."""
        options = [] if check else ["--no-indexing"]
        command = [str(self._program("rclip")), *options, "--top", "20", query]
        return run(command, cwd=photos, env=os.environ | {"RCLIP_DATADIR": str(self._data)})

    def embeddings(self) -> dict[str, Embeddings]:
        """(dim,) by file name."""
        with closing(sqlite3.connect(self._data / "db.sqlite3")) as connection:
            rows = connection.execute("SELECT filepath, vector FROM images WHERE deleted IS NULL")
            return {Path(path).name: np.frombuffer(blob, np.float32) for path, blob in rows}

    def _program(self, name: str) -> Path:
        return self._environment / ("Scripts" if os.name == "nt" else "bin") / name

    def _install(self) -> None:
        """From the package registry that pip is set up with."""
        if not self._environment.is_dir():
            print(f"Installing rclip {VERSION} …")
            venv.create(self._environment, with_pip=True)
        pip = [str(self._program("python")), "-m", "pip", "install", *QUIET]
        subprocess.run([*pip, f"rclip=={VERSION}"], check=True)

    def _provide_model(self, checkpoint: Path) -> None:
        """Put the files where rclip looks before it downloads any."""
        visual, textual = (self._data / MODEL / f"{part}.onnx" for part in ("visual", "textual"))
        tokenizer = self._data / "tokenizer" / TOKENIZER
        if tokenizer.is_file():
            return
        visual.parent.mkdir(parents=True, exist_ok=True)
        self._export(checkpoint, visual, textual)
        tokenizer.parent.mkdir(exist_ok=True)
        shutil.copyfile(Path(open_clip.__file__).parent / TOKENIZER, tokenizer)

    def _export(self, checkpoint: Path, visual: Path, textual: Path) -> None:
        print("Exporting the weights to ONNX …")
        pip = [sys.executable, "-m", "pip", "install", *QUIET, "--target"]
        subprocess.run([*pip, str(self._packages), *EXPORT_PACKAGES], check=True)
        export = [sys.executable, "-m", "benchmarks.random_checkpoint", str(checkpoint)]
        files = ["--visual", str(visual), "--textual", str(textual)]
        root = Path(__file__).parent.parent
        subprocess.run([*export, "--packages", str(self._packages), *files], check=True, cwd=root)
