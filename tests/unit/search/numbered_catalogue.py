"""A catalogue of made-up photos, whose search is followed and whose vectors are saved."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import sqlalchemy as sa
from hypothesis import strategies as st

from photofind.domain import PhotoId
from photofind.paths import LibraryPaths
from photofind.search.follower import SearchFollower
from photofind.search.vector_cache import VectorCache
from photofind.store import embeddings, photos, roots
from photofind.store.catalogue import catalogue_in
from photofind.store.database import Database
from photofind.store.roots import Root
from photofind.vectors.selector import IndexSelector
from photofind.vectors.slots import VectorStore
from tests.support.fake_encoder import DIM, FakeEncoder
from tests.support.vectors import unit_vectors
from tests.unit.store.samples import ROOT, read_photo

ENCODER = FakeEncoder("made up")
SPACE = ENCODER.space
BACKGROUND = unit_vectors(40, seed=9, dim=DIM)


class NumberedCatalogue:
    """A catalogue whose photo N lies at `N.jpg` of a folder."""

    def __init__(self, folder: Path) -> None:
        self.paths = LibraryPaths(folder)
        self.database = Database.open(self.paths, write=True)
        with self.database.writing() as connection:
            self.space_id = embeddings.space_id(connection, SPACE, create=True)
        self.folder = "a"

    def root(self, connection: sa.Connection, name: str) -> Root:
        return roots.add_root(connection, ROOT / name)

    def add(self, numbers: Sequence[int], name: str = "a", *, embed: bool = True) -> list[PhotoId]:
        with self.database.writing() as connection:
            root = self.root(connection, name)
            files = [read_photo(root.path / f"{number}.jpg", number) for number in numbers]
            ids = [one for one in photos.record_files(connection, root, files) if one is not None]
            if embed and ids:
                vectors = np.concatenate([unit_vectors(1, 100 + n, DIM) for n in numbers])
                embeddings.add_embeddings(connection, self.space_id, ids, vectors)
        return ids

    def remove(self, numbers: Sequence[int], name: str = "a") -> None:
        with self.database.writing() as connection:
            root = self.root(connection, name)
            known = photos.known_files(connection, root)
            paths = [root.path / f"{number}.jpg" for number in numbers]
            photos.remove_files(connection, [known[p].file_id for p in paths if p in known])

    def embed_again(self, photo_ids: Sequence[PhotoId], seed: int) -> None:
        with self.database.writing() as connection:
            vectors = unit_vectors(len(photo_ids), seed, DIM)
            embeddings.add_embeddings(connection, self.space_id, photo_ids, vectors)

    def remove_root(self, name: str) -> None:
        with self.database.writing() as connection:
            roots.remove_root(connection, self.root(connection, name).id)

    def step(self, name: str, numbers: Sequence[int], seed: int) -> None:
        """Take one of `STEPS`."""
        match name:
            case "add":
                self.add(numbers)
            case "add bare":
                self.add(numbers, embed=False)
            case "add elsewhere":
                self.add(numbers, "b")
            case "remove":
                self.remove(numbers)
            case "remove root":
                self.remove_root("b")
            case "again":
                self.embed_again(self.add(numbers), seed)

    def vectors(self, database: Database | None = None) -> VectorCache:
        catalogue = catalogue_in(database or self.database)
        return VectorCache(catalogue.embeddings, self.paths.vectors, self.space_id)

    def follow(self, database: Database | None = None) -> SearchFollower:
        return SearchFollower(
            catalogue_in(database or self.database),
            self.space_id,
            self.vectors(database),
            ENCODER,
            BACKGROUND,
            IndexSelector(self.paths.vectors, SPACE, "auto"),
        )


def assert_true(loaded: tuple[int, VectorStore], catalogue: NumberedCatalogue) -> None:
    """Compare with all rows."""
    seq, store = loaded
    expected_seq, rows = catalogue_in(catalogue.database).embeddings.load(catalogue.space_id)
    assert seq == expected_seq
    assert store.labels.tolist() == rows.photo_ids.tolist()
    np.testing.assert_array_equal(store.vectors_at(store.slots_of(store.labels)), rows.vectors)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "add bare", "remove", "add elsewhere", "remove root", "again"]),
        st.lists(st.integers(0, 12), min_size=1, max_size=6, unique=True),
    ),
    max_size=10,
)
"""What may happen to a catalogue: `NumberedCatalogue.step` takes each."""
