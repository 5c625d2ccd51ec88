"""A writer killed at any moment leaves whole batches and a sound catalogue."""

import multiprocessing
import random
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
import sqlalchemy as sa

from photofind.domain import PhotoId
from photofind.paths import LibraryPaths
from photofind.store import counts, derived, embeddings, photos, roots, schema
from photofind.store.database import Database

from .samples import ROOT, SPACE, read_photo, unit_vectors

KILLS = 20
BATCH = 60
IMPORTS = [
    "alembic.command",
    "photofind.store.database",
    "photofind.store.embeddings",
    "photofind.store.photos",
]


def write_batches(folder: Path, first: int, done: "Connection[int, int]") -> None:
    with Database.open(LibraryPaths(folder), write=True) as database:
        done.send(-1)
        for batch in range(first, first + 10_000):
            write_batch(database, batch)
            done.send(batch)


def write_batch(database: Database, batch: int) -> None:
    with database.writing() as connection:
        root = roots.add_root(connection, ROOT)
        space = embeddings.space_id(connection, SPACE, create=True)
        files = [
            read_photo(ROOT / f"{batch}/{number}.jpg", batch * BATCH + number)
            for number in range(BATCH)
        ]
        ids = [PhotoId(id_) for id_ in photos.record_files(connection, root, files) if id_]
        embeddings.add_embeddings(connection, space, ids, unit_vectors(BATCH, batch))


def run_and_kill(folder: Path, first: int, after_s: float, opening: bool) -> list[int]:
    """What the writer said was written before it was killed."""
    # A fork server has the imports behind it, so that the kills hit the writing.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(IMPORTS)
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=write_batches, args=(folder, first, sender))
    process.start()
    sender.close()
    said = [] if opening else [receiver.recv()]
    process.join(after_s)
    process.kill()
    process.join()
    process.close()
    with receiver:
        try:
            while True:
                said.append(receiver.recv())
        except EOFError:
            return [batch for batch in said if batch >= 0]


def batches_in(database: Database) -> Counter[int]:
    with database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        paths = connection.scalars(sa.select(schema.files.c.path_text)).all()
        space = embeddings.space_id(connection, SPACE, create=False)
        if space is not None:
            assert derived.pending(connection, [embeddings.producer_of(SPACE)]) == set()
            assert len(embeddings.load_embeddings(connection, space)[0]) == len(paths)
        assert counts.overall(connection).photos_with_files == len(paths)
    return Counter(int(path.split("/")[0]) for path in paths)


@pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(), reason="needs a fork server"
)
def test_that_a_killed_writer_leaves_whole_batches(tmp_path: Path) -> None:
    chance = random.Random(20261121)
    acknowledged: set[int] = set()
    for kill in range(KILLS):
        # The first kills hit a catalogue that is still being made.
        opening = kill < 5
        folder = tmp_path / (f"opening-{kill}" if opening else "writing")
        after_s = chance.uniform(0, 0.25)
        said = run_and_kill(folder, kill * 10_000, after_s, opening)
        with Database.open(LibraryPaths(folder), write=True) as database:
            batches = batches_in(database)
        assert set(batches.values()) <= {BATCH}
        if opening:
            assert set(said) <= set(batches)
        else:
            acknowledged.update(said)
            assert acknowledged <= set(batches)
    assert acknowledged
