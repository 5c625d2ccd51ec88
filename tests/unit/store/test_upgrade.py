import os
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from photofind.errors import (
    BadInputError,
    CatalogueDamagedError,
    LibraryDamagedError,
    UserFacingError,
)
from photofind.indexing.producers import thumbnail_version
from photofind.paths import LibraryPaths
from photofind.settings import Settings
from photofind.store import counts, derived, photos, roots, schema
from photofind.store.database import Database
from photofind.store.derived import ProducerVersion
from photofind.store.name_keys import name_key, record_folders
from photofind.store.snapshots import KEPT
from photofind.store.upgrade import SCRIPTS, prepare_for_writing
from photofind.store.waiting import add_waiting

from .samples import ROOT

CATALOGUE_0001 = Path(__file__).with_name("catalogue_0001.sql")

ADDS_FLAG = f"""
from alembic import op
revision = "9001"
down_revision = "{schema.REVISION}"
def upgrade():
    op.execute("ALTER TABLE photos ADD COLUMN flag INTEGER")
"""
FAILS_HALF_WAY = """
from alembic import op
revision = "9002"
down_revision = "9001"
def upgrade():
    op.execute("CREATE TABLE half (id INTEGER)")
    op.execute("UPDATE photos SET flag = 5")
    op.execute("INSERT INTO nowhere VALUES (1)")
"""
BREAKS_REFERENCES = """
from alembic import op
revision = "9002"
down_revision = "9001"
def upgrade():
    op.execute("DELETE FROM photos")
"""


@pytest.fixture
def old(paths: LibraryPaths) -> LibraryPaths:
    """A library as the first released photofind left it."""
    paths.folder.mkdir()
    with closing(sqlite3.connect(paths.catalogue)) as connection:
        connection.executescript(CATALOGUE_0001.read_text(encoding="utf-8"))
    return paths


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """The migrations, and one from the future."""
    copy = tmp_path / "50% of the migrations"
    shutil.copytree(SCRIPTS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "versions" / "9001_flag.py").write_text(ADDS_FLAG)
    return copy


def ask(path: Path, question: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(question).fetchall()


def revision_of(path: Path) -> object:
    return ask(path, "SELECT version_num FROM alembic_version")[0][0]


def snapshots_of(paths: LibraryPaths) -> list[Path]:
    return sorted(paths.snapshots.glob("*"))


def test_that_the_program_expects_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert ScriptDirectory.from_config(config).get_heads() == [schema.REVISION]


def test_that_migrations_import_nothing_from_the_program() -> None:
    for script in SCRIPTS.rglob("*.py"):
        text = script.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(from|import) photofind", text, re.MULTILINE), script


def test_that_a_catalogue_of_the_first_revision_keeps_everything(old: LibraryPaths) -> None:
    with Database.open(old, write=True) as database, database.reading() as connection:
        (root,) = roots.list_roots(connection)
        known = photos.known_files(connection, root)
        there_is = counts.overall(connection)
    assert root.path == ROOT
    assert [file.photo_id for file in known.values()] == [1, None]
    assert (there_is.photos_with_files, there_is.failures) == (1, 1)
    assert revision_of(old.catalogue) == schema.REVISION


def test_that_nothing_waits_in_a_catalogue_from_before_waiting(old: LibraryPaths) -> None:
    with Database.open(old, write=True) as database, database.writing() as connection:
        (root,) = roots.list_roots(connection)
        assert counts.overall(connection).waiting == 0
        add_waiting(connection, root, [ROOT / "new.jpg"])
        assert counts.overall(connection).waiting == 1


def test_that_files_known_before_their_names_were_are_found_by_them(old: LibraryPaths) -> None:
    """The keys of a frozen migration are those that the program makes."""
    paths = [
        "Anna's_Birthday/Große Straße/IMG_1.jpg",
        "a b.jpg",
        "Trips/2019/x.jpg",
        "Île du/n.jpg",
    ]
    with closing(sqlite3.connect(old.catalogue)) as connection, connection:
        for number, path in enumerate(paths, start=10):
            row = (number, os.fsencode(path), path)
            connection.execute("INSERT INTO files VALUES (?,1,?,?,1,1,2,3,4,5,NULL)", row)
    Database.open(old, write=True).close()
    names = "SELECT path_text, name_key FROM files WHERE id >= 10"
    folders = "SELECT key, root_id, folder FROM folder_names"
    assert ask(old.catalogue, names) == [(path, name_key(path)) for path in paths]
    found = set(ask(old.catalogue, folders))
    with Database.open(old, write=True) as database, database.writing() as opened:
        opened.execute(schema.folder_names.delete())
        record_folders(opened, 1, paths)
    assert found == set(ask(old.catalogue, folders))
    assert ("anna s birthday grosse strasse", 1, "Anna's_Birthday/Große Straße") in found


def test_that_files_known_before_ratings_are_read_again(old: LibraryPaths) -> None:
    Database.open(old, write=True).close()
    assert ask(old.catalogue, "SELECT photo_id, read_at_ns FROM files") == [(1, 0), (None, 5)]


def test_that_nothing_is_made_again_after_an_upgrade(old: LibraryPaths) -> None:
    with Database.open(old, write=True) as database, database.reading() as connection:
        (space,) = connection.execute(schema.spaces.select())
        embedding = ProducerVersion(f"embedding:{space.sha256}", str(space.preprocess_version))
        known = [embedding, thumbnail_version(Settings().thumbnail_px)]
        assert derived.pending(connection, known) == set()
        assert [derived.progress(connection, one).done for one in known] == [1, 1]
        assert derived.pending(connection, [thumbnail_version(500)]) == {1}
        assert set(derived.current_producers(connection)) == set(known)
        assert counts.kept_counts(connection) == counts.recount(connection)


def test_that_an_up_to_date_catalogue_is_not_copied(paths: LibraryPaths) -> None:
    for _ in range(2):
        Database.open(paths, write=True).close()
    assert not paths.snapshots.exists()


def test_that_a_new_catalogue_has_the_pages_it_was_measured_with(paths: LibraryPaths) -> None:
    Database.open(paths, write=True).close()
    assert ask(paths.catalogue, "PRAGMA page_size") == [(schema.PAGE_BYTES,)]
    assert ask(paths.catalogue, "PRAGMA journal_mode") == [("wal",)]


def test_that_a_migration_keeps_rows_and_leaves_a_copy(old: LibraryPaths, scripts: Path) -> None:
    prepare_for_writing(old, "9001", scripts)
    assert ask(old.catalogue, "SELECT id, flag FROM photos") == [(1, None)]
    assert revision_of(old.catalogue) == "9001"
    (copy,) = snapshots_of(old)
    assert revision_of(copy) == "0001"
    assert ask(copy, "SELECT count(*) FROM files") == [(2,)]
    assert ask(copy, "PRAGMA journal_mode") == [("delete",)]


@pytest.mark.parametrize("failing", [FAILS_HALF_WAY, BREAKS_REFERENCES])
def test_that_a_failing_migration_leaves_the_catalogue_as_it_was(
    old: LibraryPaths, scripts: Path, failing: str
) -> None:
    (scripts / "versions" / "9002_fails.py").write_text(failing)
    before = ask(old.catalogue, "SELECT * FROM sqlite_master")
    with pytest.raises(Exception, match=r"nowhere|refers to rows"):
        prepare_for_writing(old, "9002", scripts)
    assert ask(old.catalogue, "SELECT * FROM sqlite_master") == before
    assert revision_of(old.catalogue) == "0001"
    assert ask(old.catalogue, "SELECT count(*) FROM photos") == [(1,)]
    assert [revision_of(copy) for copy in snapshots_of(old)] == ["0001"]


def test_that_the_newest_copies_are_kept(old: LibraryPaths, scripts: Path) -> None:
    old.snapshots.mkdir()
    for day in range(1, 9):
        (old.snapshots / f"catalogue-2020010{day}T000000.000000Z-0001.sqlite3").touch()
    (old.snapshots / "catalogue-20200109T000000.000000Z-0001.sqlite3.partial").touch()
    (old.snapshots / "notes.txt").touch()
    prepare_for_writing(old, "9001", scripts)
    names = [path.name for path in snapshots_of(old)]
    assert len(names) == KEPT + 1
    assert names[0].startswith("catalogue-20200107")
    assert names[-1] == "notes.txt"


def test_that_nothing_is_migrated_when_it_cannot_be_copied(
    old: LibraryPaths, scripts: Path
) -> None:
    old.snapshots.touch()
    with pytest.raises(UserFacingError, match="could not be copied"):
        prepare_for_writing(old, "9001", scripts)
    assert revision_of(old.catalogue) == "0001"


def test_that_a_reader_leaves_an_older_catalogue_alone(old: LibraryPaths) -> None:
    with closing(sqlite3.connect(old.catalogue)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(UserFacingError, match="older photofind") as caught:
        Database.open(old, write=False)
    assert "photofind index" in caught.value.hint
    assert revision_of(old.catalogue) == "0000"
    assert snapshots_of(old) == []


@pytest.mark.parametrize("write", [True, False])
def test_that_a_newer_catalogue_is_left_alone(old: LibraryPaths, write: bool) -> None:
    with closing(sqlite3.connect(old.catalogue)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = old.catalogue.read_bytes()
    with pytest.raises(LibraryDamagedError, match="newer photofind") as caught:
        Database.open(old, write=write)
    assert "Update photofind" in caught.value.hint
    assert old.catalogue.read_bytes() == before


@pytest.mark.parametrize("write", [True, False])
@pytest.mark.parametrize(
    "change", ["DELETE FROM alembic_version", "UPDATE alembic_version SET version_num = 'x'"]
)
def test_that_a_catalogue_without_a_version_is_called_damaged(
    old: LibraryPaths, write: bool, change: str
) -> None:
    with closing(sqlite3.connect(old.catalogue)) as connection, connection:
        connection.execute(change)
    with pytest.raises(LibraryDamagedError, match="does not say its version"):
        Database.open(old, write=write)


@pytest.mark.parametrize("write", [True, False])
def test_that_another_programs_database_is_left_alone(paths: LibraryPaths, write: bool) -> None:
    paths.folder.mkdir()
    with closing(sqlite3.connect(paths.catalogue)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(LibraryDamagedError, match="another program"):
        Database.open(paths, write=write)
    assert ask(paths.catalogue, "SELECT name FROM sqlite_master") == [("recipes",)]


def test_that_an_empty_file_is_no_library_for_a_reader(paths: LibraryPaths) -> None:
    paths.folder.mkdir()
    paths.catalogue.touch()
    with pytest.raises(BadInputError, match="no library"):
        Database.open(paths, write=False)
    Database.open(paths, write=True).close()
    Database.open(paths, write=False).close()


def test_that_the_hint_for_damage_says_how_to_put_back_a_copy(
    old: LibraryPaths, scripts: Path
) -> None:
    prepare_for_writing(old, "9001", scripts)
    old.catalogue.write_bytes(b"no database" * 1000)
    with pytest.raises(LibraryDamagedError) as caught:
        Database.open(old, write=False)
    assert "photofind status --restore" in caught.value.hint


def test_that_tables_have_the_columns_the_program_names(paths: LibraryPaths) -> None:
    Database.open(paths, write=True).close()
    for table in schema.metadata.sorted_tables:
        columns = ask(paths.catalogue, f"PRAGMA table_info({table.name})")
        made = {(name, bool(notnull or key)) for _, name, _, notnull, _, key in columns}
        assert made == {(column.name, not column.nullable) for column in table.columns}
        references = ask(paths.catalogue, f"PRAGMA foreign_key_list({table.name})")
        assert {f"{row[2]}.{row[4]}" for row in references} == {
            key.target_fullname for key in table.foreign_keys
        }
        indexes = ask(paths.catalogue, f"PRAGMA index_list({table.name})")
        assert {index.name for index in table.indexes} <= {row[1] for row in indexes}


def test_that_a_damaged_catalogue_is_not_migrated(old: LibraryPaths) -> None:
    with closing(sqlite3.connect(old.catalogue)) as connection, connection:
        connection.execute("UPDATE files SET root_id = 77")
    with pytest.raises(CatalogueDamagedError, match="refers to rows"):
        Database.open(old, write=True)
    assert revision_of(old.catalogue) == "0001"
    assert snapshots_of(old) == []
