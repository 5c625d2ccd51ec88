"""What a search imports: most of its time goes there."""

import json
import subprocess
import sys
from pathlib import Path

from photofind.clip.checkpoints import EMBEDDED
from photofind.clip.loading import load_encoder
from photofind.paths import LibraryPaths
from photofind.settings import Settings
from photofind.store import embeddings, photos, roots
from photofind.store.catalogue import catalogue_in
from photofind.store.database import Database
from tests.support.vectors import unit_vectors
from tests.unit.store.samples import read_photo

UNWANTED = {
    "PIL",
    "PySide6",
    "alembic",
    "hnswlib",
    "mako",
    "multiprocessing",
    "onnx",
    "open_clip",
    "pathspec",
    "photofind.child",
    "photofind.evaluation",
    "photofind.indexing",
    "photofind.live",
    "photofind.tagging",
    "safetensors",
    "send2trash",
    "tokenizers",
    "tomlkit",
    "torch",
    "torchvision",
    "watchdog",
}
"""Of no use to a query by words."""

SCRIPT = """
import sys
from photofind.cli.app import run
assert run(sys.argv[2:]) == 0
print(*set(sys.argv[1].split()) & sys.modules.keys())
"""


def test_that_a_search_by_words_imports_no_more_than_it_needs(tmp_path: Path) -> None:
    paths = LibraryPaths(tmp_path / "library")
    space = load_encoder(paths, Settings(), EMBEDDED).space
    with Database.open(paths, write=True) as database:
        made = catalogue_in(database).embeddings
        space_id = made.prepare(space, [embeddings.producer_of(space)])
        with database.writing() as connection:
            root = roots.add_root(connection, tmp_path)
            photo_ids = photos.record_files(connection, root, [read_photo(tmp_path / "1.jpg", 1)])
            known = [one for one in photo_ids if one is not None]
            embeddings.add_embeddings(connection, space_id, known, unit_vectors(1, dim=space.dim))

    query = ["search", "a dog", "--json"]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, " ".join(UNWANTED), *query, "--library", paths.folder],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )

    found, imported = done.stdout.splitlines()
    assert [hit["rank"] for hit in json.loads(found)["hits"]] == [1]
    assert imported == ""
