from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from photofind.paths import LibraryPaths
from photofind.store.database import Database


@pytest.fixture
def paths(tmp_path: Path) -> LibraryPaths:
    return LibraryPaths(tmp_path / "library")


@pytest.fixture
def database(paths: LibraryPaths) -> Iterator[Database]:
    with Database.open(paths, write=True) as database:
        yield database


@pytest.fixture
def connection(database: Database) -> Iterator[sa.Connection]:
    with database.writing() as connection:
        yield connection
