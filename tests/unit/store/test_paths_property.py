"""Any name a file system can hold is kept, and kept apart from every other."""

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from photofind.store import photos, roots
from photofind.store.database import Database
from photofind.store.stored_paths import look_up_text, relative_bytes

from .samples import ROOT, read_photo

pytestmark = pytest.mark.skipif(os.name != "posix", reason="names are bytes on POSIX only")


def both_forms(text: str) -> list[bytes]:
    return [unicodedata.normalize(form, text).encode() for form in ("NFC", "NFD")]


NAMES = st.binary(min_size=1, max_size=20).map(lambda raw: raw.translate(None, b"/\0") or b"x")
PARTS = NAMES.filter(lambda name: name not in (b".", b".."))
PATHS = st.lists(PARTS, min_size=1, max_size=4).map(b"/".join)
PAIRS = st.text("éÅñ한Å", min_size=1, max_size=5).map(both_forms)
TREES = st.tuples(st.sets(PATHS, max_size=8), PAIRS).map(lambda made: {*made[0], *made[1]})

in_one_database = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@in_one_database
@given(TREES)
def test_that_any_names_come_back_as_they_were(database: Database, tree: set[bytes]) -> None:
    files = {Path(os.fsdecode(b"/pictures/" + raw)): number for number, raw in enumerate(tree)}
    with database.writing() as connection:
        root = roots.add_root(connection, ROOT)
        old = photos.known_files(connection, root)
        photos.remove_files(connection, [file.file_id for file in old.values()])
        read = [read_photo(path, number) for path, number in files.items()]
        ids = photos.record_files(connection, root, read)
        known = photos.known_files(connection, root)
        paths = photos.paths_of(connection, [photo_id for photo_id in ids if photo_id])
    assert {path: file.photo_id for path, file in known.items()} == dict(
        zip(files, ids, strict=True)
    )
    assert {path for found in paths.values() for path in found} == set(files)


@in_one_database
@given(TREES, PATHS)
def test_that_any_names_survive_a_new_root_around_theirs(
    database: Database, tree: set[bytes], folder: bytes
) -> None:
    inner_path = Path(os.fsdecode(b"/outer/" + folder))
    files = [Path(os.fsdecode(os.fsencode(inner_path) + b"/" + raw)) for raw in tree]
    with database.writing() as connection:
        for old in roots.list_roots(connection):
            roots.remove_root(connection, old.id)
        inner = roots.add_root(connection, inner_path)
        read = [read_photo(path, number) for number, path in enumerate(files)]
        ids = photos.record_files(connection, inner, read)
        known = photos.known_files(connection, roots.add_root(connection, Path("/outer")))
    assert {path: file.photo_id for path, file in known.items()} == dict(
        zip(files, ids, strict=True)
    )


@given(PATHS)
def test_that_look_up_text_is_normal_and_can_be_shown(raw: bytes) -> None:
    text = look_up_text(raw)
    assert unicodedata.is_normalized("NFC", text)
    assert text.encode("utf-8")


@given(st.sampled_from(["/", "/a", "/a b/é"]), PATHS)
def test_that_a_path_is_its_root_and_the_rest(root: str, raw: bytes) -> None:
    assert relative_bytes(Path(root), Path(root) / os.fsdecode(raw)) == raw
